import {
  CLIENT_DEVICES,
  CLIENT_SUPPORTS,
  type ClientDevice,
  clientDevice,
  DEVICES,
  devicesWith,
} from '../../lib/clients';
import { unknownDevice } from '../../lib/clients/devices';
import type { Evidence } from '../../lib/network';
import { CLIENT_DEVICE } from '../../lib/network/client-side';
import { WINDOWS_FIREWALL } from '../../lib/network/windows-firewall';
import { IKEV2, OPENVPN, PPTP, SSTP, VPN_PROTOCOLS, type VpnProtocolId, WIREGUARD } from '../../lib/protocols';
import { refusal } from './refusal';

const B = 'built-in';
const P = 'package';
const A = 'app';
const N = 'none';

const cells = CLIENT_DEVICES.flatMap((device) =>
  Object.entries(device.support).map(([protocol, how]) => ({ how, where: `${device.id}, ${protocol}` })),
);
const services = CLIENT_DEVICES.flatMap((device) =>
  Object.entries(device.accepts ?? {}).map(([protocol, how]) => ({ how, where: `${device.id} serves ${protocol}` })),
);
const notes = [...cells, ...services].flatMap(({ how, where }) => how.notes.map((note) => ({ note, where })));
const evidence = [
  ...[...cells, ...services].flatMap(({ how, where }) => how.evidence.map((one: Evidence) => ({ one, where }))),
  ...notes.flatMap(({ note, where }) => note.evidence.map((one) => ({ one, where }))),
];

function places<T extends { where: string }>(all: readonly T[], wrong: (one: T) => boolean): string[] {
  return all.filter(wrong).map(({ where }) => where);
}

describe('what a device can dial', () => {
  const COLUMNS: readonly VpnProtocolId[] = ['pptp', 'l2tp-ipsec', 'sstp', 'ikev2', 'openvpn', 'wireguard'];
  const ROWS: readonly [string, ...string[]][] = [
    //                       PPTP L2TP SSTP IKEv2 OpenVPN WireGuard
    ['windows-7', B, B, B, B, A, A],
    ['windows-8.1', B, B, B, B, A, A],
    ['windows-10', B, B, B, B, A, A],
    ['windows-11', B, B, B, B, A, A],
    ['windows-server-2016', B, B, B, B, A, A],
    ['windows-server-2019', B, B, B, B, A, A],
    ['windows-server-2022', B, B, B, B, A, A],
    ['windows-server-2025', B, B, B, B, A, A],
    ['macos-10.11', B, B, A, B, A, A],
    ['macos', N, B, A, B, A, A],
    ['ios-9', B, B, N, B, A, N],
    ['ios', N, B, N, B, A, A],
    ['android-10', B, B, A, A, A, A],
    ['android-11', B, B, A, B, A, A],
    ['android-12', N, N, A, B, A, A],
    ['chromeos', N, B, A, B, B, B],
    ['linux', P, P, P, P, P, B],
    ['linux-networkmanager', P, P, P, P, P, B],
    ['routeros-6', B, B, B, B, B, N],
    ['routeros-7', B, B, B, B, B, B],
    ['freebsd-mpd5', P, P, N, P, P, B],
    ['openwrt', P, P, P, P, P, P],
    ['pptp-only-device', B, N, N, N, N, N],
  ];

  test.each(ROWS)('%s: PPTP %s, L2TP/IPsec %s, SSTP %s, IKEv2 %s, OpenVPN %s, WireGuard %s', (id, ...expected) => {
    const { support } = clientDevice(id);
    expect(COLUMNS.map((protocol) => support[protocol].support)).toEqual(expected);
  });

  test('is said of every device of the list, in its order', () => {
    expect(CLIENT_DEVICES.map(({ id }) => id)).toEqual(ROWS.map(([id]) => id));
    expect(Object.values(DEVICES)).toEqual(CLIENT_DEVICES);
    expect(COLUMNS).toEqual(VPN_PROTOCOLS.map(({ id }) => id));
  });

  test('is known for each protocol and nothing else', () => {
    const ids = VPN_PROTOCOLS.map(({ id }) => id).sort();
    expect(CLIENT_DEVICES.filter(({ support }) => Object.keys(support).sort().join() !== ids.join())).toEqual([]);
    expect(places(cells, ({ how }) => !CLIENT_SUPPORTS.includes(how.support))).toEqual([]);
  });

  test('names the package or the app, where and only where one is needed', () => {
    expect(
      places(cells, ({ how }) => (how.support === 'package' || how.support === 'app') !== (how.by !== undefined)),
    ).toEqual([]);
  });

  test.each([
    ['PPTP', PPTP, N, ['macos', 'ios', 'android-12', 'chromeos']],
    ['SSTP', SSTP, P, ['linux', 'linux-networkmanager', 'openwrt']],
    ['IKEv2', IKEV2, N, ['pptp-only-device']],
    ['OpenVPN', OPENVPN, B, ['chromeos', 'routeros-6', 'routeros-7']],
    ['WireGuard', WIREGUARD, P, ['openwrt']],
  ] as const)('can be asked the other way round: %s', (_, protocol, support, expected) => {
    expect(devicesWith(protocol, support).map(({ id }) => id)).toEqual(expected);
  });
});

describe('what must be configured', () => {
  const text = (device: ClientDevice, protocol: VpnProtocolId) =>
    device.support[protocol].notes.map((note) => note.text).join(' ');

  test('is for IKEv2 of Windows the proposals, by a command from Windows 8.1 on', () => {
    const { WINDOWS_7, WINDOWS_8_1, WINDOWS_11, WINDOWS_SERVER_2025 } = DEVICES;
    for (const device of [WINDOWS_8_1, WINDOWS_11, WINDOWS_SERVER_2025]) {
      expect(text(device, 'ikev2')).toMatch(/Set-VpnConnectionIPsecConfiguration makes it offer AES-GCM and ECP-384/);
    }
    expect(text(WINDOWS_7, 'ikev2')).toMatch(/no Set-VpnConnectionIPsecConfiguration.*sha1ForWindows/);
  });

  test('is for L2TP/IPsec of Windows a value of the registry, since a gateway in a cloud is behind NAT', () => {
    const windows = CLIENT_DEVICES.filter(({ family }) => family.startsWith('Windows'));
    expect(windows.length).toBe(8);
    for (const device of windows) {
      expect(text(device, 'l2tp-ipsec')).toContain('AssumeUDPEncapsulationContextOnSendRule = 2');
    }
  });

  test('is for PPTP of a Linux machine its own filter, which is the hop that the path gets', () => {
    const { LINUX, LINUX_NETWORKMANAGER, OPENWRT } = DEVICES;
    for (const device of [LINUX, LINUX_NETWORKMANAGER, OPENWRT]) {
      expect(text(device, 'pptp')).toMatch(/accept IP protocol 47 from the gateway/);
      expect(device.filter).toBe(CLIENT_DEVICE);
    }
  });

  test('is nothing for the firewall of Windows, which lets its own calls through', () => {
    const filters = CLIENT_DEVICES.filter(({ filter }) => filter === WINDOWS_FIREWALL).map(({ family }) => family);
    expect([...new Set(filters)]).toEqual(['Windows', 'Windows Server']);
    expect(CLIENT_DEVICES.filter(({ filter }) => filter === undefined).map(({ id }) => id)).toEqual([
      'macos-10.11',
      'macos',
      'ios-9',
      'ios',
      'android-10',
      'android-11',
      'android-12',
      'chromeos',
      'routeros-6',
      'routeros-7',
      'freebsd-mpd5',
      'pptp-only-device',
    ]);
  });
});

describe('what Windows Server accepts', () => {
  test.each([
    ['windows-server-2016', 'accepted', 'accepted'],
    ['windows-server-2019', 'accepted', 'accepted'],
    ['windows-server-2022', 'accepted', 'accepted'],
    ['windows-server-2025', 'closed', 'closed'],
  ])('%s: PPTP %s, L2TP/IPsec %s, SSTP and IKEv2 accepted, OpenVPN and WireGuard none', (id, pptp, l2tp) => {
    const { accepts } = clientDevice(id);
    expect(VPN_PROTOCOLS.map((protocol) => accepts?.[protocol.id].state)).toEqual([
      pptp,
      l2tp,
      'accepted',
      'accepted',
      'none',
      'none',
    ]);
  });

  test('is said of Windows Server alone', () => {
    const serving = CLIENT_DEVICES.filter(({ accepts }) => accepts !== undefined);
    expect([...new Set(serving.map(({ family }) => family))]).toEqual(['Windows Server']);
  });

  test('is opened port by port where it is closed, and says so where it is closed alone', () => {
    const opens = places(notes, ({ note }) => note.text.includes('To open them: RRAS, Ports, WAN Miniport'));
    expect(opens).toEqual(['windows-server-2025 serves pptp', 'windows-server-2025 serves l2tp-ipsec']);
  });
});

describe('every device', () => {
  test('has an id and a name that no other has', () => {
    const ids = CLIENT_DEVICES.map(({ id }) => id);
    const names = CLIENT_DEVICES.map(({ name }) => name);
    expect(ids.filter((id) => !/^[a-z][a-z0-9]*(-[a-z0-9.]+)*$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(names).size).toBe(names.length);
  });

  test('stands with its family', () => {
    const families = CLIENT_DEVICES.map(({ family }) => family);
    const changes = families.filter((family, i) => family !== families[i - 1]);
    expect(new Set(changes).size).toBe(changes.length);
  });
});

describe('the evidence about devices', () => {
  test('is there for each protocol, each service and each note', () => {
    expect(places([...cells, ...services], ({ how }) => how.evidence.length === 0)).toEqual([]);
    expect(places(notes, ({ note }) => note.evidence.length === 0)).toEqual([]);
  });

  test('has a title, a month, and a source where and only where somebody else says it', () => {
    expect(places(evidence, ({ one }) => one.title.length < 5 || /\.$/.test(one.title))).toEqual([]);
    expect(places(evidence, ({ one }) => !/^20\d\d-(0[1-9]|1[0-2])$/.test(one.read) || one.read > '2026-11')).toEqual(
      [],
    );
    const isOthers = (one: Evidence) => one.kind === 'vendor' || one.kind === 'field-report';
    expect(places(evidence, ({ one }) => isOthers(one) !== /^https?:\/\/\S/.test(one.source ?? ''))).toEqual([]);
  });

  test('is never more than medium sure where it is an inference', () => {
    expect(places(evidence, ({ one }) => one.kind === 'inference' && one.certainty === 'high')).toEqual([]);
  });

  test('is an inference alone in these places, and nowhere else', () => {
    expect(places(cells, ({ how }) => how.evidence.every(({ kind }) => kind === 'inference'))).toEqual([
      'macos-10.11, l2tp-ipsec',
      'macos-10.11, ikev2',
      'ios-9, l2tp-ipsec',
      'ios-9, sstp',
      'ios-9, ikev2',
      'ios-9, wireguard',
      'ios, sstp',
      'linux-networkmanager, wireguard',
      'routeros-6, ikev2',
      'routeros-7, ikev2',
      'freebsd-mpd5, sstp',
      'freebsd-mpd5, ikev2',
      'freebsd-mpd5, openvpn',
      'openwrt, ikev2',
      'openwrt, openvpn',
      'pptp-only-device, l2tp-ipsec',
      'pptp-only-device, sstp',
      'pptp-only-device, ikev2',
      'pptp-only-device, openvpn',
      'pptp-only-device, wireguard',
    ]);
  });

  test('is never more than medium sure where Apple and Android dropped PPTP, which nobody of them wrote down', () => {
    const sure = (device: ClientDevice) =>
      device.support.pptp.evidence.map(({ kind, certainty }) => `${kind} ${certainty}`);
    expect(sure(DEVICES.MACOS)).toEqual(['field-report medium', 'vendor high']);
    expect(sure(DEVICES.ANDROID_12)).toEqual(['field-report medium', 'field-report medium']);
  });

  test('stands behind notes that are sentences', () => {
    expect(places(notes, ({ note }) => !/^\S.*\.$/s.test(note.text) || note.text.includes('  '))).toEqual([]);
  });
});

describe('a device asked for by name', () => {
  test('is the device with this id', () => {
    expect(clientDevice('windows-11')).toBe(DEVICES.WINDOWS_11);
    expect(IKEV2.id in clientDevice('pptp-only-device').support).toBe(true);
  });

  test('is refused when it is unknown, with the nearest known name', () => {
    expect(refusal(() => clientDevice('Windows11'))).toBe(
      [
        'DEVICE_UNKNOWN',
        'no such client device is known; windows-11 is.',
        '  got      "Windows11"',
        '  allowed  windows-7, windows-8.1, windows-10, windows-11, windows-server-2016, windows-server-2019, ' +
          'windows-server-2022, windows-server-2025, macos-10.11, macos, ios-9, ios, android-10, android-11, android-12, ' +
          'chromeos, linux, linux-networkmanager, routeros-6, routeros-7, freebsd-mpd5, openwrt, pptp-only-device, ' +
          'or a ClientDevice of your own',
        "  write    { device: 'windows-11', count: 10 }",
      ].join('\n'),
    );
  });

  test.each(['', 'toaster', 'constructor', '__proto__', 'toString'])(
    'is refused without one where none is near: %j',
    (name) => {
      expect(refusal(() => clientDevice(name))).toMatch(
        /^DEVICE_UNKNOWN\nno such client device is known\.\n {2}got {6}".*"\n {2}allowed {2}windows-7, .* of your own\n {2}write {4}\{ device: 'windows-11', count: 10 \}$/,
      );
    },
  );

  test('is refused when it is no name at all', () => {
    expect(refusal(() => unknownDevice(42))).toMatch(
      /^DEVICE_UNKNOWN\nno such client device is known\.\n {2}got {6}42\n/,
    );
  });
});
