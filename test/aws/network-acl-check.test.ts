import { App, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Clients } from '../../lib/aws/clients';
import { missingAclEntries } from '../../lib/aws/network-acl-check';
import { VpnNetworkAclEntries } from '../../lib/aws/vpn-network-acl-entries';
import { Insecure } from '../../lib/flows';
import { IKEV2, PPTP, SSTP, VPN_PROTOCOLS, type VpnProtocol, WIREGUARD } from '../../lib/protocols';

const insecure = Insecure.because('PLCs in plant 4 speak nothing else');
const clients = Clients.from('203.0.113.0/24');

/** One entry in short: `in 100 allow 6 203.0.113.0/24 1723-1723`; ports only where there are some. */
function aclWith(...lines: string[]): ec2.NetworkAcl {
  const stack = new Stack(new App(), 'Net');
  const acl = new ec2.NetworkAcl(stack, 'Acl', { vpc: new ec2.Vpc(stack, 'Vpc') });
  for (const [index, line] of lines.entries()) {
    const [way, number, action, protocol, cidr, ports] = line.split(' ');
    const [from, to] = ports?.split('-').map(Number) ?? [];
    new ec2.CfnNetworkAclEntry(stack, `Entry${index}`, {
      networkAclId: acl.networkAclId,
      egress: way === 'out',
      ruleNumber: Number(number),
      ruleAction: action!,
      protocol: Number(protocol),
      ...(cidr!.includes(':') ? { ipv6CidrBlock: cidr! } : { cidrBlock: cidr! }),
      ...(ports === undefined ? {} : { portRange: { from: from!, to: to! } }),
    });
  }
  return acl;
}

const IN_TCP = 'in 100 allow 6 203.0.113.0/24 1723-1723';
const IN_GRE = 'in 110 allow 47 203.0.113.0/24';
const OUT_TCP = 'out 100 allow 6 203.0.113.0/24 1024-65535';
const OUT_GRE = 'out 110 allow 47 203.0.113.0/24';

/** Findings in short: `missing gre to-gateway`. */
function found(acl: ec2.INetworkAcl, protocol: VpnProtocol = PPTP, from = clients): string[] {
  return missingAclEntries(acl, protocol, from).map(({ state, flow, direction }) => `${state} ${flow.id} ${direction}`);
}

describe('missingAclEntries, what passes', () => {
  test('finds nothing where the four entries of PPTP are there', () => {
    expect(found(aclWith(IN_TCP, IN_GRE, OUT_TCP, OUT_GRE))).toEqual([]);
  });

  test('finds nothing where all traffic is allowed', () => {
    const acl = aclWith('in 100 allow -1 0.0.0.0/0', 'out 100 allow -1 0.0.0.0/0');
    expect(VPN_PROTOCOLS.flatMap((protocol) => found(acl, protocol))).toEqual([]);
    expect(found(acl, PPTP, Clients.anywhereBecause('roaming sales staff on mobile networks'))).toEqual([]);
  });

  test.each(VPN_PROTOCOLS.map((protocol) => [protocol.name, protocol] as const))(
    'finds nothing for %s after VpnNetworkAclEntries',
    (_name, protocol) => {
      const acl = aclWith();
      const { flowSets } = protocol;
      new VpnNetworkAclEntries(acl.stack, 'Vpn', {
        networkAcl: acl,
        clients,
        protocols: [protocol],
        flowSets,
        insecure,
      });
      expect(found(acl, protocol)).toEqual([]);
    },
  );

  test('finds entries that were added to the construct, and those that name it by another attribute', () => {
    const acl = aclWith(IN_TCP, OUT_TCP, OUT_GRE);
    acl.addEntry('Gre', {
      cidr: ec2.AclCidr.ipv4('203.0.113.0/24'),
      traffic: { toTrafficConfig: () => ({ protocol: 47 }) },
      ruleNumber: 110,
      direction: ec2.TrafficDirection.INGRESS,
    });
    expect(found(acl)).toEqual([]);
    const resource = acl.node.defaultChild as ec2.CfnNetworkAcl;
    const other = aclWith(IN_TCP, OUT_TCP, OUT_GRE);
    new ec2.CfnNetworkAclEntry(other.stack, 'Gre', {
      networkAclId: (other.node.defaultChild as ec2.CfnNetworkAcl).attrId,
      ruleNumber: 110,
      ruleAction: 'allow',
      protocol: 47,
      cidrBlock: '203.0.113.0/24',
    });
    expect(resource.attrId).not.toBe(acl.networkAclId);
    expect(found(other)).toEqual([]);
  });

  test('takes two halves for the whole', () => {
    const halves = ['203.0.113.0/25', '203.0.113.128/25'].map((cidr, i) => `in ${110 + i} allow 47 ${cidr}`);
    expect(found(aclWith(IN_TCP, ...halves, OUT_TCP, OUT_GRE))).toEqual([]);
  });

  test('takes two ranges of ports for the whole', () => {
    const out = ['out 100 allow 6 0.0.0.0/0 0-32767', 'out 101 allow 6 0.0.0.0/0 32768-65535'];
    expect(found(aclWith(IN_TCP, IN_GRE, ...out, OUT_GRE))).toEqual([]);
  });

  test('lets an allow entry win over a deny entry with a higher number', () => {
    expect(found(aclWith(IN_TCP, IN_GRE, OUT_TCP, OUT_GRE, 'in 120 deny -1 0.0.0.0/0'))).toEqual([]);
  });

  test('does not mind deny entries for others', () => {
    const denied = ['in 1 deny -1 198.51.100.0/24', 'in 2 deny 6 0.0.0.0/0 22-22', 'in 3 deny 17 0.0.0.0/0 1-65535'];
    expect(found(aclWith(...denied, IN_TCP, IN_GRE, OUT_TCP, OUT_GRE))).toEqual([]);
  });

  test('keeps IPv4 and IPv6 apart', () => {
    const acl = aclWith('in 100 allow -1 ::/0', 'out 100 allow -1 ::/0');
    expect(found(acl, WIREGUARD, Clients.from('2001:db8::/32'))).toEqual([]);
    expect(found(acl, WIREGUARD)).toEqual(['missing udp-51820 to-gateway', 'missing udp-51820 to-client']);
  });
});

describe('missingAclEntries, what is missing', () => {
  test('finds everything missing in a network ACL without entries: it denies all', () => {
    expect(found(aclWith())).toEqual([
      'missing tcp-1723 to-gateway',
      'missing tcp-1723 to-client',
      'missing gre to-gateway',
      'missing gre to-client',
    ]);
  });

  test.each([
    ['tcp-1723 to-gateway', [IN_GRE, OUT_TCP, OUT_GRE]],
    ['gre to-gateway', [IN_TCP, OUT_TCP, OUT_GRE]],
    ['tcp-1723 to-client', [IN_TCP, IN_GRE, OUT_GRE]],
    ['gre to-client', [IN_TCP, IN_GRE, OUT_TCP]],
  ])('finds the one that is missing: %s', (missing, lines) => {
    expect(found(aclWith(...lines))).toEqual([`missing ${missing}`]);
  });

  test('takes neither TCP nor UDP nor port 47 for GRE', () => {
    const almost = ['in 110 allow 6 0.0.0.0/0 47-47', 'in 111 allow 17 0.0.0.0/0 0-65535', 'in 112 allow 50 0.0.0.0/0'];
    expect(found(aclWith(IN_TCP, ...almost, OUT_TCP, OUT_GRE))).toEqual(['missing gre to-gateway']);
  });

  test('lets a deny entry win over an allow entry with a higher number', () => {
    const acl = aclWith(IN_TCP, IN_GRE, OUT_TCP, OUT_GRE, 'in 10 deny 47 0.0.0.0/0');
    expect(found(acl)).toEqual(['missing gre to-gateway']);
  });

  test('finds that a part of the clients is cut off', () => {
    const acl = aclWith(IN_TCP, 'in 110 allow 47 203.0.113.0/25', OUT_TCP, OUT_GRE);
    expect(found(acl)).toEqual(['missing gre to-gateway']);
    const denied = aclWith(IN_TCP, IN_GRE, OUT_TCP, OUT_GRE, 'in 10 deny -1 203.0.113.66/32');
    expect(found(denied)).toEqual(['missing tcp-1723 to-gateway', 'missing gre to-gateway']);
  });

  test('looks at each source of clients by itself', () => {
    const two = Clients.from('203.0.113.0/24', '198.51.100.0/24');
    const findings = missingAclEntries(aclWith(IN_TCP, IN_GRE, OUT_TCP, OUT_GRE), PPTP, two);
    expect(new Set(findings.map(({ client }) => client))).toEqual(new Set(['198.51.100.0/24']));
    expect(findings).toHaveLength(4);
  });

  test('says why and what to write', () => {
    expect(missingAclEntries(aclWith(IN_TCP, OUT_TCP, OUT_GRE), PPTP, clients)[0]).toMatchObject({
      because:
        'No entry of the network ACL lets GRE (IP protocol 47) in from 203.0.113.0/24. ' +
        'A network ACL keeps no state: each direction needs an entry of its own.',
      remedy: "new VpnNetworkAclEntries(this, 'VpnEntries', { networkAcl, protocols: [PPTP], clients })",
    });
    const denied = aclWith(IN_TCP, IN_GRE, OUT_TCP, OUT_GRE, 'out 10 deny 47 0.0.0.0/0');
    expect(missingAclEntries(denied, PPTP, clients)[0]!.because).toBe(
      'Entry 10 of the network ACL denies answers of GRE (IP protocol 47) out to 203.0.113.0/24, before any entry allows it.',
    );
  });

  test('looks at every set of flows that a protocol can run on', () => {
    const acl = aclWith('in 100 allow 17 0.0.0.0/0 1-65535', 'out 100 allow 17 0.0.0.0/0 1-65535');
    expect(found(acl, IKEV2)).toEqual(['missing esp to-gateway', 'missing esp to-client']);
    const names = missingAclEntries(aclWith(), VPN_PROTOCOLS[1]!, clients).map(({ remedy }) => remedy);
    expect(names[0]).toContain('protocols: [L2TP_IPSEC]');
  });
});

describe('missingAclEntries, what nobody can tell', () => {
  test('knows nothing of an imported network ACL', () => {
    const stack = new Stack(new App(), 'Net');
    const acl = ec2.NetworkAcl.fromNetworkAclId(stack, 'Acl', 'acl-0123456789abcdef0');
    const findings = missingAclEntries(acl, SSTP, Clients.from('203.0.113.0/24', '198.51.100.0/24'));
    expect(findings.map(({ state, direction, client, because }) => ({ state, direction, client, because }))).toEqual([
      {
        state: 'unknown',
        direction: 'to-gateway',
        client: '203.0.113.0/24, 198.51.100.0/24',
        because: 'The network ACL Net/Acl is not made in this app, so that nobody can see its entries.',
      },
      expect.objectContaining({ state: 'unknown', direction: 'to-client' }),
    ]);
  });

  test('does not call it certain where answers reach a part of the ports only', () => {
    const acl = aclWith(IN_TCP, IN_GRE, 'out 100 allow 6 0.0.0.0/0 49152-65535', OUT_GRE);
    expect(missingAclEntries(acl, PPTP, clients)).toMatchObject([
      {
        state: 'unknown',
        direction: 'to-client',
        because:
          'The network ACL lets answers of TCP 1723 out to 203.0.113.0/24 through for some ports only: ' +
          'ports 1024 to 49151 are not among them, and clients may use any.',
      },
    ]);
  });

  test.each<[string, Partial<ec2.CfnNetworkAclEntryProps>]>([
    ['range', { cidrBlock: Fn.importValue('Plant') }],
    ['protocol', { protocol: Token.asNumber({ Ref: 'Protocol' }) }],
    ['rule number', { ruleNumber: Token.asNumber({ Ref: 'Number' }) }],
    ['action', { ruleAction: Fn.importValue('Action') }],
    ['direction', { egress: Lazy.any({ produce: () => true }) }],
    ['range with host bits, which EC2 clears', { cidrBlock: '203.0.113.7/24' }],
  ])('does not see through a token: %s', (_what, hidden) => {
    const acl = aclWith('in 100 allow -1 0.0.0.0/0', 'out 100 allow -1 0.0.0.0/0');
    new ec2.CfnNetworkAclEntry(acl.stack, 'Hidden', {
      networkAclId: acl.networkAclId,
      ruleNumber: 10,
      ruleAction: 'deny',
      protocol: 47,
      cidrBlock: '198.51.100.0/24',
      ...hidden,
    });
    expect(found(acl)).toContain('unknown gre to-gateway');
    expect(missingAclEntries(acl, PPTP, clients)[0]!.because).toMatch(/^Synth cannot tell what /);
  });

  test('does not mind a token of an entry that comes too late', () => {
    const acl = aclWith('in 100 allow -1 0.0.0.0/0', 'out 100 allow -1 0.0.0.0/0');
    new ec2.CfnNetworkAclEntry(acl.stack, 'Hidden', {
      networkAclId: acl.networkAclId,
      ruleNumber: 200,
      ruleAction: 'deny',
      protocol: 47,
      cidrBlock: Fn.importValue('Plant'),
    });
    expect(found(acl)).toEqual([]);
  });

  test('does not mind ports that are a token where the protocol has none', () => {
    const acl = aclWith(IN_TCP, OUT_TCP, OUT_GRE);
    new ec2.CfnNetworkAclEntry(acl.stack, 'Gre', {
      networkAclId: acl.networkAclId,
      ruleNumber: 110,
      ruleAction: 'allow',
      protocol: 47,
      cidrBlock: '203.0.113.0/24',
      portRange: Lazy.any({ produce: () => undefined }),
    });
    expect(found(acl)).toEqual([]);
  });

  test.each([
    ['a token', () => Clients.from(new CfnParameter(new Stack(), 'Plant').valueAsString)],
    ['a prefix list', () => Clients.from(ec2.Peer.prefixList('pl-0123456789abcdef0'))],
    ['a security group', () => Clients.from(ec2.Peer.securityGroupId('sg-0123456789abcdef0'))],
  ])('judges clients from %s only where all addresses fare alike', (_what, from) => {
    expect(found(aclWith('in 100 allow -1 0.0.0.0/0', 'out 100 allow -1 0.0.0.0/0'), SSTP, from())).toEqual([]);
    expect(found(aclWith(), SSTP, from())).toEqual(['missing tcp-443 to-gateway', 'missing tcp-443 to-client']);
    const some = aclWith('in 100 allow -1 203.0.113.0/24', 'out 100 allow -1 203.0.113.0/24');
    expect(
      missingAclEntries(some, SSTP, from()).map(({ state, because }) => [state, because.split(' through ')[1]]),
    ).toEqual([
      ['unknown', 'for some addresses only, and only deployment knows those of the clients.'],
      ['unknown', 'for some addresses only, and only deployment knows those of the clients.'],
    ]);
  });
});
