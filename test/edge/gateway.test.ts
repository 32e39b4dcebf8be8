// What a gateway writes for the firewalls before it, whatever its cloud.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgePlan, GATEWAY_ADDRESS, renderEdge } from '../../lib/edge';
import { type EdgeSubject, edgeFolder, type GatewayEdge, writeEdge } from '../../lib/edge/for-gateways';
import { pathOf } from '../../lib/feasibility';
import { Flow, Insecure, IpRange } from '../../lib/flows';
import { GOOGLE } from '../../lib/network/google';
import { IKEV2, PPTP, WIREGUARD } from '../../lib/protocols';
import { Clients } from '../../lib/rules/clients';
import { filesBelow } from '../support/edge-folder';
import { errorOf } from '../support/messages';

const insecure = Insecure.because('PLCs in plant 4 speak nothing else');
const pptp: EdgeSubject = {
  protocols: [PPTP],
  flows: [Flow.tcp(1723), Flow.GRE],
  clients: [IpRange.parse('203.0.113.0/24')],
  unknownClients: [],
  address: '198.51.100.10',
  tunnelRange: undefined,
  paths: [],
  insecure,
  anywhereReason: undefined,
};
const before: GatewayEdge = {
  product: 'nftables',
  role: 'before-clients',
  clientNetworks: ['192.168.1.0/24'],
};
const routed: GatewayEdge = { product: 'nftables', role: 'routed' };

const folder = (edge: readonly GatewayEdge[], subject = pptp, path = 'Plant/Vpn') =>
  edgeFolder(path, edge, () => subject);
const textOf = (edge: GatewayEdge, subject = pptp) => folder([edge], subject)?.files[0]?.text ?? '';
const refused = (edge: unknown, subject = pptp) => errorOf(() => folder(edge as GatewayEdge[], subject));

describe('what a gateway writes', () => {
  test('is nothing where nothing is asked for, and nothing is looked at then', () => {
    expect(
      edgeFolder('Plant/Vpn', undefined, () => {
        throw new Error('looked at');
      }),
    ).toBeUndefined();
    expect(folder([])?.files).toEqual([]);
  });

  test('is what renderEdge renders for the same plan', () => {
    const plan = EdgePlan.from({
      name: 'Plant-Vpn',
      protocols: [PPTP],
      insecure,
      clients: Clients.from('203.0.113.0/24'),
      gateway: '198.51.100.10',
    });
    const { product, ...site } = before;
    expect(folder([before])).toEqual({
      name: 'Plant-Vpn',
      files: renderEdge(plan, product, site).files.map(({ name, text }) => ({
        folder: 'nftables-before-clients',
        name,
        text,
      })),
    });
  });

  test('has the word that stands for the address where synth does not know it', () => {
    expect(textOf(routed)).not.toContain(GATEWAY_ADDRESS);
    expect(textOf(routed, { ...pptp, address: undefined })).toContain(GATEWAY_ADDRESS);
  });

  test('leaves no object that is every address where a FortiGate refuses the word', () => {
    const unknown = textOf({ product: 'fortigate', role: 'routed' }, { ...pptp, address: undefined });
    expect(unknown).toContain(
      'set subnet 0.0.0.0 255.255.255.255\n        set subnet GATEWAY_ADDRESS 255.255.255.255\n',
    );
    expect(textOf({ product: 'fortigate', role: 'routed' })).not.toContain('0.0.0.0');
  });

  test('has the name that is written, in its folder and in its objects', () => {
    const written = folder([before, { ...before, name: 'plant5' }]);
    expect(new Set(written?.files.map((file) => file.folder))).toEqual(
      new Set(['nftables-before-clients', 'nftables-before-clients-plant5']),
    );
    expect(textOf({ ...before, name: 'plant5' })).toContain('plant5');
  });

  test.each([
    ['Vpn', 'Vpn', 'Vpn'],
    ['Plant/Vpn/Server', 'Plant-Vpn-Server', 'Plant-Vpn-Server'],
    ['Manufacturing/LegacyVpn', 'Manufacturing-LegacyVpn', 'Manufacturi-2e7f8c5c'],
    ['plant-4/Vpn', 'plant-4-Vpn-65d644c5', 'plant-4-Vpn-65d644c5'],
    ['../../etc', 'etc-74ccf3c5', 'etc-74ccf3c5'],
    ['4/Vpn', '4-Vpn', 'v4-Vpn'],
    ['\n"$(id)"', 'id-2cba612f', 'id-2cba612f'],
    ['..', 'vpn-5ec1f7e7', 'vpn-5ec1f7e7'],
  ])('below %j is called %s, and its objects %s', (path, name, objects) => {
    const written = folder([routed], pptp, path);
    expect(written?.name).toBe(name);
    expect(written?.files[0]?.text).toContain(` of ${objects}: `);
  });

  test('has a name of its own for each path, however long', () => {
    const paths = ['a-b/c', 'a/b-c', 'a/b/c', `${'x'.repeat(200)}/a`, `${'x'.repeat(200)}/b`];
    const names = paths.map((path) => folder([], pptp, path)?.name ?? '');
    expect(new Set(names).size).toBe(paths.length);
    expect(names.every((name) => name.length <= 100)).toBe(true);
  });

  test('clamps to what every way to the gateway carries', () => {
    const narrow = pathOf('client', [{ element: GOOGLE.VPC_NETWORK, mtu: 1300 }]);
    const subject = {
      ...pptp,
      protocols: [WIREGUARD],
      flows: [Flow.udp(51820)],
      insecure: undefined,
    };
    const tunnelRange = IpRange.parse('10.99.0.0/24');
    expect(textOf(routed, { ...subject, tunnelRange })).toContain('1380');
    expect(textOf(routed, { ...subject, tunnelRange, paths: [narrow] })).toContain('1180');
    expect(textOf(routed, subject)).not.toContain('1380');
  });

  test('lets each flow through once, on the ports of the server', () => {
    const flows = [Flow.tcp(4443), Flow.tcp(4443)];
    const text = textOf(routed, {
      ...pptp,
      protocols: [WIREGUARD],
      flows,
      insecure: undefined,
    });
    expect(text).toContain('TCP 4443, to 198.51.100.10');
    expect(text).not.toContain('1723');
  });

  test('tells a firewall that translates of no ESP, since IKE has another way then', () => {
    const flows = [Flow.udp(500), Flow.udp(4500), Flow.ESP];
    const ikev2 = { ...pptp, protocols: [IKEV2], flows, insecure: undefined };
    expect(textOf(routed, ikev2)).toContain('ESP');
    expect(textOf(before, ikev2)).toContain('UDP 500, UDP 4500, to');
  });

  test('before clients needs no addresses of theirs outside', () => {
    const unknown = {
      ...pptp,
      clients: [],
      unknownClients: ['prefix list pl-1'],
    };
    expect(textOf(before, unknown)).toBe(textOf(before));
  });
});

describe('what a gateway writes is refused', () => {
  test('for a list that is none, with the path of the gateway', () => {
    const { code, text } = refused('fortigate');
    expect(code).toBe('EDGE_OPTION_INVALID');
    expect(text).toMatchInlineSnapshot(`
      "Plant/Vpn: edge is no list of firewalls.
        got      "fortigate"
        allowed  a list with an object for each firewall: its product, its role and what the role needs
        write    edge: [{ product: 'fortigate', role: 'before-clients', clientNetworks: ['192.168.1.0/24'] }]

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each([
    ['EDGE_OPTION_INVALID', null],
    ['EDGE_OPTION_INVALID', {}],
    ['EDGE_OPTION_INVALID', 47],
    ['EDGE_OPTION_INVALID', ['fortigate']],
    ['EDGE_OPTION_INVALID', [null]],
    ['EDGE_OPTION_INVALID', [undefined]],
    ['EDGE_ROLE_UNKNOWN', [{ product: 'nftables' }]],
    ['EDGE_PRODUCT_UNKNOWN', [{ role: 'routed' }]],
    ['EDGE_PRODUCT_UNKNOWN', [{ product: '../..', role: 'routed' }]],
    ['EDGE_NAME_INVALID', [{ ...routed, name: '../..' }]],
    ['EDGE_NAME_INVALID', [{ ...routed, name: null }]],
    ['EDGE_OPTION_MISSING', [{ product: 'nftables', role: 'before-clients' }]],
    ['EDGE_OPTION_UNUSED', [{ ...routed, management: ['198.51.100.0/24'] }]],
    ['EDGE_DUPLICATE', [routed, before, routed]],
    [
      'EDGE_DUPLICATE',
      [
        { ...routed, name: 'Plant5' },
        { ...routed, name: 'plant5' },
      ],
    ],
  ])('with %s for %j', (code, edge) => {
    const refusal = refused(edge);
    expect([refusal.code, refusal.text.split(':')[0]]).toEqual([code, 'Plant/Vpn']);
  });

  test('for an entry that is none', () => {
    expect(refused([routed, undefined]).text).toMatchInlineSnapshot(`
      "Plant/Vpn: edge holds something that is no firewall.
        got      "undefined"
        allowed  a list with an object for each firewall: its product, its role and what the role needs
        write    edge: [{ product: 'fortigate', role: 'before-clients', clientNetworks: ['192.168.1.0/24'] }]

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for the machine of the gateway, which filters for itself', () => {
    const { code, text } = refused([{ product: 'nftables', role: 'gateway-host' }]);
    expect(code).toBe('EDGE_ROLE_NOT_PLAYED');
    expect(text).toMatchInlineSnapshot(`
      "Plant/Vpn: nothing is written for the machine of the gateway, which has a filter of its own, or is not yours.
        got      "gateway-host"
        allowed  'before-clients', 'routed', 'before-gateway'
        write    role: 'before-clients'

            at FILE:LINE
            code EDGE_ROLE_NOT_PLAYED, see docs/diagnostics.md"
    `);
  });

  test('for one product in one role twice', () => {
    expect(refused([routed, routed]).text).toMatchInlineSnapshot(`
      "Plant/Vpn: edge asks twice for one product in one role under one name.
        got      "nftables-routed"
        allowed  each once, or each under a name of its own
        write    name: 'plant5'

            at FILE:LINE
            code EDGE_DUPLICATE, see docs/diagnostics.md"
    `);
  });

  test('for clients whose addresses synth does not know', () => {
    const { code, text } = refused([routed], {
      ...pptp,
      unknownClients: ['prefix list pl-1', 'security group sg-2'],
    });
    expect(code).toBe('TOKEN_NOT_ALLOWED');
    expect(text).toMatchInlineSnapshot(`
      "Plant/Vpn: clients have addresses that only deployment knows (prefix list pl-1, security group sg-2), and a firewall in the role routed is told them now.
        allowed  clients from literal ranges in CIDR notation; whoever they are with the role before-clients
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code TOKEN_NOT_ALLOWED, see docs/diagnostics.md"
    `);
  });

  test('for clients with IPv6, which the gateway has not', () => {
    const subject = {
      ...pptp,
      protocols: [WIREGUARD],
      clients: [IpRange.parse('2001:db8::/32')],
    };
    const { code, text } = refused([routed], subject);
    expect(code).toBe('EDGE_IP_VERSION_NOT_SUPPORTED');
    expect(text).toMatchInlineSnapshot(`
      "Plant/Vpn: clients have IPv6 ranges, and the gateway answers on an IPv4 address.
        got      "2001:db8::/32"
        allowed  IPv4 ranges
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code EDGE_IP_VERSION_NOT_SUPPORTED, see docs/diagnostics.md"
    `);
  });

  test('for a flow that the product cannot express, with the path of the gateway', () => {
    const esp = {
      ...pptp,
      protocols: [IKEV2],
      flows: [Flow.udp(500), Flow.ESP],
      insecure: undefined,
    };
    const { code, text } = refused(
      [
        {
          product: 'nftables',
          role: 'before-clients',
          clientNetworks: ['10.0.0.0/8'],
        },
      ],
      esp,
    );
    expect(code).toBe('EDGE_FLOW_NOT_EXPRESSIBLE');
    expect(text.split('\n')[0]).toMatch(/^Plant\/Vpn: .*nftables.* cannot let .*ESP/);
  });
});

describe('files of a gateway', () => {
  let assembly: string;
  beforeEach(() => {
    assembly = mkdtempSync(join(tmpdir(), 'edge-'));
  });
  afterEach(() => rmSync(assembly, { recursive: true }));

  const file = (name: string, text = name) => ({
    folder: 'toy-routed',
    name,
    text,
  });

  test('are written below the folder edge', () => {
    writeEdge(assembly, {
      name: 'Plant-Vpn',
      files: [file('a.conf'), { ...file('b.conf'), folder: 'other-routed' }],
    });
    expect(filesBelow(assembly)).toEqual({
      'edge/Plant-Vpn/other-routed/b.conf': 'b.conf',
      'edge/Plant-Vpn/toy-routed/a.conf': 'a.conf',
    });
  });

  test('take the place of those of an earlier synthesis, and of no others', () => {
    writeEdge(assembly, { name: 'Plant-Vpn', files: [file('a.conf')] });
    writeEdge(assembly, { name: 'Plant-Other', files: [file('c.conf')] });
    writeFileSync(join(assembly, 'manifest.json'), '{}');
    writeEdge(assembly, { name: 'Plant-Vpn', files: [file('b.conf')] });
    expect(Object.keys(filesBelow(assembly))).toEqual([
      'edge/Plant-Other/toy-routed/c.conf',
      'edge/Plant-Vpn/toy-routed/b.conf',
      'manifest.json',
    ]);
  });

  test('leave what a link in their place leads to', () => {
    writeEdge(assembly, { name: 'Plant-Other', files: [file('c.conf')] });
    symlinkSync(join(assembly, 'edge', 'Plant-Other'), join(assembly, 'edge', 'Plant-Vpn'));
    writeEdge(assembly, { name: 'Plant-Vpn', files: [] });
    expect(Object.keys(filesBelow(assembly))).toEqual(['edge/Plant-Other/toy-routed/c.conf']);
  });
});
