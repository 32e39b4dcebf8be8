import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { review } from 'pptp-constructs/review';
import type { Case, Child } from '../harness';

const cwd = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'pptp-constructs-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const ref = (Ref: string) => ({ Ref });
const get = (id: string, attribute: string) => ({ 'Fn::GetAtt': [id, attribute] });

const RULES = 60;

/** What the gateways are there for, one after the other. */
const SERVICES = [
  ['tcp', 1723],
  ['47', undefined],
  ['udp', 500],
  ['udp', 4500],
  ['50', undefined],
  ['udp', 1194],
  ['udp', 51820],
  ['tcp', 443],
] as const;

/**
 * A rule as the CDK writes it. Gateways serve seven sites each, every fifth without GRE; other groups have a range and a port
 * of its own in each rule.
 */
function rule(group: number, index: number, isGateway: boolean): object {
  const at = isGateway ? group * 8 + (index >> 3) : group * RULES + index;
  const range = `${20 + (at % 150)}.${(at >> 3) % 256}.${(at * 7) % 256}.0/${24 + (at % 9)}`;
  const [protocol, port] = isGateway
    ? (SERVICES.filter(([name]) => group % 5 > 0 || name !== '47')[index % 8] ?? (['tcp', 47] as const))
    : (['tcp', 1024 + (at % 40_000)] as const);
  const ports = port === undefined ? {} : { FromPort: port, ToPort: port };
  return { CidrIp: range, Description: `from ${range}:${port ?? `PROTO ${protocol}`}`, ...ports, IpProtocol: protocol };
}

/** 1,000 security groups of 60 rules, 200 subnets, and 50 gateways with three groups each. */
function template(): string {
  const resources: Record<string, { Type: string; Properties: object }> = {};
  const add = (id: string, Type: string, Properties: object) => {
    resources[id] = { Type, Properties };
  };
  for (let vpc = 0; vpc < 10; vpc++) {
    add(`Vpc${vpc}`, 'AWS::EC2::VPC', { CidrBlock: `10.${vpc % 256}.0.0/16` });
    add(`Internet${vpc}`, 'AWS::EC2::InternetGateway', {});
    add(`Attachment${vpc}`, 'AWS::EC2::VPCGatewayAttachment', {
      InternetGatewayId: ref(`Internet${vpc}`),
      VpcId: ref(`Vpc${vpc}`),
    });
    add(`Acl${vpc}`, 'AWS::EC2::NetworkAcl', { VpcId: ref(`Vpc${vpc}`) });
    for (const egress of [false, true]) {
      for (const [at, protocol] of [6, 17, 47, 50].entries()) {
        add(`Entry${vpc}${egress ? 'Out' : 'In'}${at}`, 'AWS::EC2::NetworkAclEntry', {
          ...{ CidrBlock: '0.0.0.0/0', Egress: egress, NetworkAclId: ref(`Acl${vpc}`) },
          ...{ Protocol: protocol, RuleAction: 'allow', RuleNumber: 100 + at },
          ...(protocol === 6 || protocol === 17 ? { PortRange: { From: 1, To: 65535 } } : {}),
        });
      }
    }
  }
  for (let subnet = 0; subnet < 200; subnet++) {
    const vpc = subnet % 10;
    add(`Subnet${subnet}`, 'AWS::EC2::Subnet', {
      CidrBlock: `10.${vpc % 256}.${Math.floor(subnet / 10)}.0/24`,
      VpcId: ref(`Vpc${vpc}`),
    });
    add(`Table${subnet}`, 'AWS::EC2::RouteTable', { VpcId: ref(`Vpc${vpc}`) });
    add(`TableOfSubnet${subnet}`, 'AWS::EC2::SubnetRouteTableAssociation', {
      RouteTableId: ref(`Table${subnet}`),
      SubnetId: ref(`Subnet${subnet}`),
    });
    add(`Route${subnet}`, 'AWS::EC2::Route', {
      ...{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: ref(`Internet${vpc}`), RouteTableId: ref(`Table${subnet}`) },
    });
    add(`AclOfSubnet${subnet}`, 'AWS::EC2::SubnetNetworkAclAssociation', {
      NetworkAclId: ref(`Acl${vpc}`),
      SubnetId: ref(`Subnet${subnet}`),
    });
  }
  for (let group = 0; group < 1000; group++) {
    const isGateway = group < 50;
    add(`Group${group}`, 'AWS::EC2::SecurityGroup', {
      GroupDescription: `group ${group}`,
      SecurityGroupEgress: [
        { CidrIp: '0.0.0.0/0', Description: 'Allow all outbound traffic by default', IpProtocol: '-1' },
      ],
      SecurityGroupIngress: Array.from({ length: RULES - 1 }, (_, index) => rule(group, index, isGateway)),
      VpcId: ref(`Vpc${group % 10}`),
    });
  }
  for (let gateway = 0; gateway < 50; gateway++) {
    const groups = [gateway, 50 + gateway * 2, 50 + gateway * 2 + 1];
    add(`Gateway${gateway}`, 'AWS::EC2::Instance', {
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't4g.small',
      SecurityGroupIds: groups.map((group) => get(`Group${group}`, 'GroupId')),
      SubnetId: ref(`Subnet${gateway}`),
    });
    add(`Address${gateway}`, 'AWS::EC2::EIP', { Domain: 'vpc', InstanceId: ref(`Gateway${gateway}`) });
  }
  // As the CDK writes templates.
  return JSON.stringify({ Resources: resources }, undefined, 1);
}

const one = join(folder, 'Estate.template.json');
writeFileSync(one, template());

/** Ten times the estate: as many stacks. */
const ten = join(folder, 'ten');
mkdirSync(ten);
for (let stack = 0; stack < 10; stack++) {
  copyFileSync(one, join(ten, `Estate${stack}.template.json`));
}

/** Looks at everything in parsed data once. */
function walk(value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return 1;
  }
  let count = 1;
  for (const member of Object.values(value)) {
    count += walk(member);
  }
  return count;
}

function analyse(file: string): void {
  const { gateways, findings, answers } = review([file], { today: '2026-11-23' });
  // The numbers are those of the estate: an analysis that saw less would be fast for nothing.
  const [groups, machines] = [answers.world.estate.all('rule-set').length, gateways.length];
  if (machines % 50 !== 0 || groups < 20 * machines || findings.length < machines) {
    throw new Error(`${groups} rule sets, ${machines} gateways, ${findings.length} findings`);
  }
}

const node = (program: string): Child => ({ node: ['-e', program], cwd });

/** Keeps what it made until the end, so that the peak is of all of it together. */
const analyses = node(`const { review } = require('pptp-constructs/review');
globalThis.kept = review([${JSON.stringify(one)}], { today: '2026-11-23' });`);
const parses = node(`globalThis.kept = JSON.parse(require('node:fs').readFileSync(${JSON.stringify(one)}, 'utf8'));`);

const cases: Case[] = [
  {
    name: 'review of 1,000 groups of 60 rules and 50 gateways, all findings / JSON.parse and a plain walk',
    bound: 3,
    ours: () => analyse(one),
    reference: () => walk(JSON.parse(readFileSync(one, 'utf8'))),
    quantity: 'processor',
  },
  {
    name: 'review of an estate: peak of memory / JSON.parse of the same file',
    bound: 4,
    ours: analyses,
    reference: parses,
    quantity: 'memory',
  },
  {
    name: 'review of ten times the estate / of the estate',
    bound: 11,
    rounds: 7,
    ours: () => analyse(ten),
    reference: () => analyse(one),
    quantity: 'processor',
  },
];

export default cases;
