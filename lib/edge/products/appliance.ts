import type { IpRange } from '../../flows';
import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import type { EdgeBlock, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';

/** Why a firewall that is a box of its own is never the gateway's host. */
export const NOT_A_HOST = {
  'gateway-host': 'it is a box of its own, and the gateway runs on Linux or Windows, which have a firewall each',
} as const;

/** Lines that belong together. */
export function block(lines: readonly string[], why: string, evidence: readonly Evidence[]): EdgeBlock {
  return { text: lines.join('\n'), why, evidence };
}

/** Where packets to the gateway may come from, as this firewall sees them: behind a translation of its own, the clients' own networks. */
export function sources({ plan, site }: EdgeJob): readonly IpRange[] {
  return site.role === 'before-clients' ? site.clientNetworks : plan.clients;
}

/** Whether they may come from everywhere, for which products have a word, and no object. */
export function isEverywhere(job: EdgeJob): boolean {
  return sources(job).some((range) => range.isEverything);
}

/** Whether everything that is sent to the gateway's address is for the gateway, so that the rest of it can be dropped. */
export function isGatewayAlone({ site }: EdgeJob): boolean {
  return site.role === 'routed' || (site.role === 'before-gateway' && site.publication === 'one-to-one');
}

/** Whether the gateway is published by a translation of its ports, which a protocol without ports has no part in. */
export function isByPorts({ site }: EdgeJob): boolean {
  return site.role === 'before-gateway' && site.publication === 'ports';
}

/** Whether packets pass here outside of the tunnel, where the size of their segments can be bounded. */
export function clampsSegments({ plan, site }: EdgeJob): boolean {
  return plan.tunnelRange !== undefined && site.role !== 'before-clients';
}

/** The plan's name with what is meant: `plant4-clients`. */
export function named({ plan }: EdgeJob, what: string): string {
  return `${plan.name}-${what}`;
}

/** The name of the transport of a flow with a port. */
export function transport({ protocol }: Flow): 'tcp' | 'udp' {
  return protocol === IpProtocol.TCP ? 'tcp' : 'udp';
}

/** The flows that have a port, and so can be translated by it. */
export function flowsWithPort({ plan }: EdgeJob): readonly (Flow & { readonly port: number })[] {
  return plan.flows.filter((flow): flow is Flow & { readonly port: number } => flow.port !== undefined);
}

/** The mask of an IPv4 range in four decimal parts: `255.255.255.0`. */
export function netmask({ prefixLength }: IpRange): string {
  const bits = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

/** The first address of a range. */
export function network(range: IpRange): string {
  return range.address(0);
}

/**
 * Refuses ESP where addresses are shared: it has no ports to tell two clients, or two servers, by.
 *
 * @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE`
 */
export function refuseSharedEsp(product: Pick<EdgeProduct, 'name'>, job: EdgeJob): void {
  const esp = job.plan.flows.find(({ protocol }) => protocol === IpProtocol.ESP);
  if (esp === undefined) {
    return;
  }
  if (job.site.role === 'before-clients') {
    refuseFlow(
      product,
      esp,
      'it hides the clients behind its own address by their ports, and ESP has none.',
      'the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.',
    );
  }
  if (isByPorts(job)) {
    refuseFlow(
      product,
      esp,
      'only ports of the address are translated, and ESP has none.',
      "an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.",
    );
  }
}

/**
 * Refuses ESP behind a router's translation, where IKE finds the translation and wraps ESP into UDP.
 *
 * @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE`
 */
export function refuseTranslatedEsp(product: Pick<EdgeProduct, 'name'>, job: EdgeJob): void {
  const esp = job.plan.flows.find(({ protocol }) => protocol === IpProtocol.ESP);
  if (esp !== undefined && (job.site.role === 'before-clients' || isByPorts(job))) {
    refuseFlow(
      product,
      esp,
      'behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
      'UDP 500 and 4500 alone: flowSets: [IKEV2.flowSets[0]]',
    );
  }
}
