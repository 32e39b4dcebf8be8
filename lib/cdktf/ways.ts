import { invalid } from '../errors';
import type { Elsewhere } from '../feasibility/choose-for-fleet';
import { type Hop, type Path, pathOf } from '../feasibility/path';
import { INTERNET } from '../network/internet';
import type { ClientSite, Clients } from './clients';
import type { PathElement } from './path-element';

/** How clients come to a server: what every cloud takes. */
export interface Ways {
  readonly clients: Clients;
  readonly through?: readonly PathElement[] | undefined;
}

/** The hops of one way that lie at a position. */
export type HopsAt = (position: PathElement['position']) => Hop[];

/**
 * Checks what was written for `through`, by the gateway and by the sites of its clients.
 *
 * @param isOwn whether something is an element of the `Through` of the cloud
 * @param example one of its elements, as code
 * @throws InvalidInputError `THROUGH_UNKNOWN`
 */
export function checkThrough(
  { clients, through }: Ways,
  isOwn: (one: unknown) => boolean,
  allowed: string,
  example: string,
): void {
  const lists = [through, ...clients.sites.map((site) => site.through)];
  const wrong = lists.find((list) => list !== undefined && !(Array.isArray(list) && Array.from(list).every(isOwn)));
  if (wrong !== undefined) {
    invalid({
      code: 'THROUGH_UNKNOWN',
      what: 'through holds what is not an element on the way',
      got: wrong,
      allowed,
      instead: `through: [${example}]`,
    });
  }
}

/** Whether clients of some site come straight to the server, which then has a public address of its own. */
export function comesDirectly({ clients, through }: Ways): boolean {
  return clients.sites.some((site) =>
    elementsOf(site, through).every(({ position }) => position !== 'entrance' && position !== 'transit'),
  );
}

/** A path for each site of the clients. */
export function waysFrom({ clients, through }: Ways, hops: (at: HopsAt) => Hop[], to?: string): Path[] {
  return clients.sites.map((site) => pathOf(from(site), hops(hopsOf(site, through)), to, site.fleet));
}

/** A gateway on AWS, where every protocol arrives: what would serve clients whom this cloud leaves out. */
export function onAws({ clients, through }: Ways): Elsewhere[] {
  // Only who is refused waits for the facts of another cloud.
  const { AWS } = require('../network/aws') as typeof import('../network/aws');
  const { HOST_FILTER } = require('../network/gateway-side') as typeof import('../network/gateway-side');
  const paths = clients.sites.map((site) => {
    const at = hopsOf(site, through);
    return pathOf(from(site), [
      ...at('clients'),
      // The network between the sites may lead anywhere or nowhere from there.
      ...(at('transit').length === 0 ? [{ element: INTERNET }] : [{ element: { ...INTERNET, facts: [] } }]),
      { element: AWS.INTERNET_GATEWAY },
      { element: AWS.SECURITY_GROUP, condition: 'met' },
      { element: HOST_FILTER, condition: 'met' },
    ]);
  });
  return [
    {
      where: 'AWS, an EC2 instance with an Elastic IP',
      cost: 'a second gateway in another cloud, billed as one small EC2 instance and one public IPv4 address',
      paths,
    },
  ];
}

function elementsOf(site: ClientSite, through: Ways['through']): PathElement[] {
  return [...(site.through ?? []), ...(through ?? [])];
}

function hopsOf(site: ClientSite, through: Ways['through']): HopsAt {
  const elements = elementsOf(site, through);
  return (position) =>
    elements
      .filter((one) => one.position === position)
      .map(({ element, isConditionMet }) => ({ element, condition: isConditionMet ? 'met' : 'unknown' }));
}

function from({ name, clients }: ClientSite): string {
  return name === undefined
    ? `${clients.cidrs.length === 1 ? 'client' : 'clients'} ${clients}`
    : `${name} (${clients})`;
}
