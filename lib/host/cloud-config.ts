import type { HostFile } from './host-commands';
import type { HostConfig } from './pptp-host';

/**
 * The host as cloud-init user data. `#cloud-config` is its first line, exactly: with anything else there cloud-init
 * ignores the whole.
 */
export function toCloudConfig(host: HostConfig): string {
  return [
    '#cloud-config',
    ...host.cloudInit,
    'write_files:',
    ...host.files.map(asEntry),
    'runcmd:',
    ...host.commands.map((command) => `- ${JSON.stringify(command)}`),
    '',
  ].join('\n');
}

/** A literal block of known indentation holds any printable text that ends with one line break. Two columns: space is dear. */
function asEntry({ path, mode = '0644', content }: HostFile): string {
  const permissions = mode === '0644' ? '' : `\n permissions: '${mode}'`;
  const lines = content.replace(/\n$/, '').replace(/^(?=.)/gm, '  ');
  return `-\n path: ${path}${permissions}\n content: |1\n${lines}`;
}
