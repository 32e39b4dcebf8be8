import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBeValidSarifLog } from '@microsoft/jest-sarif';
import type { TerraformStack } from 'cdktf';
import * as azure from 'pptp-constructs/azure';
import * as google from 'pptp-constructs/google';
import * as onAzure from '../azure/support';
import * as onGoogle from '../google/support';
import { repository } from '../support/cli';
import { breaches } from '../support/json-schema';
import { Shell } from './world';

// Configurations as CDK for Terraform writes them, from our own constructs.

const schema = JSON.parse(readFileSync(join(repository, 'docs', 'check.schema.json'), 'utf8'));
const now = new Date('2026-11-23T12:00:00Z');
const shell = new Shell();
expect.extend({ toBeValidSarifLog });

function written(stack: TerraformStack): string {
  return JSON.stringify(stack.toTerraform(), null, 2);
}

function wireGuardOnAzure(): TerraformStack {
  const stack = onAzure.plant();
  const gateway = new azure.WireGuardGateway(stack, 'Vpn', {
    virtualNetwork: onAzure.networkOf(stack),
    clients: onAzure.clients,
    subnetPrefix: '10.40.254.0/28',
    keyVault: {
      id: '/subscriptions/1/resourceGroups/secrets/providers/Microsoft.KeyVault/vaults/plant4',
      vaultUri: 'https://plant4.vault.azure.net/',
    },
    secretName: 'vpn-users',
    adminSshKey: readFileSync(join(repository, 'examples/azure-wireguard/admin.pub'), 'utf8'),
  });
  expect(gateway.node.path).toBe('plant4/Vpn');
  return stack;
}

function pptpOnGoogle(): TerraformStack {
  const stack = onGoogle.plant();
  const { clients, insecure, machine } = onGoogle;
  new google.PptpGateway(stack, 'LegacyVpn', { network: onGoogle.networkOf(stack), clients, insecure, ...machine });
  return stack;
}

beforeAll(() => {
  shell.write('azure.tf.json', written(wireGuardOnAzure()));
  shell.write('google.tf.json', written(pptpOnGoogle()));
});

test('says of Azure that GRE stops where no rule can change it, rather than which rule is missing', async () => {
  const { status, stdout } = await shell.run('check ./azure.tf.json', { now });
  expect(status).toBe(0);
  const [, pptp = ''] = /\n {2}PPTP {8}stopped\n([\s\S]*?)\n {2}L2TP/.exec(stdout) ?? [];
  expect(pptp).toMatch(/^ {6}GRE \(IP protocol 47\) at public IP /);
  expect(pptp).not.toContain('1723');
  expect(stdout).toMatch(/\n {2}WireGuard {3}works for 203\.0\.113\.0\/24, by public IP /);
});

test('says of Google Cloud that nobody can tell', async () => {
  const { status, stdout } = await shell.run('check ./google.tf.json', { now });
  expect(status).toBe(0);
  expect(stdout).toMatch(/\n {2}PPTP {8}nobody can tell for 203\.0\.113\.0\/24, by external address /);
  expect(stdout).toContain('warning pptp-present (does not count)');
});

test.each(['azure', 'google'])(
  'writes of %s what the schemas describe, with construct paths and places',
  async (cloud) => {
    const answer = JSON.parse((await shell.run(`check ./${cloud}.tf.json --json`, { now })).stdout);
    expect(breaches(answer, schema)).toEqual([]);
    expect(answer.gateways).toHaveLength(1);
    expect(answer.gateways[0].place).toMatchObject({
      line: expect.any(Number),
      constructPath: expect.stringMatching(/^plant4\//),
    });
    const log = JSON.parse((await shell.run(`check ./${cloud}.tf.json --sarif -`, { now })).stdout);
    expect(log).toEqual(expect.toBeValidSarifLog());
  },
);

test('compares configurations by what they let through', async () => {
  const config = JSON.parse(shell.read('google.tf.json'));
  for (const firewall of Object.values<Record<string, unknown>>(config.resource.google_compute_firewall)) {
    if (JSON.stringify(firewall.source_ranges) === '["203.0.113.0/24"]') {
      firewall.source_ranges = ['203.0.112.0/23'];
    }
  }
  mkdirSync(shell.path('new'));
  shell.write('new/google.tf.json', config);
  const { stdout } = await shell.run('check ./new/google.tf.json --against ./google.tf.json --json', { now });
  const { comparison } = JSON.parse(stdout);
  expect(comparison.unreachable).toEqual([]);
  expect(comparison.reachable).toMatchObject([{ traffic: 'TCP 1723', clients: ['203.0.112.0/24'], before: 'drops' }]);
});
