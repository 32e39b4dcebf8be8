// Whatever is wrong with what was asked for: which code, and the whole text.

import { InvalidInputError } from '../../lib/errors';
import * as rules from '../../lib/rules';

const { Clients, IKEV2, Insecure, OPENVPN, PPTP, WIREGUARD } = rules;

const clients = Clients.from('203.0.113.0/24');
const insecure = Insecure.because('PLCs in plant 4');
const pptp = { protocols: [PPTP], clients, insecure };

function told(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.message.replace(/^ +at .*\n/m, '').replace(/\n {6}code (\w+), see docs\/diagnostics.md$/, '\n$1');
    }
    throw error;
  }
  return 'nothing was refused';
}

describe('clients', () => {
  test('must be given', () => {
    expect(told(() => rules.vultrRules({ protocols: [WIREGUARD] } as never))).toBe(
      `vultrRules has no clients: a rule does not guess who may connect.
  allowed  Clients.from(...), or Clients.anywhereBecause(reason)
  write    clients: Clients.from('203.0.113.0/24')

NO_CLIENTS`,
    );
    expect(told(() => rules.hetznerRules(undefined as never))).toContain('NO_CLIENTS');
    expect(told(() => Clients.from())).toContain('NO_CLIENTS');
  });

  test('must be made by Clients of this entry point', () => {
    expect(told(() => rules.hetznerRules({ protocols: [WIREGUARD], clients: '198.51.100.0/24' } as never))).toBe(
      `clients of hetznerRules is not made by Clients.from of pptp-constructs/rules.
  got      "198.51.100.0/24"
  allowed  Clients.from(...), or Clients.anywhereBecause(reason)
  write    clients: Clients.from('198.51.100.0/24')

NO_CLIENTS`,
    );
  });

  test.each(['$' + '{TfToken[TOKEN.7]}', '$' + '{var.office}', '#' + '{TfToken[TOKEN.8]}'])(
    'must be known at synth, unlike %s',
    (expression) => {
      expect(told(() => Clients.from('203.0.113.0/24', expression))).toBe(
        `a client range is an expression or a token, a value that only deployment knows, and must be known at synth.
  got      "${expression}"
  allowed  ranges in CIDR notation, from the code or from the context of the app
  write    Clients.from('203.0.113.0/24')

TOKEN_NOT_ALLOWED`,
      );
    },
  );

  test.each([
    ['203.0.113.7', 'CIDR_WITHOUT_MASK'],
    ['203.0.113.7/24', 'CIDR_HOST_BITS'],
    ['office', 'CIDR_INVALID'],
    [47 as never, 'CIDR_INVALID'],
    ['0.0.0.0/0', 'CLIENTS_ANYWHERE_WITHOUT_REASON'],
    ['0.0.0.0/1', 'CLIENTS_ANYWHERE_WITHOUT_REASON'],
  ])('%j is refused with %s', (cidr, code) => {
    expect(told(() => Clients.from(cidr))).toMatch(new RegExp(`\n${code}$`));
  });

  test('may be anywhere with a reason only', () => {
    expect(told(() => Clients.anywhereBecause('because'))).toMatch(/\nREASON_MISSING$/);
    const anywhere = Clients.anywhereBecause('roaming sales staff');
    expect(Object.keys(rules.hetznerRules({ protocols: [WIREGUARD], clients: anywhere }))).toEqual(['in-udp-51820']);
  });

  const ipv6 = Clients.from('203.0.113.0/24', '2001:db8::/32');

  test('of PPTP have IPv4', () => {
    expect(told(() => rules.hetznerRules({ ...pptp, protocols: [WIREGUARD, PPTP], clients: ipv6 }))).toBe(
      `hetznerRules was given IPv6 clients, and PPTP runs over IPv4 only.
  got      "2001:db8::/32"
  allowed  IPv4 ranges
  write    clients: Clients.from('203.0.113.0/24')

CLIENTS_IPV6_FOR_PPTP`,
    );
  });

  const wireGuard = { protocols: [WIREGUARD], clients: ipv6 };
  test.each([
    [
      'ibmSecurityGroupRules',
      () => rules.ibmSecurityGroupRules(wireGuard),
      'rules of a VPC of IBM Cloud take IPv4 only',
    ],
    [
      'ibmNetworkAclRules',
      () => rules.ibmNetworkAclRules({ ...wireGuard, gateway: '10.0.0.0/24' }),
      'rules of a VPC of IBM Cloud take IPv4 only',
    ],
    ['yandexRules', () => rules.yandexRules(wireGuard), 'networks of Yandex Cloud carry IPv4 only'],
    [
      'ovhEdgeFirewallRules',
      () => rules.ovhEdgeFirewallRules(wireGuard),
      "OVHcloud's Edge Network Firewall filters IPv4 addresses only",
    ],
    [
      'tencentRules',
      () => rules.tencentRules(wireGuard),
      'tencentcloud_security_group_rule has no attribute for an IPv6 range',
    ],
  ])('of %s have IPv4, since the cloud takes no other', (name, run, why) => {
    expect(told(run)).toBe(
      `${name} was given IPv6 clients, and ${why}.
  got      "2001:db8::/32"
  allowed  IPv4 ranges
  write    clients: Clients.from('203.0.113.0/24')

CLIENTS_IPV6_NOT_ON_CLOUD`,
    );
  });
});

describe('protocols', () => {
  test.each([
    [{ protocols: [] }, 'PROTOCOLS_EMPTY'],
    [{}, 'PROTOCOLS_EMPTY'],
    [{ protocols: ['wireguard'] }, 'PROTOCOL_UNKNOWN'],
    [{ protocols: [WIREGUARD, WIREGUARD] }, 'PROTOCOLS_DUPLICATE'],
    [{ protocols: [WIREGUARD], flowSets: OPENVPN.flowSets }, 'FLOW_SET_UNKNOWN'],
    [{ protocols: [WIREGUARD], flowSets: [null] }, 'FLOW_SET_UNKNOWN'],
    [{ protocols: [WIREGUARD], flowSets: null }, 'FLOW_SET_UNKNOWN'],
    [{ protocols: [WIREGUARD], flowSets: 'udp' }, 'FLOW_SET_UNKNOWN'],
    [{ protocols: [PPTP] }, 'INSECURE_WITHOUT_REASON'],
    [{ protocols: [PPTP], insecure: 'yes' }, 'INSECURE_WITHOUT_REASON'],
  ])('%j is refused with %s', (options, code) => {
    expect(told(() => rules.exoscaleRules({ clients, ...options } as never))).toMatch(new RegExp(`\n${code}$`));
  });
});

test('a direction is called by where packets go', () => {
  expect(told(() => rules.openstackRules({ ...pptp, direction: 'egress' } as never))).toBe(
    `direction of openstackRules is no direction.
  got      "egress"
  allowed  'to-gateway' for what clients send, 'to-client' for GRE that the gateway sends
  write    direction: 'to-client'

RULE_DIRECTION_INVALID`,
  );
});

describe('the network ACL of IBM Cloud', () => {
  test.each([
    [undefined, 'CIDR_INVALID'],
    ['10.0.1.4', 'CIDR_WITHOUT_MASK'],
    ['10.0.1.4/24', 'CIDR_HOST_BITS'],
  ])('refuses %j as the range of the gateway with %s', (gateway, code) => {
    const message = told(() => rules.ibmNetworkAclRules({ ...pptp, gateway } as never));
    expect(message).toMatch(/^gateway of ibmNetworkAclRules /);
    expect(message).toMatch(new RegExp(`\n${code}$`));
  });

  test('refuses an IPv6 range of the gateway', () => {
    expect(told(() => rules.ibmNetworkAclRules({ ...pptp, gateway: '2001:db8::/64' }))).toBe(
      `gateway of ibmNetworkAclRules is an IPv6 range, and rules of a VPC of IBM Cloud take IPv4 only.
  got      "2001:db8::/64"
  allowed  the private IPv4 range of the gateway's subnet, or its address with /32
  write    gateway: '10.0.1.0/24'

CLIENTS_IPV6_NOT_ON_CLOUD`,
    );
  });
});

describe('the Edge Network Firewall of OVHcloud', () => {
  test.each([18, -1, 0.5, '3' as never, Number.NaN])('refuses to begin at %j', (firstSequence) => {
    expect(told(() => rules.ovhEdgeFirewallRules({ ...pptp, firstSequence }))).toBe(
      `2 rules from ${firstSequence} on do not fit into the Edge Network Firewall.
  got      ${typeof firstSequence === 'string' ? '"3"' : firstSequence}
  allowed  sequences 0 to 18, one for each flow and client range, and 19 for a rule that denies the rest
  write    firstSequence: 0, or up to 17

EDGE_FIREWALL_SEQUENCE`,
    );
  });

  test('refuses more rules than there is room for', () => {
    const many = Clients.from(...Array.from({ length: 10 }, (_, i) => `203.0.113.${i}/32`));
    expect(told(() => rules.ovhEdgeFirewallRules({ ...pptp, clients: many }))).toBe(
      `20 rules from 0 on do not fit into the Edge Network Firewall.
  got      0
  allowed  sequences 0 to 18, one for each flow and client range, and 19 for a rule that denies the rest
  write    fewer, broader client ranges

EDGE_FIREWALL_SEQUENCE`,
    );
  });
});

describe('the protocol template of Tencent Cloud', () => {
  test.each([undefined, '', ' ', 47 as never])('is needed for PPTP, and %j is none', (greTemplateId) => {
    const got = greTemplateId === undefined ? '' : `  got      ${JSON.stringify(greTemplateId)}\n`;
    expect(told(() => rules.tencentRules({ ...pptp, greTemplateId }))).toBe(
      `tencentRules needs a protocol template for GRE: a rule there cannot name it.
${got}  allowed  the id of a tencentcloud_protocol_template with protocols ["gre"]
  write    greTemplateId: new ProtocolTemplate(this, 'Gre', { ...TENCENT_GRE_TEMPLATE }).id

PROTOCOL_TEMPLATE_INVALID`,
    );
  });

  test('is not taken where nothing would use it', () => {
    expect(told(() => rules.tencentRules({ protocols: [IKEV2], clients, greTemplateId: 'ppm-1' }))).toBe(
      `tencentRules was given a protocol template for GRE, and no protocol that runs on GRE.
  got      "ppm-1"
  allowed  no greTemplateId, for protocols without GRE
  write    protocols: [PPTP], or no greTemplateId

PROTOCOL_TEMPLATE_INVALID`,
    );
  });
});
