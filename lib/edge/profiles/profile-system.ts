import type { VpnProtocolId } from '../../protocols/vpn-protocol';
import type { CommentStyle } from '../comment';
import type { ProfileJob, ProfileOption } from './profile-options';

/** Something that only the user and the gateway may know, and where it is entered: it is in no file. */
export interface ProfileSecret {
  /** `password of alice`. */
  readonly secret: string;
  /** `Windows asks for it at the first connection`. */
  readonly entered: string;
}

/** What a system's writer hands over: without header. */
export interface ProfileDraft {
  /** The profile itself. */
  readonly file: {
    readonly name: string;
    readonly comments: CommentStyle;
    /** What must stand before every comment. */
    readonly firstLine?: string;
    readonly text: string;
  };
  /** The name of the file with the certificate of the authority, where the profile reads one beside it. */
  readonly authorityFile?: string;
  /** What a person does with it, in order; the last one is how it is taken back. */
  readonly steps: readonly string[];
  readonly secrets: readonly ProfileSecret[];
}

/** How one system is told to dial one protocol. */
export interface ProfileWriter {
  /** Options without which it cannot be written. */
  readonly needs?: readonly ProfileOption[];
  /** Options that it has a place for, beside those. */
  readonly takes?: readonly ProfileOption[];
  /** What no document was found for, in words that end a sentence. @default - nothing */
  readonly fromMemory?: string;
  /** The largest MTU that it takes. @default 1500 */
  readonly mostMtu?: number;
  readonly write: (job: ProfileJob) => ProfileDraft;
}

/** A form in which connections are described, and the devices that read it. */
export interface ProfileSystem {
  /** The ids of the devices. */
  readonly devices: readonly string[];
  readonly writers: Readonly<Partial<Record<VpnProtocolId, ProfileWriter>>>;
  /** Why it has no place for an option: a clause that goes on after a colon. */
  readonly unused?: Readonly<Partial<Record<ProfileOption, string>>>;
}
