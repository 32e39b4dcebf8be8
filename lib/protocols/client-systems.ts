import type { Evidence } from '../network/evidence';

/** Who says which operating system has which VPN client built in. */
export const CLIENT_SYSTEMS = {
  windowsTunnelTypes: {
    kind: 'vendor',
    title: 'PowerShell: Set-VpnConnection, TunnelType',
    source: 'https://learn.microsoft.com/en-us/previous-versions/windows/desktop/vpnclientpsprov/set-ps-vpnconnection',
    read: '2026-11',
    certainty: 'high',
  },
  windowsNativeProtocols: {
    kind: 'vendor',
    title: 'Windows UWP: VpnNativeProtocolType (PPTP, L2TP, IKEv2)',
    source: 'https://learn.microsoft.com/en-us/UWP/api/windows.networking.vpn.vpnnativeprotocoltype',
    read: '2026-11',
    certainty: 'high',
  },
  windowsServer2025: {
    kind: 'vendor',
    title: "What's new in Windows Server 2025",
    source:
      'https://github.com/MicrosoftDocs/windowsserverdocs WindowsServerDocs/get-started/whats-new-windows-server-2025.md',
    read: '2026-11',
    certainty: 'high',
    caveat: 'New RRAS set-ups accept neither PPTP nor L2TP; the client in Windows is not affected.',
  },
  windowsServerDeprecation: {
    kind: 'field-report',
    title: 'Petri: Microsoft deprecates PPTP and L2TP in Windows Server; outgoing connections stay',
    source: 'https://petri.com/microsoft-deprecate-pptp-l2tp-protocols-windows-server/',
    read: '2024-10',
    certainty: 'medium',
    caveat: "A report at second hand; Microsoft's own post was not read.",
  },
  appleDeployment: {
    kind: 'vendor',
    title: 'Apple Platform Deployment: VPN overview (IKEv2, L2TP/IPsec, IPsec)',
    source: 'https://support.apple.com/en-lk/guide/deployment/depae3d361d0/web',
    read: '2026-11',
    certainty: 'high',
  },
  appleWithoutPptp: {
    kind: 'field-report',
    title: 'Apple Wiki: Point-to-Point Tunneling Protocol, removed with macOS 10.12 and iOS 10',
    source: 'https://apple.fandom.com/wiki/Point-to-Point_Tunneling_Protocol',
    read: '2026-11',
    certainty: 'medium',
    caveat: "At second hand; Apple's own current guide no longer lists PPTP.",
  },
  android12: {
    kind: 'field-report',
    title: 'SoftEtherVPN, issues 1373, 1714 and 1720: Android 12 makes new VPN profiles with IKEv2 only',
    source: 'https://github.com/SoftEtherVPN/SoftEtherVPN/issues/1373',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'About AOSP and Pixel; some vendors and ROMs keep PPTP and L2TP/IPsec, and old profiles stay.',
  },
  chromeOs: {
    kind: 'vendor',
    title: 'Chromebook Help: Set up virtual private networks',
    source: 'https://support.google.com/chromebook/answer/1282338',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'An old copy, which names L2TP/IPsec and OpenVPN.',
  },
  linuxPptp: {
    kind: 'field-report',
    title: 'NixOS/nixpkgs, issues 30756 and 168982: PPTP clients on Linux',
    source: 'https://github.com/NixOS/nixpkgs/issues/30756',
    read: '2026-11',
    certainty: 'medium',
    caveat:
      'From the packages of the distribution (pptp-linux, network-manager-pptp). A host with a stateful filter needs nf_conntrack_pptp. NixOS dropped the NetworkManager plugin in 2018.',
  },
  routerOs: {
    kind: 'field-report',
    title: 'MikroTik: PPTP tunnel (/interface pptp-client)',
    source: 'http://pusatinovasi.blogspot.com/2011/05/pptp-tunnel.html',
    read: '2026-11',
    certainty: 'medium',
    caveat: "An old copy of the vendor's page.",
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;
