/**
 * What the gateway takes for IKE: AES-GCM with ECP-384 (Windows after Set-VpnConnectionIPsecConfiguration, Apple's
 * profiles), with Curve25519 or ECP-256 (Android, strongSwan), and AES-CBC with SHA-2 where a client has no AES-GCM for
 * IKE (Windows, Apple's manual configuration). Nothing with SHA-1 or MODP-1024.
 */
export const IKE_PROPOSALS: readonly string[] = [
  'aes256gcm16-prfsha384-ecp384',
  'aes256gcm16-prfsha256-prfsha384-prfsha512-x25519-ecp256-ecp384-modp2048-modp4096',
  'aes256-sha384-prfsha384-ecp384',
  'aes256-sha256-prfsha256-modp2048-ecp256',
];

/** What it takes for ESP, with the groups in which clients ask for perfect forward secrecy, and without. */
export const ESP_PROPOSALS: readonly string[] = [
  'aes256gcm16-ecp384-ecp256-x25519-modp2048',
  'aes256gcm16',
  'aes256-sha256-modp2048-ecp256',
  'aes256-sha256',
];

/** What Windows offers for ESP where only its registry was changed. */
export const SHA1_ESP_PROPOSAL = 'aes256-sha1';
