/** The groups of a key file of GLib's, by the Desktop Entry Specification: values with their escapes undone. */
export function readKeyFile(text: string): Map<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split('\n')) {
    const group = /^\[([^[\]]+)\]$/.exec(line)?.[1];
    const entry = /^([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (line.trim() === '' || line.startsWith('#')) {
      continue;
    }
    if (group !== undefined) {
      if (groups.has(group)) {
        throw new Error(`a group twice: ${group}`);
      }
      current = new Map();
      groups.set(group, current);
    } else if (entry !== null && current !== undefined && !current.has(entry[1]!)) {
      current.set(entry[1]!, unescaped(entry[2]!));
    } else {
      throw new Error(`no line of a key file, or a key twice: ${line}`);
    }
  }
  return groups;
}

function unescaped(value: string): string {
  return value.replace(/\\(.?)/g, (_, letter: string) => {
    const plain = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' }[letter];
    if (plain === undefined) {
      throw new Error(`no escape of a key file: \\${letter}`);
    }
    return plain;
  });
}
