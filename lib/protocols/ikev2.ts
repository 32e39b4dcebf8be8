import { Flow } from '../flows/flow';
import type { VpnProtocol } from './vpn-protocol';

/** IKEv2 with ESP in tunnel mode. */
export const IKEV2: VpnProtocol = {
  id: 'ikev2',
  name: 'IKEv2',
  standard: 'RFC 7296',
  flowSets: [
    { when: 'behind NAT, or where ESP does not arrive', flows: [Flow.udp(500), Flow.udp(4500)] },
    { when: 'without NAT', flows: [Flow.udp(500), Flow.ESP] },
  ],
  overhead: [
    {
      form: 'ESP tunnel, AES-GCM, NAT-T, over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'UDP 4500', bytes: 8 },
        { name: 'ESP header', bytes: 8 },
        { name: 'AES-GCM initialisation vector', bytes: 8 },
        { name: 'ESP padding', bytes: 3 },
        { name: 'ESP pad length and next header', bytes: 2 },
        { name: 'AES-GCM integrity check value', bytes: 16 },
      ],
    },
    {
      form: 'ESP tunnel, AES-GCM, over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'ESP header', bytes: 8 },
        { name: 'AES-GCM initialisation vector', bytes: 8 },
        { name: 'ESP padding', bytes: 3 },
        { name: 'ESP pad length and next header', bytes: 2 },
        { name: 'AES-GCM integrity check value', bytes: 16 },
      ],
    },
    {
      form: 'ESP tunnel, AES-CBC with HMAC-SHA-256, NAT-T, over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'UDP 4500', bytes: 8 },
        { name: 'ESP header', bytes: 8 },
        { name: 'AES-CBC initialisation vector', bytes: 16 },
        { name: 'ESP padding', bytes: 15 },
        { name: 'ESP pad length and next header', bytes: 2 },
        { name: 'HMAC-SHA-256-128 integrity check value', bytes: 16 },
      ],
    },
  ],
  standing: {
    level: 'sound',
    summary:
      'Sound with a server certificate and modern proposals; Windows offers weak ones (MODP-1024, SHA-1) unless told otherwise.',
    weaknesses: [],
    attackerGains: [],
    evidence: [
      {
        kind: 'vendor',
        title: 'RFC 7296: Internet Key Exchange Protocol Version 2 (IKEv2)',
        source: 'https://www.rfc-editor.org/rfc/rfc7296',
        read: '2026-11',
        certainty: 'medium',
        caveat: 'The text itself was not read again.',
      },
      {
        kind: 'experiment',
        title: 'strongSwan with the proposals of Windows, Apple and Android, in network namespaces',
        read: '2026-11',
        certainty: 'high',
        caveat: "Emulated clients, after strongSwan's page on Windows clients.",
      },
    ],
  },
};
