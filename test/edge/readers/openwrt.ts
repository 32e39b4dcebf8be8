import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadTranslation } from '../support/reading';
import { type NetfilterRule, netfilterRules } from './netfilter';

interface Section {
  readonly type: string;
  readonly options: Map<string, string[]>;
}

/** What a script made of /etc/config/firewall, in the order of the file, and which files it wrote. */
export class Uci {
  private sections: [string, Section][] = [];
  public readonly files = new Map<string, string>();
  public isCommitted = false;

  public run(script: string): this {
    const joined = script.replace(/ \\\n\s*/g, ' ');
    for (const raw of joined.split('\n')) {
      const line = raw.trim();
      if (line !== '' && !line.startsWith('#')) {
        this.step(line);
      }
    }
    return this;
  }

  public all(type: string): readonly Section[] {
    return this.sections.filter(([, section]) => section.type === type).map(([, section]) => section);
  }

  public get names(): readonly string[] {
    return this.sections.map(([name]) => name);
  }

  private step(line: string): void {
    const uci = /^uci (set|add_list|reorder) firewall\.(\w+)(?:\.(\w+))?='([^']*)'$/.exec(line);
    const written = /^printf '%s\\n' ((?:'[^']*' )+)> (\S+)$/.exec(line);
    const loop = /^for section in \$\(uci -q show firewall \| sed -n 's\/\^firewall\\\.\\\((\w+)\[0-9\]\*\\\)=/.exec(
      line,
    );
    if (uci !== null) {
      this.uci(uci[1] ?? '', uci[2] ?? '', uci[3], uci[4] ?? '');
    } else if (written !== null) {
      this.files.set(written[2] ?? '', (written[1] ?? '').trim().replace(/' '/g, '\n').replace(/'/g, ''));
    } else if (loop !== null) {
      this.sections = this.sections.filter(([name]) => !new RegExp(`^${loop[1]}[0-9]*$`).test(name));
    } else if (line.startsWith('rm -f ')) {
      this.files.delete(line.slice('rm -f '.length));
    } else if (line === 'uci commit firewall') {
      this.isCommitted = true;
    } else if (
      !/^(set -e|done|uci delete "firewall\.\$section"|mkdir -p \S+|service firewall restart|\[ -d \/sys\/module\/nf_nat_pptp \] .*)$/.test(
        line,
      )
    ) {
      throw new Error(`OpenWrt: not understood: ${line}`);
    }
  }

  private uci(verb: string, name: string, option: string | undefined, value: string): void {
    const at = this.sections.findIndex(([one]) => one === name);
    const section = this.sections[at]?.[1];
    if (verb === 'set' && option === undefined) {
      if (section !== undefined) {
        throw new Error(`OpenWrt: ${name} twice`);
      }
      this.sections.push([name, { type: value, options: new Map() }]);
    } else if (section === undefined) {
      throw new Error(`OpenWrt: no section ${name}`);
    } else if (verb === 'reorder') {
      const [moved] = this.sections.splice(at, 1);
      this.sections.splice(Number(value), 0, moved as [string, Section]);
    } else {
      const before = verb === 'add_list' ? (section.options.get(option ?? '') ?? []) : [];
      section.options.set(option ?? '', [...before, value]);
    }
  }
}

function one(section: Section, option: string): string | undefined {
  const values = section.options.get(option);
  if (values !== undefined && values.length !== 1) {
    throw new Error(`OpenWrt: ${option} has ${values.length} values`);
  }
  return values?.[0];
}

/** fw4 takes TCP and UDP where a section names no protocol. */
function protocols(section: Section): (number | 'any')[] {
  const names: Readonly<Record<string, readonly (number | 'any')[]>> = {
    tcp: [6],
    udp: [17],
    gre: [47],
    esp: [50],
    all: ['any'],
    tcpudp: [6, 17],
  };
  const name = one(section, 'proto') ?? 'tcpudp';
  return [...(names[name] ?? [Number(name)])];
}

const RULE = ['name', 'family', 'src', 'dest', 'src_ip', 'dest_ip', 'proto', 'dest_port', 'set_helper', 'target'];

export function readOpenWrt({ files, role }: EdgeConfiguration): Reading {
  const text = files.filter(({ purpose }) => purpose === 'configuration').map((file) => file.text);
  const uci = new Uci().run(text.join('\n'));
  if (!uci.isCommitted) {
    throw new Error('OpenWrt: nothing is committed');
  }
  const clientZone = role === 'before-clients' ? 'lan' : 'wan';
  const sections = uci.all('rule');
  for (const section of sections) {
    const stranger = [...section.options.keys()].find((option) => !RULE.includes(option));
    if (stranger !== undefined) {
      throw new Error(`OpenWrt: option ${stranger} is not understood`);
    }
  }
  const helper = sections.some(
    (section) =>
      one(section, 'target') === 'HELPER' &&
      one(section, 'set_helper') === 'pptp' &&
      one(section, 'src') === clientZone &&
      one(section, 'proto') === 'tcp' &&
      one(section, 'dest_port') === '1723',
  );
  // What is established or related is accepted before every rule, in all three chains.
  const first: NetfilterRule = {
    action: 'allow',
    protocol: 'any',
    source: 'any',
    destination: 'any',
    states: ['established', 'related'],
    line: 'ct state vmap { established : accept, related : accept }',
  };
  const rules = sections
    .filter((section) => one(section, 'target') !== 'HELPER')
    .flatMap((section) => rule(section, role));
  return {
    rules: netfilterRules([first, ...rules], { helper, masquerades: role === 'before-clients' }),
    translations: uci.all('redirect').flatMap(translation),
    isStateful: false,
    hasHelper: helper && role === 'before-gateway',
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

function rule(section: Section, role: EdgeConfiguration['role']): NetfilterRule[] {
  const target = one(section, 'target');
  const action = target === 'ACCEPT' ? 'allow' : target === 'DROP' || target === 'REJECT' ? 'deny' : undefined;
  if (action === undefined) {
    throw new Error(`OpenWrt: target ${target} is not understood`);
  }
  const isOfRouter = !section.options.has('dest');
  if (
    one(section, 'src') !== '*' ||
    isOfRouter !== (role === 'gateway-host') ||
    (one(section, 'dest') ?? '*') !== '*'
  ) {
    throw new Error('OpenWrt: a rule of a zone, which is looked at behind those of all zones');
  }
  const port = one(section, 'dest_port');
  return protocols(section).map((protocol) => ({
    action,
    protocol,
    ...(port === undefined ? {} : { destinationPorts: [[Number(port), Number(port)]] as const }),
    source: section.options.get('src_ip') ?? 'any',
    destination: section.options.get('dest_ip') ?? 'any',
    line: one(section, 'name') ?? '',
  }));
}

function translation(section: Section): ReadTranslation[] {
  const port = one(section, 'src_dport');
  return protocols(section).map((protocol) => ({
    protocol,
    ...(port === undefined ? {} : { port: Number(port) }),
    outer: one(section, 'src_dip') ?? 'any',
    inner: one(section, 'dest_ip') ?? 'nowhere',
  }));
}
