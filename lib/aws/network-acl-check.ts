import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnResource } from 'aws-cdk-lib/core';
import { DIRECTIONS, type Direction, type Flow, IpProtocol, IpRange } from '../flows';
import { VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import type { ClientEntry, Clients } from './clients';
import { referenceIn } from './names';
import { isToken } from './token';
import { type PortRange, replyPorts } from './vpn-ports';

/** A flow that a network ACL does not let through in one direction, or of which nobody can tell at synth. */
export interface AclFinding {
  readonly flow: Flow;
  readonly direction: Direction;
  /** `missing`: no entry lets it through, or one denies it first. `unknown`: synth cannot tell. */
  readonly state: 'missing' | 'unknown';
  /** The clients that it is about. */
  readonly client: string;
  /** Why, one or two sentences. */
  readonly because: string;
  /** The code to write. */
  readonly remedy: string;
}

/** The entries of a network ACL that this app makes, wherever in the construct tree. */
export function entriesOf(acl: ec2.INetworkAcl): ec2.CfnNetworkAclEntry[] {
  return acl.node.root.node
    .findAll()
    .filter(
      (node): node is ec2.CfnNetworkAclEntry =>
        CfnResource.isCfnResource(node) &&
        node.cfnResourceType === ec2.CfnNetworkAclEntry.CFN_RESOURCE_TYPE_NAME &&
        belongsTo(node as ec2.CfnNetworkAclEntry, acl),
    );
}

function belongsTo(entry: ec2.CfnNetworkAclEntry, acl: ec2.INetworkAcl): boolean {
  const { networkAclId } = entry;
  return networkAclId === acl.networkAclId || referenceIn(networkAclId)?.target === acl.node.defaultChild;
}

/**
 * What a network ACL made in this app, as it stands when this is called, does not let through for a VPN protocol. A
 * network ACL is stateless, so that each flow needs an entry in each direction.
 *
 * Of an imported network ACL nothing is known. ICMP is not looked at: without it calls come up, and only large packets
 * get lost on some paths.
 */
export function missingAclEntries(acl: ec2.INetworkAcl, protocol: VpnProtocol, clients: Clients): AclFinding[] {
  const flows = [...new Map(protocol.flowSets.flatMap((set) => set.flows.map((flow) => [flow.id, flow]))).values()];
  const remedy = `new VpnNetworkAclEntries(this, 'VpnEntries', { networkAcl, protocols: [${inCode(protocol)}], clients })`;
  const questions = flows.flatMap((flow) => DIRECTIONS.map((direction) => ({ flow, direction, remedy })));
  if (!CfnResource.isCfnResource(acl.node.defaultChild)) {
    return questions.map((question) => ({
      ...question,
      state: 'unknown',
      client: clients.toString(),
      because: `The network ACL ${acl.node.path} is not made in this app, so that nobody can see its entries.`,
    }));
  }
  const rules = entriesOf(acl)
    .map(readRule)
    .sort((one, other) => one.number - other.number);
  return questions.flatMap((question) =>
    clients.entries.flatMap((entry) => {
      const answer = judge(rules, question.flow, question.direction, entry);
      return answer === undefined ? [] : [{ ...question, client: entry.label, ...answer }];
    }),
  );
}

/** A protocol as code: by its name, or on ports of the user's own with those. */
function inCode(protocol: VpnProtocol): string {
  const name = protocol.id.replace('-', '_').toUpperCase();
  if (VPN_PROTOCOLS.includes(protocol)) {
    return name;
  }
  const sets = protocol.flowSets.map(({ when, flows }) => {
    const list = flows.map(({ protocol: number, port }) =>
      port === undefined ? 'Flow.ESP' : `Flow.${number === IpProtocol.TCP ? 'tcp' : 'udp'}(${port})`,
    );
    return `{ when: '${when}', flows: [${list.join(', ')}] }`;
  });
  return `{ ...${name}, flowSets: [${sets.join(', ')}] }`;
}

/** One entry of a network ACL; `opaque` where synth cannot tell what it matches. */
interface Rule {
  readonly path: string;
  readonly number: number;
  readonly egress: boolean | undefined;
  readonly allow: boolean;
  readonly protocol: number;
  readonly range: IpRange | undefined;
  readonly ports: PortRange | undefined;
  readonly opaque: boolean;
}

function readRule(entry: ec2.CfnNetworkAclEntry): Rule {
  const { ruleNumber, egress, ruleAction, protocol, cidrBlock, ipv6CidrBlock, portRange } = entry;
  const text = cidrBlock ?? ipv6CidrBlock;
  const hasPorts = protocol === IpProtocol.TCP || protocol === IpProtocol.UDP;
  const range = text === undefined || isToken(text) ? undefined : rangeOf(text);
  const hidden = [ruleNumber, egress, ruleAction, protocol, text, hasPorts ? portRange : undefined].some(isToken);
  const { from, to } = (isToken(portRange) ? {} : (portRange ?? {})) as Partial<PortRange>;
  return {
    path: entry.node.path,
    // An entry whose number nobody knows may come before every other.
    number: isToken(ruleNumber) ? 0 : ruleNumber,
    egress: isToken(egress) ? undefined : egress === true,
    allow: ruleAction === 'allow',
    protocol,
    range,
    ports: hasPorts && from !== undefined && to !== undefined ? { from, to } : undefined,
    opaque: hidden || range === undefined,
  };
}

/** The range of an entry; `undefined` where its text is not one, or has host bits, which EC2 clears without a word. */
function rangeOf(text: string): IpRange | undefined {
  try {
    return IpRange.parse(text);
  } catch {
    return undefined;
  }
}

/** Packets that must pass: from or to every address of `range`, with every port of `ports`. */
interface Packets {
  readonly protocol: number;
  readonly range: IpRange;
  readonly ports: PortRange | undefined;
}

/** What becomes of a part of the packets; `rule` decided, none if no rule matched. */
interface Part extends Packets {
  readonly outcome: 'allowed' | 'denied' | 'unknown';
  readonly rule: Rule | undefined;
}

function judge(
  rules: readonly Rule[],
  flow: Flow,
  direction: Direction,
  entry: ClientEntry,
): Pick<AclFinding, 'state' | 'because'> | undefined {
  const egress = direction === 'to-client';
  const relevant = rules.filter((rule) => rule.egress === undefined || rule.egress === egress);
  const towards = flow.port === undefined ? undefined : { from: flow.port, to: flow.port };
  const parts = follow(relevant, {
    protocol: flow.protocol,
    range: entry.range ?? everything(entry.ipVersion),
    ports: egress ? replyPorts(flow) : towards,
  });
  const unknown = parts.find(({ outcome }) => outcome === 'unknown');
  const denied = parts.filter(({ outcome }) => outcome === 'denied');
  const allowed = parts.filter(({ outcome }) => outcome === 'allowed');
  const what = egress ? `answers of ${flow.name} out to ${entry.label}` : `${flow.name} in from ${entry.label}`;

  // Clients of whom not one port gets through are cut off; others lose a part of their ports or of their addresses.
  const cutOff = denied.find(({ range }) => !allowed.some((part) => part.range.overlaps(range)));
  if (cutOff !== undefined && (entry.range !== undefined || (allowed.length === 0 && unknown === undefined))) {
    return { state: 'missing', because: whyDenied(cutOff.rule, what) };
  }
  const [partly] = denied;
  if (partly !== undefined && entry.range !== undefined) {
    return {
      state: 'unknown',
      because: `The network ACL lets ${what} through for some ports only: ports ${partly.ports?.from} to ${partly.ports?.to} are not among them, and clients may use any.`,
    };
  }
  if (partly !== undefined) {
    return {
      state: 'unknown',
      because: `The network ACL lets ${what} through for some addresses only, and only deployment knows those of the clients.`,
    };
  }
  return unknown === undefined
    ? undefined
    : {
        state: 'unknown',
        because: `Synth cannot tell what ${unknown.rule?.path} matches, and so whether the network ACL lets ${what} through.`,
      };
}

function whyDenied(rule: Rule | undefined, what: string): string {
  return rule === undefined
    ? `No entry of the network ACL lets ${what}. A network ACL keeps no state: each direction needs an entry of its own.`
    : `Entry ${rule.number} of the network ACL denies ${what}, before any entry allows it.`;
}

/** What becomes of the packets, part by part: the first rule that matches a packet decides about it. */
function follow(rules: readonly Rule[], packets: Packets): Part[] {
  for (const [index, rule] of rules.entries()) {
    if (rule.protocol !== -1 && rule.protocol !== packets.protocol && !isToken(rule.protocol)) {
      continue;
    }
    if (rule.opaque) {
      return [{ ...packets, outcome: 'unknown', rule }];
    }
    if (rule.range === undefined || !rule.range.overlaps(packets.range)) {
      continue;
    }
    const { ports } = packets;
    const { from, to } = rule.ports ?? { from: 0, to: 65535 };
    if (ports !== undefined && (to < ports.from || from > ports.to)) {
      continue;
    }
    const rest = rules.slice(index);
    if (!rule.range.contains(packets.range)) {
      return halves(packets.range).flatMap((range) => follow(rest, { ...packets, range }));
    }
    if (ports !== undefined && (from > ports.from || to < ports.to)) {
      return cuts(ports, from, to).flatMap((some) => follow(rest, { ...packets, ports: some }));
    }
    return [{ ...packets, outcome: rule.allow ? 'allowed' : 'denied', rule }];
  }
  return [{ ...packets, outcome: 'denied', rule: undefined }];
}

function halves(range: IpRange): IpRange[] {
  const length = range.prefixLength + 1;
  return [0, Number(range.size / 2n)].map((offset) => IpRange.parse(`${range.address(offset)}/${length}`));
}

/** The ports below, inside and above a range that cuts them. */
function cuts(ports: PortRange, from: number, to: number): PortRange[] {
  return [
    { from: ports.from, to: from - 1 },
    { from: Math.max(ports.from, from), to: Math.min(ports.to, to) },
    { from: to + 1, to: ports.to },
  ].filter((some) => some.from <= some.to);
}

function everything(version: 4 | 6 | undefined): IpRange {
  return IpRange.parse(version === 6 ? '::/0' : '0.0.0.0/0');
}
