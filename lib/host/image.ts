import type { HostService } from './host-service';
import { OptionCheck } from './option-check';
import { PACKET_FILTERS, type PacketFilterKind } from './packet-filter';
import { BOOTS, FULL_FLAVOUR, REMOVE_CLOUD_KERNEL, RETRY_AND_APT, SWITCH_KERNEL } from './programs';

/** What an image is prepared for. */
export interface ImageOptions {
  /** Processor architecture of the machines. */
  readonly architecture: 'x86_64' | 'arm64';
  /** The VPN servers that machines made from it run, or some of them. */
  readonly services: readonly HostService[];
  /**
   * What filters packets on the machines.
   *
   * @default 'nftables'
   */
  readonly packetFilter?: PacketFilterKind;
  /**
   * Further Debian packages: those of the cloud's command line and of log shipping.
   *
   * @default none
   */
  readonly packages?: readonly string[];
}

/**
 * A script that prepares a machine with Debian to become an image of VPN gateways, with which they serve without installing
 * anything: `sh script install`, then a reboot, then `sh script finish`, each as root. It installs the packages, keeps
 * their servers from starting by themselves, changes the kernel where it lacks what the servers need, and notes what it has
 * done for the host's own program. It puts nothing of any gateway into the image: no key, no user, no address.
 *
 * The same text for a given set of servers, so that it can stand in a template.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`
 */
export function renderImageScript(options: ImageOptions): string {
  const { architecture, services, packetFilter = 'nftables' } = options;
  const check = new OptionCheck(() => false);
  check.oneOf('architecture', architecture, ['x86_64', 'arm64']);
  check.oneOf('packetFilter', packetFilter, ['nftables', 'iptables']);
  const packages = check.packages([
    ...services.flatMap((service) => service.packages),
    ...PACKET_FILTERS[packetFilter].packages,
    'unattended-upgrades',
    ...(options.packages ?? []),
  ]);
  const once = (names: readonly string[]) => [...new Set(names)].join(' ');
  return `#!/bin/sh
# Prepares an image for VPN gateways: install, then a reboot, then finish.
set -eu
flavour=${architecture === 'arm64' ? 'arm64' : 'amd64'} state=/var/lib/vpn-gateway pin=/etc/default/grub.d/99-vpn-gateway.cfg
packages='${packages.join(' ')}'
modules='${once(services.flatMap(({ kernelModules }) => kernelModules))}'
units='${once(services.flatMap(({ units }) => units))}'
kernel=$(uname -r) full=${FULL_FLAVOUR}
${RETRY_AND_APT}${BOOTS}case \${1-} in
install)
	retry 10 apt update
	retry 10 apt upgrade
	retry 10 apt install $packages
	# Gateways start them, once their packet filter is loaded.
	for unit in $units; do systemctl disable --now $unit 2>/dev/null || :; done
	modprobe -a $modules || {
${SWITCH_KERNEL.replace(/^/gm, '\t\t').trimEnd()}
	}
	;;
finish)
	modprobe -a $modules
${REMOVE_CLOUD_KERNEL.replace(/^/gm, '\t').trimEnd()}
	apt clean
	mkdir -p $state
	printf '%s\\n' $packages >$state/image
	;;
*)
	echo "usage: $0 install|finish" >&2
	exit 2
	;;
esac
`;
}
