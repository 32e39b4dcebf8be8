import type { HostFile } from '../host-commands';
import { SANDBOX } from '../sandbox';

/** What differs between gateways in the units. */
export interface OpenVpnUnits {
  /** The gateway's own address inside the tunnel with the length of its prefix: `10.99.3.1/24`. */
  readonly gateway: string;
  readonly mtu: number;
  readonly port: number;
}

/**
 * The server and the follower of its log.
 *
 * The server has no capability, except for the one that a port below 1024 takes: systemd makes tun0 for its user. What is
 * made stays when the server ends, so that a restart finds it. Keys are readable by root alone; systemd hands
 * the server copies in memory.
 */
export function openVpnUnits({ gateway, mtu, port }: OpenVpnUnits): HostFile[] {
  return [
    {
      path: '/etc/systemd/system/vpn-gateway-openvpn.service',
      content: `[Unit]
Description=OpenVPN on tun0
ConditionPathExists=/run/vpn-gateway/serve
StartLimitIntervalSec=0
[Service]
Type=notify
User=vpn-openvpn
LoadCredential=certificate:/etc/vpn-gateway/openvpn/certificate
LoadCredential=key:/etc/vpn-gateway/openvpn/key
LoadCredential=ca:/etc/vpn-gateway/openvpn/ca
LoadCredential=tls-crypt-v2:/etc/vpn-gateway/openvpn/tls-crypt-v2
RuntimeDirectory=vpn-gateway-openvpn
RuntimeDirectoryMode=0700
ExecStartPre=-+/usr/sbin/ip tuntap add dev tun0 mode tun user vpn-openvpn
ExecStartPre=+/usr/sbin/ip address replace ${gateway} dev tun0
ExecStartPre=+/usr/sbin/ip link set tun0 addrgenmode none mtu ${mtu} up
ExecStart=/usr/sbin/openvpn --suppress-timestamps --config /etc/vpn-gateway/openvpn/server.conf
KillMode=mixed
Restart=always
RestartSec=1
TimeoutStartSec=30
TimeoutStopSec=20
LimitNOFILE=infinity
CapabilityBoundingSet=${port < 1024 ? 'CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE' : ''}
DevicePolicy=closed
DeviceAllow=/dev/net/tun rw
RestrictAddressFamilies=AF_INET AF_NETLINK AF_UNIX
${SANDBOX}
`,
    },
    {
      path: '/etc/systemd/system/vpn-gateway-openvpn-log.service',
      content: `[Unit]
Description=Whom OpenVPN refused, from its log
ConditionPathExists=/run/vpn-gateway/serve
StartLimitIntervalSec=0
[Service]
DynamicUser=yes
SupplementaryGroups=systemd-journal
ExecStart=/usr/local/sbin/vpn-gateway-openvpn
Restart=always
RestartSec=1
CapabilityBoundingSet=
PrivateDevices=yes
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
${SANDBOX}
`,
    },
    {
      // A hook that fails would turn the client away, so it never does. The serial number is how a session of a
      // certificate is found that is revoked later.
      path: '/usr/local/sbin/vpn-gateway-openvpn',
      mode: '0755',
      content: `#!/bin/sh
# Logs sessions when OpenVPN calls it for one; otherwise follows OpenVPN's log for whom it refused.
log() {
	event=$1
	shift
	/usr/local/sbin/vpn-gateway-log "$event" openvpn "$@"
}
case $script_type in
client-connect)
	echo "$tls_serial_0" >"/run/vpn-gateway-openvpn/serial.$common_name"
	log session-start user="$common_name" client="$trusted_ip" address="$ifconfig_pool_remote_ip"
	exit 0
	;;
client-disconnect)
	log session-end user="$common_name" client="$trusted_ip" address="$ifconfig_pool_remote_ip" \\
		seconds="$time_duration" bytes_in="$bytes_received" bytes_out="$bytes_sent"
	exit 0
	;;
esac
journalctl -qfn0 -ocat -u vpn-gateway-openvpn.service |
	sed -unE "s~^([^ ]*/)?([0-9.]+):[0-9]+ (VERIFY (ERROR|CRL): depth=0,.*[ :]CN=([^,]*),.*|TLS Auth Error: .* common name '(.*)' file=.*)~\\\\2 \\\\5\\\\6~p" |
	while read -r client user; do
		log auth-failure user="$user" client="$client"
	done
`,
    },
  ];
}
