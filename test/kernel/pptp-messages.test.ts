import { pptpHost } from './support/hosts';
import { type Agent, Machine } from './support/machine';
import { decodeGre, decodeIpv4, encodeGre, encodeIpv4 } from './support/packets';
import { decodeMessage, encodeMessage, messageLength, type PptpMessageName } from './support/pptp-messages';

describe('the bytes that these tests send', () => {
  test.each<[PptpMessageName, number]>([
    ['startRequest', 156],
    ['startReply', 156],
    ['stopRequest', 16],
    ['stopReply', 16],
    ['echoRequest', 16],
    ['echoReply', 20],
    ['outgoingCallRequest', 168],
    ['outgoingCallReply', 32],
    ['callClearRequest', 16],
    ['callDisconnectNotify', 148],
    ['setLinkInfo', 24],
  ])('%s has the %i bytes of RFC 2637, and comes back as it was written', (name, length) => {
    expect(messageLength(name)).toBe(length);
    const bytes = encodeMessage(name);
    expect(bytes).toHaveLength(length);
    expect(bytes.subarray(0, 8).toString('hex')).toBe(`${length.toString(16).padStart(4, '0')}00011a2b3c4d`);
    expect(decodeMessage(bytes).name).toBe(name);
  });

  test('fields stand where the RFC draws them', () => {
    const request = encodeMessage('outgoingCallRequest', { call: 0x1234, window: 64, phone: '555' });
    expect([request.readUInt16BE(12), request.readUInt16BE(32), request.toString('latin1', 40, 43)]).toEqual([
      ...[0x1234, 64, '555'],
    ]);
    const reply = encodeMessage('outgoingCallReply', { call: 0x1111, peerCall: 0x2222, result: 1 });
    expect([reply.readUInt16BE(12), reply.readUInt16BE(14), reply.readUInt8(16)]).toEqual([0x1111, 0x2222, 1]);
    expect(decodeMessage(reply)).toMatchObject({ call: 0x1111, peerCall: 0x2222, result: 1, cause: 0 });
  });

  test('what is no message is told', () => {
    const bytes = encodeMessage('echoRequest');
    bytes.writeUInt32BE(0, 4);
    expect(() => decodeMessage(bytes)).toThrow('no control message of PPTP');
  });

  test('GRE of PPTP: version 1, key, PPP, the length and the Call ID, then the numbers', () => {
    const payload = Buffer.from('ff03c021', 'hex');
    expect(encodeGre({ call: 0xabcd, sequence: 7, payload }).toString('hex')).toBe('3001880b0004abcd00000007ff03c021');
    expect(encodeGre({ call: 0xabcd, acknowledgment: 9, payload: Buffer.alloc(0) }).toString('hex')).toBe(
      '2081880b0000abcd00000009',
    );
    expect(encodeGre({ call: 1, version: 0, protocol: 0x0800, payload }).toString('hex')).toBe(
      '2000080000000001ff03c021',
    );
    for (const gre of [
      { call: 1, version: 1, protocol: 0x880b, sequence: 2, acknowledgment: 3, payload },
      { call: 1, version: 0, protocol: 0x0800, payload },
    ] as const) {
      expect(decodeGre(encodeGre(gre))).toEqual(gre);
    }
  });

  test('IPv4: a header whose sum is right', () => {
    const packet = encodeIpv4(47, '192.0.2.1', '203.0.113.9', Buffer.from('body'));
    expect(packet.toString('hex')).toBe('4500001800000000402f7cacc0000201cb007109626f6479');
    expect(decodeIpv4(packet)).toEqual({
      protocol: 47,
      from: '192.0.2.1',
      to: '203.0.113.9',
      body: Buffer.from('body'),
    });
  });
});

describe('pptpd of Debian 13', () => {
  let machine: Machine;
  let agent: Agent;

  beforeAll(async () => {
    machine = await Machine.start();
    machine.install(pptpHost());
    machine.sh(
      'mkdir -p /run/vpn-gateway/calls; /usr/sbin/pptpd; while ! ss -Hltn sport = :1723 | grep -q .; do sleep 0.05; done',
    );
    agent = machine.agent();
  }, 300_000);

  afterAll(() => machine?.stop());

  const exchange = async (name: PptpMessageName, values: Record<string, number | string>, answer: PptpMessageName) => {
    await agent.do('write', { name: 'control', data: encodeMessage(name, values).toString('hex') });
    const hex = await agent.do<string>('read', { name: 'control', length: messageLength(answer) });
    return decodeMessage(Buffer.from(hex, 'hex'));
  };

  test('takes these messages for those of a client, and its own are read by the same rules', async () => {
    const port = await agent.do('connect', { src: '127.0.0.1', dst: '127.0.0.1', port: 1723, name: 'control' });
    expect(port).not.toBeNull();
    expect(
      await exchange('startRequest', { version: 0x100, framing: 3, bearer: 3, host: 'test' }, 'startReply'),
    ).toMatchObject({ name: 'startReply', version: 0x100, result: 1, vendor: 'linux' });
    expect(await exchange('echoRequest', { identifier: 0x01020304 }, 'echoReply')).toMatchObject({
      ...{ name: 'echoReply', identifier: 0x01020304, result: 1 },
    });
    const call = { call: 0x4321, serial: 1, minimumBps: 300, maximumBps: 1e8, bearer: 3, framing: 3, window: 64 };
    expect(await exchange('outgoingCallRequest', call, 'outgoingCallReply')).toMatchObject({
      ...{ name: 'outgoingCallReply', peerCall: 0x4321, result: 1 },
    });
  });
});
