import { invalid } from '../../errors';
import { IpRange, type TokenTest } from '../../flows';
import { mostAdded, OPENVPN } from '../../protocols';
import { CERTIFICATES_PYTHON } from '../certificates/certificates-python';
import type { ClientPool } from '../client-pool';
import type { HostService } from '../host-service';
import { OptionCheck } from '../option-check';
import { renderOpenVpnConfig } from './openvpn-config';
import { OPENVPN_PYTHON } from './openvpn-python';
import { openVpnUnits } from './openvpn-units';

/** What the OpenVPN server is made from. */
export interface OpenVpnServiceOptions {
  /** Addresses inside the tunnel. */
  readonly pool: ClientPool;
  /**
   * Port on which OpenVPN listens.
   *
   * @default 1194
   */
  readonly port?: number;
  /**
   * What carries the tunnel. TCP only where UDP does not arrive: TCP within TCP repeats what was lost twice.
   *
   * @default 'udp'
   */
  readonly transport?: 'udp' | 'tcp';
  /**
   * MTU of the tunnel in bytes, at least 1280: what the way to the narrowest client carries, less 52 over UDP and 78 over
   * TCP. Clients of OpenVPN 2.6 are told; older ones keep 1500 and send larger packets in fragments.
   *
   * @default 1440 over UDP and 1414 over TCP, for a way that carries 1492 (PPPoE), which OpenVPN's own default reckons with
   */
  readonly mtu?: number;
  /**
   * DNS servers that are handed to clients: at most two IPv4 addresses, or tokens.
   *
   * @default none
   */
  readonly dnsServers?: readonly string[];
  /**
   * What clients send through the tunnel: everything, with IPv6 turned back at the client; or ranges in CIDR notation, IPv4,
   * which may be tokens. It sets the routes of clients. Where they may go is the gateway's policy, whatever their routes.
   *
   * @default 'everything'
   */
  readonly routes?: 'everything' | readonly string[];
  /**
   * Clients at once, from 1 to 65535, with those that are just connecting and those that vanished within the last two
   * minutes.
   *
   * @default 1024, as OpenVPN has it
   */
  readonly maxClients?: number;
  /**
   * Tells tokens of the core in use.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/** What the ways of clients carry in bytes: at the widest, and where PPPoE is part of them (RFC 2516, section 7). */
const PATH_MTU = { widest: 1500, pppoe: 1492 };

/**
 * OpenVPN 2.6 on the interface tun0: TLS 1.2 or later behind tls-crypt-v2, certificates of users who are also listed, and
 * AEAD ciphers alone.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID` or `TOKEN_NOT_ALLOWED`, naming the option; for `routes` also those of
 * `IpRange.parse`
 */
export function openVpnService(options: OpenVpnServiceOptions): HostService {
  const { pool, transport = 'udp', routes = 'everything', isToken = () => false } = options;
  const check = new OptionCheck(isToken);
  check.oneOf('transport', transport, ['udp', 'tcp']);
  const port = check.wholeNumber('port', options.port, 1194, 1, 65535);
  const forms = OPENVPN.overhead.filter(({ form }) => form.includes(transport.toUpperCase()));
  const overhead = Math.max(...forms.map(mostAdded));
  const [widest, preset] = [PATH_MTU.widest - overhead, PATH_MTU.pppoe - overhead];
  const mtu = check.wholeNumber('mtu', options.mtu, preset, 1280, widest);
  const maxClients = check.wholeNumber('maxClients', options.maxClients, 1024, 1, 65535);
  const dnsServers = check.dnsServers(options.dnsServers ?? []);
  const pushed = routes === 'everything' ? [] : [...rangesOf(routes, isToken), ...dnsServers.map((ip) => `${ip}/32`)];
  const netmask = netmaskOf(pool.range.prefixLength);
  return {
    name: 'openvpn',
    packages: ['openvpn', 'openssl'],
    kernelModules: ['tun'],
    units: ['vpn-gateway-openvpn-log.service', 'vpn-gateway-openvpn.service'],
    settings: {
      openvpn_pool: pool.range.cidr,
      openvpn_port: String(port),
      openvpn_transport: transport,
      openvpn_routes: pushed.join(' '),
    },
    files: [
      {
        path: '/etc/vpn-gateway/openvpn/server.conf',
        content: renderOpenVpnConfig({
          ...{ gateway: pool.gateway, netmask, transport, port, mtu, maxClients, dnsServers },
          redirect: routes === 'everything',
        }),
      },
      ...openVpnUnits({ gateway: `${pool.gateway}/${pool.range.prefixLength}`, mtu, port }),
    ],
    filter: { tunnel: 'tun0', pool: pool.range.cidr, gateway: pool.gateway, opens: [{ kind: transport, port }] },
    python: OPENVPN_PYTHON,
    pythonLibrary: CERTIFICATES_PYTHON,
    pythonClass: 'OpenVpn',
  };
}

function rangesOf(routes: readonly string[], isToken: TokenTest): string[] {
  if (!Array.isArray(routes)) {
    refuseRoutes('it is no list', routes);
  }
  return routes.map((cidr) => {
    if (isToken(cidr)) {
      return cidr;
    }
    const range = IpRange.parse(cidr, 'route');
    return range.version === 4 ? range.cidr : refuseRoutes('the tunnel carries IPv4 only', cidr);
  });
}

function refuseRoutes(why: string, got: unknown): never {
  return invalid({
    code: 'HOST_OPTION_INVALID',
    what: `routes is not what the host can use: ${why}`,
    got,
    allowed: "'everything', or a list of IPv4 ranges in CIDR notation",
    instead: "routes: ['10.20.0.0/16']",
  });
}

function netmaskOf(prefixLength: number): string {
  return [0, 8, 16, 24].map((bit) => (0xff00 >> Math.min(8, Math.max(0, prefixLength - bit))) & 255).join('.');
}
