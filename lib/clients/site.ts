import { invalid } from '../errors';
import type { Fleet } from './fleet';

/** Clients who come to a gateway by one way: a branch, a plant, everybody's homes. */
export interface Site<Clients, Through> {
  /**
   * What it is called in explanations: `plant 4`.
   *
   * @default - its ranges alone
   */
  readonly name?: string;
  /** The addresses that clients come from. */
  readonly clients: Clients;
  /**
   * What lies on the way from there that no construct shows, beside what the gateway's own `through` says of every site.
   *
   * @default - nothing
   */
  readonly through?: readonly Through[];
  /**
   * The devices that call from there. Said of every site or of none.
   *
   * @default - not known: every protocol is as good as another
   */
  readonly fleet?: Fleet;
}

/** One line that neither begins nor ends with a blank. */
const NAME = /^[^\s\p{C}](?:[^\p{C}]{0,58}[^\s\p{C}])?$/u;

const INSTEAD = "Clients.atSites({ name: 'plant 4', clients: Clients.from('203.0.113.0/24') })";

/**
 * Checks what was written for the sites of a gateway.
 *
 * @param isClients whether something is what `Clients.from` makes, without sites of its own
 * @param isThrough whether something is an element of `Through`
 * @throws InvalidInputError `SITE_INVALID`, `SITE_DUPLICATE`, `SITE_FLEET_MISSING`, `THROUGH_UNKNOWN`
 */
export function checkSites<Clients, Through>(
  sites: readonly Site<Clients, Through>[],
  isClients: (value: unknown) => boolean,
  isThrough: (value: unknown) => boolean,
): void {
  if (sites.length === 0) {
    invalid({
      code: 'SITE_INVALID',
      what: 'clients at no sites: a gateway does not guess who may connect',
      allowed: 'at least one site with its clients',
      instead: INSTEAD,
    });
  }
  for (const [index, site] of sites.entries()) {
    checkSite(site, index, isClients, isThrough);
  }
  const names = sites.flatMap(({ name }) => name ?? []);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'SITE_DUPLICATE',
      what: `two sites are called ${twice}: nobody could tell which one an explanation is about`,
      got: names,
      allowed: 'each name once',
      instead: `name: '${twice} 2'`,
    });
  }
  const silent = sites.findIndex(({ fleet }) => fleet === undefined);
  if (silent >= 0 && sites.some(({ fleet }) => fleet !== undefined)) {
    invalid({
      code: 'SITE_FLEET_MISSING',
      what: `${sites[silent]?.name ?? `site ${silent + 1}`} does not say which devices call from there, and another site does`,
      allowed: 'a fleet for every site, or for none',
      instead: "fleet: Fleet.of({ device: 'windows-11', count: 40 })",
    });
  }
}

function checkSite(
  site: Partial<Record<keyof Site<unknown, unknown>, unknown>> | undefined,
  index: number,
  isClients: (value: unknown) => boolean,
  isThrough: (value: unknown) => boolean,
): void {
  const { name, clients, through, fleet } = site ?? {};
  const isNamed = typeof name === 'string' && NAME.test(name);
  const wrong = (what: string, got: unknown, allowed: string) =>
    invalid({
      code: 'SITE_INVALID',
      what: `site ${index + 1}${isNamed ? `, ${name},` : ''} ${what}`,
      got,
      allowed,
      instead: INSTEAD,
    });
  if (!isClients(clients)) {
    wrong('has no clients of its own', clients, 'Clients.from(...) or Clients.anywhereBecause(reason)');
  }
  if (name !== undefined && !isNamed) {
    wrong('has a name that cannot stand in an explanation', name, 'a text of 1 to 60 characters on one line');
  }
  if (fleet !== undefined && !isFleet(fleet)) {
    wrong('has a fleet that Fleet.of did not make', fleet, "Fleet.of({ device: 'windows-11', count: 40 })");
  }
  const stranger = Array.isArray(through) ? Array.from(through).findIndex((one) => !isThrough(one)) : -1;
  if (stranger >= 0 || (through !== undefined && !Array.isArray(through))) {
    invalid({
      code: 'THROUGH_UNKNOWN',
      what: `through of site ${index + 1} holds what is not an element on the way`,
      got: stranger >= 0 ? (through as unknown[])[stranger] : through,
      allowed: 'the elements of Through',
      instead: 'through: [Through.CLIENT_NAT]',
    });
  }
}

/** Whoever has a fleet has loaded the devices; nobody else waits for them. */
function isFleet(value: unknown): boolean {
  return value instanceof (require('./fleet') as typeof import('./fleet')).Fleet;
}
