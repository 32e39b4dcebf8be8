// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import type { Review } from 'pptp-constructs/review';
import { azureGateway, googleGateway, ingress, nsgRule, PPTP_INGRESS, reviewed } from '../support/terraform';

const found = ({ findings }: Review) => findings.map(({ severity, kind }) => `${severity} ${kind.id}`);
const texts = ({ findings }: Review, id: string) =>
  findings.filter(({ kind }) => kind.id === id).map(({ message, fix, origin }) => [origin.pointer, message, fix]);

const azure = (...rules: readonly object[]) => reviewed(azureGateway(rules));
const WIREGUARD = nsgRule('wireguard', 1000, { protocol: 'Udp', destination_port_range: '51820' });

describe('on Azure', () => {
  test('nothing is found where a group lets WireGuard in from some clients', () => {
    expect(found(azure(WIREGUARD))).toEqual([]);
  });

  test('TCP 1723 is found: no call comes up there', () => {
    const review = azure(nsgRule('pptp', 100, { destination_port_range: '1723' }));
    expect(texts(review, 'pptp-on-azure')).toEqual([
      [
        '/resource/azurerm_network_security_group/vpn/security_rule/0',
        'azurerm_network_security_group.vpn lets TCP 1723 in, and PPTP needs GRE too. Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.',
        'another protocol: IKEv2 is built into the same clients; the rule for TCP 1723 has no use',
      ],
    ]);
    // Not that a rule for 47 is missing: there is none that could be added.
    expect(found(review)).toEqual(['error pptp-on-azure']);
  });

  test.each([
    ['Gre', 'error protocol-name-where-number', 'another protocol: the rules have no word for IP protocol 47'],
    [
      '47',
      'error protocol-number-where-name',
      'a name that it takes, or another protocol where it has no name for this one',
    ],
  ])('%s as a protocol is found', (protocol, id, fix) => {
    const review = azure(nsgRule('gre', 100, { protocol }));
    expect(found(review)).toEqual([id]);
    expect(review.findings[0]?.fix).toBe(fix);
  });

  test('two rules of one priority and direction are found', () => {
    const other = nsgRule('other', 1000, { destination_port_range: '22' });
    expect(texts(azure(WIREGUARD, other), 'priorities-overlap')).toEqual([
      [
        '/resource/azurerm_network_security_group/vpn/security_rule/1',
        'azurerm_network_security_group.vpn has two inbound rules with number 1000: Rule 1000 wireguard (UDP 51820 from 203.0.113.0/24) and Rule 1000 other (TCP 22 from 203.0.113.0/24).',
        'a number of its own for each',
      ],
    ]);
    expect(found(azure(WIREGUARD, { ...other, direction: 'Outbound' }))).toEqual([]);
  });

  test('a rule behind one that denies all of its packets is found, and default rules are not', () => {
    const deny = nsgRule('deny', 900, { access: 'Deny', protocol: '*', source_address_prefix: '*' });
    expect(texts(azure(WIREGUARD, deny), 'rule-shadowed')).toEqual([
      [
        '/resource/azurerm_network_security_group/vpn/security_rule/0',
        'Rule 1000 wireguard (UDP 51820 from 203.0.113.0/24) of azurerm_network_security_group.vpn never allows anything: Rule 900 deny (everything from everywhere) denies it before.',
        'a number before 900 for UDP 51820 from these addresses, or no such rule',
      ],
    ]);
  });

  test('a rule that is for other machines shadows nothing', () => {
    const deny = nsgRule('deny', 900, { access: 'Deny', protocol: '*', destination_address_prefix: '10.40.1.0/24' });
    expect(found(azure(WIREGUARD, deny))).toEqual([]);
  });

  test('a VPN that is open to the service tag Internet is found', () => {
    expect(found(azure({ ...WIREGUARD, source_address_prefix: 'Internet' }))).toEqual(['note vpn-open-to-the-world']);
    expect(found(azure(nsgRule('all', 100, { protocol: '*', source_address_prefix: 'Internet' })))).toEqual([
      'error everything-open',
    ]);
  });

  test('a reason that our constructs wrote down for everybody is told', () => {
    const rule = {
      ...WIREGUARD,
      source_address_prefix: '0.0.0.0/0',
      description: 'WireGuard; from anywhere: staff travels',
    };
    expect(texts(azure(rule), 'vpn-open-to-the-world').map(([, message]) => message)).toEqual([
      'azurerm_network_security_group.vpn lets UDP 51820 in from 0.0.0.0/0, for this reason: staff travels.',
    ]);
  });

  test('a rule for the public address of the machine is found: it sees the private one', () => {
    const review = azure({ ...WIREGUARD, destination_address_prefix: '198.18.0.9' });
    expect(texts(review, 'nsg-rule-for-public-address')).toEqual([
      [
        '/resource/azurerm_network_security_group/vpn/security_rule/0',
        'azurerm_network_security_group.vpn has an inbound rule for the public address 198.18.0.9, which it never sees.',
        'the private address of the machine in its place, or *',
      ],
    ]);
  });

  test('a group on GatewaySubnet is found', () => {
    const review = reviewed({
      azurerm_subnet: { gateway: { name: 'GatewaySubnet', address_prefixes: ['10.40.255.0/27'] } },
      azurerm_network_security_group: { g: { name: 'g' } },
      azurerm_subnet_network_security_group_association: {
        a: {
          subnet_id: '${azurerm_subnet.gateway.id}',
          network_security_group_id: '${azurerm_network_security_group.g.id}',
        },
      },
      azurerm_virtual_network_gateway: {
        vpn: {
          type: 'Vpn',
          ip_configuration: [{ subnet_id: '${azurerm_subnet.gateway.id}' }],
          vpn_client_configuration: { vpn_client_protocols: ['IkeV2'] },
        },
      },
    });
    expect(texts(review, 'nsg-on-gateway-subnet')).toEqual([
      [
        '/resource/azurerm_subnet/gateway',
        'azurerm_subnet.gateway holds azurerm_virtual_network_gateway.vpn and has a network security group, which is not supported there.',
        'no network security group on the subnet of a VPN gateway',
      ],
    ]);
  });

  test('a secret in custom data is found, and what refers to one is not', () => {
    const machine = (custom_data: string) => ({
      azurerm_linux_virtual_machine: {
        vpn: { network_interface_ids: ['${azurerm_network_interface.vpn.id}'], custom_data },
      },
    });
    const script = Buffer.from('#!/bin/sh\nPASSWORD=correct-horse\n').toString('base64');
    expect(texts(reviewed(azureGateway([WIREGUARD]), machine(script)), 'secret-in-user-data')).toEqual([
      [
        '/resource/azurerm_linux_virtual_machine/vpn/custom_data',
        'The user data of azurerm_linux_virtual_machine.vpn holds what looks like a password, in line 2 of it.',
        'a secret in Key Vault that the machine fetches with its identity',
      ],
    ]);
    const refers = '${base64encode("#!/bin/sh\\nPASSWORD=${azurerm_key_vault_secret.s.value}\\n")}';
    expect(found(reviewed(azureGateway([WIREGUARD]), machine(refers)))).toEqual([]);
  });
});

describe('on Google Cloud', () => {
  const google = (firewalls: Readonly<Record<string, object>>) => reviewed(googleGateway(firewalls));

  test('PPTP that is set up whole is found to be in use, with the reason and its age', () => {
    const description = 'PPTP; used because: PLCs speak nothing else, until 2027-06';
    const review = google({ pptp: { ...PPTP_INGRESS, description } });
    expect(found(review)).toEqual(['warning pptp-present']);
    expect(review.findings[0]?.message).toBe(
      'google_compute_instance.vpn may speak PPTP by external address google_compute_address.vpn. The reason written down: PLCs speak nothing else, until 2027-06. Its last date, 2027-06, is 7 months after 2026-11-23.',
    );
  });

  test('TCP 1723 without 47 is found, and the reverse', () => {
    const control = ingress([{ protocol: 'tcp', ports: ['1723'] }]);
    const data = ingress([{ protocol: '47' }]);
    expect(texts(google({ control }), 'pptp-control-without-gre')).toEqual([
      [
        '/resource/google_compute_firewall/control/allow/0',
        'firewall of google_compute_network.net lets TCP 1723 in from 203.0.113.0/24, and nothing lets GRE (IP protocol 47) in from 203.0.113.0/24.',
        'add to firewall of google_compute_network.net a rule that allows IP protocol 47 without ports from 203.0.113.0/24',
      ],
    ]);
    expect(found(google({ data }))).toContain('warning gre-without-pptp-control');
    expect(found(google({ control, data }))).toEqual(['error pptp-present']);
  });

  test('halves of two machines do not make one whole', () => {
    const control = ingress([{ protocol: 'tcp', ports: ['1723'] }]);
    const data = ingress([{ protocol: '47' }], { target_tags: ['other'] });
    expect(found(google({ control, data }))).toContain('error pptp-control-without-gre');
  });

  test('a rule that denies egress without one that lets 47 out is found', () => {
    const out = { direction: 'EGRESS', destination_ranges: ['0.0.0.0/0'], deny: [{ protocol: 'all' }] };
    expect(found(google({ pptp: PPTP_INGRESS, out }))).toContain('error gre-one-way');
    const allowed = {
      direction: 'EGRESS',
      priority: 900,
      destination_ranges: ['203.0.113.0/24'],
      allow: [{ protocol: '47' }],
    };
    expect(found(google({ pptp: PPTP_INGRESS, out, allowed }))).toEqual(['error pptp-present']);
  });

  test('gre as a protocol is found: it is a number', () => {
    const review = google({ gre: ingress([{ protocol: 'gre' }]) });
    expect(texts(review, 'protocol-name-where-number').map(([, , fix]) => fix)).toEqual([
      '"47" in place of "gre": protocol "47", no ports',
    ]);
  });

  test('47 as a port is found, and ports with 47', () => {
    expect(found(google({ port: ingress([{ protocol: 'tcp', ports: ['47'] }]) }))).toEqual([
      'error port-47-instead-of-protocol-47',
    ]);
    expect(
      texts(google({ ports: ingress([{ protocol: '47', ports: ['1723'] }]) }), 'ports-on-portless-protocol'),
    ).toEqual([
      [
        '/resource/google_compute_firewall/ports/allow/0',
        'firewall of google_compute_network.net has a rule for GRE (IP protocol 47) with ports, and such a rule is refused.',
        'protocol "47" without ports',
      ],
    ]);
  });

  test('a rule behind one that denies is found where both are for the same machines', () => {
    const deny = ingress([], { allow: undefined, deny: [{ protocol: 'all' }], priority: 900 });
    expect(found(google({ pptp: PPTP_INGRESS, deny }))).toContain('warning rule-shadowed');
    expect(found(google({ pptp: PPTP_INGRESS, deny: { ...deny, target_tags: ['other'] } }))).not.toContain(
      'warning rule-shadowed',
    );
  });

  test('a rule of a policy that names several protocols is one rule', () => {
    const review = reviewed({
      google_compute_network_firewall_policy: { p: { name: 'p' } },
      google_compute_network_firewall_policy_rule: {
        r: {
          firewall_policy: 'p',
          priority: 100,
          action: 'allow',
          direction: 'INGRESS',
          match: {
            src_ip_ranges: ['203.0.113.0/24'],
            layer4_configs: [{ ip_protocol: 'tcp', ports: ['1723'] }, { ip_protocol: '47' }],
          },
        },
      },
    });
    expect(found(review)).toEqual([]);
  });
});
