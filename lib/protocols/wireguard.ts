import { Flow } from '../flows/flow';
import type { Evidence } from '../network/evidence';
import type { VpnProtocol } from './vpn-protocol';

const PACKET_SIZES: Evidence = {
  kind: 'vendor',
  title: 'Jason A. Donenfeld: Header / MTU sizes for WireGuard (2017)',
  source: 'https://www.mail-archive.com/wireguard@lists.zx2c4.com/msg01856.html',
  read: '2026-11',
  certainty: 'high',
};

/** WireGuard on its customary port. */
export const WIREGUARD: VpnProtocol = {
  id: 'wireguard',
  name: 'WireGuard',
  standard: 'WireGuard: Next Generation Kernel Network Tunnel (Donenfeld, 2017)',
  flowSets: [{ when: 'always: one UDP port', flows: [Flow.udp(51820)] }],
  overhead: [
    {
      form: 'over IPv4',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'UDP', bytes: 8 },
        { name: 'type and reserved', bytes: 4 },
        { name: 'key index', bytes: 4 },
        { name: 'counter', bytes: 8 },
        { name: 'Poly1305 authentication tag', bytes: 16 },
      ],
    },
    {
      form: 'over IPv6',
      parts: [
        { name: 'IPv6', bytes: 40 },
        { name: 'UDP', bytes: 8 },
        { name: 'type and reserved', bytes: 4 },
        { name: 'key index', bytes: 4 },
        { name: 'counter', bytes: 8 },
        { name: 'Poly1305 authentication tag', bytes: 16 },
      ],
    },
  ],
  standing: {
    level: 'sound',
    summary: 'Sound, with one fixed set of algorithms; a device is known by its key, and there is no second factor.',
    weaknesses: [],
    attackerGains: [],
    evidence: [
      {
        kind: 'vendor',
        title: 'WireGuard: Protocol and cryptography',
        source: 'https://www.wireguard.com/protocol/',
        read: '2026-11',
        certainty: 'medium',
        caveat: 'Known from other texts that quote it; the page itself was not read again.',
      },
      PACKET_SIZES,
    ],
  },
};
