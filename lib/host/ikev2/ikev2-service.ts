import { invalid } from '../../errors';
import { Insecure, IpRange, isAddress, type TokenTest } from '../../flows';
import { IKEV2, mostAdded } from '../../protocols';
import { CERTIFICATES_PYTHON } from '../certificates/certificates-python';
import type { ClientPool } from '../client-pool';
import type { HostService } from '../host-service';
import { OptionCheck } from '../option-check';
import { checkedRadius, type Radius, type RadiusOptions } from '../radius';
import { IKEV2_PYTHON } from './ikev2-python';
import { ikev2Units } from './ikev2-units';
import { IKEV2_VICI } from './ikev2-vici';
import { ESP_PROPOSALS, IKE_PROPOSALS, SHA1_ESP_PROPOSAL } from './proposals';
import { renderStrongswanConf, renderTemplates } from './strongswan';

/** How a user may prove who he is. */
export type Ikev2Method = (typeof IKEV2_METHODS)[number];

const IKEV2_METHODS = ['eap-mschapv2', 'eap-tls', 'eap-radius', 'certificate'] as const;

/** What the IKEv2 server is made from. */
export interface Ikev2ServiceOptions {
  /** Addresses inside the tunnel, at most 4096. */
  readonly pool: ClientPool;
  /**
   * The name or IPv4 address that clients dial. The certificate must have it as a subject alternative name, and the gateway
   * presents it as its identity. A token is accepted.
   */
  readonly serverName: string;
  /**
   * How users may log in: with a client certificate (`'certificate'`) and by at most one of the EAP methods, since a server
   * must choose the method before it knows the user. `'eap-radius'` leaves the choice to the RADIUS server.
   */
  readonly authentication: readonly Ikev2Method[];
  /**
   * The RADIUS servers for `'eap-radius'`.
   *
   * @default none
   */
  readonly radius?: RadiusOptions;
  /**
   * What clients send into the tunnel: everything (`'everything'`; IPv6 as well, which ends in the gateway, so that none goes
   * past the tunnel), or these IPv4 ranges in CIDR notation, with the DNS servers and the gateway's own address; tokens are
   * accepted.
   */
  readonly routes: 'everything' | readonly string[];
  /**
   * DNS servers that are handed to clients: at most two IPv4 addresses, or tokens.
   *
   * @default none
   */
  readonly dnsServers?: readonly string[];
  /**
   * Size of the largest packet inside the tunnel, in bytes.
   *
   * @default 1415: what remains of 1500 behind NAT with the widest of the proposals (AES-CBC with SHA-256)
   */
  readonly mtu?: number;
  /**
   * Accepts ESP with AES-CBC and SHA-1, which is all that Windows offers where only its registry was changed
   * (`NegotiateDH2048_AES256`), and not its connection (`Set-VpnConnectionIPsecConfiguration`).
   *
   * @default ESP with SHA-1 is refused
   */
  readonly sha1ForWindows?: Insecure;
  /**
   * Tells tokens of the core in use.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/** Of the path to most clients; bigger ESP packets would be fragmented, and many networks drop fragments. */
const ETHERNET_MTU = 1500;

/** More would take too long to load: every address is a pool of its own. */
const LARGEST_POOL = 4096;

/** From a range that is nobody's: IPv6 of the clients ends in the gateway. */
const IPV6_POOL = 'fd76:706e:6777::/112';

/**
 * strongSwan's charon, set up over swanctl, with its tunnels on the interface ipsec0. Keys and passwords are in
 * /etc/swanctl alone, which only root reads.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`, `IKEV2_ONE_EAP_METHOD`, `INSECURE_WITHOUT_REASON`,
 * `TOKEN_NOT_ALLOWED`, or those of `IpRange.parse`
 */
export function ikev2Service(options: Ikev2ServiceOptions): HostService {
  const { pool, isToken = () => false } = options;
  const check = new OptionCheck(isToken);
  checkPool(pool);
  const serverName = checkServerName(options.serverName, isToken);
  const methods = checkMethods(options.authentication);
  const radius = checkRadius(options, check, isToken);
  const dnsServers = check.dnsServers(options.dnsServers ?? []);
  const asked = checkRoutes(options.routes, isToken);
  const own = options.routes === 'everything' ? [] : [...dnsServers, pool.gateway].map((address) => `${address}/32`);
  const routes = [...new Set([...asked, ...own])];
  const overhead = IKEV2.overhead.map(mostAdded);
  const [widest, preset] = [ETHERNET_MTU - Math.min(...overhead), ETHERNET_MTU - Math.max(...overhead)];
  // Below 1280 the kernel takes IPv6 off an interface.
  const mtu = check.wholeNumber('mtu', options.mtu, preset, 1280, widest);
  if (options.sha1ForWindows !== undefined && !(options.sha1ForWindows instanceof Insecure)) {
    invalid({
      code: 'INSECURE_WITHOUT_REASON',
      what: 'sha1ForWindows is not a written acceptance of SHA-1',
      got: options.sha1ForWindows,
      allowed: 'Insecure.because(reason), which a reviewer will read',
      instead: "sha1ForWindows: Insecure.because('kiosks without PowerShell remoting; replaced by 2027-06')",
    });
  }
  return {
    name: 'ikev2',
    packages: [
      // MS-CHAPv2 is in extauth, the other EAP methods in extra; MD4 comes with OpenSSL's legacy provider.
      ...[
        'charon-systemd',
        'strongswan-swanctl',
        'libcharon-extra-plugins',
        'libstrongswan-standard-plugins',
        'openssl',
      ],
      ...(methods.includes('eap-mschapv2') ? ['libcharon-extauth-plugins'] : []),
    ],
    kernelModules: ['xfrm_interface', 'xfrm_user', 'esp4'],
    units: ['strongswan.service'],
    settings: {
      ikev2_pool: pool.range.cidr,
      ikev2_pool6: options.routes === 'everything' ? IPV6_POOL : '',
      ikev2_server_name: serverName,
      ikev2_methods: methods.join(' '),
      ikev2_radius: radius === undefined ? '' : radius.servers.map((server) => `${server}:${radius.port}`).join(' '),
    },
    files: [
      { path: '/etc/strongswan.conf', content: renderStrongswanConf({ methods, radius }) },
      {
        path: '/etc/swanctl/conf.d/vpn-gateway.conf',
        content: renderTemplates({
          serverName,
          proposals: IKE_PROPOSALS,
          espProposals: [...ESP_PROPOSALS, ...(options.sha1ForWindows === undefined ? [] : [SHA1_ESP_PROPOSAL])],
          routes,
          dnsServers,
        }),
      },
      IKEV2_VICI,
      ...ikev2Units({ gateway: `${pool.gateway}/${pool.range.prefixLength}`, mtu }),
    ],
    filter: {
      tunnel: 'ipsec0',
      pool: pool.range.cidr,
      gateway: pool.gateway,
      opens: [{ kind: 'udp', port: 500 }, { kind: 'udp', port: 4500 }, { kind: 'esp' }],
    },
    python: IKEV2_PYTHON,
    pythonLibrary: CERTIFICATES_PYTHON,
    pythonClass: 'Ikev2',
  };
}

function checkPool(pool: ClientPool): void {
  if (Number(pool.range.size) > LARGEST_POOL) {
    refuse('pool', pool.range.cidr, 'a range of at most 4096 addresses', "pool: ClientPool.from('10.99.0.0/20')");
  }
}

function checkServerName(name: string, isToken: TokenTest): string {
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  const isName = new RegExp(`^(?=.{1,253}$)(${label}\\.)+(?!\\d+$)${label}$`, 'i');
  if (!isToken(name) && !isName.test(name) && !(isAddress(name) && !name.includes(':'))) {
    refuse('serverName', name, 'a DNS name of two labels or more, or an IPv4 address', "serverName: 'vpn.example.com'");
  }
  return name;
}

function checkMethods(methods: readonly Ikev2Method[]): readonly Ikev2Method[] {
  const wrong = methods.find((method) => !IKEV2_METHODS.includes(method));
  if (methods.length === 0 || wrong !== undefined || new Set(methods).size !== methods.length) {
    refuse(
      'authentication',
      wrong ?? methods,
      `one or more of '${IKEV2_METHODS.join("', '")}', none twice`,
      "authentication: ['eap-mschapv2', 'certificate']",
    );
  }
  const eap = methods.filter((method) => method.startsWith('eap-'));
  if (eap.length > 1) {
    invalid({
      code: 'IKEV2_ONE_EAP_METHOD',
      what: 'the gateway cannot offer two EAP methods: it must choose one before it knows the user',
      got: eap,
      allowed: "at most one of 'eap-mschapv2', 'eap-tls' and 'eap-radius', with or without 'certificate'",
      instead: "authentication: ['eap-mschapv2', 'certificate'], or 'eap-radius' with a RADIUS server that offers both",
    });
  }
  return methods;
}

function checkRadius(options: Ikev2ServiceOptions, check: OptionCheck, isToken: TokenTest): Radius | undefined {
  const { authentication, radius } = options;
  if (authentication.includes('eap-radius') !== (radius !== undefined)) {
    refuse(
      'radius',
      radius ?? 'nothing',
      "RADIUS servers if authentication has 'eap-radius', and none otherwise",
      "authentication: ['eap-radius'], radius: { servers: ['10.0.0.5'] }",
    );
  }
  return radius && checkedRadius(radius, check, isToken);
}

function checkRoutes(routes: 'everything' | readonly string[], isToken: TokenTest): readonly string[] {
  if (routes === 'everything') {
    return ['0.0.0.0/0', '::/0'];
  }
  const wrong = (got: unknown) =>
    refuse('routes', got, "'everything' or at least one IPv4 range", "routes: ['10.0.0.0/16']");
  if (!Array.isArray(routes) || routes.length === 0) {
    wrong(routes);
  }
  return routes.map((cidr: string) => {
    if (isToken(cidr)) {
      return cidr;
    }
    const range = IpRange.parse(cidr, 'route');
    return range.version === 4 ? range.cidr : wrong(cidr);
  });
}

function refuse(option: string, got: unknown, allowed: string, instead: string): never {
  return invalid({
    code: 'HOST_OPTION_INVALID',
    what: `${option} is not what the host can use`,
    got,
    allowed,
    instead,
  });
}
