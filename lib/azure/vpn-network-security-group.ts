import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { invalid } from '../errors';
import { assessCandidate } from '../feasibility';
import { Flow, IpProtocol, IpRange, isAddress } from '../flows';
import { type FlowSet, PPTP, VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import { rememberPlace } from '../source-location';
import { Clients } from './clients';
import { type MetaArguments, metaArguments } from './meta-arguments';
import { azureName, nameFromPath } from './names';
import { NetworkSecurityGroup, NetworkSecurityRule, SubnetNetworkSecurityGroupAssociation } from './provider';
import { assertTerraformScope } from './scope';
import { isToken } from './token';
import { checkedResourceId, GATEWAY_SUBNET, type ISubnet, subnetName } from './virtual-network';
import { pptpCandidate, refuseWay } from './way';

/** A network security group: a `NetworkSecurityGroup` or `DataAzurermNetworkSecurityGroup` of the provider's bindings. */
export interface INetworkSecurityGroup {
  /** Its resource id. */
  readonly id: string;
  readonly name: string;
  readonly resourceGroupName: string;
}

/** Props of `VpnNetworkSecurityGroup`. */
export interface VpnNetworkSecurityGroupProps extends MetaArguments {
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /** What the server speaks: `[WIREGUARD]`, `[IKEV2, OPENVPN]`. The flows of each one's preferred form are allowed. */
  readonly protocols: readonly VpnProtocol[];
  /**
   * Sets of flows to allow in place of the first one of their protocol: `OPENVPN.flowSets.slice(1, 2)` for UDP 443.
   *
   * @default - the first set of each protocol
   */
  readonly flowSets?: readonly FlowSet[];
  /**
   * Flows of other forms of the protocols: `Flow.ESP` for IKEv2 with peers that no NAT lies before, `Flow.tcp(443)` for
   * OpenVPN where UDP does not arrive.
   *
   * @default - none
   */
  readonly additionalFlows?: readonly Flow[];
  /**
   * The resource group of the network security group that is created.
   *
   * @default - that of `networkSecurityGroup`; one of the two is needed
   */
  readonly resourceGroupName?: string;
  /**
   * The region of the network security group that is created.
   *
   * @default - none needed with `networkSecurityGroup`
   */
  readonly location?: string;
  /**
   * A network security group that gets the rules. It must have no rules of its own in its `securityRule` property:
   * Terraform would remove these and write those by turns.
   *
   * @default - one is created
   */
  readonly networkSecurityGroup?: INetworkSecurityGroup;
  /**
   * What Azure calls the network security group that is created.
   *
   * @default - made from the path of the construct
   */
  readonly name?: string;
  /**
   * The private address of the server, or its range. A network security group sees private addresses only: Azure
   * translates the public one before.
   *
   * @default '*' every address behind the network security group
   */
  readonly destination?: string;
  /**
   * The subnet that the network security group is put on; never GatewaySubnet.
   *
   * @default - none: put it on a subnet or a network interface yourself
   */
  readonly subnet?: ISubnet;
  /**
   * The priority of the first slot. Rules take 20 priorities per slot from here; each flow has a slot of its own for
   * ever, so that no rule moves when another is added.
   *
   * @default 1000
   */
  readonly firstPriority?: number;
  /**
   * What the rules are for, in each rule: at most 140 characters.
   *
   * @default - the protocols, and why anybody may connect where anybody may
   */
  readonly description?: string;
  /**
   * Tags of the network security group that is created; rules have none.
   *
   * @default - none
   */
  readonly tags?: { readonly [key: string]: string };
}

/**
 * The slot of every flow that a VPN protocol can run on, in the order in which the flows came to be known. A new flow
 * is appended: moving one would make Terraform change rules that let clients in.
 */
export const FLOW_SLOTS: readonly string[] = [
  'udp-500',
  'udp-4500',
  'esp',
  'tcp-443',
  'udp-1194',
  'udp-443',
  'tcp-1194',
  'udp-51820',
];

/** Priorities of one slot: the first is for IPv4, the second for IPv6; the rest are for the user's own rules between. */
const SLOT_SIZE = 20;

/** How Azure spells the IP protocols that rules can name. */
const SPELLING: ReadonlyMap<number, string> = new Map([
  [IpProtocol.TCP, 'Tcp'],
  [IpProtocol.UDP, 'Udp'],
  [IpProtocol.ESP, 'Esp'],
]);

const LOWEST_PRIORITY = 100;
const HIGHEST_PRIORITY = 4096;
const LONGEST_DESCRIPTION = 140;

/**
 * A network security group, or rules in one that exists, that let VPN clients reach a server: one inbound rule per flow
 * and IP version, each a resource of its own, with a priority that never moves.
 *
 * It refuses PPTP: no rule can name GRE, and Azure drops GRE whatever the rules say.
 */
export class VpnNetworkSecurityGroup extends Construct {
  /** The network security group that was created, where one was. */
  public readonly resource: NetworkSecurityGroup | undefined;
  /** The rules, in the order of their priorities. */
  public readonly rules: readonly NetworkSecurityRule[];
  private readonly group: INetworkSecurityGroup;

  /**
   * @throws RefusalError `GRE_NOT_A_RULE_PROTOCOL` where PPTP or GRE is asked for
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `NO_CLIENTS`, `PROTOCOLS_EMPTY`, `PROTOCOLS_DUPLICATE`,
   * `PROTOCOL_UNKNOWN`, `FLOW_SET_UNKNOWN`, `FLOW_UNKNOWN`, `NSG_PLACE_MISSING`, `OPTIONS_CONFLICT`, `NSG_INLINE_RULES`, `NSG_ON_GATEWAY_SUBNET`,
   * `NSG_DESTINATION_INVALID`, `PRIORITY_INVALID`, `DESCRIPTION_TOO_LONG`, `NAME_INVALID`, `RESOURCE_ID_INVALID`,
   * `META_ARGUMENT_NOT_SUPPORTED`
   */
  public constructor(scope: Construct, id: string, props: VpnNetworkSecurityGroupProps) {
    assertTerraformScope(scope, 'VpnNetworkSecurityGroup');
    const { meta, place, flows } = checkedProps(props, id, pathBelow(scope, id));
    super(scope, id);
    rememberPlace(this);
    let group = props.networkSecurityGroup;
    if (group === undefined) {
      this.resource = new NetworkSecurityGroup(this, 'Resource', {
        ...meta,
        ...place,
        name: props.name ?? nameFromPath(pathBelow(scope, id)),
        ...(props.tags === undefined ? {} : { tags: { ...props.tags } }),
      });
      group = this.resource;
    }
    this.group = group;
    const { destination = '*', firstPriority = 1000 } = props;
    this.rules = flows.flatMap(({ flow, label }) =>
      sources(props.clients).map(({ suffix, offset, source }) => {
        const name = `allow-vpn-${flow.id}${suffix}`;
        return new NetworkSecurityRule(this, name, {
          ...meta,
          name,
          resourceGroupName: this.group.resourceGroupName,
          networkSecurityGroupName: this.group.name,
          description: props.description ?? describe(label, props.clients),
          priority: firstPriority + FLOW_SLOTS.indexOf(flow.id) * SLOT_SIZE + offset,
          direction: 'Inbound',
          access: 'Allow',
          protocol: SPELLING.get(flow.protocol) ?? '',
          sourcePortRange: '*',
          destinationPortRange: flow.port === undefined ? '*' : String(flow.port),
          ...source,
          destinationAddressPrefix: destination,
        });
      }),
    );
    if (props.subnet !== undefined) {
      new SubnetNetworkSecurityGroupAssociation(this, 'SubnetAssociation', {
        ...meta,
        subnetId: props.subnet.id,
        networkSecurityGroupId: this.group.id,
      });
    }
  }

  /** The resource id of the network security group, created or given. */
  public get id(): string {
    return this.group.id;
  }

  /** The name of the network security group, created or given. */
  public get name(): string {
    return this.group.name;
  }
}

/** What a rule lets in, and what for. */
interface LabelledFlow {
  readonly flow: Flow;
  readonly label: string;
}

function checkedProps(props: VpnNetworkSecurityGroupProps, id: string, path: string) {
  const clients = Clients.check(props?.clients, 'VpnNetworkSecurityGroup');
  const protocols = checkedProtocols(props.protocols);
  const additional = props.additionalFlows ?? [];
  if (protocols.includes(PPTP) || additional.includes(Flow.GRE)) {
    refuseWay({
      code: 'GRE_NOT_A_RULE_PROTOCOL',
      id,
      path,
      writtenAs: 'VpnNetworkSecurityGroup',
      asked: [assessCandidate(pptpCandidate({ clients }))],
      props: { clients },
    });
  }
  if (
    props.description !== undefined &&
    !isToken(props.description) &&
    props.description.length > LONGEST_DESCRIPTION
  ) {
    invalid({
      code: 'DESCRIPTION_TOO_LONG',
      what: 'the description of a rule is longer than Azure takes',
      got: `${props.description.length} characters`,
      allowed: `${LONGEST_DESCRIPTION} characters`,
      instead: `description: '${props.description.slice(0, 40).trimEnd()}...'`,
    });
  }
  checkPriority(props.firstPriority);
  checkDestination(props.destination, clients);
  checkSubnet(props.subnet);
  return {
    meta: metaArguments(props),
    place: checkedPlace(props),
    flows: labelled(protocols, checkedFlowSets(protocols, props.flowSets), additional),
  };
}

function checkedProtocols(protocols: readonly VpnProtocol[]): readonly VpnProtocol[] {
  const instead = 'protocols: [WIREGUARD]';
  const allowed = 'protocols of pptp-constructs, each once: IKEV2, L2TP_IPSEC, OPENVPN, SSTP, WIREGUARD';
  if (!Array.isArray(protocols) || protocols.length === 0) {
    invalid({
      code: 'PROTOCOLS_EMPTY',
      what: 'protocols is empty: no rule would be made',
      got: protocols ?? 'undefined',
      allowed,
      instead,
    });
  }
  for (const protocol of protocols) {
    if (!VPN_PROTOCOLS.includes(protocol)) {
      invalid({
        code: 'PROTOCOL_UNKNOWN',
        what: 'protocols holds what is not a VPN protocol of pptp-constructs',
        got: protocol ?? 'undefined',
        allowed,
        instead,
      });
    }
  }
  if (new Set(protocols).size !== protocols.length) {
    invalid({
      code: 'PROTOCOLS_DUPLICATE',
      what: 'a protocol stands in protocols twice',
      got: protocols.map(({ name }) => name),
      allowed,
      instead,
    });
  }
  return protocols;
}

function checkedFlowSets(protocols: readonly VpnProtocol[], sets: readonly FlowSet[] = []): readonly FlowSet[] {
  const stranger = sets.find((set) => !protocols.some(({ flowSets }) => flowSets.includes(set)));
  if (stranger !== undefined) {
    invalid({
      code: 'FLOW_SET_UNKNOWN',
      what: 'flowSets holds a set of flows that none of the protocols has',
      got: stranger.flows?.map(({ label }) => label).join(' and ') ?? stranger,
      allowed: 'sets from flowSets of one of the protocols',
      instead: 'protocols: [OPENVPN], flowSets: OPENVPN.flowSets.slice(1, 2)',
    });
  }
  return sets;
}

/** Every flow once, in the order of the slots. */
function labelled(
  protocols: readonly VpnProtocol[],
  chosen: readonly FlowSet[],
  additional: readonly Flow[],
): LabelledFlow[] {
  const labels = new Map<string, LabelledFlow>();
  const add = (flow: Flow, name: string) => {
    const label = labels.get(flow.id)?.label;
    labels.set(flow.id, { flow, label: label === undefined ? name : `${label}, ${name}` });
  };
  for (const { flowSets, name } of protocols) {
    const mine = flowSets.filter((set) => chosen.includes(set));
    for (const flow of (mine.length > 0 ? mine : flowSets.slice(0, 1)).flatMap(({ flows }) => flows)) {
      add(flow, name);
    }
  }
  for (const flow of additional) {
    if (!(flow instanceof Flow) || !FLOW_SLOTS.includes(flow.id)) {
      invalid({
        code: 'FLOW_UNKNOWN',
        what: 'additionalFlows holds a flow that no VPN protocol of pptp-constructs runs on, so it has no priority',
        got: flow instanceof Flow ? flow.name : (flow ?? 'undefined'),
        allowed: `flows of the protocols: ${FLOW_SLOTS.join(', ')}`,
        instead: 'a NetworkSecurityRule of @cdktf/provider-azurerm, on the name of this network security group',
      });
    }
    if (!labels.has(flow.id)) {
      add(flow, 'VPN');
    }
  }
  return [...labels.values()]
    .sort((one, other) => FLOW_SLOTS.indexOf(one.flow.id) - FLOW_SLOTS.indexOf(other.flow.id))
    .map(({ flow, label }) => ({ flow, label: `${label}: ${flow.label}` }));
}

/** Where rules go: into a group that exists, or into a new one. */
function checkedPlace(props: VpnNetworkSecurityGroupProps): { resourceGroupName: string; location: string } {
  const { networkSecurityGroup, resourceGroupName = '', location = '' } = props;
  if (networkSecurityGroup === undefined) {
    if (resourceGroupName === '' || location === '') {
      invalid({
        code: 'NSG_PLACE_MISSING',
        what: 'a network security group needs a resource group and a region',
        got: [resourceGroupName, location],
        allowed: 'resourceGroupName and location for a new one, or networkSecurityGroup for one that exists',
        instead: 'resourceGroupName: network.resourceGroupName, location: network.location',
      });
    }
    if (props.name !== undefined) {
      azureName(props.name, 'the name of the network security group');
    }
    return { resourceGroupName, location };
  }
  const idle = (['resourceGroupName', 'location', 'name', 'tags'] as const).find((name) => props[name] !== undefined);
  if (idle !== undefined) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: `${idle} is given for a network security group that exists, where it would do nothing`,
      got: idle,
      allowed: 'networkSecurityGroup alone, or resourceGroupName, location, name and tags for a new one',
      instead: `no ${idle}`,
    });
  }
  const { securityRuleInput } = networkSecurityGroup as { readonly securityRuleInput?: unknown };
  if (securityRuleInput !== undefined && !(Array.isArray(securityRuleInput) && securityRuleInput.length === 0)) {
    invalid({
      code: 'NSG_INLINE_RULES',
      what: 'the network security group has rules in its securityRule property, and Terraform would remove these and write those by turns',
      got: networkSecurityGroup,
      allowed: 'a network security group whose rules are all resources of their own',
      instead: 'a NetworkSecurityRule in place of each entry of securityRule',
    });
  }
  return { resourceGroupName: networkSecurityGroup.resourceGroupName, location };
}

/** Room for flows to come: the last slot that this class will ever use. */
const RESERVED_SLOTS = 40;

function checkPriority(first: number | undefined): void {
  const highest = HIGHEST_PRIORITY - RESERVED_SLOTS * SLOT_SIZE + 1;
  if (first !== undefined && (!Number.isInteger(first) || first < LOWEST_PRIORITY || first > highest)) {
    invalid({
      code: isToken(first) ? 'TOKEN_NOT_ALLOWED' : 'PRIORITY_INVALID',
      what: isToken(first)
        ? 'firstPriority is a token, a value that only deployment knows, and must be known at synth'
        : 'firstPriority is out of range',
      ...(isToken(first) ? {} : { got: first }),
      allowed: `a whole number from ${LOWEST_PRIORITY} to ${highest}: Azure takes priorities up to ${HIGHEST_PRIORITY}, and ${RESERVED_SLOTS * SLOT_SIZE} are kept for the slots`,
      instead: 'firstPriority: 1000',
    });
  }
}

function checkDestination(destination: string | undefined, clients: Clients): void {
  if (destination === undefined || destination === '*' || isToken(destination)) {
    return;
  }
  const range = IpRange.parse(isAddress(destination) ? single(destination) : destination, 'destination');
  const mixed = clients.ranges.some(({ version }) => version !== range.version);
  if (!range.isPrivate || mixed) {
    invalid({
      code: 'NSG_DESTINATION_INVALID',
      what: mixed
        ? 'destination and clients are of different IP versions, and Azure takes no rule that mixes them'
        : 'destination is a public address, and a network security group sees the private one: Azure translates before',
      got: destination,
      allowed: mixed
        ? "'*', or one construct per IP version"
        : "the private address of the server, its subnet's range, or '*'",
      instead: mixed ? "destination: '*'" : "destination: '10.40.1.4'",
    });
  }
}

function single(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function checkSubnet(subnet: ISubnet | undefined): void {
  if (subnet === undefined) {
    return;
  }
  checkedResourceId(subnet.id, 'Microsoft.Network/virtualNetworks/subnets', 'subnet.id');
  if (subnetName(subnet) === GATEWAY_SUBNET) {
    invalid({
      code: 'NSG_ON_GATEWAY_SUBNET',
      what: `a network security group on ${GATEWAY_SUBNET} is not supported by Azure and may stop the gateway`,
      got: subnetName(subnet),
      allowed: 'the subnet of the server',
      instead: 'subnet: servers',
    });
  }
}

/** The sources of the rules of one flow: Azure takes no rule that mixes IP versions. */
function sources(clients: Clients) {
  if (clients.anywhereReason !== undefined) {
    return [{ suffix: '', offset: 0, source: { sourceAddressPrefix: 'Internet' } }];
  }
  const ofVersion = (version: 4 | 6) => clients.ranges.filter((range) => range.version === version).map(String);
  return [
    { suffix: '', offset: 0, prefixes: [...ofVersion(4), ...clients.tokens] },
    { suffix: '-ipv6', offset: 1, prefixes: ofVersion(6) },
  ]
    .filter(({ prefixes }) => prefixes.length > 0)
    .map(({ suffix, offset, prefixes }) => ({ suffix, offset, source: { sourceAddressPrefixes: prefixes } }));
}

function describe(label: string, clients: Clients): string {
  const reason = clients.anywhereReason === undefined ? '' : `; from anywhere: ${clients.anywhereReason}`;
  const text = `${label}${reason}`.replace(/\s+/g, ' ');
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 3)}...`;
}
