/** How a machine gets to read its secret: by whichever model of access the key vault has. */
export class SecretAccess {
  /**
   * A role assignment, for vaults with Azure role-based access control: `Key Vault Secrets User` on the one secret. New
   * assignments may take minutes to hold; the machine asks again until they do.
   */
  public static readonly ROLE_ASSIGNMENT = new SecretAccess('role-assignment');

  /** An access policy, for vaults with that model: to get secrets, of which the vault cannot name one. */
  public static readonly ACCESS_POLICY = new SecretAccess('access-policy');

  /** Neither: you grant it to `gateway.identity`, before the machine's time to become ready is over. */
  public static readonly GRANTED_ELSEWHERE = new SecretAccess('granted-elsewhere');

  private constructor(public readonly kind: 'role-assignment' | 'access-policy' | 'granted-elsewhere') {}
}

/** A key vault: a `KeyVault` or `DataAzurermKeyVault` of @cdktf/provider-azurerm, or these texts. */
export interface IKeyVault {
  /** Its resource id. */
  readonly id: string;
  /** Where it answers: `https://plant4.vault.azure.net/`. */
  readonly vaultUri: string;
}

/**
 * An identity that exists: a `UserAssignedIdentity` or `DataAzurermUserAssignedIdentity` of @cdktf/provider-azurerm, or
 * these texts.
 */
export interface IMachineIdentity {
  /** Its resource id. */
  readonly id: string;
  /** The id by which the machine asks for tokens of it. */
  readonly clientId: string;
  /** The id by which access is granted to it. */
  readonly principalId: string;
  /**
   * The tenant that it is in.
   *
   * @default - needed with `SecretAccess.ACCESS_POLICY` only
   */
  readonly tenantId?: string;
}
