import {
  type AssessedCandidate,
  assessCandidate,
  type Candidate,
  choose,
  explainRefusal,
  explainSwap,
  explainUnverified,
  type Hop,
  pathOf,
  reasonCodes,
  reasonSentences,
} from '../../lib/feasibility';
import { IpProtocol } from '../../lib/flows';
import { IKEV2, PPTP, VPN_PROTOCOLS, type VpnProtocol } from '../../lib/protocols';
import { element, fact, WIRE } from './elements';

const fabric = element(
  'fabric',
  fact('drops', {
    protocols: [IpProtocol.GRE],
    code: 'GRE_DROPPED_BY_FABRIC',
    because: 'The fabric knows TCP, UDP and ESP alone, and no rule can change that.',
  }),
  fact('carries'),
);
const lopsided = element(
  'nat',
  fact('drops', {
    protocols: [IpProtocol.GRE],
    direction: 'to-client',
    because: 'It has no mapping for the answer.',
    remedy: 'turn on its PPTP helper.',
  }),
  fact('carries'),
);
const dark = element('dark', fact('undocumented', { because: 'Nobody has written down what it does.' }));

const assessed = (protocol: VpnProtocol, ...hops: Hop[]): AssessedCandidate =>
  assessCandidate({
    protocol,
    paths: [pathOf('client 203.0.113.0/24', hops)],
    builtBy: 'Managed Gateway',
    takes: 'about 30 minutes to create',
    cost: 'billed by the hour',
    clients: 'built into Windows and macOS',
    code: 'new VpnGateway(this, "Vpn", {\n  protocols: [Vpn.managed()],\n})',
  } satisfies Candidate);

describe('the explanation of a refusal', () => {
  test('draws the path, marks the hop, says who drops what on whose word, and ends with code that works', () => {
    const text = explainRefusal({
      subject: 'LegacyVpn',
      writtenAs: 'PptpGateway',
      asked: [assessed(PPTP, { element: WIRE }, { element: fabric })],
      offers: [assessed(IKEV2, { element: WIRE }, { element: fabric })],
      bringYourOwn: 'new Rules(this, "Rules")',
    });
    expect(text).toMatchInlineSnapshot(`
      "PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.

        client 203.0.113.0/24 -> wire -> fabric -> gateway
                                         x GRE dropped, both directions
        TCP 1723  carried by every hop
        GRE 47    dropped by the Test fabric. [Vendor handbook, read 2026-11]
                  The fabric knows TCP, UDP and ESP alone, and no rule can change that.

        What works on this path, in place of PptpGateway:
          IKEv2  built into Windows and macOS; Managed Gateway, about 30 minutes to create, billed by the hour
                 new VpnGateway(this, "Vpn", {
                   protocols: [Vpn.managed()],
                 })
        The path also carries L2TP/IPsec (UDP 500 and UDP 4500), SSTP (TCP 443), OpenVPN (UDP 1194), WireGuard (UDP
        51820), to a server of your own:
          new Rules(this, "Rules")"
    `);
  });

  test('tells the direction when only one is lost, and what to change at the hop', () => {
    const text = explainRefusal({
      subject: 'LegacyVpn',
      writtenAs: 'PptpGateway',
      asked: [assessed(PPTP, { element: lopsided, label: 'NAT of the branch' }, { element: fabric })],
      offers: [],
    });
    expect(text).toMatchInlineSnapshot(`
      "PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.

        client 203.0.113.0/24 -> NAT of the branch -> fabric -> gateway
                                 x GRE dropped, towards the client
                                                      x GRE dropped, both directions
        TCP 1723  carried by every hop
        GRE 47    dropped by the NAT of the branch, towards the client. [Vendor handbook, read 2026-11]
                  It has no mapping for the answer.
                  To change it: turn on its PPTP helper.
                  dropped by the Test fabric. [Vendor handbook, read 2026-11]
                  The fabric knows TCP, UDP and ESP alone, and no rule can change that.

        Nothing that this library builds works on this path."
    `);
  });

  test('names no alternative that does not work on the path either', () => {
    const wall = element('wall', fact('drops'));
    const text = explainRefusal({
      subject: 'Vpn',
      writtenAs: 'VpnGateway',
      asked: [assessed(PPTP, { element: wall })],
      offers: [assessed(IKEV2, { element: wall })],
      bringYourOwn: 'new Rules(this, "Rules")',
    });
    expect(text.endsWith('Nothing that this library builds works on this path.')).toBe(true);
    expect(VPN_PROTOCOLS.filter(({ name }) => text.includes(name))).toEqual([PPTP]);
  });

  test('takes each protocol in turn when several were asked for', () => {
    const wall = element('wall', fact('drops', { because: 'It is shut.' }));
    const asked = [assessed(PPTP, { element: wall }), assessed(IKEV2, { element: wall })];
    const text = explainRefusal({
      subject: 'Vpn',
      writtenAs: 'VpnGateway',
      asked,
      offers: [],
    });
    expect(text).toMatchInlineSnapshot(`
      "Nothing asked for can reach Vpn: PPTP, IKEv2.

        PPTP: TCP 1723 and GRE (IP protocol 47) do not arrive.

        client 203.0.113.0/24 -> wall -> gateway
                                 x TCP 1723 dropped, both directions
                                 x GRE dropped, both directions
        TCP 1723  dropped by the Test wall. [Vendor handbook, read 2026-11]
                  It is shut.
        GRE 47    dropped by the Test wall. [Vendor handbook, read 2026-11]
                  It is shut.

        IKEv2: UDP 500 and UDP 4500 do not arrive.

        client 203.0.113.0/24 -> wall -> gateway
                                 x UDP 500 dropped, both directions
                                 x UDP 4500 dropped, both directions
        UDP 500   dropped by the Test wall. [Vendor handbook, read 2026-11]
                  It is shut.
        UDP 4500  dropped by the Test wall. [Vendor handbook, read 2026-11]
                  It is shut.

        Nothing that this library builds works on this path."
    `);
    expect(reasonCodes(asked)).toEqual(['TCP_DROPPED', 'GRE_DROPPED', 'UDP_DROPPED']);
  });

  test('has one sentence a reason, with both directions as one', () => {
    expect(reasonSentences([assessed(PPTP, { element: fabric })])).toEqual([
      'GRE (IP protocol 47) dropped by the Test fabric, both directions: The fabric knows TCP, UDP and ESP alone, and no rule can change that.',
    ]);
  });
});

describe('the note about a swap', () => {
  test('says what was built in place of what, why, and what it costs', () => {
    const choice = choose([
      assessed(PPTP, { element: fabric }).candidate,
      assessed(IKEV2, { element: fabric }).candidate,
    ]);
    expect(explainSwap(choice, 'Vpn')).toMatchInlineSnapshot(
      `"Vpn is built as IKEv2 by Managed Gateway: PPTP cannot work on this path (GRE (IP protocol 47) dropped by the Test fabric). Managed Gateway: about 30 minutes to create, billed by the hour. Clients: built into Windows and macOS."`,
    );
  });

  test('is nothing when the first choice was built', () => {
    expect(explainSwap(choose([assessed(PPTP, { element: WIRE }).candidate]), 'Vpn')).toBeUndefined();
  });

  test('tells "not certain" from "cannot"', () => {
    const choice = choose([assessed(PPTP, { element: dark }).candidate, assessed(IKEV2, { element: WIRE }).candidate]);
    expect(explainSwap(choice, 'Vpn')).toContain('PPTP is not certain to work on this path');
  });
});

describe('the warning about an unverified path', () => {
  test('marks the hop with a question mark and says what is not known', () => {
    expect(explainUnverified(assessed(PPTP, { element: WIRE }, { element: dark }), 'Vpn')).toMatchInlineSnapshot(`
      "Whether PPTP can reach Vpn cannot be told at synth.

        client 203.0.113.0/24 -> wire -> dark -> gateway
                                         ? TCP 1723 not certain, both directions
                                         ? GRE not certain, both directions
        TCP 1723  not certain to pass the Test dark. [Vendor handbook, read 2026-11]
                  Nobody has written down what it does.
        GRE 47    not certain to pass the Test dark. [Vendor handbook, read 2026-11]
                  Nobody has written down what it does."
    `);
  });
});
