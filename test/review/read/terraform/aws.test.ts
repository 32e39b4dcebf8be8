// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { Flow, PPTP } from 'pptp-constructs';
import { formatRange, type Review, reach, serves } from 'pptp-constructs/review';
import { type Blocks, reviewed } from '../../support/terraform';

const TCP = { protocol: 'tcp', from_port: 1723, to_port: 1723, cidr_blocks: ['203.0.113.0/24'] };
const GRE = { protocol: '47', from_port: 0, to_port: 0, cidr_blocks: ['203.0.113.0/24'] };
const OUT = { protocol: '-1', from_port: 0, to_port: 0, cidr_blocks: ['0.0.0.0/0'] };

/** A machine with an Elastic IP in a public subnet. */
const gateway = (group: object = { ingress: [TCP, GRE], egress: [OUT] }, machine: object = {}): Blocks => ({
  aws_vpc: { net: { cidr_block: '10.40.0.0/16' } },
  aws_subnet: { vpn: { vpc_id: '${aws_vpc.net.id}', cidr_block: '10.40.254.0/28' } },
  aws_internet_gateway: { out: { vpc_id: '${aws_vpc.net.id}' } },
  aws_route_table: {
    out: {
      vpc_id: '${aws_vpc.net.id}',
      route: [{ cidr_block: '0.0.0.0/0', gateway_id: '${aws_internet_gateway.out.id}', nat_gateway_id: '' }],
    },
  },
  aws_route_table_association: {
    vpn: { subnet_id: '${aws_subnet.vpn.id}', route_table_id: '${aws_route_table.out.id}' },
  },
  aws_security_group: { vpn: { name: 'vpn', vpc_id: '${aws_vpc.net.id}', ...group } },
  aws_instance: {
    vpn: {
      subnet_id: '${aws_subnet.vpn.id}',
      vpc_security_group_ids: ['${aws_security_group.vpn.id}'],
      ...machine,
    },
  },
  aws_eip: { vpn: { instance: '${aws_instance.vpn.id}', domain: 'vpc' } },
});

const pptp = ({ answers }: Review) => {
  const { verdict, served } = serves(answers, { protocol: PPTP, gateway: 'aws_instance.vpn' });
  return [verdict, ...served.map(formatRange)];
};
const SERVED = ['passes', '203.0.113.0/24'];
const found = ({ findings }: Review) => findings.map(({ kind }) => kind.id);
const hops = ({ answers }: Review, flow: Flow) =>
  reach(answers, { flow, from: '203.0.113.0/24', to: 'aws_instance.vpn' }).ways[0]?.passages[0]?.hops.map(
    ({ direction, verdict, name, label }) => `${direction} ${verdict} ${name} ${label}`,
  );

describe('a gateway on AWS in Terraform', () => {
  const review = reviewed(gateway());

  test('serves PPTP to those whom its rules name', () => {
    expect(pptp(review)).toEqual(SERVED);
    expect([found(review), review.unread]).toEqual([['pptp-present'], []]);
  });

  test('is reached hop by hop', () => {
    expect(hops(review, Flow.GRE)).toEqual([
      'to-gateway passes internet gateway aws_internet_gateway.out',
      'to-gateway passes VPC aws_vpc.net',
      'to-gateway passes network ACL default network ACL of aws_vpc.net',
      'to-gateway passes security group aws_security_group.vpn',
      'to-client passes security group aws_security_group.vpn',
      'to-client passes network ACL default network ACL of aws_vpc.net',
      'to-client passes internet gateway aws_internet_gateway.out',
    ]);
  });

  test('has no rule outwards that is not written down: Terraform takes away that of EC2', () => {
    const without = reviewed(gateway({ ingress: [TCP, GRE] }));
    expect(pptp(without)).toEqual(['drops']);
    expect(found(without)).toContain('gre-one-way');
  });

  test('is told the rule that is missing as Terraform has it', () => {
    const { answers } = reviewed(gateway({ ingress: [TCP, GRE] }));
    const { stops } = serves(answers, { protocol: PPTP, gateway: 'aws_instance.vpn' });
    expect(stops.map(({ change }) => change?.snippets)).toEqual([
      [
        {
          resource: {
            aws_vpc_security_group_egress_rule: {
              'allow-47': {
                security_group_id: '${aws_security_group.vpn.id}',
                ip_protocol: '47',
                cidr_ipv4: '203.0.113.0/24',
              },
            },
          },
        },
      ],
    ]);
  });

  test.each<[string, Blocks]>([
    [
      'aws_security_group_rule',
      {
        aws_security_group_rule: {
          tcp: { type: 'ingress', security_group_id: '${aws_security_group.vpn.id}', ...TCP },
          gre: { type: 'ingress', security_group_id: '${aws_security_group.vpn.id}', ...GRE },
          out: { type: 'egress', security_group_id: '${aws_security_group.vpn.id}', ...OUT },
        },
      },
    ],
    [
      'aws_vpc_security_group_ingress_rule',
      {
        aws_vpc_security_group_ingress_rule: {
          tcp: {
            security_group_id: '${aws_security_group.vpn.id}',
            ip_protocol: 'tcp',
            from_port: 1723,
            to_port: 1723,
            cidr_ipv4: '203.0.113.0/24',
          },
          gre: {
            security_group_id: '${aws_security_group.vpn.id}',
            ip_protocol: '47',
            prefix_list_id: '${aws_ec2_managed_prefix_list.c.id}',
          },
        },
        aws_ec2_managed_prefix_list: { c: { entry: [{ cidr: '203.0.113.0/24' }] } },
        aws_vpc_security_group_egress_rule: {
          out: { security_group_id: '${aws_security_group.vpn.id}', ip_protocol: '-1', cidr_ipv4: '0.0.0.0/0' },
        },
      },
    ],
  ])('is read with its rules as %s', (_type, rules) => {
    expect(pptp(reviewed(gateway({}), rules))).toEqual(SERVED);
  });

  test.each([
    ['gre', 'protocol-name-where-number'],
    ['tcp', 'port-47-instead-of-protocol-47'],
  ])('is found to have protocol %s in place of 47', (protocol, id) => {
    const wrong = { ...GRE, protocol, ...(protocol === 'tcp' ? { from_port: 47, to_port: 47 } : {}) };
    expect(found(reviewed(gateway({ ingress: [TCP, wrong], egress: [OUT] })))).toContain(id);
  });

  const acl = (entries: object): Blocks => ({
    aws_network_acl: { a: { vpc_id: '${aws_vpc.net.id}', subnet_ids: ['${aws_subnet.vpn.id}'], ...entries } },
  });
  const entry = (rule_no: number, protocol: string, from_port = 0, to_port = 0) => ({
    ...{ rule_no, protocol, from_port, to_port, action: 'allow', cidr_block: '0.0.0.0/0' },
  });

  test('is behind the network ACL that names its subnet, in both directions', () => {
    const ingress = [entry(100, 'tcp', 1723, 1723), entry(110, '47')];
    const egress = [entry(100, 'tcp', 1024, 65535), entry(110, 'gre')];
    expect(pptp(reviewed(gateway(), acl({ ingress, egress })))).toEqual(SERVED);
    const half = reviewed(gateway(), acl({ ingress, egress: [egress[0]] }));
    expect(pptp(half)).toEqual(['drops']);
    expect(found(half)).toContain('stateless-entry-missing');
  });

  test('is behind an ACL that denies everything, where it has no entry', () => {
    expect(pptp(reviewed(gateway(), acl({})))).toEqual(['drops']);
  });

  test('is read with entries of its ACL as resources', () => {
    const rule = (rest: object) => ({
      network_acl_id: '${aws_network_acl.a.id}',
      rule_action: 'allow',
      cidr_block: '0.0.0.0/0',
      ...rest,
    });
    const review = reviewed(gateway(), acl({}), {
      aws_network_acl_rule: {
        in: rule({ rule_number: 100, protocol: '-1', egress: false }),
        out: rule({ rule_number: 100, protocol: '-1', egress: true }),
      },
    });
    expect(pptp(review)).toEqual(SERVED);
  });

  test('behind a NAT gateway is reached by nobody', () => {
    const { aws_eip: _eip, ...rest } = gateway();
    const review = reviewed(rest, {
      aws_nat_gateway: { nat: { subnet_id: '${aws_subnet.vpn.id}' } },
      aws_route_table: {
        out: {
          vpc_id: '${aws_vpc.net.id}',
          route: [{ cidr_block: '0.0.0.0/0', nat_gateway_id: '${aws_nat_gateway.nat.id}' }],
        },
      },
    });
    expect(pptp(review)).toEqual(['drops']);
    expect(found(review)).toContain('gateway-behind-nat');
  });

  test('with an interface of its own is reached by the address of that', () => {
    const { aws_eip: _eip, ...rest } = gateway(undefined, {
      subnet_id: undefined,
      vpc_security_group_ids: undefined,
      network_interface: [{ network_interface_id: '${aws_network_interface.vpn.id}', device_index: 0 }],
    });
    const review = reviewed(rest, {
      aws_network_interface: {
        vpn: { subnet_id: '${aws_subnet.vpn.id}', security_groups: ['${aws_security_group.vpn.id}'] },
      },
      aws_eip: { vpn: { domain: 'vpc' } },
      aws_eip_association: {
        vpn: { allocation_id: '${aws_eip.vpn.allocation_id}', network_interface_id: '${aws_network_interface.vpn.id}' },
      },
    });
    expect(pptp(review)).toEqual(SERVED);
  });

  test('without groups has the default group of its VPC, which may be adopted', () => {
    const machine = { vpc_security_group_ids: [] };
    expect(pptp(reviewed(gateway(undefined, machine)))).toEqual(['drops']);
    const adopted: Blocks = {
      aws_default_security_group: { d: { vpc_id: '${aws_vpc.net.id}', ingress: [TCP, GRE], egress: [OUT] } },
    };
    expect(pptp(reviewed(gateway(undefined, machine), adopted))).toEqual(SERVED);
  });

  test('in a subnet without a table answers by the main one, which may be adopted', () => {
    const { aws_route_table: _table, aws_route_table_association: _association, ...rest } = gateway();
    expect(pptp(reviewed(rest))).toEqual(['unknown']);
    const adopted: Blocks = {
      aws_default_route_table: {
        d: {
          default_route_table_id: '${aws_vpc.net.default_route_table_id}',
          route: [{ cidr_block: '0.0.0.0/0', gateway_id: '${aws_internet_gateway.out.id}' }],
        },
      },
    };
    expect(pptp(reviewed(rest, adopted))).toEqual(SERVED);
  });

  test('behind a Network Load Balancer gets no GRE, and the listener is found', () => {
    const { aws_eip: _eip, ...rest } = gateway();
    const review = reviewed(rest, {
      aws_lb: { front: { load_balancer_type: 'network', subnets: ['${aws_subnet.vpn.id}'] } },
      aws_lb_target_group: { g: { port: 1723, protocol: 'TCP' } },
      aws_lb_target_group_attachment: {
        a: { target_group_arn: '${aws_lb_target_group.g.arn}', target_id: '${aws_instance.vpn.id}' },
      },
      aws_lb_listener: {
        l: {
          load_balancer_arn: '${aws_lb.front.arn}',
          port: 1723,
          protocol: 'TCP',
          default_action: [{ type: 'forward', target_group_arn: '${aws_lb_target_group.g.arn}' }],
        },
      },
    });
    expect(
      reach(review.answers, { flow: Flow.tcp(1723), from: '203.0.113.0/24', to: 'aws_instance.vpn' }).verdict,
    ).toBe('passes');
    expect(pptp(review)).toEqual(['drops']);
    expect(found(review)).toContain('load-balancer-listener-for-pptp');
  });

  test('that an Auto Scaling group starts is read from its template', () => {
    const { aws_instance: _instance, aws_eip: _eip, ...rest } = gateway();
    const review = reviewed(rest, {
      aws_launch_template: {
        t: {
          network_interfaces: [
            { associate_public_ip_address: 'true', security_groups: ['${aws_security_group.vpn.id}'] },
          ],
        },
      },
      aws_autoscaling_group: {
        g: { vpc_zone_identifier: ['${aws_subnet.vpn.id}'], launch_template: [{ id: '${aws_launch_template.t.id}' }] },
      },
    });
    const [answer] = review.gateways.flatMap(({ protocols }) => protocols);
    expect([answer?.verdict, answer?.dials]).toEqual(['passes', 'the public address that it gets at each start']);
  });
});

test('a gateway on AWS whose table has no route is told the route as Terraform has it', () => {
  const { answers } = reviewed(gateway(), { aws_route_table: { out: { vpc_id: '${aws_vpc.net.id}' } } });
  const { stops } = serves(answers, { protocol: PPTP, gateway: 'aws_instance.vpn' });
  expect(stops[0]?.change?.snippets).toEqual([
    {
      resource: {
        aws_route: {
          internet: {
            route_table_id: '${aws_route_table.out.id}',
            destination_cidr_block: '0.0.0.0/0',
            gateway_id: '${aws_internet_gateway.out.id}',
          },
        },
      },
    },
  ]);
});
