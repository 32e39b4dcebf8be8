// IKEv2 with EAP-TLS, which a gateway offers in place of passwords.

import { ikev2Gateway } from './support/aws-gateways';
import { describeConfinement } from './support/client-tests';
import { certificateOf, login, strangersCertificate } from './support/ikev2-login';
import { Site } from './support/run';
import { IKEV2 } from './support/vpns';

let site: Site;

beforeAll(async () => {
  await IKEV2.prepare();
  site = await Site.start('ikev2-eap-tls', 'full', IKEV2.keys().withoutPasswords(), ikev2Gateway('eap-tls'));
  await site.gateway.ready();
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

test('a client with a certificate connects by EAP-TLS', async () => {
  const attempt = await login(site, 'alice', certificateOf('carol', 'eap-tls'));
  expect(attempt.log).toContain('EAP_TLS');
  expect(attempt).toMatchObject({ isUp: true, canPing: true });
});

test.each([
  ['that has expired', async () => certificateOf('erin', 'eap-tls'), 'EAP_TLS method failed'],
  ['whose user is not in the secret', () => strangersCertificate('eap-tls'), 'AUTHENTICATION_FAILED'],
])('a client with a certificate %s does not', async (_, credentials, symptom) => {
  const { isUp, log } = await login(site, 'alice', await credentials());
  expect(log).toContain(symptom);
  expect(isUp).toBe(false);
});

describeConfinement(IKEV2, () => site);
