import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type Change, createKeys } from '../../lib/keys/change';
import type { Gateway } from '../../lib/keys/gateway';

// Keys for RSA take a second or two each.
jest.setTimeout(60_000);

const now = new Date('2026-11-22T12:00:00Z');

/** The folder of one user, by file. */
async function profilesOf(gateway: Gateway, user: { name: string; password?: string }) {
  const change: Change = await createKeys(
    gateway,
    [user],
    now,
    gateway.protocol === 'ikev2' ? 'ecdsa-p256' : undefined,
  );
  const files = new Map(change.files.map(({ path, content }) => [path.replace(/^clients\/[^/]*\//, ''), content]));
  const text = (file: string) => `${files.get(file)}`;
  return { change, files, text };
}

/** Text in which whatever is random is replaced. */
function steady(text: string): string {
  return text
    .replace(/-----BEGIN ([^\n]+)-----\n[^-]+-----END \1-----/g, '($1)')
    .replace(/<data>[^<]*<\/data>/g, '<data>(bytes)</data>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '(UUID)')
    .replace(/VPN CA [0-9a-f]{8}/g, 'VPN CA ########')
    .replace(/"(cert|p12)": "[^"]+"/g, '"$1": "(bytes)"')
    .replace(/[A-Za-z0-9+/]{43}=/g, '(key)');
}

const server = 'vpn.example.com';
/** Everything that some language takes for something special. */
const nasty = { name: 'a "b" \\ \'c\' <d> & $(reboot)', password: '"\\\' <&> $(e) %' };

describe('PPTP', () => {
  test('has a profile for Windows, one for pppd, and the password in a file of its own', async () => {
    const { files, text } = await profilesOf({ protocol: 'pptp', server }, { name: 'alice', password: 'sesame' });
    expect([...files.keys()]).toEqual([
      'gateway.json',
      'password.txt',
      'windows.ps1',
      'linux/peers/vpn',
      'linux/chap-secrets',
    ]);
    expect(text('password.txt')).toBe('sesame\n');
    expect(text('windows.ps1')).toMatchSnapshot('windows');
    expect(text('linux/peers/vpn')).toMatchSnapshot('peers');
    expect(text('linux/chap-secrets')).toMatchSnapshot('chap-secrets');
    expect([text('windows.ps1'), text('linux/peers/vpn')].filter((each) => each.includes('sesame'))).toEqual([]);
  });

  test('sends only its routes through the tunnel where there are some', async () => {
    const routes = ['10.0.0.0/16', '192.168.7.0/24'];
    const { text } = await profilesOf({ protocol: 'pptp', server, routes }, { name: 'alice' });
    expect(text('windows.ps1')).toMatchSnapshot('windows');
    expect(text('linux/peers/vpn')).toContain(`# when it is up: ip route add 10.0.0.0/16 dev ppp0
# when it is up: ip route add 192.168.7.0/24 dev ppp0
`);
  });

  test('holds names and passwords of every printable character', async () => {
    const { text } = await profilesOf({ protocol: 'pptp', server }, nasty);
    expect(text('linux/chap-secrets')).toMatchSnapshot('chap-secrets');
    expect(text('linux/peers/vpn')).toContain('name "a \\"b\\" \\\\ \'c\' <d> & $(reboot)"\n');
  });
});

describe('WireGuard', () => {
  const gateway: Gateway = { protocol: 'wireguard', server, pool: '10.99.1.0/24' };

  test('has one file, which sends everything through the tunnel, IPv6 included', async () => {
    const { files, text } = await profilesOf(gateway, { name: 'alice' });
    expect([...files.keys()]).toEqual(['gateway.json', 'vpn.conf']);
    expect(steady(text('vpn.conf'))).toMatchSnapshot();
  });

  test('says what the gateway says: port, routes, name servers, size of packets', async () => {
    const facts = { port: 443, routes: ['10.0.0.0/16'], dnsServers: ['10.0.0.2', '10.0.0.3'], mtu: 1380 };
    const { text } = await profilesOf({ ...gateway, ...facts }, { name: 'alice' });
    expect(steady(text('vpn.conf'))).toMatchSnapshot();
  });
});

describe('OpenVPN', () => {
  test.each(['udp', 'tcp'] as const)('has one file with everything in it, over %s', async (transport) => {
    const { files, text } = await profilesOf({ protocol: 'openvpn', server, transport, port: 443 }, { name: 'alice' });
    expect([...files.keys()].filter((file) => file.endsWith('.ovpn'))).toEqual(['vpn.example.com.ovpn']);
    expect(steady(text('vpn.example.com.ovpn'))).toMatchSnapshot();
  });
});

describe('IKEv2', () => {
  const gateway: Gateway = { protocol: 'ikev2', server };
  const files = ['windows.ps1', 'apple.mobileconfig', 'android.sswan', 'linux/conf.d/vpn.conf'];

  test.each(files)('%s for a certificate', async (file) => {
    const { text } = await profilesOf(gateway, { name: 'alice@example.com' });
    expect(steady(text(file))).toMatchSnapshot();
  });

  test.each(files)('%s for a password, of every printable character', async (file) => {
    const { text } = await profilesOf({ ...gateway, authentication: ['password'] }, nasty);
    expect(steady(text(file))).toMatchSnapshot();
  });

  test.each(['windows.ps1', 'android.sswan', 'linux/conf.d/vpn.conf'])('%s with routes', async (file) => {
    const { text } = await profilesOf({ ...gateway, routes: ['10.0.0.0/16', '10.9.0.0/16'] }, { name: 'alice' });
    expect(steady(text(file))).toMatchSnapshot();
  });

  test("puts the password into no file but its own and strongSwan's", async () => {
    const user = { name: 'alice', password: 'sesame' };
    const { files: all } = await profilesOf({ ...gateway, authentication: ['password'] }, user);
    const holding = [...all]
      .filter(([, content]) =>
        ['sesame', Buffer.from('sesame').toString('base64')].some((form) => Buffer.from(content).includes(form)),
      )
      .map(([file]) => file);
    expect(holding).toEqual(['password.txt', 'linux/conf.d/vpn.conf']);
    expect([...all.keys()]).not.toContain('client.p12');
  });

  test('has the certificate and its key in a file that only the password opens, in three places', async () => {
    const { files: all, text } = await profilesOf(gateway, { name: 'alice' });
    const passphrase = text('password.txt').trim();
    const p12 = all.get('client.p12') as Buffer;
    const { remote, local } = JSON.parse(text('android.sswan'));
    const [ca, identity] = [...text('apple.mobileconfig').matchAll(/<data>([^<]*)<\/data>/g)].map(([, data]) =>
      Buffer.from(data!, 'base64'),
    );
    for (const pfx of [p12, Buffer.from(local.p12, 'base64'), identity!]) {
      expect(() => createSecureContext({ pfx, passphrase })).not.toThrow();
      expect(() => createSecureContext({ pfx, passphrase: `${passphrase}x` })).toThrow(/mac verify/i);
    }
    const authority = new X509Certificate(text('ca.pem')).raw;
    expect(ca).toEqual(authority);
    expect(Buffer.from(remote.cert, 'base64')).toEqual(authority);
    expect(text('ca.cer')).toBe(text('ca.pem'));
  });

  test("tells Apple's systems which kind of key the certificate has", async () => {
    const kinds = await Promise.all(
      (['rsa-3072', 'ecdsa-p256', 'ecdsa-p384'] as const).map(async (keyType) => {
        const { files: all } = await createKeys(gateway, [{ name: 'alice' }], now, keyType);
        const profile = `${all.find(({ path }) => path.endsWith('.mobileconfig'))?.content}`;
        return /<key>CertificateType<\/key>\s*<string>(\w+)<\/string>/.exec(profile)?.[1];
      }),
    );
    expect(kinds).toEqual(['RSA', 'ECDSA256', 'ECDSA384']);
  });
});
