import type { Flow } from '../../flows';
import type { EdgeBlock, EdgeJob } from '../product';
import { isEverywhere, isGatewayAlone, named, sources, transport } from './appliance';

/** Rules for a person to enter: the same objects, services and rules for every product that is told by steps. */
export interface RuleBook {
  /** Name and address: a range in CIDR notation, or a single address. */
  readonly objects: readonly (readonly [name: string, value: string])[];
  /** The group of all ranges, and what is in it. @default - none: clients may come from everywhere */
  readonly clients?: { readonly name: string; readonly members: readonly string[] };
  readonly services: readonly { readonly name: string; readonly flow: Flow }[];
  /** In the order in which they must be read. */
  readonly rules: readonly BookRule[];
}

export interface BookRule {
  readonly name: string;
  /** From the gateway to the clients: GRE may start there. */
  readonly isBack: boolean;
  readonly source: string;
  readonly destination: string;
  /** `Any`, or names. */
  readonly services: readonly string[];
  readonly isAllowed: boolean;
}

/** What a rule is called that takes every address, or every service. */
export const ANY = 'Any';

/**
 * @param destination what the rules call the gateway, where the clients' packets go to
 * @param origin what they call it where its own packets come from
 */
export function ruleBook(job: EdgeJob, destination: string, origin: string): RuleBook {
  const { plan, site } = job;
  const members = sources(job).map((_, i) => named(job, `client-${i + 1}`));
  const group = { name: named(job, 'clients'), members };
  const clients = isEverywhere(job) ? ANY : group.name;
  const services = plan.flows.map((flow) => ({ name: named(job, flow.id), flow }));
  const all = services.map(({ name }) => name);
  const addresses = new Map([
    [origin, site.innerAddress],
    [destination, destination === origin ? site.innerAddress : plan.gateway],
  ]);
  return {
    objects: [
      ...(isEverywhere(job) ? [] : sources(job).map((range, i) => [members[i] ?? '', range.cidr] as const)),
      ...addresses,
    ],
    ...(isEverywhere(job) ? {} : { clients: group }),
    services,
    rules: [
      { name: named(job, 'in'), isBack: false, source: clients, destination, services: all, isAllowed: true },
      ...(plan.hasGre
        ? [
            {
              name: named(job, 'back'),
              isBack: true,
              source: origin,
              destination: clients,
              services: [named(job, 'gre')],
              isAllowed: true,
            },
          ]
        : []),
      {
        name: named(job, 'deny'),
        isBack: false,
        source: ANY,
        destination,
        services: isGatewayAlone(job) ? [ANY] : all,
        isAllowed: false,
      },
    ],
  };
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** A service as a table says it: `TCP 1723`, `IP protocol 47`. */
export function serviceText(flow: Flow): string {
  return flow.port === undefined ? `IP protocol ${flow.protocol}` : `${transport(flow).toUpperCase()} ${flow.port}`;
}

/** Steps with their numbers. */
export function numbered(steps: readonly EdgeBlock[]): EdgeBlock[] {
  return steps.map(({ text, ...rest }, i) => ({ ...rest, text: `${i + 1}. ${text}` }));
}
