import { Flow } from '../flows/flow';
import { ESP_PADDING } from './esp';
import type { VpnProtocol } from './vpn-protocol';

/** UDP 1701, L2TP and PPP are padded with the payload, and what ends ESP. */
const PADDING = { to: 16, with: 8 + 8 + 4 + 2 };

/** L2TP inside IPsec transport mode. UDP 1701 travels inside IPsec only and is no flow of its own. */
export const L2TP_IPSEC: VpnProtocol = {
  id: 'l2tp-ipsec',
  name: 'L2TP/IPsec',
  standard: 'RFC 3193',
  flowSets: [
    { when: 'behind NAT, or where ESP does not arrive', flows: [Flow.udp(500), Flow.udp(4500)] },
    { when: 'without NAT', flows: [Flow.udp(500), Flow.ESP] },
  ],
  overhead: [
    {
      form: 'ESP transport, AES-CBC and HMAC-SHA1-96, NAT-T, over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'UDP 4500', bytes: 8 },
        { name: 'ESP header', bytes: 8 },
        { name: 'AES-CBC initialisation vector', bytes: 16 },
        { name: 'UDP 1701', bytes: 8 },
        { name: 'L2TP', bytes: 8 },
        { name: 'PPP', bytes: 4 },
        { name: ESP_PADDING, bytes: 15 },
        { name: 'ESP pad length and next header', bytes: 2 },
        { name: 'ESP integrity check value', bytes: 12 },
      ],
      padding: PADDING,
    },
    {
      form: 'ESP transport, AES-CBC and HMAC-SHA1-96, over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'ESP header', bytes: 8 },
        { name: 'AES-CBC initialisation vector', bytes: 16 },
        { name: 'UDP 1701', bytes: 8 },
        { name: 'L2TP', bytes: 8 },
        { name: 'PPP', bytes: 4 },
        { name: ESP_PADDING, bytes: 15 },
        { name: 'ESP pad length and next header', bytes: 2 },
        { name: 'ESP integrity check value', bytes: 12 },
      ],
      padding: PADDING,
    },
  ],
  standing: {
    level: 'dated',
    summary: 'IPsec protects it well with certificates; with one pre-shared key for all users, as mostly, it does not.',
    weaknesses: [
      'A pre-shared key that every user knows does not prove who the server is.',
      'It needs IKEv1, which was declared historic in 2023, and clients still offer SHA-1, 3DES and MODP-1024 for it.',
      'The user logs in with MS-CHAPv2 inside IPsec: whoever stands in for the server gets the login, and with it the NT hash.',
    ],
    attackerGains: [
      'With the shared key and a place on the path: standing in for the server, and then what breaks PPTP.',
    ],
    evidence: [
      {
        kind: 'vendor',
        title: 'RFC 9395: Deprecation of the IKEv1 Protocol and Obsoleted Algorithms',
        source: 'https://www.rfc-editor.org/rfc/rfc9395',
        read: '2026-11',
        certainty: 'high',
      },
      {
        kind: 'vendor',
        title: 'RFC 3193: Securing L2TP using IPsec',
        source: 'https://www.rfc-editor.org/rfc/rfc3193',
        read: '2026-11',
        certainty: 'high',
      },
    ],
  },
};
