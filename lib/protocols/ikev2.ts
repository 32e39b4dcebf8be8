import { Flow } from '../flows/flow';
import { ESP_TRANSFORMS, espTunnel } from './esp';
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
    espTunnel(ESP_TRANSFORMS.AES_GCM, true),
    espTunnel(ESP_TRANSFORMS.AES_GCM, false),
    espTunnel(ESP_TRANSFORMS.AES_CBC_SHA256, true),
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
