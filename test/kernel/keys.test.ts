import * as path from 'node:path';
import { ClientPool, type HostService, PptpPool, pptpService, renderHost } from '../../lib/host';
import { ikev2Service } from '../../lib/host/ikev2';
import { openVpnService } from '../../lib/host/openvpn';
import { wireGuardService } from '../../lib/host/wireguard';
import { Shell } from '../cli/world';
import { HOST_COMMANDS } from './support/hosts';
import { IkeClient, startCharon, stopCharon, withoutKernel } from './support/ikev2';
import { cable, Machine, type Outcome } from './support/machine';
import { OPENVPN_STUBS, OpenVpnClient, startJournal } from './support/openvpn';

// What `pptp-constructs keys` makes, given to the programs that it is for.

const now = new Date();
let gateway: Machine;
let client: Machine;

beforeAll(async () => {
  gateway = await Machine.start(OPENVPN_STUBS);
  client = await Machine.start();
  cable(gateway, 'eth0', client, 'eth0');
  gateway.sh('ip address add 203.0.113.1/24 dev eth0; ip link set eth0 up');
  client.sh(
    'ip address add 203.0.113.2/24 dev eth0; ip link set eth0 up; echo 203.0.113.1 vpn.example.com >>/etc/hosts',
  );
  startJournal(gateway);
}, 600_000);

afterAll(async () => {
  await gateway?.stop();
  await client?.stop();
});

/** Runs `keys`, and returns the secret that it wrote. */
async function keys(shell: Shell, line: string, secret?: object): Promise<{ users: object[]; [key: string]: unknown }> {
  const made = await shell.secret(`keys ${line} --dir ./k`, { now, stdin: JSON.stringify(secret) });
  return made as unknown as { users: object[] };
}

/** Puts the files of a folder on the client. */
function copy(shell: Shell, from: string, to: string): void {
  for (const file of shell.files(from)) {
    client.write(path.posix.join(to, file), shell.read(`${from}/${file}`), 0o600);
  }
}

/** Runs `vpn-gateway-apply` as the gateway does. */
function apply(what: string, input: string): Outcome {
  return gateway.run(['sh', '-c', `. /etc/vpn-gateway/settings; exec vpn-gateway-apply ${what}`], { input });
}

/** Makes the gateway one with these services and this secret. */
function install(services: readonly HostService[], secret: object): void {
  gateway.install(
    renderHost({
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      services,
      addressing: 'masquerade',
      dnsServers: [],
      commands: HOST_COMMANDS,
    }),
  );
  gateway.sh('mkdir -p /var/lib/vpn-gateway; rm -rf /var/lib/vpn-gateway/*; nft -f /etc/nftables.conf');
  expect(apply('policy', 'vpn-gateway policy 1\nclient 0.0.0.0/0\nto 10.20.0.0/16\n').status).toBe(0);
  const { status, text } = apply('users', JSON.stringify(secret));
  expect([status, text]).toEqual([0, expect.anything()]);
}

describe.each(['rsa-3072', 'ecdsa-p256', 'ecdsa-p384'])('certificates with %s', (keyType) => {
  const shell = new Shell();
  beforeAll(async () => {
    const first = await keys(shell, `ikev2 --server vpn.example.com --user alice --user bob --key-type ${keyType}`);
    const { crl, certificate, privateKey } = await keys(shell, 'remove-user --user bob', first);
    client.sh('rm -rf /pki; mkdir /pki');
    const texts = { crl, certificate, privateKey };
    for (const [name, text] of Object.entries(texts)) {
      client.write(`/pki/${name}.pem`, text as string);
    }
    for (const name of ['alice', 'bob']) {
      client.write(`/pki/${name}.pem`, shell.read(`k/clients/${name}/linux/x509/vpn.pem`));
    }
    client.write('/pki/ca.pem', shell.read('k/ca.pem'));
    client.sh(
      `base64 -d >/pki/alice.p12 <<end\n${JSON.parse(shell.read('k/clients/alice/android.sswan')).local.p12}\nend`,
    );
    client.write('/pki/password', shell.read('k/clients/alice/password.txt'));
  }, 60_000);

  const openssl = (...argv: string[]) => client.run(['openssl', ...argv]);

  test('are right to OpenSSL, at its strictest, each for its purpose and for no other', () => {
    const strict = ['verify', '-x509_strict', '-CAfile', '/pki/ca.pem', '-purpose'];
    expect(openssl(...strict, 'sslserver', '-verify_hostname', 'vpn.example.com', '/pki/certificate.pem').status).toBe(
      0,
    );
    expect(openssl(...strict, 'sslclient', '/pki/alice.pem').status).toBe(0);
    expect(openssl(...strict, 'sslclient', '/pki/certificate.pem').text).toContain('unsuitable certificate purpose');
    expect(openssl(...strict, 'sslserver', '/pki/alice.pem').text).toContain('unsuitable certificate purpose');
  });

  test('are revoked by the list, to OpenSSL, and others are not', () => {
    const checked = ['verify', '-crl_check', '-CAfile', '/pki/ca.pem', '-CRLfile', '/pki/crl.pem'];
    expect(openssl(...checked, '/pki/alice.pem')).toEqual({ status: 0, text: '/pki/alice.pem: OK\n' });
    expect(openssl(...checked, '/pki/bob.pem').text).toContain('certificate revoked');
    expect(openssl('crl', '-in', '/pki/crl.pem', '-CAfile', '/pki/ca.pem', '-noout').text).toBe('verify OK\n');
  });

  test("are right to strongSwan's pki, and revoked where the list says so", () => {
    const verify = ['pki', '--verify', '--cacert', '/pki/ca.pem', '--crl', '/pki/crl.pem', '--in'];
    expect(client.run([...verify, '/pki/alice.pem'])).toEqual({
      status: 0,
      text: expect.stringContaining('certificate trusted'),
    });
    expect(client.run([...verify, '/pki/certificate.pem']).status).toBe(0);
    const { status, text } = client.run([...verify, '/pki/bob.pem']);
    expect([status === 0, text]).toEqual([false, expect.stringContaining('revoked')]);
  });

  test('are, in the container, what OpenSSL takes out of it with the password', () => {
    const info = openssl('pkcs12', '-in', '/pki/alice.p12', '-passin', 'file:/pki/password', '-noenc', '-info');
    expect(info.status).toBe(0);
    expect(info.text).toContain('friendlyName: vpn.example.com (IKEv2)');
    client.write('/pki/taken.pem', info.text);
    expect(client.must('openssl', 'x509', '-in', '/pki/taken.pem')).toBe(
      client.must('openssl', 'x509', '-in', '/pki/alice.pem'),
    );
    expect(client.must('openssl', 'pkey', '-in', '/pki/taken.pem', '-pubout')).toBe(
      client.must('openssl', 'x509', '-in', '/pki/alice.pem', '-noout', '-pubkey'),
    );
    expect(openssl('pkcs12', '-in', '/pki/alice.p12', '-passin', 'pass:wrong', '-noenc').text).toMatch(
      /mac verify error/i,
    );
  });
});

describe('WireGuard', () => {
  test('has the public keys that wg makes of the private ones, in the secret and in the profile', async () => {
    const shell = new Shell();
    const secret = await keys(shell, 'wireguard --server vpn.example.com --pool 10.99.1.0/24 --user alice');
    const profile = shell.read('k/clients/alice/vpn.conf');
    const of = (key: string) => new RegExp(`^${key} = (.*)$`, 'm').exec(profile)![1]!;
    const pubkey = (key: string) => client.run(['wg', 'pubkey'], { input: `${key}\n` }).text.trim();
    expect(pubkey(of('PrivateKey'))).toBe((secret.users[0] as { publicKey: string }).publicKey);
    expect(pubkey(secret.privateKey as string)).toBe(of('PublicKey'));
  });

  test('has a profile that wg-quick reads, and whose rest wg would', async () => {
    const shell = new Shell();
    await keys(shell, 'wireguard --server vpn.example.com --pool 10.99.1.0/24 --user alice --dns 10.0.0.2 --mtu 1380');
    copy(shell, 'k/clients/alice', '/etc/wireguard');
    const stripped = client.must('wg-quick', 'strip', 'vpn');
    expect(stripped).not.toMatch(/Address|DNS|MTU/);
    expect(stripped).toContain('Endpoint = vpn.example.com:51820\n');
  });
});

describe('PPTP', () => {
  test('has a file for pppd that it understands, with the name as it is', async () => {
    const shell = new Shell();
    shell.write('users.json', [{ name: 'a "b" \\ \'c\'', password: 'p "q" \\ #' }]);
    await keys(shell, 'pptp --server vpn.example.com --users ./users.json');
    const [folder = ''] = shell.files('k/clients').map((file) => file.split('/')[0]);
    copy(shell, `k/clients/${folder}/linux`, '/etc/ppp');
    const { status, text } = client.run(['pppd', 'call', 'vpn', 'logfd', '1', 'dryrun']);
    expect(status).toBe(0);
    const understood = text.split('\n').map((line) => line.replace(/\s*#.*/, '').trim());
    expect(understood).toEqual(
      expect.arrayContaining(['remotename vpn.example.com', 'noauth', 'nomppe-stateful', 'mtu 1400']),
    );
    // pppd escapes what it prints, and leaves the quotes around it out.
    expect(text).toContain('name a \\"b\\" \\\\ \'c\'\t');
  });
});

describe("Apple's profile", () => {
  test.each(['certificate', 'password'])(
    'for a %s is a property list that Python reads as it was meant',
    async (method) => {
      const shell = new Shell();
      shell.write('users.json', [
        { name: 'a <b> & "c"', ...(method === 'password' ? { password: 'p' } : { name: 'alice' }) },
      ]);
      await keys(
        shell,
        `ikev2 --server vpn.example.com --key-type ecdsa-p256 --authentication ${method} --users ./users.json`,
      );
      const [file = ''] = shell.files('k/clients').filter((each) => each.endsWith('.mobileconfig'));
      client.write('/profile', shell.read(`k/clients/${file}`));
      const read = `import plistlib, json; print(json.dumps(plistlib.load(open('/profile', 'rb')), default=lambda data: len(data)))`;
      const profile = JSON.parse(client.must('python3', '-c', read));
      const vpn = profile.PayloadContent.at(-1);
      expect(
        profile.PayloadContent.map((payload: { PayloadType: string }) => payload.PayloadType.split('.').at(-1)),
      ).toEqual(method === 'password' ? ['root', 'managed'] : ['root', 'pkcs12', 'managed']);
      expect(vpn.IKEv2.LocalIdentifier).toBe(method === 'password' ? 'a <b> & "c"' : 'alice');
      expect(vpn.IKEv2.PayloadCertificateUUID).toBe(
        method === 'password' ? undefined : profile.PayloadContent[1].PayloadUUID,
      );
    },
  );
});

describe('OpenVPN', () => {
  let dialer: OpenVpnClient;
  beforeAll(() => {
    dialer = new OpenVpnClient(client);
  });
  afterEach(() => {
    dialer.stop();
    gateway.run(['systemctl', 'stop', 'vpn-gateway-openvpn.service']);
  });

  const serve = (secret: object) => {
    install([openVpnService({ pool: ClientPool.from('10.99.3.0/24') })], secret);
    gateway.must('systemctl', 'start', 'vpn-gateway-openvpn.service');
  };

  test('lets users in with their profiles, and nobody who was removed', async () => {
    const shell = new Shell();
    const first = await keys(shell, 'openvpn --server vpn.example.com --user alice --user bob');
    const profile = (name: string) => shell.read(`k/clients/${name}/vpn.example.com.ovpn`);
    serve(first);
    expect(dialer.connect(profile('alice'))).toContain('Initialization Sequence Completed');
    expect(dialer.connect(profile('bob'))).toContain('Initialization Sequence Completed');
    const second = await keys(shell, 'remove-user --user bob', first);
    expect(apply('users', JSON.stringify(second)).status).toBe(0);
    expect(dialer.connect(profile('bob'), 6)).not.toContain('Initialization Sequence Completed');
    expect(dialer.connect(profile('alice'))).toContain('Initialization Sequence Completed');
  });

  test('lets a renewed user in with the new profile alone, and keeps profiles good when the server is renewed', async () => {
    const shell = new Shell();
    const first = await keys(shell, 'openvpn --server vpn.example.com --user alice --user bob');
    const read = (name: string) => shell.read(`k/clients/${name}/vpn.example.com.ovpn`);
    const [old, bobs] = [read('alice'), read('bob')];
    shell.remove('k/clients/alice');
    const second = await keys(shell, 'renew-server', await keys(shell, 'renew-user --user alice', first));
    serve(second);
    expect(dialer.connect(old, 6)).not.toContain('Initialization Sequence Completed');
    expect(dialer.connect(read('alice'))).toContain('Initialization Sequence Completed');
    expect(dialer.connect(bobs)).toContain('Initialization Sequence Completed');
  });

  test("'s own program takes our server key for its client keys, and its server takes ours with its own", async () => {
    const shell = new Shell();
    const secret = await keys(shell, 'openvpn --server vpn.example.com --user alice');
    client.write('/server.key', secret.tlsCryptV2 as string);
    client.must('openvpn', '--tls-crypt-v2', '/server.key', '--genkey', 'tls-crypt-v2-client', '/client.key');
    serve(secret);
    const theirs = `<tls-crypt-v2>\n${client.read('/client.key')}</tls-crypt-v2>`;
    const profile = shell
      .read('k/clients/alice/vpn.example.com.ovpn')
      .replace(/<tls-crypt-v2>[\s\S]*<\/tls-crypt-v2>/, theirs);
    expect(dialer.connect(profile)).toContain('Initialization Sequence Completed');
  });

  test('does not even answer a profile made for another gateway', async () => {
    const [ours, other] = [new Shell(), new Shell()];
    serve(await keys(ours, 'openvpn --server vpn.example.com --user alice'));
    await keys(other, 'openvpn --server vpn.example.com --user alice');
    const said = dialer.connect(other.read('k/clients/alice/vpn.example.com.ovpn'), 5);
    expect(said).not.toMatch(/TLS: Initial packet|Sequence Completed/);
  });
});

describe('IKEv2', () => {
  const shell = new Shell();
  let secret: { users: object[]; [key: string]: unknown };

  beforeAll(async () => {
    const both = '--authentication certificate --authentication password';
    secret = await keys(shell, `ikev2 --server vpn.example.com --user alice --user bob@example.com ${both}`);
    shell.write('users.json', [{ name: 'carol "c" \\', password: '0x\\"#{}' }]);
    secret = await keys(shell, 'add-user --users ./users.json', secret);
    serve();
    new IkeClient(client, shell.read('k/ca.pem'));
    // The profile brings the certificate of the authority itself.
    client.sh('rm /etc/swanctl/x509ca/server.pem');
  }, 120_000);

  afterAll(() => {
    stopCharon(gateway);
    stopCharon(client);
  });

  function serve(): void {
    const pool = ClientPool.from('10.99.2.0/24');
    const service = ikev2Service({
      pool,
      serverName: 'vpn.example.com',
      authentication: ['certificate', 'eap-mschapv2'],
      routes: 'everything',
      dnsServers: [],
    });
    install([service], secret);
    gateway.write('/etc/strongswan.conf', withoutKernel(gateway.read('/etc/strongswan.conf')));
    startCharon(gateway);
  }

  /** Dials with the profile in the folder of a user. */
  function dial(folder: string): Outcome {
    client.sh('rm -rf /etc/swanctl/conf.d/* /etc/swanctl/x509/* /etc/swanctl/x509ca/* /etc/swanctl/private/*');
    copy(shell, `k/clients/${folder}/linux`, '/etc/swanctl');
    client.run(['swanctl', '--terminate', '--ike', 'vpn', '--force', '--timeout', '3']);
    client.must('swanctl', '--load-all', '--clear', '--noprompt');
    return client.run(['swanctl', '--initiate', '--child', 'vpn', '--timeout', '20']);
  }

  const folders = () => shell.files('k/clients').map((file) => file.split('/')[0]!);

  test.each(['alice', 'bob@example.com', 'carol%20%22c%22%20%5C'])(
    'lets %s in with the profile for Linux',
    (folder) => {
      expect(folders()).toContain(folder);
      const { status, text } = dial(folder);
      expect(text).toContain('established');
      expect(status).toBe(0);
    },
  );

  test('lets nobody in whose certificate was revoked, listed or not', async () => {
    const { crl } = await keys(shell, 'remove-user --user alice', secret);
    expect(apply('users', JSON.stringify({ ...secret, crl })).status).toBe(0);
    expect(dial('alice').status).not.toBe(0);
    expect(dial('bob@example.com').status).toBe(0);
  });
});

describe('a machine that serves PPTP and its successor', () => {
  const pool = ClientPool.from('10.99.1.0/24');
  const ikev2 = (method: 'certificate' | 'eap-mschapv2') =>
    ikev2Service({
      pool,
      serverName: 'vpn.example.com',
      authentication: [method],
      routes: 'everything',
      dnsServers: [],
    });

  test.each([
    ['wireguard', wireGuardService({ pool })],
    ['openvpn', openVpnService({ pool })],
    ['ikev2', ikev2('certificate')],
    ['ikev2 --authentication password', ikev2('eap-mschapv2')],
  ])('takes its one secret: %s', async (protocol, successor) => {
    const shell = new Shell();
    shell.write('users.json', [{ name: 'alice', address: '10.99.0.200', destinations: ['10.20.0.5/32 tcp 443'] }]);
    const pools = '--pool 10.99.1.0/24 --pptp-pool 10.99.0.0/24';
    const secret = await keys(shell, `${protocol} --server vpn.example.com ${pools} --users ./users.json`);
    // As MigrationGateway divides the pool.
    const sessions = PptpPool.from('10.99.0.0/24').sessions;
    const pptp = pptpService({ pool: PptpPool.from('10.99.0.0/24', { fixedAddresses: Math.floor(sessions / 2) }) });
    install([pptp, successor], secret);
    const password = shell.read('k/clients/alice/pptp/password.txt').trim();
    expect(gateway.read('/etc/ppp/chap-secrets')).toContain(`"alice" pptpd "${password}" 10.99.0.200\n`);
    expect(JSON.parse(gateway.read('/var/lib/vpn-gateway/reach'))[0][0]).toEqual(['10.99.0.200', '10.99.1.200']);
    const alone = await keys(shell, 'end-pptp', secret);
    install([successor], alone);
    expect(JSON.parse(gateway.read('/var/lib/vpn-gateway/reach'))[0][0]).toEqual(['10.99.1.200']);
  });
});
