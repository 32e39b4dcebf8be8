import type { Direction, Flow } from '../../flows';
import { type Interface, isUnknown, type Listener, type LoadBalancer, type Machine } from '../model';
import type { Hop, Verdict } from './hop';
import { type Named, type Station, station } from './stations';
import type { Way } from './way';
import type { World } from './world';

/** The same for everybody, whatever the flow. */
export function fixed(
  direction: Direction,
  hop: Omit<Hop, 'direction' | 'evidence'> & Partial<Pick<Hop, 'evidence'>>,
): Station {
  return station(direction, () => ({ direction, evidence: [], ...hop }));
}

/** What lies on the way to a machine besides the load balancer. */
export interface Around {
  /** Who reaches the load balancer, where not everybody does. */
  readonly before: (balancer: LoadBalancer) => readonly Station[];
  /** From it to the machine; `port` is the port of the machine that a flow comes to. */
  readonly behind: (port: (flow: Flow) => number | undefined) => readonly Station[];
  /** Whether it opens connections of its own. */
  readonly isProxy: (balancer: LoadBalancer) => boolean;
}

/** The ways to a machine by load balancers and forwarding rules that hand packets to it. */
export function balancedWays(machine: Machine, face: Interface, world: World, around: Around): Way[] {
  const all = world.listenersFor(machine);
  const balancers = new Map(all.map(({ balancer }) => [balancer.id, balancer]));
  return [...balancers.values()].map((balancer): Way => {
    const own = all.filter((entry) => entry.balancer === balancer).map(({ listener }) => listener);
    const port = (flow: Flow) =>
      portBehind(
        own.find((listener) => takes(listener, flow)),
        machine,
        flow,
      );
    return {
      dials: `${world.element(balancer.element)?.short ?? 'load balancer'} ${balancer.label}`,
      face,
      version: 4,
      stations: [
        ...around.before(balancer),
        listening(world, balancer, own, 'to-gateway'),
        ...(around.isProxy(balancer) ? [behindProxy(balancer)] : around.behind(port)),
        listening(world, balancer, own, 'to-client'),
      ],
    };
  });
}

function portBehind(listener: Listener | undefined, machine: Machine, flow: Flow): number | undefined {
  const ids = [machine.id, ...machine.interfaces.map(({ id }) => id)];
  const target = listener?.targets.find(({ reference }) => typeof reference === 'string' && ids.includes(reference));
  return typeof target?.port === 'number' ? target.port : flow.port;
}

function takes({ protocol, ports }: Listener, flow: Flow): boolean {
  return (
    (protocol === 'any' || protocol === flow.protocol) &&
    (ports === 'any' ||
      (!isUnknown(ports) &&
        ports.some(({ from, to }) => flow.port !== undefined && from <= flow.port && flow.port <= to)))
  );
}

/** What a load balancer does with a flow: what no listener takes ends there, and what its facts say it drops. */
function listening(world: World, balancer: LoadBalancer, own: readonly Listener[], direction: Direction): Station {
  const name = world.element(balancer.element)?.short ?? 'load balancer';
  return station(direction, (flow) => {
    const listener = own.find((one) => takes(one, flow));
    const open = own.find(({ protocol, ports }) => isUnknown(protocol) || isUnknown(ports));
    const fact = world.fact(balancer.element, flow, direction);
    const dropsAll = fact?.carriage === 'drops';
    const verdict: Verdict =
      dropsAll || (listener === undefined && open === undefined)
        ? 'drops'
        : listener === undefined || isUnknown(balancer.isPublic)
          ? 'unknown'
          : 'passes';
    return {
      direction,
      verdict,
      element: balancer.element,
      name,
      label: balancer.label,
      origin: listener?.origin ?? balancer.origin,
      because: dropsAll
        ? fact.because
        : listener !== undefined
          ? `${balancer.label} takes ${flow.name} and hands it to the machine.`
          : verdict === 'drops'
            ? `${balancer.label} does not take ${flow.name}. ${fact?.because ?? ''}`.trimEnd()
            : `Whether ${balancer.label} takes ${flow.name} is not known.`,
      ...(verdict === 'passes' ? {} : { code: fact?.code ?? 'RULE_MISSING' }),
      evidence: fact?.evidence ?? [],
      ...(verdict === 'passes' || fact?.remedy === undefined ? {} : { change: () => ({ text: fact.remedy ?? '' }) }),
    };
  });
}

/** A load balancer that opens connections of its own: filters behind it do not see the clients. */
function behindProxy({ label }: Named): Station {
  return fixed('to-gateway', {
    verdict: 'unknown',
    name: 'filter',
    because: `Filters behind ${label} see addresses of the cloud and not those of the clients.`,
  });
}
