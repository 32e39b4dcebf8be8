import type { VpnProtocolId } from '../protocols/vpn-protocol';

/**
 * What a client needs to dial a server, in words for a refusal. A test holds them to the devices: they are
 * text so that nobody who reads no refusal waits for the table of devices.
 */
export const CLIENT_WORDS: Readonly<Record<VpnProtocolId, string>> = {
  pptp: 'built into Windows; no longer into macOS, iOS and Android',
  'l2tp-ipsec': 'built into Windows, macOS and iOS; no longer into Android',
  sstp: 'built into Windows; an app for macOS and Android',
  ikev2: 'built into Windows, macOS, iOS and Android 11 and later',
  openvpn: 'an app for Windows, macOS, iOS and Android; a package for Linux',
  wireguard: 'built into Linux; an app for Windows, macOS, iOS and Android',
};

/** The same of IKEv2 for Azure VPN Gateway, for which Microsoft names no client of Android. */
export const VPN_GATEWAY_CLIENT_WORDS = 'built into Windows, macOS and iOS';
