/** A tunnel type of VPN Gateway's point-to-site. */
export class TunnelType {
  /** IKEv2 with IPsec: UDP 500 and 4500. Built into Windows, macOS and iOS; for Android, ask for OpenVPN too. */
  public static readonly IKEV2 = new TunnelType('IkeV2');

  /** OpenVPN over TCP 443, with the Azure VPN Client or an OpenVPN client. */
  public static readonly OPENVPN = new TunnelType('OpenVPN');

  /** A tunnel type by Azure's name for it, such as one from a file of settings; the construct checks it. */
  public static of(azureName: string): TunnelType {
    return new TunnelType(azureName);
  }

  private constructor(
    /** As Azure spells it: `IkeV2`, with a capital V. */
    public readonly azureName: string,
  ) {}
}

/** A SKU of VPN Gateway: how much it carries and what it costs. docs/azure.md has the table. */
export class GatewaySku {
  /** 250 clients at a time, 650 Mbit/s. */
  public static readonly VPN_GW1_AZ = new GatewaySku('VpnGw1AZ');

  /** 500 clients at a time, 1 Gbit/s (Generation1) or 1.25 Gbit/s (Generation2). */
  public static readonly VPN_GW2_AZ = new GatewaySku('VpnGw2AZ');

  /** 1,000 clients at a time, 1.25 Gbit/s (Generation1) or 2.5 Gbit/s (Generation2). */
  public static readonly VPN_GW3_AZ = new GatewaySku('VpnGw3AZ');

  /** 5,000 clients at a time, 5 Gbit/s; Generation2 only. */
  public static readonly VPN_GW4_AZ = new GatewaySku('VpnGw4AZ');

  /** 10,000 clients at a time, 10 Gbit/s; Generation2 only. */
  public static readonly VPN_GW5_AZ = new GatewaySku('VpnGw5AZ');

  /** A SKU by Azure's name for it, such as one from a file of settings; the construct checks it. */
  public static of(azureName: string): GatewaySku {
    return new GatewaySku(azureName);
  }

  private constructor(
    /** As Azure spells it. */
    public readonly azureName: string,
  ) {}
}

/** The generation of a gateway's machines. */
export class GatewayGeneration {
  /** VpnGw1AZ, VpnGw2AZ and VpnGw3AZ. */
  public static readonly GENERATION_1 = new GatewayGeneration('Generation1');

  /** VpnGw2AZ and larger. */
  public static readonly GENERATION_2 = new GatewayGeneration('Generation2');

  /** A generation by Azure's name for it; the construct checks it. */
  public static of(azureName: string): GatewayGeneration {
    return new GatewayGeneration(azureName);
  }

  private constructor(
    /** As Azure spells it. */
    public readonly azureName: string,
  ) {}
}
