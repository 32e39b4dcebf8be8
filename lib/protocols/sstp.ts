import { Flow } from '../flows/flow';
import type { VpnProtocol } from './vpn-protocol';

/** SSTP: PPP inside TLS. */
export const SSTP: VpnProtocol = {
  id: 'sstp',
  name: 'SSTP',
  standard: 'MS-SSTP',
  flowSets: [{ when: 'always: it looks like HTTPS', flows: [Flow.tcp(443)] }],
  overhead: [
    {
      form: 'TLS 1.2 with AES-GCM over IPv4, one packet to a TLS record',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'TCP', bytes: 20 },
        { name: 'TCP timestamps', bytes: 12 },
        { name: 'TLS record header', bytes: 5 },
        { name: 'AES-GCM explicit nonce', bytes: 8 },
        { name: 'SSTP', bytes: 4 },
        { name: 'PPP', bytes: 4 },
        { name: 'AES-GCM authentication tag', bytes: 16 },
      ],
    },
  ],
  standing: {
    level: 'sound',
    summary: "As good as its TLS: sound where clients check the server's certificate and TLS 1.2 or later is used.",
    weaknesses: [],
    attackerGains: [],
    evidence: [
      {
        kind: 'vendor',
        title: '[MS-SSTP]: Secure Socket Tunneling Protocol',
        source:
          'https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-sstp/70adc1df-c4fe-4b02-8872-f1d8b9ad806a',
        read: '2026-11',
        certainty: 'high',
      },
    ],
  },
};
