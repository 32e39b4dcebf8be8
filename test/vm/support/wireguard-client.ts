import type { Role } from './lab';
import type { Site } from './run';
import type { Attempt } from './vpn';

/** Sets up a tunnel with wg-quick and the profile as it is; up is a handshake within the time. */
export async function connectWireGuard(site: Site, role: Role, profile: string, seconds = 20): Promise<Attempt> {
  const { lab } = site;
  await lab.vm.write(`/root/${role}/wg0.conf`, profile, '0600');
  const begin = Date.now();
  const { status, text } = await lab.run(
    role,
    `set -e
    wg-quick up /root/${role}/wg0.conf
    SECONDS=0
    while [ $SECONDS -lt ${seconds} ]; do
      wg show wg0 latest-handshakes | grep -q '[[:space:]]0$' || exit 0
      sleep 0.2
    done
    exit 1`,
    { seconds: seconds * 2 + 60 },
  );
  return { isUp: status === 0, seconds: (Date.now() - begin) / 1000, log: text };
}

export async function disconnectWireGuard(site: Site, role: Role): Promise<void> {
  await site.lab.run(role, 'ip link delete wg0');
}
