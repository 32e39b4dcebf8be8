// What stands before clients and gateway, against the packet experiments: which way is lost, and whether a call works.

import { assess, pathOf, type Reason } from '../../lib/feasibility';
import { COMMON, type NetworkElement } from '../../lib/network';
import { IKEV2, PPTP, SSTP, WIREGUARD } from '../../lib/protocols';

const hop = (element: NetworkElement) => ({ element, condition: 'met' as const });
const verdict = (...elements: NetworkElement[]) =>
  assess(PPTP, pathOf('client', [...elements.map(hop), hop(COMMON.INTERNET), hop(COMMON.HOST_FILTER)]));
const lost = (reasons: readonly Reason[]) =>
  reasons.map(({ hop, flow, direction, code }) => `${hop.element.id} ${flow.id} ${direction} ${code}`);

describe('before the clients', () => {
  test.each([
    ['N0 a firewall that lets out and back what the helper knows', COMMON.CLIENT_FIREWALL_WITH_HELPER],
    ['N2, N5 and N8 masquerading with helper', COMMON.CLIENT_NAT_WITH_HELPER],
    ['masquerading whose helper is said to be on', COMMON.CLIENT_NAT],
    ['one to one', COMMON.CLIENT_ONE_TO_ONE_NAT],
    ['N9 the client to which GRE is passed through', COMMON.CLIENT_NAT_TO_ONE_CLIENT],
    ['a router of pf, with one client at a time', COMMON.CLIENT_NAT_BY_ADDRESS],
  ])('%s: PPTP works', (_, element) => {
    expect(verdict(element)).toMatchObject({ result: 'works', reasons: [] });
  });

  test.each([
    ['N1, N4 and N7 masquerading without helper', COMMON.CLIENT_NAT_WITHOUT_HELPER],
    ['E8 a stateful firewall without helper', COMMON.CLIENT_FIREWALL],
  ])('%s: what the client sends arrives, and no answer comes back', (_, element) => {
    const { result, reasons } = verdict(element);
    expect(result).toBe('cannot-work');
    expect(lost(reasons)).toEqual([`${element.id} gre to-client PPTP_HELPER_MISSING`]);
  });

  test('two routers, of which one has no helper: that one is named, and no other', () => {
    const { reasons } = verdict(COMMON.CLIENT_NAT_WITH_HELPER, COMMON.CLIENT_NAT_WITHOUT_HELPER);
    expect(reasons.map(({ hopIndex, direction }) => [hopIndex, direction])).toEqual([[1, 'to-client']]);
  });

  test("a carrier's NAT: nobody can tell", () => {
    const { result, reasons } = verdict(COMMON.CARRIER_NAT);
    expect(result).toBe('unverified');
    expect(lost(reasons)).toEqual([
      'any.carrier-nat gre to-gateway PATH_UNVERIFIED',
      'any.carrier-nat gre to-client PATH_UNVERIFIED',
    ]);
  });

  test.each([WIREGUARD, SSTP, IKEV2])('$name has no need of a helper', (protocol) => {
    for (const element of [COMMON.CLIENT_NAT_WITHOUT_HELPER, COMMON.CARRIER_NAT, COMMON.CLIENT_FIREWALL]) {
      expect(assess(protocol, pathOf('client', [hop(element)])).result).toBe('works');
    }
  });
});

describe('before the gateway', () => {
  test.each([
    ['P2 port forward with IP protocol 47', COMMON.PORT_FORWARD_WITH_GRE],
    ['P3 and P4 port forward with helper', COMMON.PORT_FORWARD_WITH_HELPER],
    ['P5 and P6 one to one', COMMON.ONE_TO_ONE_NAT],
    ['a firewall with helper', COMMON.FIREWALL_WITH_HELPER],
  ])('%s: PPTP works', (_, element) => {
    expect(verdict(element)).toMatchObject({ result: 'works', reasons: [] });
  });

  test.each([
    ['P1 port forward of TCP 1723 alone', COMMON.PORT_FORWARD, 'RULE_MISSING'],
    ['D03 and D04 a stateful firewall without helper', COMMON.FIREWALL, 'PPTP_HELPER_MISSING'],
    ['D01 and D02 GRE as established only', COMMON.ESTABLISHED_ONLY_FILTER, 'PPTP_HELPER_MISSING'],
  ])('%s: nothing of what the client sends arrives', (_, element, code) => {
    const { result, reasons } = verdict(element);
    expect(result).toBe('cannot-work');
    expect(lost(reasons)).toEqual([`${element.id} gre to-gateway ${code}`]);
  });
});

test('Q a router without helper before the clients and one to one before the gateway: it is the router', () => {
  const { reasons } = verdict(COMMON.CLIENT_NAT_WITHOUT_HELPER, COMMON.ONE_TO_ONE_NAT);
  expect(lost(reasons)).toEqual(['any.client-nat-without-helper gre to-client PPTP_HELPER_MISSING']);
});
