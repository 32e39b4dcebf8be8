/** How a machine gets to read its secret. */
export class SecretAccess {
  /** The role `roles/secretmanager.secretAccessor` on the one secret, for the service account of the machine. */
  public static readonly SECRET_IAM_MEMBER = new SecretAccess('secret-iam-member');

  /** You grant it to `gateway.serviceAccount`, before the machine boots. */
  public static readonly GRANTED_ELSEWHERE = new SecretAccess('granted-elsewhere');

  private constructor(public readonly kind: 'secret-iam-member' | 'granted-elsewhere') {}
}
