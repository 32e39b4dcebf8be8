import type { HostFile } from '../host-commands';
import { SANDBOX } from '../sandbox';

/**
 * charon sets parameters of the kernel, sets the owner of its control socket, and gives up capabilities, without which it
 * does not start: to systemd the last two are privileged. What else one of its plugins asks for fails, and does not end it.
 */
const CHARON_SANDBOX = `${SANDBOX}
ProtectKernelTunables=no
SystemCallFilter=
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM`;

/** The interface of the tunnels, charon in a sandbox, and the log of its sessions. */
export function ikev2Units({ gateway, mtu }: { readonly gateway: string; readonly mtu: number }): HostFile[] {
  return [
    {
      // Tunnels need it, and lose nothing where it is set up again: the kernel finds it by its number, 42.
      path: '/etc/systemd/system/vpn-gateway-ipsec0.service',
      content: `[Unit]
Description=ipsec0, the interface of the IKEv2 tunnels
ConditionPathExists=/run/vpn-gateway/serve
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=-/usr/sbin/ip link add ipsec0 type xfrm if_id 42
ExecStart=/usr/sbin/ip address replace ${gateway} dev ipsec0
ExecStart=/usr/sbin/ip link set ipsec0 mtu ${mtu} up
ExecStop=-/usr/sbin/ip link delete ipsec0
`,
    },
    {
      path: '/etc/systemd/system/strongswan.service.d/gateway.conf',
      content: `[Unit]
ConditionPathExists=/run/vpn-gateway/serve
Requires=vpn-gateway-ipsec0.service
After=vpn-gateway-ipsec0.service
Wants=vpn-gateway-ikev2-log.service
StartLimitIntervalSec=0
[Service]
Restart=always
RestartSec=1
TimeoutStopSec=10
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_NET_RAW
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
ReadWritePaths=/run
PrivateDevices=yes
${CHARON_SANDBOX}
`,
    },
    {
      path: '/etc/systemd/system/vpn-gateway-ikev2-log.service',
      content: `[Unit]
Description=Log of the IKEv2 sessions
ConditionPathExists=/run/vpn-gateway/serve
BindsTo=strongswan.service
After=strongswan.service
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/bin/python3 -IS /usr/local/lib/vpn-gateway/vici.py
KillMode=mixed
Restart=always
RestartSec=1
CapabilityBoundingSet=
RestrictAddressFamilies=AF_UNIX
PrivateDevices=yes
${SANDBOX}
`,
    },
  ];
}
