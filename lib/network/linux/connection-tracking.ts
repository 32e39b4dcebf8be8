import type { CallSetup, GrePacket } from './call';

/** What `ct state` says of a packet. GRE version 1 that carries PPP is never INVALID. */
export type CtState = 'new' | 'related' | 'established';

/** A packet as connection tracking tells it from others: with the Call IDs of both ends, as far as it knows them. */
export interface Tuple {
  readonly from: string;
  readonly to: string;
  readonly fromId: number;
  readonly toId: number;
}

/** A call of which the helper has read, each direction in the addresses and Call IDs in which it comes in. */
interface KnownCall {
  readonly out: Tuple;
  readonly back: Tuple;
  /** Until its first packet, of whichever direction. */
  isAwaited: boolean;
}

interface Entry {
  readonly first: Tuple;
  readonly answer: Tuple;
  /** The call that it was expected for. */
  readonly call: KnownCall | undefined;
  hasAnswer: boolean;
}

/** What is known of a packet before a filter decides about it. */
export interface Tracked {
  readonly state: CtState;
  /** The helper has read of this packet's call. */
  readonly isExpected: boolean;
  /** The packet that it answers, where it answers one: on its way back from the gateway, or the other way of its entry. */
  readonly answers: Tuple | undefined;
  /** Says what became of it. A new entry is kept if it passed; if it was dropped, the helper forgets its call. */
  readonly decide: (passes: boolean) => void;
}

/**
 * Linux's connection tracking as far as GRE is concerned (net/netfilter: nf_conntrack_proto_gre.c, nf_conntrack_pptp.c,
 * nf_conntrack_core.c). A packet of version 1 holds the receiver's Call ID alone; the sender's comes from what the PPTP
 * helper has read on TCP 1723. Without the helper it is taken for 0, so that the two directions of a call never look
 * like each other's answer.
 */
export class ConnectionTracking {
  private entries: Entry[] = [];
  private calls: KnownCall[] = [];

  /** What the helper reads of a call: as it comes from the client, and as it comes back from the gateway. */
  public expect(out: CallSetup, back: CallSetup): void {
    this.calls.push({
      out: { from: out.client, to: out.gateway, fromId: out.clientCallId, toId: out.gatewayCallId },
      back: { from: back.gateway, to: back.client, fromId: back.gatewayCallId, toId: back.clientCallId },
      isAwaited: true,
    });
  }

  /** @param leavesAs the packet after a translation of its addresses, which its answer will come to */
  public track(packet: GrePacket, leavesAs: (tuple: Tuple) => Tuple = (tuple) => tuple): Tracked {
    const tuple = this.tupleOf(packet);
    const old = this.entries.find(({ first, answer }) => same(first, tuple) || same(answer, tuple));
    if (old !== undefined) {
      const isAnswer = !same(old.first, tuple);
      const isExpected = old.call !== undefined;
      return {
        state: isAnswer || old.hasAnswer ? 'established' : isExpected ? 'related' : 'new',
        isExpected,
        answers: old.call === undefined ? (isAnswer ? old.first : undefined) : outOf(old.call, tuple),
        decide: () => {
          old.hasAnswer ||= isAnswer; // seen, whatever becomes of it
        },
      };
    }
    const call = this.calls.find(({ out, back, isAwaited }) => isAwaited && (same(out, tuple) || same(back, tuple)));
    const answer = call === undefined ? inverse(leavesAs(tuple)) : same(call.out, tuple) ? call.back : call.out;
    return {
      state: call === undefined ? 'new' : 'related',
      isExpected: call !== undefined,
      answers: outOf(call, tuple),
      decide: (passes) => {
        if (call !== undefined) {
          call.isAwaited = false;
        }
        if (passes) {
          this.entries.push({ first: tuple, answer, call, hasAnswer: false });
        } else {
          this.calls = this.calls.filter((one) => one !== call);
        }
      },
    };
  }

  /** `conntrack -F`, or a call that was idle for longer than a stream of GRE is kept: the helper forgets its calls too. */
  public flush(): void {
    this.entries = [];
    this.calls = [];
  }

  private tupleOf({ from, to, version, callId }: GrePacket): Tuple {
    if (version === 0) {
      return { from, to, fromId: 0, toId: 0 };
    }
    const known = this.calls
      .flatMap(({ out, back }) => [out, back])
      .find((one) => one.from === from && one.to === to && one.toId === callId);
    return { from, to, fromId: known?.fromId ?? 0, toId: callId };
  }
}

/** What the client of a call sends, for what comes back to it. */
function outOf(call: KnownCall | undefined, tuple: Tuple): Tuple | undefined {
  return call !== undefined && same(call.back, tuple) ? call.out : undefined;
}

function same(a: Tuple, b: Tuple): boolean {
  return a.from === b.from && a.to === b.to && a.fromId === b.fromId && a.toId === b.toId;
}

function inverse({ from, to, fromId, toId }: Tuple): Tuple {
  return { from: to, to: from, fromId: toId, toId: fromId };
}
