import { Flow } from '../../flows';
import { AZURE } from '../../network/azure';
import { names, notOnInternet } from '../evaluate';
import { formatRange, intersection, isKnown, isRange, type Rule, type RuleSet } from '../model';
import { aboutRule, type Context, type FindingKind, isWritten, type Topic } from './finding';

const PPTP: FindingKind = {
  id: 'pptp-on-azure',
  severity: 'error',
  title: 'TCP 1723 is open on Azure, where no PPTP call comes up',
  help: 'Azure drops GRE (IP protocol 47) in every virtual network, and no rule and no setting changes that. The control connection connects, and the call ends without data (error 619 or 806 on Windows).',
};

const PUBLIC_ADDRESS: FindingKind = {
  id: 'nsg-rule-for-public-address',
  severity: 'error',
  title: 'A rule of a network security group names a public address at its near end',
  help: 'Azure translates the public address before the rules are asked: they see private addresses only, and such a rule fits nothing.',
};

const GATEWAY_SUBNET: FindingKind = {
  id: 'nsg-on-gateway-subnet',
  severity: 'warning',
  title: 'A network security group is on GatewaySubnet',
  help: 'It is not supported there, and may stop the VPN gateway.',
};

/** What Azure alone gets wrong. */
export const azure: Topic = {
  kinds: [PPTP, PUBLIC_ADDRESS, GATEWAY_SUBNET],
  rule: (rule, set, context) => {
    if (set.cloud === 'azure' && isWritten(rule, set)) {
      pptp(rule, set, context);
      publicAddress(rule, set, context);
    }
  },
  estate: gatewaySubnets,
};

const CONTROL = Flow.tcp(1723);

function pptp(rule: Rule, set: RuleSet, { report, world }: Context): void {
  if (rule.direction !== 'in' || rule.action !== 'allow' || !names(rule, CONTROL)) {
    return;
  }
  const fact = world.fact(AZURE.VIRTUAL_NETWORK.id, Flow.GRE, 'to-gateway');
  report(
    aboutRule(rule, set, {
      kind: PPTP,
      message: `${set.label} lets TCP 1723 in, and PPTP needs GRE too. ${fact?.because ?? ''}`.trimEnd(),
      fix: 'another protocol: IKEv2 is built into the same clients; the rule for TCP 1723 has no use',
      evidence: fact?.evidence ?? [],
    }),
  );
}

function publicAddress(rule: Rule, set: RuleSet, { report, world }: Context): void {
  const local = rule.local === undefined || rule.local === 'any' ? [] : rule.local;
  const [range] = local
    .filter(isKnown)
    .filter(isRange)
    .filter(({ version, first, last }) => version === 4 && first === last);
  if (range === undefined || intersection([range], notOnInternet(4)).length > 0) {
    return;
  }
  report(
    aboutRule(rule, set, {
      kind: PUBLIC_ADDRESS,
      message: `${set.label} has ${rule.direction === 'in' ? 'an inbound' : 'an outbound'} rule for the public address ${formatRange(range)}, which it never sees.`,
      fix: 'the private address of the machine in its place, or *',
      evidence: world.element(set.element)?.notes.find(({ topic }) => topic === 'Limits')?.evidence ?? [],
    }),
  );
}

function gatewaySubnets({ estate, world, report }: Context): void {
  for (const vpn of estate.all('managed-vpn')) {
    for (const reference of vpn.cloud === 'azure' ? (vpn.subnets ?? []) : []) {
      const subnet = estate.find('subnet', reference);
      if (subnet === undefined || subnet.ruleSets.length === 0) {
        continue;
      }
      report({
        kind: GATEWAY_SUBNET,
        message: `${subnet.label} holds ${vpn.label} and has a network security group, which is not supported there.`,
        fix: 'no network security group on the subnet of a VPN gateway',
        origin: subnet.origin,
        thing: subnet,
        evidence: world.element(vpn.element)?.notes.find(({ topic }) => topic === 'Subnet')?.evidence ?? [],
      });
    }
  }
}
