import { FINDING_KINDS, type Finding, reviewTemplates } from 'pptp-constructs/review';
import { acl, gateway, gre, group, publicSubnet, type Resources, resource, tcp, udp } from '../support/network';

const TODAY = '2026-11-23';

function found(...parts: readonly Record<string, unknown>[]): readonly Finding[] {
  return reviewTemplates({ Vpn: { Resources: Object.assign({}, ...parts) } }, { today: TODAY }).findings;
}

const ids = (...parts: readonly Record<string, unknown>[]) => found(...parts).map(({ kind }) => kind.id);

const only = (id: string, findings: readonly Finding[]) => findings.filter(({ kind }) => kind.id === id);

describe('the kinds of findings', () => {
  test('have ids that nobody may change', () => {
    expect(FINDING_KINDS.map(({ id, severity }) => `${severity} ${id}`)).toMatchInlineSnapshot(`
      [
        "error pptp-control-without-gre",
        "warning gre-without-pptp-control",
        "error gre-one-way",
        "error port-47-instead-of-protocol-47",
        "error esp-as-port",
        "error protocol-name-where-number",
        "error protocol-number-where-name",
        "error pptp-open-to-the-world",
        "note vpn-open-to-the-world",
        "warning everything-open",
        "error l2tp-in-the-clear",
        "error priorities-overlap",
        "warning rule-shadowed",
        "error gateway-behind-nat",
        "error load-balancer-listener-for-pptp",
        "error stateless-entry-missing",
        "error vpn-protocol-stopped",
        "warning pptp-present",
        "error source-destination-check-on",
        "error secret-in-user-data",
        "error pptp-on-azure",
        "error nsg-rule-for-public-address",
        "warning nsg-on-gateway-subnet",
        "error ports-on-portless-protocol",
      ]
    `);
  });

  test('have each id once, and a help of whole sentences', () => {
    expect(new Set(FINDING_KINDS.map(({ id }) => id)).size).toBe(FINDING_KINDS.length);
    for (const { id, help, title } of FINDING_KINDS) {
      expect([id, help.endsWith('.'), title.endsWith('.')]).toEqual([id, true, false]);
    }
  });
});

describe('PPTP with one half', () => {
  test('is not found where both halves are in two groups of one interface', () => {
    const parts = [publicSubnet(), group([tcp(1723)]), group([gre()], undefined, 'Data'), gateway(['Group', 'Data'])];
    expect(ids(...parts)).toEqual(['pptp-present']);
  });

  test('is found where a second interface has one of the two groups only', () => {
    const second = {
      Second: resource('AWS::EC2::NetworkInterface', { SubnetId: { Ref: 'Subnet' }, GroupSet: [{ Ref: 'Group' }] }),
    };
    const parts = [
      publicSubnet(),
      group([tcp(1723)]),
      group([gre()], undefined, 'Data'),
      gateway(['Group', 'Data']),
      second,
    ];
    expect(ids(...parts)).toEqual(['pptp-control-without-gre', 'pptp-present']);
  });

  test('is not found where another group of the interface was not read', () => {
    const machine = gateway([], { SecurityGroupIds: [{ Ref: 'Group' }, 'sg-0123456789abcdef0'] });
    expect(ids(publicSubnet(), group([tcp(1723)]), machine)).toEqual(['pptp-present']);
  });

  test('is found for the clients that lack it', () => {
    const [finding] = found(publicSubnet(), group([tcp(1723, '203.0.113.0/24'), gre('203.0.113.0/25')]), gateway());
    expect(finding?.message).toBe(
      'Group lets TCP 1723 in from 203.0.113.128/25, and nothing lets GRE (IP protocol 47) in from 203.0.113.128/25.',
    );
  });

  test('is not found where everything is open', () => {
    expect(ids(publicSubnet(), group([tcp(1723), { IpProtocol: '-1', CidrIp: '203.0.113.0/24' }]), gateway())).toEqual([
      'everything-open',
      'pptp-present',
    ]);
  });
});

describe('protocols written as something else', () => {
  test('port 47 inside a broad range is none', () => {
    expect(ids(group([{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1000, CidrIp: '10.0.0.0/8' }]))).toEqual([]);
  });

  test.each([
    ['tcp', 47, 'port-47-instead-of-protocol-47'],
    ['udp', 47, 'port-47-instead-of-protocol-47'],
    ['udp', 50, 'esp-as-port'],
    ['tcp', 51, 'esp-as-port'],
  ])('%s %i is', (IpProtocol, port, id) => {
    expect(ids(group([{ IpProtocol, FromPort: port, ToPort: port, CidrIp: '10.0.0.0/8' }]))).toEqual([id]);
  });

  test.each([
    ['gre', '"47" in place of "gre": IpProtocol "47", no FromPort and no ToPort'],
    ['ESP', '"50" in place of "ESP": IpProtocol "50", no FromPort and no ToPort'],
    ['banana', "the number of the protocol, after IANA's list"],
  ])('the name %s is', (IpProtocol, fix) => {
    const [finding] = found(group([{ IpProtocol, CidrIp: '10.0.0.0/8' }]));
    expect([finding?.kind.id, finding?.fix]).toEqual(['protocol-name-where-number', fix]);
  });

  test('tcp, udp, icmp, icmpv6 and numbers are names that EC2 takes', () => {
    const rules = ['tcp', 'udp', 'icmp', 'icmpv6', '47', 50, '-1'].map((IpProtocol) => ({
      IpProtocol,
      FromPort: 99,
      ToPort: 99,
      SourceSecurityGroupId: 'sg-1',
    }));
    expect(only('protocol-name-where-number', found(group(rules)))).toEqual([]);
  });
});

describe('what is open to the world', () => {
  test.each([
    ['0.0.0.0/0', true],
    ['0.0.0.0/1', true],
    ['64.0.0.0/7', true],
    ['8.0.0.0/8', false],
    ['10.0.0.0/8', false],
    ['203.0.113.0/24', false],
  ])('%s: %s', (range, isWorld) => {
    expect(only('pptp-open-to-the-world', found(group([tcp(1723, range), gre(range)]))).length).toBe(isWorld ? 2 : 0);
  });

  test('IPv6 too', () => {
    const rule = { IpProtocol: 'udp', FromPort: 51820, ToPort: 51820, CidrIpv6: '::/0' };
    expect(ids(group([rule]))).toEqual(['vpn-open-to-the-world']);
  });

  test.each([1194, 51820, 500, 4500])('UDP %i', (port) => {
    expect(ids(group([udp(port, '0.0.0.0/0')]))).toEqual(['vpn-open-to-the-world']);
  });

  test('HTTPS is no VPN', () => {
    expect(ids(group([tcp(443, '0.0.0.0/0')]))).toEqual([]);
  });

  test('with a written reason it is a note that repeats the reason', () => {
    const Group = {
      ...group([tcp(1723, '0.0.0.0/0'), gre('0.0.0.0/0')]).Group,
      Metadata: { 'pptp-constructs': { anywhereBecause: 'roaming staff; reviewed 2026-11' } },
    };
    const [finding] = only('pptp-open-to-the-world', found({ Group }));
    expect([finding?.severity, finding?.message]).toEqual([
      'note',
      'Group lets TCP 1723 in from 0.0.0.0/0, for this reason: roaming staff; reviewed 2026-11.',
    ]);
  });

  test('everything: an error from the world, a warning from a range, nothing from a group', () => {
    const all = (rest: object) => ({ IpProtocol: '-1', ...rest });
    const severities = (rule: object) =>
      only('everything-open', found(group([rule as never]))).map(({ severity }) => severity);
    expect(severities(all({ CidrIp: '0.0.0.0/0' }))).toEqual(['error']);
    expect(severities(all({ CidrIp: '10.0.0.0/8' }))).toEqual(['warning']);
    expect(severities(all({ SourceSecurityGroupId: { Ref: 'Group' } }))).toEqual([]);
  });

  test('a network ACL that lets everything through is as most are', () => {
    expect(ids(publicSubnet(), acl([{ number: 100, protocol: -1, cidr: '0.0.0.0/0' }]))).toEqual([]);
  });
});

describe('rules by number', () => {
  const all = { protocol: -1, cidr: '0.0.0.0/0' } as const;

  test('one number twice in one direction is found, one in each direction is not', () => {
    expect(
      ids(
        publicSubnet(),
        acl([
          { ...all, number: 1 },
          { ...all, number: 1, egress: true },
        ]),
      ),
    ).toEqual([]);
    const twice = acl([
      { ...all, number: 1, cidr: '10.0.0.0/8' },
      { ...all, number: 1, cidr: '11.0.0.0/8' },
    ]);
    expect(ids(publicSubnet(), twice)).toEqual(['priorities-overlap']);
  });

  test('a rule behind several that cover it together is shadowed', () => {
    const parts = acl([
      { ...all, number: 1, cidr: '10.0.0.0/9' },
      { ...all, number: 2, cidr: '10.128.0.0/9' },
      { ...all, number: 3, cidr: '10.0.0.0/8', action: 'deny' },
    ]);
    const [finding, ...others] = found(publicSubnet(), parts);
    expect([finding?.kind.id, finding?.severity, others]).toEqual(['rule-shadowed', 'warning', []]);
  });

  test('a rule that says the same as an earlier one is worth a note', () => {
    const parts = acl([
      { ...all, number: 1 },
      { ...all, number: 2, cidr: '10.0.0.0/8' },
    ]);
    expect(found(publicSubnet(), parts).map(({ kind, severity }) => [kind.id, severity])).toEqual([
      ['rule-shadowed', 'note'],
    ]);
  });

  test('a rule of which a part is left is not', () => {
    const parts = acl([
      { ...all, number: 1, cidr: '10.0.0.0/9' },
      { ...all, number: 2, cidr: '10.0.0.0/8', action: 'deny' },
      { number: 3, protocol: 6, ports: [1, 100], cidr: '11.0.0.0/8' },
      { number: 4, protocol: 6, ports: [50, 200], cidr: '11.0.0.0/8' },
    ]);
    expect(ids(publicSubnet(), parts)).toEqual([]);
  });
});

describe('PPTP in use', () => {
  const withReason = (metadata: object): Record<string, unknown> => {
    const parts = gateway();
    return { ...parts, Gateway: { ...parts.Gateway, Metadata: metadata } };
  };
  const message = (metadata: object) => {
    const [finding] = only('pptp-present', found(publicSubnet(), group([tcp(1723), gre()]), withReason(metadata)));
    return `${finding?.severity}: ${finding?.message}`;
  };

  test('without a reason is an error', () => {
    expect(message({})).toBe(
      'error: Gateway speaks PPTP by Elastic IP Address, for 203.0.113.0/24. No reason is written down.',
    );
  });

  test('with a reason is a warning that tells how long it holds', () => {
    expect(message({ 'pptp-constructs': { insecureBecause: 'PLCs speak nothing else; replaced by 2027-06' } })).toBe(
      'warning: Gateway speaks PPTP by Elastic IP Address, for 203.0.113.0/24. The reason written down: PLCs speak nothing else; replaced by 2027-06. Its last date, 2027-06, is 7 months after 2026-11-23.',
    );
  });

  test('with a reason whose date is over is an error', () => {
    expect(message({ 'pptp-constructs': { insecureBecause: 'until 2025-10-31 only' } })).toContain(
      'error: Gateway speaks PPTP by Elastic IP Address, for 203.0.113.0/24. The reason written down: until 2025-10-31 only. Its last date, 2025-10-31, was 13 months before 2026-11-23.',
    );
  });

  test('with a reason that names no date says so', () => {
    expect(message({ 'pptp-constructs': { insecureBecause: 'old machines.' } })).toContain(
      'The reason written down: old machines. It names no date.',
    );
  });

  test('counts the last day of a migration', () => {
    const metadata = {
      'pptp-constructs': { insecureBecause: 'old machines' },
      'pptp-constructs-sunset': { lastDay: '2026-11-30' },
    };
    expect(message(metadata)).toContain('Its last date, 2026-11-30, is less than a month after 2026-11-23.');
  });
});

describe('source/destination check', () => {
  const routed = (properties: object): Resources => ({
    ...gateway(['Group'], properties as never),
    Pool: resource('AWS::EC2::Route', {
      RouteTableId: { Ref: 'Routes' },
      DestinationCidrBlock: '10.99.0.0/24',
      InstanceId: { Ref: 'Gateway' },
    }),
  });

  test.each([
    [{}, 1],
    [{ SourceDestCheck: true }, 1],
    [{ SourceDestCheck: 'false' }, 0],
    [{ SourceDestCheck: { Ref: 'Nobody' } }, 0],
  ])('with %j', (properties, count) => {
    const findings = found(publicSubnet(), group([udp(51820)]), routed(properties));
    expect(only('source-destination-check-on', findings).length).toBe(count);
  });

  test('of a machine that no route leads to is as it should be', () => {
    expect(ids(publicSubnet(), group([udp(51820)]), gateway())).toEqual([]);
  });
});

describe('secrets in user data', () => {
  const inData = (UserData: unknown) =>
    only('secret-in-user-data', found(publicSubnet(), group([udp(51820)]), gateway(['Group'], { UserData })));

  const KEY = `${'q'.repeat(42)}A=`;

  test.each([
    ['chap-secrets', 'alice * correct-horse *'],
    ['chap-secrets with names in quotes', '"alice" "pptpd" "correct horse" *'],
    ['a key of WireGuard', `PrivateKey = ${KEY}`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ['a pre-shared key', '%any %any : PSK "battery-staple"'],
    ['a password', 'export PASSWORD=correct-horse'],
    ['a password in JSON', '{"password": "correct-horse"}'],
    ['an access key', 'AKIAIOSFODNN7EXAMPLE'],
  ])('%s is found, and not repeated', (_name, line) => {
    const text = `#!/bin/sh\n${line}\n`;
    for (const data of [
      { 'Fn::Base64': text },
      Buffer.from(text).toString('base64'),
      { 'Fn::Base64': { 'Fn::Sub': text } },
    ]) {
      const [finding] = inData(data);
      expect(finding?.message).toContain('in line 2 of it');
      expect(JSON.stringify([finding?.message, finding?.fix, finding?.key])).not.toMatch(/correct|battery|qqqq|AKIA/);
    }
  });

  test.each([
    ['a key that is fetched', 'PASSWORD=$(aws secretsmanager get-secret-value --secret-id x)'],
    ['a variable', 'password="$PASSWORD"'],
    ['the name of a secret', "--secret-id 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:vpn-users'"],
    ['an option of sshd', 'ssh_pwauth: false\nPasswordAuthentication no'],
    ['a path', 'password: /run/secrets/vpn'],
    ['a public key', `PublicKey = ${KEY}`],
  ])('%s is none', (_name, line) => {
    expect(inData({ 'Fn::Base64': `#!/bin/sh\n${line}\n` })).toEqual([]);
  });
});

describe('a finding', () => {
  const template = { Resources: { ...publicSubnet(), ...group([tcp(1723)]), ...gateway() } };
  const [finding] = reviewTemplates({ Vpn: template }, { today: TODAY }).findings;

  test('names its place as a pointer where there is no file', () => {
    expect(String(finding?.origin)).toBe('Vpn#/Resources/Group/Properties/SecurityGroupIngress/0');
  });

  test('has a key that names things and no places', () => {
    expect(finding?.key).toBe('pptp-control-without-gre Vpn/Group in GRE 47');
    const moved = { Resources: { Before: { Type: 'AWS::S3::Bucket' }, ...template.Resources } };
    expect(reviewTemplates({ Vpn: moved }, { today: TODAY }).findings[0]?.key).toBe(finding?.key);
  });

  test('has evidence', () => {
    expect(finding?.evidence.map(({ title }) => title)).toContain('Amazon VPC User Guide: Security group rules');
  });
});

test('nothing is found in an empty template', () => {
  expect(ids({})).toEqual([]);
});
