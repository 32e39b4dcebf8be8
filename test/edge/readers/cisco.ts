import { cidr } from './masks';

/** Ports that Cisco's devices write by name. */
const PORT_NAMES: Readonly<Record<string, number>> = {
  ssh: 22,
  telnet: 23,
  www: 80,
  https: 443,
  isakmp: 500,
  'non500-isakmp': 4500,
  pptp: 1723,
};
const PROTOCOL_NAMES: Readonly<Record<string, number | 'any'>> = {
  ip: 'any',
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ahp: 51,
};

/** Words of a line, taken one after the other. */
export class Words {
  private readonly words: string[];

  public constructor(private readonly line: string) {
    this.words = line.trim().split(/\s+/);
  }

  public get next(): string | undefined {
    return this.words[0];
  }

  /** Takes the next word. */
  public take(): string {
    const word = this.words.shift();
    if (word === undefined) {
      throw new Error(`not whole: ${this.line}`);
    }
    return word;
  }

  /** Takes the next word if it is this one. */
  public takes(word: string): boolean {
    if (this.words[0] !== word) {
      return false;
    }
    this.words.shift();
    return true;
  }

  public protocol(): number | 'any' {
    const word = this.take();
    const found = PROTOCOL_NAMES[word] ?? (/^\d+$/.test(word) ? Number(word) : undefined);
    if (found === undefined) {
      throw new Error(`no protocol: ${word}`);
    }
    return found;
  }

  /** `eq pptp`, `range 1 9`; nothing: every port. */
  public ports(): [number, number][] | undefined {
    if (this.takes('eq')) {
      const port = this.port();
      return [[port, port]];
    }
    return this.takes('range') ? [[this.port(), this.port()]] : undefined;
  }

  private port(): number {
    const word = this.take();
    const port = PORT_NAMES[word] ?? Number(word);
    if (!Number.isInteger(port)) {
      throw new Error(`no port: ${word}`);
    }
    return port;
  }

  /** `any`, `host A`, `object-group G`, or an address with what `bits` makes of the word after it. */
  public addresses(
    groups: ReadonlyMap<string, readonly string[]>,
    bits: (address: string, second: string) => string = cidr,
  ): readonly string[] | 'any' {
    const word = this.take();
    switch (word) {
      case 'any':
      case 'any4':
        return 'any';
      case 'host':
        return [this.take()];
      case 'object-group': {
        const name = this.take();
        const members = groups.get(name);
        if (members === undefined) {
          throw new Error(`no group ${name}`);
        }
        return members;
      }
      default:
        return [bits(word, this.take())];
    }
  }
}
