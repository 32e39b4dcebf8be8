import { EdgePlan, renderEdge } from '../../../lib/edge';
import { Insecure } from '../../../lib/flows';
import { PPTP, WIREGUARD } from '../../../lib/protocols';
import { Clients } from '../../../lib/rules/clients';
import { leftAfter, readMikrotik } from '../readers/mikrotik';
import { describeProduct, GATEWAY, INNER, LAN, planOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';
import { answer } from '../support/reading';

describeProduct('mikrotik', readMikrotik, (role) => ({
  greVersion: role !== 'gateway-host',
  calls: role !== 'gateway-host',
}));

describeStrictness('mikrotik', readMikrotik, () => 'PPTP');

describeGoldens('mikrotik');

describe('mikrotik', () => {
  const before = { role: 'before-clients', clientNetworks: [LAN] } as const;

  test('clients from everywhere need no list', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [WIREGUARD],
      clients: Clients.anywhereBecause('road warriors, whose networks nobody knows'),
      gateway: GATEWAY,
    });
    const configuration = renderEdge(plan, 'mikrotik', { role: 'routed' });
    expect(textOf(configuration, 'configuration')).not.toMatch(/^(set|add) .*-clients/m);
    const probe = {
      protocol: 17,
      direction: 'to-gateway',
      client: '192.0.2.77',
      gateway: GATEWAY,
      starts: true,
    } as const;
    const reading = readMikrotik(configuration);
    expect(answer(reading, { ...probe, port: 51820, what: 'WireGuard' })).toBe('allow');
    expect(answer(reading, { ...probe, port: 1194, what: 'OpenVPN' })).toBe('deny');
  });

  test('before clients the helper is switched on, and GRE needs a call', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'mikrotik', before));
    expect(lines).toContain('/ip firewall service-port set pptp disabled=no');
    expect(lines).toContain(
      'add chain=plant4 action=accept protocol=gre src-address-list=plant4-clients dst-address=198.51.100.10 connection-state=established,related connection-type=pptp comment="plant4: GRE 47 of clients"',
    );
    expect(lines).toContain('add list=plant4-clients address=192.168.1.0/24 comment="plant4: clients"');
    expect(lines.join('\n')).not.toContain('change-mss');
  });

  test('a shared address is published by protocol: TCP 1723, and GRE without a port', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'mikrotik', { role: 'before-gateway', innerAddress: INNER }));
    expect(lines.filter((line) => /action=(dst|src)-nat/.test(line))).toEqual([
      'add chain=dstnat action=dst-nat protocol=tcp dst-port=1723 dst-address=198.51.100.10 to-addresses=192.0.2.10 comment="plant4: publishes the gateway"',
      'add chain=dstnat action=dst-nat protocol=gre dst-address=198.51.100.10 to-addresses=192.0.2.10 comment="plant4: publishes the gateway"',
      'add chain=srcnat action=src-nat protocol=gre src-address=192.0.2.10 dst-address-list=plant4-clients to-addresses=198.51.100.10 comment="plant4: publishes the gateway"',
    ]);
    expect(lines).toContain(
      'add chain=plant4 action=drop protocol=gre dst-address=192.0.2.10 comment="plant4: GRE 47 of nobody else"',
    );
  });

  test('segments are made smaller for the tunnel alone, both ways, and none is made larger', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'mikrotik', { role: 'routed' }));
    expect(lines.filter((line) => line.includes('change-mss'))).toEqual(
      ['src', 'dst'].map(
        (side) =>
          `add chain=forward action=change-mss new-mss=1356 protocol=tcp tcp-flags=syn tcp-mss=1357-65535 ${side}-address=10.99.0.0/24 passthrough=yes comment="plant4: segments"`,
      ),
    );
  });

  test('on the gateway only administration reaches SSH, and L2TP comes out of IPsec alone', () => {
    const site = { role: 'gateway-host', management: ['192.0.2.128/25'] } as const;
    const lines = commandsOf(renderEdge(planOf('L2TP/IPsec'), 'mikrotik', site));
    expect(lines).toContain(
      'add chain=plant4 action=accept protocol=tcp dst-port=22 src-address-list=plant4-management dst-address=198.51.100.10 comment="plant4: administration"',
    );
    expect(lines.filter((line) => line.includes('1701'))).toEqual([
      'add chain=plant4 action=accept protocol=udp dst-port=1701 dst-address=198.51.100.10 ipsec-policy=in,ipsec comment="plant4: L2TP out of IPsec"',
    ]);
  });

  test.each(['before-clients', 'before-gateway'] as const)(
    '%s refuses ESP, which a translation wraps into UDP',
    (role) => {
      const site = role === 'before-clients' ? before : { role, innerAddress: INNER };
      expect(() => renderEdge(planOf('IKEv2 with ESP'), 'mikrotik', site)).toThrow(
        expect.objectContaining({
          code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
          reasons: [
            'MikroTik RouterOS cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
          ],
          alternatives: ['UDP 500 and 4500 alone: flowSets: [IKEV2.flowSets[0]]'],
        }),
      );
    },
  );

  test.each([
    before,
    { role: 'routed' },
    { role: 'before-gateway', innerAddress: INNER },
    { role: 'gateway-host', management: ['192.0.2.128/25'] },
  ] as const)('the removal leaves nothing of $role behind', (site) => {
    const configuration = renderEdge(planOf('PPTP'), 'mikrotik', site);
    const script = textOf(configuration, 'configuration');
    expect(leftAfter(script, '')).not.toEqual([]);
    expect(leftAfter(script, textOf(configuration, 'removal'))).toEqual([]);
  });

  test('an address that is not known yet stands where RouterOS refuses it', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [PPTP],
      insecure: Insecure.because('a hostile reason"\n/system reset-configuration'),
      clients: Clients.from('203.0.113.0/24'),
    });
    const lines = commandsOf(renderEdge(plan, 'mikrotik', { role: 'routed' }));
    expect(lines).toContain(
      'add chain=forward action=jump jump-target=plant4 dst-address=GATEWAY_ADDRESS comment="plant4: jump"',
    );
    expect(lines.join('\n')).not.toContain('reset-configuration');
  });
});

describe('the reader of RouterOS', () => {
  const PERMIT = 'add chain=plant4 action=accept protocol=tcp dst-port=1723 src-address=203.0.113.0/24';
  const GRE = 'add chain=plant4 action=accept protocol=gre src-address=203.0.113.0/24';
  const DENY = 'add chain=plant4 action=drop dst-address=198.51.100.10';
  const JUMP =
    'add chain=forward action=jump jump-target=plant4 dst-address=198.51.100.10 comment="x: jump"\n' +
    ':if ([:len [find where chain=forward and dynamic=no and !(comment~"^x: ")]] > 0) do={ move [find where chain=forward and comment~"^x: "] destination=[:pick [find where chain=forward and dynamic=no and !(comment~"^x: ")] 0] }';
  const read = (rules: readonly string[], role: 'routed' | 'before-clients' = 'routed') =>
    answers(readMikrotik(handWritten(role, ['/ip firewall filter', ...rules, JUMP].join('\n'))));

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read([GRE.replace(' protocol=gre', ''), DENY])).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('sees a denial before the permits', () => {
    expect(read([DENY, PERMIT, GRE])).toMatchObject({ 'TCP 1723': 'deny', 'GRE of a call': 'deny' });
  });

  test('sees a range that is too wide', () => {
    expect(read([PERMIT.replace('/24', '').replace('203.0.113.0', '203.0.0.0/16'), DENY])).toMatchObject({
      'TCP 1723 of the range next door': 'allow',
    });
  });

  test('sees that GRE which is only established never lets a call in', () => {
    expect(read([PERMIT, `${GRE} connection-state=established`, DENY])).toMatchObject({ 'GRE of a call': 'deny' });
  });

  test('sees that GRE to the client is not let through', () => {
    expect(read([PERMIT, GRE, DENY])).toMatchObject({ 'GRE of a call to the client': 'left' });
  });

  test('sees that the helper is off', () => {
    const off = '/ip firewall service-port set pptp disabled=yes\n/ip firewall filter';
    const helped = `${GRE} connection-state=established,related connection-type=pptp`;
    expect(read([PERMIT, helped, DENY])).toMatchObject({ 'GRE of a call': 'allow', 'GRE without a call': 'deny' });
    expect(read([off, PERMIT, helped, DENY])).toMatchObject({ 'GRE of a call': 'deny' });
    expect(read([off, PERMIT, GRE, GRE.replace('src-', 'dst-'), DENY], 'before-clients')).toMatchObject({
      'GRE of a call to the client': 'left',
    });
  });

  test('takes no rule that may stand behind those that are there', () => {
    const [jump = ''] = JUMP.split('\n');
    expect(() => readMikrotik(handWritten('routed', ['/ip firewall filter', PERMIT, jump].join('\n')))).toThrow(
      'a rule of forward that is there may decide before ours',
    );
  });
});
