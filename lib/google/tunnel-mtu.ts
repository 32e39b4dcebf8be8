import { isToken } from '../cdktf/token';
import { invalid } from '../errors';
import { mostAdded, type VpnProtocol } from '../protocols';

/** What a tunnel of PPTP carries, as pppd is set up on every gateway. */
const PPTP_MTU = 1400;

/** Below it the kernel takes IPv6 off an interface. */
const LEAST_MTU = 1280;

/** What the tunnel has to fit into. */
export interface Fit {
  /** What the VPC network carries in bytes. */
  readonly network: number;
  /** What the way of clients carries beyond it, in bytes. */
  readonly clients: number;
  /** The forms of the protocol that count; every one where none is given. */
  readonly form?: string;
}

/**
 * The MTU of a tunnel whose packets fit through the network without fragments: what was asked for, or what remains of the
 * way after what the protocol adds at most.
 *
 * @throws InvalidInputError `NETWORK_MTU_TOO_SMALL`; `HOST_OPTION_INVALID` where more was asked for than can ever fit
 */
export function tunnelMtu(protocol: VpnProtocol, asked: number | undefined, { network, clients, form }: Fit): number {
  const overheads = overheadsOf(protocol, form);
  const way = Math.min(network, clients);
  const preset = way - Math.max(...overheads);
  if (preset < LEAST_MTU) {
    tooSmall(protocol, network, LEAST_MTU + Math.max(...overheads));
  }
  const widest = network - Math.min(...overheads);
  if (asked !== undefined && !isToken(asked) && asked > widest) {
    invalid({
      code: 'HOST_OPTION_INVALID',
      what: `mtu leaves no room for what ${protocol.name} adds: the network carries ${network} bytes`,
      got: asked,
      allowed: `at most ${widest}`,
      instead: `mtu: ${preset}`,
    });
  }
  return asked ?? preset;
}

/** Checks that a network carries PPTP's packets whole. @throws InvalidInputError `NETWORK_MTU_TOO_SMALL` */
export function checkPptpFits(pptp: VpnProtocol, network: number): void {
  const needed = PPTP_MTU + Math.max(...overheadsOf(pptp));
  if (network < needed) {
    tooSmall(pptp, network, needed);
  }
}

function overheadsOf({ overhead }: VpnProtocol, form = ''): number[] {
  return overhead.filter((one) => one.form.includes(form)).map(mostAdded);
}

function tooSmall(protocol: VpnProtocol, network: number, needed: number): never {
  return invalid({
    code: 'NETWORK_MTU_TOO_SMALL',
    what: `the network carries ${network} bytes, and ${protocol.name} needs ${needed}`,
    got: network,
    allowed: `a network whose mtu is at least ${needed}`,
    instead: 'mtu: 1460   // on the ComputeNetwork',
  });
}
