// Configurations of firewalls beside the stack of CDK for Terraform.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComputeAddress } from '@cdktf/provider-google/lib/compute-address';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { App, TerraformStack, Token } from 'cdktf';
import {
  ClientAddressing,
  Clients,
  type GatewayEdge,
  OpenVpnGateway,
  PptpGateway,
  type PptpGatewayProps,
  Vpn,
  VpnGateway,
} from 'pptp-constructs/google';
import { filesBelow } from '../support/edge-folder';
import { clients, insecure, machine, networkOf, textOf, thrown } from './support';

const { zone, ...options } = machine;
const before: GatewayEdge = {
  product: 'nftables',
  role: 'before-clients',
  clientNetworks: ['192.168.1.0/24'],
};
const routed: GatewayEdge = { product: 'nftables', role: 'routed' };

let outdir: string;
let app: App;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'edge-'));
  app = new App({ outdir });
});
afterEach(() => rmSync(outdir, { recursive: true }));

function plant(id = 'plant4'): TerraformStack {
  const stack = new TerraformStack(app, id);
  new GoogleProvider(stack, 'Google', { project: 'plant4-vpn' });
  return stack;
}

function pptp(stack: TerraformStack, more: Partial<PptpGatewayProps> = {}, id = 'LegacyVpn'): PptpGateway {
  const network = more.network ?? networkOf(stack);
  return new PptpGateway(stack, id, {
    network,
    clients,
    insecure,
    ...machine,
    edge: [routed],
    ...more,
  });
}

/** What is written beside a stack, by its path below the folder of configurations. */
function written(stack = 'plant4'): Readonly<Record<string, string>> {
  app.synth();
  return filesBelow(join(outdir, 'stacks', stack, 'edge'));
}

/** The flows and the address in the header of the one configuration that is written. */
function flowsIn(files: Readonly<Record<string, string>>): string | undefined {
  const headers = Object.values(files).flatMap((text) => /^# Lets through [^:]*: (.*)\.$/m.exec(text)?.[1] ?? []);
  expect(headers).toHaveLength(1);
  return headers[0];
}

describe('a gateway', () => {
  test('writes what is asked for beside its stack, and no resource for it', () => {
    pptp(plant(), { edge: [before, routed] });
    const files = written();
    expect(new Set(Object.keys(files).map((path) => path.split('/').slice(0, -1).join('/')))).toEqual(
      new Set(['plant4-LegacyVpn/nftables-before-clients', 'plant4-LegacyVpn/nftables-routed']),
    );
    const stack = filesBelow(join(outdir, 'stacks', 'plant4'))['cdk.tf.json'];
    expect(stack).toContain('google_compute_instance');
    expect(stack).not.toContain('nftables-routed');
  });

  test('writes nothing where nothing is asked for', () => {
    const stack = plant();
    new PptpGateway(stack, 'LegacyVpn', {
      network: networkOf(stack),
      clients,
      insecure,
      ...machine,
    });
    expect(written()).toEqual({});
  });

  test('keeps the files of two gateways of one stack, and of two stacks, apart', () => {
    const stack = plant();
    const network = networkOf(stack);
    pptp(stack, { network }, 'North');
    pptp(stack, { network }, 'South');
    pptp(plant('plant5'));
    expect(new Set(Object.keys(written()).map((path) => path.split('/')[0]))).toEqual(
      new Set(['plant4-North', 'plant4-South']),
    );
    expect(new Set(Object.keys(written('plant5')).map((path) => path.split('/')[0]))).toEqual(
      new Set(['plant5-LegacyVpn']),
    );
  });

  test('writes from a stack in another', () => {
    const inner = new TerraformStack(plant(), 'inner');
    new GoogleProvider(inner, 'Google', { project: 'plant4-vpn' });
    pptp(inner);
    expect(Object.keys(written('inner'))[0]).toMatch(/^plant4-inner-LegacyVpn\/nftables-routed\//);
    expect(written()).toEqual({});
  });

  test('names a static address that is told, and else none', () => {
    const stack = plant();
    const network = networkOf(stack);
    const made = new ComputeAddress(stack, 'Address', {
      name: 'vpn',
      region: 'europe-west3',
    });
    pptp(stack, { network, externalAddress: { address: '198.51.100.7' } }, 'Told');
    pptp(stack, { network, externalAddress: made }, 'Made');
    pptp(stack, { network }, 'New');
    const addresses = Object.entries(written())
      .filter(([, text]) => text.includes('# Lets through'))
      .map(([path, text]) => [path.split('/')[0], / to (\S+)\.$/m.exec(text)?.[1]]);
    expect(Object.fromEntries(addresses)).toEqual({
      'plant4-Told': '198.51.100.7',
      'plant4-Made': 'GATEWAY_ADDRESS',
      'plant4-New': 'GATEWAY_ADDRESS',
    });
  });

  test('tells the flows of its server, on ports of its own too', () => {
    const stack = plant();
    const network = networkOf(stack);
    new OpenVpnGateway(stack, 'Vpn', {
      network,
      clients,
      ...machine,
      transport: 'tcp',
      port: 443,
      edge: [routed],
    });
    expect(flowsIn(written())).toBe('TCP 443, to GATEWAY_ADDRESS');
  });

  test('clamps segments of clients that appear with their own addresses to the network of the machine', () => {
    const stack = plant();
    const network = networkOf(stack);
    pptp(stack, { network, addressing: ClientAddressing.ROUTED }, 'Routed');
    pptp(stack, { network }, 'Masqueraded');
    const clamping = Object.entries(written()).filter(([, text]) => text.includes('10.99.0.0/24'));
    expect(new Set(clamping.map(([path]) => path.split('/')[0]))).toEqual(new Set(['plant4-Routed']));
    expect(clamping.some(([, text]) => text.includes('1356'))).toBe(true);
  });
});

describe('a VpnGateway', () => {
  test('writes the flows of the server that it builds, under a name of its own', () => {
    const stack = plant();
    new VpnGateway(stack, 'Vpn', {
      network: networkOf(stack),
      zone,
      clients,
      protocols: [Vpn.pptp({ ...options, insecure }), Vpn.wireGuard(options)],
      edge: [routed],
    });
    const files = written();
    expect(Object.keys(files).every((path) => path.startsWith('plant4-Vpn/nftables-routed/'))).toBe(true);
    expect(flowsIn(files)).toBe('UDP 51820, to GATEWAY_ADDRESS');
  });
});

describe('before anything exists, what cannot be written is refused', () => {
  const refused = (change: object, Kind: typeof PptpGateway | typeof VpnGateway = PptpGateway) => {
    const stack = plant();
    const props = {
      network: networkOf(stack),
      clients,
      insecure,
      ...machine,
      ...change,
    };
    return thrown(() => new Kind(stack, 'Vpn', props as never), stack);
  };

  test('with the path of the gateway', () => {
    const error = refused({
      edge: [{ product: 'nftables', role: 'before-clients' }],
    });
    expect([error.code, error.constructPath]).toEqual(['EDGE_OPTION_MISSING', 'plant4/Vpn']);
    expect(textOf(error)).toMatchInlineSnapshot(`
      "plant4/Vpn: clientNetworks is missing, and the role before-clients cannot be played without it.
        allowed  ranges in CIDR notation
        write    clientNetworks: ['192.168.1.0/24']

            at <the line of the user>
            code EDGE_OPTION_MISSING, see docs/diagnostics.md"
    `);
  });

  test('by a VpnGateway too', () => {
    const protocols = [Vpn.wireGuard(options)];
    const error = refused({ edge: [{ product: 'nftables', role: 'gateway-host' }], protocols }, VpnGateway);
    expect([error.code, error.constructPath]).toEqual(['EDGE_ROLE_NOT_PLAYED', 'plant4/Vpn']);
  });

  test('where clients are known at deployment alone', () => {
    const token = Token.asString({ office: 'known at deployment' });
    const error = refused({
      clients: Clients.from('203.0.113.0/24', token),
      edge: [routed],
    });
    expect(error.code).toBe('TOKEN_NOT_ALLOWED');
    expect(error.reasons).toEqual([
      'clients have addresses that only deployment knows (1 range), and a firewall in the role routed is told them now',
    ]);
  });
});
