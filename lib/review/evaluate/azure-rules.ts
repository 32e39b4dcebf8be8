import type { RuleSet } from '../model';
import type { Change } from './hop';
import type { WriteRule } from './stations';

const NAMES: Readonly<Record<number, string>> = { 6: 'Tcp', 17: 'Udp', 1: 'Icmp', 50: 'Esp', 51: 'Ah' };

/** A rule as azurerm has it, at a priority that is free and comes before the rule that denies. */
export const writeAzureRule: WriteRule = (set, { direction, protocol, ports, ranges, before }): Change => {
  const name = NAMES[protocol];
  const texts = (ports ?? []).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  const what = `${name ?? `IP protocol ${protocol}`}${texts.length === 0 ? '' : ` ${texts.join(', ')}`}`;
  const limit = typeof before?.order === 'number' ? Math.min(before.order, 4097) : 4097;
  const priority = freePriority(set, direction, limit);
  const where = limit < 4097 ? `, before rule ${limit}` : '';
  const [ours, theirs] = direction === 'in' ? ['destination', 'source'] : ['source', 'destination'];
  const id = `allow-${(name ?? String(protocol)).toLowerCase()}${texts.length === 0 ? '' : `-${texts.join('-')}`}`;
  return {
    text: `add to ${set.label} an ${direction === 'in' ? 'inbound' : 'outbound'} rule that allows ${what} ${direction === 'in' ? 'from' : 'to'} ${ranges.join(', ')}${where}`,
    ruleSet: set.id,
    direction,
    protocol,
    ...(ports === undefined ? {} : { ports }),
    ranges,
    ...(name === undefined || priority === undefined
      ? {}
      : {
          snippets: [
            {
              resource: {
                azurerm_network_security_rule: {
                  [id]: {
                    name: id,
                    resource_group_name: reference(set, 'resource_group_name'),
                    network_security_group_name: reference(set, 'name'),
                    priority,
                    direction: direction === 'in' ? 'Inbound' : 'Outbound',
                    access: 'Allow',
                    protocol: name,
                    source_port_range: '*',
                    destination_port_range: texts[0] ?? '*',
                    [`${theirs}_address_prefixes`]: ranges,
                    [`${ours}_address_prefix`]: '*',
                  },
                },
              },
            },
          ],
        }),
  };
};

function freePriority({ rules }: RuleSet, direction: 'in' | 'out', limit: number): number | undefined {
  const taken = new Set(rules.filter((rule) => rule.direction === direction).map(({ order }) => order));
  for (let priority = Math.min(1000, limit - 1); priority >= 100; priority--) {
    if (!taken.has(priority)) {
      return priority;
    }
  }
  return undefined;
}

/** How another resource of the same configuration refers to the group. */
function reference(set: RuleSet, attribute: string): string {
  return set.origin.resource?.type === 'azurerm_network_security_group' ? `\${${set.label}.${attribute}}` : set.label;
}
