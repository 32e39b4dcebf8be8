import { CLIENT_DEVICES, CLIENT_WORDS, clientDevice, DEVICES, DIAL_IN_SERVERS, Fleet } from '../../lib/clients';
import { VPN_GATEWAY_CLIENT_WORDS } from '../../lib/clients/client-words';
import { pathOf } from '../../lib/feasibility';
import { chooseForFleet, explainFleetChoice } from '../../lib/feasibility/choose-for-fleet';
import { AWS, AZURE, COMMON } from '../../lib/network';
import { IKEV2, OPENVPN, VPN_PROTOCOLS, type VpnProtocolId } from '../../lib/protocols';

const toVpnGateway = pathOf('office', [{ element: COMMON.INTERNET }, { element: AZURE.VPN_GATEWAY }]);
const toClientVpn = pathOf('office', [{ element: COMMON.INTERNET }, { element: AWS.CLIENT_VPN_ENDPOINT }]);

const exclusions = Object.entries(DIAL_IN_SERVERS).flatMap(([id, { leavesOut }]) =>
  Object.entries(leavesOut).map(([protocol, one]) => ({
    id,
    protocol: protocol as VpnProtocolId,
    ...one,
  })),
);

describe('servers that take fewer clients than their protocols have', () => {
  test.each(exclusions)(
    '$id leaves out devices that are known and would speak $protocol',
    ({ devices, protocol, evidence }) => {
      expect(devices.map((id) => clientDevice(id).support[protocol].support)).not.toContain('none');
      expect(evidence.length).toBeGreaterThan(0);
      expect(evidence.filter(({ kind }) => kind === 'inference')).toEqual([]);
    },
  );

  test.each<[string, typeof toVpnGateway, typeof IKEV2, number]>([
    ['windows-11', toVpnGateway, IKEV2, 1],
    ['windows-7', toVpnGateway, IKEV2, 0],
    ['macos', toVpnGateway, IKEV2, 1],
    ['ios', toVpnGateway, IKEV2, 1],
    ['linux', toVpnGateway, IKEV2, 1],
    ['android-12', toVpnGateway, IKEV2, 0],
    ['android-12', toVpnGateway, OPENVPN, 1],
    ['chromeos', toVpnGateway, IKEV2, 0],
    ['chromeos', toVpnGateway, OPENVPN, 0],
    ['routeros-7', toVpnGateway, IKEV2, 0],
    ['openwrt', toVpnGateway, OPENVPN, 0],
    ['pptp-only-device', toVpnGateway, IKEV2, 0],
    ['windows-11', toClientVpn, OPENVPN, 1],
    ['android-12', toClientVpn, OPENVPN, 1],
    ['openwrt', toClientVpn, OPENVPN, 1],
    ['routeros-6', toClientVpn, OPENVPN, 0],
    ['routeros-7', toClientVpn, OPENVPN, 0],
  ])('%s is served or not where a path ends at such a server', (device, path, protocol, served) => {
    const { ranked } = chooseForFleet({
      paths: [{ path, fleet: Fleet.of({ device }) }],
      protocols: [protocol],
    });
    expect(ranked[0]?.served).toBe(served);
  });

  test('name the device that cannot use them', () => {
    const paths = [
      {
        path: toVpnGateway,
        fleet: Fleet.of({ device: 'android-12', count: 12 }),
      },
    ];
    expect(explainFleetChoice(chooseForFleet({ paths, protocols: [IKEV2, OPENVPN] }))).toMatchInlineSnapshot(`
      "OpenVPN serves every client: 12 devices, 0 of them with it built in.

      IKEv2 serves 0 of 12 devices, 0 of them with it built in.
        Left out: 12 devices from office (Android 12 and later: 12)
          Android 12 and later is none of the systems for which Microsoft names a client of IKEv2 to VPN Gateway.
          To serve them: offer OpenVPN beside it. Cost: a second server to run, and a program to install on these devices."
    `);
  });

  test("never leave out a device of the user's own", () => {
    const press = { ...DEVICES.ANDROID_12, id: 'press-4', name: 'press 4' };
    const { chosen } = chooseForFleet({
      paths: [{ path: toVpnGateway, fleet: Fleet.of({ device: press }) }],
      protocols: [IKEV2],
    });
    expect(chosen?.served).toBe(1);
  });
});

describe('what a client needs, in words', () => {
  /** The newest of each system that the words name. */
  const NEWEST = {
    Windows: 'windows-11',
    macOS: 'macos',
    iOS: 'ios',
    Android: 'android-12',
    Linux: 'linux',
  };

  test.each(VPN_PROTOCOLS)('is for $name what the devices say', ({ id }) => {
    const words = CLIENT_WORDS[id].replace(/ and later/g, '').replace(/Android 11/g, 'Android');
    const namedIn = (part: RegExp) => Object.keys(NEWEST).filter((name) => part.exec(words)?.[1]?.includes(name));
    const support = (name: string) => clientDevice(NEWEST[name as keyof typeof NEWEST]).support[id].support;
    const systemsWith = (how: string) => Object.keys(NEWEST).filter((name) => support(name) === how);
    expect(namedIn(/(?:^|; )built into ([^;]*)/).sort()).toEqual(systemsWith('built-in').sort());
    expect(namedIn(/an app for ([^;]*)/).sort()).toEqual(systemsWith('app').sort());
    expect(namedIn(/no longer into ([^;]*)/).map(support)).not.toContain('built-in');
  });

  test('is for IKEv2 from Android 11 on, as the devices say', () => {
    expect(CLIENT_WORDS.ikev2).toContain('Android 11 and later');
    expect(
      CLIENT_DEVICES.filter(({ id }) => id.startsWith('android')).map(({ id, support }) => [id, support.ikev2.support]),
    ).toEqual([
      ['android-10', 'app'],
      ['android-11', 'built-in'],
      ['android-12', 'built-in'],
    ]);
  });

  test('is for VPN Gateway what is built in and not left out', () => {
    const devices = DIAL_IN_SERVERS['azure.vpn-gateway']?.leavesOut.ikev2?.devices ?? [];
    const served = Object.entries(NEWEST).filter(
      ([, id]) => clientDevice(id).support.ikev2.support === 'built-in' && !devices.includes(id),
    );
    expect(VPN_GATEWAY_CLIENT_WORDS).toBe('built into Windows, macOS and iOS');
    expect(served.map(([name]) => name)).toEqual(['Windows', 'macOS', 'iOS']);
  });
});
