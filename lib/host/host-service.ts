import type { HostFile } from './host-commands';

/** The VPN servers that can run on the machine. */
export type HostServiceName = 'pptp' | 'wireguard' | 'ikev2' | 'openvpn';

/** One VPN server on the machine: everything in which one protocol differs from another. */
export interface HostService {
  readonly name: HostServiceName;
  /** Debian packages, installed without what they only recommend. */
  readonly packages: readonly string[];
  /** Modules without which it cannot serve; where the kernel lacks one, the machine changes to Debian's full flavour. */
  readonly kernelModules: readonly string[];
  /** systemd units, in the order in which they start, once the packet filter and the users are in place. */
  readonly units: readonly string[];
  /** What its Python part is told, as environment variables: lower case, beginning with the service's name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Its configuration, and drop-ins that keep each of its units from starting before /run/vpn-gateway/serve exists. */
  readonly files: readonly HostFile[];
  readonly filter: ServiceFilter;
  /** Its class in `vpn-gateway-apply`: the same text for every gateway. */
  readonly python: string;
  /** What that class needs and those of other services may need as well; the program has each text once. @default none */
  readonly pythonLibrary?: string;
  /** The name of that class. */
  readonly pythonClass: string;
}

/** What the packet filter knows of a service. */
export interface ServiceFilter {
  /** The interface of its tunnels: a name, or a beginning with `*`: `ppp*`. */
  readonly tunnel: string;
  /** The addresses of its clients, in CIDR notation. */
  readonly pool: string;
  /** The gateway's own address inside the tunnel, where it answers pings. */
  readonly gateway: string;
  /** What clients may open from outside. */
  readonly opens: readonly ServiceFlow[];
}

/** A flow on which a service listens. */
export type ServiceFlow =
  | { readonly kind: 'udp' | 'tcp'; readonly port: number }
  | { readonly kind: 'esp' }
  | {
      readonly kind: 'pptp';
      readonly newConnectionsPerMinute: number;
      readonly newConnectionsBurst: number;
      /**
       * How GRE gets in: from addresses that speak on TCP 1723 (`gate`), or for calls that the kernel's conntrack helper
       * saw being made (`helper`), which is stricter and loses calls when the connection table is flushed.
       */
      readonly form: 'gate' | 'helper';
    };
