import type { ClientDevice } from './client-device';
import { SAYS } from './sources';
import { app, builtIn, none, note } from './support';

const PROFILE_FOR_IKEV2 = note(
  'Set up by hand it offers AES-256 with SHA-256 and MODP-2048; a configuration profile makes it offer AES-GCM and ECP-384.',
  SAYS.emulatedClients,
);
const OPENVPN_APP = app('OpenVPN Connect', [SAYS.openVpnApps]);

const MACOS_10_11: ClientDevice = {
  id: 'macos-10.11',
  name: 'macOS 10.11 and earlier',
  family: 'Apple',
  support: {
    pptp: builtIn([SAYS.appleWithoutPptp, SAYS.appleDeployment]),
    'l2tp-ipsec': builtIn([SAYS.memory]),
    sstp: app('sstp-client, by MacPorts or Homebrew', [SAYS.sstpClient]),
    ikev2: builtIn([SAYS.memory], note('From 10.11 on; before it there is no IKEv2.', SAYS.memory)),
    openvpn: app('Tunnelblick', [SAYS.tunnelblick, SAYS.openVpnApps]),
    wireguard: app(
      'wireguard-tools, by Homebrew',
      [SAYS.wireGuardOnMojave],
      note('The app wants macOS 10.14 or later.', SAYS.wireGuardOnMojave),
    ),
  },
};

const MACOS: ClientDevice = {
  id: 'macos',
  name: 'macOS 10.12 and later',
  family: 'Apple',
  support: {
    pptp: none(
      [SAYS.appleWithoutPptp, SAYS.appleDeployment],
      note('Programs of other makers spoke PPTP on later versions; whether one does today was not found.', SAYS.memory),
    ),
    'l2tp-ipsec': builtIn([SAYS.appleDeployment]),
    sstp: app('iSSTP, or the package sstp-client', [SAYS.isstp, SAYS.sstpClient]),
    ikev2: builtIn([SAYS.appleDeployment], PROFILE_FOR_IKEV2),
    openvpn: app('Tunnelblick', [SAYS.tunnelblick, SAYS.openVpnApps]),
    wireguard: app(
      'WireGuard',
      [SAYS.wireGuardApple],
      note('The app wants macOS 10.14 or later.', SAYS.wireGuardOnMojave),
    ),
  },
};

const IOS_9: ClientDevice = {
  id: 'ios-9',
  name: 'iOS 9 and earlier',
  family: 'Apple',
  support: {
    pptp: builtIn([SAYS.appleWithoutPptp, SAYS.appleDeployment]),
    'l2tp-ipsec': builtIn([SAYS.memory]),
    sstp: none([SAYS.memory]),
    ikev2: builtIn(
      [SAYS.memory],
      note(
        'In the settings from iOS 9 on, by configuration profile from iOS 8 on; before it there is none.',
        SAYS.memory,
      ),
    ),
    openvpn: OPENVPN_APP,
    wireguard: none([SAYS.memory], note('The app wants a later iOS.', SAYS.memory)),
  },
};

const IOS: ClientDevice = {
  id: 'ios',
  name: 'iOS 10 and later, iPadOS',
  family: 'Apple',
  support: {
    pptp: none([SAYS.appleDeployment, SAYS.appleWithoutPptp], note('An app cannot send GRE.', SAYS.memory)),
    'l2tp-ipsec': builtIn([SAYS.appleDeployment]),
    sstp: none([SAYS.memory], note('Apps in the App Store say that they speak it; none was tried.', SAYS.memory)),
    ikev2: builtIn([SAYS.appleDeployment], PROFILE_FOR_IKEV2),
    openvpn: OPENVPN_APP,
    wireguard: app('WireGuard', [SAYS.wireGuardApple]),
  },
};

/** Apple's systems. Their own filter is left out: nobody was found who says what it does to GRE or ESP. */
export const APPLE_DEVICES = { MACOS_10_11, MACOS, IOS_9, IOS } as const satisfies Record<string, ClientDevice>;
