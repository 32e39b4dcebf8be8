import { aclTraffic, aclTrafficOf, portOf, replyPorts } from '../../lib/aws/vpn-ports';
import { Flow } from '../../lib/flows';

describe('portOf', () => {
  test.each([
    ['TCP 1723', Flow.tcp(1723), { ipProtocol: 'tcp', fromPort: 1723, toPort: 1723 }],
    ['UDP 500', Flow.udp(500), { ipProtocol: 'udp', fromPort: 500, toPort: 500 }],
    ['GRE, by number and without ports', Flow.GRE, { ipProtocol: '47', fromPort: undefined, toPort: undefined }],
    ['ESP, by number and without ports', Flow.ESP, { ipProtocol: '50', fromPort: undefined, toPort: undefined }],
  ])('names %s', (_what, flow, json) => {
    expect(portOf(flow).toRuleJson()).toEqual(json);
    expect(portOf(flow).canInlineRule).toBe(true);
  });

  test('prints GRE and ESP in the ids of rules', () => {
    expect([Flow.GRE, Flow.ESP].map((flow) => portOf(flow).toString())).toEqual(['GRE', 'ESP']);
  });
});

describe('aclTrafficOf', () => {
  test.each([
    ['TCP 1723', Flow.tcp(1723), { protocol: 6, portRange: { from: 1723, to: 1723 } }],
    ['UDP 4500', Flow.udp(4500), { protocol: 17, portRange: { from: 4500, to: 4500 } }],
    ['GRE, without a port range', Flow.GRE, { protocol: 47 }],
    ['ESP, without a port range', Flow.ESP, { protocol: 50 }],
  ])('names %s', (_what, flow, config) => {
    expect(aclTrafficOf(flow).toTrafficConfig()).toStrictEqual(config);
  });

  test('names a range of ports', () => {
    expect(aclTraffic(6, { from: 1024, to: 65535 }).toTrafficConfig()).toStrictEqual({
      protocol: 6,
      portRange: { from: 1024, to: 65535 },
    });
  });
});

describe('replyPorts', () => {
  test.each([
    ['TCP answers go to ephemeral ports', Flow.tcp(443), { from: 1024, to: 65535 }],
    ['UDP answers go to ephemeral ports', Flow.udp(51820), { from: 1024, to: 65535 }],
    ['IKE answers may go to port 500', Flow.udp(500), { from: 500, to: 65535 }],
    ['GRE has no ports', Flow.GRE, undefined],
  ])('%s', (_what, flow, ports) => {
    expect(replyPorts(flow)).toEqual(ports);
  });
});
