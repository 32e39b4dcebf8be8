import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Flow } from 'pptp-constructs';
import { parseDocument, reach, reviewTemplates } from 'pptp-constructs/review';
import { gateway, group, publicSubnet, type Resources, resource } from './support/network';

/** Input that would take years or all memory if it were taken by its word. What is asked of each ends, with an answer. */

const get = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });

function verdict(resources: Resources, rest: object = {}, from = '203.0.113.0/24') {
  const { answers } = reviewTemplates({ Vpn: { Resources: resources, ...rest } }, { today: '2026-11-23' });
  return reach(answers, { flow: Flow.GRE, from, to: 'Gateway' }).verdict;
}

const open = { Parameters: { Open: { Type: 'String' } } };

describe('texts that double', () => {
  const doubled = (twice: (subnet: string) => unknown): Resources => ({
    ...publicSubnet(),
    ...Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `Part${index}`,
        resource('AWS::EC2::Subnet', {
          VpcId: { Ref: 'Vpc' },
          CidrBlock: index === 0 ? '10.20.2.0/24' : twice(`Part${index - 1}`),
        }),
      ]),
    ),
    ...group([{ IpProtocol: '47', CidrIp: get('Part59', 'CidrBlock') }]),
    ...gateway(),
  });

  test('by Fn::Join, sixty times', () => {
    const join = (id: string) => ({ 'Fn::Join': ['', [get(id, 'CidrBlock'), get(id, 'CidrBlock')]] });
    expect(verdict(doubled(join))).toBe('unknown');
  });

  test('by Fn::Sub, sixty times', () => {
    expect(verdict(doubled((id) => ({ 'Fn::Sub': `\${${id}.CidrBlock}\${${id}.CidrBlock}` })))).toBe('unknown');
  });
});

describe('branches that double', () => {
  const nested = (depth: number, leaf: unknown): unknown =>
    Array.from({ length: depth }).reduce<unknown>((inner) => ({ 'Fn::If': ['IsOpen', inner, inner] }), leaf);
  const conditions = { ...open, Conditions: { IsOpen: { 'Fn::Equals': [{ Ref: 'Open' }, 'yes'] } } };

  test('of a list of rules: more rules than a call takes arguments', () => {
    const resources = { ...publicSubnet(), ...group([{ IpProtocol: '47', CidrIp: '203.0.113.0/24' }]), ...gateway() };
    const ingress = nested(17, [{ IpProtocol: '47', CidrIp: '203.0.113.0/24' }]);
    const Group = resource('AWS::EC2::SecurityGroup', { VpcId: { Ref: 'Vpc' }, SecurityGroupIngress: [ingress] });
    expect(verdict({ ...resources, Group }, conditions)).toBe('unknown');
  }, 30_000);

  test('of conditions that ask for each other, a thousand deep', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `C${index}`,
        { 'Fn::And': [{ Condition: `C${index + 1}` }, { Condition: `C${index + 1}` }] },
      ]),
    );
    const resources: Resources = {
      ...publicSubnet(),
      ...group([]),
      Rule: {
        ...resource('AWS::EC2::SecurityGroupIngress', {
          ...{ GroupId: get('Group', 'GroupId'), IpProtocol: '47', CidrIp: '203.0.113.0/24' },
        }),
        ...{ Condition: 'C0' },
      },
      ...gateway(),
    };
    expect(verdict(resources, { ...open, Conditions: { ...conditions.Conditions, ...chain } })).toBe('unknown');
  });
});

describe('rules without number', () => {
  test('twenty thousand ranges in a security group, of which the last is asked about', () => {
    const ingress = Array.from({ length: 20_000 }, (_, index) => ({
      IpProtocol: '47',
      CidrIp: `20.${index >> 8}.${index & 255}.7/32`,
    }));
    const resources = { ...publicSubnet(), ...group(ingress), ...gateway() };
    expect(verdict(resources, {}, '20.78.31.7/32')).toBe('passes');
    expect(verdict(resources, {}, '20.78.31.8/32')).toBe('drops');
  }, 30_000);

  test('a network ACL that parts the ports into thousands of ranges is not looked at port by port', () => {
    const entries = Object.fromEntries(
      Array.from({ length: 4000 }, (_, index) => [
        `Entry${index}`,
        resource('AWS::EC2::NetworkAclEntry', {
          ...{ NetworkAclId: { Ref: 'Acl' }, RuleNumber: index + 1, Egress: index % 2 === 0, Protocol: 6 },
          ...{
            RuleAction: 'allow',
            CidrBlock: '0.0.0.0/0',
            PortRange: { From: 1024 + index * 13, To: 1030 + index * 13 },
          },
        }),
      ]),
    );
    const resources: Resources = {
      ...publicSubnet(),
      ...group([{ IpProtocol: 'tcp', FromPort: 1723, ToPort: 1723, CidrIp: '203.0.113.0/24' }]),
      ...gateway(),
      Acl: resource('AWS::EC2::NetworkAcl', { VpcId: { Ref: 'Vpc' } }),
      AclOfSubnet: resource('AWS::EC2::SubnetNetworkAclAssociation', {
        ...{ SubnetId: { Ref: 'Subnet' }, NetworkAclId: { Ref: 'Acl' } },
      }),
      ...entries,
    };
    const { answers } = reviewTemplates({ Vpn: { Resources: resources } });
    const { ways } = reach(answers, { flow: Flow.tcp(1723), from: '203.0.113.0/24', to: 'Gateway' });
    const back = ways[0]?.passages[0]?.hops.find(
      ({ direction, verdict: each }) => direction === 'to-client' && each === 'unknown',
    );
    expect(back?.because).toBe(
      'Whether TCP to ports 1024-65535 of the clients passes is not known: its rules part the ports into more than 1000 ranges, which are not looked at one by one.',
    );
  }, 30_000);

  test('groups that name each other in circles', () => {
    const count = 300;
    const groups = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `Group${index}`,
        resource('AWS::EC2::SecurityGroup', {
          VpcId: { Ref: 'Vpc' },
          SecurityGroupIngress: Array.from({ length: 10 }, (__, step) => ({
            ...{ IpProtocol: '47', SourceSecurityGroupId: get(`Group${(index + step + 1) % count}`, 'GroupId') },
          })),
        }),
      ]),
    );
    const resources = { ...publicSubnet(), ...groups, ...gateway(Object.keys(groups)) };
    expect(verdict(resources)).toBe('drops');
  }, 30_000);
});

test('user data that no pattern takes long for', () => {
  const texts = [
    '-----BEGIN '.repeat(50_000),
    'A '.repeat(300_000),
    `-----BEGIN ${'A'.repeat(500_000)}`,
    '= '.repeat(300_000),
  ];
  const resources = {
    ...publicSubnet(),
    ...group([{ IpProtocol: '47', CidrIp: '203.0.113.0/24' }]),
    ...gateway(['Group'], { UserData: { 'Fn::Base64': texts.join('password psk secret ') } }),
  };
  expect(verdict(resources)).toBe('passes');
});

test('a place in a file of a hundred thousand lines is found without a tree of it', () => {
  const text = JSON.stringify(
    { Resources: Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`R${at}`, { a: 1 }])) },
    undefined,
    1,
  );
  const document = parseDocument(text, 'long.json');
  expect(document.locate(['Resources', 'R49999', 'a'])).toEqual({ line: 150_001, column: 9 });
});

test('a file at the limit is read within a gigabyte and a half', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pptp-constructs-bounds-'));
  try {
    const file = join(folder, 'large.template.json');
    const rule = (at: number) => ({
      ...{
        CidrIp: `20.${(at >> 8) % 256}.${at % 256}.0/24`,
        FromPort: at % 65536,
        IpProtocol: 'tcp',
        ToPort: at % 65536,
      },
    });
    const groups = Array.from({ length: 1200 }, (_, index) => [
      `Group${index}`,
      resource('AWS::EC2::SecurityGroup', {
        SecurityGroupIngress: Array.from({ length: 600 }, (__, at) => rule(index * 600 + at)),
      }),
    ]);
    const resources = { ...publicSubnet(), ...Object.fromEntries(groups), ...group([]), ...gateway() };
    const text = JSON.stringify({ Resources: resources });
    expect(text.length).toBeGreaterThan(50_000_000);
    writeFileSync(file, text);
    const program = `const { review } = require('./lib/review');
      console.log(review([${JSON.stringify(file)}]).answers.world.estate.all('rule-set').length);`;
    const root = join(__dirname, '..', '..');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=1500', '--import', 'tsx', '-e', program],
      {
        ...{ cwd: root, encoding: 'utf8' },
      },
    );
    // With those that AWS adds to a VPC: an ACL and a group.
    expect([stdout.trim(), stderr]).toEqual(['1203', '']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
