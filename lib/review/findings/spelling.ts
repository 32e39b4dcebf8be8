import { isUnknown, type Rule, type RuleSet } from '../model';
import { aboutRule, type Context, type FindingKind, isWritten, type Topic } from './finding';

const PORT_47: FindingKind = {
  id: 'port-47-instead-of-protocol-47',
  severity: 'error',
  title: 'Port 47 is open in place of IP protocol 47',
  help: 'GRE is an IP protocol of its own, number 47, beside TCP (6) and UDP (17), and has no ports. A rule for TCP or UDP port 47 lets no GRE packet through.',
};

const ESP_PORT: FindingKind = {
  id: 'esp-as-port',
  severity: 'error',
  title: 'Port 50 or 51 is open in place of ESP or AH',
  help: 'ESP is IP protocol 50 and AH is IP protocol 51; neither has ports. A rule for TCP or UDP port 50 lets no ESP packet through.',
};

const NAME: FindingKind = {
  id: 'protocol-name-where-number',
  severity: 'error',
  title: 'A protocol is given by a name that the API does not take',
  help: 'Security groups of AWS take tcp, udp, icmp, icmpv6 and numbers in quotes, its network ACL entries numbers only, firewall rules of Google tcp, udp, icmp, esp, ah, sctp, ipip, all and numbers. A name such as gre fails at deployment.',
};

const NUMBER: FindingKind = {
  id: 'protocol-number-where-name',
  severity: 'error',
  title: 'A protocol is given by a number where the API takes names',
  help: 'The rules of an Azure network security group take Tcp, Udp, Icmp, Esp, Ah and *. No number is taken, and GRE has no name there.',
};

/** Numbers of IP protocols by their names, for those that VPNs use. */
const NUMBERS: Readonly<Record<string, number>> = { gre: 47, esp: 50, ah: 51, ipip: 4, l2tp: 115 };

/** Protocols that are written as something else. */
export const spelling: Topic = {
  kinds: [PORT_47, ESP_PORT, NAME, NUMBER],
  rule: (rule, set, context) => {
    ports(rule, set, context);
    names(rule, set, context);
  },
};

function ports(rule: Rule, set: RuleSet, { report }: Context): void {
  const { protocol, ports: ranges } = rule;
  if ((protocol !== 6 && protocol !== 17) || ranges === 'any' || isUnknown(ranges) || rule.action !== 'allow') {
    return;
  }
  for (const { from, to } of ranges) {
    if (from !== to || (from !== 47 && from !== 50 && from !== 51) || !isWritten(rule, set)) {
      continue;
    }
    const transport = protocol === 6 ? 'TCP' : 'UDP';
    const name = from === 47 ? 'GRE' : from === 50 ? 'ESP' : 'AH';
    report(
      aboutRule(rule, set, {
        kind: from === 47 ? PORT_47 : ESP_PORT,
        message: `${set.label} opens ${transport} port ${from}, which is not ${name}: ${name} is IP protocol ${from} and has no ports.`,
        fix: `a rule for IP protocol ${from} without ports in place of ${transport} port ${from}${hint(set, from)}`,
      }),
    );
  }
}

function hint(set: RuleSet, protocol: number): string {
  switch (set.element) {
    case 'aws.security-group':
      return `: IpProtocol "${protocol}", no FromPort and no ToPort`;
    case 'google.vpc-firewall':
    case 'google.firewall-policy':
      return `: protocol "${protocol}", no ports`;
    case 'aws.network-acl':
      return `: Protocol ${protocol}, no PortRange`;
    default:
      return '';
  }
}

function names(rule: Rule, set: RuleSet, { report }: Context): void {
  const { protocol } = rule;
  if (typeof protocol !== 'object' || isUnknown(protocol)) {
    return;
  }
  const isNumber = /^\d+$/.test(protocol.name);
  const number = NUMBERS[protocol.name.toLowerCase()];
  report(
    aboutRule(rule, set, {
      kind: isNumber ? NUMBER : NAME,
      message: `${set.label} has a rule for protocol ${JSON.stringify(protocol.name)}, which the API does not take.`,
      fix: isNumber
        ? 'a name that it takes, or another protocol where it has no name for this one'
        : number === undefined
          ? "the number of the protocol, after IANA's list"
          : set.cloud === 'azure'
            ? `another protocol: the rules have no word for IP protocol ${number}`
            : `${JSON.stringify(String(number))} in place of ${JSON.stringify(protocol.name)}${hint(set, number)}`,
    }),
  );
}
