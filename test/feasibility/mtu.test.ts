// What each protocol leaves of a packet, against the arithmetic of the RFCs and of those who measured it.

import { explainSize, type Hop, pathMtu, pathOf, tunnelSizes } from '../../lib/feasibility';
import {
  ESP_TRANSFORMS,
  espTunnel,
  IKEV2,
  L2TP_IPSEC,
  mostAdded,
  OPENVPN,
  PPTP,
  VPN_PROTOCOLS,
  type VpnProtocol,
  WIREGUARD,
} from '../../lib/protocols';
import { errorOf } from '../support/messages';
import { element, fact, VENDOR, WIRE } from './elements';

const sizes = (protocol: VpnProtocol, path: number) => tunnelSizes(protocol, path).map(({ mtu }) => mtu);

describe('what is left of a packet of 1500, of 1492 (PPPoE) and of 1460 bytes (Google Cloud)', () => {
  test.each([
    ['without encryption, compressed headers, no acknowledgement', 4 - 1, [1467, 1459, 1427]],
    ['without encryption, sequence and acknowledgement number', 2, [1460, 1452, 1420]],
    ['MPPE, sequence number alone', 1, [1460, 1452, 1420]],
    ['MPPE, sequence and acknowledgement number: the worst', 0, [1456, 1448, 1416]],
  ])('by PPTP, %s', (_, form, left) => {
    expect([1500, 1492, 1460].map((path) => sizes(PPTP, path)[form])).toEqual(left);
  });

  test('by PPTP with TCP inside: segments of 1416, 1408 and 1376 bytes at worst', () => {
    expect([1500, 1492, 1460].map((path) => tunnelSizes(PPTP, path)[0]?.mss.ipv4)).toEqual([1416, 1408, 1376]);
  });

  test.each([
    ['AES-GCM', ESP_TRANSFORMS.AES_GCM, [1438, 1446, 1398, 1406]],
    ['ChaCha20-Poly1305', ESP_TRANSFORMS.CHACHA20_POLY1305, [1438, 1446, 1398, 1406]],
    ['AES-CBC with SHA-1', ESP_TRANSFORMS.AES_CBC_SHA1, [1422, 1438, 1390, 1390]],
    ['AES-CBC with SHA-256', ESP_TRANSFORMS.AES_CBC_SHA256, [1422, 1438, 1390, 1390]],
    ['AES-CBC with SHA-512', ESP_TRANSFORMS.AES_CBC_SHA512, [1406, 1422, 1374, 1374]],
  ])('by ESP with %s, in UDP and by itself', (_, transform, left) => {
    const forms: VpnProtocol = { ...IKEV2, overhead: [espTunnel(transform, true), espTunnel(transform, false)] };
    expect([...sizes(forms, 1500), ...sizes(forms, 1460)]).toEqual(left);
  });

  test('by WireGuard over IPv4 and IPv6', () => {
    expect([1500, 1492, 1460].map((path) => sizes(WIREGUARD, path))).toEqual([
      [1440, 1420],
      [1432, 1412],
      [1400, 1380],
    ]);
  });

  test('by OpenVPN over UDP', () => {
    expect([1500, 1492, 1460].map((path) => sizes(OPENVPN, path)[0])).toEqual([1448, 1440, 1408]);
  });

  test('fits, and one byte more would not, for every form of every protocol', () => {
    for (const { overhead } of VPN_PROTOCOLS) {
      for (const form of overhead) {
        const { to = 1, with: within = 0 } = form.padding ?? {};
        const fixed = mostAdded(form) - (to - 1) - within;
        const outside = (inside: number) => fixed + Math.ceil((inside + within) / to) * to;
        for (const path of [1280, 1400, 1460, 1492, 1500, 9001]) {
          const [size] = tunnelSizes({ ...IKEV2, overhead: [form] }, path);
          expect(outside(size?.mtu ?? 0)).toBeLessThanOrEqual(path);
          expect(outside((size?.mtu ?? 0) + 1)).toBeGreaterThan(path);
        }
      }
    }
  });
});

describe('the sum', () => {
  test.each([
    [
      PPTP,
      '1500 - 20 IPv4 - 8 GRE version 1 - 4 GRE sequence number - 4 GRE acknowledgement number - 2 PPP address and control - 2 PPP protocol - 2 MPPE coherency count - 2 PPP protocol inside MPPE = 1456',
    ],
    [
      IKEV2,
      '1500 - 20 IPv4 - 8 UDP 4500 - 8 ESP header - 8 AES-GCM initialisation vector - 2 ESP pad length and next header - 16 AES-GCM integrity check value = 1438',
    ],
    [
      L2TP_IPSEC,
      '1500 - 20 IPv4 - 8 UDP 4500 - 8 ESP header - 16 AES-CBC initialisation vector - 8 UDP 1701 - 8 L2TP - 4 PPP - 12 padding to 16 - 2 ESP pad length and next header - 12 ESP integrity check value = 1402',
    ],
  ])('of $name', (protocol, sum) => {
    expect(tunnelSizes(protocol)[0]?.sum).toBe(sum);
  });

  test('adds up, for every protocol and any path', () => {
    for (const protocol of VPN_PROTOCOLS) {
      for (const path of [1280, 1399, 1460, 1492, 1500]) {
        for (const { sum, mtu } of tunnelSizes(protocol, path)) {
          const [first = 0, ...rest] = [...sum.matchAll(/(?:^| - |= )(\d+)/g)].map(([, number]) => Number(number));
          expect(rest.pop()).toBe(mtu);
          expect(rest.reduce((left, bytes) => left - bytes, first)).toBe(mtu);
        }
      }
    }
  });

  test('says which hop makes the path narrower than Ethernet', () => {
    const path = pathOf('client', [{ element: WIRE, label: 'PPPoE line', mtu: 1492 }, { element: WIRE }]);
    expect(explainSize(WIREGUARD, path)).toBe(
      'WireGuard: 1492 - 40 IPv6 - 8 UDP - 4 type and reserved - 4 key index - 8 counter - 16 Poly1305 authentication tag = 1412 (1492: PPPoE line); TCP segments of 1372 over IPv4 (1412 - 40)',
    );
  });
});

describe('the MTU of a path', () => {
  const narrow = { ...element('narrow', fact('carries')), mtu: { bytes: 1460, evidence: [VENDOR] } };
  const mtu = (...hops: Hop[]) => pathMtu(pathOf('client', hops));

  test('is that of Ethernet where no hop says less', () => {
    expect(mtu({ element: WIRE })).toEqual({ bytes: 1500, hop: undefined });
    expect(mtu({ element: WIRE, mtu: 9001 })).toEqual({ bytes: 1500, hop: undefined });
  });

  test('is that of the narrowest hop, whose own word counts before that of its element', () => {
    expect(mtu({ element: WIRE, mtu: 1492 }, { element: narrow }).bytes).toBe(1460);
    expect(mtu({ element: WIRE, mtu: 1492 }, { element: narrow, mtu: 1500 }).bytes).toBe(1492);
  });

  test.each([0, -1, 67, 65536, 1400.5, Number.NaN])('is refused as %p', (bytes) => {
    expect(errorOf(() => mtu({ element: WIRE, mtu: bytes })).text).toBe(
      `the MTU of wire is not a size of packets.
  got      ${bytes}
  allowed  a whole number of bytes from 68 to 65535
  write    mtu: 1492

      at FILE:LINE
      code PATH_MTU_INVALID, see docs/diagnostics.md`,
    );
  });
});
