/** Rows of the table with this head, as a person would read it; none where there is no such table. */
export function rowsOf(markdown: string, ...head: string[]): string[][] {
  const lines = markdown.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`| ${head.join(' | ')} |`);
  if (start < 0) {
    return [];
  }
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) {
      break;
    }
    const cells = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    if (cells.length !== head.length) {
      throw new Error(`no row of this table: ${line}`);
    }
    rows.push(cells);
  }
  return rows;
}

/** `TCP 1723` or `IP protocol 47`, as a table writes a service. */
export function serviceOf(text: string): { protocol: number; ports?: [number, number][] } {
  const [, transport, port, number] = text.match(/^(?:(TCP|UDP) (\d+)|IP protocol (\d+))$/) ?? [];
  if (number !== undefined) {
    return { protocol: Number(number) };
  }
  if (transport === undefined) {
    throw new Error(`no service: ${text}`);
  }
  return { protocol: transport === 'TCP' ? 6 : 17, ports: [[Number(port), Number(port)]] };
}
