import type { Role } from './lab';
import { ADDRESS } from './lab';
import type { Site } from './run';
import type { Attempt } from './vpn';

/** How somebody logs in. */
export type Login =
  | { readonly user: string; readonly password: string }
  | {
      readonly user: string;
      readonly method: 'eap-tls' | 'pubkey';
      readonly certificate: string;
      readonly privateKey: string;
    };

export interface Ikev2Client {
  readonly login: Login;
  /** The authority of the gateway's certificate, in PEM. */
  readonly ca: string;
  readonly serverName: string;
  /** What is sent through the tunnel. */
  readonly routes: readonly string[];
  /** The address that is dialled. @default the gateway's public one, which is translated on the way */
  readonly remote?: string;
  /** The addresses that are asked for. @default one of IPv4, whichever */
  readonly vips?: string;
  /** @default what strongSwan's own profile has */
  readonly ike?: string;
  /** @default what strongSwan's own profile has */
  readonly esp?: string;
}

/** Starts charon for one client, in the client's own network, and connects. */
export async function connectIkev2(site: Site, role: Role, client: Ikev2Client, seconds = 40): Promise<Attempt> {
  const { lab } = site;
  const folder = `/root/${role}/swanctl`;
  await lab.vm.write(`/root/${role}/strongswan.conf`, daemon(role));
  await lab.vm.write(`${folder}/swanctl.conf`, connection(client), '0600');
  await lab.vm.write(`${folder}/x509ca/ca.pem`, client.ca);
  if (!('password' in client.login)) {
    await lab.vm.write(`${folder}/x509/client.pem`, client.login.certificate);
    await lab.vm.write(`${folder}/private/client.pem`, client.login.privateKey, '0600');
  }
  const begin = Date.now();
  const { status, text } = await lab.vm.run(
    `set -e
    systemd-run -q --collect --unit=charon-${role} -p NetworkNamespacePath=/run/netns/${role} \\
      -E STRONGSWAN_CONF=/root/${role}/strongswan.conf -E SWANCTL_DIR=${folder} -p Type=notify /usr/sbin/charon-systemd
    export STRONGSWAN_CONF=/root/${role}/strongswan.conf SWANCTL_DIR=${folder}
    swanctl --load-all --noprompt --uri unix:///run/charon-${role}.vici 2>&1 | grep -v 'failed to load' || true
    swanctl --initiate --child net --timeout ${seconds} --uri unix:///run/charon-${role}.vici 2>&1 | grep -v 'failed to load'
    swanctl --list-sas --uri unix:///run/charon-${role}.vici 2>/dev/null | tee /dev/stderr | grep -q INSTALLED`,
    { seconds: seconds * 2 + 60 },
  );
  return { isUp: status === 0, seconds: (Date.now() - begin) / 1000, log: text };
}

export async function disconnectIkev2(site: Site, role: Role): Promise<void> {
  await site.lab.vm.run(`systemctl stop charon-${role}; rm -rf /root/${role}/swanctl`);
}

function daemon(role: Role): string {
  const unwanted = ['farp', 'dhcp', 'ha', 'kernel-libipsec', 'forecast', 'bypass-lan', 'connmark', 'attr-sql'];
  return `charon {
  load_modular = yes
  plugins {
    include /etc/strongswan.d/charon/*.conf
${unwanted.map((plugin) => `    ${plugin} {\n      load = no\n    }`).join('\n')}
  }
}
charon-systemd {
  plugins {
    vici {
      socket = unix:///run/charon-${role}.vici
    }
  }
}
swanctl {
  load = pem pkcs1 pkcs8 x509 revocation constraints pubkey openssl random
}
`;
}

function connection({ login, serverName, routes, remote, vips, ike, esp }: Ikev2Client): string {
  const local =
    'password' in login
      ? `auth = eap-mschapv2\n      eap_id = "${login.user}"\n      id = "${login.user}"`
      : `auth = ${login.method}\n      certs = client.pem\n      id = "${login.user}"`;
  const secret =
    'password' in login
      ? `secrets {\n  eap-one {\n    id = "${login.user}"\n    secret = "${login.password}"\n  }\n}\n`
      : '';
  return `connections {
  home {
    version = 2
    remote_addrs = ${remote ?? ADDRESS.public}
    vips = ${vips ?? '0.0.0.0'}
    proposals = ${ike ?? 'aes256gcm16-prfsha384-ecp384'}
    dpd_delay = 30s
    keyingtries = 0
    local {
      ${local}
    }
    remote {
      auth = pubkey
      id = ${serverName}
    }
    children {
      net {
        remote_ts = ${routes.join(', ')}
        esp_proposals = ${esp ?? 'aes256gcm16-ecp384'}
        dpd_action = restart
        close_action = start
      }
    }
  }
}
${secret}`;
}
