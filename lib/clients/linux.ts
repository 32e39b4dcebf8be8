import { CLIENT_DEVICE } from '../network/client-side';
import type { ClientDevice } from './client-device';
import { SAYS } from './sources';
import { builtIn, note, packaged } from './support';

const OWN_FILTER = note(
  'A filter that drops what comes in unasked must accept IP protocol 47 from the gateway, or attach the PPTP helper on output.',
  SAYS.clientFilter,
  SAYS.linuxPptp,
);

const LINUX: ClientDevice = {
  id: 'linux',
  name: 'Linux, on the command line',
  family: 'Linux',
  support: {
    pptp: packaged('pptp-linux', [SAYS.debianPackages, SAYS.linuxClients, SAYS.linuxPptp], OWN_FILTER),
    'l2tp-ipsec': packaged('xl2tpd and strongswan', [SAYS.debianPackages]),
    sstp: packaged('sstp-client', [SAYS.debianPackages, SAYS.sstpClient]),
    ikev2: packaged('strongswan', [SAYS.debianPackages, SAYS.linuxClients]),
    openvpn: packaged('openvpn', [SAYS.debianPackages, SAYS.linuxClients]),
    wireguard: builtIn(
      [SAYS.linuxClients],
      note('Part of the kernel from 5.6 on.', SAYS.memory),
      note('wg and wg-quick come with the package wireguard-tools.', SAYS.debianPackages),
    ),
  },
  filter: CLIENT_DEVICE,
};

const LINUX_NETWORKMANAGER: ClientDevice = {
  id: 'linux-networkmanager',
  name: 'Linux, with NetworkManager',
  family: 'Linux',
  support: {
    pptp: packaged(
      'network-manager-pptp',
      [SAYS.debianPackages, SAYS.linuxPptp],
      OWN_FILTER,
      note('Not every distribution has it any more: NixOS dropped it in 2018.', SAYS.linuxPptp),
    ),
    'l2tp-ipsec': packaged('network-manager-l2tp', [SAYS.debianPackages]),
    sstp: packaged('network-manager-sstp', [SAYS.debianPackages]),
    ikev2: packaged('network-manager-strongswan', [SAYS.debianPackages]),
    openvpn: packaged('network-manager-openvpn', [SAYS.debianPackages]),
    wireguard: builtIn([SAYS.memory], note('NetworkManager speaks it itself from 1.16 on.', SAYS.memory)),
  },
  filter: CLIENT_DEVICE,
};

/** Linux with what its distribution packages. */
export const LINUX_DEVICES = { LINUX, LINUX_NETWORKMANAGER } as const satisfies Record<string, ClientDevice>;
