import type { ClientDevice } from './client-device';
import { SAYS } from './sources';
import { app, builtIn, none, note } from './support';

const OPEN_SSTP_CLIENT = app('Open SSTP Client', [SAYS.openSstpClient]);
const OPENVPN_APP = app('OpenVPN for Android or OpenVPN Connect', [SAYS.openVpnApps]);
const WIREGUARD_APP = app('WireGuard', [SAYS.androidAppsOnChromeOs]);
const NO_GRE_FROM_APPS = note('An app cannot send GRE unless the device is rooted.', SAYS.memory);

const ANDROID_10: ClientDevice = {
  id: 'android-10',
  name: 'Android 10 and earlier',
  family: 'Android and ChromeOS',
  support: {
    pptp: builtIn([SAYS.androidProfiles, SAYS.android12]),
    'l2tp-ipsec': builtIn([SAYS.androidProfiles, SAYS.android12]),
    sstp: OPEN_SSTP_CLIENT,
    ikev2: app(
      'strongSwan VPN Client',
      [SAYS.strongSwanOnAndroid],
      note('Some vendors added a client of their own before Android 11.', SAYS.memory),
    ),
    openvpn: OPENVPN_APP,
    wireguard: WIREGUARD_APP,
  },
};

const ANDROID_11: ClientDevice = {
  id: 'android-11',
  name: 'Android 11',
  family: 'Android and ChromeOS',
  support: {
    ...ANDROID_10.support,
    ikev2: builtIn([SAYS.android11, SAYS.android11Settings]),
  },
};

const LEGACY_PROFILES = note(
  'Profiles that an upgrade brought along stay, with a warning; some vendors and ROMs, such as LineageOS, still make new ones.',
  SAYS.android12,
);

const ANDROID_12: ClientDevice = {
  id: 'android-12',
  name: 'Android 12 and later',
  family: 'Android and ChromeOS',
  support: {
    ...ANDROID_11.support,
    pptp: none([SAYS.android12, SAYS.android12Only], LEGACY_PROFILES, NO_GRE_FROM_APPS),
    'l2tp-ipsec': none([SAYS.android12, SAYS.android12Only], LEGACY_PROFILES),
    ikev2: builtIn([SAYS.android11, SAYS.android12, SAYS.android12Only]),
  },
};

const CHROMEOS: ClientDevice = {
  id: 'chromeos',
  name: 'ChromeOS',
  family: 'Android and ChromeOS',
  support: {
    pptp: none([SAYS.chromeOs], NO_GRE_FROM_APPS),
    'l2tp-ipsec': builtIn([SAYS.chromeOs]),
    sstp: app(
      'Open SSTP Client, where apps of Android run',
      [SAYS.openSstpClient, SAYS.androidAppsOnChromeOs],
      note('That other VPN apps of Android run there is known; this one was not tried.', SAYS.memory),
    ),
    ikev2: builtIn([SAYS.chromeOs]),
    openvpn: builtIn([SAYS.chromeOs]),
    wireguard: builtIn(
      [SAYS.chromeOsWireGuard],
      note(
        'On some Chromebooks only: the kernel must be 5.4 or later. The others have the app of Android.',
        SAYS.chromeOsWireGuard,
        SAYS.androidAppsOnChromeOs,
      ),
    ),
  },
};

/** Google's systems. Their own filter is left out: nobody was found who says what it does to GRE or ESP. */
export const ANDROID_DEVICES = { ANDROID_10, ANDROID_11, ANDROID_12, CHROMEOS } as const satisfies Record<
  string,
  ClientDevice
>;
