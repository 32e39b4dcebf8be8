import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule } from '../support/reading';
import { type Command, readPowerShell } from './powershell';

/** What Windows calls by a name; everything else is a number from 0 to 255, by the documentation of New-NetFirewallRule. */
const PROTOCOLS: Readonly<Record<string, number | 'any'>> = {
  any: 'any',
  tcp: 6,
  udp: 17,
  icmpv4: 1,
  icmpv6: 58,
};

/** The rules that Windows brings along for RRAS: off, and for everybody. */
const BUILT_IN: Readonly<Record<string, { readonly protocol: number; readonly port?: number }>> = {
  'rras-pptp-in-tcp': { protocol: 6, port: 1723 },
  'rras-gre-in': { protocol: 47 },
  'rras-l2tp-in-udp': { protocol: 17, port: 1701 },
  'sstp-in-tcp': { protocol: 6, port: 443 },
};

/** Commands of a script that are no firewall's; anything else that is not known is an error. */
const NOT_ABOUT_PACKETS = new Set([
  'install-windowsfeature',
  'install-remoteaccess',
  'netsh',
  'restart-service',
  '$erroractionpreference',
]);

/** Windows Firewall after the scripts ran on a machine with its default configuration. */
export function readWindowsRras({ files }: EdgeConfiguration): Reading {
  const scripts = files.filter(
    ({ purpose, name }) => purpose === 'configuration' && /\.ps1$|^configuration$/.test(name),
  );
  return readScripts(scripts.map(({ text }) => text));
}

/** The same of scripts as they are: rules by name, as they are left in the end. */
export function readScripts(scripts: readonly string[]): Reading {
  const rules = new Map<string, ReadRule & { readonly group: string }>();
  let otherwise: Reading['otherwise'] = 'deny';
  for (const one of scripts.flatMap(readPowerShell)) {
    const name = one.name.toLowerCase();
    if (name === 'new-netfirewallrule') {
      const [key, rule] = ruleOf(one);
      if (rules.has(key)) {
        throw new Error(`a rule of this name is there already: ${key}`);
      }
      if (rule !== undefined) {
        rules.set(key, rule);
      }
    } else if (name === 'remove-netfirewallrule') {
      const group = textOf(one, 'group');
      for (const [key] of [...rules].filter(([, each]) => each.group === group)) {
        rules.delete(key);
      }
    } else if (name === 'enable-netfirewallrule' || name === 'disable-netfirewallrule') {
      for (const { text } of one.parameters.name ?? []) {
        const built = BUILT_IN[text.toLowerCase()];
        if (built === undefined) {
          throw new Error(`no rule that Windows has: ${text}`);
        }
        rules.delete(text.toLowerCase());
        if (name.startsWith('enable')) {
          rules.set(text.toLowerCase(), { ...builtIn(built), group: '', line: one.line });
        }
      }
    } else if (name === 'set-netfirewallprofile') {
      const action = textOf(one, 'defaultinboundaction');
      otherwise = action?.toLowerCase() === 'allow' || textOf(one, 'enabled') === 'False' ? 'allow' : otherwise;
    } else if (!NOT_ABOUT_PACKETS.has(name)) {
      throw new Error(`a command that the reader does not know: ${one.line}`);
    }
  }
  const all = [...rules.values()];
  return {
    // Whatever their order: "block rules take precedence over allow rules".
    rules: [
      ...all.filter(({ action }) => action === 'deny'),
      ...all.filter(({ action }) => action === 'allow'),
      // What goes out is let out, unless a rule blocks it.
      { action: 'allow', direction: 'to-client', protocol: 'any', clients: 'any', gateway: 'any', line: 'default' },
    ],
    translations: [],
    isStateful: true,
    hasHelper: false,
    filtersInnerAddress: false,
    otherwise,
  };
}

function builtIn({ protocol, port }: { protocol: number; port?: number }): Omit<ReadRule, 'line'> {
  return {
    ...{ action: 'allow', protocol, clients: 'any', gateway: 'any' },
    ...(port === undefined ? {} : { ports: [[port, port]] }),
  };
}

/** The rule under its name; none where it is off, or lets in only what IPsec has authenticated, which no probe is. */
function ruleOf(command: Command): [string, (ReadRule & { group: string }) | undefined] {
  const known = ['name', 'displayname', 'group', 'direction', 'action', 'protocol', 'localport', 'localaddress'];
  const stranger = Object.keys(command.parameters).find(
    (key) => ![...known, 'remoteaddress', 'authentication', 'enabled', 'profile'].includes(key),
  );
  if (stranger !== undefined || command.positional.length > 0) {
    throw new Error(`a parameter that the reader does not know (${stranger}): ${command.line}`);
  }
  const action = textOf(command, 'action')?.toLowerCase() ?? 'allow';
  const key = textOf(command, 'name') ?? textOf(command, 'displayname') ?? '';
  if (!['allow', 'block'].includes(action) || key === '') {
    throw new Error(`no action, or no name: ${command.line}`);
  }
  const secured = textOf(command, 'authentication');
  if (textOf(command, 'enabled') === 'False' || (secured !== undefined && action === 'allow')) {
    return [key, undefined];
  }
  const protocol = protocolOf(textOf(command, 'protocol') ?? 'Any');
  const ports = (command.parameters.localport ?? []).map(({ text }) => portsOf(text));
  if (ports.length > 0 && protocol !== 6 && protocol !== 17) {
    throw new Error(`a port without TCP or UDP: ${command.line}`);
  }
  return [
    key,
    {
      action: action === 'allow' ? 'allow' : 'deny',
      direction: textOf(command, 'direction')?.toLowerCase() === 'outbound' ? 'to-client' : 'to-gateway',
      protocol,
      ...(ports.length === 0 ? {} : { ports }),
      clients: addressesOf(command, 'remoteaddress'),
      gateway: addressesOf(command, 'localaddress'),
      group: textOf(command, 'group') ?? '',
      line: command.line,
    },
  ];
}

function textOf({ parameters, line }: Command, name: string): string | undefined {
  const values = parameters[name];
  if (values?.some(({ expands }) => expands) || (values?.length ?? 1) !== 1) {
    throw new Error(`not one plain value for ${name}: ${line}`);
  }
  return values?.[0]?.text;
}

function protocolOf(text: string): number | 'any' {
  const named = PROTOCOLS[text.toLowerCase()];
  if (named === undefined && !/^\d{1,3}$/.test(text)) {
    throw new Error(`no protocol of Windows Firewall: ${text}`);
  }
  return named ?? Number(text);
}

function portsOf(text: string): [number, number] {
  const [first, last = first] = text.split('-').map(Number);
  if (first === undefined || last === undefined || !(first <= last)) {
    throw new Error(`no port: ${text}`);
  }
  return [first, last];
}

function addressesOf({ parameters, line }: Command, name: string): readonly string[] | 'any' {
  const texts = (parameters[name] ?? [{ text: 'Any' }]).map(({ text }) => text);
  return texts.some((text) => text.toLowerCase() === 'any') ? 'any' : texts.flatMap((text) => rangesOf(text, line));
}

/** Ranges in CIDR notation of what Windows takes: an address, CIDR notation, a mask, or two addresses with a hyphen. */
function rangesOf(text: string, line: string): string[] {
  if (text.includes(':')) {
    return [text];
  }
  const [first = '', last] = text.split('-');
  if (last === undefined) {
    const [address = '', mask] = text.split('/');
    if (!/^[\d.]+$/.test(address) || mask?.includes('.')) {
      throw new Error(`addresses that the reader does not know: ${line}`);
    }
    return [text];
  }
  const found: string[] = [];
  let from = numberOf(first);
  const end = numberOf(last);
  while (from <= end) {
    let size = 1;
    while (from % (size * 2) === 0 && from + size * 2 - 1 <= end) {
      size *= 2;
    }
    found.push(
      `${[24, 16, 8, 0].map((shift) => Math.floor(from / 2 ** shift) % 256).join('.')}/${32 - Math.log2(size)}`,
    );
    from += size;
  }
  return found;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
