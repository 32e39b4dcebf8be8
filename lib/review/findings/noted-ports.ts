import { VPN_FLOWS } from '../evaluate';
import type { AboutPorts } from '../model';

/** The ports of VPNs, 443 aside, which is the web's, and numbers of IP protocols that are taken for ports. */
const PORTS: readonly number[] = [
  ...VPN_FLOWS.flatMap(({ port }) => (port === undefined || port === 443 ? [] : [port])),
  ...[47, 50, 51],
];

const NOTED = new Uint8Array(65536);
for (const port of PORTS) {
  NOTED[port] = 1;
}

/** Whether a finding can be about a rule for these ports of TCP or UDP. It is asked about every rule of an estate. */
export const isNoted: AboutPorts = (_protocol, from, to) =>
  from === to ? NOTED[from] !== 0 : PORTS.some((port) => from <= port && port <= to);
