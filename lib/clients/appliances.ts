import { CLIENT_DEVICE } from '../network/client-side';
import type { ClientDevice } from './client-device';
import { SAYS } from './sources';
import { builtIn, none, note, packaged } from './support';

const NO_TLS_CRYPT = note(
  'It has no tls-crypt, which the OpenVPN gateway of this library asks for.',
  SAYS.routerOsTlsCrypt,
);

const ROUTEROS_6: ClientDevice = {
  id: 'routeros-6',
  name: 'MikroTik RouterOS 6',
  family: 'Appliances',
  support: {
    pptp: builtIn([SAYS.routerOs]),
    'l2tp-ipsec': builtIn([SAYS.routerOsL2tp]),
    sstp: builtIn([SAYS.routerOsSstp]),
    ikev2: builtIn([SAYS.memory], note('From 6.38 on, as far as is remembered.', SAYS.memory)),
    openvpn: builtIn([SAYS.routerOsOpenVpn], note('Over TCP alone.', SAYS.routerOsOpenVpn), NO_TLS_CRYPT),
    wireguard: none([SAYS.routerOsWireGuardSince]),
  },
};

const ROUTEROS_7: ClientDevice = {
  id: 'routeros-7',
  name: 'MikroTik RouterOS 7',
  family: 'Appliances',
  support: {
    ...ROUTEROS_6.support,
    ikev2: builtIn([SAYS.memory]),
    openvpn: builtIn([SAYS.routerOsOpenVpn], note('Over UDP too.', SAYS.memory), NO_TLS_CRYPT),
    wireguard: builtIn([SAYS.routerOsWireGuard, SAYS.routerOsWireGuardSince]),
  },
};

const FREEBSD_MPD5: ClientDevice = {
  id: 'freebsd-mpd5',
  name: 'FreeBSD, with mpd5',
  family: 'Appliances',
  support: {
    pptp: packaged('mpd5', [SAYS.mpd5]),
    'l2tp-ipsec': packaged(
      'mpd5 and strongswan',
      [SAYS.mpd5],
      note('mpd5 speaks L2TP; that strongSwan puts IPsec around it is remembered.', SAYS.memory),
    ),
    sstp: none([SAYS.memory]),
    ikev2: packaged('strongswan', [SAYS.memory]),
    openvpn: packaged('openvpn', [SAYS.memory]),
    wireguard: builtIn([SAYS.freeBsdWireGuard], note('From FreeBSD 13.2 on.', SAYS.memory)),
  },
};

const OPENWRT: ClientDevice = {
  id: 'openwrt',
  name: 'OpenWrt, calling itself',
  family: 'Appliances',
  support: {
    pptp: packaged(
      'ppp-mod-pptp',
      [SAYS.openWrtPptp],
      note(
        'Its firewall helps the calls of clients behind it alone: for its own, accept IP protocol 47 from the gateway in the ' +
          'wan zone, or attach the helper on output.',
        SAYS.openWrtOwnCalls,
        SAYS.clientFilter,
      ),
    ),
    'l2tp-ipsec': packaged('xl2tpd and strongswan', [SAYS.openWrtL2tp], note('strongSwan is remembered.', SAYS.memory)),
    sstp: packaged('sstp-client and luci-proto-sstp', [SAYS.openWrtSstp]),
    ikev2: packaged('strongswan', [SAYS.memory]),
    openvpn: packaged('openvpn-openssl', [SAYS.memory]),
    wireguard: packaged('luci-proto-wireguard', [SAYS.openWrtProtocols]),
  },
  filter: CLIENT_DEVICE,
};

const NOTHING_ELSE = none([SAYS.definition]);

const PPTP_ONLY_DEVICE: ClientDevice = {
  id: 'pptp-only-device',
  name: 'device that speaks only PPTP (PLC, camera, old router)',
  family: 'Appliances',
  support: {
    pptp: builtIn([SAYS.embedded, SAYS.definition]),
    'l2tp-ipsec': NOTHING_ELSE,
    sstp: NOTHING_ELSE,
    ikev2: NOTHING_ELSE,
    openvpn: NOTHING_ELSE,
    wireguard: NOTHING_ELSE,
  },
};

/** Routers, BSD and embedded devices. */
export const APPLIANCES = {
  ROUTEROS_6,
  ROUTEROS_7,
  FREEBSD_MPD5,
  OPENWRT,
  PPTP_ONLY_DEVICE,
} as const satisfies Record<string, ClientDevice>;
