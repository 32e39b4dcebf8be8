// The daemons as their distribution would run them, on a gateway whose own service and packet filter stand still: what
// the benchmark compares with. Keys and addresses are the gateway's, so that the same clients connect.

import { connectIkev2, disconnectIkev2 } from './ikev2-client';
import { SERVER } from './keys';
import { connectOpenVpn, disconnectOpenVpn } from './openvpn-client';
import { dial, hangUp } from './pptp-client';
import { ALICE } from './pptp-users';
import type { Site } from './run';
import type { Attempt, Vpn } from './vpn';
import { IKEV2, OPENVPN, PPTP, WIREGUARD } from './vpns';
import { connectWireGuard, disconnectWireGuard } from './wireguard-client';

export interface DefaultDaemon {
  readonly vpn: Vpn;
  /** Starts it, once the gateway's own service stands still. */
  start(site: Site): Promise<void>;
  stop(site: Site): Promise<void>;
  /** Connects Alice as a client that knows nothing of this library. */
  connect(site: Site): Promise<Attempt>;
  disconnect(site: Site): Promise<void>;
}

const FOLDER = '/run/default';

/** pptpd and pppd with the files that their package brings; only the addresses are filled in, as it asks for. */
const pptp: DefaultDaemon = {
  vpn: PPTP,
  async start({ gateway }) {
    await gateway.sh(
      `mkdir -p ${FOLDER}; cd ${FOLDER}
      ls pptpd_*.deb >/dev/null 2>&1 || apt-get -qq download pptpd
      dpkg-deb -x pptpd_*.deb .
      printf 'localip 10.99.0.1\\nremoteip 10.99.0.10-20\\n' >>etc/pptpd.conf
      systemd-run -q --collect --unit=default-daemon pptpd --fg -c ${FOLDER}/etc/pptpd.conf -o ${FOLDER}/etc/ppp/pptpd-options`,
      { seconds: 120 },
    );
  },
  stop: stopUnit,
  async connect({ lab }) {
    const { status, seconds, log } = await dial(lab, 'alice', ALICE);
    return { isUp: status === 0, seconds, log };
  },
  disconnect: ({ lab }) => hangUp(lab, 'alice'),
};

/** wg-quick with a configuration of the least. */
const wireGuard: DefaultDaemon = {
  vpn: WIREGUARD,
  async start({ gateway }) {
    const { privateKey, users } = JSON.parse(WIREGUARD.secret());
    const [alice] = users;
    await gateway.vm.write(
      `${FOLDER}/wg9.conf`,
      [
        ...['[Interface]', `PrivateKey = ${privateKey}`, 'ListenPort = 51820', 'Address = 10.99.1.1/24'],
        ...['[Peer]', `PublicKey = ${alice.publicKey}`, `AllowedIPs = ${alice.address}/32`],
        ...(alice.presharedKey === undefined ? [] : [`PresharedKey = ${alice.presharedKey}`]),
        '',
      ].join('\n'),
      '0600',
    );
    await gateway.sh(`wg-quick up ${FOLDER}/wg9.conf`);
  },
  stop: async ({ gateway }) => {
    await gateway.sh(`wg-quick down ${FOLDER}/wg9.conf`);
  },
  connect: (site) =>
    connectWireGuard(
      site,
      'alice',
      WIREGUARD.keys()
        .file('alice', 'vpn.conf')
        .replace(/^MTU.*\n/m, ''),
    ),
  disconnect: (site) => disconnectWireGuard(site, 'alice'),
};

/** The sample server of OpenVPN's own documentation: root, no tls-crypt, the ciphers that both ends settle upon. */
const openVpn: DefaultDaemon = {
  vpn: OPENVPN,
  async start({ gateway }) {
    const { certificate, privateKey, ca } = JSON.parse(OPENVPN.secret());
    for (const [name, text] of Object.entries({ certificate, key: privateKey, ca })) {
      await gateway.vm.write(`${FOLDER}/${name}`, text, '0600');
    }
    await gateway.vm.write(
      `${FOLDER}/server.conf`,
      [
        ...['port 1194', 'proto udp', 'dev tun9', 'topology subnet', 'server 10.99.3.0 255.255.255.0', 'dh none'],
        ...[`ca ${FOLDER}/ca`, `cert ${FOLDER}/certificate`, `key ${FOLDER}/key`, 'keepalive 10 120'],
        ...['persist-key', 'persist-tun', 'verb 3', 'push "route 10.20.0.0 255.255.0.0"', ''],
      ].join('\n'),
    );
    // The gateway's own interface stays when its server ends, and has the same address.
    await gateway.sh(
      `ip link delete tun0
      systemd-run -q --collect --unit=default-daemon -p Type=notify openvpn --config ${FOLDER}/server.conf`,
    );
  },
  stop: stopUnit,
  connect(site) {
    const profile = OPENVPN.keys()
      .file('alice', `${SERVER}.ovpn`)
      .replace(/<tls-crypt-v2>[\s\S]*<\/tls-crypt-v2>\n/, '')
      .replace(/^(tun-mtu|mssfix|data-ciphers) .*\n/gm, '');
    return connectOpenVpn(site, 'alice', profile);
  },
  disconnect: (site) => disconnectOpenVpn(site, 'alice'),
};

/** charon with every plugin that its packages bring and no word on algorithms; addresses by policy, no interface. */
const ikev2: DefaultDaemon = {
  vpn: IKEV2,
  async start({ gateway }) {
    const { certificate, privateKey, users } = JSON.parse(IKEV2.secret());
    const swanctl = `${FOLDER}/swanctl`;
    await gateway.vm.write(`${swanctl}/x509/server.pem`, certificate);
    await gateway.vm.write(`${swanctl}/private/server.pem`, privateKey, '0600');
    await gateway.vm.write(
      `${swanctl}/swanctl.conf`,
      `connections {
  clients {
    pools = inside
    local {
      auth = pubkey
      certs = server.pem
      id = ${SERVER}
    }
    remote {
      auth = eap-mschapv2
      eap_id = %any
    }
    children {
      net {
        local_ts = 10.20.0.0/16,10.99.2.1/32
      }
    }
  }
}
pools {
  inside {
    addrs = 10.99.2.32/27
  }
}
secrets {
  eap-alice {
    id = alice
    secret = "${users[0].password}"
  }
}
`,
      '0600',
    );
    await gateway.vm.write(
      `${FOLDER}/strongswan.conf`,
      'charon {\n  load_modular = yes\n  plugins {\n    include /etc/strongswan.d/charon/*.conf\n  }\n}\ninclude /etc/strongswan.d/*.conf\n',
    );
    // A copy of the daemon: AppArmor confines the one of the package to the package's folders.
    await gateway.sh(
      `systemctl stop vpn-gateway-ipsec0; ip link delete ipsec0 2>/dev/null || true
      cp /usr/sbin/charon-systemd ${FOLDER}/charon; ip addr replace 10.99.2.1/32 dev lo
      export STRONGSWAN_CONF=${FOLDER}/strongswan.conf SWANCTL_DIR=${swanctl}
      systemd-run -q --collect --unit=default-daemon -E STRONGSWAN_CONF -E SWANCTL_DIR -p Type=notify ${FOLDER}/charon
      swanctl --load-all --noprompt 2>&1 | grep -v 'failed to load'`,
    );
  },
  async stop(site) {
    await stopUnit(site);
    await site.gateway.sh(
      'ip addr del 10.99.2.1/32 dev lo; ip xfrm state flush; ip xfrm policy flush; systemctl start vpn-gateway-ipsec0',
    );
  },
  connect: (site) =>
    connectIkev2(site, 'alice', {
      login: { user: 'alice', password: IKEV2.keys().file('alice', 'password.txt').trim() },
      ca: IKEV2.keys().file('alice', 'ca.cer'),
      serverName: SERVER,
      routes: ['10.20.0.0/16', '10.99.2.1/32'],
      ...{ ike: 'default', esp: 'default' },
    }),
  disconnect: (site) => disconnectIkev2(site, 'alice'),
};

async function stopUnit({ gateway }: Site): Promise<void> {
  await gateway.sh('systemctl stop default-daemon');
}

export const DEFAULT_DAEMONS: readonly DefaultDaemon[] = [wireGuard, openVpn, ikev2, pptp];
