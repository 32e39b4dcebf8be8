import type { Evidence } from '../network/evidence';
import type { VpnProtocolId } from '../protocols/vpn-protocol';
import { SAYS } from './sources';

/** Devices that speak a protocol and still cannot dial a server that speaks it too. */
export interface Exclusion {
  /** The ids of the devices. */
  readonly devices: readonly string[];
  /** Why, after the name of the device: `is none of the systems that ...`. */
  readonly because: string;
  /** At least one. */
  readonly evidence: readonly Evidence[];
}

/** A server that takes less than everything that speaks its protocols. */
export interface DialInServer {
  /** `Azure VPN Gateway`. */
  readonly name: string;
  /** Whom it leaves out, by protocol. A device of the user's own is never among them. */
  readonly leavesOut: Readonly<Partial<Record<VpnProtocolId, Exclusion>>>;
}

const ROUTERS = ['routeros-6', 'routeros-7', 'freebsd-mpd5', 'openwrt'];

/**
 * Servers whose clients are known to be fewer than those of their protocols, by the id of the network element that a path
 * to them ends with; `openvpn-machine` is this library's own.
 */
export const DIAL_IN_SERVERS: Readonly<Record<string, DialInServer>> = {
  'azure.vpn-gateway': {
    name: 'Azure VPN Gateway',
    leavesOut: {
      ikev2: {
        devices: ['windows-7', 'android-10', 'android-11', 'android-12', 'chromeos', ...ROUTERS],
        because: 'is none of the systems for which Microsoft names a client of IKEv2 to VPN Gateway.',
        evidence: [SAYS.vpnGatewaySystems],
      },
      openvpn: {
        devices: ['chromeos', ...ROUTERS],
        because: 'is none of the systems for which Microsoft names a client of OpenVPN to VPN Gateway.',
        evidence: [SAYS.vpnGatewayProtocols],
      },
    },
  },
  'aws.client-vpn-endpoint': {
    name: 'AWS Client VPN',
    leavesOut: {
      openvpn: {
        devices: ['routeros-6', 'routeros-7'],
        because: 'runs no OpenVPN-based program, and AWS names nothing else as a client of AWS Client VPN.',
        evidence: [SAYS.clientVpnClients],
      },
    },
  },
  'openvpn-machine': {
    name: 'the OpenVPN gateway of this library',
    leavesOut: {
      openvpn: {
        devices: ['routeros-6', 'routeros-7'],
        because: 'has no tls-crypt, which the OpenVPN gateway of this library asks for.',
        evidence: [SAYS.routerOsTlsCrypt],
      },
    },
  },
};
