import { Construct } from 'constructs';
import { annotate } from '../cdktf/annotate';
import { Clients } from '../cdktf/clients';
import { type MetaArguments, metaArguments } from '../cdktf/meta-arguments';
import { isToken } from '../cdktf/token';
import { invalid } from '../errors';
import { type Flow, type Insecure, IpProtocol } from '../flows';
import { type FlowSet, PPTP, type VpnProtocol } from '../protocols';
import { openFlows } from '../protocols/open-flows';
import { rememberPlace } from '../source-location';
import { googleName, LONGEST_NAME, nameFromPath } from './names';
import { ComputeFirewall, ComputeNetworkFirewallPolicyRule } from './provider';
import { checkedNetwork, checkProject, type INetwork } from './resources';
import { assertTerraformScope } from './scope';

/** A global network firewall policy: a `ComputeNetworkFirewallPolicy` of @cdktf/provider-google, or its name. */
export interface INetworkFirewallPolicy {
  readonly name: string;
}

/** Props of `VpnFirewall`. */
export interface VpnFirewallProps extends MetaArguments {
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /** What the server speaks: `[PPTP]`, `[IKEV2, WIREGUARD]`. The flows of each one's preferred form are allowed. */
  readonly protocols: readonly VpnProtocol[];
  /**
   * Sets of flows to allow in place of the first one of their protocol: `OPENVPN.flowSets.slice(1, 2)` for UDP 443.
   *
   * @default - the first set of each protocol
   */
  readonly flowSets?: readonly FlowSet[];
  /**
   * The written acceptance that PPTP does not protect what it carries; needed for PPTP alone.
   *
   * @default - PPTP is refused
   */
  readonly insecure?: Insecure;
  /**
   * The VPC network that gets rules of its firewall. Exactly one of this and `networkFirewallPolicy`.
   *
   * @default - `networkFirewallPolicy`
   */
  readonly network?: INetwork;
  /**
   * The global network firewall policy that gets the rules.
   *
   * @default - `network`
   */
  readonly networkFirewallPolicy?: INetworkFirewallPolicy;
  /**
   * Network tags of the server's machine, with `network`. A policy has no such tags.
   *
   * @default - `targetServiceAccounts`; one of the two is needed
   */
  readonly targetTags?: readonly string[];
  /**
   * Email addresses of service accounts of the server's machine.
   *
   * @default - `targetTags`
   */
  readonly targetServiceAccounts?: readonly string[];
  /**
   * Whether what the server sends unasked is allowed outwards to the clients: GRE and ESP. Answers to TCP and UDP need no
   * rule. Say so where rules of yours deny egress, which an implied rule allows otherwise.
   *
   * @default false
   */
  readonly egress?: boolean;
  /**
   * Priority of the rules, 0 to 65531. In a policy each rule needs one of its own: they take this one and the three after
   * it.
   *
   * @default 1000
   */
  readonly priority?: number;
  /**
   * Whether connections are logged. Google logs TCP and UDP alone: GRE that a rule lets in or drops leaves no trace.
   *
   * @default false
   */
  readonly logging?: boolean;
  /**
   * What Google Cloud calls the rules, each with an ending such as `-ingress`.
   *
   * @default - made from the path of the construct
   */
  readonly name?: string;
  /**
   * The project of the network.
   *
   * @default - the project of the provider
   */
  readonly project?: string;
}

/** How Google Cloud spells IP protocols; what has no name is its number. GRE has none: `gre` is no value. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [IpProtocol.TCP, 'tcp'],
  [IpProtocol.UDP, 'udp'],
  [IpProtocol.ESP, 'esp'],
]);

/** A protocol in a rule. */
interface Layer4 {
  readonly protocol: string;
  /** Left out where the protocol has no ports. */
  readonly ports?: string[];
}

/** One rule, before it is written for the firewall of the network or for a policy. */
interface Rule {
  readonly id: string;
  readonly offset: number;
  readonly direction: 'INGRESS' | 'EGRESS';
  readonly ranges: string[];
  readonly layer4: Layer4[];
}

const ENDINGS = ['-ingress', '-ingress-ipv6', '-egress', '-egress-ipv6'];
const LAST_PRIORITY = 65_531;

/** What the description of a rule holds. */
const LONGEST_DESCRIPTION = 2048;

/**
 * Rules that let VPN clients reach a server: of the firewall of a VPC network, or of a network firewall policy. GRE is
 * protocol `47` in them, without ports.
 */
export class VpnFirewall extends Construct {
  /** The rules: ingress, then egress; IPv4, then IPv6. */
  public readonly rules: readonly (ComputeFirewall | ComputeNetworkFirewallPolicyRule)[];

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `NO_CLIENTS`, `CLIENTS_IPV6_FOR_PPTP`, `PROTOCOLS_EMPTY`,
   * `PROTOCOLS_DUPLICATE`, `PROTOCOL_UNKNOWN`, `FLOW_SET_UNKNOWN`, `INSECURE_WITHOUT_REASON`, `FIREWALL_PLACE_INVALID`,
   * `FIREWALL_TARGET_INVALID`, `RESOURCE_ID_INVALID`, `PRIORITY_INVALID`, `TOKEN_NOT_ALLOWED`, `NAME_INVALID`,
   * `PROJECT_INVALID`, `META_ARGUMENT_NOT_SUPPORTED`
   */
  public constructor(scope: Construct, id: string, props: VpnFirewallProps) {
    assertTerraformScope(scope, 'VpnFirewall');
    const checked = checkedProps(props);
    super(scope, id);
    rememberPlace(this);
    const description = describe(props);
    const { meta, networkId } = checked;
    const { priority = 1000, logging = false, project, targetTags, targetServiceAccounts } = props;
    const common = {
      ...meta,
      ...(project === undefined ? {} : { project }),
      description,
      ...(targetServiceAccounts === undefined ? {} : { targetServiceAccounts: [...targetServiceAccounts] }),
    };
    const rules: (ComputeFirewall | ComputeNetworkFirewallPolicyRule)[] = [];
    for (const rule of rulesOf(props, checked.flows)) {
      const name = props.name === undefined ? nameFromPath(this.node.path, `-${rule.id}`) : `${props.name}-${rule.id}`;
      if (networkId === undefined) {
        const config = {
          ...common,
          firewallPolicy: props.networkFirewallPolicy?.name ?? '',
          ruleName: name,
          priority: priority + rule.offset,
          action: 'allow',
          direction: rule.direction,
          match: {
            layer4Configs: rule.layer4.map(({ protocol, ...ports }) => ({ ipProtocol: protocol, ...ports })),
            ...(rule.direction === 'INGRESS' ? { srcIpRanges: rule.ranges } : { destIpRanges: rule.ranges }),
          },
          ...(logging ? { enableLogging: true } : {}),
        };
        rules.push(new ComputeNetworkFirewallPolicyRule(this, rule.id, config));
        continue;
      }
      const config = {
        ...common,
        network: networkId,
        name,
        priority,
        direction: rule.direction,
        allow: rule.layer4,
        ...(rule.direction === 'INGRESS' ? { sourceRanges: rule.ranges } : { destinationRanges: rule.ranges }),
        ...(targetTags === undefined ? {} : { targetTags: [...targetTags] }),
        ...(logging ? { logConfig: { metadata: 'INCLUDE_ALL_METADATA' } } : {}),
      };
      rules.push(new ComputeFirewall(this, rule.id, config));
    }
    this.rules = rules;
    if (logging && checked.flows.some(({ protocol }) => protocol === IpProtocol.GRE)) {
      annotate(
        this,
        'INFO',
        'GRE_NOT_LOGGED',
        `the rules of ${this.node.path} log TCP and UDP alone: GRE (IP protocol 47) that is let in or dropped leaves no ` +
          'trace there. VPC flow logs show it, and tcpdump on both ends.',
      );
    }
  }
}

function checkedProps(props: VpnFirewallProps) {
  const clients = Clients.check(props?.clients, 'VpnFirewall');
  const flows = openFlows(props, 'VpnFirewall');
  if (props.protocols.includes(PPTP)) {
    clients.requireIpv4('VpnFirewall');
  }
  checkPlace(props);
  checkTargets(props);
  checkPriority(props.priority);
  checkProject(props.project);
  if (props.name !== undefined) {
    googleName(props.name, 'the name of VpnFirewall', LONGEST_NAME - Math.max(...ENDINGS.map(({ length }) => length)));
  }
  return {
    flows,
    meta: metaArguments(props),
    networkId: props.network === undefined ? undefined : checkedNetwork(props.network, 'VpnFirewall').id,
  };
}

function checkPlace({ network, networkFirewallPolicy }: VpnFirewallProps): void {
  const name = networkFirewallPolicy?.name;
  if ((network === undefined) === (networkFirewallPolicy === undefined)) {
    invalid({
      code: 'FIREWALL_PLACE_INVALID',
      what:
        network === undefined
          ? 'the rules have no place: neither network nor networkFirewallPolicy is given'
          : 'the rules have two places: network and networkFirewallPolicy are both given',
      allowed: 'exactly one of them',
      instead: 'network',
    });
  }
  if (networkFirewallPolicy !== undefined && !isToken(name) && (typeof name !== 'string' || name === '')) {
    invalid({
      code: 'FIREWALL_PLACE_INVALID',
      what: 'networkFirewallPolicy has no name',
      got: networkFirewallPolicy,
      allowed: 'a ComputeNetworkFirewallPolicy of @cdktf/provider-google, or an object with its name',
      instead: "networkFirewallPolicy: { name: 'plant4' }",
    });
  }
}

function checkTargets({ networkFirewallPolicy, targetTags, targetServiceAccounts }: VpnFirewallProps): void {
  const wrong = (what: string, got: unknown, allowed: string, instead: string) =>
    invalid({ code: 'FIREWALL_TARGET_INVALID', what, ...(got === undefined ? {} : { got }), allowed, instead });
  const given = [targetTags, targetServiceAccounts].filter((list) => list !== undefined);
  if (given.length !== 1 || !Array.isArray(given[0]) || given[0].length === 0) {
    wrong(
      given.length === 2
        ? 'targetTags and targetServiceAccounts are both given, and Google Cloud takes one of them in a rule'
        : 'the rules name no machine: without a target they would let clients reach every machine of the network',
      given.length === 2 ? undefined : given[0],
      'exactly one of targetTags and targetServiceAccounts, with at least one entry',
      "targetTags: ['vpn']",
    );
  }
  if (targetTags !== undefined && networkFirewallPolicy !== undefined) {
    wrong(
      'targetTags is given for a network firewall policy, whose rules know no network tags',
      targetTags,
      'targetServiceAccounts',
      'targetServiceAccounts: [account.email]',
    );
  }
  for (const tag of targetTags ?? []) {
    googleName(tag, 'a network tag of targetTags');
  }
}

function checkPriority(priority: number | undefined): void {
  if (
    priority !== undefined &&
    (isToken(priority) || !Number.isInteger(priority) || priority < 0 || priority > LAST_PRIORITY)
  ) {
    invalid({
      code: isToken(priority) ? 'TOKEN_NOT_ALLOWED' : 'PRIORITY_INVALID',
      what: isToken(priority)
        ? 'priority is a token, a value that only deployment knows, and must be known at synth'
        : 'priority is out of range',
      ...(isToken(priority) ? {} : { got: priority }),
      allowed: `a whole number from 0 to ${LAST_PRIORITY}`,
      instead: 'priority: 1000',
    });
  }
}

/** Google Cloud takes no rule that mixes IP versions. */
function rulesOf({ clients, egress = false }: VpnFirewallProps, flows: readonly Flow[]): Rule[] {
  const ofVersion = (version: 4 | 6) => clients.ranges.filter((range) => range.version === version).map(String);
  const ipv4 = clients.anywhereReason === undefined ? [...ofVersion(4), ...clients.tokens] : ['0.0.0.0/0'];
  const unasked = flows.filter(({ port }) => port === undefined);
  const all: Rule[] = [
    { id: 'ingress', offset: 0, direction: 'INGRESS', ranges: ipv4, layer4: layer4Of(flows) },
    { id: 'ingress-ipv6', offset: 1, direction: 'INGRESS', ranges: ofVersion(6), layer4: layer4Of(flows) },
    { id: 'egress', offset: 2, direction: 'EGRESS', ranges: ipv4, layer4: layer4Of(unasked) },
    { id: 'egress-ipv6', offset: 3, direction: 'EGRESS', ranges: ofVersion(6), layer4: layer4Of(unasked) },
  ];
  return all.filter(
    ({ ranges, layer4, direction }) => ranges.length > 0 && layer4.length > 0 && (egress || direction === 'INGRESS'),
  );
}

function layer4Of(flows: readonly Flow[]): Layer4[] {
  return [...new Set(flows.map(({ protocol }) => protocol))].map((number) => {
    const ports = flows.flatMap(({ protocol, port }) => (protocol === number && port !== undefined ? [`${port}`] : []));
    return { protocol: NAMES.get(number) ?? String(number), ...(ports.length === 0 ? {} : { ports }) };
  });
}

function describe({ protocols, insecure, clients }: VpnFirewallProps): string {
  const reasons = [
    ...(insecure === undefined ? [] : [`used because: ${insecure.reason}`]),
    ...(clients.anywhereReason === undefined ? [] : [`from anywhere: ${clients.anywhereReason}`]),
  ];
  const text = [protocols.map(({ name }) => name).join(', '), ...reasons].join('; ').replace(/\s+/g, ' ');
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 3)}...`;
}
