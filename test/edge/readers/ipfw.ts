import type { EdgeConfiguration } from '../../../lib/edge';
import type { Probe, Reading, ReadRule, ReadTranslation } from '../support/reading';

interface IpfwRule {
  readonly number: number;
  readonly action: string;
  readonly protocol: number | 'any';
  readonly source: readonly string[] | 'any';
  readonly sourcePort?: number;
  readonly destination: readonly string[] | 'any';
  readonly destinationPort?: number;
  readonly way?: 'in' | 'out';
  readonly isEstablished: boolean;
  readonly line: string;
}

const PROTOCOLS: Readonly<Record<string, number | 'any'>> = { ip: 'any', tcp: 6, udp: 17, icmp: 1, gre: 47, esp: 50 };
const RULE =
  /^(allow|deny|nat \d+|tcp-setmss \d+) (\w+) from ("table\([\w-]+\)"|\S+)(?: (\d+))? to ("table\([\w-]+\)"|\S+?)(?: (\d+))?((?: (?:in|out|recv \w+|xmit \w+|established|ipsec|tcpflags syn|icmptypes [\d,]+))*)$/;

/** The firewall after a script ran. */
export class Ipfw {
  public readonly modules = new Set<string>();
  public readonly tables = new Map<string, string[]>();
  public rules: (IpfwRule & { readonly set: string })[] = [];
  public translations: (ReadTranslation & { readonly nat: string })[] = [];
  public nats = new Map<string, { readonly outer: string; readonly deniesIn: boolean }>();

  public run(script: string): this {
    for (const raw of script.split('\n')) {
      const line = raw.trim();
      if (line !== '' && !line.startsWith('#') && line !== 'set -e') {
        this.step(line.replace(/( 2>\/dev\/null)? \|\| true$/, ''));
      }
    }
    return this;
  }

  private step(line: string): void {
    const load = /^kldload -n (.+)$/.exec(line);
    const table = /^ipfw -q table (\S+) (create type addr|add|destroy) ?(\S+)?$/.exec(line);
    const add = /^ipfw -q add (\d+) set (\d+) (.+?) \/\/ .*$/.exec(line);
    const nat = /^ipfw -q nat (\d+) config ip (\S+)( deny_in)? (.+)$/.exec(line);
    const deleted = /^ipfw -q delete set (\d+)$/.exec(line);
    const unmade = /^ipfw -q nat (\d+) delete$/.exec(line);
    if (load !== null) {
      for (const module of (load[1] ?? '').split(' ')) {
        this.modules.add(module);
      }
    } else if (table !== null) {
      const [, name = '', verb, value = ''] = table;
      if (verb === 'destroy') {
        this.tables.delete(name);
      } else {
        this.tables.set(name, verb === 'add' ? [...(this.tables.get(name) ?? []), value] : []);
      }
    } else if (add !== null) {
      this.add(Number(add[1]), add[2] ?? '', add[3] ?? '');
    } else if (nat !== null) {
      const [, id = '', outer = '', deny, redirects = ''] = nat;
      this.nats.set(id, { outer, deniesIn: deny !== undefined });
      this.translations.push(...redirected(redirects, outer).map((one) => ({ ...one, nat: id })));
    } else if (deleted !== null) {
      this.rules = this.rules.filter(({ set }) => set !== deleted[1]);
    } else if (unmade !== null) {
      this.nats.delete(unmade[1] ?? '');
      this.translations = this.translations.filter(({ nat: id }) => id !== unmade[1]);
    } else {
      throw new Error(`ipfw: not understood: ${line}`);
    }
  }

  private add(number: number, set: string, body: string): void {
    if (body === 'check-state :any') {
      return;
    }
    const found = RULE.exec(body);
    if (found === null) {
      throw new Error(`ipfw: not understood: ${body}`);
    }
    const [, action = '', name = '', source = '', sourcePort, destination = '', destinationPort, options = ''] = found;
    const protocol = PROTOCOLS[name];
    if (
      protocol === undefined ||
      ((sourcePort ?? destinationPort) !== undefined && protocol !== 6 && protocol !== 17)
    ) {
      throw new Error(`ipfw: protocol of ${body}`);
    }
    const end = (text: string): readonly string[] | 'any' => {
      const table = /^"table\((.+)\)"$/.exec(text)?.[1];
      return text === 'any' ? 'any' : table === undefined ? [text] : (this.tables.get(table) ?? []);
    };
    if (/ (ipsec|icmptypes)/.test(options)) {
      // None of the packets that are asked about came out of IPsec or is an error.
      return;
    }
    const way = / (in|out)( |$)/.exec(options)?.[1];
    this.rules.push({
      number,
      set,
      action: action.split(' ')[0] ?? '',
      protocol,
      source: end(source),
      ...(sourcePort === undefined ? {} : { sourcePort: Number(sourcePort) }),
      destination: end(destination),
      ...(destinationPort === undefined ? {} : { destinationPort: Number(destinationPort) }),
      ...(way === undefined ? {} : { way: way as 'in' | 'out' }),
      isEstablished: options.includes(' established'),
      line: body,
    });
  }
}

function redirected(text: string, outer: string): ReadTranslation[] {
  const found = [...text.matchAll(/redirect_port (tcp|udp) (\S+?):(\d+) (\d+)|redirect_proto (\w+) (\S+)/g)];
  if (found.map(([whole]) => whole).join(' ') !== text) {
    throw new Error(`ipfw: not understood: ${text}`);
  }
  return found.map(([, transport, inner, port, alias, protocol, other]) => {
    if (port !== alias) {
      throw new Error(`ipfw: port ${alias} is led to port ${port}`);
    }
    const number = PROTOCOLS[transport ?? protocol ?? ''];
    if (number === undefined) {
      throw new Error(`ipfw: protocol of ${text}`);
    }
    return {
      protocol: number,
      ...(port === undefined ? {} : { port: Number(port) }),
      outer,
      inner: inner ?? other ?? '',
    };
  });
}

export function readIpfw({ files, role }: EdgeConfiguration): Reading {
  const text = files.filter(({ purpose }) => purpose === 'configuration').map((file) => file.text);
  const firewall = new Ipfw().run(text.join('\n'));
  const rules = [...firewall.rules].sort((a, b) => a.number - b.number).filter(({ action }) => action !== 'tcp-setmss');
  const knowsPptp = firewall.modules.has('alias_pptp');
  if (firewall.nats.size > 0) {
    return published(firewall, rules, knowsPptp);
  }
  const isNat = role === 'before-clients';
  const both = isNat || role === 'gateway-host';
  return {
    rules: rules
      .flatMap((rule) => [
        ...(rule.way === 'out' && both ? [] : toRead(rule, 'to-gateway')),
        ...(rule.way === 'in' && both ? [] : toRead(rule, 'to-client')),
      ])
      // Without the module libalias finds no way back for the GRE of a call.
      .filter(({ protocol, direction }) => !(isNat && !knowsPptp && protocol === 47 && direction === 'to-client')),
    translations: [],
    isStateful: false,
    hasHelper: false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

/**
 * Behind nat: what comes in is asked about with the outer address. It must be let into the translation, be redirected, and
 * be let through behind it; what goes out must be let into the machine, be translated, and be let through.
 */
function published(firewall: Ipfw, rules: readonly IpfwRule[], knowsPptp: boolean): Reading {
  const [nat] = [...firewall.nats.values()];
  const outer = nat?.outer ?? '';
  const inner = firewall.translations[0]?.inner ?? '';
  const isAt = (end: readonly string[] | 'any', address: string) => end !== 'any' && end.includes(address);
  const overlaps = (a: number | 'any', b: number | 'any') => a === 'any' || b === 'any' || a === b;
  const goesOn = (rule: IpfwRule) =>
    rules.some(
      (one) =>
        one.action === 'allow' &&
        isAt(one.destination, inner) &&
        one.protocol === rule.protocol &&
        one.destinationPort === rule.destinationPort &&
        JSON.stringify(one.source) === JSON.stringify(rule.source),
    );
  const comingIn = rules
    .filter(({ way, destination }) => way === 'in' && isAt(destination, outer))
    .flatMap((rule): ReadRule[] => {
      const [read] = toRead(
        { ...rule, action: rule.action === 'nat' && goesOn(rule) ? 'allow' : 'deny' },
        'to-gateway',
      );
      // GRE is led to the gateway by its call alone, and a rule without an end to it takes answers.
      return read === undefined || read.protocol === 47 ? [] : [read];
    });
  const goingOut = rules
    .filter(({ action, source }) => action === 'allow' && isAt(source, outer))
    .filter((rule) =>
      rules.some((one) => one.action === 'nat' && isAt(one.source, inner) && overlaps(one.protocol, rule.protocol)),
    )
    .filter((rule) =>
      rules.some((one) => one.action === 'allow' && isAt(one.source, inner) && one.protocol === rule.protocol),
    )
    .flatMap((rule) => toRead(rule, 'to-client'));
  const isRedirected = ({ protocol, ports }: ReadRule) =>
    firewall.translations.some((one) => one.protocol === protocol && one.port === ports?.[0]?.[0]);
  const takesAll = (way: 'in' | 'out') =>
    rules.some((one) => one.action === 'nat' && one.protocol === 'any' && one.way === way);
  // Where everything takes this way and deny_in drops what is not redirected, the whole address belongs to the gateway.
  const isWhole = nat?.deniesIn === true && takesAll('in') && takesAll('out');
  return {
    rules: isWhole
      ? [
          ...comingIn.filter((rule) => rule.action === 'deny' || isRedirected(rule)),
          { action: 'deny', protocol: 'any', clients: 'any', gateway: [outer], line: 'deny_in' },
          ...goingOut,
        ]
      : [...comingIn, ...goingOut],
    translations: isWhole ? [{ protocol: 'any', outer, inner }] : firewall.translations,
    isStateful: false,
    hasHelper: knowsPptp,
    filtersInnerAddress: false,
    otherwise: 'left',
  };
}

function toRead(rule: IpfwRule, direction: Probe['direction']): ReadRule[] {
  const { action, protocol, source, destination, sourcePort, destinationPort, isEstablished, line } = rule;
  const [port, other] = direction === 'to-gateway' ? [destinationPort, sourcePort] : [sourcePort, destinationPort];
  if (other !== undefined || (isEstablished && direction === 'to-gateway')) {
    return [];
  }
  return [
    {
      action: action === 'allow' ? 'allow' : 'deny',
      direction,
      protocol,
      ...(port === undefined ? {} : { ports: [[port, port]] as const }),
      clients: direction === 'to-gateway' ? source : destination,
      gateway: direction === 'to-gateway' ? destination : source,
      line,
    },
  ];
}
