import { renderEdge } from '../../../lib/edge';
import { rowsOf } from '../readers/markdown';
import { readPfsense } from '../readers/pfsense';
import { describeProduct, INNER, LAN, PLANS, planOf, sitesOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { describeGoldens } from '../support/goldens';
import { answers, handWritten, textOf } from '../support/hand-written';

describeProduct('pfsense', readPfsense, () => ({ greVersion: false, calls: false }));

describeStrictness('pfsense', readPfsense, ({ role }) => (role === 'before-clients' ? 'IKEv2' : 'PPTP'));

describeGoldens('pfsense', (role) => (role === 'before-clients' ? 'IKEv2' : 'PPTP'));

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;
const HEAD = ['No.', 'Where', 'Action', 'Protocol', 'Source', 'Destination', 'Port', 'Name'];

/** The lines of the block of code, which are pf's. */
function pfLines(text: string): string[] {
  return /```\n([\s\S]+?)\n```/.exec(text)?.[1]?.split('\n') ?? [];
}

describe('pfsense', () => {
  test('in the middle rules stand on the tab where packets come in', () => {
    const text = textOf(renderEdge(planOf('PPTP'), 'pfsense', { role: 'routed' }), 'configuration');
    expect(rowsOf(text, ...HEAD)).toEqual([
      ['1', 'WAN', 'Pass', 'TCP', 'plant4_clients', 'plant4_gateway', '1723', 'plant4: TCP 1723 of clients'],
      ['2', 'WAN', 'Pass', 'GRE', 'plant4_clients', 'plant4_gateway', 'any', 'plant4: GRE 47 of clients'],
      ['3', 'WAN', 'Block', 'any', 'any', 'plant4_gateway', 'any', 'plant4: nothing else'],
      ['4', 'LAN', 'Pass', 'GRE', 'plant4_gateway', 'plant4_clients', 'any', 'plant4: GRE 47 to clients'],
    ]);
    expect(text).toContain('Under Interfaces, LAN, set MSS to 1396.');
  });

  test('a shared address is published by TCP 1723 and by GRE, in words and in those of pf', () => {
    const site = { role: 'before-gateway', innerAddress: INNER } as const;
    const text = textOf(renderEdge(planOf('PPTP'), 'pfsense', site), 'configuration');
    expect(rowsOf(text, 'Interface', 'Protocol', 'Source', 'Destination', 'Port', 'Redirect to')).toEqual([
      ['WAN', 'TCP', 'plant4_clients', '198.51.100.10', '1723', '192.0.2.10'],
      ['WAN', 'GRE', 'plant4_clients', '198.51.100.10', 'any', '192.0.2.10'],
    ]);
    expect(pfLines(text)).toEqual([
      'nat on $WAN inet proto gre from 192.0.2.10/32 to <plant4_clients> -> 198.51.100.10',
      'rdr on $WAN inet proto tcp from <plant4_clients> to 198.51.100.10 port 1723 -> 192.0.2.10',
      'rdr on $WAN inet proto gre from <plant4_clients> to 198.51.100.10 -> 192.0.2.10',
      'pass in quick on $WAN inet proto tcp from <plant4_clients> to 192.0.2.10 port 1723 keep state',
      'pass in quick on $WAN inet proto gre from <plant4_clients> to 192.0.2.10 keep state',
      'block drop in quick on $WAN inet proto tcp from any to 192.0.2.10 port 1723',
      'block drop in quick on $WAN inet proto gre from any to 192.0.2.10',
      'pass in quick on $LAN inet proto gre from 192.0.2.10 to <plant4_clients> keep state',
    ]);
  });

  test.each(sitesOf('routed').concat(sitesOf('before-gateway'), [BEFORE]))(
    'the rules of pf say what the table says, as $role $publication',
    (site) => {
      for (const name of Object.keys(PLANS)) {
        const plan = planOf(name);
        if (plan.hasEsp || (plan.hasGre && site.role === 'before-clients')) {
          continue;
        }
        const text = textOf(renderEdge(plan, 'pfsense', site), 'configuration');
        const grammar =
          /^(pass|block drop) in quick on \$(\w+) inet(?: proto (\w+))? from (\S+) to (\S+?)(?: port (\d+))?(?: keep state)?$/;
        const address = site.innerAddress ?? '198.51.100.10';
        const word = (end = '') => end.replace('<plant4_clients>', 'plant4_clients').replace(address, 'plant4_gateway');
        const said = pfLines(text).flatMap((line) => {
          const [, action, where, protocol, source, destination, port] = grammar.exec(line) ?? [];
          return action === undefined
            ? []
            : [
                [
                  where,
                  action === 'pass' ? 'Pass' : 'Block',
                  protocol?.toUpperCase() ?? 'any',
                  word(source),
                  word(destination),
                  port ?? 'any',
                ],
              ];
        });
        expect(said).toEqual(rowsOf(text, ...HEAD).map((row) => row.slice(1, 7)));
      }
    },
  );

  test('aliases take no hyphens, and clients from another tab are told so', () => {
    const site = { ...BEFORE, inside: 'OPT1' } as const;
    const text = textOf(renderEdge(planOf('WireGuard'), 'pfsense', site), 'configuration');
    expect(rowsOf(text, ...HEAD)[0]).toEqual([
      '1',
      'OPT1',
      'Pass',
      'UDP',
      'plant4_clients',
      'plant4_gateway',
      '51820',
      'plant4: UDP 51820 of clients',
    ]);
  });

  test('before clients PPTP is refused: one call for each outer address is no service', () => {
    expect(() => renderEdge(planOf('PPTP'), 'pfsense', BEFORE)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          "pfSense cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: pf has no helper for PPTP, and behind its translation it keeps one GRE connection per outer address and server, so that a second client takes the first one's call",
        ],
      }),
    );
  });

  test('it is never the gateway itself', () => {
    expect(() => renderEdge(planOf('PPTP'), 'pfsense', { role: 'gateway-host' })).toThrow(
      expect.objectContaining({
        code: 'EDGE_ROLE_NOT_PLAYED',
        reasons: [
          'pfSense cannot be the machine that the gateway runs on: it has had no PPTP server since version 2.3, and for its other servers its wizards write the rules',
        ],
      }),
    );
  });
});

describe('the reader of steps', () => {
  const GROUPS = '| Alias | Type | Members |\n| --- | --- | --- |\n| c | Network(s) | 203.0.113.0/24 |\n';
  const table = (...rows: string[]) =>
    `${GROUPS}\n| ${HEAD.join(' | ')} |\n| ${HEAD.map(() => '---').join(' | ')} |\n${rows.join('\n')}`;
  const read = (...rows: string[]) => answers(readPfsense(handWritten('routed', table(...rows))));
  const CONTROL = '| 1 | WAN | Pass | TCP | c | 198.51.100.10 | 1723 | x |';
  const GRE = '| 2 | WAN | Pass | GRE | c | 198.51.100.10 | any | x |';
  const NOTHING = '| 3 | WAN | Block | any | any | 198.51.100.10 | any | x |';

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read(GRE.replace('GRE', 'any'), NOTHING)).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('sees a denial before the permits, the wrong tab, and GRE in one direction', () => {
    expect(read(NOTHING, CONTROL)).toMatchObject({ 'TCP 1723': 'deny' });
    expect(read(CONTROL.replace('WAN', 'LAN'))).toMatchObject({ 'TCP 1723': 'left' });
    expect(read(CONTROL, GRE, NOTHING)).toMatchObject({ 'GRE of a call to the client': 'left' });
  });

  test('takes no group that nobody made, and no port of GRE', () => {
    expect(() => read(CONTROL.replace('| c |', '| d |'))).toThrow('no group d');
    expect(() => read(GRE.replace('| any |', '| 47 |'))).toThrow('protocol or port');
  });
});
