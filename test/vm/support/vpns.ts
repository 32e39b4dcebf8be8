import { POOLS, routesTo } from './aws-gateways';
import { connectIkev2, disconnectIkev2 } from './ikev2-client';
import { Keys, SERVER } from './keys';
import { connectOpenVpn, disconnectOpenVpn } from './openvpn-client';
import { dial, hangUp, MS_CHAP_V2 } from './pptp-client';
import { ALICE, BOB, pptpSecret } from './pptp-users';
import type { Vpn } from './vpn';
import { connectWireGuard, disconnectWireGuard } from './wireguard-client';

const NEW_PASSWORD = 'R7.quite-another-password';

export const PPTP: Vpn = {
  name: 'pptp',
  gatewayAddress: '10.99.0.1',
  unit: 'pptpd.service',
  prepare: async () => undefined,
  secret: (isRotated) => pptpSecret(isRotated ? NEW_PASSWORD : BOB.password),
  async connect({ lab }, role, isRotated, patience = 30) {
    const user = role === 'alice' ? ALICE : { ...BOB, password: isRotated ? NEW_PASSWORD : BOB.password };
    const again = ['lcp-echo-interval 30', 'lcp-echo-failure 4', 'persist', 'holdoff 5', 'maxfail 0'];
    const { status, seconds, log } = await dial(lab, role, {
      ...user,
      options: [...MS_CHAP_V2, ...again],
      seconds: patience,
    });
    return { isUp: status === 0, seconds, log };
  },
  disconnect: ({ lab }, role) => hangUp(lab, role),
};

/** Keys of the first day, and after Bob's were renewed. */
class KeyRing {
  private readonly made: { first?: Keys; second?: Keys } = {};

  public constructor(private readonly create: () => Promise<Keys>) {}

  public async prepare(): Promise<void> {
    this.made.first = await this.create();
    this.made.second = this.made.first.copy();
    await this.made.second.renew('bob');
  }

  public get(isRotated = false): Keys {
    const keys = isRotated ? this.made.second : this.made.first;
    if (keys === undefined) {
      throw new Error('no keys yet');
    }
    return keys;
  }
}

const USERS = [{ name: 'alice' }, { name: 'bob' }];

function keyed(
  create: () => Promise<Keys>,
  about: Pick<Vpn, 'name' | 'gatewayAddress' | 'unit' | 'disconnect'>,
  connect: (keys: Keys, ...args: Parameters<Vpn['connect']>) => ReturnType<Vpn['connect']>,
): Vpn & { keys(isRotated?: boolean): Keys } {
  const ring = new KeyRing(create);
  return {
    ...about,
    prepare: () => ring.prepare(),
    keys: (isRotated) => ring.get(isRotated),
    secret: (isRotated) => ring.get(isRotated).secret,
    connect: (site, role, isRotated, seconds) => connect(ring.get(isRotated), site, role, isRotated, seconds),
  };
}

export const WIREGUARD = keyed(
  () =>
    Keys.create({ protocol: 'wireguard', server: SERVER, pool: POOLS.wireguard, routes: routesTo('10.99.1.1') }, USERS),
  {
    name: 'wireguard',
    gatewayAddress: '10.99.1.1',
    unit: 'vpn-gateway-wg.service',
    disconnect: disconnectWireGuard,
  },
  (keys, site, role, _, seconds) => connectWireGuard(site, role, keys.file(role, 'vpn.conf'), seconds),
);

export const OPENVPN = keyed(
  async () => {
    const keys = await Keys.create({ protocol: 'openvpn', server: SERVER, pool: POOLS.openvpn }, USERS);
    await keys.addExpired('erin');
    return keys;
  },
  {
    name: 'openvpn',
    gatewayAddress: '10.99.3.1',
    unit: 'vpn-gateway-openvpn.service',
    disconnect: disconnectOpenVpn,
  },
  (keys, site, role, _, seconds) => connectOpenVpn(site, role, keys.file(role, `${SERVER}.ovpn`), seconds),
);

/** With passwords; Carol and Erin have certificates, Erin's ended yesterday. */
export const IKEV2 = keyed(
  async () => {
    const users = USERS.map((user) => ({ ...user, password: `${user.name}.kT4-correct-horse` }));
    const keys = await Keys.create(
      {
        protocol: 'ikev2',
        server: SERVER,
        pool: POOLS.ikev2,
        routes: routesTo('10.99.2.1'),
        authentication: ['certificate', 'password'],
      },
      [...users, { name: 'carol' }],
    );
    await keys.addExpired('erin');
    return keys;
  },
  {
    name: 'ikev2',
    gatewayAddress: '10.99.2.1',
    unit: 'strongswan.service',
    disconnect: disconnectIkev2,
  },
  (keys, site, role, _, seconds) =>
    connectIkev2(
      site,
      role,
      {
        login: { user: role, password: keys.file(role, 'password.txt').trim() },
        ca: keys.file(role, 'ca.cer'),
        serverName: SERVER,
        routes: routesTo('10.99.2.1'),
      },
      seconds,
    ),
);
