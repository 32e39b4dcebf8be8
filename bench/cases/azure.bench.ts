// What the constructs on Azure cost at synth, against the same resources written by hand with cdktf.

import { deepStrictEqual } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkWatcherFlowLog } from '@cdktf/provider-azurerm/lib/network-watcher-flow-log';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { PublicIp } from '@cdktf/provider-azurerm/lib/public-ip';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { StorageAccount } from '@cdktf/provider-azurerm/lib/storage-account';
import { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { VirtualNetworkGateway } from '@cdktf/provider-azurerm/lib/virtual-network-gateway';
import { App, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { Accepted, Authentication, Clients, Vpn, VpnGateway } from 'pptp-constructs/azure';
import type { Case } from '../harness';

const outdir = mkdtempSync(join(tmpdir(), 'pptp-constructs-bench-'));
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));

const certificate = readFileSync(join(__dirname, '../../examples/azure-replaced/root-ca.pem'), 'utf8');

/** What a gateway is given: its network, and where the flow logs of that go. */
interface Place {
  readonly network: VirtualNetwork;
  readonly storageAccountId: string;
}

/** A stack that can be deployed as it is. Azure takes one gateway of a kind in each virtual network. */
function stackOf(app: App, id: string, gateways: number, gateway: (place: Place, index: number) => void) {
  const stack = new TerraformStack(app, id);
  new AzurermProvider(stack, 'Azure', { features: [{}] });
  const group = new ResourceGroup(stack, 'Group', { name: 'plants', location: 'westeurope' });
  const logs = new StorageAccount(stack, 'Logs', {
    name: 'plantslogs',
    location: 'westeurope',
    resourceGroupName: group.name,
    accountTier: 'Standard',
    accountReplicationType: 'LRS',
  });
  for (let index = 0; index < gateways; index++) {
    const network = new VirtualNetwork(stack, `Network${index}`, {
      name: `plant${index}`,
      location: 'westeurope',
      resourceGroupName: group.name,
      addressSpace: ['10.40.0.0/16'],
    });
    gateway({ network, storageAccountId: logs.id }, index);
  }
  return stack;
}

/** As a user of this library writes it. */
function ours({ network, storageAccountId }: Place, index: number): void {
  new VpnGateway(network.cdktfStack, `Vpn${index}`, {
    virtualNetwork: network,
    clients: Clients.from('203.0.113.0/24'),
    flowLogs: { storageAccountId },
    protocols: [
      Vpn.ikev2Managed({
        gatewaySubnetPrefix: '10.40.255.0/27',
        clientPools: ['172.20.0.0/24'],
        authentication: [Authentication.certificate({ roots: [{ name: 'plants', certificate }] })],
        acceptsAnyClientAddress: Accepted.because('client certificates decide who connects'),
      }),
    ],
  });
}

/** The same resources under the same ids, as a user of cdktf writes them. */
function byHand({ network, storageAccountId }: Place, index: number): void {
  const stack = network.cdktfStack;
  const vpn = new Construct(stack, `Vpn${index}`);
  const server = new Construct(vpn, 'ManagedIkev2');
  const name = `${stack.node.id}-Vpn${index}-ManagedIkev2`;
  const subnet = new Subnet(server, 'GatewaySubnet', {
    name: 'GatewaySubnet',
    resourceGroupName: network.resourceGroupName,
    virtualNetworkName: network.name,
    addressPrefixes: ['10.40.255.0/27'],
  });
  const address = new PublicIp(server, 'PublicIp', {
    name: `${name}-ip`,
    resourceGroupName: network.resourceGroupName,
    location: 'westeurope',
    sku: 'Standard',
    allocationMethod: 'Static',
    zones: ['1', '2', '3'],
  });
  new VirtualNetworkGateway(server, 'Resource', {
    name,
    resourceGroupName: network.resourceGroupName,
    location: 'westeurope',
    type: 'Vpn',
    vpnType: 'RouteBased',
    sku: 'VpnGw1AZ',
    activeActive: false,
    ipConfiguration: [
      {
        name: 'vnetGatewayConfig',
        privateIpAddressAllocation: 'Dynamic',
        publicIpAddressId: address.id,
        subnetId: subnet.id,
      },
    ],
    vpnClientConfiguration: {
      addressSpace: ['172.20.0.0/24'],
      vpnClientProtocols: ['IkeV2'],
      vpnAuthTypes: ['Certificate'],
      rootCertificate: [{ name: 'plants', publicCertData: certificate.replace(/-----[A-Z ]+-----|\s/g, '') }],
    },
  });
  new NetworkWatcherFlowLog(new Construct(vpn, 'FlowLog'), 'Resource', {
    name: `${stack.node.id}-Vpn${index}-FlowLog`,
    location: 'westeurope',
    networkWatcherName: 'NetworkWatcher_westeurope',
    resourceGroupName: 'NetworkWatcherRG',
    targetResourceId: network.id,
    storageAccountId,
    enabled: true,
    version: 2,
    retentionPolicy: { enabled: false, days: 0 },
  });
}

/** CDK for Terraform keeps every token that a process ever made: each synth would be slower than the one before. */
const tokens = (globalThis as unknown as { __cdktfTokenMap: { stringTokenMap: Map<string, unknown> } }).__cdktfTokenMap;
const tokensOfLibraries = new Map(tokens.stringTokenMap);
function forgetTokens(): void {
  tokens.stringTokenMap = new Map(tokensOfLibraries);
}

/** Synthesises `stacks` stacks of `gateways` each, files and all, as a program that starts would. */
function synth(stacks: number, gateways: number, gateway: typeof ours): void {
  forgetTokens();
  const app = new App({ outdir });
  for (let index = 0; index < stacks; index++) {
    stackOf(app, `plants${index}`, gateways, gateway);
  }
  app.synth();
}

/** A comparison of different things would say nothing. */
function assertSameResources(): void {
  const json = (gateway: typeof ours) => JSON.parse(Testing.synth(stackOf(Testing.app(), 'plants', 2, gateway)));
  deepStrictEqual(json(ours), json(byHand));
}

assertSameResources();

const cases: Case[] = [
  {
    name: 'azure: synth of a stack with one VpnGateway / the same written by hand',
    bound: 1.1,
    // Short and many: a synth takes milliseconds, in which whatever else the machine does weighs a lot.
    rounds: 201,
    quantity: 'processor',
    ours: () => synth(1, 1, ours),
    reference: () => synth(1, 1, byHand),
  },
  {
    name: 'azure: synth of 500 gateways, 10 to a stack / 50',
    bound: 11,
    rounds: 7,
    ours: () => synth(50, 10, ours),
    reference: () => synth(5, 10, ours),
  },
];

export default cases;
