import type { Agent } from './machine';
import { decodeIpv4, encodeGre, encodeIpv4, type Gre, IP_PROTOCOLS, type Packet } from './packets';
import { decodeMessage, encodeMessage, type PptpMessage, type PptpMessageName } from './pptp-messages';

/** One end of a call. */
export interface Side {
  readonly agent: Agent;
  readonly address: string;
}

/** Call IDs: each side has its own, and puts the other's into the packets that it sends. */
export interface CallIds {
  /** @default 0x1111 */
  readonly client?: number;
  /** @default 0x2222 */
  readonly server?: number;
}

let marks = 0;

/** Text that no packet before had, so that packets of an earlier measurement are never counted. */
export function mark(): Buffer {
  marks += 1;
  return Buffer.from(`mark-${process.pid}-${marks};`);
}

/**
 * Sends copies of a packet, and takes those that come out. `expected` is how many to wait for: when fewer come, that
 * takes long; when more, they are counted all the same.
 */
export async function pass(
  from: Agent,
  packets: (payload: Buffer) => Buffer[],
  to: Agent,
  at: 'arrived' | 'delivered',
  expected: number,
): Promise<Packet[]> {
  const payload = mark();
  await from.do('send', { packets: packets(payload).map((each) => each.toString('hex')) });
  const seen = await to.do<[unknown, string][]>('seen', { at, marker: payload.toString('hex'), count: expected });
  return seen.map(([, hex]) => decodeIpv4(Buffer.from(hex, 'hex')));
}

/** Three packets of GRE, numbered from one. */
export function threeOfGre(from: string, to: string, gre: Omit<Gre, 'payload'>): (payload: Buffer) => Buffer[] {
  return (payload) =>
    [1, 2, 3].map((sequence) =>
      encodeIpv4(
        IP_PROTOCOLS.gre,
        from,
        to,
        encodeGre({ ...gre, payload, ...(gre.version === 0 ? {} : { sequence }) }),
      ),
    );
}

/** A control connection with one call, spoken by the tests on both sides: every byte passes through the machines. */
export class PptpCall {
  /**
   * Dials: TCP 1723, Start-Control-Connection, Outgoing-Call.
   *
   * @param to the address that the client dials; a router may translate it
   * @returns nothing where TCP does not come up
   */
  public static async dial(client: Side, server: Agent, to: string, ids: CallIds = {}): Promise<PptpCall | undefined> {
    const name = mark().toString();
    await server.do('forget');
    const port = await client.agent.do<number | null>('connect', { src: client.address, dst: to, port: 1723, name });
    if (port === null) {
      return undefined;
    }
    // Behind a router the server sees another address and port: it is the connection that was accepted last.
    const accepted = await server.do<string>('newest');
    const call = new PptpCall(client, server, to, name, accepted);
    await call.exchange('startRequest', { version: 0x100, framing: 3, bearer: 3, host: 'client' }, 'startReply', {
      ...{ version: 0x100, result: 1, framing: 3, bearer: 3, host: 'gateway' },
    });
    const request = { call: ids.client ?? 0x1111, serial: 1, minimumBps: 300, maximumBps: 1e8, bearer: 3, framing: 3 };
    await call.exchange('outgoingCallRequest', { ...request, window: 64 }, 'outgoingCallReply', (asked) => {
      call.toClient = asked.call as number;
      return { call: ids.server ?? 0x2222, peerCall: call.toClient, result: 1, speed: 1e8, window: 64 };
    });
    return call;
  }

  /** The client's Call ID as the server knows it, and the server's as the client does. */
  public toClient = 0;
  public toServer = 0;

  private constructor(
    private readonly client: Side,
    private readonly server: Agent,
    private readonly dialled: string,
    private readonly name: string,
    /** Address and port from which the server sees the client. */
    private readonly accepted: string,
  ) {}

  /** Where the server sends GRE to. */
  public get seenFrom(): string {
    return this.accepted.split(':')[0] ?? '';
  }

  /** An echo on the control connection, as each side sends one when it has heard nothing for a minute. */
  public async echo(): Promise<void> {
    await this.exchange('echoRequest', { identifier: 7 }, 'echoReply', { identifier: 7, result: 1 });
  }

  /** Whether an echo request of the client gets nowhere. */
  public async isCut(): Promise<boolean> {
    const request = encodeMessage('echoRequest', { identifier: 8 });
    await this.client.agent.do('write', { name: this.name, data: request.toString('hex') });
    return (await this.server.do('read', { name: this.accepted, length: request.length, timeout: 0.25 })) === '';
  }

  /** How many of three packets from the client come out behind the server's packet filter. */
  public async clientToServer(expected: number): Promise<number> {
    const packets = threeOfGre(this.client.address, this.dialled, { call: this.toServer });
    return (await pass(this.client.agent, packets, this.server, 'delivered', expected)).length;
  }

  /**
   * How many of three packets from the server (which has `address`) arrive at the client, from the address that it has
   * dialled; before any filter of its own, or behind it.
   */
  public async serverToClient(
    address: string,
    expected: number,
    at: 'arrived' | 'delivered' = 'arrived',
  ): Promise<number> {
    const packets = threeOfGre(address, this.seenFrom, { call: this.toClient });
    const came = await pass(this.server, packets, this.client.agent, at, expected);
    return came.filter((each) => each.from === this.dialled && each.to === this.client.address).length;
  }

  public async hangUp(): Promise<void> {
    await this.client.agent.do('close', { name: this.name });
    await this.server.do('close', { name: this.accepted });
  }

  private async exchange(
    asked: PptpMessageName,
    request: Readonly<Record<string, number | string>>,
    answered: PptpMessageName,
    reply:
      | Readonly<Record<string, number | string>>
      | ((request: PptpMessage) => Readonly<Record<string, number | string>>),
  ): Promise<void> {
    const heard = await this.carry(
      this.client.agent,
      this.name,
      encodeMessage(asked, request),
      this.server,
      this.accepted,
    );
    const values = typeof reply === 'function' ? reply(heard) : reply;
    const back = await this.carry(
      this.server,
      this.accepted,
      encodeMessage(answered, values),
      this.client.agent,
      this.name,
    );
    if (back.name === 'outgoingCallReply') {
      this.toServer = back.call as number;
    }
  }

  private async carry(from: Agent, out: string, message: Buffer, to: Agent, into: string): Promise<PptpMessage> {
    await from.do('write', { name: out, data: message.toString('hex') });
    const bytes = Buffer.from(await to.do<string>('read', { name: into, length: message.length }), 'hex');
    return decodeMessage(bytes);
  }
}
