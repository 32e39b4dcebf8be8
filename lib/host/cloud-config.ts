import type { HostConfig } from './host';
import type { HostFile } from './host-commands';

/** How files are written. */
export interface CloudConfigOptions {
  /**
   * Whether a text is short enough for the cloud. Files are written readably where that fits; otherwise those of more
   * than 1024 characters are compressed; otherwise all of them together.
   *
   * @default everything fits
   */
  readonly fits?: (text: string) => boolean;
  /**
   * Matches a token in text. A file with one stays as it is: what is compressed can no longer be filled in.
   *
   * @default there are no tokens
   */
  readonly tokens?: RegExp;
}

/** Where the files lie that come compressed together, and what puts them into their places. */
const PACKAGE = '/run/vpn-gateway-files.json';
const UNPACK = `import json, os
for path, mode, content in json.load(open('${PACKAGE}')):
 os.makedirs(os.path.dirname(path), exist_ok=True)
 open(path, 'w').write(content)
 os.chmod(path, int(mode, 8))
`;

/**
 * The host as cloud-init user data. `#cloud-config` is its first line, exactly: with anything else there cloud-init
 * ignores the whole.
 */
export function toCloudConfig(host: HostConfig, { fits = () => true, tokens }: CloudConfigOptions = {}): string {
  const isFixed = ({ content }: HostFile) => tokens === undefined || content.search(tokens) === -1;
  const readable = cloudConfig(host, host.files.map(asText), host.commands);
  if (fits(readable)) {
    return readable;
  }
  const isLong = (file: HostFile) => file.content.length > 1024 && isFixed(file);
  const mostlyReadable = cloudConfig(
    host,
    host.files.map((file) => (isLong(file) ? asPacked(file) : asText(file))),
    host.commands,
  );
  if (fits(mostlyReadable)) {
    return mostlyReadable;
  }
  const together = host.files.filter(isFixed).map(({ path, mode = '0644', content }) => [path, mode, content]);
  return cloudConfig(
    host,
    [
      asPacked({ path: PACKAGE, mode: '0600', content: JSON.stringify(together) }),
      ...host.files.filter((file) => !isFixed(file)).map(asText),
    ],
    [['python3', '-c', UNPACK], ...host.commands],
  );
}

function cloudConfig(host: HostConfig, files: readonly string[], commands: HostConfig['commands']): string {
  return [
    '#cloud-config',
    ...host.cloudInit,
    'write_files:',
    ...files,
    'runcmd:',
    ...commands.map((command) => `- ${JSON.stringify(command)}`),
    '',
  ].join('\n');
}

/** What was compressed before: programs are the same for every gateway of an app. */
const PACKED = new Map<string, string>();

/** Not by Node's zlib, whose output differs between versions and processors. */
function packed(content: string): string {
  const known = PACKED.get(content);
  if (known !== undefined) {
    return known;
  }
  if (PACKED.size >= 32) {
    PACKED.clear();
  }
  // Few texts are too long for their cloud, and it takes longer to load than any other module here.
  const { gzipSync, strToU8 } = require('fflate') as typeof import('fflate');
  const base64 = Buffer.from(gzipSync(strToU8(content), { level: 9, mtime: 0 })).toString('base64');
  PACKED.set(content, base64);
  return base64;
}

function asPacked(file: HostFile): string {
  return `${entry(file)}\n encoding: gz+b64\n content: ${packed(file.content)}`;
}

/** A literal block of known indentation holds any printable text that ends with one line break. Two columns: space is dear. */
function asText(file: HostFile): string {
  return `${entry(file)}\n content: |1\n${file.content.replace(/\n$/, '').replace(/^(?=.)/gm, '  ')}`;
}

function entry({ path, mode = '0644' }: HostFile): string {
  return `-\n path: ${path}${mode === '0644' ? '' : `\n permissions: '${mode}'`}`;
}
