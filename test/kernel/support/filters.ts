import type { Machine } from './machine';

/** The programs that load rules: iptables has two, over different parts of the kernel. */
export const BACKENDS = ['nft', 'iptables-nft', 'iptables-legacy'] as const;
export type Backend = (typeof BACKENDS)[number];

export function backendsOf(notation: 'nftables' | 'iptables'): readonly Backend[] {
  return notation === 'nftables' ? ['nft'] : ['iptables-nft', 'iptables-legacy'];
}

/** Leaves a machine without any packet filter, and without any connection that was tracked. */
export function clearFilters(machine: Machine): void {
  const empty = (tables: readonly string[], chains: string) =>
    tables.map((table) => `*${table}\n${chains}COMMIT\n`).join('');
  const script = `nft flush ruleset
    iptables-legacy-restore <<-END
	${empty(['raw', 'mangle', 'nat'], '')}${empty(['filter'], ':INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n')}END
    ip6tables-legacy-restore <<-END
	${empty(['filter'], ':INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n')}END
    conntrack -F 2>/dev/null`;
  machine.sh(script.replace(/^\t/gm, ''));
}

/** Loads rules in place of all others. */
export function loadRules(machine: Machine, backend: Backend, rules: string): void {
  clearFilters(machine);
  const command = backend === 'nft' ? ['nft', '-f', '-'] : [`${backend}-restore`];
  const { status, text } = machine.run(command, { input: rules });
  if (status !== 0) {
    throw new Error(`${command.join(' ')}: exit ${status}\n${text}\n${rules}`);
  }
}
