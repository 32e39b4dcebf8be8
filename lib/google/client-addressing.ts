/** With which addresses clients appear behind a gateway. */
export class ClientAddressing {
  /**
   * Clients appear with the machine's own address. Nothing has to be routed, and every destination that the machine
   * reaches works.
   */
  public static readonly MASQUERADE = new ClientAddressing('masquerade');

  /**
   * Clients appear with their own addresses of the pool, so that logs and rules behind the gateway tell them apart. The
   * machine gets `can_ip_forward`, and the network a route to the pool. The internet is not reached this way.
   */
  public static readonly ROUTED = new ClientAddressing('routed');

  private constructor(public readonly kind: 'masquerade' | 'routed') {}
}
