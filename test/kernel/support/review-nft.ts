import type { Case, Filter, PlainRule } from './review-cases';

/**
 * Rules of clouds as rules of nftables, one by one, from what the clouds' documentation says of them. Nothing here comes from
 * lib/review: this is what it is compared with.
 *
 * - Security groups (AWS): only rules that allow, all groups of an interface together; everything else is dropped; tracked.
 * - Network ACLs (AWS): by number from the lowest, the first rule that matches decides; the rest is dropped; not tracked, so
 *   that answers need rules of their own.
 * - Of either, a protocol other than TCP, UDP and ICMP is allowed on all ports, whatever ports the rule names.
 * - Network security groups (Azure): by priority from the lowest, the first rule that matches decides; behind them inbound is
 *   denied (65500) and outbound to the internet allowed (65001); tracked. GRE is blocked in virtual networks, whatever the
 *   rules say.
 * - VPC firewall rules (Google): the lowest priority decides, and a deny overrides an allow of the same priority; behind them
 *   ingress is denied and egress allowed; tracked.
 */
export function nftOf(cases: readonly Case[]): string {
  const chains = cases.flatMap((one) => [
    ...one.filters.flatMap((filter, hop) =>
      (['in', 'out'] as const).map((direction) =>
        chain(`c${one.index}_${direction}_${hop}`, ...filterLines(filter, direction)),
      ),
    ),
    ...(['in', 'out'] as const).map((direction) => {
      const hops = one.filters.map((_, hop) => `jump c${one.index}_${direction}_${hop}`);
      return chain(`c${one.index}_${direction}`, ...(direction === 'in' ? hops : hops.reverse()), 'accept');
    }),
  ]);
  const each = (version: 4 | 6, direction: 'in' | 'out') => [
    ...cases.map(({ index }) => `${gatewayOf(index, version)} : goto c${index}_${direction}`),
    `${gatewayOf(END, version)} : accept`,
  ];
  return [
    'table inet review {',
    ...chains,
    // Packets that a gateway sends first are no answers to what a client has sent: they are tracked apart.
    chain('apart', 'type filter hook prerouting priority raw', 'ip dscp 1 ct zone set 1', 'ip6 dscp 1 ct zone set 1'),
    chain(
      'forward',
      'type filter hook forward priority filter; policy drop',
      `iifname "c" ip daddr vmap { ${each(4, 'in').join(', ')} }`,
      `iifname "c" ip6 daddr vmap { ${each(6, 'in').join(', ')} }`,
      `iifname "g" ip saddr vmap { ${each(4, 'out').join(', ')} }`,
      `iifname "g" ip6 saddr vmap { ${each(6, 'out').join(', ')} }`,
    ),
    '}',
    '',
  ].join('\n');
}

/** What is sent to it tells that everything before has arrived or never will. */
export const END = 0xfffe;

/** The address of the machine of a case. */
export function gatewayOf(index: number, version: 4 | 6): string {
  return version === 4 ? `10.64.${index >> 8}.${index & 255}` : `fd00:64::${(index + 1).toString(16)}`;
}

function chain(name: string, ...lines: readonly string[]): string {
  return `chain ${name} {\n${lines.map((line) => `  ${line}\n`).join('')}}`;
}

/** What passes returns to the chain of the case, which asks the next filter. */
function filterLines({ kind, sets }: Filter, direction: PlainRule['direction']): string[] {
  const rules = sets.flat().filter((rule) => rule.direction === direction && rule.hidden !== 'absent');
  const lines = (rule: PlainRule) =>
    rule.ranges.map((range) => `${match(rule, range)}${rule.action === 'allow' ? 'return' : 'drop'}`);
  const byNumber = rules.toSorted((a, b) => a.number - b.number);
  switch (kind) {
    case 'network-acl':
      return [...byNumber.flatMap(lines), 'drop'];
    case 'security-groups':
      return ['ct state established return', ...rules.flatMap(lines), 'drop'];
    case 'nsg':
      return [
        ...['meta l4proto 47 drop', 'ct state established return', ...byNumber.flatMap(lines)],
        direction === 'in' ? 'drop' : 'return',
      ];
    case 'vpc-firewall': {
      const priorities = [...new Set(byNumber.map(({ number }) => number))];
      const ordered = priorities.flatMap((priority) => {
        const equal = rules.filter(({ number }) => number === priority);
        return ['deny', 'allow'].flatMap((action) => equal.filter((rule) => rule.action === action).flatMap(lines));
      });
      return ['ct state established return', ...ordered, direction === 'in' ? 'drop' : 'return'];
    }
  }
}

function match({ direction, protocol, ports, sourcePorts }: PlainRule, range: string): string {
  const family = range.includes(':') ? 'ip6' : 'ip';
  const address = range.endsWith('/0')
    ? `meta nfproto ${family === 'ip' ? 'ipv4' : 'ipv6'} `
    : `${family} ${direction === 'in' ? 'saddr' : 'daddr'} ${range} `;
  if (protocol === 'any') {
    return address;
  }
  const hasPorts = protocol === 6 || protocol === 17;
  const to = ports !== undefined && hasPorts ? `th dport ${ports[0]}-${ports[1]} ` : '';
  const from = sourcePorts !== undefined && hasPorts ? `th sport ${sourcePorts[0]}-${sourcePorts[1]} ` : '';
  return `${address}meta l4proto ${protocol} ${from}${to}`;
}
