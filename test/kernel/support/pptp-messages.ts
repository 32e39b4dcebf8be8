/** Control messages of PPTP as bytes, and back (RFC 2637, section 2). */

const MAGIC = 0x1a2b3c4d;

/** A field: its name and how many bytes it has. One of up to four bytes is a number, a longer one a text. */
type Field = readonly [name: string, bytes: number];

/** The kind of a message, and its fields behind the header: `call:2` is one of two bytes. */
function message(type: number, fields: string): { readonly type: number; readonly fields: readonly Field[] } {
  const parts = fields.split(' ').map((each) => each.split(':'));
  return { type, fields: parts.map(([name = '', bytes]) => [name, Number(bytes)]) };
}

const CAPABILITIES = 'framing:4 bearer:4 channels:2 firmware:2 host:64 vendor:64';

/** The messages that a call without incidents needs, with the bodies that the RFC draws. */
const MESSAGES = {
  startRequest: message(1, `version:2 reserved:2 ${CAPABILITIES}`),
  startReply: message(2, `version:2 result:1 error:1 ${CAPABILITIES}`),
  stopRequest: message(3, 'reason:1 reserved1:1 reserved2:2'),
  stopReply: message(4, 'result:1 error:1 reserved:2'),
  echoRequest: message(5, 'identifier:4'),
  echoReply: message(6, 'identifier:4 result:1 error:1 reserved:2'),
  outgoingCallRequest: message(
    7,
    'call:2 serial:2 minimumBps:4 maximumBps:4 bearer:4 framing:4 window:2 delay:2 phoneLength:2 reserved:2 phone:64 subaddress:64',
  ),
  outgoingCallReply: message(8, 'call:2 peerCall:2 result:1 error:1 cause:2 speed:4 window:2 delay:2 channel:4'),
  callClearRequest: message(12, 'call:2 reserved:2'),
  callDisconnectNotify: message(13, 'call:2 result:1 error:1 cause:2 reserved:2 statistics:128'),
  setLinkInfo: message(15, 'peerCall:2 reserved:2 sendAccm:4 receiveAccm:4'),
};

export type PptpMessageName = keyof typeof MESSAGES;
export type PptpMessage = { readonly name: PptpMessageName } & Readonly<Record<string, number | string>>;

/** The length of a message in bytes, its header of 12 included. */
export function messageLength(name: PptpMessageName): number {
  return 12 + MESSAGES[name].fields.reduce((sum, [, bytes]) => sum + bytes, 0);
}

/** A message as bytes; a field that is not given is zero or empty. */
export function encodeMessage(name: PptpMessageName, values: Readonly<Record<string, number | string>> = {}): Buffer {
  const message = Buffer.alloc(messageLength(name));
  message.writeUInt16BE(message.length, 0);
  message.writeUInt16BE(1, 2);
  message.writeUInt32BE(MAGIC, 4);
  message.writeUInt16BE(MESSAGES[name].type, 8);
  let at = 12;
  for (const [field, bytes] of MESSAGES[name].fields) {
    const value = values[field];
    if (typeof value === 'number') {
      message.writeUIntBE(value, at, bytes);
    } else if (value !== undefined) {
      message.write(value, at, bytes, 'latin1');
    }
    at += bytes;
  }
  return message;
}

/** The message that these bytes begin with. */
export function decodeMessage(bytes: Buffer): PptpMessage {
  const name = (Object.keys(MESSAGES) as PptpMessageName[]).find(
    (each) => MESSAGES[each].type === bytes.readUInt16BE(8),
  );
  if (name === undefined || bytes.readUInt32BE(4) !== MAGIC || bytes.readUInt16BE(0) !== messageLength(name)) {
    throw new Error(`no control message of PPTP: ${bytes.toString('hex')}`);
  }
  const values: Record<string, number | string> = {};
  let at = 12;
  for (const [field, length] of MESSAGES[name].fields) {
    values[field] =
      length <= 4 ? bytes.readUIntBE(at, length) : bytes.toString('latin1', at, at + length).replace(/\0+$/, '');
    at += length;
  }
  return { ...values, name };
}
