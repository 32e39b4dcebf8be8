import type { Flow } from '../flows';
import type { Evidence } from '../network/evidence';

/** The VPN protocols that the library knows. */
export type VpnProtocolId = 'pptp' | 'l2tp-ipsec' | 'sstp' | 'ikev2' | 'openvpn' | 'wireguard';

/** A set of flows on which a protocol can run; all of them must arrive. */
export interface FlowSet {
  /** When this set is used, in a few words: `behind NAT, or when ESP is dropped`. */
  readonly when: string;
  readonly flows: readonly Flow[];
}

/** Bytes that a protocol adds to every packet, outermost first. */
export interface EncapsulationOverhead {
  /** The form that it is about: `MPPE 128, IPv4`. */
  readonly form: string;
  readonly parts: readonly OverheadPart[];
  /**
   * Where packets are padded: the payload and so many bytes `with` it are filled up to a multiple of `to`. The part that
   * pads is the most that this can take.
   */
  readonly padding?: { readonly to: number; readonly with: number };
}

export interface OverheadPart {
  readonly name: string;
  readonly bytes: number;
}

/** How well a protocol protects what it carries, in plain words. */
export interface CryptographicStanding {
  readonly level: 'broken' | 'dated' | 'sound';
  /** One sentence. */
  readonly summary: string;
  /** What is broken, mechanism by mechanism; empty where nothing is. */
  readonly weaknesses: readonly string[];
  /** What an attacker gains from it; empty where nothing. */
  readonly attackerGains: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** A VPN protocol, as far as networks, clients and reviewers care. */
export interface VpnProtocol {
  readonly id: VpnProtocolId;
  /** As its standard writes it: `IKEv2`. */
  readonly name: string;
  /** The document that defines it. */
  readonly standard: string;
  /** The sets of flows that it can run on, the preferred first; one suffices. */
  readonly flowSets: readonly FlowSet[];
  readonly overhead: readonly EncapsulationOverhead[];
  readonly standing: CryptographicStanding;
}
