import * as fc from 'fast-check';
import { DIRECTIONS, Flow, IpProtocol } from '../../lib/flows';
import { errorOf } from '../support/messages';

describe('a flow', () => {
  test('names protocol, port and id so that rules and messages agree', () => {
    const rows = [Flow.tcp(1723), Flow.udp(4500), Flow.GRE, Flow.ESP].map((flow) => ({
      protocol: flow.protocol,
      port: flow.port,
      name: flow.name,
      label: flow.label,
      id: flow.id,
      startsAtEitherEnd: flow.startsAtEitherEnd,
    }));
    expect(rows).toEqual([
      { protocol: 6, port: 1723, name: 'TCP 1723', label: 'TCP 1723', id: 'tcp-1723', startsAtEitherEnd: false },
      { protocol: 17, port: 4500, name: 'UDP 4500', label: 'UDP 4500', id: 'udp-4500', startsAtEitherEnd: false },
      {
        protocol: 47,
        port: undefined,
        name: 'GRE (IP protocol 47)',
        label: 'GRE 47',
        id: 'gre',
        startsAtEitherEnd: true,
      },
      {
        protocol: 50,
        port: undefined,
        name: 'ESP (IP protocol 50)',
        label: 'ESP 50',
        id: 'esp',
        startsAtEitherEnd: false,
      },
    ]);
  });

  test('takes every port but 47', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65535 }).filter((port) => port !== 47),
        (port) => {
          expect(Flow.tcp(port)).toMatchObject({ protocol: IpProtocol.TCP, port });
          expect(Flow.udp(port)).toMatchObject({ protocol: IpProtocol.UDP, port });
        },
      ),
    );
  });

  test('is the same for the same port, and differs between TCP and UDP', () => {
    expect(Flow.tcp(443)).toEqual(Flow.tcp(443));
    expect(Flow.tcp(443).id).not.toBe(Flow.udp(443).id);
  });

  test('goes both ways, the way to the gateway first', () => {
    expect(DIRECTIONS).toEqual(['to-gateway', 'to-client']);
  });
});

describe('port 47, which is not protocol 47', () => {
  test('is refused for TCP, and the message tells the two apart', () => {
    expect(errorOf(() => Flow.tcp(47))).toEqual({
      code: 'PORT_47_IS_NOT_PROTOCOL_47',
      text: [
        'TCP port 47 is not GRE: GRE is IP protocol 47 and has no ports.',
        '  got      47',
        '  allowed  Flow.GRE for the data channel of PPTP, beside Flow.tcp(1723) for its control channel',
        '  write    Flow.GRE',
        '',
        '      at FILE:LINE',
        '      code PORT_47_IS_NOT_PROTOCOL_47, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test('is refused for UDP as well', () => {
    expect(errorOf(() => Flow.udp(47))).toEqual({
      code: 'PORT_47_IS_NOT_PROTOCOL_47',
      text: [
        'UDP port 47 is not GRE: GRE is IP protocol 47 and has no ports.',
        '  got      47',
        '  allowed  Flow.GRE for the data channel of PPTP, beside Flow.tcp(1723) for its control channel',
        '  write    Flow.GRE',
        '',
        '      at FILE:LINE',
        '      code PORT_47_IS_NOT_PROTOCOL_47, see docs/diagnostics.md',
      ].join('\n'),
    });
  });
});

describe('a port that is none', () => {
  test.each([
    [0, '0'],
    [65536, '65536'],
    [-1, '-1'],
    [1723.5, '1723.5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['1723', '"1723"'],
    [null, 'null'],
    [{}, 'an object of class Object'],
  ])('%p is refused with the whole text', (port, shown) => {
    expect(errorOf(() => Flow.udp(port as number))).toEqual({
      code: 'PORT_INVALID',
      text: [
        'UDP port is not a port number.',
        `  got      ${shown}`,
        '  allowed  a whole number from 1 to 65535',
        '  write    Flow.udp(1194)',
        '',
        '      at FILE:LINE',
        '      code PORT_INVALID, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test('is refused for TCP with an example for TCP', () => {
    expect(errorOf(() => Flow.tcp(70000)).text).toContain('TCP port is not a port number.');
    expect(errorOf(() => Flow.tcp(70000)).text).toContain('  write    Flow.tcp(1194)');
  });
});

describe('a flow that somebody else wrote', () => {
  test.each([
    [6, 47, 'TCP 47', 'tcp-47'],
    [17, 1701, 'UDP 1701', 'udp-1701'],
    [1, undefined, 'ICMP (IP protocol 1)', 'protocol-1'],
    [51, undefined, 'AH (IP protocol 51)', 'ah'],
  ] as const)('is called what it is: protocol %i, port %s', (protocol, port, name, id) => {
    expect(Flow.written(protocol, port)).toMatchObject({ protocol, port, name, id });
  });

  test('is ours where it is one of ours', () => {
    expect(Flow.written(47)).toBe(Flow.GRE);
    expect(Flow.written(50)).toBe(Flow.ESP);
    expect(Flow.written(6, 1723)).toEqual(Flow.tcp(1723));
  });
});
