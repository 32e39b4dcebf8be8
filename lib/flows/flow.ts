import { invalid } from '../errors';
import { IpProtocol, type IpProtocolNumber } from './ip-protocol';

/** The way in which packets of a flow travel: from the client to the gateway, or back. */
export type Direction = 'to-gateway' | 'to-client';

/** Both directions, in the order in which a call uses them. */
export const DIRECTIONS: readonly Direction[] = ['to-gateway', 'to-client'];

/** One of the two ends of a path. */
export type End = 'client' | 'gateway';

/**
 * What a packet filter can name: an IP protocol, with the destination port at the gateway where the protocol has ports.
 */
export class Flow {
  /**
   * A TCP flow to a port of the gateway.
   *
   * @throws InvalidInputError `PORT_INVALID`, or `PORT_47_IS_NOT_PROTOCOL_47` for port 47.
   */
  public static tcp(port: number): Flow {
    return new Flow(IpProtocol.TCP, checkedPort(port, 'TCP'), `TCP ${port}`);
  }

  /**
   * A UDP flow to a port of the gateway.
   *
   * @throws InvalidInputError `PORT_INVALID`, or `PORT_47_IS_NOT_PROTOCOL_47` for port 47.
   */
  public static udp(port: number): Flow {
    return new Flow(IpProtocol.UDP, checkedPort(port, 'UDP'), `UDP ${port}`);
  }

  /** PPTP's data channel: IP protocol 47, GRE version 1 carrying PPP (RFC 2637). It has no ports. */
  public static readonly GRE = new Flow(IpProtocol.GRE, undefined, 'GRE (IP protocol 47)', true);

  /** IPsec ESP: IP protocol 50. It has no ports. */
  public static readonly ESP = new Flow(IpProtocol.ESP, undefined, 'ESP (IP protocol 50)');

  /**
   * Any flow that a packet filter can name, for reviews of what somebody else wrote: port 47 too.
   *
   * @param port from 1 to 65535, where the protocol has ports
   */
  public static written(protocol: IpProtocolNumber, port?: number): Flow {
    if (protocol === IpProtocol.GRE || protocol === IpProtocol.ESP) {
      return protocol === IpProtocol.GRE ? Flow.GRE : Flow.ESP;
    }
    const name = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 51: 'AH' }[protocol];
    return new Flow(protocol, port, port === undefined ? `${name} (IP protocol ${protocol})` : `${name} ${port}`);
  }

  private constructor(
    /** The IP protocol number. */
    public readonly protocol: IpProtocolNumber,
    /** The destination port at the gateway; `undefined` where the protocol has no ports. */
    public readonly port: number | undefined,
    /** How the flow is called in messages: `TCP 1723`, `GRE (IP protocol 47)`. */
    public readonly name: string,
    /**
     * Whether either side may send the first packet. In PPTP both sides send GRE as soon as the call is up, and which
     * comes first is a race; every other flow here is opened by the client.
     */
    public readonly startsAtEitherEnd: boolean = false,
  ) {}

  /** The name in tables, protocol and number only: `TCP 1723`, `GRE 47`. */
  public get label(): string {
    return this.port === undefined ? `${this.id.toUpperCase()} ${this.protocol}` : this.name;
  }

  /** A short name without spaces, stable, for construct ids and rule names: `tcp-1723`, `gre`. */
  public get id(): string {
    const names: Partial<Record<IpProtocolNumber, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp', 51: 'ah' };
    const name = names[this.protocol] ?? `protocol-${this.protocol}`;
    return this.port === undefined ? name : `${name}-${this.port}`;
  }
}

function checkedPort(port: number, transport: 'TCP' | 'UDP'): number {
  if (port === 47) {
    invalid({
      code: 'PORT_47_IS_NOT_PROTOCOL_47',
      what: `${transport} port 47 is not GRE: GRE is IP protocol 47 and has no ports`,
      got: port,
      allowed: 'Flow.GRE for the data channel of PPTP, beside Flow.tcp(1723) for its control channel',
      instead: 'Flow.GRE',
    });
  }
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    invalid({
      code: 'PORT_INVALID',
      what: `${transport} port is not a port number`,
      got: port,
      allowed: 'a whole number from 1 to 65535',
      instead: `Flow.${transport.toLowerCase()}(1194)`,
    });
  }
  return port;
}
