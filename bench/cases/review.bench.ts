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

const GATEWAYS = 50;
const GROUPS = 1000;
/** Inbound rules of a group; the sixtieth lets everything out. */
const INBOUND = 59;

/** What most rules of an estate are for: logging in, web, databases, queues, names, files and what watches them. */
const ORDINARY = [22, 80, 443, 8080, 8443, 3306, 5432, 6379, 9200, 27017, 5671, 389, 636, 53, 2049, 9100] as const;

/** What gateways are there for, one kind after the other; two in ten are for PPTP, of which one lacks GRE. */
const SERVICES = [
  [['tcp', 1723], ['47']],
  [['udp', 500], ['udp', 4500], ['50']],
  [['udp', 1194]],
  [['udp', 51820]],
  [
    ['udp', 500],
    ['udp', 4500],
  ],
  [['tcp', 1723]],
  [['udp', 500], ['udp', 4500], ['50'], ['tcp', 443]],
  [
    ['udp', 1194],
    ['tcp', 443],
  ],
  [
    ['udp', 51820],
    ['udp', 1194],
  ],
  [['udp', 500], ['udp', 4500], ['50']],
] as const;

/** The sites whose clients a gateway serves. */
const SITES = 12;

/** A rule as the CDK writes it. */
function rule(peer: object, from: string, protocol: string, port?: number): object {
  const ports = port === undefined ? {} : { FromPort: port, ToPort: port };
  return { Description: `from ${from}:${port ?? `PROTO ${protocol}`}`, ...ports, IpProtocol: protocol, ...peer };
}

/** A rule for something ordinary: two of three from another group, the rest from a range inside or of an office. */
function ordinary(group: number, index: number): object {
  const port = ORDINARY[(group + index) % ORDINARY.length] as number;
  const protocol = port === 53 ? 'udp' : 'tcp';
  if (index % 3 > 0) {
    const peer = `Group${(group * 7 + index * 13) % GROUPS}`;
    return rule({ SourceSecurityGroupId: get(peer, 'GroupId') }, peer, protocol, port);
  }
  const inside = `10.${(group + index) % 10}.${(group * 3 + index) % 256}.0/24`;
  const range = index % 2 === 0 ? inside : `198.51.100.${(group * 4 + index * 8) % 256}/29`;
  return rule({ CidrIp: range }, range, protocol, port);
}

/** The rules of a group: those of a gateway serve its sites, and what is left of the sixty is ordinary. */
function rules(group: number): object[] {
  const services = group < GATEWAYS ? (SERVICES[group % SERVICES.length] ?? []) : [];
  const served = services.flatMap(([protocol, port]) =>
    Array.from({ length: SITES }, (_, site) => {
      const range = `${80 + site}.${group}.${(group * 5 + site) % 256}.0/${24 + (site % 5)}`;
      return rule({ CidrIp: range }, range, protocol, port);
    }),
  );
  return [...served, ...Array.from({ length: INBOUND - served.length }, (_, index) => ordinary(group, index))];
}

/**
 * 1,000 security groups of 60 rules, 200 subnets, and 50 gateways with three groups each. Findings are by the dozen: what is
 * measured is to read an estate and to look at all of it, and not to write down what is wrong with one that is all wrong.
 */
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
  for (let group = 0; group < GROUPS; group++) {
    add(`Group${group}`, 'AWS::EC2::SecurityGroup', {
      GroupDescription: `group ${group}`,
      SecurityGroupEgress: [
        { CidrIp: '0.0.0.0/0', Description: 'Allow all outbound traffic by default', IpProtocol: '-1' },
      ],
      SecurityGroupIngress: rules(group),
      VpcId: ref(`Vpc${group % 10}`),
    });
  }
  for (let gateway = 0; gateway < GATEWAYS; gateway++) {
    const groups = [gateway, GATEWAYS + gateway * 2, GATEWAYS + gateway * 2 + 1];
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
  if (machines === 0 || machines % GATEWAYS !== 0 || groups < 20 * machines || findings.length < machines / 4) {
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
