import type { Evidence } from '../network/evidence';
import { WINDOWS_FIREWALL } from '../network/windows-firewall';
import type { VpnProtocolId } from '../protocols/vpn-protocol';
import type { ClientDevice, ProtocolService, ProtocolSupport } from './client-device';
import { SAYS } from './sources';
import { app, builtIn, note, served } from './support';

type Support = Record<VpnProtocolId, ProtocolSupport>;

const TYPED_PASSWORD = note(
  'Credential Guard, on in Windows 11 Enterprise from 22H2 on, hands no saved password to MS-CHAPv2: the user types it.',
  SAYS.memory,
);
const L2TP_BEHIND_NAT = note(
  'For a server behind NAT, as in every cloud, the registry must say ' +
    'HKLM\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent AssumeUDPEncapsulationContextOnSendRule = 2 (DWORD); then restart.',
  SAYS.windowsL2tpBehindNat,
);
const STRONG_IKEV2 = note(
  'Left alone it offers MODP-1024 and SHA-1, which a gateway of this library refuses; ' +
    'Set-VpnConnectionIPsecConfiguration makes it offer AES-GCM and ECP-384.',
  SAYS.windowsIpsecConfiguration,
  SAYS.emulatedClients,
);

/** What Windows has spoken since Windows 7; `...more` for what differs between the versions. */
function windows(more: Partial<Support>): Support {
  return {
    pptp: builtIn([SAYS.windowsTunnelTypes, SAYS.windowsServer2025]),
    'l2tp-ipsec': builtIn([SAYS.windowsTunnelTypes], L2TP_BEHIND_NAT),
    sstp: builtIn([SAYS.windowsSstp]),
    ikev2: builtIn([SAYS.windowsIkev2, SAYS.windowsTunnelTypes], STRONG_IKEV2),
    openvpn: app('OpenVPN GUI or OpenVPN Connect', [SAYS.openVpnApps]),
    wireguard: app('WireGuard for Windows', [SAYS.wireGuardNt]),
    ...more,
  };
}

const OPENVPN_BEFORE_WINDOWS_10 = app(
  'OpenVPN 2.5 or a client of another maker',
  [SAYS.openVpnOnWindows7],
  note('OpenVPN 2.6 and later wants Windows 10.', SAYS.openVpnNeedsWindows10),
);
const NATIVE_SINCE_WINDOWS_10: Partial<Support> = {
  pptp: builtIn([SAYS.windowsNativeProtocols, SAYS.windowsTunnelTypes, SAYS.windowsServer2025]),
  'l2tp-ipsec': builtIn([SAYS.windowsNativeProtocols, SAYS.windowsTunnelTypes], L2TP_BEHIND_NAT),
  ikev2: builtIn([SAYS.windowsNativeProtocols, SAYS.windowsTunnelTypes], STRONG_IKEV2),
};

const WINDOWS_7: ClientDevice = {
  id: 'windows-7',
  name: 'Windows 7',
  family: 'Windows',
  support: windows({
    pptp: builtIn([SAYS.windows7Pptp]),
    'l2tp-ipsec': builtIn([SAYS.windowsL2tpBehindNat], L2TP_BEHIND_NAT),
    ikev2: builtIn(
      [SAYS.windowsIkev2],
      note(
        'It has no Set-VpnConnectionIPsecConfiguration, which came with Windows 8.1. With NegotiateDH2048_AES256 in the ' +
          'registry its ESP still offers SHA-1: a gateway serves it only with sha1ForWindows.',
        SAYS.windowsIpsecConfiguration81,
        SAYS.emulatedClients,
      ),
    ),
    openvpn: OPENVPN_BEFORE_WINDOWS_10,
  }),
  filter: WINDOWS_FIREWALL,
};

const WINDOWS_8_1: ClientDevice = {
  id: 'windows-8.1',
  name: 'Windows 8.1',
  family: 'Windows',
  support: windows({ openvpn: OPENVPN_BEFORE_WINDOWS_10 }),
  filter: WINDOWS_FIREWALL,
};

const WINDOWS_10: ClientDevice = {
  id: 'windows-10',
  name: 'Windows 10',
  family: 'Windows',
  support: windows(NATIVE_SINCE_WINDOWS_10),
  filter: WINDOWS_FIREWALL,
};

const WINDOWS_11: ClientDevice = {
  id: 'windows-11',
  name: 'Windows 11',
  family: 'Windows',
  support: windows({
    ...NATIVE_SINCE_WINDOWS_10,
    pptp: builtIn([SAYS.windowsNativeProtocols, SAYS.windowsTunnelTypes, SAYS.windowsServer2025], TYPED_PASSWORD),
  }),
  filter: WINDOWS_FIREWALL,
};

const OPEN_PPTP_RULES = note(
  'Its firewall needs the rules for it, which are off at first: Enable-NetFirewallRule -Name RRAS-PPTP-In-TCP,RRAS-GRE-In.',
  SAYS.memory,
);
const DEPRECATED = note(
  'Announced in October 2024: PPTP and L2TP are deprecated, and a later Windows Server will accept neither.',
  SAYS.windowsServerDeprecation,
);
const NO_SUCH_SERVER = served('none', [SAYS.rrasTunnels]);

/** A release of Windows Server: as a client like Windows 10, and RRAS as a server. */
function windowsServer(release: number, legacy: 'accepted' | 'closed'): ClientDevice {
  const says: readonly [Evidence, ...Evidence[]] =
    legacy === 'closed'
      ? [SAYS.windowsServer2025, SAYS.windowsServerPorts]
      : [SAYS.rrasTunnels, SAYS.windowsServer2025];
  const open = (port: string) =>
    legacy === 'closed'
      ? [
          note(
            'A new RRAS of Windows Server 2025 leaves these ports closed; one that was upgraded in place keeps what it ' +
              `accepted. To open them: RRAS, Ports, WAN Miniport (${port}), Configure, Remote access connections (inbound ` +
              'only); then restart RRAS.',
            SAYS.windowsServer2025,
            SAYS.windowsServerPorts,
          ),
        ]
      : [];
  const accepts: Record<VpnProtocolId, ProtocolService> = {
    pptp: served(legacy, says, ...open('PPTP'), OPEN_PPTP_RULES, DEPRECATED),
    'l2tp-ipsec': served(legacy, says, ...open('L2TP'), DEPRECATED),
    sstp: served('accepted', [SAYS.rrasTunnels, SAYS.windowsServer2025]),
    ikev2: served('accepted', [SAYS.rrasTunnels, SAYS.windowsServer2025]),
    openvpn: NO_SUCH_SERVER,
    wireguard: NO_SUCH_SERVER,
  };
  return {
    id: `windows-server-${release}`,
    name: `Windows Server ${release}`,
    family: 'Windows Server',
    support: windows({
      pptp: builtIn(
        [SAYS.windowsTunnelTypes, SAYS.windowsServerDeprecation],
        note('What is deprecated is the server: calls out of Windows Server stay.', SAYS.windowsServerDeprecation),
      ),
      wireguard: app(
        'WireGuard for Windows',
        [SAYS.wireGuardNt],
        note('Its page names releases of Windows, and no Windows Server.', SAYS.memory),
      ),
    }),
    accepts,
    filter: WINDOWS_FIREWALL,
  };
}

/** Windows and Windows Server. */
export const WINDOWS_DEVICES = {
  WINDOWS_7,
  WINDOWS_8_1,
  WINDOWS_10,
  WINDOWS_11,
  WINDOWS_SERVER_2016: windowsServer(2016, 'accepted'),
  WINDOWS_SERVER_2019: windowsServer(2019, 'accepted'),
  WINDOWS_SERVER_2022: windowsServer(2022, 'accepted'),
  WINDOWS_SERVER_2025: windowsServer(2025, 'closed'),
} as const satisfies Record<string, ClientDevice>;
