import type { Direction } from '../../flows';

/** One GRE packet of a call, as a machine on the way sees it. */
export interface GrePacket {
  readonly from: string;
  readonly to: string;
  /** Version 1 is PPTP's; 0 is a plain tunnel, which has no Call ID. */
  readonly version: 0 | 1;
  /** The receiver's Call ID. */
  readonly callId: number;
}

/** What the control messages on TCP 1723 say of a call, with the addresses that they travel between at this machine. */
export interface CallSetup {
  readonly client: string;
  readonly gateway: string;
  readonly clientCallId: number;
  readonly gatewayCallId: number;
}

/** Why a packet got no further. */
export type Loss =
  /** Connection tracking takes it for new, and no rule accepts that. */
  | 'new-refused'
  /** The helper expected it, and no rule accepts what is RELATED. */
  | 'related-refused'
  /** It belongs to what both ends have spoken on, and no rule accepts that. */
  | 'established-refused'
  /** It is an answer that the translation cannot lead back. */
  | 'not-translated'
  /** Nothing forwards IP protocol 47. */
  | 'not-forwarded';

/** A machine on the way: what it makes of a packet. */
export interface Machine {
  /** Reads what a call agrees on; what it says to the next, in its own addresses and Call IDs. */
  setUp(call: CallSetup): CallSetup;
  /** The packet as it leaves, or why it does not. */
  carry(packet: GrePacket, direction: Direction): GrePacket | Loss;
  /** Forgets every connection, as `conntrack -F` does. */
  flush(): void;
}

/** A call on its way through machines, from the client's end to the gateway's. */
export class Call {
  private readonly atClient: CallSetup;
  private readonly atGateway: CallSetup;

  public constructor(
    private readonly machines: readonly Machine[],
    setup: CallSetup,
  ) {
    this.atClient = setup;
    this.atGateway = machines.reduce((call, machine) => machine.setUp(call), setup);
  }

  /** Sends one packet of GRE; `undefined` where it arrives, as the receiver's own, or why it does not. */
  public send(direction: Direction, version: 0 | 1 = 1): Loss | undefined {
    const { atClient, atGateway, machines } = this;
    const toGateway = direction === 'to-gateway';
    const first: GrePacket = toGateway
      ? { from: atClient.client, to: atClient.gateway, version, callId: atClient.gatewayCallId }
      : { from: atGateway.gateway, to: atGateway.client, version, callId: atGateway.clientCallId };
    let packet = first;
    for (const machine of toGateway ? machines : [...machines].reverse()) {
      const next = machine.carry(packet, direction);
      if (typeof next === 'string') {
        return next;
      }
      packet = next;
    }
    const [address, callId] = toGateway
      ? [atGateway.gateway, atGateway.gatewayCallId]
      : [atClient.client, atClient.clientCallId];
    return packet.to === address && (version === 0 || packet.callId === callId) ? undefined : 'not-translated';
  }
}
