import type { HostFile, ServiceFilter } from '../../../lib/host';
import { PACKET_FILTERS, renderPacketFilter } from '../../../lib/host/packet-filter';
import { applyProgram } from '../../../lib/host/programs';
import type { Machine, Outcome } from './machine';

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

/** Puts the files of a gateway on its machine and loads its filter, as at its first boot. */
export function bootFilter(machine: Machine, files: readonly HostFile[], backend: Backend): void {
  clearFilters(machine);
  machine.sh('rm -rf /var/lib/vpn-gateway; mkdir -p /var/lib/vpn-gateway');
  machine.install({ files, cloudInit: [], packages: [], commands: [] });
  if (backend !== 'nft') {
    machine.sh(`for each in iptables ip6tables; do
      update-alternatives --quiet --set $each /usr/sbin/$each-${backend.replace('iptables-', '')}; done`);
  }
  reloadFilter(machine, backend);
}

/** What `systemctl reload` does to the filter's unit. */
export function reloadFilter(machine: Machine, backend: Backend): void {
  machine.sh(backend === 'nft' ? 'nft -f /etc/nftables.conf' : 'vpn-gateway-filter');
}

/** Gives text to the program that applies policy and users. */
export function applyTo(machine: Machine, what: 'policy' | 'users', text: string): Outcome {
  return machine.run(['sh', '-c', `. /etc/vpn-gateway/settings; exec vpn-gateway-apply ${what}`], { input: text });
}

/** What `filter_load` is given. */
export interface Load {
  readonly clients: readonly string[];
  readonly destinations: readonly (readonly [
    cidr: string,
    protocol: string | null,
    ports: readonly [number, number] | null,
  ])[];
  readonly reach: readonly (readonly [addresses: readonly string[], destinations: Load['destinations']])[];
}

/** A filter for any services, with `filter_load` behind the head of the machine's own program. */
export function renderFilter(services: readonly ServiceFilter[], backend: Backend, masquerade = true): HostFile[] {
  const kind = backend === 'nft' ? 'nftables' : 'iptables';
  const [program = ''] = applyProgram(PACKET_FILTERS[kind].python, []).split('\nSERVERS = ');
  return [
    ...renderPacketFilter({ services, masquerade, dnsServers: ['10.20.0.53'], kind }),
    { path: '/usr/local/sbin/filter-load', mode: '0755', content: `${program}\nfilter_load(*json.load(sys.stdin))\n` },
  ];
}

export function filterLoad(machine: Machine, { clients, destinations, reach }: Load): Outcome {
  return machine.run(['filter-load', 'policy'], { input: JSON.stringify([clients, destinations, reach]) });
}
