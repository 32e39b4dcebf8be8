// Configurations of firewalls beside the stack of CDK for Terraform.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataAzurermPublicIp } from '@cdktf/provider-azurerm/lib/data-azurerm-public-ip';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { App, TerraformStack } from 'cdktf';
import {
  ClientAddressing,
  type GatewayEdge,
  Ikev2Gateway,
  ManagedIkev2Gateway,
  TunnelType,
  Vpn,
  VpnGateway,
  WireGuardGateway,
  type WireGuardGatewayProps,
} from 'pptp-constructs/azure';
import { filesBelow } from '../support/edge-folder';
import { clients, insecure, machine, managed, networkOf, textOf, thrown } from './support';

const before: GatewayEdge = {
  product: 'nftables',
  role: 'before-clients',
  clientNetworks: ['192.168.1.0/24'],
};
const routed: GatewayEdge = { product: 'nftables', role: 'routed' };
const addressId =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/plant4/providers/Microsoft.Network/publicIPAddresses/vpn';

let outdir: string;
let app: App;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'edge-'));
  app = new App({ outdir });
});
afterEach(() => rmSync(outdir, { recursive: true }));

function plant(): TerraformStack {
  const stack = new TerraformStack(app, 'plant4');
  new AzurermProvider(stack, 'Azure', { features: [{}] });
  return stack;
}

function wireGuard(stack: TerraformStack, more: Partial<WireGuardGatewayProps> = {}, id = 'Vpn'): WireGuardGateway {
  const virtualNetwork = more.virtualNetwork ?? networkOf(stack);
  return new WireGuardGateway(stack, id, {
    virtualNetwork,
    clients,
    ...machine,
    edge: [routed],
    ...more,
  });
}

/** What is written beside the stack, by its path below the folder of configurations. */
function written(): Readonly<Record<string, string>> {
  app.synth();
  return filesBelow(join(outdir, 'stacks', 'plant4', 'edge'));
}

/** The flows and the address in the header of the one configuration that is written. */
function flowsIn(files: Readonly<Record<string, string>>): string | undefined {
  const headers = Object.values(files).flatMap((text) => /^# Lets through [^:]*: (.*)\.$/m.exec(text)?.[1] ?? []);
  expect(headers).toHaveLength(1);
  return headers[0];
}

describe('a gateway', () => {
  test('writes what is asked for beside its stack', () => {
    wireGuard(plant(), { edge: [before, routed] });
    const files = written();
    expect(new Set(Object.keys(files).map((path) => path.split('/').slice(0, -1).join('/')))).toEqual(
      new Set(['plant4-Vpn/nftables-before-clients', 'plant4-Vpn/nftables-routed']),
    );
    expect(Object.values(files).some((text) => text.includes('UDP 51820, to GATEWAY_ADDRESS.'))).toBe(true);
  });

  test('writes nothing where nothing is asked for', () => {
    const stack = plant();
    new WireGuardGateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      clients,
      ...machine,
    });
    expect(written()).toEqual({});
  });

  test('names an address that is told, and else none', () => {
    const stack = plant();
    const virtualNetwork = networkOf(stack);
    const found = new DataAzurermPublicIp(stack, 'Found', {
      name: 'vpn',
      resourceGroupName: 'plant4',
    });
    wireGuard(
      stack,
      {
        virtualNetwork,
        publicIp: { id: addressId, ipAddress: '198.51.100.7' },
      },
      'Told',
    );
    wireGuard(stack, { virtualNetwork, publicIp: { id: addressId } }, 'Untold');
    wireGuard(stack, { virtualNetwork, publicIp: found }, 'Found2');
    const addresses = Object.entries(written())
      .filter(([, text]) => text.includes('# Lets through'))
      .map(([path, text]) => [path.split('/')[0], / to (\S+)\.$/m.exec(text)?.[1]]);
    expect(Object.fromEntries(addresses)).toEqual({
      'plant4-Told': '198.51.100.7',
      'plant4-Untold': 'GATEWAY_ADDRESS',
      'plant4-Found2': 'GATEWAY_ADDRESS',
    });
  });

  test('clamps segments of clients that appear with their own addresses', () => {
    const stack = plant();
    const virtualNetwork = networkOf(stack);
    const routeTables = [{ name: 'servers', resourceGroupName: 'plant4' }];
    wireGuard(stack, { virtualNetwork, addressing: ClientAddressing.routed({ routeTables }) }, 'Routed');
    wireGuard(stack, { virtualNetwork }, 'Masqueraded');
    const clamping = Object.entries(written()).filter(([, text]) => text.includes('10.99.0.0/24'));
    expect(new Set(clamping.map(([path]) => path.split('/')[0]))).toEqual(new Set(['plant4-Routed']));
  });

  test('of IKEv2 on a machine tells no ESP where Azure translates the address', () => {
    const stack = plant();
    const own = {
      serverName: 'vpn.plant4.example',
      authentication: ['eap-tls'],
      routes: 'everything',
    } as const;
    new Ikev2Gateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      clients,
      ...machine,
      ...own,
      edge: [routed],
    });
    expect(flowsIn(written())).toBe('UDP 500, UDP 4500, to GATEWAY_ADDRESS');
  });
});

describe('VPN Gateway', () => {
  const build = (edge: readonly GatewayEdge[], more: object = {}) => {
    const stack = plant();
    new ManagedIkev2Gateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      clients,
      ...managed,
      ...more,
      edge,
    });
    return flowsIn(written());
  };

  test('takes IKEv2 with ESP or UDP', () => {
    expect(build([routed])).toBe('UDP 500, UDP 4500, ESP 50, to GATEWAY_ADDRESS');
  });

  test('takes OpenVPN on TCP 443 where it is switched on, and UDP alone from clients behind a router', () => {
    const tunnels = [TunnelType.IKEV2, TunnelType.OPENVPN];
    expect(build([before], { tunnels })).toBe('UDP 500, UDP 4500, TCP 443, to GATEWAY_ADDRESS');
  });

  test('is named by an address that is told', () => {
    const publicIp = { id: addressId, ipAddress: '198.51.100.7' };
    expect(build([before], { publicIp })).toBe('UDP 500, UDP 4500, to 198.51.100.7');
  });
});

describe('a VpnGateway', () => {
  const build = (protocols: Vpn[]) => {
    const stack = plant();
    new VpnGateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      clients,
      protocols,
      edge: [routed],
    });
    return written();
  };

  test('writes the flows of what takes the place of PPTP, under a name of its own', () => {
    const files = build([Vpn.pptp({ insecure }), Vpn.ikev2Managed(managed)]);
    expect(Object.keys(files).every((path) => path.startsWith('plant4-Vpn/nftables-routed/'))).toBe(true);
    expect(flowsIn(files)).toBe('UDP 500, UDP 4500, ESP 50, to GATEWAY_ADDRESS');
  });

  test('writes the flows of a machine', () => {
    expect(flowsIn(build([Vpn.wireGuard(machine)]))).toBe('UDP 51820, to GATEWAY_ADDRESS');
  });
});

describe('before anything exists, what cannot be written is refused', () => {
  const refused = (Kind: new (...args: never[]) => unknown, change: object) => {
    const stack = plant();
    const props = {
      virtualNetwork: networkOf(stack),
      clients,
      ...machine,
      ...managed,
      ...change,
    };
    return thrown(() => Reflect.construct(Kind, [stack, 'Vpn', props]), stack);
  };
  const edge = [{ product: 'nftables', role: 'gateway-host' }];

  test.each([
    ['a machine', WireGuardGateway, {}],
    ['VPN Gateway', ManagedIkev2Gateway, {}],
    ['a VpnGateway', VpnGateway, { protocols: [Vpn.wireGuard(machine)] }],
  ])('by %s, with its path', (_, Kind, more) => {
    const error = refused(Kind as never, { edge, ...more });
    expect([error.code, error.constructPath]).toEqual(['EDGE_ROLE_NOT_PLAYED', 'plant4/Vpn']);
  });

  test('an address that is none', () => {
    const error = refused(WireGuardGateway as never, {
      publicIp: { id: addressId, ipAddress: 'vpn.example.com' },
    });
    expect(error.code).toBe('VPN_GATEWAY_PUBLIC_IP_INVALID');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "ipAddress of the address is no IPv4 address.
        got      "vpn.example.com"
        allowed  the address that clients dial: 203.0.113.9
        write    no publicIp, so that one is created

            at <the line of the user>
            code VPN_GATEWAY_PUBLIC_IP_INVALID, see docs/diagnostics.md"
    `);
  });
});
