import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PptpPool, pptpService, wireGuardService } from '../../lib/host';
import { applyProgram } from '../../lib/host/programs';
import { POOL, privateKey, publicKey, Sandbox } from './wireguard/support';

// PPTP and WireGuard on one machine, with one list of users: who is let in where, and with which addresses.

const PPTP_POOL = PptpPool.from('10.99.0.0/24', { fixedAddresses: 126 });

class Both extends Sandbox {
  public constructor() {
    super();
    mkdirSync(join(this.folder, 'etc/ppp'));
    const filter = `
def filter_load(clients, destinations, reach):
	write('/var/lib/vpn-gateway/reached', json.dumps(reach))
`;
    this.write(
      'apply',
      this.moved(applyProgram(filter, [pptpService({ pool: PPTP_POOL }), wireGuardService({ pool: POOL })])),
    );
  }

  public override get environment(): NodeJS.ProcessEnv {
    return { ...super.environment, pptp_pool: PPTP_POOL.range.cidr, pptp_fixed: PPTP_POOL.fixedIp };
  }
}

const plc = { name: 'plc-17', password: 'old' };
const alice = { name: 'alice', password: 'new', publicKey: publicKey(2), address: '10.99.0.200' };
const bob = { name: 'bob', publicKey: publicKey(3), address: '10.99.0.201' };

describe('one list of users for PPTP and WireGuard', () => {
  let machine: Both;
  beforeEach(() => {
    machine = new Both();
  });
  afterEach(() => machine.remove());

  const users = (...list: unknown[]) => machine.users({ privateKey: privateKey(1), users: list });

  test('lets each user in where it has the keys', () => {
    expect(users(plc, alice, bob)).toMatchObject({ status: 0, stderr: '' });
    expect(machine.read('etc/ppp/chap-secrets').split('\n')).toEqual([
      '# vpn-gateway',
      '"plc-17" pptpd "old" 10.99.0.0/24',
      '"alice" pptpd "new" 10.99.0.200',
      '',
    ]);
    expect(machine.read('var/lib/vpn-gateway/wireguard-users')).toBe(
      `${publicKey(2)} 10.99.1.200 alice\n${publicKey(3)} 10.99.1.201 bob\n`,
    );
  });

  test('lets a user reach the same destinations over either', () => {
    users({ ...alice, destinations: ['10.20.8.0/24 tcp 5432'] });
    expect(JSON.parse(machine.read('var/lib/vpn-gateway/reached'))).toEqual([
      [['10.99.0.200', '10.99.1.200'], [['10.20.8.0/24', 'tcp', [5432, 5432]]]],
    ]);
  });

  test.each([
    ['user 1: has the keys of no server', [{ name: 'carol', address: '10.99.0.202' }]],
    ['user 1: address not set aside for users', [{ ...alice, address: '10.99.0.20' }]],
    ['user 1: address not set aside for users', [{ ...alice, address: '10.99.1.200' }]],
    ['user 2: address taken', [alice, { ...bob, address: '10.99.0.200' }]],
    ['user 2: name taken', [alice, { ...bob, name: 'alice' }]],
    [
      'user 1: must have address, name, publicKey, may have destinations, presharedKey, and nothing else',
      [{ ...bob, pin: 1 }],
    ],
  ])('is refused whole: %s', (text, list) => {
    users(plc);
    const before = machine.read('etc/ppp/chap-secrets');
    expect(users(...list)).toMatchObject({ status: 1, stderr: `users refused: ${text}\n` });
    expect(machine.read('etc/ppp/chap-secrets')).toBe(before);
  });
});
