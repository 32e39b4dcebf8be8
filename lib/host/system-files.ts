import type { HostFile } from './host-commands';

/** What differs between gateways in the files for systemd, the kernel and apt. */
interface SystemOptions {
  readonly minutes: number;
  readonly rebootTime: string;
  readonly proxy: string | undefined;
  /** The unit that loads the packet filter. */
  readonly filterUnit: string;
}

/** The units, the kernel's parameters and apt's configuration. */
export function systemFiles({ minutes, rebootTime, proxy, filterUnit }: SystemOptions): HostFile[] {
  return [
    {
      // Only the timer starts it: in the boot's own transaction, cloud-init's end and this unit would wait for each other.
      // apt's own timers wait, because two apt cannot fetch lists at once.
      path: '/etc/systemd/system/vpn-gateway.service',
      content: `[Unit]
Description=VPN gateway: kernel, packet filter, users, readiness
Wants=network-online.target
After=network-online.target ${filterUnit} cloud-final.service
Before=apt-daily.service apt-daily-upgrade.service
[Service]
Type=oneshot
TimeoutStartSec=40min
StandardOutput=journal+console
ExecStart=/usr/local/sbin/vpn-gateway
`,
    },
    {
      path: '/etc/systemd/system/vpn-gateway.timer',
      content: `[Timer]
OnBootSec=1
OnUnitInactiveSec=${minutes}min
[Install]
WantedBy=timers.target
`,
    },
    {
      path: '/etc/systemd/system/vpn-gateway-watch.service',
      content: `[Unit]
Description=VPN gateway: whether its servers answer
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/vpn-gateway watch
`,
    },
    {
      path: '/etc/systemd/system/vpn-gateway-watch.timer',
      content: `[Timer]
OnBootSec=1min
OnUnitInactiveSec=1min
[Install]
WantedBy=timers.target
`,
    },
    {
      path: '/etc/sysctl.d/90-vpn-gateway.conf',
      content: `net.ipv4.ip_forward=1
net.ipv4.conf.all.rp_filter=1
net.ipv4.conf.all.send_redirects=0
`,
    },
    {
      path: '/etc/apt/apt.conf.d/90vpn-gateway',
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
export function aptSources(mirror: string, securityMirror: string, debian: 12 | 13): HostFile {
  const suite = debian === 12 ? 'bookworm' : 'trixie';
  const source = (uri: string, suites: string) => `Types: deb
URIs: ${uri}
Suites: ${suites}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  return {
    path: '/etc/apt/sources.list.d/debian.sources',
    content: `${source(mirror, `${suite} ${suite}-updates`)}\n${source(securityMirror, `${suite}-security`)}`,
  };
}
