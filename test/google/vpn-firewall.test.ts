import { ComputeNetworkFirewallPolicy } from '@cdktf/provider-google/lib/compute-network-firewall-policy';
import { Token } from 'cdktf';
import {
  Clients,
  IKEV2,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  VpnFirewall,
  type VpnFirewallProps,
  type VpnProtocol,
  WIREGUARD,
} from 'pptp-constructs/google';
import {
  all,
  annotations,
  clients,
  insecure,
  networkOf,
  only,
  plant,
  ref,
  rulesOf,
  synthesised,
  textOf,
  thrown,
} from './support';

function build(change: Partial<VpnFirewallProps> = {}) {
  const stack = plant();
  const props = { network: networkOf(stack), clients, protocols: [PPTP], insecure, targetTags: ['vpn'], ...change };
  return { stack, firewall: new VpnFirewall(stack, 'Rules', props) };
}

function refused(change: object) {
  const stack = plant();
  const props = { network: networkOf(stack), clients, protocols: [PPTP], insecure, targetTags: ['vpn'], ...change };
  return thrown(() => new VpnFirewall(stack, 'Rules', props as VpnFirewallProps), stack);
}

describe('rules of the firewall of a network', () => {
  test('for PPTP: TCP 1723, and protocol "47" as a number without ports', () => {
    const { stack, firewall } = build();
    expect(only(stack, 'google_compute_firewall')).toMatchObject({
      direction: 'INGRESS',
      network: ref('google_compute_network.Network.id'),
      priority: 1000,
      source_ranges: ['203.0.113.0/24'],
      target_tags: ['vpn'],
    });
    expect(only(stack, 'google_compute_firewall').allow).toEqual([
      { protocol: 'tcp', ports: ['1723'] },
      { protocol: '47' },
    ]);
    expect(firewall.rules).toHaveLength(1);
  });

  test('with egress, outwards what the server sends unasked, and no more', () => {
    expect(rulesOf(build({ egress: true, priority: 500 }).stack)).toEqual({
      ingress: 'INGRESS 500 allow tcp 1723, 47 203.0.113.0/24',
      egress: 'EGRESS 500 allow 47 203.0.113.0/24',
    });
    // Answers to what came in by UDP need no rule.
    expect(rulesOf(build({ egress: true, protocols: [WIREGUARD] }).stack)).toEqual({
      ingress: 'INGRESS 1000 allow udp 51820 203.0.113.0/24',
    });
  });

  test.each<[string, readonly VpnProtocol[], Partial<VpnFirewallProps>, string]>([
    ['IKEv2 behind NAT', [IKEV2], {}, 'udp 500 4500'],
    ['IKEv2 with ESP', [IKEV2], { flowSets: IKEV2.flowSets.slice(1, 2) }, 'udp 500, esp'],
    ['OpenVPN on UDP 443', [OPENVPN], { flowSets: OPENVPN.flowSets.slice(1, 2) }, 'udp 443'],
    ['L2TP/IPsec', [L2TP_IPSEC], {}, 'udp 500 4500'],
    ['two protocols', [PPTP, WIREGUARD], {}, 'tcp 1723, 47, udp 51820'],
  ])('%s', (_, protocols, more, expected) => {
    const [rule] = Object.values(rulesOf(build({ protocols, ...more }).stack));
    expect(rule).toBe(`INGRESS 1000 allow ${expected} 203.0.113.0/24`);
  });

  test('IPv4 and IPv6 are never mixed in a rule', () => {
    const both = Clients.from('203.0.113.0/24', '2001:db8::/48');
    const { stack } = build({ clients: both, protocols: [WIREGUARD] });
    expect(rulesOf(stack)).toEqual({
      ingress: 'INGRESS 1000 allow udp 51820 203.0.113.0/24',
      'ingress-ipv6': 'INGRESS 1000 allow udp 51820 2001:db8::/48',
    });
  });

  test('tokens are IPv4 ranges; anywhere is, with its reason in the description', () => {
    const token = Token.asString({ resolve: () => '198.51.100.0/24' });
    expect(rulesOf(build({ clients: Clients.from(token) }).stack)).toEqual({
      ingress: 'INGRESS 1000 allow tcp 1723, 47 198.51.100.0/24',
    });
    const anywhere = Clients.anywhereBecause('roaming staff on mobile networks; reviewed 2026-11');
    const rule = only(build({ clients: anywhere }).stack, 'google_compute_firewall');
    expect(rule.source_ranges).toEqual(['0.0.0.0/0']);
    expect(rule.description).toBe(
      'PPTP; used because: PLCs in plant 4 speak nothing else; replaced by 2027-06; from anywhere: roaming staff on mobile networks; reviewed 2026-11',
    );
  });

  test('for service accounts, with a name and in a project', () => {
    const { stack } = build({
      targetTags: undefined,
      targetServiceAccounts: ['vpn@plant4-vpn.iam.gserviceaccount.com'],
      name: 'vpn',
      project: 'plant4-net',
    });
    expect(only(stack, 'google_compute_firewall')).toMatchObject({
      name: 'vpn-ingress',
      project: 'plant4-net',
      target_service_accounts: ['vpn@plant4-vpn.iam.gserviceaccount.com'],
    });
  });

  test('logs on demand, and says that GRE is not in the logs', () => {
    const { stack, firewall } = build({ logging: true });
    expect(only(stack, 'google_compute_firewall').log_config).toEqual({ metadata: 'INCLUDE_ALL_METADATA' });
    expect(annotations(firewall)).toEqual([
      'INFO: GRE_NOT_LOGGED: the rules of plant4/Rules log TCP and UDP alone: GRE (IP protocol 47) that is let in or dropped leaves no trace there. VPC flow logs show it, and tcpdump on both ends.',
    ]);
    expect(annotations(build({ logging: true, protocols: [WIREGUARD] }).firewall)).toEqual([]);
  });
});

describe('rules of a network firewall policy', () => {
  test('spell the same as ip_protocol, each with a priority of its own', () => {
    const stack = plant();
    const policy = new ComputeNetworkFirewallPolicy(stack, 'Policy', { name: 'plant4' });
    new VpnFirewall(stack, 'Rules', {
      networkFirewallPolicy: policy,
      clients,
      protocols: [PPTP],
      insecure,
      targetServiceAccounts: ['vpn@plant4-vpn.iam.gserviceaccount.com'],
      egress: true,
      logging: true,
    });
    const rules = all(stack, 'google_compute_network_firewall_policy_rule');
    expect(rules).toEqual([
      expect.objectContaining({
        action: 'allow',
        direction: 'EGRESS',
        enable_logging: true,
        firewall_policy: ref('google_compute_network_firewall_policy.Policy.name'),
        priority: 1002,
        match: { dest_ip_ranges: ['203.0.113.0/24'], layer4_configs: [{ ip_protocol: '47' }] },
      }),
      expect.objectContaining({
        action: 'allow',
        direction: 'INGRESS',
        priority: 1000,
        target_service_accounts: ['vpn@plant4-vpn.iam.gserviceaccount.com'],
        match: {
          src_ip_ranges: ['203.0.113.0/24'],
          layer4_configs: [{ ip_protocol: 'tcp', ports: ['1723'] }, { ip_protocol: '47' }],
        },
      }),
    ]);
    expect(synthesised(stack)).not.toHaveProperty('google_compute_firewall');
  });
});

describe('bad input', () => {
  const policy = { networkFirewallPolicy: { name: 'plant4' }, network: undefined };

  test.each<{ what: string; change: object; code: string }>([
    { what: 'no place', change: { network: undefined }, code: 'FIREWALL_PLACE_INVALID' },
    { what: 'two places', change: { networkFirewallPolicy: { name: 'plant4' } }, code: 'FIREWALL_PLACE_INVALID' },
    {
      what: 'a policy without name',
      change: { network: undefined, networkFirewallPolicy: {} },
      code: 'FIREWALL_PLACE_INVALID',
    },
    { what: 'no target', change: { targetTags: undefined }, code: 'FIREWALL_TARGET_INVALID' },
    { what: 'an empty list of targets', change: { targetTags: [] }, code: 'FIREWALL_TARGET_INVALID' },
    { what: 'two kinds of target', change: { targetServiceAccounts: ['x'] }, code: 'FIREWALL_TARGET_INVALID' },
    { what: 'tags in a policy', change: policy, code: 'FIREWALL_TARGET_INVALID' },
    { what: 'a tag in capitals', change: { targetTags: ['VPN'] }, code: 'NAME_INVALID' },
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    {
      what: 'IPv6 clients for PPTP',
      change: { clients: Clients.from('2001:db8::/48') },
      code: 'CLIENTS_IPV6_FOR_PPTP',
    },
    { what: 'no protocol', change: { protocols: [] }, code: 'PROTOCOLS_EMPTY' },
    { what: 'a protocol as text', change: { protocols: ['gre'] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'a protocol twice', change: { protocols: [PPTP, PPTP] }, code: 'PROTOCOLS_DUPLICATE' },
    { what: 'flows of another protocol', change: { flowSets: IKEV2.flowSets }, code: 'FLOW_SET_UNKNOWN' },
    { what: 'PPTP without a reason', change: { insecure: undefined }, code: 'INSECURE_WITHOUT_REASON' },
    { what: 'a priority without room', change: { priority: 65_532 }, code: 'PRIORITY_INVALID' },
    {
      what: 'a priority known at deployment',
      change: { priority: Token.asNumber({ resolve: () => 1 }) },
      code: 'TOKEN_NOT_ALLOWED',
    },
    { what: 'a name that leaves no room', change: { name: 'v'.repeat(51) }, code: 'NAME_INVALID' },
  ])('$what is refused', ({ change, code }) => {
    const error = refused(change);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });
});
