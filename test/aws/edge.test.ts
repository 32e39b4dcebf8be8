// Configurations of firewalls in the cloud assembly of AWS CDK.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import {
  Accepted,
  ClientAddressing,
  Clients,
  type GatewayEdge,
  Insecure,
  ManagedOpenVpnGateway,
  MigrationGateway,
  OpenVpnGateway,
  PptpGateway,
  type PptpGatewayProps,
  Successor,
  Sunset,
  Vpn,
  VpnGateway,
  type VpnGatewayProps,
} from 'pptp-constructs/aws';
import { filesBelow } from '../support/edge-folder';
import { errorOf } from '../support/messages';

const clients = Clients.from('203.0.113.0/24');
const insecure = Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06');
const before: GatewayEdge = { product: 'nftables', role: 'before-clients', clientNetworks: ['192.168.1.0/24'] };
const routed: GatewayEdge = { product: 'nftables', role: 'routed' };
const arn = 'arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef';
const managed = {
  clientCidr: '10.100.0.0/22',
  serverCertificateArn: arn,
  clientCertificateArn: arn,
  acceptsAnyClientAddress: Accepted.because('certificates on managed devices; approved 2026-11'),
};

let outdir: string;
let app: App;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'edge-'));
  app = new App({ outdir });
});
afterEach(() => rmSync(outdir, { recursive: true }));

const vpcIn = (scope: Construct) => new ec2.Vpc(scope, 'Vpc', { natGateways: 1, maxAzs: 2 });

function pptp(scope: Construct, more: Partial<PptpGatewayProps> = {}, id = 'LegacyVpn'): PptpGateway {
  return new PptpGateway(scope, id, { vpc: more.vpc ?? vpcIn(scope), clients, insecure, edge: [routed], ...more });
}

/** What is written below a folder of the assembly, by its path there. */
function written(folder = 'edge'): Readonly<Record<string, string>> {
  app.synth();
  return filesBelow(join(outdir, folder));
}

/** The flows in the header of the one configuration that is written. */
function flowsIn(files: Readonly<Record<string, string>>): string | undefined {
  const headers = Object.values(files).flatMap((text) => /^# Lets through [^:]*: (.*)\.$/m.exec(text)?.[1] ?? []);
  expect(headers).toHaveLength(1);
  return headers[0];
}

describe('a gateway', () => {
  test('writes what is asked for into the assembly, and no resource for it', () => {
    pptp(new Stack(app, 'Site'), { edge: [before, { ...before, name: 'plant5' }, routed] });
    const files = written();
    const folders = new Set(Object.keys(files).map((path) => path.split('/').slice(0, -1).join('/')));
    expect([...folders].sort()).toEqual([
      'Site-LegacyVpn/nftables-before-clients',
      'Site-LegacyVpn/nftables-before-clients-plant5',
      'Site-LegacyVpn/nftables-routed',
    ]);
    const [template] = app.synth().stacks;
    expect(JSON.stringify(template?.template)).not.toContain('nftables-routed');
  });

  test('writes nothing where nothing is asked for', () => {
    const stack = new Stack(app, 'Site');
    new PptpGateway(stack, 'LegacyVpn', { vpc: vpcIn(stack), clients, insecure });
    expect(written()).toEqual({});
  });

  test('writes the same at each synthesis', () => {
    pptp(new Stack(app, 'Site'));
    const first = written();
    const again = new App({ outdir });
    app = again;
    pptp(new Stack(again, 'Site'));
    expect(written()).toEqual(first);
  });

  test('writes into the assembly of its stage', () => {
    pptp(new Stack(new Stage(app, 'Prod'), 'Site'));
    expect(Object.keys(written('assembly-Prod/edge'))[0]).toMatch(/^Prod-Site-LegacyVpn\/nftables-routed\//);
    expect(written()).toEqual({});
  });

  test('writes from a nested stack', () => {
    pptp(new NestedStack(new Stack(app, 'Site'), 'Network'));
    expect(Object.keys(written())[0]).toMatch(/^Site-Network-LegacyVpn\/nftables-routed\//);
  });

  test('keeps the files of two gateways apart', () => {
    const stack = new Stack(app, 'Site');
    const vpc = vpcIn(stack);
    pptp(stack, { vpc }, 'North');
    pptp(stack, { vpc }, 'South');
    expect(new Set(Object.keys(written()).map((path) => path.split('/')[0]))).toEqual(
      new Set(['Site-North', 'Site-South']),
    );
  });

  test('names the address of an Elastic IP that exists and is told, and else none', () => {
    const stack = new Stack(app, 'Site');
    const vpc = vpcIn(stack);
    const elasticIpAllocationId = 'eipalloc-0123456789abcdef0';
    pptp(stack, { vpc, elasticIpAllocationId, elasticIpAddress: '198.51.100.7' }, 'Told');
    pptp(stack, { vpc, elasticIpAllocationId }, 'Untold');
    pptp(stack, { vpc, elasticIpAllocationId, elasticIpAddress: Token.asString({ Ref: 'Eip' }) }, 'Token');
    pptp(stack, { vpc }, 'New');
    const addresses = Object.entries(written())
      .filter(([, text]) => text.includes('# Lets through'))
      .map(([path, text]) => [path.split('/')[0], / to (\S+)\.$/m.exec(text)?.[1]]);
    expect(Object.fromEntries(addresses)).toEqual({
      'Site-Told': '198.51.100.7',
      'Site-Untold': 'GATEWAY_ADDRESS',
      'Site-Token': 'GATEWAY_ADDRESS',
      'Site-New': 'GATEWAY_ADDRESS',
    });
  });

  test('tells the flows of its server, on ports of its own too', () => {
    const stack = new Stack(app, 'Site');
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys');
    const vpc = vpcIn(stack);
    new OpenVpnGateway(stack, 'Vpn', { vpc, clients, secret, transport: 'tcp', port: 8443, edge: [routed] });
    expect(flowsIn(written())).toBe('TCP 8443, to GATEWAY_ADDRESS');
  });

  test('tells the flows of PPTP and of its successor during a migration', () => {
    app = new App({ outdir, context: { 'pptp-constructs:today': '2026-11-23' } });
    const stack = new Stack(app, 'Site');
    new MigrationGateway(stack, 'Vpn', {
      vpc: vpcIn(stack),
      clients,
      insecure,
      secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys'),
      successor: Successor.wireGuard(),
      sunset: Sunset.on('2027-06-30'),
      edge: [routed],
    });
    expect(flowsIn(written())).toBe('TCP 1723, GRE 47, UDP 51820, to GATEWAY_ADDRESS');
  });

  test('tells the flow of AWS Client VPN', () => {
    const stack = new Stack(app, 'Site');
    new ManagedOpenVpnGateway(stack, 'Vpn', { vpc: vpcIn(stack), clients, ...managed, edge: [routed] });
    expect(flowsIn(written())).toBe('UDP 443, to GATEWAY_ADDRESS');
  });

  test('clamps segments of clients that appear with their own addresses, and of no others', () => {
    const stack = new Stack(app, 'Site');
    const vpc = vpcIn(stack);
    pptp(stack, { vpc, addressing: ClientAddressing.routed() }, 'Routed');
    pptp(stack, { vpc }, 'Masqueraded');
    const clamping = Object.entries(written()).filter(([, text]) => text.includes('10.99.0.0/24'));
    expect(new Set(clamping.map(([path]) => path.split('/')[0]))).toEqual(new Set(['Site-Routed']));
    expect(clamping.some(([, text]) => text.includes('1356'))).toBe(true);
  });
});

describe('a VpnGateway', () => {
  const build = (scope: Construct, more: Partial<VpnGatewayProps> = {}) =>
    new VpnGateway(scope, 'Vpn', {
      vpc: vpcIn(scope),
      clients,
      protocols: [Vpn.pptp({ insecure }), Vpn.openVpnManaged(managed)],
      edge: [routed],
      ...more,
    });

  test('writes what the firewalls must be told of the server that it builds, under a name of its own', () => {
    build(new Stack(app, 'Site'));
    const files = written();
    expect(Object.keys(files).every((path) => path.startsWith('Site-Vpn/nftables-routed/'))).toBe(true);
    expect(flowsIn(files)).toBe('TCP 1723, GRE 47, to GATEWAY_ADDRESS');
  });

  test('writes the flows of what takes the place of PPTP', () => {
    const privately = { vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } };
    build(new Stack(app, 'Site'), {
      protocols: [Vpn.pptp({ insecure, ...privately }), Vpn.openVpnManaged(managed)],
    });
    expect(flowsIn(written())).toBe('UDP 443, to GATEWAY_ADDRESS');
  });
});

describe('before anything exists, a gateway refuses', () => {
  /** What is refused, and that the stack has what it had. */
  function refused(act: (stack: Stack, vpc: ec2.IVpc) => unknown): { code: string; text: string } {
    const stack = new Stack(app, 'Site');
    const vpc = vpcIn(stack);
    const paths = () => stack.node.findAll().map(({ node }) => node.path);
    const had = paths();
    const refusal = errorOf(() => act(stack, vpc));
    expect(paths()).toEqual(had);
    return refusal;
  }
  const withEdge = (edge: unknown, more: Partial<PptpGatewayProps> = {}) =>
    refused((stack, vpc) => pptp(stack, { vpc, edge: edge as GatewayEdge[], ...more }));

  test('a product that nobody knows, with its path', () => {
    const { code, text } = withEdge([{ product: 'nftabels', role: 'routed' }]);
    expect(code).toBe('EDGE_PRODUCT_UNKNOWN');
    expect(text.split('\n').filter((line) => !line.includes('allowed'))).toEqual([
      'Site/LegacyVpn: no firewall has this id.',
      '  got      "nftabels"',
      "  write    'nftables'",
      '',
      '      at FILE:LINE',
      '      code EDGE_PRODUCT_UNKNOWN, see docs/diagnostics.md',
    ]);
  });

  test.each([
    ['EDGE_OPTION_INVALID', 'nftables'],
    ['EDGE_OPTION_MISSING', [{ product: 'nftables', role: 'before-clients' }]],
    ['EDGE_ROLE_NOT_PLAYED', [{ product: 'nftables', role: 'gateway-host' }]],
    ['EDGE_DUPLICATE', [routed, routed]],
  ])('with %s for %j', (code, edge) => {
    expect(withEdge(edge).code).toBe(code);
  });

  test('to tell a firewall of clients that have no addresses at synth', () => {
    const known = Clients.from('203.0.113.0/24', ec2.Peer.prefixList('pl-0123456789abcdef0'));
    const { code, text } = withEdge([routed], { clients: known });
    expect(code).toBe('TOKEN_NOT_ALLOWED');
    expect(text.split('\n')[0]).toBe(
      'Site/LegacyVpn: clients have addresses that only deployment knows (prefix list pl-0123456789abcdef0), and a ' +
        'firewall in the role routed is told them now.',
    );
  });

  test('in a VpnGateway and in AWS Client VPN too', () => {
    const edge = [{ product: 'nftables', role: 'routed', publication: 'ports' }] as const;
    const vpn = refused((stack, vpc) => {
      new VpnGateway(stack, 'Vpn', { vpc, clients, protocols: [Vpn.pptp({ insecure })], edge });
    });
    expect([vpn.code, vpn.text.split(':')[0]]).toEqual(['EDGE_OPTION_UNUSED', 'Site/Vpn']);
    app = new App({ outdir });
    const clientVpn = refused(
      (stack, vpc) => new ManagedOpenVpnGateway(stack, 'Vpn', { vpc, clients, ...managed, edge }),
    );
    expect([clientVpn.code, clientVpn.text.split(':')[0]]).toEqual(['EDGE_OPTION_UNUSED', 'Site/Vpn']);
  });
});
