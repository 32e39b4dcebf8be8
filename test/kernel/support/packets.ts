/** IPv4 packets as bytes, and back: UDP, ICMP, and GRE as PPTP uses it (RFC 2637, section 4). */

/** What matters of one IPv4 packet. */
export interface Packet {
  readonly protocol: number;
  readonly from: string;
  readonly to: string;
  /** What the IP header is followed by. */
  readonly body: Buffer;
}

/** GRE: version 1 with PPP inside unless told otherwise. */
export interface Gre {
  /** Version 1: the Call ID of whoever receives this. Version 0: the key. */
  readonly call: number;
  /** @default 1 */
  readonly version?: 0 | 1;
  /** EtherType of what is inside. @default 0x880b, PPP */
  readonly protocol?: number;
  /** @default none, and the packet says so */
  readonly sequence?: number;
  /** Highest sequence number received, version 1 only. @default none, and the packet says so */
  readonly acknowledgment?: number;
  readonly payload: Buffer;
}

export const IP_PROTOCOLS = { icmp: 1, tcp: 6, udp: 17, gre: 47, esp: 50 } as const;

const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;

export function encodeIpv4(protocol: number, from: string, to: string, body: Buffer): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + body.length, 2);
  header.writeUInt8(64, 8);
  header.writeUInt8(protocol, 9);
  address(from).copy(header, 12);
  address(to).copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, body]);
}

export function decodeIpv4(packet: Buffer): Packet {
  const dotted = (at: number) => [...packet.subarray(at, at + 4)].join('.');
  return {
    protocol: packet.readUInt8(9),
    from: dotted(12),
    to: dotted(16),
    body: packet.subarray((packet.readUInt8(0) & 15) * 4, packet.readUInt16BE(2)),
  };
}

export function encodeGre({ call, version = 1, protocol = 0x880b, sequence, acknowledgment, payload }: Gre): Buffer {
  const flags =
    version | KEY | (sequence === undefined ? 0 : SEQUENCE) | (acknowledgment === undefined ? 0 : ACKNOWLEDGMENT);
  const words = [sequence, acknowledgment].filter((word) => word !== undefined);
  const header = Buffer.alloc(8 + 4 * words.length);
  header.writeUInt16BE(flags, 0);
  header.writeUInt16BE(protocol, 2);
  // Version 1 has the length of the payload where version 0 has the upper half of its key.
  header.writeUInt16BE(version === 1 ? payload.length : 0, 4);
  header.writeUInt16BE(call, 6);
  for (const [index, word] of words.entries()) {
    header.writeUInt32BE(word, 8 + 4 * index);
  }
  return Buffer.concat([header, payload]);
}

export function decodeGre(body: Buffer): Gre {
  const flags = body.readUInt16BE(0);
  const version = (flags & 7) as 0 | 1;
  const [hasSequence, hasAcknowledgment] = [(flags & SEQUENCE) !== 0, version === 1 && (flags & ACKNOWLEDGMENT) !== 0];
  const end = 8 + (hasSequence ? 4 : 0) + (hasAcknowledgment ? 4 : 0);
  return {
    call: body.readUInt16BE(6),
    version,
    protocol: body.readUInt16BE(2),
    ...(hasSequence ? { sequence: body.readUInt32BE(8) } : {}),
    ...(hasAcknowledgment ? { acknowledgment: body.readUInt32BE(end - 4) } : {}),
    payload: body.subarray(end, version === 1 ? end + body.readUInt16BE(4) : undefined),
  };
}

/** UDP without a checksum, which IPv4 allows. */
export function encodeUdp(fromPort: number, toPort: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(fromPort, 0);
  header.writeUInt16BE(toPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** ICMP: type, code, and the four bytes behind the checksum (an identifier and a number, or an MTU). */
export function encodeIcmp(type: number, code: number, rest: number, payload: Buffer): Buffer {
  const message = Buffer.concat([Buffer.alloc(8), payload]);
  message.writeUInt8(type, 0);
  message.writeUInt8(code, 1);
  message.writeUInt32BE(rest, 4);
  message.writeUInt16BE(checksum(message), 2);
  return message;
}

/** What matters of a TCP header: flags as letters, and the maximum segment size where it names one. */
export function decodeTcp(body: Buffer): { readonly port: number; readonly flags: string; readonly mss?: number } {
  const bits = body.readUInt8(13);
  const flags = `${bits & 2 ? 'S' : ''}${bits & 16 ? 'A' : ''}${bits & 4 ? 'R' : ''}`;
  for (let at = 20; at < (body.readUInt8(12) >> 4) * 4; ) {
    const kind = body.readUInt8(at);
    if (kind === 2) {
      return { port: body.readUInt16BE(2), flags, mss: body.readUInt16BE(at + 2) };
    }
    if (kind === 0) {
      break;
    }
    at += kind === 1 ? 1 : body.readUInt8(at + 1);
  }
  return { port: body.readUInt16BE(2), flags };
}

function address(dotted: string): Buffer {
  return Buffer.from(dotted.split('.').map(Number));
}

function checksum(data: Buffer): number {
  let sum = 0;
  for (let at = 0; at < data.length; at += 2) {
    sum += data.readUInt8(at) * 256 + (at + 1 < data.length ? data.readUInt8(at + 1) : 0);
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return ~sum & 0xffff;
}
