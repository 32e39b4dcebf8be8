import { renderEdge } from '../../../lib/edge';
import { readOpenWrt, Uci } from '../readers/openwrt';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';

describeProduct('openwrt', readOpenWrt, () => ({ greVersion: true, calls: true }));

describeStrictness('openwrt', readOpenWrt, () => 'PPTP');

describeGoldens('openwrt');

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;

describe('openwrt', () => {
  test('GRE is let in by the helper alone, on the zone that calls come from', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'openwrt', BEFORE));
    expect(lines.filter((line) => line.startsWith('uci') && line.includes('plant4_0'))).toEqual([
      "uci set firewall.plant4_0='rule'",
      "uci set firewall.plant4_0.name='plant4: calls'",
      "uci set firewall.plant4_0.family='ipv4'",
      "uci add_list firewall.plant4_0.src_ip='192.168.1.0/24'",
      "uci set firewall.plant4_0.dest_ip='198.51.100.10'",
      "uci set firewall.plant4_0.src='lan'",
      "uci set firewall.plant4_0.proto='tcp'",
      "uci set firewall.plant4_0.dest_port='1723'",
      "uci set firewall.plant4_0.set_helper='pptp'",
      "uci set firewall.plant4_0.target='HELPER'",
      "uci reorder firewall.plant4_0='0'",
    ]);
    expect(lines[0]).toBe(
      "[ -d /sys/module/nf_nat_pptp ] || { echo 'install kmod-nf-nathelper-extra first' >&2; exit 1; }",
    );
    const gre = lines.filter((line) => line.includes(".proto='47'"));
    expect(gre).toHaveLength(1);
    expect(lines[lines.indexOf(gre[0] ?? '') + 1]).toBe("uci reorder firewall.plant4_3='3'");
    expect(lines).toContain("uci set firewall.plant4_3.target='DROP'");
  });

  test('a shared address is published by TCP 1723, whose helper translates the GRE of its calls', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, outside: 'wan2' } as const;
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'openwrt', site));
    expect(lines.filter((line) => line.includes('src_dip') || line.includes('src_dport'))).toEqual([
      "uci set firewall.plant4_4.src_dip='198.51.100.10'",
      "uci set firewall.plant4_4.src_dport='1723'",
    ]);
    expect(lines).toContain("uci set firewall.plant4_4.src='wan2'");
    expect(lines).toContain("uci set firewall.plant4_0.src='wan2'");
    expect(lines).toContain("uci set firewall.plant4_4.dest='lan'");
    expect(lines).toContain("uci set firewall.plant4_4.reflection='0'");
  });

  test('segments are made smaller for the tunnel alone, both ways, and none is made larger', () => {
    const uci = new Uci().run(textOf(renderEdge(planOf('PPTP'), 'openwrt', { role: 'routed' }), 'configuration'));
    expect(uci.files).toEqual(
      new Map([
        [
          '/usr/share/nftables.d/chain-pre/mangle_forward/plant4.nft',
          ['saddr', 'daddr']
            .map(
              (side) =>
                `ip ${side} 10.99.0.0/24 tcp flags syn / syn,fin,rst tcp option maxseg size > 1356 tcp option maxseg size set 1356 comment "plant4: segments"`,
            )
            .join('\n'),
        ],
      ]),
    );
  });

  test('on the gateway only administration reaches SSH, and L2TP comes out of IPsec alone', () => {
    const site = { role: 'gateway-host', management: ['192.0.2.128/25'] } as const;
    const lines = commandsOf(renderEdge(planOf('L2TP/IPsec'), 'openwrt', site));
    expect(lines.filter((line) => line.includes('1701'))).toEqual([
      `  'meta ipsec exists ip daddr 198.51.100.10 udp dport 1701 accept comment "plant4: L2TP out of IPsec"' \\`,
    ]);
    expect(lines).toContain("uci add_list firewall.plant4_2.src_ip='192.0.2.128/25'");
    expect(lines).toContain("uci set firewall.plant4_2.dest_port='22'");
  });

  test.each([BEFORE, { role: 'before-gateway', innerAddress: INNER }] as const)('$role refuses ESP', (site) => {
    expect(() => renderEdge(planOf('IKEv2 with ESP'), 'openwrt', site)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'OpenWrt cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
        ],
        alternatives: ['UDP 500 and 4500 alone: flowSets: [IKEV2.flowSets[0]]'],
      }),
    );
  });

  test('a zone is a name that fw4 takes', () => {
    expect(() => renderEdge(planOf('PPTP'), 'openwrt', { role: 'routed', outside: "wan'; reboot" })).toThrow(
      expect.objectContaining({
        code: 'EDGE_INTERFACE_INVALID',
        reasons: ['outside is no name of an interface or zone that OpenWrt takes'],
      }),
    );
  });

  test.each([
    BEFORE,
    { role: 'routed' },
    { role: 'before-gateway', innerAddress: INNER },
    { role: 'gateway-host', management: ['192.0.2.128/25'] },
  ] as const)('the removal leaves nothing of $role behind, and a second run changes nothing', (site) => {
    const configuration = renderEdge(planOf('PPTP, IKEv2 and WireGuard'), 'openwrt', site);
    const script = textOf(configuration, 'configuration');
    const uci = new Uci().run(script);
    const { names } = uci;
    expect(names.length).toBeGreaterThan(3);
    expect(uci.run(script).names).toEqual(names);
    uci.run(textOf(configuration, 'removal'));
    expect(uci.names).toEqual([]);
    expect(uci.files).toEqual(new Map());
  });
});

describe('the reader of OpenWrt', () => {
  let count = 0;
  const section = (options: Record<string, string>) => {
    const name = `s${count++}`;
    const lines = Object.entries({ family: 'ipv4', ...options }).map(
      ([option, value]) => `uci set firewall.${name}.${option}='${value}'`,
    );
    return [`uci set firewall.${name}='rule'`, ...lines].join('\n');
  };
  const any = { src: '*', dest: '*', dest_ip: '198.51.100.10' };
  const clients = { ...any, src_ip: '203.0.113.0/24', target: 'ACCEPT' };
  const control = { ...clients, proto: 'tcp', dest_port: '1723' };
  const helper = { src: 'wan', proto: 'tcp', dest_port: '1723', set_helper: 'pptp', target: 'HELPER' };
  const nothing = { ...any, proto: 'all', target: 'DROP' };
  const read = (...sections: Record<string, string>[]) =>
    answers(readOpenWrt(handWritten('routed', [...sections.map(section), 'uci commit firewall'].join('\n'))));

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read({ ...clients, proto: 'all' }, nothing)).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('knows that a rule without a protocol is one for TCP and UDP', () => {
    expect(read(clients, nothing)).toMatchObject({ 'TCP 22': 'allow', 'GRE of a call': 'deny' });
  });

  test('sees a denial before the permits, and a range that is too wide', () => {
    expect(read(nothing, control)).toMatchObject({ 'TCP 1723': 'deny' });
    expect(read({ ...control, src_ip: '203.0.0.0/16' }, nothing)).toMatchObject({
      'TCP 1723 of the range next door': 'allow',
    });
  });

  test('sees that the helper is missing, or set for another zone', () => {
    expect(read(helper, control, nothing)).toMatchObject({ 'GRE of a call': 'allow', 'GRE without a call': 'deny' });
    expect(read(control, nothing)).toMatchObject({ 'GRE of a call': 'deny' });
    expect(read({ ...helper, src: 'lan' }, control, nothing)).toMatchObject({ 'GRE of a call': 'deny' });
  });

  test('takes no rule of a zone beside those of all zones, nor what is not committed', () => {
    expect(() => read({ ...control, src: 'wan' }, nothing)).toThrow('a rule of a zone');
    expect(() => readOpenWrt(handWritten('routed', section(control)))).toThrow('nothing is committed');
  });
});
