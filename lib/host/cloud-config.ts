import { gzipSync, strToU8 } from 'fflate';
import type { HostConfig } from './host';
import type { HostFile } from './host-commands';

/** How long files are written. */
export interface CloudConfigOptions {
  /**
   * Files of more characters are compressed (`encoding: gz+b64`): EC2 has 16 KB for everything, and a base64 of gzip is
   * about half of a program. `Infinity` keeps all of them readable, where there is room.
   *
   * @default 1024
   */
  readonly compressAbove?: number;
  /**
   * Matches a token in text. A file with one stays as it is: what is compressed can no longer be filled in.
   *
   * @default there are no tokens
   */
  readonly tokens?: RegExp;
}

/**
 * The host as cloud-init user data. `#cloud-config` is its first line, exactly: with anything else there cloud-init
 * ignores the whole.
 */
export function toCloudConfig(host: HostConfig, options: CloudConfigOptions = {}): string {
  const { compressAbove = 1024, tokens } = options;
  const isLong = ({ content }: HostFile) =>
    content.length > compressAbove && (tokens === undefined || content.search(tokens) === -1);
  return [
    '#cloud-config',
    ...host.cloudInit,
    'write_files:',
    ...host.files.map((file) => (isLong(file) ? asPacked(file) : asText(file))),
    'runcmd:',
    ...host.commands.map((command) => `- ${JSON.stringify(command)}`),
    '',
  ].join('\n');
}

/** Not by Node's zlib, whose output differs between versions and processors. */
function asPacked(file: HostFile): string {
  const packed = gzipSync(strToU8(file.content), { level: 9, mtime: 0 });
  return `${entry(file)}\n encoding: gz+b64\n content: ${Buffer.from(packed).toString('base64')}`;
}

/** A literal block of known indentation holds any printable text that ends with one line break. Two columns: space is dear. */
function asText(file: HostFile): string {
  return `${entry(file)}\n content: |1\n${file.content.replace(/\n$/, '').replace(/^(?=.)/gm, '  ')}`;
}

function entry({ path, mode = '0644' }: HostFile): string {
  return `-\n path: ${path}${mode === '0644' ? '' : `\n permissions: '${mode}'`}`;
}
