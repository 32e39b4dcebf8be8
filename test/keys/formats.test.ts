import { createDecipheriv, createHmac, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import * as fc from 'fast-check';
import { wireGuardPublicKey } from '../../lib/host/wireguard/public-key';
import { CertificateAuthority } from '../../lib/keys/certificate-authority';
import { wireGuardPresharedKey, wireGuardPrivateKey } from '../../lib/keys/curve25519';
import { bmpString, integer, objectIdentifier, octetString } from '../../lib/keys/der';
import { powerShell, quoted, xml } from '../../lib/keys/escape';
import { randomPassword } from '../../lib/keys/password';
import { pem, pemBytes } from '../../lib/keys/pem';
import { pkcs12 } from '../../lib/keys/pkcs12';
import { propertyList } from '../../lib/keys/property-list';
import { tlsCryptV2ClientKey, tlsCryptV2ServerKey } from '../../lib/keys/tls-crypt-v2';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('WireGuard keys', () => {
  test('a public key is the one that RFC 7748, section 6.1, has for the private one', () => {
    const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    expect(wireGuardPublicKey(alice.toString('base64'))).toBe(
      hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a').toString('base64'),
    );
  });

  test('a private key is new each time, 32 bytes, with the bits that wg genkey sets', () => {
    const keys = Array.from({ length: 20 }, wireGuardPrivateKey);
    expect(new Set(keys).size).toBe(20);
    for (const key of keys) {
      const bytes = Buffer.from(key, 'base64');
      expect([bytes.length, bytes[0]! & 7, bytes[31]! >> 6]).toEqual([32, 0, 1]);
    }
  });

  test('a preshared key is new each time, 32 bytes', () => {
    const keys = Array.from({ length: 20 }, wireGuardPresharedKey);
    expect(new Set(keys).size).toBe(20);
    expect(keys.map((key) => Buffer.from(key, 'base64').length)).toEqual(keys.map(() => 32));
  });
});

describe('keys for tls-crypt-v2', () => {
  const now = new Date('2026-11-22T12:00:00Z');

  test('a server key is 128 bytes in PEM, new each time', () => {
    const key = tlsCryptV2ServerKey();
    expect(key).toMatch(/^-----BEGIN OpenVPN tls-crypt-v2 server key-----\n/);
    expect(pemBytes('OpenVPN tls-crypt-v2 server key', key)).toHaveLength(128);
    expect(tlsCryptV2ServerKey()).not.toBe(key);
  });

  test('a client key is wrapped so that the server key opens it: itself again, and the time', () => {
    const server = tlsCryptV2ServerKey();
    const serverBytes = pemBytes('OpenVPN tls-crypt-v2 server key', server);
    const client = pemBytes('OpenVPN tls-crypt-v2 client key', tlsCryptV2ClientKey(server, now));
    const [key, wrapped] = [client.subarray(0, 256), client.subarray(256)];
    expect(wrapped.readUInt16BE(wrapped.length - 2)).toBe(wrapped.length);

    const tag = wrapped.subarray(0, 32);
    const open = createDecipheriv('aes-256-ctr', serverBytes.subarray(0, 32), tag.subarray(0, 16));
    const content = Buffer.concat([open.update(wrapped.subarray(32, -2)), open.final()]);
    const seal = createHmac('sha256', serverBytes.subarray(64, 96)).update(wrapped.subarray(-2)).update(content);
    expect(seal.digest()).toEqual(tag);
    expect(content.subarray(0, 256)).toEqual(key);
    expect(content[256]).toBe(1);
    expect(Number(content.readBigUInt64BE(257)) * 1000).toBe(now.getTime());
  });

  test('a client key is new each time', () => {
    const server = tlsCryptV2ServerKey();
    expect(tlsCryptV2ClientKey(server, now)).not.toBe(tlsCryptV2ClientKey(server, now));
  });
});

describe('a PKCS #12 file', () => {
  const make = async (password: string) => {
    const validity = { now: new Date(), days: 1 };
    const authority = await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', validity);
    const { certificate, privateKey } = await authority.client('alice', validity);
    return pkcs12({
      name: 'vpn.example.com (IKEv2)',
      certificate: new X509Certificate(certificate).raw,
      privateKey: createPrivateKey(privateKey).export({
        format: 'der',
        type: 'pkcs8',
      }),
      authority: authority.raw,
      password,
    });
  };

  test('is opened with its password, by OpenSSL in Node', async () => {
    const pfx = await make('a long password');
    expect(() => createSecureContext({ pfx, passphrase: 'a long password' })).not.toThrow();
  });

  test.each(['', 'p', 'quotes "\' and \\', 'ü is no ASCII', 'x'.repeat(200)])(
    'is opened with the password %j',
    async (password) => {
      const pfx = await make(password);
      expect(() => createSecureContext({ pfx, passphrase: password })).not.toThrow();
    },
  );

  test('is not opened with another password', async () => {
    const pfx = await make('a long password');
    expect(() => createSecureContext({ pfx, passphrase: 'a long passworD' })).toThrow(/mac verify failure/i);
  });
});

describe('DER', () => {
  test.each([
    [integer(0), '02 01 00'],
    [integer(3), '02 01 03'],
    [integer(127), '02 01 7f'],
    [integer(128), '02 02 0080'],
    [integer(2048), '02 02 0800'],
    [objectIdentifier('1.2.840.113549.1.12.1.3'), '06 0a 2a864886f70d010c0103'],
    [objectIdentifier('1.3.14.3.2.26'), '06 05 2b0e03021a'],
    [objectIdentifier('2.5.29.20'), '06 03 551d14'],
    [bmpString('Aü'), '1e 04 004100fc'],
    [octetString(Buffer.alloc(127)), `04 7f ${'00'.repeat(127)}`],
    [octetString(Buffer.alloc(128)), `04 8180 ${'00'.repeat(128)}`],
    [octetString(Buffer.alloc(256)), `04 820100 ${'00'.repeat(256)}`],
  ])('writes %#', (written, expected) => {
    expect(written).toEqual(hex(expected));
  });
});

describe('PEM', () => {
  test('has lines of 64 characters and gives its bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const text = pem('X', bytes);
        expect(pemBytes('X', text)).toEqual(Buffer.from(bytes));
        const lines = text.trimEnd().split('\n').slice(1, -1);
        expect(lines.slice(0, -1).every((line) => line.length === 64)).toBe(true);
      }),
    );
  });

  test('has no bytes under another label', () => {
    expect(pemBytes('Y', pem('X', Buffer.from('x')))).toHaveLength(0);
  });
});

describe('a random password', () => {
  test('is 24 letters and digits, none of which looks like another, and new each time', () => {
    const passwords = Array.from({ length: 200 }, randomPassword);
    expect(new Set(passwords).size).toBe(200);
    expect(passwords.filter((password) => !/^[a-zA-Z2-9]{24}$/.test(password) || /[lIO]/.test(password))).toEqual([]);
    // Every one of the 56 characters turns up among 4800; that one does not has a chance of 1 in 10^35.
    expect(new Set(passwords.join('')).size).toBe(56);
  });
});

describe('text in the languages of profiles', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  });

  test('PowerShell: a quote is doubled, nothing else is special in single quotes', () => {
    expect(powerShell('it\'s $(reboot) `"')).toBe("'it''s $(reboot) `\"'");
    fc.assert(fc.property(printable, (text) => powerShell(text).slice(1, -1).replaceAll("''", "'") === text));
  });

  test('pppd and swanctl: quotes and backslashes are escaped', () => {
    expect(quoted('a "b" \\ $(c) #')).toBe('"a \\"b\\" \\\\ $(c) #"');
    fc.assert(fc.property(printable, (text) => quoted(text).slice(1, -1).replace(/\\(.)/g, '$1') === text));
  });

  test('XML: what would begin a tag or an entity is an entity', () => {
    expect(xml('<a> & "b"')).toBe('&lt;a&gt; &amp; "b"');
  });

  test('a property list of every type', () => {
    expect(
      propertyList({
        Text: 'a < b',
        Number: 1,
        Bytes: Buffer.from('abc'),
        List: ['x', { Deep: 2 }],
      }),
    ).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      <dict>
        <key>Text</key>
        <string>a &lt; b</string>
        <key>Number</key>
        <integer>1</integer>
        <key>Bytes</key>
        <data>
        YWJj
        </data>
        <key>List</key>
        <array>
          <string>x</string>
          <dict>
            <key>Deep</key>
            <integer>2</integer>
          </dict>
        </array>
      </dict>
      </plist>
      "
    `);
  });
});
