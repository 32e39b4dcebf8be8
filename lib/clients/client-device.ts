import type { NetworkElement } from '../network/element';
import type { Evidence } from '../network/evidence';
import type { VpnProtocolId } from '../protocols/vpn-protocol';

/**
 * How a device comes to speak a VPN protocol: it is part of the system; a package of the system's own distribution adds
 * it; an app or a program of somebody else adds it; or nothing does.
 */
export type ClientSupport = 'built-in' | 'package' | 'app' | 'none';

/** Every kind of support, the one that costs a user least first. */
export const CLIENT_SUPPORTS: readonly ClientSupport[] = ['built-in', 'package', 'app', 'none'];

/** Something that must be configured or known, on whose word. */
export interface SupportNote {
  /** One or two sentences. */
  readonly text: string;
  /** At least one. */
  readonly evidence: readonly Evidence[];
}

/** Whether and how a device can dial one VPN protocol. */
export interface ProtocolSupport {
  readonly support: ClientSupport;
  /** The package or app, for `package` and `app` alone: `network-manager-pptp`. */
  readonly by?: string;
  readonly notes: readonly SupportNote[];
  /** At least one. */
  readonly evidence: readonly Evidence[];
}

/**
 * What a device that can itself be a VPN server does with calls that come in: a new set-up accepts them; it leaves its
 * ports closed until somebody opens them; or it has no such server.
 */
export type ServerState = 'accepted' | 'closed' | 'none';

/** What the VPN server of a device does with calls of one protocol. */
export interface ProtocolService {
  readonly state: ServerState;
  readonly notes: readonly SupportNote[];
  /** At least one. */
  readonly evidence: readonly Evidence[];
}

/** An operating system or an appliance, in versions that do not differ in what VPN they speak. */
export interface ClientDevice {
  /** Stable id: `windows-11`. */
  readonly id: string;
  /** Its name, with the versions it stands for: `Android 12 and later`. */
  readonly name: string;
  /** What it belongs to, as a heading: `Windows Server`. */
  readonly family: string;
  /** What it can dial, for every protocol. */
  readonly support: Readonly<Record<VpnProtocolId, ProtocolSupport>>;
  /** What its own VPN server accepts; left out where it has none, or where nobody looked. */
  readonly accepts?: Readonly<Record<VpnProtocolId, ProtocolService>>;
  /** Its own packet filter, a hop of the path; left out where no fact says what it does. */
  readonly filter?: NetworkElement;
}
