// What the constructs on Google Cloud cost at synth, against the same resources written by hand with cdktf.

import { deepStrictEqual } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComputeAddress } from '@cdktf/provider-google/lib/compute-address';
import { ComputeFirewall } from '@cdktf/provider-google/lib/compute-firewall';
import { ComputeInstance } from '@cdktf/provider-google/lib/compute-instance';
import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { ComputeSubnetwork } from '@cdktf/provider-google/lib/compute-subnetwork';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { SecretManagerSecretIamMember } from '@cdktf/provider-google/lib/secret-manager-secret-iam-member';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { App, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { Clients, Vpn, VpnGateway } from 'pptp-constructs/google';
import type { Case } from '../harness';

const outdir = mkdtempSync(join(tmpdir(), 'pptp-constructs-bench-'));
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));

const secretId = 'projects/plants/secrets/vpn-users';

function stackOf(app: App, id: string, gateways: number, gateway: (network: ComputeNetwork, index: number) => void) {
  const stack = new TerraformStack(app, id);
  new GoogleProvider(stack, 'Google', { project: 'plants' });
  for (let index = 0; index < gateways; index++) {
    const name = `plant${index}`;
    gateway(new ComputeNetwork(stack, `Network${index}`, { name, autoCreateSubnetworks: false }), index);
  }
  return stack;
}

/** As a user of this library writes it. */
function ours(network: ComputeNetwork, index: number): void {
  new VpnGateway(network.cdktfStack, `Vpn${index}`, {
    network,
    zone: 'europe-west3-a',
    name: `vpnplant${index}`,
    clients: Clients.from('203.0.113.0/24'),
    protocols: [Vpn.wireGuard({ subnetRange: '10.40.254.0/28', secret: { id: secretId } })],
  });
}

/** The text that the machine boots with: by hand, a literal. */
const startupScript = Object.values<{ metadata_startup_script: string }>(
  JSON.parse(Testing.synth(stackOf(Testing.app(), 'plants', 1, ours))).resource.google_compute_instance,
)[0]?.metadata_startup_script;

/** The same resources under the same ids, as a user of cdktf writes them. */
function byHand(network: ComputeNetwork, index: number): void {
  const vpn = new Construct(network.cdktfStack, `Vpn${index}`);
  const server = new Construct(vpn, 'WireGuard');
  const name = `vpnplant${index}`;
  const subnetwork = new ComputeSubnetwork(server, 'Subnetwork', {
    name: `${name}-subnet`,
    network: network.id,
    region: 'europe-west3',
    ipCidrRange: '10.40.254.0/28',
    privateIpGoogleAccess: true,
  });
  const address = new ComputeAddress(server, 'Address', {
    name: `${name}-ip`,
    region: 'europe-west3',
    addressType: 'EXTERNAL',
  });
  const common = { network: network.id, targetTags: [name] };
  const everywhere = ['0.0.0.0/0'];
  const rules = [
    new ComputeFirewall(new Construct(server, 'Firewall'), 'ingress', {
      ...common,
      description: 'WireGuard',
      name: `${name}-vpn-ingress`,
      priority: 900,
      direction: 'INGRESS',
      allow: [{ protocol: 'udp', ports: ['51820'] }],
      sourceRanges: ['203.0.113.0/24'],
    }),
    new ComputeFirewall(server, 'allow-icmp', {
      ...common,
      name: `${name}-allow-icmp`,
      description: 'path MTU discovery; the machine takes ICMP errors alone',
      direction: 'INGRESS',
      priority: 900,
      allow: [{ protocol: 'icmp' }],
      sourceRanges: everywhere,
    }),
    new ComputeFirewall(server, 'deny-other-ingress', {
      ...common,
      name: `${name}-deny-other-ingress`,
      description: 'nothing else',
      direction: 'INGRESS',
      priority: 950,
      deny: [{ protocol: 'all' }],
      sourceRanges: everywhere,
    }),
    new ComputeFirewall(server, 'allow-machine', {
      ...common,
      name: `${name}-allow-machine`,
      description: 'DNS, NTP, Secret Manager, Debian packages',
      direction: 'EGRESS',
      priority: 900,
      allow: [
        { protocol: 'tcp', ports: ['53', '443', '80'] },
        { protocol: 'udp', ports: ['53', '123'] },
      ],
      destinationRanges: everywhere,
    }),
    new ComputeFirewall(server, 'deny-other-egress', {
      ...common,
      name: `${name}-deny-other-egress`,
      description: 'nothing else',
      direction: 'EGRESS',
      priority: 950,
      deny: [{ protocol: 'all' }],
      destinationRanges: everywhere,
    }),
  ];
  const account = new ServiceAccount(server, 'ServiceAccount', {
    accountId: `${name}-gateway`,
    description: `VPN gateway ${server.node.path}`,
  });
  const access = new SecretManagerSecretIamMember(server, 'SecretAccess', {
    secretId,
    role: 'roles/secretmanager.secretAccessor',
    member: `serviceAccount:${account.email}`,
  });
  new ComputeInstance(server, 'Resource', {
    dependsOn: [...rules, access],
    name,
    zone: 'europe-west3-a',
    machineType: 'e2-small',
    allowStoppingForUpdate: true,
    canIpForward: false,
    tags: [name],
    bootDisk: {
      initializeParams: { image: 'projects/debian-cloud/global/images/family/debian-13', type: 'pd-balanced' },
    },
    networkInterface: [{ subnetwork: subnetwork.id, accessConfig: [{ natIp: address.address }] }],
    serviceAccount: { email: account.email, scopes: ['cloud-platform'] },
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    metadata: {
      'enable-oslogin': 'TRUE',
      'block-project-ssh-keys': 'TRUE',
      'serial-port-enable': 'FALSE',
      'enable-guest-attributes': 'TRUE',
      'vpn-gateway': `secret ${secretId}\nvpn-gateway policy 1\nclient 203.0.113.0/24\n`,
    },
    metadataStartupScript: startupScript,
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
    name: 'google: synth of a stack with one VpnGateway / the same written by hand',
    // Ours also writes the text of the machine and judges its way; by hand that text is a literal.
    bound: 1.2,
    rounds: 201,
    quantity: 'processor',
    ours: () => synth(1, 1, ours),
    reference: () => synth(1, 1, byHand),
  },
  {
    name: 'google: synth of 500 gateways, 10 to a stack / 50',
    bound: 11,
    rounds: 7,
    ours: () => synth(50, 10, ours),
    reference: () => synth(5, 10, ours),
  },
];

export default cases;
