import * as fc from 'fast-check';
import {
  CLIENT_DEVICES,
  CLIENT_SUPPORTS,
  type ClientDevice,
  DEVICES,
  devicesWith,
  Fleet,
  type FleetEntry,
} from '../../lib/clients';
import { InvalidInputError } from '../../lib/errors';
import {
  IKEV2,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  SSTP,
  VPN_PROTOCOLS,
  type VpnProtocol,
  WIREGUARD,
} from '../../lib/protocols';
import { refusal } from './refusal';

const FLEET = Fleet.of(
  { device: 'windows-11', count: 40 },
  { device: DEVICES.MACOS, count: 7 },
  { device: 'android-12', count: 12 },
  { device: 'linux-networkmanager' },
  { device: 'pptp-only-device', count: 3 },
);
const written = (members: Fleet['members']) => members.map(({ device, count }) => `${count} ${device.id}`);

/** Lets a test hand over what the types forbid. */
const fleetOf = Fleet.of as (...members: unknown[]) => Fleet;

describe('a fleet', () => {
  test('has its members in the order written, one of each unless told', () => {
    expect(written(FLEET.members)).toEqual([
      '40 windows-11',
      '7 macos',
      '12 android-12',
      '1 linux-networkmanager',
      '3 pptp-only-device',
    ]);
    expect(FLEET.count).toBe(63);
  });

  test.each([
    [PPTP, { builtIn: 43, packaged: 1, app: 0, none: 19 }],
    [L2TP_IPSEC, { builtIn: 47, packaged: 1, app: 0, none: 15 }],
    [SSTP, { builtIn: 40, packaged: 1, app: 19, none: 3 }],
    [IKEV2, { builtIn: 59, packaged: 1, app: 0, none: 3 }],
    [OPENVPN, { builtIn: 0, packaged: 1, app: 59, none: 3 }],
    [WIREGUARD, { builtIn: 1, packaged: 0, app: 59, none: 3 }],
  ])('counts its devices for $name', (protocol, expected) => {
    expect(FLEET.share(protocol)).toEqual(expected);
  });

  test('tells who is left out', () => {
    expect(written(FLEET.leftOut(PPTP))).toEqual(['7 macos', '12 android-12']);
    expect(written(FLEET.leftOut(IKEV2))).toEqual(['3 pptp-only-device']);
    expect(FLEET.leftOut(IKEV2)).toBe(FLEET.leftOut(IKEV2));
  });

  test('leaves nobody out of what everybody speaks', () => {
    expect(Fleet.of({ device: 'windows-7', count: 2 }, { device: 'ios-9' }).leftOut(PPTP)).toEqual([]);
  });

  test('tells who speaks a protocol in which way, the cheapest first', () => {
    expect(FLEET.supports(SSTP).map(({ support, count, members }) => [support, count, written(members)])).toEqual([
      ['built-in', 40, ['40 windows-11']],
      ['package', 1, ['1 linux-networkmanager']],
      ['app', 19, ['7 macos', '12 android-12']],
      ['none', 3, ['3 pptp-only-device']],
    ]);
  });

  test('cannot be changed afterwards, by nobody who was handed a part of it', () => {
    expect(Object.isFrozen(FLEET.members) && FLEET.members.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(FLEET.share(PPTP))).toBe(true);
    expect(Object.isFrozen(FLEET.supports(PPTP)) && FLEET.supports(PPTP).every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(FLEET.leftOut(PPTP))).toBe(true);
  });

  test('takes a device of the user’s own', () => {
    const press: ClientDevice = { ...DEVICES.PPTP_ONLY_DEVICE, id: 'press-4', name: 'press 4' };
    const fleet = Fleet.of({ device: press, count: 2 }, { device: 'pptp-only-device' });
    expect(written(fleet.leftOut(WIREGUARD))).toEqual(['2 press-4', '1 pptp-only-device']);
  });
});

describe('a fleet is refused', () => {
  test('when it is empty', () => {
    expect(refusal(() => Fleet.of())).toBe(
      [
        'FLEET_EMPTY',
        'a fleet without devices: nobody would call the gateway.',
        '  allowed  at least one device',
        "  write    Fleet.of({ device: 'windows-11', count: 40 }, { device: 'pptp-only-device', count: 3 })",
      ].join('\n'),
    );
  });

  test('when it names an unknown device', () => {
    expect(refusal(() => Fleet.of({ device: 'windows-11' }, { device: 'androd-12', count: 4 }))).toMatch(
      /^DEVICE_UNKNOWN\nno such client device is known; android-12 is\.\n {2}got {6}"androd-12"\n {2}allowed {2}windows-7, .*, or a ClientDevice of your own\n {2}write {4}\{ device: 'android-12', count: 10 \}$/,
    );
  });

  test.each([
    [undefined, undefined],
    [null, undefined],
    [{}, undefined],
    [{ device: 42 }, '42'],
    [{ device: null }, 'null'],
    [{ device: { id: 'mine', name: 'mine' } }, 'an object of class Object'],
    [{ device: { ...DEVICES.LINUX, id: '' } }, 'an object of class Object'],
    [{ device: { ...DEVICES.LINUX, support: { pptp: DEVICES.LINUX.support.pptp } } }, 'an object of class Object'],
    [
      { device: { ...DEVICES.LINUX, support: { ...DEVICES.LINUX.support, pptp: { support: 'maybe' } } } },
      'an object of class Object',
    ],
    [{ device: Object.create(null) }, 'an object of class Object'],
  ])('when a member is no device: %j', (member, got) => {
    const line = got === undefined ? '' : `  got      ${got}\n`;
    expect(refusal(() => fleetOf(member)).split('  allowed')[0]).toBe(
      `DEVICE_UNKNOWN\nno such client device is known.\n${line}`,
    );
  });

  test.each([
    [0, '0'],
    [-3, '-3'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [1_000_000_001, '1000000001'],
    ['10', '"10"'],
    [null, 'null'],
    [10n, '10'],
    [{}, 'an object of class Object'],
  ])('when a count is not a positive whole number: %p', (count, got) => {
    expect(refusal(() => fleetOf({ device: 'windows-11', count }))).toBe(
      [
        'DEVICE_COUNT_INVALID',
        'the count of windows-11 is not a positive whole number.',
        `  got      ${got}`,
        '  allowed  a whole number from 1 to 1000000000',
        "  write    { device: 'windows-11', count: 10 }",
      ].join('\n'),
    );
  });

  test('when it has a device twice, however that was written', () => {
    expect(
      refusal(() => Fleet.of({ device: 'ios', count: 2 }, { device: 'linux' }, { device: DEVICES.IOS, count: 5 })),
    ).toBe(
      [
        'DEVICE_DUPLICATE',
        'ios is in the fleet twice.',
        '  got      ["2 ios", "5 ios"]',
        '  allowed  each device once, with how many there are of it',
        "  write    { device: 'ios', count: 7 }",
      ].join('\n'),
    );
  });

  test('when it is asked about what is no protocol', () => {
    for (const ask of ['share', 'supports', 'leftOut'] as const) {
      expect(refusal(() => FLEET[ask]('pptp' as unknown as VpnProtocol))).toBe(
        [
          'PROTOCOL_UNKNOWN',
          'a fleet was asked about something that is not a VPN protocol of this library.',
          '  got      "pptp"',
          '  allowed  PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD',
          '  write    fleet.share(IKEV2)',
        ].join('\n'),
      );
    }
  });
});

describe('for every fleet', () => {
  const entries = fc
    .uniqueArray(fc.constantFrom(...CLIENT_DEVICES), { minLength: 1, selector: ({ id }) => id })
    .chain((devices) =>
      fc
        .array(fc.integer({ min: 1, max: 1_000_000_000 }), { minLength: devices.length, maxLength: devices.length })
        .map((counts) => devices.map((device, i): FleetEntry => ({ device: device.id, count: counts[i] ?? 1 }))),
    );
  const protocols = fc.constantFrom(...VPN_PROTOCOLS);

  test('the count is the sum of its members', () => {
    fc.assert(
      fc.property(entries, (some) => {
        expect(Fleet.of(...some).count).toBe(some.reduce((sum, { count = 1 }) => sum + count, 0));
      }),
    );
  });

  test('the shares of a protocol add up to the count, and each member is in one of them', () => {
    fc.assert(
      fc.property(entries, protocols, (some, protocol) => {
        const fleet = Fleet.of(...some);
        const { builtIn, packaged, app, none } = fleet.share(protocol);
        expect(builtIn + packaged + app + none).toBe(fleet.count);
        const shares = fleet.supports(protocol);
        expect(shares.map(({ support }) => support)).toEqual(CLIENT_SUPPORTS);
        expect(shares.map(({ count }) => count)).toEqual([builtIn, packaged, app, none]);
        expect(shares.flatMap(({ members }) => written(members)).sort()).toEqual(written(fleet.members).sort());
      }),
    );
  });

  test('those left out are those that speak nothing of it, whatever the order', () => {
    fc.assert(
      fc.property(entries, protocols, (some, protocol) => {
        const mute = devicesWith(protocol, 'none').map(({ id }) => id);
        const leftOut = Fleet.of(...some).leftOut(protocol);
        expect(leftOut.map(({ device }) => device.id)).toEqual(
          some.map(({ device }) => device as string).filter((id) => mute.includes(id)),
        );
        expect(written(Fleet.of(...some.toReversed()).leftOut(protocol)).sort()).toEqual(written(leftOut).sort());
      }),
    );
  });

  test('nothing that is written makes it throw anything but a refusal of its own', () => {
    const member = fc.oneof(
      fc.anything(),
      fc.record({ device: fc.anything(), count: fc.anything() }, { requiredKeys: [] }),
      fc.record({ device: fc.constantFrom('windows-11', 'ios', 'Windows 11'), count: fc.anything() }),
      fc.record({ device: fc.record({ id: fc.anything(), name: fc.string(), support: fc.anything() }) }),
    );
    fc.assert(
      fc.property(fc.array(member, { maxLength: 4 }), (some) => {
        try {
          expect(fleetOf(...some).members.length).toBe(some.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
