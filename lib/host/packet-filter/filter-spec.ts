import { invalid } from '../../errors';
import { IpRange } from '../../flows';
import type { ServiceFilter, ServiceFlow } from '../host-service';

/** In which notation the packet filter is written. */
export type PacketFilterKind = 'nftables' | 'iptables';

/** What the packet filter of a machine is made from. */
export interface FilterSpec {
  /** The VPN servers on the machine, each with a tunnel and a pool of its own. */
  readonly services: readonly ServiceFilter[];
  /** Whether clients appear behind the gateway with its own address. */
  readonly masquerade: boolean;
  /** DNS servers that clients may always reach: IPv4 addresses, or tokens. */
  readonly dnsServers: readonly string[];
  readonly kind: PacketFilterKind;
}

/**
 * How many new flows one source address may open, sized for 60 clients behind one address that all come back after an
 * outage. A flow stays new until it is answered, so every repeated or fragmented first message counts.
 *
 * UDP: IKEv2 sends up to ten datagrams before it is answered (two ports, repetitions, a fragmented certificate), and
 * WireGuard and OpenVPN fewer. What is above 5 a second for long is no office of that size. It guards against one
 * source; forged sources are met by the cookies of the daemons.
 */
export const NEW_FLOWS = {
  udp: { perMinute: 300, burst: 600 },
  tcp: { perMinute: 120, burst: 240 },
} as const;

/** The flows of a machine by what the filter does about them. */
export interface OpenFlows {
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
  readonly esp: boolean;
  readonly pptp: Extract<ServiceFlow, { kind: 'pptp' }> | undefined;
}

/** The flows of all services together, each port once, in ascending order. */
export function openFlows(services: readonly ServiceFilter[]): OpenFlows {
  const flows = services.flatMap(({ opens }) => opens);
  const ports = (kind: 'udp' | 'tcp') =>
    [...new Set(flows.flatMap((flow) => (flow.kind === kind ? [flow.port] : [])))].sort((a, b) => a - b);
  return {
    udp: ports('udp'),
    tcp: ports('tcp'),
    esp: flows.some(({ kind }) => kind === 'esp'),
    pptp: flows.find((flow) => flow.kind === 'pptp'),
  };
}

/** Refuses what would make a filter with another meaning: nothing to serve, or tunnels and pools that overlap. */
export function checkFilterSpec({ services }: FilterSpec): void {
  if (services.length === 0) {
    invalid({
      code: 'HOST_OPTION_INVALID',
      what: 'services is not what the host can use: a packet filter without a service lets nobody in',
      got: [],
      allowed: 'at least one service',
      instead: 'services: [pptpService({ pool })]',
    });
  }
  for (const [index, { tunnel, pool, opens }] of services.entries()) {
    if (!/^[a-z][a-z0-9]{0,13}\*?$/.test(tunnel)) {
      refuse(tunnel, 'tunnel is no name of an interface', "a name, or a beginning with '*'", "tunnel: 'wg0'");
    }
    const range = IpRange.parse(pool, 'client pool');
    for (const other of services.slice(0, index)) {
      if (stem(tunnel).startsWith(stem(other.tunnel)) || stem(other.tunnel).startsWith(stem(tunnel))) {
        refuse(tunnel, `tunnel cannot be told from ${other.tunnel}`, 'a tunnel of its own for each', "tunnel: 'wg0'");
      }
      if (range.overlaps(IpRange.parse(other.pool))) {
        refuse(pool, `pool overlaps ${other.pool}`, 'a pool of its own for each', "pool: '10.99.1.0/24'");
      }
    }
    for (const port of opens.flatMap((flow) => ('port' in flow ? [flow.port] : []))) {
      if (!Number.isInteger(port) || port < 1 || port > 65535) {
        refuse(port, 'port is none', 'a whole number from 1 to 65535', "opens: [{ kind: 'udp', port: 51820 }]");
      }
    }
  }
}

function stem(tunnel: string): string {
  return tunnel.replace('*', '');
}

function refuse(got: unknown, what: string, allowed: string, instead: string): never {
  return invalid({
    code: 'HOST_OPTION_INVALID',
    what: `services is not what the host can use: ${what}`,
    got,
    allowed,
    instead,
  });
}
