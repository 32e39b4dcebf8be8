import type { Role } from './lab';
import type { Site } from './run';

/** What became of an attempt to connect. */
export interface Attempt {
  readonly isUp: boolean;
  readonly seconds: number;
  /** What the client said. */
  readonly log: string;
}

/** One protocol, as its tests and the faults that befall it see it. */
export interface Vpn {
  readonly name: 'pptp' | 'wireguard' | 'ikev2' | 'openvpn';
  /** The gateway's address inside the tunnel. */
  readonly gatewayAddress: string;
  /** The unit of the server. */
  readonly unit: string;
  /** Makes the keys, where there are any to make. */
  prepare(): Promise<void>;
  /** The secret of the first day, with Alice and Bob; and with other credentials for Bob. */
  secret(isRotated?: boolean): string;
  /**
   * Connects Alice or Bob, and keeps them connected as a real client does: it dials again by itself.
   *
   * @param seconds how long to wait, at most
   */
  connect(site: Site, role: 'alice' | 'bob', isRotated?: boolean, seconds?: number): Promise<Attempt>;
  disconnect(site: Site, role: Role): Promise<void>;
}

/** Whether somebody reaches the gateway through the tunnel, and through the gateway what lies behind. */
export async function works(site: Site, vpn: Vpn, role: 'alice' | 'bob', address: string): Promise<boolean> {
  const { status } = await site.lab.run(
    role,
    `ping -q -c 1 -W 2 ${vpn.gatewayAddress} >/dev/null && curl -fsS -m 4 http://${address}/ >/dev/null`,
  );
  return status === 0;
}
