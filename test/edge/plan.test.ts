// What firewalls are to let through: what a plan holds, and what it refuses.

import { EdgePlan, type EdgePlanOptions, GATEWAY_ADDRESS } from '../../lib/edge';
import { pathOf } from '../../lib/feasibility';
import { Flow, Insecure } from '../../lib/flows';
import { AZURE } from '../../lib/network/azure';
import { GOOGLE } from '../../lib/network/google';
import { IKEV2, OPENVPN, PPTP, WIREGUARD } from '../../lib/protocols';
import { Clients } from '../../lib/rules/clients';
import { errorOf } from '../support/messages';

const pptp: EdgePlanOptions = {
  name: 'plant4',
  protocols: [PPTP],
  insecure: Insecure.because('PLCs in plant 4 speak nothing else'),
  clients: Clients.from('203.0.113.0/24'),
};
const wireGuard: EdgePlanOptions = { ...pptp, protocols: [WIREGUARD] };

const refused = (options: object) => errorOf(() => EdgePlan.from(options as EdgePlanOptions));

describe('a plan', () => {
  test('holds what was written, and the flows of its protocols', () => {
    const plan = EdgePlan.from({
      ...pptp,
      gateway: '198.51.100.10',
      tunnelRange: '10.99.0.0/24',
    });
    expect(plan.name).toBe('plant4');
    expect(plan.flows.map(({ id }) => id)).toEqual(['tcp-1723', 'gre']);
    expect(plan.clients.map(String)).toEqual(['203.0.113.0/24']);
    expect(plan.version).toBe(4);
    expect(plan.gateway).toBe('198.51.100.10');
    expect(String(plan.tunnelRange)).toBe('10.99.0.0/24');
    expect(plan.reasons).toEqual(['PLCs in plant 4 speak nothing else']);
    expect(plan.protocolNames).toEqual(['PPTP']);
    expect([plan.hasGre, plan.hasEsp]).toEqual([true, false]);
  });

  test('has each flow once, in the order of the protocols, and ports in ascending order', () => {
    const plan = EdgePlan.from({
      ...pptp,
      protocols: [WIREGUARD, IKEV2, OPENVPN],
      flowSets: [...IKEV2.flowSets, ...OPENVPN.flowSets.slice(1, 3)],
    });
    expect(plan.flows.map(({ id }) => id)).toEqual(['udp-51820', 'udp-500', 'udp-4500', 'esp', 'udp-443', 'tcp-443']);
    expect(plan.ports('udp')).toEqual([443, 500, 4500, 51820]);
    expect(plan.ports('tcp')).toEqual([443]);
    expect([plan.hasGre, plan.hasEsp]).toEqual([false, true]);
  });

  test('names no address where none is known', () => {
    expect(EdgePlan.from(pptp).gateway).toBe(GATEWAY_ADDRESS);
  });

  test('writes addresses of IPv6 in one way', () => {
    const plan = EdgePlan.from({
      ...wireGuard,
      clients: Clients.from('2001:db8:1::/48'),
      gateway: '2001:0DB8:0:0::0010',
    });
    expect([plan.version, plan.gateway]).toEqual([6, '2001:db8::10']);
  });

  test('leaves out ranges that lie in another, since many products take no overlaps', () => {
    const clients = Clients.from('203.0.113.0/25', '203.0.113.64/26', '203.0.113.0/24', '198.51.100.0/24');
    expect(EdgePlan.from({ ...pptp, clients }).clients.map(String)).toEqual(['203.0.113.0/24', '198.51.100.0/24']);
  });

  test('holds the reason for letting everybody in', () => {
    const clients = Clients.anywhereBecause('roaming sales staff; reviewed 2026-11');
    expect(EdgePlan.from({ ...pptp, clients }).reasons).toEqual([
      'PLCs in plant 4 speak nothing else',
      'roaming sales staff; reviewed 2026-11',
    ]);
  });

  test('is the same however often it is made', () => {
    expect(EdgePlan.from(pptp)).toEqual(EdgePlan.from(pptp));
  });
});

describe('the size of TCP segments', () => {
  test('is that of PPTP with MPPE over MTU 1400 where PPTP is spoken', () => {
    expect(EdgePlan.from(pptp).mss).toBe(1356);
  });

  test('is what the arithmetic leaves in the smallest tunnel of all protocols', () => {
    expect(EdgePlan.from(wireGuard).mss).toBe(1380);
    expect(EdgePlan.from({ ...wireGuard, protocols: [IKEV2] }).mss).toBe(1382);
    expect(EdgePlan.from({ ...wireGuard, protocols: [IKEV2, WIREGUARD] }).mss).toBe(1380);
  });

  test('follows from a path that carries less', () => {
    const path = pathOf('client', [{ element: GOOGLE.VPC_NETWORK, mtu: 1300 }]);
    expect(EdgePlan.from({ ...wireGuard, path }).mss).toBe(1180);
  });

  test('can be written', () => {
    expect(EdgePlan.from({ ...pptp, tunnelRange: '10.99.0.0/24', mss: 1300 }).mss).toBe(1300);
  });
});

describe('a plan is refused', () => {
  test.each([undefined, null, 'plant4', 4])('without options: %j', (options) => {
    expect(errorOf(() => EdgePlan.from(options as never)).code).toBe('EDGE_PLAN_INVALID');
  });

  test('without options, with what to write', () => {
    expect(errorOf(() => EdgePlan.from(null as never)).text).toMatchInlineSnapshot(`
      "EdgePlan.from was given nothing to plan with.
        got      null
        allowed  an object with name, protocols and clients
        write    EdgePlan.from({ name: 'plant4', protocols: [WIREGUARD], clients: Clients.from('203.0.113.0/24') })

            at FILE:LINE
            code EDGE_PLAN_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each([
    '',
    '4plant',
    'plant_4',
    'plant 4',
    "plant'4",
    'plant\n4',
    'plant4-and-plant5-and',
    'plänt',
    4,
    null,
    ['plant4'],
  ])('for the name %j', (name) => {
    expect(refused({ ...pptp, name }).code).toBe('EDGE_NAME_INVALID');
  });

  test('for a name, with what is allowed', () => {
    expect(refused({ ...pptp, name: 'plant 4; reload' }).text).toMatchInlineSnapshot(`
      "name of EdgePlan is no name that every product takes.
        got      "plant 4; reload"
        allowed  1 to 20 letters, digits and hyphens, a letter first
        write    name: 'plant4'

            at FILE:LINE
            code EDGE_NAME_INVALID, see docs/diagnostics.md"
    `);
  });

  test('without protocols', () => {
    expect(refused({ ...pptp, protocols: [] }).text).toMatchInlineSnapshot(`
      "EdgePlan was given no VPN protocol to let in.
        got      []
        allowed  PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD, each once
        write    protocols: [WIREGUARD]

            at FILE:LINE
            code PROTOCOLS_EMPTY, see docs/diagnostics.md"
    `);
  });

  test.each([
    ['PROTOCOL_UNKNOWN', { protocols: ['pptp'] }],
    ['PROTOCOL_UNKNOWN', { protocols: [null] }],
    ['PROTOCOLS_DUPLICATE', { protocols: [PPTP, PPTP] }],
    ['FLOW_SET_UNKNOWN', { flowSets: WIREGUARD.flowSets }],
    ['FLOW_SET_UNKNOWN', { flowSets: 47 }],
    ['FLOW_SET_UNKNOWN', { flowSets: [{ flows: 47 }] }],
    ['INSECURE_WITHOUT_REASON', { insecure: undefined }],
    ['NO_CLIENTS', { clients: undefined }],
    ['NO_CLIENTS', { clients: '203.0.113.0/24' }],
    ['PATH_EMPTY', { path: 'internet' }],
  ])('with %s for %j', (code, written) => {
    expect(refused({ ...pptp, ...written }).code).toBe(code);
  });

  test('for PPTP without a reason', () => {
    expect(refused({ ...pptp, insecure: undefined }).text).toMatchInlineSnapshot(`
      "EdgePlan would let PPTP in without a written reason: Whoever records one login can read and change the calls of that user and log in as that user.
        allowed  Insecure.because(reason), which a reviewer will read
        write    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')

            at FILE:LINE
            code INSECURE_WITHOUT_REASON, see docs/diagnostics.md"
    `);
  });

  test('for a reason that is none, whatever is spoken', () => {
    expect(refused({ ...wireGuard, insecure: { reason: 47 } }).text).toMatchInlineSnapshot(`
      "insecure of EdgePlan is no written reason.
        got      an object of class Object
        allowed  Insecure.because(reason), which a reviewer will read
        write    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')

            at FILE:LINE
            code INSECURE_WITHOUT_REASON, see docs/diagnostics.md"
    `);
  });

  test('for clients that are none', () => {
    expect(refused({ ...pptp, clients: '203.0.113.0/24' }).text).toMatchInlineSnapshot(`
      "clients of EdgePlan is not made by Clients.from of pptp-constructs/rules.
        got      "203.0.113.0/24"
        allowed  Clients.from(...), or Clients.anywhereBecause(reason)
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NO_CLIENTS, see docs/diagnostics.md"
    `);
  });

  test('for IPv6 clients of PPTP', () => {
    const clients = Clients.from('203.0.113.0/24', '2001:db8::/32');
    const { code, text } = refused({
      ...pptp,
      protocols: [WIREGUARD, PPTP],
      clients,
    });
    expect(code).toBe('CLIENTS_IPV6_FOR_PPTP');
    expect(text).toMatchInlineSnapshot(`
      "EdgePlan was given IPv6 clients, and PPTP runs over IPv4 only.
        got      "2001:db8::/32"
        allowed  IPv4 ranges
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code CLIENTS_IPV6_FOR_PPTP, see docs/diagnostics.md"
    `);
  });

  test('for clients of both versions of IP', () => {
    const { code, text } = refused({
      ...wireGuard,
      clients: Clients.from('203.0.113.0/24', '2001:db8::/32'),
    });
    expect(code).toBe('EDGE_OPTION_INVALID');
    expect(text).toMatchInlineSnapshot(`
      "clients of EdgePlan has ranges of both versions of IP, and the gateway has one address.
        got      ["203.0.113.0/24", "2001:db8::/32"]
        allowed  ranges of one version; a plan for each
        write    clients: Clients.from('2001:db8::/32')

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each([
    '198.51.100.10/32',
    'vpn.example.com',
    '',
    '0.0.0.0',
    '198.51.100.010',
    '2001:db8::1',
    47,
    null,
    [],
    GATEWAY_ADDRESS,
  ])('for the gateway %j', (gateway) => {
    expect(refused({ ...pptp, gateway }).code).toBe('EDGE_OPTION_INVALID');
  });

  test.each(['198.51.100.10', '::', 'fe80::1%eth0'])('for the gateway %j of IPv6 clients', (gateway) => {
    const clients = Clients.from('2001:db8::/32');
    expect(refused({ ...wireGuard, clients, gateway }).code).toBe('EDGE_OPTION_INVALID');
  });

  test('for a gateway of the other version of IP, with what is allowed', () => {
    expect(refused({ ...pptp, gateway: '2001:db8::10' }).text).toMatchInlineSnapshot(`
      "gateway of EdgePlan is no IPv4 address, which its clients' ranges are.
        got      "2001:db8::10"
        allowed  one IPv4 address
        write    gateway: '198.51.100.10'

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each([
    ['CIDR_INVALID', 'tunnel'],
    ['CIDR_INVALID', 47],
    ['CIDR_INVALID', null],
    ['CIDR_WITHOUT_MASK', '10.99.0.1'],
    ['CIDR_HOST_BITS', '10.99.0.1/24'],
    ['EDGE_OPTION_INVALID', '0.0.0.0/0'],
    ['EDGE_OPTION_INVALID', 'fd00::/64'],
  ])('with %s for the tunnel range %j', (code, tunnelRange) => {
    expect(refused({ ...pptp, tunnelRange }).code).toBe(code);
  });

  test('for a tunnel range that is every address', () => {
    expect(refused({ ...pptp, tunnelRange: '0.0.0.0/0' }).text).toMatchInlineSnapshot(`
      "tunnelRange of EdgePlan is every address.
        got      "0.0.0.0/0"
        allowed  the IPv4 range from which clients get their addresses inside the tunnel
        write    tunnelRange: '10.99.0.0/24'

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for an IPv6 tunnel range', () => {
    expect(refused({ ...wireGuard, tunnelRange: 'fd00::/64' }).text).toMatchInlineSnapshot(`
      "tunnelRange of EdgePlan is an IPv6 range, and the size of segments is one for IPv4.
        got      "fd00::/64"
        allowed  the IPv4 range from which clients get their addresses inside the tunnel
        write    tunnelRange: '10.99.0.0/24'

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each([535, 1461, 1356.5, Number.NaN, '1356', null])('for segments of %j bytes', (mss) => {
    expect(refused({ ...pptp, tunnelRange: '10.99.0.0/24', mss }).code).toBe('EDGE_OPTION_INVALID');
  });

  test('for segments of a size that no packet has, with what is allowed', () => {
    expect(refused({ ...pptp, tunnelRange: '10.99.0.0/24', mss: 9000 }).text).toMatchInlineSnapshot(`
      "mss of EdgePlan is no size of a TCP segment.
        got      9000
        allowed  a whole number of bytes from 536 to 1460
        write    mss: 1356

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for a size of segments that nothing would use', () => {
    const { code, text } = refused({ ...pptp, mss: 1300 });
    expect(code).toBe('EDGE_OPTION_UNUSED');
    expect(text).toMatchInlineSnapshot(`
      "mss of EdgePlan means nothing without tunnelRange, whose connections it is for.
        got      1300
        allowed  tunnelRange beside it, or none of the two
        write    tunnelRange: '10.99.0.0/24'

            at FILE:LINE
            code EDGE_OPTION_UNUSED, see docs/diagnostics.md"
    `);
  });

  test('for a protocol that cannot work on its path', () => {
    const path = pathOf('clients 203.0.113.0/24', [{ element: AZURE.PUBLIC_IP }, { element: AZURE.VIRTUAL_NETWORK }]);
    const { code, text } = refused({ ...pptp, path });
    expect(code).toBe('GRE_DROPPED_BY_FABRIC');
    expect(text).toMatchInlineSnapshot(`
      "PPTP cannot reach plant4: GRE (IP protocol 47) does not arrive.

        clients 203.0.113.0/24 -> public IP -> virtual network -> gateway
                                  ? TCP 1723 not certain, both directions
                                  x GRE dropped, both directions
                                               x GRE dropped, both directions
        TCP 1723  not certain to pass the Azure public IP address. [Azure public IP addresses, read 2026-11]
                  A Standard public IP is closed to the internet until a network security group opens it. Nobody has
                  said whether a network security group allows it.
                  To change it: put a network security group with a rule for it on the subnet or the network interface
        GRE 47    dropped by the Azure public IP address. [Azure Virtual Network FAQ, read 2026-10]
                  A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).
                  dropped by the Azure virtual network. [Azure Virtual Network FAQ, read 2026-10]
                  Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes
                  that.

        Nothing that this library builds works on this path.

            at FILE:LINE
            code GRE_DROPPED_BY_FABRIC, see docs/diagnostics.md"
    `);
  });
});

test('nothing in a plan is a flow that was not asked for', () => {
  const plan = EdgePlan.from({
    ...pptp,
    protocols: [OPENVPN],
    flowSets: OPENVPN.flowSets.slice(2, 3),
  });
  expect(plan.flows).toEqual([Flow.tcp(443)]);
});
