import { Flow } from '../../flows';
import { VPN_PROTOCOLS } from '../../protocols';
import type { AboutPorts } from '../model';

/** Every flow that some VPN protocol runs on, each once, and UDP 1701, which none should. */
export const VPN_FLOWS: readonly Flow[] = [
  ...new Map(
    [...VPN_PROTOCOLS.flatMap(({ flowSets }) => flowSets.flatMap(({ flows }) => flows)), Flow.udp(1701)].map((flow) => [
      flow.id,
      flow,
    ]),
  ).values(),
];

/** Flows that only VPNs use. TCP and UDP 443 are the web's. */
export const VPN_ONLY: readonly Flow[] = VPN_FLOWS.filter(({ port }) => port !== 443);

/** Asks about these ports and those between them, whatever the protocol: it is asked about every rule of an estate. */
export function aboutPorts(ports: readonly number[]): AboutPorts {
  const marked = new Uint8Array(65536);
  for (const port of ports) {
    marked[port] = 1;
  }
  return (_protocol, from, to) => (from === to ? marked[from] !== 0 : ports.some((port) => from <= port && port <= to));
}

/** The ports of flows that have one. */
export function portsOf(flows: readonly Flow[]): readonly number[] {
  return flows.flatMap(({ port }) => port ?? []);
}

/** Whether rules for ports can be about a flow of a VPN. */
export const isVpnPort = aboutPorts(portsOf(VPN_FLOWS));
