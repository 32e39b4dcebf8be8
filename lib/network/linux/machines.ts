import type { Direction } from '../../flows';
import type { CallSetup, GrePacket, Loss, Machine } from './call';
import { ConnectionTracking, type CtState, type Tracked } from './connection-tracking';

/** One rule that accepts GRE; what it names must all hold. */
export interface GreRule {
  /** @default any: the rule does not look at connection tracking */
  readonly states?: readonly CtState[];
  /** `ct helper "pptp"`: what the helper expected, and nothing else. */
  readonly ofHelper?: boolean;
  /** Source addresses. */
  readonly from?: readonly string[];
  /** Only from addresses that speak on TCP 1723: the gate of this library's hosts. */
  readonly ofSpeakers?: boolean;
  /** Only GRE version 1, which is PPTP's. */
  readonly ofVersion1?: boolean;
}

/** Accepts whatever comes. */
export const ANYTHING: readonly GreRule[] = [{}];

/** What a packet filter does with GRE; what no rule accepts is dropped. */
export interface FilterRules {
  /** Whether the PPTP helper is attached to TCP 1723. */
  readonly hasHelper: boolean;
  readonly toGateway: readonly GreRule[];
  readonly toClient: readonly GreRule[];
}

/** A packet filter: on the gateway, on a client, or on a router that translates no addresses. */
export class Filter implements Machine {
  private readonly tracking = new ConnectionTracking();
  private readonly speakers = new Set<string>();

  public constructor(private readonly rules: FilterRules) {}

  public setUp(call: CallSetup): CallSetup {
    this.speakers.add(call.client);
    if (this.rules.hasHelper) {
      this.tracking.expect(call, call);
    }
    return call;
  }

  public carry(packet: GrePacket, direction: Direction): GrePacket | Loss {
    const tracked = this.tracking.track(packet);
    const rules = direction === 'to-gateway' ? this.rules.toGateway : this.rules.toClient;
    const loss = refusal(rules, packet, tracked, this.speakers);
    tracked.decide(loss === undefined);
    return loss ?? packet;
  }

  public flush(): void {
    this.tracking.flush(); // the set of those who speak is none of its business
  }
}

/** What a router in front of clients does, which translates their addresses into its own. What goes out may. */
export interface MasqueradeRules {
  readonly address: string;
  readonly hasHelper: boolean;
  /** What of that which comes in may go on to a client. */
  readonly toClient: readonly GreRule[];
  /** "Passthrough" for one client: GRE that answers nothing goes to this address. */
  readonly passesThroughTo?: string;
}

/** A router that translates the addresses of many clients into one. */
export class Masquerade implements Machine {
  private readonly tracking = new ConnectionTracking();
  /** Calls as the helper has changed them. */
  private readonly calls: { readonly inside: CallSetup; readonly outside: CallSetup }[] = [];

  public constructor(private readonly rules: MasqueradeRules) {}

  public setUp(inside: CallSetup): CallSetup {
    const { address, hasHelper } = this.rules;
    if (!hasHelper) {
      return { ...inside, client: address };
    }
    // Clients choose their Call IDs without asking each other; the helper makes them differ.
    const taken = this.calls.map(({ outside }) => outside.clientCallId);
    let { clientCallId } = inside;
    while (taken.includes(clientCallId)) {
      clientCallId += 1;
    }
    const outside = { ...inside, client: address, clientCallId };
    this.calls.push({ inside, outside });
    this.tracking.expect(inside, outside);
    return outside;
  }

  public carry(packet: GrePacket, direction: Direction): GrePacket | Loss {
    const { address, toClient, passesThroughTo } = this.rules;
    if (direction === 'to-gateway') {
      this.tracking.track(packet, (tuple) => ({ ...tuple, from: address })).decide(true);
      return { ...packet, from: address };
    }
    const tracked = this.tracking.track(packet);
    const to = tracked.answers?.from ?? passesThroughTo;
    if (to === undefined) {
      return 'not-translated';
    }
    const loss = refusal(toClient, packet, tracked);
    tracked.decide(loss === undefined);
    const changed = this.calls.find(({ outside }) => tracked.isExpected && outside.clientCallId === packet.callId);
    return loss ?? { ...packet, to, callId: changed?.inside.clientCallId ?? packet.callId };
  }

  public flush(): void {
    this.tracking.flush();
  }
}

/** What stands before a gateway and publishes it under an address of its own. */
export interface EdgeRules {
  /** The address that clients dial. */
  readonly address: string;
  /** Whether it sends on IP protocol 47 as it sends on TCP 1723: a rule beside that for the port, or one to one. */
  readonly forwardsGre: boolean;
  readonly hasHelper: boolean;
}

/** A router or firewall that publishes a gateway with another address. */
export class Edge implements Machine {
  private readonly tracking = new ConnectionTracking();

  public constructor(
    private readonly rules: EdgeRules,
    private readonly gateway: string,
  ) {}

  public setUp(outside: CallSetup): CallSetup {
    const inside = { ...outside, gateway: this.gateway };
    if (this.rules.hasHelper) {
      this.tracking.expect(outside, inside);
    }
    return inside;
  }

  public carry(packet: GrePacket, direction: Direction): GrePacket | Loss {
    const tracked = this.tracking.track(packet);
    const passes = direction === 'to-client' || this.rules.forwardsGre || tracked.isExpected;
    tracked.decide(passes);
    if (!passes) {
      return 'not-forwarded';
    }
    return direction === 'to-client' ? { ...packet, from: this.rules.address } : { ...packet, to: this.gateway };
  }

  public flush(): void {
    this.tracking.flush();
  }
}

/** Why no rule accepts a packet; `undefined` where one does. */
function refusal(
  rules: readonly GreRule[],
  { from, version }: GrePacket,
  { state, isExpected }: Tracked,
  speakers: ReadonlySet<string> = new Set(),
): Loss | undefined {
  const isAccepted = rules.some(
    (rule) =>
      (rule.states?.includes(state) ?? true) &&
      (!rule.ofHelper || isExpected) &&
      (rule.from?.includes(from) ?? true) &&
      (!rule.ofSpeakers || speakers.has(from)) &&
      (!rule.ofVersion1 || version === 1),
  );
  return isAccepted ? undefined : `${state}-refused`;
}
