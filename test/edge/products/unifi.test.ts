import { renderEdge } from '../../../lib/edge';
import { rowsOf } from '../readers/markdown';
import { readUnifi } from '../readers/unifi';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { answers, textOf } from '../support/hand-written';

describeProduct('unifi', readUnifi, (role) => ({
  greVersion: role === 'before-clients',
  calls: role === 'before-clients',
}));

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;
const PORTS = { role: 'before-gateway', innerAddress: INNER } as const;
const HEAD = ['No.', 'Where', 'Action', 'Protocol', 'Source', 'Destination', 'Port', 'Name', 'State'];

describe('unifi', () => {
  test.each([
    { site: BEFORE, plan: 'PPTP' },
    { site: { role: 'routed' }, plan: 'PPTP' },
    { site: PORTS, plan: 'IKEv2' },
  ] as const)('as $site.role, word for word', ({ site, plan }) => {
    expect(renderEdge(planOf(plan), 'unifi', site).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('before clients the helper lets the GRE of calls in, and no other passes', () => {
    const configuration = renderEdge(planOf('PPTP'), 'unifi', BEFORE);
    const text = textOf(configuration, 'configuration');
    expect(rowsOf(text, 'Setting', 'Value')).toEqual([
      ['PPTP', 'on'],
      ['GRE', 'on'],
    ]);
    expect(rowsOf(text, ...HEAD)).toEqual([
      [
        '1',
        'Internal to External',
        'Allow',
        'TCP',
        'plant4-clients',
        '198.51.100.10',
        '1723',
        'plant4: TCP 1723 of clients',
        'All',
      ],
      [
        '2',
        'Internal to External',
        'Block',
        'TCP',
        'Any',
        '198.51.100.10',
        '1723',
        'plant4: TCP 1723 of nobody else',
        'New',
      ],
      [
        '3',
        'Internal to External',
        'Block',
        'GRE',
        'Any',
        '198.51.100.10',
        'Any',
        'plant4: GRE 47 of nobody else',
        'New',
      ],
    ]);
  });

  test('the reader sees a helper that is off, and a policy that blocks what it expects', () => {
    const configuration = renderEdge(planOf('PPTP'), 'unifi', BEFORE);
    const changed = (from: string, to: string) =>
      answers(
        readUnifi({
          ...configuration,
          files: configuration.files.map((file) => ({ ...file, text: file.text.replaceAll(from, to) })),
        }),
        '192.168.1.20',
      );
    expect(changed('', '')).toMatchObject({ 'GRE of a call': 'allow', 'GRE without a call': 'deny' });
    expect(changed('| PPTP | on |', '| PPTP | off |')).toMatchObject({ 'GRE of a call': 'deny' });
    expect(changed('| New |', '| All |')).toMatchObject({ 'GRE of a call': 'deny' });
  });

  test('GRE cannot be published, nor a whole address', () => {
    expect(() => renderEdge(planOf('PPTP'), 'unifi', PORTS)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'Ubiquiti UniFi cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: its port forwards are of TCP and UDP ports, and no document was found that says that it translates a protocol without ports',
        ],
        alternatives: [
          'the gateway on an outer address of its own behind it, with role: routed, or a protocol with ports: protocols: [IKEV2] or [WIREGUARD]',
        ],
      }),
    );
    expect(() => renderEdge(planOf('WireGuard'), 'unifi', { ...PORTS, publication: 'one-to-one' })).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'Ubiquiti UniFi cannot let UDP 51820 through, and nothing wider is written in its place: its port forwards are of single ports, and no document was found that says how it gives away a whole address',
        ],
        alternatives: ["publication: 'ports'"],
      }),
    );
  });

  test('it is never the gateway itself', () => {
    expect(() => renderEdge(planOf('PPTP'), 'unifi', { role: 'gateway-host' })).toThrow(
      expect.objectContaining({
        code: 'EDGE_ROLE_NOT_PLAYED',
        reasons: [
          'Ubiquiti UniFi cannot be the machine that the gateway runs on: its application writes the rules of its own VPN servers',
        ],
      }),
    );
  });
});
