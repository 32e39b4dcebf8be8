import type { HostFile } from './host-commands';

/** What differs between gateways in the files for systemd, the kernel and apt. */
interface SystemOptions {
  readonly minutes: number;
  readonly rebootTime: string;
  readonly proxy: string | undefined;
}

/** The units, the kernel's parameters, apt's configuration and pppd's hook. */
export function systemFiles({ minutes, rebootTime, proxy }: SystemOptions): HostFile[] {
  return [
    {
      // Only the timer starts it: in the boot's own transaction, cloud-init's end and this unit would wait for each other.
      // apt's own timers wait, because two apt cannot fetch lists at once.
      path: '/etc/systemd/system/pptp-gateway.service',
      content: `[Unit]
Description=PPTP gateway: kernel, packet filter, users, readiness
Wants=network-online.target
After=network-online.target nftables.service cloud-final.service
Before=apt-daily.service apt-daily-upgrade.service
[Service]
Type=oneshot
TimeoutStartSec=40min
StandardOutput=journal+console
ExecStart=/usr/local/sbin/pptp-gateway
`,
    },
    {
      path: '/etc/systemd/system/pptp-gateway.timer',
      content: `[Timer]
OnBootSec=1
OnUnitInactiveSec=${minutes}min
[Install]
WantedBy=timers.target
`,
    },
    {
      // pptpd accepts nobody else while it waits for a new client's first message, so it waits 5 seconds, not 10.
      path: '/etc/systemd/system/pptpd.service.d/gateway.conf',
      content: `[Unit]
ConditionPathExists=/run/pptp-gateway/serve
[Service]
ExecStart=
ExecStart=/usr/sbin/pptpd --fg --stimeout 5
Restart=on-failure
RestartSec=5
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
`,
    },
    {
      path: '/etc/ppp/ip-up.d/pptp-gateway',
      mode: '0755',
      content: `#!/bin/sh
# Notes whose call this is, and ends a dead one that still holds its address.
cd /run/pptp-gateway/calls || exit 0
for pid in $(grep -ls "^$PPP_REMOTE " [0-9]*); do
	[ "$pid" = "$PPPD_PID" ] || ! grep -qsx pppd "/proc/$pid/comm" || kill "$pid"
done
echo "$PPP_REMOTE $PEERNAME" >"$PPPD_PID"
`,
    },
    {
      path: '/etc/sysctl.d/90-pptp-gateway.conf',
      content: `net.ipv4.ip_forward=1
net.ipv4.conf.all.rp_filter=1
net.ipv4.conf.all.send_redirects=0
`,
    },
    {
      path: '/etc/apt/apt.conf.d/90pptp-gateway',
      content: [
        ...(proxy === undefined ? [] : [`Acquire::http::Proxy "${proxy}";`, `Acquire::https::Proxy "${proxy}";`]),
        'APT::Periodic::Update-Package-Lists "1";',
        'APT::Periodic::Unattended-Upgrade "1";',
        'APT::Update::Error-Mode "any";',
        'DPkg::Lock::Timeout "300";',
        'DPkg::Options { "--force-confdef"; "--force-confold"; };',
        'Unattended-Upgrade::Automatic-Reboot "true";',
        `Unattended-Upgrade::Automatic-Reboot-Time "${rebootTime}";`,
        '',
      ].join('\n'),
    },
  ];
}

/** Debian's archives at addresses of the user's own, signed by Debian's keys as ever. */
export function aptSources(mirror: string, securityMirror: string): HostFile {
  const source = (uri: string, suites: string) => `Types: deb
URIs: ${uri}
Suites: ${suites}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  return {
    path: '/etc/apt/sources.list.d/debian.sources',
    content: `${source(mirror, 'trixie trixie-updates')}\n${source(securityMirror, 'trixie-security')}`,
  };
}
