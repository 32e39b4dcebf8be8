// The rules of each cloud, attribute by attribute, as its provider takes them.

import * as rules from '../../lib/rules';

const { Clients, IKEV2, Insecure, L2TP_IPSEC, OPENVPN, PPTP, SSTP, WIREGUARD } = rules;

const insecure = Insecure.because('PLCs in plant 4');
const clients = Clients.from('203.0.113.0/24');
const pptp = { protocols: [PPTP], clients, insecure };
const wireGuard = { protocols: [WIREGUARD], clients: Clients.from('203.0.113.0/24', '2001:db8::/32') };
/** IKEv2 without NAT: UDP 500 and ESP. */
const esp = { protocols: [IKEV2], flowSets: IKEV2.flowSets.slice(1, 2), clients };

describe('Hetzner Cloud', () => {
  test('names GRE gre and gives it no port', () => {
    expect(rules.hetznerRules(pptp)).toEqual({
      'in-tcp-1723': {
        direction: 'in',
        protocol: 'tcp',
        port: '1723',
        sourceIps: ['203.0.113.0/24'],
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre': {
        direction: 'in',
        protocol: 'gre',
        sourceIps: ['203.0.113.0/24'],
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('lets out what may start at the gateway: GRE alone', () => {
    const options = { ...pptp, protocols: [PPTP, WIREGUARD], direction: 'to-client' } as const;
    expect(rules.hetznerRules(options)).toEqual({
      'out-gre': {
        direction: 'out',
        protocol: 'gre',
        destinationIps: ['203.0.113.0/24'],
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('takes every client range in one rule, of both IP versions', () => {
    expect(rules.hetznerRules(wireGuard)).toEqual({
      'in-udp-51820': {
        direction: 'in',
        protocol: 'udp',
        port: '51820',
        sourceIps: ['203.0.113.0/24', '2001:db8::/32'],
        description: 'WireGuard: UDP 51820',
      },
    });
  });

  test('names ESP esp where it is asked for', () => {
    expect(Object.values(rules.hetznerRules(esp)).map(({ protocol, port }) => [protocol, port])).toEqual([
      ['udp', '500'],
      ['esp', undefined],
    ]);
  });
});

describe('Exoscale', () => {
  test('names GRE in capitals and gives it no ports', () => {
    expect(rules.exoscaleRules(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        type: 'INGRESS',
        protocol: 'TCP',
        cidr: '203.0.113.0/24',
        startPort: 1723,
        endPort: 1723,
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        type: 'INGRESS',
        protocol: 'GRE',
        cidr: '203.0.113.0/24',
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('lets GRE out as EGRESS', () => {
    expect(rules.exoscaleRules({ ...pptp, direction: 'to-client' })).toEqual({
      'out-gre-203-0-113-0-24': expect.objectContaining({ type: 'EGRESS', protocol: 'GRE', cidr: '203.0.113.0/24' }),
    });
  });
});

describe('Oracle Cloud', () => {
  test('names protocols by their number as text; a group has the ports one level deeper', () => {
    expect(rules.oracleNetworkSecurityGroupRules(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        direction: 'INGRESS',
        protocol: '6',
        source: '203.0.113.0/24',
        sourceType: 'CIDR_BLOCK',
        stateless: false,
        tcpOptions: { destinationPortRange: { min: 1723, max: 1723 } },
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        direction: 'INGRESS',
        protocol: '47',
        source: '203.0.113.0/24',
        sourceType: 'CIDR_BLOCK',
        stateless: false,
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('a security list has the ports at once, and no direction', () => {
    expect(rules.oracleSecurityListRules(wireGuard)).toEqual({
      'in-udp-51820-203-0-113-0-24': {
        protocol: '17',
        source: '203.0.113.0/24',
        sourceType: 'CIDR_BLOCK',
        stateless: false,
        udpOptions: { min: 51820, max: 51820 },
        description: 'WireGuard: UDP 51820',
      },
      'in-udp-51820-2001-db8---32': expect.objectContaining({ source: '2001:db8::/32' }),
    });
  });

  test('lets GRE out with a destination in place of the source', () => {
    const out = { protocol: '47', destination: '203.0.113.0/24', destinationType: 'CIDR_BLOCK', stateless: false };
    const description = 'PPTP: GRE 47; PLCs in plant 4';
    expect(rules.oracleSecurityListRules({ ...pptp, direction: 'to-client' })).toEqual({
      'out-gre-203-0-113-0-24': { ...out, description },
    });
    expect(rules.oracleNetworkSecurityGroupRules({ ...pptp, direction: 'to-client' })).toEqual({
      'out-gre-203-0-113-0-24': { ...out, direction: 'EGRESS', description },
    });
  });
});

describe('Alibaba Cloud', () => {
  test('gives gre the port range -1/-1, as nothing else is taken', () => {
    expect(rules.alibabaRules(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        type: 'ingress',
        ipProtocol: 'tcp',
        portRange: '1723/1723',
        nicType: 'intranet',
        policy: 'accept',
        cidrIp: '203.0.113.0/24',
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        type: 'ingress',
        ipProtocol: 'gre',
        portRange: '-1/-1',
        nicType: 'intranet',
        policy: 'accept',
        cidrIp: '203.0.113.0/24',
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('has an attribute of its own for IPv6', () => {
    expect(Object.values(rules.alibabaRules(wireGuard))).toEqual([
      expect.objectContaining({ cidrIp: '203.0.113.0/24' }),
      expect.objectContaining({ ipv6CidrIp: '2001:db8::/32' }),
    ]);
  });

  test('lets GRE out as egress', () => {
    expect(Object.values(rules.alibabaRules({ ...pptp, direction: 'to-client' }))).toEqual([
      expect.objectContaining({ type: 'egress', ipProtocol: 'gre', portRange: '-1/-1' }),
    ]);
  });
});

describe('IBM Cloud', () => {
  test('a security group names gre, never all, any or number_47', () => {
    expect(rules.ibmSecurityGroupRules(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        direction: 'inbound',
        protocol: 'tcp',
        ipVersion: 'ipv4',
        remote: '203.0.113.0/24',
        portMin: 1723,
        portMax: 1723,
      },
      'in-gre-203-0-113-0-24': { direction: 'inbound', protocol: 'gre', ipVersion: 'ipv4', remote: '203.0.113.0/24' },
    });
  });

  test('a security group lets GRE out as outbound', () => {
    expect(rules.ibmSecurityGroupRules({ ...pptp, direction: 'to-client' })).toEqual({
      'out-gre-203-0-113-0-24': { direction: 'outbound', protocol: 'gre', ipVersion: 'ipv4', remote: '203.0.113.0/24' },
    });
  });

  test('a network ACL gets each flow in both directions, and answers by their source port', () => {
    const to = { source: '203.0.113.0/24', destination: '10.0.1.0/24' };
    const back = { source: '10.0.1.0/24', destination: '203.0.113.0/24' };
    expect(Object.values(rules.ibmNetworkAclRules({ ...pptp, gateway: '10.0.1.0/24' }))).toEqual([
      {
        name: 'in-tcp-1723-203-0-113-0-24',
        action: 'allow',
        direction: 'inbound',
        protocol: 'tcp',
        ...to,
        portMin: 1723,
        portMax: 1723,
      },
      {
        name: 'out-tcp-1723-203-0-113-0-24',
        action: 'allow',
        direction: 'outbound',
        protocol: 'tcp',
        ...back,
        sourcePortMin: 1723,
        sourcePortMax: 1723,
        portMin: 1024,
        portMax: 65535,
      },
      { name: 'in-gre-203-0-113-0-24', action: 'allow', direction: 'inbound', protocol: 'gre', ...to },
      { name: 'out-gre-203-0-113-0-24', action: 'allow', direction: 'outbound', protocol: 'gre', ...back },
    ]);
  });

  test('a network ACL lets IKE answer from 500 to 500', () => {
    const options = { protocols: [IKEV2], clients, gateway: '10.0.1.4/32' };
    expect(rules.ibmNetworkAclRules(options)['out-udp-500-203-0-113-0-24']).toEqual(
      expect.objectContaining({ sourcePortMin: 500, sourcePortMax: 500, portMin: 500, portMax: 65535 }),
    );
  });
});

describe.each([
  { cloud: 'OpenStack', of: rules.openstackRules },
  { cloud: 'Open Telekom Cloud', of: rules.openTelekomCloudRules },
])('$cloud', ({ of }) => {
  test('names gre and gives it no ports', () => {
    expect(of(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        portRangeMin: 1723,
        portRangeMax: 1723,
        remoteIpPrefix: '203.0.113.0/24',
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'gre',
        remoteIpPrefix: '203.0.113.0/24',
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('lets GRE out as egress, and says which IP version a range has', () => {
    expect(Object.values(of({ ...pptp, direction: 'to-client' })).map(({ direction }) => direction)).toEqual([
      'egress',
    ]);
    expect(Object.values(of(wireGuard)).map(({ ethertype }) => ethertype)).toEqual(['IPv4', 'IPv6']);
  });
});

describe('OVHcloud, Edge Network Firewall', () => {
  test('numbers its rules in order, from 0 or from where it is told', () => {
    expect(rules.ovhEdgeFirewallRules({ ...pptp, clients: Clients.from('203.0.113.0/24', '198.51.100.0/24') })).toEqual(
      {
        'in-tcp-1723-203-0-113-0-24': {
          sequence: 0,
          action: 'permit',
          protocol: 'tcp',
          source: '203.0.113.0/24',
          destinationPort: 1723,
        },
        'in-tcp-1723-198-51-100-0-24': expect.objectContaining({ sequence: 1, source: '198.51.100.0/24' }),
        'in-gre-203-0-113-0-24': { sequence: 2, action: 'permit', protocol: 'gre', source: '203.0.113.0/24' },
        'in-gre-198-51-100-0-24': expect.objectContaining({ sequence: 3 }),
      },
    );
    const shifted = rules.ovhEdgeFirewallRules({ ...pptp, firstSequence: 17 });
    expect(Object.values(shifted).map(({ sequence }) => sequence)).toEqual([17, 18]);
  });
});

describe('Vultr', () => {
  test('writes protocols in small letters, and a range as address and length', () => {
    expect(rules.vultrRules(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        ipType: 'v4',
        protocol: 'tcp',
        subnet: '203.0.113.0',
        subnetSize: 24,
        port: '1723',
        notes: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        ipType: 'v4',
        protocol: 'gre',
        subnet: '203.0.113.0',
        subnetSize: 24,
        notes: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
    expect(rules.vultrRules(wireGuard)['in-udp-51820-2001-db8---32']).toEqual(
      expect.objectContaining({ ipType: 'v6', subnet: '2001:db8::', subnetSize: 32 }),
    );
  });
});

describe('Huawei Cloud', () => {
  test('names GRE and ESP by their number, and the others by name', () => {
    expect(rules.huaweiRules(pptp)).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        portRangeMin: 1723,
        portRangeMax: 1723,
        remoteIpPrefix: '203.0.113.0/24',
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: '47',
        remoteIpPrefix: '203.0.113.0/24',
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
    expect(Object.values(rules.huaweiRules(esp)).map(({ protocol }) => protocol)).toEqual(['udp', '50']);
    expect(Object.values(rules.huaweiRules({ ...pptp, direction: 'to-client' })).map((rule) => rule.direction)).toEqual(
      ['egress'],
    );
  });
});

describe('Tencent Cloud', () => {
  test('names GRE by the template that has it, and neither protocol nor port beside it', () => {
    expect(rules.TENCENT_GRE_TEMPLATE).toEqual({ name: 'gre', protocols: ['gre'] });
    expect(rules.tencentRules({ ...pptp, greTemplateId: '$' + '{TfToken[TOKEN.3]}' })).toEqual({
      'in-tcp-1723-203-0-113-0-24': {
        type: 'ingress',
        policy: 'ACCEPT',
        cidrIp: '203.0.113.0/24',
        ipProtocol: 'TCP',
        portRange: '1723',
        description: 'PPTP: TCP 1723; PLCs in plant 4',
      },
      'in-gre-203-0-113-0-24': {
        type: 'ingress',
        policy: 'ACCEPT',
        cidrIp: '203.0.113.0/24',
        protocolTemplate: { templateId: '$' + '{TfToken[TOKEN.3]}' },
        description: 'PPTP: GRE 47; PLCs in plant 4',
      },
    });
  });

  test('needs no template without GRE, and lets GRE out as egress', () => {
    expect(Object.values(rules.tencentRules({ protocols: [WIREGUARD], clients }))).toEqual([
      expect.objectContaining({ ipProtocol: 'UDP', portRange: '51820' }),
    ]);
    const out = rules.tencentRules({ ...pptp, greTemplateId: 'ppm-1', direction: 'to-client' });
    expect(Object.values(out).map(({ type }) => type)).toEqual(['egress']);
  });
});

describe('DigitalOcean', () => {
  test('lets TCP and UDP in', () => {
    expect(rules.digitalOceanRules({ ...wireGuard, protocols: [WIREGUARD, SSTP] })).toEqual({
      'in-udp-51820': { protocol: 'udp', portRange: '51820', sourceAddresses: ['203.0.113.0/24', '2001:db8::/32'] },
      'in-tcp-443': { protocol: 'tcp', portRange: '443', sourceAddresses: ['203.0.113.0/24', '2001:db8::/32'] },
    });
  });
});

describe('Linode', () => {
  test('keeps the ranges of the two IP versions apart', () => {
    const rule = { action: 'ACCEPT', protocol: 'UDP', ports: '51820', description: 'WireGuard: UDP 51820' };
    expect(rules.linodeRules(wireGuard)).toEqual({
      'in-udp-51820': { label: 'in-udp-51820', ...rule, ipv4: ['203.0.113.0/24'], ipv6: ['2001:db8::/32'] },
    });
    expect(rules.linodeRules({ protocols: [WIREGUARD], clients })).toEqual({
      'in-udp-51820': { label: 'in-udp-51820', ...rule, ipv4: ['203.0.113.0/24'] },
    });
  });
});

describe('Scaleway', () => {
  test('never says ANY', () => {
    expect(rules.scalewayRules({ protocols: [IKEV2], clients })).toEqual({
      'in-udp-500-203-0-113-0-24': { action: 'accept', protocol: 'UDP', port: 500, ipRange: '203.0.113.0/24' },
      'in-udp-4500-203-0-113-0-24': { action: 'accept', protocol: 'UDP', port: 4500, ipRange: '203.0.113.0/24' },
    });
  });
});

describe('Yandex Cloud', () => {
  test('never says ANY', () => {
    expect(rules.yandexRules({ protocols: [OPENVPN], clients })).toEqual({
      'in-udp-1194': {
        direction: 'ingress',
        protocol: 'UDP',
        port: 1194,
        v4CidrBlocks: ['203.0.113.0/24'],
        description: 'OpenVPN: UDP 1194',
      },
    });
  });
});

describe('UpCloud', () => {
  test('writes ranges by their ends, and a rule for the answers, since the firewall keeps no state', () => {
    expect(rules.upCloudRules(wireGuard)).toEqual({
      'in-udp-51820-203-0-113-0-24': {
        action: 'accept',
        direction: 'in',
        family: 'IPv4',
        protocol: 'udp',
        sourceAddressStart: '203.0.113.0',
        sourceAddressEnd: '203.0.113.255',
        destinationPortStart: '51820',
        destinationPortEnd: '51820',
        comment: 'WireGuard: UDP 51820',
      },
      'in-udp-51820-2001-db8---32': expect.objectContaining({
        family: 'IPv6',
        sourceAddressStart: '2001:db8::',
        sourceAddressEnd: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      }),
      'out-udp-51820-203-0-113-0-24': {
        action: 'accept',
        direction: 'out',
        family: 'IPv4',
        protocol: 'udp',
        destinationAddressStart: '203.0.113.0',
        destinationAddressEnd: '203.0.113.255',
        sourcePortStart: '51820',
        sourcePortEnd: '51820',
        destinationPortStart: '1024',
        destinationPortEnd: '65535',
        comment: 'WireGuard: UDP 51820',
      },
      'out-udp-51820-2001-db8---32': expect.objectContaining({ direction: 'out', family: 'IPv6' }),
    });
  });
});

describe('what holds everywhere', () => {
  test('IKEv2 and L2TP/IPsec open UDP 500 and 4500 once, and never ESP by themselves', () => {
    expect(Object.entries(rules.hetznerRules({ protocols: [IKEV2, L2TP_IPSEC], clients }))).toEqual([
      ['in-udp-500', expect.objectContaining({ port: '500', description: 'IKEv2, L2TP/IPsec: UDP 500' })],
      ['in-udp-4500', expect.objectContaining({ port: '4500', description: 'IKEv2, L2TP/IPsec: UDP 4500' })],
    ]);
  });

  test('a description names the protocols whose chosen flows a rule lets in, and no other', () => {
    const rule = rules.hetznerRules({ protocols: [SSTP, OPENVPN], clients });
    expect(Object.values(rule).map(({ description }) => description)).toEqual(['SSTP: TCP 443', 'OpenVPN: UDP 1194']);
  });

  test('a range given twice gets one rule', () => {
    const twice = Clients.from('203.0.113.0/24', '203.0.113.0/24');
    expect(Object.keys(rules.vultrRules({ protocols: [WIREGUARD], clients: twice }))).toHaveLength(1);
  });

  test('reasons stand in the rules, on one line, and without what Terraform or a cloud would read in them', () => {
    const anywhere = Clients.anywhereBecause('roaming\nsales staff <mobile> $' + '{var.x} %{if}');
    const { description } =
      rules.huaweiRules({ protocols: [WIREGUARD], clients: anywhere })['in-udp-51820-0-0-0-0-0'] ?? {};
    expect(description).toBe('WireGuard: UDP 51820; roaming sales staff mobile $var.x %if');
  });

  test.each([
    { of: rules.huaweiRules, length: 250 },
    { of: rules.linodeRules, length: 100 },
    { of: rules.tencentRules, length: 100 },
  ])('a long reason is cut to $length characters', ({ of, length }) => {
    const anywhere = Clients.anywhereBecause('x'.repeat(500));
    const [rule] = Object.values(of({ protocols: [WIREGUARD], clients: anywhere }));
    expect(rule?.description).toMatch(/^WireGuard: UDP 51820; x+\.\.\.$/);
    expect(rule?.description).toHaveLength(length);
  });
});

describe('terraform()', () => {
  test('writes attributes in small letters with underscores, nested blocks included, and leaves values alone', () => {
    const [, gre] = Object.values(rules.tencentRules({ ...pptp, greTemplateId: 'ppm-1' }));
    expect(gre && rules.terraform(gre)).toEqual({
      type: 'ingress',
      policy: 'ACCEPT',
      cidr_ip: '203.0.113.0/24',
      protocol_template: { template_id: 'ppm-1' },
      description: 'PPTP: GRE 47; PLCs in plant 4',
    });
    expect(rules.terraform({ v4CidrBlocks: ['203.0.113.0/24'], ipv6CidrIp: '2001:db8::/32' })).toEqual({
      v4_cidr_blocks: ['203.0.113.0/24'],
      ipv6_cidr_ip: '2001:db8::/32',
    });
  });

  test('knows the names as types too', () => {
    const rule: { source_ips?: string[]; protocol: 'tcp' | 'udp' | 'gre' | 'esp' } | undefined = Object.values(
      rules.hetznerRules(pptp),
    ).map((one) => rules.terraform(one))[0];
    expect(rule?.source_ips).toEqual(['203.0.113.0/24']);
  });
});
