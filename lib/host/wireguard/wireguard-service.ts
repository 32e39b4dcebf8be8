import type { TokenTest } from '../../flows';
import { mostAdded, WIREGUARD } from '../../protocols';
import type { ClientPool } from '../client-pool';
import type { HostService } from '../host-service';
import { OptionCheck } from '../option-check';
import { SANDBOX } from '../sandbox';
import { WIREGUARD_PYTHON } from './wireguard-python';
import { WIREGUARD_SESSIONS } from './wireguard-sessions';

/** What the WireGuard server is made from. */
export interface WireGuardServiceOptions {
  /** Addresses inside the tunnel. */
  readonly pool: ClientPool;
  /**
   * UDP port on which WireGuard listens.
   *
   * @default 51820
   */
  readonly port?: number;
  /**
   * MTU of the tunnel in bytes, from 1280 to 1440: what the way to the narrowest client carries, less 60 over IPv4 and 80
   * over IPv6. Clients must set the same.
   *
   * @default 1420, for a way that carries 1500 and, perhaps in part, IPv6
   */
  readonly mtu?: number;
  /**
   * Tells tokens of the core in use.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/** What an Ethernet frame, and so the internet at its widest, carries. */
const ETHERNET_MTU = 1500;

/**
 * WireGuard in the kernel, on the interface wg0, set up by a unit of its own: no hooks of wg-quick, no SaveConfig. The
 * server's private key and the shared keys are in /etc/wireguard/wg0.conf alone, which only root reads.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID` or `TOKEN_NOT_ALLOWED`, naming the option
 */
export function wireGuardService(options: WireGuardServiceOptions): HostService {
  const { pool } = options;
  const check = new OptionCheck(options.isToken ?? (() => false));
  const port = check.wholeNumber('port', options.port, 51820, 1, 65535);
  const overhead = WIREGUARD.overhead.map(mostAdded);
  const [widest, preset] = [ETHERNET_MTU - Math.min(...overhead), ETHERNET_MTU - Math.max(...overhead)];
  // Below 1280 the kernel takes IPv6 off an interface, and clients refuse such an MTU.
  const mtu = check.wholeNumber('mtu', options.mtu, preset, 1280, widest);
  return {
    name: 'wireguard',
    packages: ['wireguard-tools'],
    kernelModules: ['wireguard'],
    units: ['vpn-gateway-wg.service'],
    settings: { wireguard_pool: pool.range.cidr, wireguard_port: String(port) },
    files: [
      WIREGUARD_SESSIONS,
      {
        path: '/etc/systemd/system/vpn-gateway-wg.service',
        // Setting up again, after the process failed, leaves sessions alone: syncconf changes only what differs. A process
        // that is told to stop takes the interface along; one that fails does not. KillMode lets it log the ends of sessions:
        // otherwise the logging program, which it starts, would be told to stop as well.
        content: `[Unit]
Description=WireGuard on wg0, and the log of its sessions
ConditionPathExists=/run/vpn-gateway/serve
StartLimitIntervalSec=0
[Service]
Type=notify
ExecStartPre=-+/usr/sbin/ip link add wg0 type wireguard
ExecStartPre=+/usr/bin/wg syncconf wg0 /etc/wireguard/wg0.conf
ExecStartPre=+/usr/sbin/ip address replace ${pool.gateway}/${pool.range.prefixLength} dev wg0
ExecStartPre=+/usr/sbin/ip link set wg0 mtu ${mtu} up
ExecStart=/usr/local/sbin/vpn-gateway-wg
ExecStopPost=+/bin/sh -c '[ $$SERVICE_RESULT != success ] || ip link delete wg0'
KillMode=mixed
Restart=always
RestartSec=1
WatchdogSec=60
TimeoutStopSec=10
RuntimeDirectory=vpn-gateway-wg
RuntimeDirectoryPreserve=restart
DynamicUser=yes
AmbientCapabilities=CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_ADMIN
RestrictAddressFamilies=AF_NETLINK AF_UNIX
PrivateDevices=yes
${SANDBOX}
`,
      },
    ],
    filter: {
      tunnel: 'wg0',
      pool: pool.range.cidr,
      gateway: pool.gateway,
      opens: [{ kind: 'udp', port }],
    },
    python: WIREGUARD_PYTHON,
    pythonClass: 'WireGuard',
  };
}
