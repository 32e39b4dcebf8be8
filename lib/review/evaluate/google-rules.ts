import { isKnown, type Machine, type RuleSet } from '../model';
import type { Change } from './hop';
import type { WriteRule } from './stations';

const NAMES: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 1: 'icmp', 50: 'esp', 51: 'ah' };

/** A rule as the provider for Google Cloud has it. Among rules of one priority a deny wins, so it comes before. */
export function writeGoogleRule(machine: Machine | undefined): WriteRule {
  return (set, { direction, protocol, ports, ranges, before }): Change => {
    const name = NAMES[protocol] ?? String(protocol);
    const texts = (ports ?? []).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
    const isImplied = before === undefined || before.origin === set.origin;
    const limit = !isImplied && typeof before.order === 'number' ? before.order : undefined;
    const priority = Math.max(0, limit === undefined ? 1000 : Math.min(1000, limit - 1));
    const layer4 = { ...(texts.length === 0 ? {} : { ports: texts }) };
    const isPolicy = set.element === 'google.firewall-policy';
    const way = direction === 'in' ? 'INGRESS' : 'EGRESS';
    const id = `allow-${name}${texts.length === 0 ? '' : `-${texts.join('-')}`}-${way.toLowerCase()}`;
    return {
      text: `add to ${set.label} an ${way.toLowerCase()} rule that allows protocol "${name}"${texts.length === 0 ? ' without ports' : `, ports ${texts.join(', ')},`} ${direction === 'in' ? 'from' : 'to'} ${ranges.join(', ')}${limit === undefined ? '' : `, with a priority below ${limit}`}`,
      ruleSet: set.id,
      direction,
      protocol,
      ...(ports === undefined ? {} : { ports }),
      ranges,
      snippets: [
        isPolicy
          ? {
              resource: {
                google_compute_network_firewall_policy_rule: {
                  [id]: {
                    firewall_policy: reference(set, 'name'),
                    priority,
                    action: 'allow',
                    direction: way,
                    match: {
                      [direction === 'in' ? 'src_ip_ranges' : 'dest_ip_ranges']: ranges,
                      layer4_configs: [{ ip_protocol: name, ...layer4 }],
                    },
                  },
                },
              },
            }
          : {
              resource: {
                google_compute_firewall: {
                  [id]: {
                    name: id,
                    network: networkOf(set),
                    priority,
                    direction: way,
                    allow: [{ protocol: name, ...layer4 }],
                    [direction === 'in' ? 'source_ranges' : 'destination_ranges']: ranges,
                    ...targets(machine),
                  },
                },
              },
            },
      ],
    };
  };
}

/** The machine alone, where it can be told from others. */
function targets(machine: Machine | undefined): Readonly<Record<string, unknown>> {
  const [tag] = (machine?.tags ?? []).filter(isKnown);
  return tag === undefined ? {} : { target_tags: [tag] };
}

function reference(set: RuleSet, attribute: string): string {
  return `\${${set.label}.${attribute}}`;
}

function networkOf({ network, label, origin }: RuleSet): unknown {
  return origin.resource?.type === 'google_compute_network'
    ? `\${${origin.resource.logicalId}.id}`
    : typeof network === 'string'
      ? network
      : label;
}
