import { Flow, IKEV2, InvalidInputError, PPTP, WIREGUARD } from 'pptp-constructs';
import { formatRange, reach, reviewTemplates, serves } from 'pptp-constructs/review';
import { acl, gateway, gre, group, publicSubnet, type Resources, resource, tcp, udp } from '../support/network';

const PPTP_RULES = [tcp(1723), gre()];

const answers = (...parts: Resources[]) =>
  reviewTemplates({ Vpn: { Resources: Object.assign({}, ...parts) } }, { today: '2026-11-23' }).answers;

const pptp = (...parts: Resources[]) => serves(answers(...parts), { protocol: PPTP });

const stopsOf = (...parts: Resources[]) =>
  pptp(...parts).stops.map(({ flow, hop }) => `${flow.label} ${hop.direction} ${hop.name}: ${hop.because}`);

describe('a gateway with an Elastic IP in a public subnet', () => {
  const all = answers(publicSubnet(), group(PPTP_RULES), gateway());

  test('serves PPTP to those whom its rules name', () => {
    const { verdict, served, servesAll } = serves(all, { protocol: PPTP });
    expect([verdict, served.map(formatRange), servesAll]).toEqual(['passes', ['203.0.113.0/24'], true]);
  });

  test('serves it to nobody else', () => {
    expect(serves(all, { protocol: PPTP, clients: '198.51.100.0/24' }).verdict).toBe('drops');
  });

  test('serves it to a part of a broader range, and not to all of it', () => {
    const { verdict, served, servesAll } = serves(all, { protocol: PPTP, clients: '203.0.112.0/23' });
    expect([verdict, served.map(formatRange), servesAll]).toEqual(['passes', ['203.0.113.0/24'], false]);
  });

  test('serves nothing else', () => {
    expect(serves(all, { protocol: WIREGUARD }).verdict).toBe('drops');
  });

  test('tells the hops of a flow, each with the rule that decided', () => {
    const { verdict, ways } = reach(all, { flow: Flow.GRE, from: '203.0.113.7/32', to: 'Gateway' });
    expect(verdict).toBe('passes');
    expect(
      ways[0]?.passages[0]?.hops.map(({ direction, name, label, rule }) => [
        direction,
        name,
        label,
        rule?.origin.pointer,
      ]),
    ).toEqual([
      ['to-gateway', 'internet gateway', 'Internet', undefined],
      ['to-gateway', 'VPC', 'Vpc', undefined],
      ['to-gateway', 'network ACL', 'default network ACL of Vpc', '/Resources/Vpc'],
      ['to-gateway', 'security group', 'Group', '/Resources/Group/Properties/SecurityGroupIngress/1'],
      ['to-client', 'security group', 'Group', '/Resources/Group'],
      ['to-client', 'network ACL', 'default network ACL of Vpc', '/Resources/Vpc'],
      ['to-client', 'internet gateway', 'Internet', undefined],
    ]);
  });

  test('splits clients where rules split them', () => {
    const { ways } = reach(all, { flow: Flow.tcp(1723), from: '203.0.112.0/22', to: 'Gateway' });
    expect(ways[0]?.passages.map(({ clients, verdict }) => [clients.map(formatRange), verdict])).toEqual([
      [['203.0.113.0/24'], 'passes'],
      [['203.0.112.0/24', '203.0.114.0/23'], 'drops'],
    ]);
  });

  test('gets nothing from private addresses over the internet', () => {
    const open = answers(publicSubnet(), group([tcp(1723, '0.0.0.0/0')]), gateway());
    const { verdict, ways } = reach(open, { flow: Flow.tcp(1723), from: '192.168.0.0/16', to: 'Gateway' });
    expect([verdict, ways[0]?.passages[0]?.hops[0]?.because]).toEqual([
      'drops',
      'Private addresses do not come over the internet, and no route leads to them.',
    ]);
  });

  test('is reached from inside its VPC', () => {
    const open = answers(publicSubnet(), group([tcp(1723, '10.20.0.0/16')]), gateway());
    expect(reach(open, { flow: Flow.tcp(1723), from: '10.20.7.0/24', to: 'Gateway' }).verdict).toBe('passes');
  });
});

describe('a hop stops PPTP', () => {
  test('a security group without a rule for protocol 47, and the rule that would do is a resource to paste', () => {
    const [stop] = pptp(publicSubnet(), group([tcp(1723)]), gateway()).stops;
    expect(stop?.hop.because).toBe('No rule allows GRE (IP protocol 47).');
    expect(stop?.hop.code).toBe('RULE_MISSING');
    expect(stop?.change?.snippets).toEqual([
      {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { GroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] }, IpProtocol: '47', CidrIp: '203.0.113.0/24' },
      },
    ]);
  });

  test('a rule for TCP 47 is none for protocol 47', () => {
    expect(stopsOf(publicSubnet(), group([tcp(1723), tcp(47)]), gateway())).toEqual([
      'GRE 47 to-gateway security group: No rule allows GRE (IP protocol 47).',
    ]);
  });

  test('a security group that lets only TCP out', () => {
    expect(stopsOf(publicSubnet(), group(PPTP_RULES, [tcp(443, '0.0.0.0/0')]), gateway())).toEqual([
      'GRE 47 to-client security group: No rule allows GRE (IP protocol 47).',
    ]);
  });

  test('a subnet without a route back', () => {
    const { ToInternet: _, ...rest } = publicSubnet();
    expect(stopsOf(rest, group(PPTP_RULES), gateway())).toEqual([
      'TCP 1723 to-client route table: No route leads to the clients: answers are dropped.',
      'GRE 47 to-client route table: No route leads to the clients: answers are dropped.',
    ]);
  });

  test('a VPC without an internet gateway', () => {
    const { Attachment: _, ...rest } = publicSubnet();
    const [first] = stopsOf(rest, group(PPTP_RULES), gateway());
    expect(first).toBe('TCP 1723 to-gateway internet gateway: No internet gateway is attached to Vpc.');
  });

  test('an instance without a public address', () => {
    const { Address: _, ...machine } = gateway();
    const [first] = stopsOf(publicSubnet(), group(PPTP_RULES), machine);
    expect(first).toBe(
      'TCP 1723 to-gateway internet gateway: It has no public address, so that nothing on the internet can send to it.',
    );
  });

  test('and an instance that its subnet gives one to is served', () => {
    const { Address: _, ...machine } = gateway();
    const subnet = resource('AWS::EC2::Subnet', {
      VpcId: { Ref: 'Vpc' },
      CidrBlock: '10.20.1.0/24',
      MapPublicIpOnLaunch: 'true',
    });
    const answer = pptp({ ...publicSubnet(), Subnet: subnet }, group(PPTP_RULES), machine);
    expect([answer.verdict, answer.dials]).toEqual(['passes', 'the public address that it gets at each start']);
  });

  test('a more specific route that leads the answers away', () => {
    const away = {
      Away: resource('AWS::EC2::Route', {
        RouteTableId: { Ref: 'Routes' },
        DestinationCidrBlock: '203.0.113.0/25',
        NatGatewayId: { Ref: 'Nat' },
      }),
      Nat: resource('AWS::EC2::NatGateway', { SubnetId: { Ref: 'Subnet' } }),
    };
    const answer = pptp(publicSubnet(), group(PPTP_RULES), gateway(), away);
    expect(answer.served.map(formatRange)).toEqual(['203.0.113.128/25']);
    expect(answer.stops.map(({ hop, clients }) => [hop.verdict, clients.map(formatRange).join()])).toEqual([
      ['drops', '203.0.113.0/25'],
      ['drops', '203.0.113.0/25'],
    ]);
  });
});

describe('a network ACL', () => {
  const FOUR = [
    { number: 100, protocol: 6, ports: [1723, 1723] },
    { number: 110, protocol: 47 },
    { number: 100, egress: true, protocol: 6, ports: [1024, 65535] },
    { number: 110, egress: true, protocol: 47 },
  ] as const;
  const without = (index: number) => FOUR.filter((_, at) => at !== index);

  test('with the four entries lets PPTP through', () => {
    expect(pptp(publicSubnet(), group(PPTP_RULES), gateway(), acl(FOUR)).servesAll).toBe(true);
  });

  test.each([
    [0, 'TCP 1723 to-gateway network ACL: No rule allows TCP 1723.'],
    [1, 'GRE 47 to-gateway network ACL: No rule allows GRE (IP protocol 47).'],
    [2, 'TCP 1723 to-client network ACL: No rule allows TCP to ports 1024-65535 of the clients.'],
    [3, 'GRE 47 to-client network ACL: No rule allows GRE (IP protocol 47).'],
  ])('without entry %i of them stops it', (index, text) => {
    expect(stopsOf(publicSubnet(), group(PPTP_RULES), gateway(), acl(without(index)))).toEqual([text]);
  });

  test('decides by the lowest number: a deny entry before wins, one behind does not', () => {
    const before = { number: 50, protocol: 47, action: 'deny', cidr: '203.0.113.0/25' } as const;
    const behind = { ...before, number: 500 };
    expect(pptp(publicSubnet(), group(PPTP_RULES), gateway(), acl([...FOUR, behind])).servesAll).toBe(true);
    const answer = pptp(publicSubnet(), group(PPTP_RULES), gateway(), acl([...FOUR, before]));
    expect(answer.served.map(formatRange)).toEqual(['203.0.113.128/25']);
    expect(answer.stops[0]?.change?.snippets).toMatchObject([
      { Type: 'AWS::EC2::NetworkAclEntry', Properties: { RuleNumber: 1, Protocol: 47, CidrBlock: '203.0.113.0/25' } },
    ]);
  });

  test('that lets only some ports of the clients answer stops the calls, and says which', () => {
    const narrow = { number: 100, egress: true, protocol: 6, ports: [49152, 65535] } as const;
    expect(stopsOf(publicSubnet(), group(PPTP_RULES), gateway(), acl([...without(2), narrow]))).toEqual([
      'TCP 1723 to-client network ACL: No rule allows TCP to ports 1024-49151 of the clients.',
    ]);
  });

  test('lets IKE through only where answers to port 500 may leave', () => {
    const ike = (ports: readonly [number, number]) =>
      serves(
        answers(
          publicSubnet(),
          group([udp(500), udp(4500)]),
          gateway(),
          acl([
            { number: 1, protocol: 17, ports: [500, 4500] },
            { number: 1, egress: true, protocol: 17, ports },
          ]),
        ),
        { protocol: IKEV2 },
      ).verdict;
    expect([ike([500, 65535]), ike([1024, 65535])]).toEqual(['passes', 'drops']);
  });
});

describe('what is not known', () => {
  test('is neither served nor refused', () => {
    const unknown = {
      ...publicSubnet(),
      ...group([tcp(1723), { ...gre(), CidrIp: { Ref: 'Clients' } }]),
      ...gateway(),
    };
    const { answers: all } = reviewTemplates({
      Vpn: { Parameters: { Clients: { Type: 'String' } }, Resources: unknown },
    });
    const answer = serves(all, { protocol: PPTP, clients: '203.0.113.0/24' });
    expect([answer.verdict, answer.servesAll, answer.open.map(formatRange)]).toEqual([
      'unknown',
      false,
      ['203.0.113.0/24'],
    ]);
    expect(answer.stops.map(({ hop }) => hop.because)).toEqual([
      'Whether rule (GRE (IP protocol 47) from an unknown range) fits GRE (IP protocol 47) is not known: parameter Clients has no default.',
    ]);
  });

  test('does not matter where a rule that is known allows the same', () => {
    const rules = [tcp(1723), { ...gre(), CidrIp: { 'Fn::ImportValue': 'x' } }, gre()];
    expect(pptp(publicSubnet(), group(rules), gateway()).verdict).toBe('passes');
  });

  test('a deny entry of which it is open whether it is there leaves its addresses open', () => {
    const entries = [
      { number: 1, protocol: -1, action: 'deny', cidr: '203.0.113.0/25' },
      { number: 2, protocol: -1 },
      { number: 2, egress: true, protocol: -1 },
    ] as const;
    const resources: Record<string, unknown> = {
      ...publicSubnet(),
      ...group(PPTP_RULES),
      ...gateway(),
      ...acl(entries),
    };
    resources.Entry0 = { ...(resources.Entry0 as object), Condition: 'Open' };
    const { answers: all } = reviewTemplates({
      Vpn: {
        Parameters: { P: { Type: 'String' } },
        Conditions: { Open: { 'Fn::Equals': [{ Ref: 'P' }, 'x'] } },
        Resources: resources,
      },
    });
    const { served, open } = serves(all, { protocol: PPTP });
    expect([served.map(formatRange), open.map(formatRange)]).toEqual([['203.0.113.128/25'], ['203.0.113.0/25']]);
  });

  test('a group that was not read leaves open what no other lets in', () => {
    const machine = gateway([], { SecurityGroupIds: ['sg-0123456789abcdef0', { Ref: 'Group' }] });
    const all = answers(publicSubnet(), group(PPTP_RULES), machine);
    expect(serves(all, { protocol: PPTP }).verdict).toBe('passes');
    expect(serves(all, { protocol: WIREGUARD }).verdict).toBe('unknown');
  });
});

describe('two groups on one interface', () => {
  test('let through what one of them lets through', () => {
    const parts = [publicSubnet(), group([tcp(1723)]), group([gre()], undefined, 'Data'), gateway(['Group', 'Data'])];
    expect(pptp(...parts).servesAll).toBe(true);
  });
});

describe('a Network Load Balancer in front', () => {
  const { Address: _, ...machine } = gateway();
  const front = (Protocol: string, Port: number): Resources => ({
    Front: resource('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network', Subnets: [{ Ref: 'Subnet' }] }),
    Listener: resource('AWS::ElasticLoadBalancingV2::Listener', {
      LoadBalancerArn: { Ref: 'Front' },
      Protocol,
      Port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }],
    }),
    Targets: resource('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Protocol,
      Port,
      Targets: [{ Id: { Ref: 'Gateway' } }],
    }),
  });

  test('carries WireGuard', () => {
    const all = answers(publicSubnet(), group([udp(51820)]), machine, front('UDP', 51820));
    const answer = serves(all, { protocol: WIREGUARD });
    expect([answer.verdict, answer.dials]).toEqual(['passes', 'load balancer Front']);
  });

  test('carries the control connection of PPTP and not its GRE', () => {
    const all = answers(publicSubnet(), group(PPTP_RULES), machine, front('TCP', 1723));
    expect(reach(all, { flow: Flow.tcp(1723), from: '203.0.113.0/24', to: 'Gateway' }).verdict).toBe('passes');
    const { verdict, stops } = serves(all, { protocol: PPTP });
    expect(verdict).toBe('drops');
    expect(new Set(stops.map(({ flow, hop }) => `${flow.label} ${hop.code}`))).toEqual(
      new Set(['GRE 47 GRE_DROPPED_BY_LOAD_BALANCER']),
    );
  });
});

describe('a question about something that is not there', () => {
  const all = answers(publicSubnet(), group(PPTP_RULES), gateway());
  const refusal = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      return error instanceof InvalidInputError ? error.message.replace(/\n {6}at .*/, '') : String(error);
    }
    return 'nothing';
  };

  test('names the machines that there are', () => {
    expect(refusal(() => reach(all, { flow: Flow.GRE, from: '203.0.113.0/24', to: 'Gatway' }))).toMatchInlineSnapshot(`
      "there is no machine of this name in what was read.
        got      "Gatway"
        allowed  Vpn/Gateway
        write    Gateway

            code REVIEW_QUESTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('about no clients, or those of two versions, is refused', () => {
    for (const from of [[], ['10.0.0.0/8', '2001:db8::/32']]) {
      expect(refusal(() => reach(all, { flow: Flow.GRE, from, to: 'Gateway' }))).toContain('REVIEW_QUESTION_INVALID');
    }
  });

  test('about a text that is no range is refused', () => {
    expect(refusal(() => serves(all, { protocol: PPTP, clients: '10.0.0.1' }))).toContain('CIDR_WITHOUT_MASK');
  });

  test('about the gateway where there is none is refused', () => {
    expect(refusal(() => serves(answers(publicSubnet()), { protocol: PPTP }))).toMatchInlineSnapshot(`
      "there is no VPN gateway in what was read.
        allowed  no machine was read
        write    the id of one of the machines

            code REVIEW_QUESTION_INVALID, see docs/diagnostics.md"
    `);
  });
});
