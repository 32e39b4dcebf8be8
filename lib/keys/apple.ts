import type { Property } from './property-list';

/** A payload of a configuration profile, or the profile itself. */
export interface ApplePayload {
  readonly type: string;
  readonly identifier: string;
  readonly uuid: string;
  /** What a person sees. */
  readonly title: string;
  readonly content: Readonly<Record<string, Property>>;
}

/** Keys and values by apple/device-management, com.apple.vpn.managed.yaml (read 2026-11). */
export function applePayload({ type, identifier, uuid, title, content }: ApplePayload) {
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuid,
    PayloadDisplayName: title,
    ...content,
  };
}

/** What the dictionary IKEv2 of a VPN payload is made from. */
export interface AppleIkev2 {
  readonly server: string;
  /** By what the server knows the device. */
  readonly localIdentifier: string;
  /** How the user logs in, as the dictionary has it. */
  readonly login: Readonly<Record<string, Property>>;
  /** The common name of whoever issued the server's certificate, where it is known. */
  readonly issuer?: string | undefined;
}

const ASSOCIATION = { EncryptionAlgorithm: 'AES-256-GCM', IntegrityAlgorithm: 'SHA2-384', DiffieHellmanGroup: 20 };

/** The dictionary IKEv2 of a VPN payload, with AES-GCM and ECP-384: left alone Apple's systems offer less. */
export function appleIkev2({ server, localIdentifier, login, issuer }: AppleIkev2) {
  return {
    RemoteAddress: server,
    RemoteIdentifier: server,
    LocalIdentifier: localIdentifier,
    ...login,
    ...(issuer === undefined ? {} : { ServerCertificateIssuerCommonName: issuer }),
    ServerCertificateCommonName: server,
    EnablePFS: 1,
    IKESecurityAssociationParameters: ASSOCIATION,
    ChildSecurityAssociationParameters: ASSOCIATION,
  };
}
