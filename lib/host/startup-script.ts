import type { HostConfig } from './host';
import type { HostFile } from './host-commands';
import { shellWord } from './shell';

/** What a startup script is told about the cloud. */
export interface StartupScriptOptions {
  /** Prints the id of the machine, which differs between a machine and the one that takes its place. */
  readonly instanceId: readonly string[];
}

/** Where the gateway's own program looks for the id of the machine; elsewhere cloud-init writes it. */
const INSTANCE_ID_FILE = '/var/lib/cloud/data/instance-id';
const WRITTEN = '/var/lib/vpn-gateway/written';

/**
 * The host as a shell script, for clouds whose images run a script at every boot and have no cloud-init. It does its work
 * once in the life of a machine; whether that was done is remembered by the machine's id, so that a disk made into another
 * machine is no hindrance.
 */
export function toStartupScript(host: HostConfig, { instanceId }: StartupScriptOptions): string {
  return `#!/bin/sh
# Writes what makes this machine a VPN gateway, once; vpn-gateway does the rest.
set -eu
id=$(${command(instanceId)})
[ "$(cat ${WRITTEN} 2>/dev/null)" = "$id" ] && exit
put() { # path and mode; the content comes on standard input
	mkdir -p "$(dirname "$1")"
	(umask 077 && cat >"$1.new")
	chmod "$2" "$1.new"
	mv "$1.new" "$1"
}
echo "$id" | put ${INSTANCE_ID_FILE} 0644
${host.files.map(written).join('')}${host.commands.map((argv) => `${command(argv)}\n`).join('')}echo "$id" | put ${WRITTEN} 0644
`;
}

function command(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

function written({ path, content, mode = '0644' }: HostFile): string {
  const text = content.endsWith('\n') ? content : `${content}\n`;
  let end = 'END';
  while (`\n${text}`.includes(`\n${end}\n`)) {
    end += '_';
  }
  return `put ${shellWord(path)} ${mode} <<'${end}'\n${text}${end}\n`;
}
