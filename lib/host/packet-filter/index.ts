import type { HostFile } from '../host-commands';
import { checkFilterSpec, type FilterSpec, type PacketFilterKind } from './filter-spec';
import { IPTABLES_LOADED, IPTABLES_PYTHON, renderIptables } from './iptables';
import { NFTABLES_LOADED, NFTABLES_PYTHON, renderNftables } from './nftables';

export type { FilterSpec, PacketFilterKind } from './filter-spec';

/** What the machine's programs know of a notation. */
interface PacketFilterParts {
  /** Debian packages. */
  readonly packages: readonly string[];
  /** The systemd unit that loads the filter; reloading or restarting it never leaves the machine without one. */
  readonly unit: string;
  /** A shell command that succeeds when the filter is loaded. */
  readonly loaded: string;
  /** Defines `filter_load(clients, destinations, reach)` for `vpn-gateway-apply`. */
  readonly python: string;
}

/** What each notation needs on the machine. */
export const PACKET_FILTERS: Readonly<Record<PacketFilterKind, PacketFilterParts>> = {
  nftables: {
    packages: ['nftables'],
    unit: 'nftables.service',
    loaded: NFTABLES_LOADED,
    python: NFTABLES_PYTHON,
  },
  iptables: {
    packages: ['iptables'],
    unit: 'vpn-gateway-filter.service',
    loaded: IPTABLES_LOADED,
    python: IPTABLES_PYTHON,
  },
};

/**
 * The files of the packet filter, all of it: who may connect and where clients may go is added on the machine, by
 * `filter_load` of `PACKET_FILTERS`.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`
 */
export function renderPacketFilter(spec: FilterSpec): HostFile[] {
  checkFilterSpec(spec);
  return spec.kind === 'nftables' ? renderNftables(spec) : renderIptables(spec);
}
