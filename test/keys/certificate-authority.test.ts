import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { CertificateAuthority, KEY_TYPES, type KeyType } from '../../lib/keys/certificate-authority';

// Keys for RSA take a second or two each.
jest.setTimeout(60_000);

const now = new Date('2026-11-22T12:00:00.500Z');
const validity = { now, days: 730 };

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const IKE_INTERMEDIATE = '1.3.6.1.5.5.8.2.2';

/** Key usages in the order of their bits; Node knows the extended ones only. */
function usages(pem: string): { usage: number | undefined; isCritical: boolean | undefined } {
  const extension = new x509.X509Certificate(pem).getExtension(x509.KeyUsagesExtension);
  return { usage: extension?.usages, isCritical: extension?.critical };
}

describe.each(KEY_TYPES)('an authority with %s', (keyType: KeyType) => {
  let authority: CertificateAuthority;
  let own: X509Certificate;
  beforeAll(async () => {
    authority = await CertificateAuthority.create('vpn.example.com', keyType, { now, days: 3650 });
    own = new X509Certificate(authority.certificate);
  });

  test('signs itself, and may sign certificates and revocation lists and nothing else', () => {
    expect(own.ca).toBe(true);
    expect(own.checkIssued(own) && own.verify(own.publicKey)).toBe(true);
    const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
    expect(usages(authority.certificate)).toEqual({ usage: keyCertSign | cRLSign, isCritical: true });
    const { pathLength } = new x509.X509Certificate(authority.certificate).getExtension(
      x509.BasicConstraintsExtension,
    )!;
    expect(pathLength).toBe(0);
  });

  test('names the gateway, and has digits that tell it from the next authority of the same gateway', async () => {
    expect(own.subject).toMatch(/^O=vpn\.example\.com\nCN=VPN CA [0-9a-f]{8}$/);
    expect(own.subject).toContain(`CN=${authority.commonName}`);
    const next = await CertificateAuthority.create('vpn.example.com', keyType, { now, days: 3650 });
    expect(next.commonName).not.toBe(authority.commonName);
  });

  test('has the key that was asked for', () => {
    const { asymmetricKeyType, asymmetricKeyDetails } = own.publicKey;
    const { modulusLength, namedCurve } = asymmetricKeyDetails!;
    expect([asymmetricKeyType, modulusLength ?? namedCurve]).toEqual(
      {
        'rsa-3072': ['rsa', 3072],
        'ecdsa-p256': ['ec', 'prime256v1'],
        'ecdsa-p384': ['ec', 'secp384r1'],
      }[keyType],
    );
    expect(own.checkPrivateKey(createPrivateKey(authority.privateKey))).toBe(true);
  });

  test('certifies a server for IKEv2 and OpenVPN under the name that clients dial', async () => {
    const { certificate, privateKey } = await authority.server('vpn.example.com', validity);
    const server = new X509Certificate(certificate);
    expect(server.checkIssued(own) && server.verify(own.publicKey)).toBe(true);
    expect(server.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect([server.subject, server.subjectAltName, server.ca]).toEqual([
      'CN=vpn.example.com',
      'DNS:vpn.example.com',
      false,
    ]);
    expect(server.checkHost('vpn.example.com')).toBe('vpn.example.com');
    expect(server.keyUsage).toEqual([SERVER_AUTH, IKE_INTERMEDIATE]);
    const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
    const usage = keyType === 'rsa-3072' ? digitalSignature | keyEncipherment : digitalSignature;
    expect(usages(certificate)).toEqual({ usage, isCritical: true });
  });

  test('certifies a user for logging in and nothing else', async () => {
    const { certificate, privateKey } = await authority.client('alice', validity);
    const client = new X509Certificate(certificate);
    expect(client.checkIssued(own) && client.verify(own.publicKey)).toBe(true);
    expect(client.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect([client.subject, client.subjectAltName, client.ca]).toEqual(['CN=alice', 'DNS:alice', false]);
    expect(client.keyUsage).toEqual([CLIENT_AUTH]);
  });

  test('is taken up again from its two files, and signs as before', async () => {
    const { certificate, privateKey } = authority;
    const again = (await CertificateAuthority.from({ certificate, privateKey }))!;
    expect([again.certificate, again.privateKey, again.keyType, again.commonName]).toEqual([
      certificate,
      privateKey,
      keyType,
      authority.commonName,
    ]);
    const client = new X509Certificate((await again.client('bob', validity)).certificate);
    expect(client.checkIssued(own) && client.verify(own.publicKey)).toBe(true);
  });

  test('lists what was revoked: everything that the list before held, and once', async () => {
    const [alice, bob] = [await authority.client('alice', validity), await authority.client('bob', validity)];
    const serialOf = ({ certificate }: { certificate: string }) =>
      new X509Certificate(certificate).serialNumber.toLowerCase();
    const first = await authority.revocationList(now, undefined, []);
    const second = await authority.revocationList(now, first, [alice.certificate]);
    const third = await authority.revocationList(now, second, [alice.certificate, bob.certificate]);
    const revoked = [first, second, third].map((list) =>
      new x509.X509Crl(list).entries.map((each) => each.serialNumber),
    );
    expect(revoked).toEqual([[], [serialOf(alice)], [serialOf(alice), serialOf(bob)]]);
    const numbers = [first, second, third].map((list) =>
      Buffer.from(new x509.X509Crl(list).getExtension('2.5.29.20')!.value).toString('hex'),
    );
    expect(numbers).toEqual(['020101', '020102', '020103']);
    expect(first).toMatch(/^-----BEGIN X509 CRL-----\n/);
    expect(await authority.signed(third)).toBe(true);
  });
});

describe('what an authority issues', () => {
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await CertificateAuthority.create('192.0.2.7', 'ecdsa-p256', { now, days: 3650 });
  });

  test('is valid two days before its issue, for clocks that are behind, and as long as was asked for', async () => {
    const { certificate } = await authority.client('alice', validity);
    const { validFrom, validTo } = new X509Certificate(certificate);
    expect([new Date(validFrom), new Date(validTo)]).toEqual([
      new Date('2026-11-20T12:00:00Z'),
      new Date('2028-11-21T12:00:00Z'),
    ]);
  });

  test('never outlives the authority', async () => {
    const late = { now: new Date('2036-01-01T00:00:00Z'), days: 730 };
    const { certificate } = await authority.client('alice', late);
    expect(new Date(new X509Certificate(certificate).validTo)).toEqual(authority.notAfter);
  });

  test('has an address both as an address and, for Windows, as a name', async () => {
    const server = new X509Certificate((await authority.server('192.0.2.7', validity)).certificate);
    expect(server.subjectAltName).toBe('IP Address:192.0.2.7, DNS:192.0.2.7');
    expect(server.checkIP('192.0.2.7')).toBe('192.0.2.7');
  });

  test('has a mail address as a mail address', async () => {
    const client = new X509Certificate((await authority.client('alice@example.com', validity)).certificate);
    expect([client.subject, client.subjectAltName]).toEqual(['CN=alice@example.com', 'email:alice@example.com']);
  });

  test('has a serial number of 16 random bytes, positive and never beginning with zero', async () => {
    const serials = await Promise.all(
      Array.from(
        { length: 20 },
        async () => new X509Certificate((await authority.client('a', validity)).certificate).serialNumber,
      ),
    );
    expect(new Set(serials).size).toBe(20);
    expect(serials.filter((serial) => !/^[4-7][0-9A-F]{31}$/.test(serial))).toEqual([]);
  });

  test('is, for a revocation list, valid until the authority ends', async () => {
    const list = new x509.X509Crl(await authority.revocationList(now, undefined, []));
    expect([list.thisUpdate, list.nextUpdate]).toEqual([new Date('2026-11-20T12:00:00Z'), authority.notAfter]);
  });
});

describe('an authority', () => {
  test('keeps the date on which something was revoked first', async () => {
    const authority = await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 3650 });
    const { certificate } = await authority.client('alice', validity);
    const first = await authority.revocationList(now, undefined, [certificate]);
    const second = await authority.revocationList(new Date('2027-01-01T00:00:00Z'), first, [certificate]);
    expect(new x509.X509Crl(second).entries.map((entry) => entry.revocationDate)).toEqual([
      new Date('2026-11-22T12:00:00Z'),
    ]);
  });

  test('counts its revocation lists beyond 127, where a number needs another byte', async () => {
    const authority = await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 3650 });
    let list: string | undefined;
    for (let count = 0; count < 257; count += 1) {
      list = await authority.revocationList(now, list, []);
    }
    expect(Buffer.from(new x509.X509Crl(list!).getExtension('2.5.29.20')!.value).toString('hex')).toBe('02020101');
  });

  test('is not made of a certificate and the key of another, of a certificate that is no authority, or of no PEM', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async () => await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 1 })),
    );
    const { certificate, privateKey } = one!;
    expect(await CertificateAuthority.from({ certificate, privateKey: other!.privateKey })).toBeUndefined();
    expect(await CertificateAuthority.from(await one!.client('alice', { now, days: 1 }))).toBeUndefined();
    expect(await CertificateAuthority.from({ certificate: 'x', privateKey })).toBeUndefined();
    expect(await CertificateAuthority.from({ certificate, privateKey: 'x' })).toBeUndefined();
    expect(await CertificateAuthority.from({ certificate, privateKey })).toBeDefined();
  });

  test('knows the lists that it signed', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async () => await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 1 })),
    );
    const list = await one!.revocationList(now, undefined, []);
    expect([await one!.signed(list), await other!.signed(list), await one!.signed('no list')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
