import { Fn, TerraformVariable } from 'cdktf';
import { Accepted, Authentication, type RadiusServer, type RootCertificate } from 'pptp-constructs/azure';
import { plant, ROOT_CA, ref, resolved, textOf, thrown } from './support';

const BASE64 = ROOT_CA.replace(/-----[A-Z ]+-----|\s/g, '');
const TENANT = '11111111-2222-3333-4444-555555555555';
const acceptsSecretInState = Accepted.because('the state lies in an encrypted account that two people may read');
const stack = plant();
const secret = new TerraformVariable(stack, 'RadiusSecret', { type: 'string', sensitive: true });

describe('certificates', () => {
  const roots = (certificate: string) => ({ roots: [{ name: 'plant4', certificate }] });

  test('lose markers and line breaks, which Azure does not take', () => {
    const { azureName, attributes } = Authentication.certificate(roots(ROOT_CA));
    expect(azureName).toBe('Certificate');
    expect(attributes).toEqual({ rootCertificate: [{ name: 'plant4', publicCertData: BASE64 }] });
  });

  test('may come as Base64, with Windows line ends, or as a token that nobody can look into', () => {
    const data = (certificate: string) =>
      (Authentication.certificate(roots(certificate)).attributes.rootCertificate as { publicCertData: string }[])[0]
        ?.publicCertData;
    expect(data(BASE64)).toBe(BASE64);
    expect(data(ROOT_CA.replaceAll('\n', '\r\n'))).toBe(BASE64);
    const token = Fn.file('root-ca.txt');
    expect(data(token)).toBe(token);
  });

  test('revoked ones go by their fingerprints', () => {
    const revoked = [{ name: 'lost-laptop', thumbprint: '912198EEF23DCAC40939312FEE97DD560BAE49B1' }];
    expect(Authentication.certificate({ ...roots(ROOT_CA), revoked }).attributes.revokedCertificate).toEqual(revoked);
  });

  const key = `-----BEGIN PRIVATE KEY-----\n${'c2VjcmV0'.repeat(20)}\n-----END PRIVATE KEY-----`;

  test('with a key beside them are refused, and the key is not repeated', () => {
    const error = thrown(() => Authentication.certificate(roots(`${ROOT_CA}${key}`)));
    expect(error.code).toBe('CERTIFICATE_HOLDS_KEY');
    expect(textOf(error)).toMatchSnapshot();
    expect(error.message).not.toContain('c2VjcmV0');
  });

  test.each([
    { what: 'the name of a file', certificate: 'root-ca.pem' },
    { what: 'two certificates', certificate: `${ROOT_CA}${ROOT_CA}` },
    { what: 'half a certificate', certificate: ROOT_CA.slice(0, 700) },
    { what: 'nothing', certificate: '' },
    { what: 'no text', certificate: undefined as unknown as string },
  ])('are not $what', ({ certificate }) => {
    const error = thrown(() => Authentication.certificate(roots(certificate)));
    expect(error.code).toBe('CERTIFICATE_INVALID');
    expect(textOf(error)).toMatchSnapshot();
  });

  test.each([
    { what: 'no authority', options: { roots: [] } },
    { what: 'no options', options: undefined as never },
    { what: 'an authority that is undefined', options: { roots: [undefined as unknown as RootCertificate] } },
    {
      what: 'two authorities of one name',
      options: { roots: [...roots(ROOT_CA).roots, ...roots(ROOT_CA).roots] },
    },
  ])('are refused with $what', ({ options }) => {
    const error = thrown(() => Authentication.certificate(options));
    expect(error.code).toBe('AUTHENTICATION_INVALID');
    expect(textOf(error)).toMatchSnapshot();
  });

  test.each(['91:21:98:EE:F2:3D:CA:C4:09:39:31:2F:EE:97:DD:56:0B:AE:49:B1', '912198'])(
    '%s is no thumbprint',
    (thumbprint) => {
      const revoked = [{ name: 'lost-laptop', thumbprint }];
      const error = thrown(() => Authentication.certificate({ ...roots(ROOT_CA), revoked }));
      expect(error.code).toBe('THUMBPRINT_INVALID');
      expect(textOf(error)).toMatchSnapshot();
    },
  );
});

describe('RADIUS', () => {
  const server = { address: '10.40.1.4', secret };

  test('refers to the sensitive variable, in the attribute that azurerm marks as sensitive', () => {
    const { azureName, attributes, accepted } = Authentication.radius({
      servers: [server, { address: '10.40.1.5', secret, score: 10 }],
      acceptsSecretInState,
    });
    expect(azureName).toBe('Radius');
    expect(resolved(stack, attributes)).toEqual({
      radiusServer: [
        { address: '10.40.1.4', secret: ref('var.RadiusSecret'), score: 30 },
        { address: '10.40.1.5', secret: ref('var.RadiusSecret'), score: 10 },
      ],
    });
    expect(accepted).toEqual({
      code: 'SECRET_IN_STATE',
      text: 'RADIUS secrets in the Terraform state: the state lies in an encrypted account that two people may read',
    });
  });

  test('is refused without a written acceptance that the secret stands in the state', () => {
    const error = thrown(() => Authentication.radius({ servers: [server] }));
    expect(error.code).toBe('SECRET_IN_STATE');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('an acceptance that is only a text is none', () => {
    const options = { servers: [server], acceptsSecretInState: 'yes, all of it' as unknown as Accepted };
    expect(thrown(() => Authentication.radius(options)).code).toBe('SECRET_IN_STATE');
  });

  test.each([
    { what: 'a text', wrong: 'hunter2hunter2' as unknown as TerraformVariable },
    { what: 'a variable that is not sensitive', wrong: new TerraformVariable(stack, 'Open', { type: 'string' }) },
    { what: 'nothing', wrong: undefined as unknown as TerraformVariable },
  ])('takes no secret from $what, and never repeats one', ({ wrong }) => {
    const servers = [{ address: '10.40.1.4', secret: wrong }];
    const error = thrown(() => Authentication.radius({ servers, acceptsSecretInState }));
    expect(error.code).toBe('SECRET_NOT_SENSITIVE');
    expect(textOf(error)).toMatchSnapshot();
    expect(error.message).not.toContain('hunter2');
  });

  test.each<{ what: string; change: Partial<RadiusServer> }>([
    { what: 'a name', change: { address: 'radius.example.org' } },
    { what: 'an IPv6 address', change: { address: '2001:db8::4' } },
    { what: 'a range', change: { address: '10.40.1.4/32' } },
    { what: 'a score of 31', change: { score: 31 } },
    { what: 'half a score', change: { score: 1.5 } },
  ])('takes no server with $what', ({ change }) => {
    const error = thrown(() => Authentication.radius({ servers: [{ ...server, ...change }], acceptsSecretInState }));
    expect(error.code).toBe('RADIUS_SERVER_INVALID');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('takes an address that only deployment knows', () => {
    const address = new TerraformVariable(stack, 'RadiusAddress', { type: 'string' }).stringValue;
    expect(() => Authentication.radius({ servers: [{ address, secret }], acceptsSecretInState })).not.toThrow();
  });

  test('is refused without a server', () => {
    const error = thrown(() => Authentication.radius({ servers: [], acceptsSecretInState }));
    expect(error.code).toBe('AUTHENTICATION_INVALID');
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('Entra ID', () => {
  test('is written with the slashes that tokens are compared with', () => {
    const { azureName, attributes } = Authentication.entraId({ tenantId: TENANT });
    expect(azureName).toBe('AAD');
    expect(attributes).toEqual({
      aadTenant: `https://login.microsoftonline.com/${TENANT}/`,
      aadAudience: 'c632b3df-fb67-4d84-bdcf-b95ad541b5c8',
      aadIssuer: `https://sts.windows.net/${TENANT}/`,
    });
  });

  test('takes another audience and authority, and a tenant that only deployment knows', () => {
    const tenantId = new TerraformVariable(stack, 'Tenant', { type: 'string' }).stringValue;
    const audience = '49f817b6-84ae-4cc0-928c-73f27289b3aa';
    const authority = 'https://login.partner.microsoftonline.cn';
    const issuer = 'https://sts.chinacloudapi.cn';
    const { attributes } = Authentication.entraId({ tenantId, audience, authority, issuer });
    expect(resolved(stack, attributes)).toEqual({
      aadTenant: `https://login.partner.microsoftonline.cn/${ref('var.Tenant')}/`,
      aadAudience: audience,
      aadIssuer: `https://sts.chinacloudapi.cn/${ref('var.Tenant')}/`,
    });
  });

  test.each([
    { what: 'a name for a tenant', options: { tenantId: 'example.onmicrosoft.com' } },
    { what: 'no tenant', options: {} as { tenantId: string } },
    { what: 'a name for an audience', options: { tenantId: TENANT, audience: 'Azure VPN' } },
    { what: 'an issuer with a slash', options: { tenantId: TENANT, issuer: 'https://sts.windows.net/' } },
    {
      what: 'an authority with a path',
      options: { tenantId: TENANT, authority: `https://login.microsoftonline.com/${TENANT}/` },
    },
  ])('refuses $what', ({ options }) => {
    const error = thrown(() => Authentication.entraId(options));
    expect(error.code).toBe('ENTRA_ID_INVALID');
    expect(textOf(error)).toMatchSnapshot();
  });
});
