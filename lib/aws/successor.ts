import { invalid } from '../errors';
import { type Ikev2ServerOptions, ikev2Server } from './ikev2-gateway';
import type { MachineServer, MachineSite } from './machine-gateway-settings';
import { type OpenVpnServerOptions, openVpnServer } from './openvpn-gateway';
import { type WireGuardServerOptions, wireGuardServer } from './wireguard-gateway';

/** What takes the place of PPTP, on the same machine until PPTP ends. */
export class Successor {
  /** IKEv2, which Windows, macOS, iOS and Android have built in. */
  public static ikev2(options: Ikev2ServerOptions): Successor {
    const sharesPasswords = options?.authentication?.includes('eap-mschapv2') === true;
    return new Successor(
      'IKEv2',
      'ikev2',
      (clientPool, site) => ikev2Server({ ...options, clientPool }, site, POOL_OPTION),
      sharesPasswords,
    );
  }

  /** WireGuard. */
  public static wireGuard(options: WireGuardServerOptions = {}): Successor {
    return new Successor('WireGuard', 'wireguard', (clientPool, site) =>
      wireGuardServer({ ...options, clientPool }, site, POOL_OPTION),
    );
  }

  /** OpenVPN. */
  public static openVpn(options: OpenVpnServerOptions = {}): Successor {
    return new Successor('OpenVPN', 'openvpn', (clientPool, site) =>
      openVpnServer({ ...options, clientPool }, site, POOL_OPTION),
    );
  }

  /**
   * Checks what was written for `successor`.
   *
   * @throws InvalidInputError `SUCCESSOR_UNKNOWN`
   */
  public static check(value: unknown): Successor {
    if (!(value instanceof Successor)) {
      invalid({
        code: 'SUCCESSOR_UNKNOWN',
        what: 'successor is not a server that takes the place of PPTP',
        got: value,
        allowed: 'Successor.ikev2({ ... }), Successor.wireGuard() or Successor.openVpn()',
        instead: 'successor: Successor.wireGuard()',
      });
    }
    return value;
  }

  private constructor(
    /** Its protocol, as people write it. */
    public readonly name: string,
    /** Its protocol, as the command that makes keys names it. */
    public readonly id: 'ikev2' | 'wireguard' | 'openvpn',
    /** Makes it, with this pool. */
    public readonly server: (clientPool: string, site: MachineSite) => MachineServer,
    /** Whether its users log in with the password that they have for PPTP. */
    public readonly sharesPasswords: boolean = false,
  ) {}
}

/** How the user gives the pool of the successor. */
export const POOL_OPTION = 'successorPool';
