import { IpProtocol, IpRange } from '../../../lib/flows';

/** A packet that a firewall is asked about, as it arrives there: before any translation that the firewall does itself. */
export interface Probe {
  /** For the name of the test: `GRE from a client whose call is up`. */
  readonly what: string;
  readonly direction: 'to-gateway' | 'to-client';
  readonly protocol: number;
  /** The gateway's port: where it goes to, or where it comes from on the way to the client. */
  readonly port?: number;
  /** The client's end, as this firewall sees it. */
  readonly client: string;
  /** The gateway's end, as this firewall sees it. */
  readonly gateway: string;
  /** Whether it is the first packet of its flow; else it answers, or goes on with, one that was let through. */
  readonly starts: boolean;
  readonly greVersion?: 0 | 1;
  /** Whether the client has a control connection (TCP 1723) to the gateway at that time. */
  readonly hasCall?: boolean;
}

/** What the configuration says of a packet; `left`: nothing, other rules decide. */
export type Answer = 'allow' | 'deny' | 'left';

/** A rule, read back from a product's own language. */
export interface ReadRule {
  readonly action: 'allow' | 'deny';
  /** @default 'to-gateway' */
  readonly direction?: Probe['direction'];
  readonly protocol: number | 'any';
  /** The gateway's ports, as ranges with both ends. @default - every port */
  readonly ports?: readonly (readonly [number, number])[];
  /** CIDR texts or addresses of the clients' end. */
  readonly clients: readonly string[] | 'any';
  /** CIDR texts or addresses of the gateway's end. */
  readonly gateway: readonly string[] | 'any';
  /** Matches GRE of this version alone. @default - of any */
  readonly greVersion?: 1;
  /** Matches only what belongs to a call whose control connection was let through. */
  readonly needsCall?: true;
  /** The line that it was read from, for messages. */
  readonly line: string;
}

/** A translation of the gateway's address, read back. */
export interface ReadTranslation {
  readonly protocol: number | 'any';
  readonly port?: number;
  readonly outer: string;
  readonly inner: string;
}

/** A configuration, read back. */
export interface Reading {
  /** First match decides. */
  readonly rules: readonly ReadRule[];
  /**
   * What must let a packet out too, where a firewall looks at it twice: coming in, and going out on the other side.
   *
   * @default - it looks once
   */
  readonly outRules?: readonly ReadRule[];
  /** Empty where the firewall publishes nothing. */
  readonly translations: readonly ReadTranslation[];
  /** Whether answers to what was let through come back by themselves. */
  readonly isStateful: boolean;
  /** Whether GRE of a call whose control connection was let through passes by itself, both ways: a helper, an ALG. */
  readonly hasHelper: boolean;
  /** Whether the rules see the address after translation. */
  readonly filtersInnerAddress: boolean;
  /** What the configuration itself says of what no rule matches. */
  readonly otherwise: Answer;
}

/** What a configuration says of a packet. */
export function answer(reading: Reading, probe: Probe): Answer {
  const { rules, outRules, translations, filtersInnerAddress, isStateful, hasHelper, otherwise } = reading;
  if (probe.direction === 'to-client' && probe.protocol !== IpProtocol.GRE && isStateful && !probe.starts) {
    return answer(reading, { ...probe, direction: 'to-gateway', starts: true });
  }
  let { gateway } = probe;
  if (translations.length > 0 && probe.direction === 'to-gateway') {
    const found = translations.find(
      ({ protocol, port, outer }) =>
        outer === gateway &&
        (protocol === 'any' || protocol === probe.protocol) &&
        (port === undefined || port === probe.port),
    );
    const isHelped = hasHelper && probe.hasCall === true && probe.protocol === IpProtocol.GRE;
    if (found === undefined && !isHelped) {
      return 'left';
    }
    gateway = filtersInnerAddress && found !== undefined ? found.inner : gateway;
  }
  if (hasHelper && probe.protocol === IpProtocol.GRE && probe.hasCall === true && probe.greVersion === 1) {
    const control: Probe = { ...probe, direction: 'to-gateway', protocol: IpProtocol.TCP, port: 1723, starts: true };
    if (answer(reading, control) === 'allow') {
      return 'allow';
    }
  }
  const decided = (list: readonly ReadRule[]) =>
    list.find((one) => matches(one, { ...probe, gateway }))?.action ?? otherwise;
  const comingIn = decided(rules);
  return outRules === undefined || comingIn !== 'allow' ? comingIn : decided(outRules);
}

function matches(rule: ReadRule, probe: Probe): boolean {
  const { direction = 'to-gateway', protocol, ports, clients, gateway, greVersion, needsCall } = rule;
  return (
    direction === probe.direction &&
    (protocol === 'any' || protocol === probe.protocol) &&
    (ports === undefined ||
      (probe.port !== undefined && ports.some(([from, to]) => from <= probe.port! && probe.port! <= to))) &&
    holds(clients, probe.client) &&
    holds(gateway, probe.gateway) &&
    (greVersion === undefined || probe.greVersion === greVersion) &&
    (needsCall === undefined || probe.hasCall === true)
  );
}

function holds(ranges: readonly string[] | 'any', address: string): boolean {
  return ranges === 'any' || ranges.some((text) => range(text).contains(range(address)));
}

/** A range from a CIDR text or an address. */
export function range(text: string): IpRange {
  return IpRange.parse(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
}
