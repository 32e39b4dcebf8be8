// What docs/google.md says is what is built.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientAddressing, IKEV2, OPENVPN, PptpGateway, Through, WIREGUARD } from 'pptp-constructs/google';
import { tunnelMtu } from '../../lib/google/tunnel-mtu';
import { repository } from '../support/cli';
import { clients, insecure, machine, networkOf, plant } from './support';

const page = readFileSync(join(repository, 'docs/google.md'), 'utf8');

/** The cells of the first table whose head begins so, row by row. */
function rowsOf(head: string): string[][] {
  const lines = page.slice(page.indexOf(`\n| ${head}`) + 1).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(2, end).map((line) => line.split('|').slice(1, -1));
  expect(rows).not.toEqual([]);
  return rows.map((row) => row.map((cell) => cell.trim()));
}

test('the table of ids has every id of a gateway with everything, and no other', () => {
  const stack = plant();
  const radius = { servers: ['10.40.1.4'] };
  const props = { network: networkOf(stack), clients, insecure, radius, ...machine };
  const gateway = new PptpGateway(stack, 'Vpn', { ...props, addressing: ClientAddressing.ROUTED });
  const documented = rowsOf('id below the server').flatMap(([ids = '']) => [...ids.matchAll(/`([\w-]+)/g)]);
  const listed = documented.map(([, id = '']) => id).filter((id) => id !== 'to-');
  expect(listed.sort()).toEqual(gateway.node.children.map(({ node }) => node.id).sort());
});

test('the table of what lies on the way has every Through of Google Cloud', () => {
  const documented = rowsOf('`Through`').flatMap(([names = '']) => [...names.matchAll(/`(\w+)`/g)]);
  const ofGoogle = Object.entries(Through).filter(
    ([, value]) => value instanceof Through && value.element.platform === 'google',
  );
  expect(documented.map(([, name]) => name).sort()).toEqual(ofGoogle.map(([name]) => name).sort());
});

test.each([
  ['WireGuard', WIREGUARD, 1500, ''],
  ['IKEv2', IKEV2, 1500, ''],
  ['OpenVPN, UDP', OPENVPN, 1492, 'UDP'],
  ['OpenVPN, TCP', OPENVPN, 1492, 'TCP'],
])('the MTU of %s is as in the table', (name, protocol, way, form) => {
  const row = rowsOf('protocol | added at most').find(([first]) => first === name);
  const mtu = (network: number) => String(tunnelMtu(protocol, undefined, { network, clients: way, form }));
  expect(row?.slice(2)).toEqual([mtu(1460), mtu(1500)]);
});
