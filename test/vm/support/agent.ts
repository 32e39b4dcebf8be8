import { randomInt } from 'node:crypto';
import * as net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the agent in a machine is asked. */
export interface Question {
  readonly command: string;
  readonly args?: object;
  /** How long to wait for the answer, in milliseconds. */
  readonly patience: number;
  /** Whether it may be asked twice. @default false */
  readonly isRepeatable?: boolean;
}

/** The agent is there, and its answer is lost: what was asked has been done, or has not. */
export class LostAnswer extends Error {}

/** Nothing came in all the time that was given. */
export class NoAnswer extends Error {}

/** A byte that is in no text: what either side had half said before it is void. */
const FLUSH = Buffer.from([0xff]);

interface Message {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/**
 * QEMU's guest agent, through the socket where QEMU has the host's end of its serial line.
 *
 * One connection is kept for all questions. Each time that the host hangs up and connects, a worker of the guest's kernel
 * has to hear of both: on a machine without time for that, the agent gets a question before the kernel knows that anybody
 * is there, and its answer stays in the guest. Besides, an agent sleeps when nobody is connected.
 *
 * It takes one question after the other and answers in that order. So where it answers a second one, and has not answered
 * the first, that answer is lost; and an answer that got stuck on its way out leaves with the next one. The numbers of the
 * questions come back with the answers: one that is late is never taken for another's.
 */
export class Agent {
  private connection: net.Socket | undefined;
  private isInStep = false;
  private received = Buffer.alloc(0);
  private hear: (message: Message | undefined) => void = () => {};
  private turn: Promise<unknown> = Promise.resolve();

  /** @param spell the milliseconds after which it is asked whether it is there */
  public constructor(
    private readonly socket: string,
    private readonly spell = 5000,
  ) {}

  /**
   * Asks, once what was asked before is answered.
   *
   * @throws {@link NoAnswer}, {@link LostAnswer}, what the agent objects to, and why there is no connection
   */
  public ask<T>(question: Question): Promise<T> {
    const mine = this.turn.then(() => this.take<T>(question));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Hangs up. */
  public close(): void {
    this.connection?.destroy();
    this.connection = undefined;
    this.hear(undefined);
  }

  private async take<T>({ command, args = {}, patience, isRepeatable = false }: Question): Promise<T> {
    const what = `${command} ${JSON.stringify(args).slice(0, 200)}`;
    const id = randomInt(2 ** 47);
    const calls = new Set<number>();
    const end = performance.now() + patience;
    const spell = () => Math.min(this.spell, end - performance.now());
    let asked = 0;
    for (let silent = 0; performance.now() < end; ) {
      await this.connected();
      if (!this.isInStep) {
        const call = randomInt(2 ** 47);
        calls.add(call);
        this.connection?.write(FLUSH);
        this.say({ execute: 'guest-sync-delimited', arguments: { id: call }, id: call });
        const message = await this.hears((other) => other.id === id || calls.has(other.id ?? -1), spell());
        if (message === undefined) {
          silent += 1;
          // What was asked could be answered into nowhere.
          if (silent % 3 === 0 && asked === 0) this.close();
          if (this.connection === undefined) await sleep(100);
          continue;
        }
        this.isInStep = true;
        if (message.id === id) return resultOf<T>(what, message, asked);
        if (asked > 0 && !isRepeatable) {
          throw new LostAnswer(`the answer to ${what} is lost: the agent answers what it was asked after it`);
        }
      }
      calls.clear();
      asked += 1;
      this.say({ execute: command, arguments: args, id });
      const message = await this.hears((other) => other.id === id, spell());
      if (message !== undefined) return resultOf<T>(what, message, asked);
      this.isInStep = false;
    }
    this.isInStep = false;
    throw new NoAnswer(
      `no answer to ${what} in ${patience / 1000} s: the agent ${asked === 0 ? 'was not there at all' : 'was there when it was asked'}`,
    );
  }

  private async connected(): Promise<void> {
    if (this.connection !== undefined) return;
    const connection = net.connect(this.socket);
    await new Promise<void>((resolve, reject) => {
      connection.once('connect', resolve);
      connection.once('error', reject);
    });
    this.connection = connection;
    this.isInStep = false;
    this.received = Buffer.alloc(0);
    connection.on('error', () => connection.destroy());
    connection.on('close', () => {
      if (this.connection === connection) this.close();
    });
    connection.on('data', (data: Buffer) => {
      this.received = Buffer.concat([this.received, data]);
      for (let at = this.received.indexOf(10); at >= 0; at = this.received.indexOf(10)) {
        const text = this.received.toString('utf8', this.received.lastIndexOf(FLUSH, at) + 1, at);
        this.received = this.received.subarray(at + 1);
        this.hear(parsed(text));
      }
    });
  }

  private say(message: object): void {
    this.connection?.write(`${JSON.stringify(message)}\n`);
  }

  /** The first message that is wanted; nothing when the time is over, or the connection. */
  private hears(isWanted: (message: Message) => boolean, milliseconds: number): Promise<Message | undefined> {
    return new Promise((resolve) => {
      const end = (message: Message | undefined) => {
        clearTimeout(timer);
        this.hear = () => {};
        resolve(message);
      };
      const timer = setTimeout(() => end(undefined), milliseconds);
      this.hear = (message) => {
        if (message === undefined || isWanted(message)) end(message);
      };
      if (this.connection === undefined) end(undefined);
    });
  }
}

function parsed(text: string): Message {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return {}; // cut short, or nothing at all
  }
}

function resultOf<T>(what: string, message: Message, asked: number): T {
  if (message.error === undefined) return message.return as T;
  const { desc } = message.error;
  if (asked === 1) throw new Error(`${what}: ${desc}`);
  throw new LostAnswer(`${what}: ${desc} (asked ${asked} times: an answer before this one is lost)`);
}
