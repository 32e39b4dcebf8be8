import type { CertificateAuthority } from './certificate-authority';
import type { Authentication, Gateway } from './gateway';

/** Someone who shall be able to connect. */
export interface NewUser {
  readonly name: string;
  /**
   * The address that this user always gets inside the tunnel.
   *
   * @default WireGuard: the first one that is free; elsewhere whichever the gateway hands out
   */
  readonly address?: string;
  /**
   * Where this user may go, as the secret has it: `10.0.0.5/32 tcp 443`.
   *
   * @default wherever the gateway's policy allows
   */
  readonly destinations?: readonly string[];
  /**
   * A password that the user has already. PPTP, and IKEv2 with passwords.
   *
   * @default a new one of 24 random letters and digits
   */
  readonly password?: string;
}

/** A user as the secret holds one. */
export interface SecretEntry {
  readonly name: string;
  readonly address?: string;
  readonly [key: string]: unknown;
}

/** The secret of a gateway: its own keys, and its users. */
export interface GatewaySecret {
  readonly users: readonly SecretEntry[];
  readonly [key: string]: unknown;
}

/** A file to write: its place in the folder of the keys, and what it holds. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** What keys are made with. */
export interface KeyMaking {
  readonly gateway: Gateway;
  readonly now: Date;
  /** Who signs certificates. IKEv2 and OpenVPN. */
  readonly authority?: CertificateAuthority;
  /**
   * How the users at hand log in. IKEv2.
   *
   * @default the first that the gateway takes
   */
  readonly authentication?: Authentication;
}

/** What a new user is made of. */
export interface MadeUser {
  /** What the secret holds of the user beside name, address and destinations. */
  readonly credential: Readonly<Record<string, string>>;
  /** The certificate, in PEM, where the user has one. */
  readonly certificate?: string;
  /** What the user needs, for the user's own folder. */
  readonly files: readonly NewFile[];
}

/** What differs between the protocols. */
export interface ProtocolKeys {
  /** What a new secret holds beside its users. */
  server(making: KeyMaking): Promise<Readonly<Record<string, string>>>;
  /** What of that is replaced when the server's own key is; undefined where the server has none. */
  readonly renewServer?: (making: KeyMaking) => Promise<Readonly<Record<string, string>>>;
  /** What clients need to be told of that, one line; undefined where they need nothing. */
  readonly noteOnRenewal?: (renewed: Readonly<Record<string, string>>) => string;
  /** Makes the credential of a user, and the profiles with it. The address is set where the protocol needs one. */
  user(making: KeyMaking, secret: GatewaySecret, user: NewUser): Promise<MadeUser>;
  /** Reads a secret as the gateway does; raises what is wrong with it. `at` is when certificates must be valid. */
  check(json: string, gateway: Gateway, at: Date): void;
}
