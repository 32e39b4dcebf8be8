import { routesTo } from './aws-gateways';
import { connectIkev2, disconnectIkev2, type Login } from './ikev2-client';
import { SERVER } from './keys';
import type { Site } from './run';
import { IKEV2 } from './vpns';

export const passwordOf = (user: string): Login => ({
  user,
  password: IKEV2.keys().file(user, 'password.txt').trim(),
});

export const certificateOf = (user: string, method: 'eap-tls' | 'pubkey'): Login => ({
  ...{ user, method },
  ...IKEV2.keys().credential(user),
});

/** Connects, tries the tunnel, and ends it. */
export async function login(
  site: Site,
  role: 'alice' | 'stranger',
  credentials: Login,
  proposals: { readonly ike?: string; readonly esp?: string } = {},
) {
  const ca = IKEV2.keys().file('alice', 'ca.cer');
  const routes = routesTo('10.99.2.1');
  const attempt = await connectIkev2(
    site,
    role,
    { login: credentials, ca, serverName: SERVER, routes, ...proposals },
    25,
  );
  const canPing = attempt.isUp && (await site.lab.run(role, 'ping -q -c 1 -W 5 10.99.2.1')).status === 0;
  await disconnectIkev2(site, role);
  return { ...attempt, canPing };
}
