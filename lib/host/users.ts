/** One user, as the secret holds it: `{"users": [{"name": "alice", "password": "...", "address": "10.99.0.200"}]}`. */
export interface PptpUser {
  readonly name: string;
  readonly password: string;
  /**
   * The address that this user always gets, one of `PptpPool.fixedAddresses`.
   *
   * @default whichever is free
   */
  readonly address?: string;
}
