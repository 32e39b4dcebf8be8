import type { Role } from './lab';
import type { Site } from './run';
import type { Attempt } from './vpn';

/** Connects with OpenVPN and the profile as it is, and stays connected. */
export async function connectOpenVpn(site: Site, role: Role, profile: string, seconds = 40): Promise<Attempt> {
  const { lab } = site;
  await lab.vm.write(`/root/${role}/client.ovpn`, profile, '0600');
  const begin = Date.now();
  const { status, text } = await lab.vm.run(
    `log=/root/${role}/openvpn.log
    : >$log
    systemd-run -q --collect --unit=openvpn-${role} -p NetworkNamespacePath=/run/netns/${role} \\
      openvpn --config /root/${role}/client.ovpn --log $log
    SECONDS=0
    while [ $SECONDS -lt ${seconds} ]; do
      if grep -q 'Initialization Sequence Completed' $log; then cat $log; exit 0; fi
      if grep -q AUTH_FAILED $log; then break; fi
      sleep 0.2
    done
    cat $log
    exit 1`,
    { seconds: seconds * 2 + 60 },
  );
  return { isUp: status === 0, seconds: (Date.now() - begin) / 1000, log: text };
}

export async function disconnectOpenVpn(site: Site, role: Role): Promise<void> {
  await site.lab.vm.run(`systemctl stop openvpn-${role}`);
}
