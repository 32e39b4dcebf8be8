import type * as Review from 'pptp-constructs/review';
import type { Asked, Case, Filter, PlainRule } from './review-cases';

type Verdict = Review.Verdict;

/** What the review says of a client: whether its packets arrive, and whether those of the gateway do. */
export interface Said {
  readonly arrives: Verdict;
  readonly returns: Verdict;
  /** Both, where nothing but filters is on the way. */
  readonly both?: Verdict;
}

/**
 * Asks a review about a case. Cases with security groups become a template that is read and asked about as a whole; the
 * others are put into the normal form as a reader would.
 */
export class AskedReview {
  /** @param api the review to ask: the library's own, or one with a bug planted in it */
  public constructor(private readonly api: typeof Review) {}

  /** What it says, by client. */
  public say(one: Case): (version: 4 | 6, client: string, asked: Asked) => Said {
    const isTemplate = one.filters.some(({ kind }) => kind === 'security-groups');
    const ways = isTemplate ? this.byTemplate(one) : this.byModel(one);
    const passages = new Map<string, readonly Review.Passage[]>();
    return (version, client, asked) => {
      const key = `${version} ${asked.id}`;
      let found = passages.get(key);
      if (found === undefined) {
        const way = ways(version);
        found = this.api.walk(way, flowOf(asked, version), [this.api.everyAddress(version)]);
        passages.set(key, found);
      }
      const address = addressOf(client);
      const [passage, ...more] = found.filter(({ clients }) =>
        clients.some(({ first, last }) => first <= address && address <= last),
      );
      if (passage === undefined || more.length > 0) {
        throw new Error(`${client} is in ${more.length === 0 ? 'no passage' : 'several passages'}`);
      }
      return {
        arrives: worst(passage, 'to-gateway'),
        returns: worst(passage, 'to-client'),
        ...(isTemplate ? {} : { both: passage.verdict }),
      };
    };
  }

  private byTemplate(one: Case): (version: 4 | 6) => Review.Way {
    const { Answers, World, estateOf } = this.api;
    const answers = new Answers(new World(estateOf({ Vpn: templateOf(one) })));
    const [machine] = answers.world.estate.all('machine');
    const ways = machine === undefined ? [] : answers.waysTo(machine);
    return (version) => {
      const way = ways.find((each) => each.version === version);
      if (way === undefined) {
        throw new Error(`no way for IPv${version}`);
      }
      return way;
    };
  }

  private byModel(one: Case): (version: 4 | 6) => Review.Way {
    const { Estate, World, documentOf, Origin, filterStation } = this.api;
    const estate = new Estate();
    const origin = Origin.of(documentOf({}, `case ${one.index}`));
    one.filters.forEach((filter, hop) => {
      estate.add(this.ruleSet(filter, `filter-${hop}`, origin));
    });
    const world = new World(estate);
    const face: Review.Interface = {
      ...{ kind: 'interface', id: 'interface', cloud: 'aws', label: 'interface', origin },
      ...{ subnet: 'subnet', addresses: [], ruleSets: [], publicAddresses: [] },
    };
    return (version) => {
      const stations = (direction: 'to-gateway' | 'to-client') =>
        one.filters.map(({ kind }, hop) =>
          filterStation({
            ...{ world, version, direction, element: ELEMENTS[kind], ruleSets: [`filter-${hop}`] },
            write: () => ({ text: '' }),
          }),
        );
      return { dials: '', face, version, stations: [...stations('to-gateway'), ...stations('to-client').reverse()] };
    };
  }

  private ruleSet({ kind, sets }: Filter, id: string, origin: Review.Origin): Review.RuleSet {
    const { NETWORK_ACL, NETWORK_SECURITY_GROUP, SECURITY_GROUP, VPC_FIREWALL } = this.api;
    const semantics = {
      'network-acl': NETWORK_ACL,
      'security-groups': SECURITY_GROUP,
      nsg: NETWORK_SECURITY_GROUP,
      'vpc-firewall': VPC_FIREWALL,
    }[kind];
    const everything = { origin, protocol: 'any', ports: 'any', peers: 'any' } as const;
    // A reader adds Azure's default rules. Clients are on the internet: those for the virtual network are not for them.
    const defaults: Review.Rule[] =
      kind === 'nsg'
        ? [
            { ...everything, direction: 'in', action: 'deny', order: 65500 },
            { ...everything, direction: 'out', action: 'allow', order: 65001 },
          ]
        : [];
    return {
      ...{ kind: 'rule-set', id, cloud: 'aws', label: id, origin, element: ELEMENTS[kind], semantics },
      rules: [...sets.flat().map((rule) => this.rule(rule, origin)), ...defaults],
    };
  }

  private rule(plain: PlainRule, origin: Review.Origin) {
    const { direction, action, number, protocol, ports, sourcePorts, ranges, hidden } = plain;
    const { parseRange, Unknown } = this.api;
    const unknown = new Unknown('it is hidden');
    const known = ranges.map((range) => {
      const parsed = parseRange(range);
      if (parsed === undefined) {
        throw new Error(`${range} is no range`);
      }
      return parsed;
    });
    const rule: Review.Rule = {
      ...{ origin, direction, action, order: number },
      protocol: hidden === 'protocol' ? unknown : protocol,
      ports: ports === undefined || (protocol !== 6 && protocol !== 17) ? 'any' : [{ from: ports[0], to: ports[1] }],
      peers: hidden === 'range' ? [unknown] : known,
      ...(sourcePorts === undefined ? {} : { sourcePorts: [{ from: sourcePorts[0], to: sourcePorts[1] }] }),
      ...(hidden === 'present' || hidden === 'absent' ? { condition: unknown } : {}),
    };
    return rule;
  }
}

/** An address as a number. A planted bug may be in the review's own reading of addresses. */
function addressOf(text: string): Review.Address {
  if (!text.includes(':')) {
    return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  }
  const [head = [], tail = []] = text.split('::').map((half) => half.split(':').filter((word) => word !== ''));
  const words = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return words.reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
}

const ELEMENTS: Readonly<Record<Filter['kind'], string>> = {
  'network-acl': 'aws.network-acl',
  'security-groups': 'aws.security-group',
  nsg: 'azure.network-security-group',
  'vpc-firewall': 'google.vpc-firewall',
};

/** What the filters do; what comes before and behind them is no packet filter. */
function worst({ hops }: Review.Passage, direction: 'to-gateway' | 'to-client'): Verdict {
  const elements = new Set(Object.values(ELEMENTS));
  const verdicts = hops
    .filter((hop) => hop.direction === direction && hop.element !== undefined && elements.has(hop.element))
    .map(({ verdict }) => verdict);
  return verdicts.includes('drops') ? 'drops' : verdicts.includes('unknown') ? 'unknown' : 'passes';
}

/** No protocol of a VPN is ICMP, and no flow is made for it. */
function flowOf({ id, protocol, port }: Asked, version: 4 | 6) {
  const flow = { id, name: id, label: id, protocol: protocol[version], port, startsAtEitherEnd: id === 'gre' };
  return flow as unknown as Parameters<typeof Review.walk>[1];
}

const ref = (Ref: string) => ({ Ref });

/** A machine in a VPC. */
function templateOf({ filters }: Case): unknown {
  const resources: Record<string, unknown> = {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.64.0.0/16' } },
    Subnet: {
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: ref('Vpc'), CidrBlock: '10.64.0.0/20', Ipv6CidrBlock: 'fd00:64::/64' },
    },
    Acl: { Type: 'AWS::EC2::NetworkAcl', Properties: { VpcId: ref('Vpc') } },
    AclOfSubnet: {
      Type: 'AWS::EC2::SubnetNetworkAclAssociation',
      Properties: { SubnetId: ref('Subnet'), NetworkAclId: ref('Acl') },
    },
  };
  const groups: unknown[] = [];
  for (const { kind, sets } of filters) {
    sets.forEach((rules, at) => {
      if (kind === 'network-acl') {
        rules.forEach((rule, index) => {
          resources[`Entry${index}`] = {
            Type: 'AWS::EC2::NetworkAclEntry',
            ...presence(rule),
            Properties: entry(rule),
          };
        });
        return;
      }
      const inline = (direction: PlainRule['direction']) =>
        rules.filter((rule) => rule.direction === direction).map((rule) => groupRule(rule));
      resources[`Group${at}`] = {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { VpcId: ref('Vpc'), SecurityGroupIngress: inline('in'), SecurityGroupEgress: inline('out') },
      };
      groups.push({ 'Fn::GetAtt': [`Group${at}`, 'GroupId'] });
    });
  }
  resources.Gateway = {
    Type: 'AWS::EC2::Instance',
    Properties: { SubnetId: ref('Subnet'), SecurityGroupIds: groups },
  };
  return {
    Parameters: { Hidden: { Type: 'String' } },
    Conditions: { IsThere: { 'Fn::Equals': [ref('Hidden'), 'yes'] } },
    Resources: resources,
  };
}

function presence({ hidden }: PlainRule) {
  return hidden === 'present' || hidden === 'absent' ? { Condition: 'IsThere' } : {};
}

function entry({ direction, action, number, protocol, ports, ranges: [range = ''], hidden }: PlainRule) {
  return {
    NetworkAclId: ref('Acl'),
    RuleNumber: number,
    Egress: direction === 'out',
    RuleAction: action,
    Protocol: hidden === 'protocol' ? ref('Hidden') : protocol === 'any' ? -1 : protocol,
    [range.includes(':') ? 'Ipv6CidrBlock' : 'CidrBlock']: hidden === 'range' ? ref('Hidden') : range,
    ...(ports === undefined ? {} : { PortRange: { From: ports[0], To: ports[1] } }),
  };
}

const NAMES: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmpv6', any: '-1' };

function groupRule(rule: PlainRule): unknown {
  const { protocol, ports, ranges, hidden } = rule;
  const [range = ''] = ranges;
  const every = protocol === 6 || protocol === 17 ? { FromPort: 0, ToPort: 65535 } : {};
  const icmp = protocol === 1 || protocol === 58 ? { FromPort: -1, ToPort: -1 } : {};
  const written = {
    IpProtocol: hidden === 'protocol' ? ref('Hidden') : (NAMES[protocol] ?? String(protocol)),
    ...(ports === undefined ? { ...every, ...icmp } : { FromPort: ports[0], ToPort: ports[1] }),
    [range.includes(':') ? 'CidrIpv6' : 'CidrIp']: hidden === 'range' ? ref('Hidden') : range,
  };
  return hidden === 'present' || hidden === 'absent'
    ? { 'Fn::If': ['IsThere', written, ref('AWS::NoValue')] }
    : written;
}
