import { Flow } from '../../lib/flows';
import {
  IKEV2,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  SSTP,
  VPN_PROTOCOLS,
  type VpnProtocol,
  WIREGUARD,
} from '../../lib/protocols';

const flows = (protocol: VpnProtocol) =>
  protocol.flowSets.map((set) => set.flows.map(({ label }) => label).join(' + '));
const bytes = (protocol: VpnProtocol) =>
  Object.fromEntries(
    protocol.overhead.map(({ form, parts }) => [form, parts.reduce((sum, part) => sum + part.bytes, 0)]),
  );

describe('the list of protocols', () => {
  test('has the six, each with an id and a name of its own', () => {
    expect(VPN_PROTOCOLS.map(({ id }) => id)).toEqual(['pptp', 'l2tp-ipsec', 'sstp', 'ikev2', 'openvpn', 'wireguard']);
    expect(VPN_PROTOCOLS.map(({ name }) => name)).toEqual([
      'PPTP',
      'L2TP/IPsec',
      'SSTP',
      'IKEv2',
      'OpenVPN',
      'WireGuard',
    ]);
  });
});

describe('the flows of a protocol', () => {
  test.each([
    [PPTP, ['TCP 1723 + GRE 47']],
    [L2TP_IPSEC, ['UDP 500 + UDP 4500', 'UDP 500 + ESP 50']],
    [SSTP, ['TCP 443']],
    [IKEV2, ['UDP 500 + UDP 4500', 'UDP 500 + ESP 50']],
    [OPENVPN, ['UDP 1194', 'UDP 443', 'TCP 443', 'TCP 1194']],
    [WIREGUARD, ['UDP 51820']],
  ])('are those of $name', (protocol, expected) => {
    expect(flows(protocol)).toEqual(expected);
  });

  test('are never UDP 1701 for L2TP/IPsec, which must not be open to the internet', () => {
    expect(L2TP_IPSEC.flowSets.flatMap((set) => set.flows).map(({ port }) => port)).not.toContain(1701);
  });

  test('may start at either end for PPTP alone', () => {
    const either = VPN_PROTOCOLS.filter(({ flowSets }) =>
      flowSets.some((set) => set.flows.some(({ startsAtEitherEnd }) => startsAtEitherEnd)),
    );
    expect(either).toEqual([PPTP]);
    expect(PPTP.flowSets[0]?.flows).toContain(Flow.GRE);
  });

  test.each(VPN_PROTOCOLS)('of $name come in at least one set, with the case in which it is used', ({ flowSets }) => {
    expect(flowSets.length).toBeGreaterThan(0);
    expect(flowSets.filter(({ flows: some, when }) => some.length === 0 || when.length < 5)).toEqual([]);
  });
});

describe('the bytes that a protocol adds to a packet', () => {
  test.each([
    [
      PPTP,
      {
        'MPPE 128 over IPv4, at most': 44,
        'MPPE 128 over IPv4, without acknowledgement': 40,
        'without encryption over IPv4, at most': 40,
        'without encryption over IPv4, without acknowledgement and with PPP header compression': 33,
        'MPPE 128 over IPv4, without acknowledgement and with PPP header compression': 36,
      },
    ],
    [
      L2TP_IPSEC,
      {
        'ESP transport, AES-CBC and HMAC-SHA1-96, NAT-T, over IPv4, at most': 101,
        'ESP transport, AES-CBC and HMAC-SHA1-96, over IPv4, at most': 93,
      },
    ],
    [SSTP, { 'TLS 1.2 with AES-GCM over IPv4, one packet to a TLS record': 89 }],
    [
      IKEV2,
      {
        'ESP tunnel, AES-GCM, NAT-T, over IPv4, at most': 65,
        'ESP tunnel, AES-GCM, over IPv4, at most': 57,
        'ESP tunnel, AES-CBC with HMAC-SHA-256, NAT-T, over IPv4, at most': 85,
      },
    ],
    [OPENVPN, { 'AES-256-GCM over UDP and IPv4': 52, 'AES-256-GCM over TCP and IPv4': 78 }],
    [WIREGUARD, { 'over IPv4': 60, 'over IPv6': 80 }],
  ])('are those of $name', (protocol, expected) => {
    expect(bytes(protocol)).toEqual(expected);
  });

  test('leave room for the MTU of 1400 that PPTP gets, on a path of 1500', () => {
    expect(Math.min(...Object.values(bytes(PPTP)).map((sum) => 1500 - sum))).toBe(1456);
  });

  test.each(VPN_PROTOCOLS)('of $name begin with the outer IP header', ({ overhead }) => {
    expect(overhead.length).toBeGreaterThan(0);
    for (const { parts } of overhead) {
      expect(['IPv4 20', 'IPv6 40']).toContain(`${parts[0]?.name} ${parts[0]?.bytes}`);
      expect(parts.filter(({ bytes: some }) => !Number.isInteger(some) || some < 1)).toEqual([]);
    }
  });
});

describe('the cryptographic standing of a protocol', () => {
  test('is broken for PPTP alone', () => {
    expect(VPN_PROTOCOLS.map(({ id, standing }) => `${id} ${standing.level}`)).toEqual([
      'pptp broken',
      'l2tp-ipsec dated',
      'sstp sound',
      'ikev2 sound',
      'openvpn sound',
      'wireguard sound',
    ]);
  });

  test('names for PPTP what is broken, and why a long password does not help', () => {
    const text = PPTP.standing.weaknesses.join('\n');
    expect(text).toMatch(/one search through 2\^56 DES keys yields the NT hash, however long the password is/);
    expect(text).toMatch(
      /NT hash is as good as the password: it is enough to log in, and the keys of MPPE derive from it/,
    );
    expect(text).toMatch(/MPPE encrypts with RC4 and checks no integrity/);
    expect(text).toMatch(/without forward secrecy/);
    expect(text).toMatch(/TCP 1723 .* neither encrypted nor authenticated/);
  });

  test('says for PPTP what an attacker gains, from a recording and on the path', () => {
    const text = PPTP.standing.attackerGains.join('\n');
    expect(text).toMatch(/From one recorded login: the NT hash/);
    expect(text).toMatch(/With the hash: everything in the recorded and in later calls/);
    expect(text).toMatch(/With the hash: logging in as that user/);
    expect(text).toMatch(/Without any search, on the path: flipping bits/);
  });

  test.each(VPN_PROTOCOLS)(
    'of $name is said in sentences, with weaknesses and gains exactly where it is not sound',
    ({ standing }) => {
      const { level, summary, weaknesses, attackerGains } = standing;
      expect([summary, ...weaknesses, ...attackerGains].filter((text) => !/^[A-Z].*\.$/.test(text))).toEqual([]);
      expect([weaknesses.length > 0, attackerGains.length > 0]).toEqual([level !== 'sound', level !== 'sound']);
    },
  );
});

describe('the evidence about protocols', () => {
  const evidence = VPN_PROTOCOLS.flatMap(({ id, standing }) =>
    standing.evidence.map((one) => ({ one, where: `${id}: ${one.title}` })),
  );

  test.each(VPN_PROTOCOLS)('is there for the standing of $name', ({ standing }) => {
    expect(standing.evidence.length).toBeGreaterThan(0);
  });

  test('has a title, a month, and a source where somebody else says it', () => {
    expect(evidence.filter(({ one }) => one.title.length < 5).map(({ where }) => where)).toEqual([]);
    expect(evidence.filter(({ one }) => !/^20\d\d-(0[1-9]|1[0-2])$/.test(one.read) || one.read > '2026-11')).toEqual(
      [],
    );
    const others = evidence.filter(({ one }) => one.kind === 'vendor' || one.kind === 'field-report');
    expect(others.length).toBeGreaterThan(10);
    expect(others.filter(({ one }) => !/^https?:\/\/\S/.test(one.source ?? '')).map(({ where }) => where)).toEqual([]);
  });
});
