import { Flow } from '../flows/flow';
import type { VpnProtocol } from './vpn-protocol';

/** OpenVPN, on the ports that its own default (1194) and AWS Client VPN (443) use. */
export const OPENVPN: VpnProtocol = {
  id: 'openvpn',
  name: 'OpenVPN',
  standard: 'OpenVPN 2 wire protocol',
  flowSets: [
    { when: 'its own default', flows: [Flow.udp(1194)] },
    { when: 'the default of AWS Client VPN', flows: [Flow.udp(443)] },
    { when: 'where UDP does not arrive', flows: [Flow.tcp(443)] },
    { when: 'where UDP does not arrive, on its own port', flows: [Flow.tcp(1194)] },
  ],
  overhead: [
    {
      form: 'AES-256-GCM over UDP and IPv4',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'UDP', bytes: 8 },
        { name: 'opcode and peer id', bytes: 4 },
        { name: 'packet id', bytes: 4 },
        { name: 'AES-GCM authentication tag', bytes: 16 },
      ],
    },
    {
      form: 'AES-256-GCM over TCP and IPv4',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'TCP', bytes: 20 },
        { name: 'TCP timestamps', bytes: 12 },
        { name: 'length', bytes: 2 },
        { name: 'opcode and peer id', bytes: 4 },
        { name: 'packet id', bytes: 4 },
        { name: 'AES-GCM authentication tag', bytes: 16 },
      ],
    },
  ],
  standing: {
    level: 'sound',
    summary: 'Sound with certificates, TLS 1.2 or later and AES-GCM or ChaCha20-Poly1305 for data.',
    weaknesses: [],
    attackerGains: [],
    evidence: [
      {
        kind: 'experiment',
        title: 'OpenVPN 2.6 with TLS 1.3, X25519, AES-256-GCM and tls-crypt-v2 behind a filter that drops by default',
        read: '2026-11',
        certainty: 'high',
      },
    ],
  },
};
