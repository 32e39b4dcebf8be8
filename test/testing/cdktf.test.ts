import 'pptp-constructs/testing';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ComputeFirewall } from '@cdktf/provider-google/lib/compute-firewall';
import { Aspects, type TerraformStack, Testing } from 'cdktf';
import type { IConstruct } from 'constructs';
import { Flow } from 'pptp-constructs';
import { PptpGateway, WireGuardGateway } from 'pptp-constructs/google';
import { clients, insecure, machine, networkOf, plant } from '../google/support';

const CLIENTS = '203.0.113.0/24';

function gatewayStack(): { stack: TerraformStack; gateway: PptpGateway } {
  const stack = plant();
  const gateway = new PptpGateway(stack, 'LegacyVpn', { network: networkOf(stack), clients, insecure, ...machine });
  return { stack, gateway };
}

test('a stack of CDKTF serves what it is made for, and is asked about by its app, a construct and its text alike', () => {
  const stack = plant();
  const gateway = new WireGuardGateway(stack, 'Vpn', { network: networkOf(stack), clients, ...machine });
  for (const subject of [stack, stack.node.root, gateway, Testing.synth(stack), JSON.parse(Testing.synth(stack))]) {
    expect(subject).toServe('WireGuard', { clients: CLIENTS });
    expect(subject).not.toServe('OpenVPN', { clients: CLIENTS });
    expect(subject).not.toLetThrough(Flow.tcp(22), { from: '0.0.0.0/0' });
  }
});

test('what the fabric does with GRE counts, whatever the rules say', () => {
  const { stack, gateway } = gatewayStack();
  expect(gateway).toLetThrough(Flow.tcp(1723), { from: CLIENTS });
  expect(() => expect(stack).toServe('PPTP')).toThrow(/UNKNOWN VPC network/);
  expect(() => expect(stack).not.toServe('PPTP')).toThrow(/UNKNOWN VPC network/);
});

test('aspects have their say', () => {
  const { stack } = gatewayStack();
  expect(stack).not.toLetThrough(Flow.udp(1194), { from: CLIENTS });
  Aspects.of(stack).add({
    visit: (node: IConstruct) => {
      if (node instanceof ComputeFirewall && node.node.path.endsWith('Firewall/ingress')) {
        node.addOverride('allow', [{ protocol: 'udp', ports: ['1194'] }]);
      }
    },
  });
  expect(stack).toLetThrough(Flow.udp(1194), { from: CLIENTS });
});

test('reading a stack back leaves nothing behind', () => {
  const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith('pptp-constructs-read-'));
  expect(gatewayStack().stack).toLetThrough(Flow.tcp(1723), { from: CLIENTS });
  expect(ours()).toEqual([]);
});
