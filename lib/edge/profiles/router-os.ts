import { routerOs } from '../../keys/escape';
import { isIpv4 } from '../../keys/gateway';
import type { CommentStyle } from '../comment';
import type { ProfileJob } from './profile-options';
import type { ProfileDraft, ProfileSecret, ProfileSystem, ProfileWriter } from './profile-system';

const ROUTEROS: CommentStyle = { begin: '# ', takesUnicode: false };

const IKEV2: ProfileWriter = {
  needs: ['user'],
  takes: ['authority', 'authentication'],
  fromMemory:
    'which packets go through the tunnel; /ip ipsec mode-config has src-address-list for networks behind the router',
  write: ikev2,
};
const PPP = { needs: ['user', 'routes'], takes: ['mtu'] } as const;

const UNUSED = {
  routes: 'what goes through an IKEv2 tunnel is what the gateway says',
  authority: 'only IKEv2, SSTP and OpenVPN go by one',
  dnsServers: 'a router has its own',
  mtu: 'ESP has no interface there',
} as const;

/** RouterOS 6 as a client. */
export const ROUTEROS_6: ProfileSystem = {
  devices: ['routeros-6'],
  writers: {
    pptp: { ...PPP, write: pptp },
    'l2tp-ipsec': { ...PPP, write: l2tp },
    sstp: { ...PPP, takes: ['mtu', 'authority'], fromMemory: 'the names of the options about TLS', write: sstp },
    ikev2: IKEV2,
  },
  unused: UNUSED,
};

/** RouterOS 7 as a client: WireGuard, and OpenVPN with AES-GCM, beside what 6 has. */
export const ROUTEROS_7: ProfileSystem = {
  devices: ['routeros-7'],
  writers: {
    ...ROUTEROS_6.writers,
    openvpn: {
      needs: ['user', 'routes', 'authority', 'tlsCrypt'],
      takes: ['port', 'transport', 'mtu'],
      fromMemory: 'auth=null, which goes with AES-GCM',
      write: openVpn,
    },
    wireguard: { needs: ['serverKey', 'address', 'routes'], takes: ['port', 'mtu'], write: wireGuard },
  },
  unused: UNUSED,
};

function pptp(job: ProfileJob): ProfileDraft {
  const { server, mtu } = job;
  const lines = [
    `/ppp profile add name=${nameOf(job)} use-encryption=required use-compression=no`,
    dial('pptp', job, [`connect-to=${server}`, 'allow=mschap2', 'keepalive-timeout=30', ...sizes(mtu)]),
    ...routesOf(job),
  ];
  return draft(
    job,
    lines,
    'interface pptp-client',
    [passwordOf(job, 'interface pptp-client')],
    [`/interface pptp-client remove ${nameOf(job)}`, `/ppp profile remove ${nameOf(job)}`],
  );
}

function l2tp(job: ProfileJob): ProfileDraft {
  const { server, mtu } = job;
  const lines = [
    // IPsec encrypts already.
    `/ppp profile add name=${nameOf(job)} use-encryption=no use-compression=no`,
    dial('l2tp', job, [`connect-to=${server}`, 'allow=mschap2', 'use-ipsec=yes', ...sizes(mtu)]),
    ...routesOf(job),
  ];
  const menu = 'interface l2tp-client';
  const key = { secret: 'pre-shared key of the server', entered: typed(menu, job, 'ipsec-secret') };
  return draft(
    job,
    lines,
    menu,
    [key, passwordOf(job, menu)],
    [`/${menu} remove ${nameOf(job)}`, `/ppp profile remove ${nameOf(job)}`],
  );
}

function sstp(job: ProfileJob): ProfileDraft {
  const { server, mtu } = job;
  const menu = 'interface sstp-client';
  const lines = [
    ...imported(job),
    `/ppp profile add name=${nameOf(job)} use-encryption=no use-compression=no`,
    dial('sstp', job, [
      `connect-to=${server}`,
      'authentication=mschap2',
      'verify-server-certificate=yes',
      'verify-server-address-from-certificate=yes',
      'tls-version=only-1.2',
      ...sizes(mtu),
    ]),
    ...routesOf(job),
  ];
  return draft(
    job,
    lines,
    menu,
    [passwordOf(job, menu)],
    [`/${menu} remove ${nameOf(job)}`, `/ppp profile remove ${nameOf(job)}`],
  );
}

/** Algorithms that every RouterOS with IKEv2 has, and every gateway of this library takes. */
function ikev2(job: ProfileJob): ProfileDraft {
  const { server, user = '', authentication } = job;
  const name = nameOf(job);
  const hasPassword = authentication === 'password';
  const identity = [
    `peer=${name}`,
    ...(hasPassword
      ? ['auth-method=eap', 'eap-methods=eap-mschapv2', 'certificate=""', `username=${routerOs(user)}`]
      : ['auth-method=digital-signature', 'certificate=client.p12_0', `my-id=${routerOs(`user-fqdn:${user}`)}`]),
    ...(isIpv4(server) ? [] : [`remote-id=fqdn:${server}`]),
    'generate-policy=port-strict',
    `mode-config=${name}`,
    `policy-template-group=${name}`,
  ];
  const lines = [
    ...imported(job),
    `/ip ipsec profile add name=${name} enc-algorithm=aes-256 hash-algorithm=sha256 dh-group=ecp256`,
    `/ip ipsec proposal add name=${name} enc-algorithms=aes-256-cbc auth-algorithms=sha256 pfs-group=ecp256`,
    `/ip ipsec policy group add name=${name}`,
    `/ip ipsec policy add template=yes group=${name} proposal=${name} src-address=0.0.0.0/0 dst-address=0.0.0.0/0`,
    `/ip ipsec mode-config add name=${name} responder=no`,
    `/ip ipsec peer add name=${name} address=${server} exchange-mode=ike2 profile=${name} disabled=yes`,
    `/ip ipsec identity add ${identity.join(' ')}`,
  ];
  const secret = hasPassword
    ? {
        secret: `password of ${user}`,
        entered: `/ip ipsec identity set [find peer=${name}] password=..., typed at the console`,
      }
    : {
        secret: `certificate of ${user} with its key, client.p12`,
        entered:
          '/certificate import file-name=client.p12, which asks for its passphrase, before the profile is imported',
      };
  return draft(
    job,
    lines,
    'ip ipsec peer',
    [secret],
    [
      `/ip ipsec identity remove [find peer=${name}]`,
      ...['peer', 'mode-config', 'policy group', 'proposal', 'profile'].map((menu) =>
        menu === 'policy group'
          ? `/ip ipsec policy remove [find group=${name}]; /ip ipsec policy group remove ${name}`
          : `/ip ipsec ${menu} remove ${name}`,
      ),
    ],
  );
}

function openVpn(job: ProfileJob): ProfileDraft {
  const { server, port, transport, mtu } = job;
  const menu = 'interface ovpn-client';
  const name = nameOf(job);
  const values = [
    `name=${name}`,
    `connect-to=${server}`,
    `port=${port}`,
    `protocol=${transport}`,
    'mode=ip',
    `user=${routerOs(job.user ?? '')}`,
    'certificate=client.p12_0',
    'verify-server-certificate=yes',
    'tls-version=only-1.2',
    'cipher=aes256-gcm',
    'auth=null',
    `max-mtu=${mtu}`,
    'add-default-route=no',
    'disabled=yes',
  ];
  const secrets = [
    {
      secret: "the client's certificate with its key, client.p12",
      entered:
        '/certificate import file-name=client.p12, which asks for its passphrase, before the profile is imported',
    },
  ];
  const lines = [...imported(job), `/${menu} add ${values.join(' ')}`, ...routesOf(job)];
  return draft(job, lines, menu, secrets, [`/${menu} remove ${name}`]);
}

function wireGuard(job: ProfileJob): ProfileDraft {
  const { server, port, serverKey, address, routes, mtu } = job;
  const menu = 'interface wireguard';
  const name = nameOf(job);
  const peer = [
    `interface=${name}`,
    `public-key=${routerOs(serverKey)}`,
    `endpoint-address=${server}`,
    `endpoint-port=${port}`,
    `allowed-address=${routes.join(',')}`,
    'persistent-keepalive=25s',
  ];
  const lines = [
    `/${menu} add name=${name} mtu=${mtu} disabled=yes`,
    `/${menu} peers add ${peer.join(' ')}`,
    `/ip address add address=${address}/32 interface=${name}`,
    ...routesOf(job),
  ];
  const secrets = [
    {
      secret: "the router's private key",
      entered: `RouterOS makes one itself, and /${menu} print shows the public key that the gateway must know; or typed: /${menu} set ${name} private-key=...`,
    },
    {
      secret: 'the preshared key, where the user has one',
      entered: `/${menu} peers set [find interface=${name}] preshared-key=..., typed at the console`,
    },
  ];
  return draft(job, lines, menu, secrets, [
    `/ip address remove [find interface=${name}]`,
    `/${menu} peers remove [find interface=${name}]`,
    `/${menu} remove ${name}`,
  ]);
}

function nameOf({ name }: ProfileJob): string {
  return routerOs(name);
}

function dial(kind: string, job: ProfileJob, values: readonly string[]): string {
  const name = nameOf(job);
  const user = routerOs(job.user ?? '');
  return `/interface ${kind}-client add name=${name} ${values.join(' ')} user=${user} profile=${name} add-default-route=no disabled=yes`;
}

function sizes(mtu: number): string[] {
  return [`max-mtu=${mtu}`, `max-mru=${mtu}`];
}

function routesOf(job: ProfileJob): string[] {
  const name = nameOf(job);
  return job.routes.map((route) => `/ip route add dst-address=${route} gateway=${name} comment=${name}`);
}

function imported({ authority }: ProfileJob): string[] {
  return authority === undefined ? [] : ['/certificate import file-name=ca.pem passphrase=""'];
}

function typed(menu: string, job: ProfileJob, key: string): string {
  return `/${menu} set ${nameOf(job)} ${key}=..., typed at the console`;
}

function passwordOf(job: ProfileJob, menu: string): ProfileSecret {
  return { secret: `password of ${job.user}`, entered: typed(menu, job, 'password') };
}

function draft(
  job: ProfileJob,
  lines: readonly string[],
  menu: string,
  secrets: readonly ProfileSecret[],
  removal: readonly string[],
): ProfileDraft {
  const { authority, routes } = job;
  const files = authority === undefined ? 'routeros.rsc' : 'routeros.rsc and ca.pem';
  const withRoutes = routes.length > 0 ? [`/ip route remove [find comment=${nameOf(job)}]`, ...removal] : removal;
  return {
    file: { name: 'routeros.rsc', comments: ROUTEROS, text: `${lines.join('\n')}\n` },
    ...(authority === undefined ? {} : { authorityFile: 'ca.pem' }),
    steps: [
      `Copy ${files} to the router, then: /import file-name=routeros.rsc`,
      `Enter what is secret, then: /${menu} enable ${nameOf(job)}`,
      `To take it back: ${withRoutes.join('; ')}`,
    ],
    secrets,
  };
}
