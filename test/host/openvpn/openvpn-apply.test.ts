import { statSync } from 'node:fs';
import { ClientPool } from '../../../lib/host';
import type { OpenVpnServiceOptions } from '../../../lib/host/openvpn';
import { CONTROL_KEY, pki, Sandbox } from './support';

let files: Readonly<Record<string, string>>;
let sandbox: Sandbox;
beforeAll(() => {
  files = pki();
});
afterEach(() => sandbox.remove());

type User = string | { name: string; address: string };
const secretOf = (users: readonly User[], more: object = {}) => ({
  certificate: files['server.pem'],
  privateKey: files['server.key'],
  ca: files['ca.pem'],
  tlsCryptV2: CONTROL_KEY,
  users: users.map((user) => (typeof user === 'string' ? { name: user } : user)),
  ...more,
});
function machine(options: Partial<OpenVpnServiceOptions> = {}): void {
  sandbox = new Sandbox(options);
}
/** Applies a secret that is good, and returns what the machine said. */
function apply(users: readonly User[], more: object = {}): string {
  const { status, stdout, stderr } = sandbox.users(secretOf(users, more));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}
const addresses = () =>
  Object.fromEntries(
    sandbox.list('users').map((name) => [name, /^ifconfig-push (\S+) /.exec(sandbox.read(`users/${name}`))?.[1]]),
  );
const mode = (name: string) => statSync(sandbox.path(name)).mode & 0o777;
const SERVER_USER = 'systemd-sysusers --inline u vpn-openvpn - "OpenVPN of the VPN gateway"';
const RESTART = 'systemctl try-restart vpn-gateway-openvpn.service';

describe('the secret of an OpenVPN gateway on the machine', () => {
  test('becomes files that only root reads, as the unit hands them over, whatever white space they came with', () => {
    machine();
    const untidy = {
      ca: `\n${files['ca.pem']?.replaceAll('\n', '\r\n')}  `,
      tlsCryptV2: CONTROL_KEY.replaceAll('\n', ' '),
    };
    expect(apply([], untidy)).toBe(
      'openvpn: 0 users, 0 certificates revoked, 0 sessions ended, new keys for the server\n',
    );
    expect(sandbox.list('.')).toEqual(['ca', 'certificate', 'key', 'revoked', 'tls-crypt-v2', 'users']);
    expect(sandbox.read('certificate')).toBe(files['server.pem']);
    expect(sandbox.read('key')).toBe(files['server.key']);
    expect(sandbox.read('ca')).toBe(files['ca.pem']);
    expect(sandbox.read('tls-crypt-v2')).toBe(CONTROL_KEY);
    expect(['certificate', 'key', 'ca', 'tls-crypt-v2'].map(mode)).toEqual([0o600, 0o600, 0o600, 0o600]);
    expect(sandbox.told()).toEqual([SERVER_USER, RESTART]);
  });

  test('that is the same again changes nothing, without a word', () => {
    machine();
    apply(['alice'], { crl: files['ca.crl'] });
    sandbox.told();
    expect(apply(['alice'], { crl: files['ca.crl'] })).toBe('');
    expect(sandbox.told()).toEqual([SERVER_USER]);
  });

  test('with other keys restarts the server, with other users or revocations not', () => {
    machine();
    apply([]);
    sandbox.told();
    expect(apply(['alice'], { crl: files['ca.crl'] })).toBe(
      'openvpn: 1 users, 1 certificates revoked, 0 sessions ended\n',
    );
    expect(sandbox.told()).toEqual([SERVER_USER]);
    expect(apply(['alice'], { certificate: files['rsa.pem'], privateKey: files['rsa.key'] })).toBe(
      'openvpn: 1 users, 0 certificates revoked, 0 sessions ended, new keys for the server\n',
    );
    expect(sandbox.told()).toEqual([SERVER_USER, RESTART]);
  });

  test('names what is revoked by serial number in decimal, in files that the server reads, and forgets it with the list', () => {
    machine();
    apply([], { crl: files['ca.crl'] });
    const serial = BigInt(`0x${files['client.serial']?.trim().split('=')[1]}`).toString();
    expect(sandbox.list('revoked')).toEqual([serial]);
    expect(mode(`revoked/${serial}`)).toBe(0o644);
    apply([]);
    expect(sandbox.list('revoked')).toEqual([]);
  });
});

describe('users of OpenVPN on the machine', () => {
  test('have a file each, which the server reads, with address and netmask', () => {
    machine({ pool: ClientPool.from('10.96.0.0/14') });
    apply([{ name: 'alice', address: '10.97.1.2' }]);
    expect(sandbox.read('users/alice')).toBe('ifconfig-push 10.97.1.2 255.252.0.0\n');
    expect(mode('users/alice')).toBe(0o644);
  });

  test('have the routes of a split tunnel in it', () => {
    machine({ routes: ['10.20.0.0/16', '192.0.2.1/32'], dnsServers: ['10.30.0.53'] });
    apply(['alice']);
    expect(sandbox.read('users/alice')).toBe(`ifconfig-push 10.99.3.254 255.255.255.0
push "route 10.20.0.0 255.255.0.0"
push "route 192.0.2.1 255.255.255.255"
push "route 10.30.0.53 255.255.255.255"
`);
  });

  test('are given addresses from the upper end, which those with an address of their own do not have', () => {
    machine();
    apply(['alice', { name: 'bob', address: '10.99.3.253' }, 'carol']);
    expect(addresses()).toEqual({ alice: '10.99.3.254', bob: '10.99.3.253', carol: '10.99.3.252' });
  });

  test('keep the address that they were given, whoever comes or goes', () => {
    machine();
    apply(['alice', 'bob', 'carol']);
    apply(['carol', 'dave', 'bob', 'erin']);
    expect(addresses()).toEqual({ bob: '10.99.3.253', carol: '10.99.3.252', dave: '10.99.3.254', erin: '10.99.3.251' });
  });

  test('lose it when another has it set aside, and get a free one', () => {
    machine();
    apply(['alice', 'bob']);
    apply(['alice', 'bob', { name: 'plc', address: '10.99.3.254' }]);
    expect(addresses()).toEqual({ alice: '10.99.3.252', bob: '10.99.3.253', plc: '10.99.3.254' });
  });

  test('fill the whole pool, and give up every address that they leave', () => {
    machine({ pool: ClientPool.from('10.99.3.0/29') });
    apply(['a', 'b', 'c', 'd', 'e']);
    expect(addresses()).toEqual({ a: '10.99.3.6', b: '10.99.3.5', c: '10.99.3.4', d: '10.99.3.3', e: '10.99.3.2' });
    apply(['a', 'b', 'f', 'd', 'e']);
    expect(addresses()).toEqual({ a: '10.99.3.6', b: '10.99.3.5', d: '10.99.3.3', e: '10.99.3.2', f: '10.99.3.4' });
  });

  test('are refused whole where a route that only deployment knew is none', () => {
    machine({ routes: ['$ROUTE'], isToken: (value) => value === '$ROUTE' });
    expect(sandbox.users(secretOf(['alice']))).toEqual({
      status: 1,
      stdout: '',
      stderr: 'users refused: openvpn_routes: not IPv4 ranges\n',
    });
    expect(sandbox.list('.')).toEqual([]);
  });
});
