import { routesTo } from './aws-gateways';
import { connectIkev2, disconnectIkev2, type Login } from './ikev2-client';
import { SERVER } from './keys';
import type { Site } from './run';
import { IKEV2 } from './vpns';

export const passwordOf = (user: string): Login => ({
  user,
  password: IKEV2.keys().file(user, 'password.txt').trim(),
});

export const certificateOf = (user: string, method: 'eap-tls' | 'pubkey', keys = IKEV2.keys()): Login => ({
  ...{ user, method },
  ...keys.credential(user),
});

/** A certificate of the authority that the gateway knows, for a user whom it does not know. */
export async function strangersCertificate(method: 'eap-tls' | 'pubkey'): Promise<Login> {
  const keys = IKEV2.keys().copy();
  await keys.add('mallory');
  return certificateOf('mallory', method, keys);
}

/** What a client of this name needs to dial the gateway. */
export const clientOf = (credentials: Login) => ({
  login: credentials,
  ca: IKEV2.keys().file('alice', 'ca.cer'),
  serverName: SERVER,
  routes: routesTo('10.99.2.1'),
});

/** Connects, tries the tunnel, and ends it. */
export async function login(
  site: Site,
  role: 'alice' | 'stranger',
  credentials: Login,
  proposals: { readonly ike?: string; readonly esp?: string } = {},
) {
  const attempt = await connectIkev2(site, role, { ...clientOf(credentials), ...proposals }, 25);
  const canPing = attempt.isUp && (await site.lab.run(role, 'ping -q -c 1 -W 5 10.99.2.1')).status === 0;
  await disconnectIkev2(site, role);
  return { ...attempt, canPing };
}
