import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { clientDevice } from '../../../lib/clients';
import {
  IKEV2,
  Insecure,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  PptpConstructsError,
  type Profile,
  type ProfileOptions,
  renderProfile,
  SSTP,
  type VpnProtocol,
  WIREGUARD,
} from '../../../lib/edge';
import { PROFILE_SYSTEMS } from '../../../lib/edge/profiles';
import { PROFILE_OPTIONS } from '../../../lib/edge/profiles/profile-options';
import { uuidOf } from '../../../lib/edge/profiles/uuid';
import { ESP_PROPOSALS, IKE_PROPOSALS } from '../../../lib/host/ikev2/proposals';
import { VPN_PROTOCOLS } from '../../../lib/protocols';
import { errorOf } from '../../support/messages';
import { readKeyFile } from '../readers/key-file';
import { type Command, readPowerShell } from '../readers/powershell';
import { AUTHORITY, NO_AUTHORITY } from './certificates';

const insecure = Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06');
const SERVER_KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';

/** A value for every option that only some profiles take. */
const VALUES = {
  user: 'alice',
  routes: ['10.0.0.0/16', '192.168.7.0/24'],
  dnsServers: ['10.0.0.2', '10.0.0.3'],
  mtu: 1380,
  authentication: 'certificate',
  authority: AUTHORITY,
  port: 443,
  transport: 'tcp',
  tlsCrypt: false,
  serverKey: SERVER_KEY,
  address: '10.99.1.2',
} as const;

interface Case {
  readonly device: string;
  readonly protocol: VpnProtocol;
}

/** Every profile that there is, for the first device of each form. */
const CASES: Case[] = PROFILE_SYSTEMS.flatMap(({ devices, writers }) =>
  VPN_PROTOCOLS.flatMap((protocol) => {
    const device = devices.find((id) => clientDevice(id).support[protocol.id].support !== 'none');
    return writers[protocol.id] === undefined || device === undefined ? [] : [{ device, protocol }];
  }),
);

function writerOf({ device, protocol }: Case) {
  return PROFILE_SYSTEMS.find(({ devices }) => devices.includes(device))!.writers[protocol.id]!;
}

/** What a case needs, or all that it takes. */
function optionsOf(one: Case, which: 'least' | 'all' = 'least'): ProfileOptions {
  const { needs = [], takes = [] } = writerOf(one);
  const isForeign = one.protocol.id === 'openvpn' && one.device.startsWith('routeros');
  const given = [...needs, ...(which === 'all' ? takes : []), ...(isForeign ? ['tlsCrypt' as const] : [])];
  return {
    device: one.device,
    protocol: one.protocol,
    name: 'plant4',
    server: 'vpn.example.com',
    ...(one.protocol === PPTP ? { insecure } : {}),
    ...Object.fromEntries(given.map((option) => [option, VALUES[option]])),
  };
}

/** The profile itself. */
function main({ files }: Profile): string {
  return files[0]!.text;
}

/** A configuration profile of Apple's, as far as it is looked at. */
interface Plist {
  readonly PayloadUUID: string;
  readonly PayloadDisplayName: string;
  readonly PayloadContent: readonly {
    readonly PayloadType: string;
    readonly UserDefinedName: string;
    readonly IKEv2?: Readonly<Record<string, unknown>>;
    readonly PPP?: Readonly<Record<string, unknown>>;
  }[];
}

/** Property lists as Python's own parser reads them, many at once. */
function plists(texts: readonly string[]): Plist[] {
  const program = `import json, plistlib, sys
json.dump([plistlib.loads(text.encode()) for text in json.load(sys.stdin)], sys.stdout, default=lambda data: data.hex())`;
  const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' });
  if (stdout === '') {
    throw new Error(stderr);
  }
  return JSON.parse(stdout);
}

/** Words of a line of RouterOS, with the strings in quotes taken out of them. */
function routerOsWords(line: string): string[] {
  const words = [...line.matchAll(/(?:"(?:[^"\\$]|\\["\\$?])*"|[^\s"])+/g)].map(([word]) => word);
  if (words.join(' ') !== line) {
    throw new Error(`no line of RouterOS: ${line}`);
  }
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"/g, (_, text: string) => text.replace(/\\(["\\$?])/g, '$1')),
  );
}

const withoutComments = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .join('\n');

describe('A profile', () => {
  test('is there for every protocol that a system has a client of its own for, but for what is named here', () => {
    const missing = PROFILE_SYSTEMS.flatMap(({ devices, writers }) =>
      devices.flatMap((id) =>
        VPN_PROTOCOLS.filter(
          (protocol) =>
            ['built-in', 'package'].includes(clientDevice(id).support[protocol.id].support) &&
            writers[protocol.id] === undefined,
        ).map(({ name }) => `${name} on ${id}`),
      ),
    );
    expect(missing).toEqual(['OpenVPN on routeros-6']);
  });

  test.each(CASES)('of $protocol.name for $device is this with the least that it needs', (one) => {
    expect(renderProfile(optionsOf(one)).files).toMatchSnapshot();
  });

  test.each(CASES)('of $protocol.name for $device is this with all that it takes', (one) => {
    const { files, secrets } = renderProfile(optionsOf(one, 'all'));
    expect(files).toMatchSnapshot();
    expect(secrets).toMatchSnapshot();
  });

  test.each(CASES)(
    'of $protocol.name for $device is the same every time, and names a place for every secret',
    (one) => {
      const first = renderProfile(optionsOf(one, 'all'));
      expect(renderProfile(optionsOf(one, 'all'))).toEqual(first);
      expect(first.secrets.length).toBeGreaterThan(0);
      for (const { secret, entered } of first.secrets) {
        const words = main(first).replace(/\s*-->\n<!-- |\n# /g, ' ');
        expect(words).toContain(`Secret: ${secret}. `);
        expect(entered).not.toBe('');
      }
    },
  );

  test.each(CASES)('of $protocol.name for $device holds no secret and no key', (one) => {
    for (const { text } of renderProfile(optionsOf(one, 'all')).files) {
      const read = withoutComments(text).replace(/<!--[\s\S]*?-->/g, '');
      expect(read).not.toMatch(/(?:password|secret|psk|preshared-key|private-key)\s*=\s*[^\s]/i);
      expect(read).not.toMatch(
        /PRIVATE KEY|<key>(?:AuthPassword|SharedSecret|Password|PayloadCertificateFileName)<\/key>/,
      );
    }
  });

  test('has the UUID that RFC 9562 derives', () => {
    expect(uuidOf('www.example.com', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  test('is another one, with another UUID, for another name, server or protocol', () => {
    const base: ProfileOptions = { ...optionsOf({ device: 'macos', protocol: IKEV2 }) };
    const variants = [
      base,
      { ...base, name: 'plant5' },
      { ...base, server: 'vpn2.example.com' },
      { ...base, protocol: L2TP_IPSEC },
    ];
    const uuids = plists(variants.map((options) => main(renderProfile(options)))).map(({ PayloadUUID }) => PayloadUUID);
    expect(new Set(uuids).size).toBe(4);
  });

  test('holds the certificate of the authority, and nothing else that was in the text', () => {
    const { files } = renderProfile({
      ...optionsOf({ device: 'windows-11', protocol: IKEV2 }),
      authority: `\n${AUTHORITY}\n\n`,
    });
    expect(files.map(({ name }) => name)).toEqual(['windows.ps1', 'ca.cer']);
    expect(files[1]!.text).toBe(AUTHORITY);
  });

  test('gives the reason for PPTP', () => {
    expect(main(renderProfile(optionsOf({ device: 'windows-11', protocol: PPTP })))).toContain(
      `# Reason given: ${insecure.reason}\n`,
    );
  });

  test('says what is known of the client, and what is from memory', () => {
    expect(main(renderProfile(optionsOf({ device: 'windows-11', protocol: PPTP })))).toContain(
      '# MS-CHAPv2: the user types it. [From memory.]\n',
    );
    expect(main(renderProfile(optionsOf({ device: 'ios', protocol: L2TP_IPSEC })))).toContain(
      '<!-- From memory: that the system asks for a secret which is not in it.',
    );
  });
});

describe('docs/client-profiles.md', () => {
  const page = readFileSync('docs/client-profiles.md', 'utf8');
  const ROWS: readonly (readonly [string, readonly string[]])[] = [
    ['Windows 8.1', ['windows-8.1', 'windows-11', 'windows-server-2025']],
    ['macOS 10.12', ['macos', 'ios']],
    ['macOS 10.11', ['macos-10.11', 'ios-9']],
    ['Linux', ['linux-networkmanager']],
    ['MikroTik RouterOS 7', ['routeros-7']],
    ['MikroTik RouterOS 6', ['routeros-6']],
  ];

  test.each(ROWS)('says truly which protocols there is a profile for: %s', (start, devices) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${start}`));
    const cells = row?.slice(2, -2).split(' | ').slice(1);
    const said = VPN_PROTOCOLS.map(
      ({ id }) => cells?.[['pptp', 'l2tp-ipsec', 'sstp', 'ikev2', 'openvpn', 'wireguard'].indexOf(id)],
    );
    for (const device of devices) {
      const { writers } = PROFILE_SYSTEMS.find((system) => system.devices.includes(device))!;
      const { support } = clientDevice(device);
      const written = VPN_PROTOCOLS.filter(
        ({ id }) => writers[id] !== undefined && !['none', 'app'].includes(support[id].support),
      );
      const foreign = device === 'routeros-7' ? ['not with gateways of this library'] : [];
      expect([device, ...VPN_PROTOCOLS.filter((_, index) => ['yes', ...foreign].includes(said[index]!))]).toEqual([
        device,
        ...written,
      ]);
    }
  });

  test('names every option', () => {
    const named = page.slice(page.indexOf('## Options'), page.indexOf('## Windows'));
    expect([...PROFILE_OPTIONS, 'name', 'server'].filter((option) => !named.includes(`\`${option}\``))).toEqual([]);
  });
});

describe('What profiles offer, the IKEv2 gateway of this library takes', () => {
  const ike = (encryption: string, hash: string, group: string) =>
    IKE_PROPOSALS.some((proposal) => [encryption, hash, group].every((part) => proposal.split('-').includes(part)));
  const esp = (parts: readonly string[]) =>
    ESP_PROPOSALS.some((proposal) => parts.every((part) => proposal.split('-').includes(part)));

  test('of Windows', () => {
    const script = readPowerShell(main(renderProfile(optionsOf({ device: 'windows-11', protocol: IKEV2 }))));
    const { parameters } = script.find(({ name }) => name === 'Set-VpnConnectionIPsecConfiguration')!;
    const said = Object.fromEntries(Object.entries(parameters).map(([name, [value]]) => [name, value?.text]));
    expect(said).toEqual({
      connectionname: '$name',
      alluserconnection: undefined,
      force: undefined,
      authenticationtransformconstants: 'GCMAES256',
      ciphertransformconstants: 'GCMAES256',
      encryptionmethod: 'AES256',
      integritycheckmethod: 'SHA384',
      dhgroup: 'ECP384',
      pfsgroup: 'ECP384',
    });
    expect(ike('aes256', 'sha384', 'ecp384')).toBe(true);
    expect(esp(['aes256gcm16', 'ecp384'])).toBe(true);
  });

  test('of Apple', () => {
    const [profile] = plists([main(renderProfile(optionsOf({ device: 'ios', protocol: IKEV2 })))]);
    const association = { EncryptionAlgorithm: 'AES-256-GCM', IntegrityAlgorithm: 'SHA2-384', DiffieHellmanGroup: 20 };
    expect(profile?.PayloadContent[0]?.IKEv2).toMatchObject({
      IKESecurityAssociationParameters: association,
      ChildSecurityAssociationParameters: association,
      EnablePFS: 1,
    });
    expect(ike('aes256gcm16', 'prfsha384', 'ecp384')).toBe(true);
  });

  test('of NetworkManager', () => {
    const vpn = readKeyFile(main(renderProfile(optionsOf({ device: 'linux-networkmanager', protocol: IKEV2 })))).get(
      'vpn',
    )!;
    expect(IKE_PROPOSALS).toContain(vpn.get('ike'));
    expect(ESP_PROPOSALS).toContain(vpn.get('esp'));
  });

  test('of RouterOS', () => {
    const text = main(renderProfile(optionsOf({ device: 'routeros-7', protocol: IKEV2 })));
    expect(text).toContain('enc-algorithm=aes-256 hash-algorithm=sha256 dh-group=ecp256\n');
    expect(text).toContain('enc-algorithms=aes-256-cbc auth-algorithms=sha256 pfs-group=ecp256\n');
    expect(ike('aes256', 'prfsha256', 'ecp256') && ike('aes256', 'sha256', 'ecp256')).toBe(true);
    expect(esp(['aes256', 'sha256', 'ecp256'])).toBe(true);
  });
});

describe('Names, users and reasons with everything special in them', () => {
  const printable = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) });
  const nasty = fc.constantFrom(
    '"',
    "'",
    '\\',
    '$(reboot)',
    '`n',
    ']]>',
    '-->',
    '--',
    ' ',
    '?',
    '$x',
    '%0a',
    ';',
    '#',
    '[a]',
  );
  const special = fc.array(fc.oneof(nasty, printable), { maxLength: 8 }).map((parts) => parts.join('').slice(0, 40));
  const name = special.map((text) => `a${text}z`);
  const reason = fc
    .array(fc.oneof(nasty, fc.constantFrom('\n', '\r', '\u2028', '\u0000', '#>', '<#', 'ü', '🙂', '\\\n')), {
      maxLength: 12,
    })
    .map((parts) => Insecure.because(`because of ${parts.join('')}`));

  /** What each form says, without comments, by a reader of its own. */
  function meaning(device: string, text: string): unknown {
    if (device.startsWith('windows')) {
      return readPowerShell(text).map(({ name: command, parameters, positional }: Command) => ({
        command,
        parameters,
        positional,
      }));
    }
    if (device === 'linux-networkmanager') {
      return [...readKeyFile(text)].map(([group, keys]) => [group, ...keys]);
    }
    return text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# '))
      .map(routerOsWords);
  }
  /** Every text within, wherever it stands. */
  const replaced = (value: unknown, from: string, to: string): unknown =>
    JSON.parse(JSON.stringify(value), (_, text) => (typeof text === 'string' ? text.replaceAll(from, () => to) : text));

  const readable = CASES.filter(({ device }) => !device.startsWith('mac') && !device.startsWith('ios'));

  test.each(readable)('mean themselves, and nothing else: $protocol.name for $device', (one) => {
    const takesUser = [...(writerOf(one).needs ?? []), ...(writerOf(one).takes ?? [])].includes('user');
    const plain: ProfileOptions = {
      ...optionsOf(one, 'all'),
      name: 'NAMENAME',
      ...(takesUser ? { user: 'USERUSER' } : {}),
    };
    const expected = meaning(one.device, main(renderProfile(plain)));
    fc.assert(
      fc.property(name, name, reason, (called, user, why) => {
        const options = {
          ...plain,
          name: called,
          ...(takesUser ? { user } : {}),
          ...(one.protocol === PPTP ? { insecure: why } : {}),
        };
        const text = main(renderProfile(options));
        const said = meaning(one.device, text);
        const steady = (value: unknown) =>
          JSON.parse(JSON.stringify(value).replace(/[0-9a-f]{8}-[0-9a-f-]{27}|wg-[0-9a-f]{8}/g, '(derived)'));
        expect(steady(said)).toEqual(steady(replaced(replaced(expected, 'NAMENAME', called), 'USERUSER', user)));
      }),
      { numRuns: 60 },
    );
  });

  test("mean themselves in Apple's profiles, which Python's parser reads", () => {
    const samples = fc.sample(fc.tuple(name, name, reason), { numRuns: 100, seed: 5 });
    const ikev2 = samples.map(([called, user]) => ({
      ...optionsOf({ device: 'ios', protocol: IKEV2 }, 'all'),
      name: called,
      user,
    }));
    const pptp = samples.map(([called, user, why]) => ({
      ...optionsOf({ device: 'ios-9', protocol: PPTP }),
      name: called,
      user,
      insecure: why,
    }));
    const read = plists([...ikev2, ...pptp].map((options) => main(renderProfile(options))));
    for (const [index, { name: called, user }] of [...ikev2, ...pptp].entries()) {
      const vpn = read[index]?.PayloadContent.at(-1);
      const said = (vpn?.IKEv2 ?? vpn?.PPP)?.AuthName;
      expect([read[index]?.PayloadDisplayName, vpn?.UserDefinedName, said]).toEqual([called, called, user]);
    }
  });
});

describe('What a system is told', () => {
  test('by Windows: everything through the tunnel, or ranges', () => {
    const commands = (routes?: string[]) =>
      readPowerShell(
        main(renderProfile({ ...optionsOf({ device: 'windows-11', protocol: SSTP }), ...(routes ? { routes } : {}) })),
      );
    const [add] = commands().filter(({ name }) => name === 'Add-VpnConnection');
    expect(add?.parameters).not.toHaveProperty('splittunneling');
    const split = commands(['10.0.0.0/16']);
    expect(split.find(({ name }) => name === 'Add-VpnConnection')?.parameters).toHaveProperty('splittunneling');
    expect(split.at(-1)?.parameters.destinationprefix?.[0]?.text).toBe('10.0.0.0/16');
  });

  test("by NetworkManager: no default route where there are ranges, and strongSwan's own selectors", () => {
    const read = readKeyFile(
      main(renderProfile(optionsOf({ device: 'linux-networkmanager', protocol: IKEV2 }, 'all'))),
    );
    expect(read.get('ipv4')).toEqual(
      new Map([
        ['method', 'auto'],
        ['never-default', 'true'],
        ['route1', '10.0.0.0/16'],
        ['route2', '192.168.7.0/24'],
      ]),
    );
    expect(read.get('vpn')?.get('remote-ts')).toBe('10.0.0.0/16;192.168.7.0/24');
    expect(read.get('vpn')?.get('userkey')).toBe('/etc/NetworkManager/vpn/vpn.example.com/client.key');
  });

  test('by Apple: the MTU that is the most it takes, and the authority', () => {
    const [least, all] = plists([
      main(renderProfile(optionsOf({ device: 'ios', protocol: IKEV2 }))),
      main(renderProfile(optionsOf({ device: 'ios', protocol: IKEV2 }, 'all'))),
    ]);
    expect(least?.PayloadContent[0]?.IKEv2).toMatchObject({ MTU: 1400 });
    expect(all?.PayloadContent[1]?.IKEv2).toMatchObject({
      MTU: 1380,
      ServerCertificateIssuerCommonName: 'VPN CA 3f6c20a1',
    });
    expect(all?.PayloadContent[0]?.PayloadType).toBe('com.apple.security.root');
  });

  test('by RouterOS: nothing is enabled before its secret was typed', () => {
    for (const protocol of [PPTP, L2TP_IPSEC, SSTP, IKEV2, WIREGUARD, OPENVPN]) {
      const text = main(renderProfile(optionsOf({ device: 'routeros-7', protocol })));
      expect(withoutComments(text).match(/disabled=yes/g)).toHaveLength(1);
    }
  });
});

describe('A profile is refused', () => {
  const refusal = (options: Partial<ProfileOptions>) =>
    errorOf(() => renderProfile({ name: 'plant4', server: 'vpn.example.com', ...options } as ProfileOptions));

  test.each([
    ['where the system has lost its client', { device: 'macos', protocol: PPTP, insecure }],
    ['where it never had one', { device: 'ios', protocol: SSTP }],
    ['where only a program speaks the protocol', { device: 'windows-11', protocol: WIREGUARD }],
    ['where the system has no such file', { device: 'windows-7', protocol: IKEV2 }],
    ['where the gateways of this library ask for more', { device: 'routeros-7', protocol: OPENVPN, user: 'alice' }],
    ['where no file sets the device up', { device: 'pptp-only-device', protocol: PPTP, insecure }],
  ])('%s', (_, options) => {
    const { code, text } = refusal(options);
    expect(code).toBe('PROFILE_NOT_WRITTEN');
    expect(text).toMatchSnapshot();
  });

  const ios: Partial<ProfileOptions> = { device: 'ios', protocol: IKEV2, user: 'alice' };
  const windows: Partial<ProfileOptions> = { device: 'windows-11', protocol: IKEV2 };
  const wireGuard: Partial<ProfileOptions> = {
    ...{ device: 'linux-networkmanager', protocol: WIREGUARD, serverKey: SERVER_KEY, address: '10.99.1.2' },
  };
  test.each<[string, string, Partial<ProfileOptions>]>([
    ['for a device that is not known', 'DEVICE_UNKNOWN', { ...windows, device: 'windows11' }],
    ['for no protocol', 'PROTOCOL_UNKNOWN', { device: 'windows-11', protocol: {} as never }],
    ['for PPTP without a reason', 'INSECURE_WITHOUT_REASON', { device: 'windows-11', protocol: PPTP }],
    ['with a reason that nothing needs', 'PROFILE_OPTION_UNUSED', { ...windows, insecure }],
    ['without what it needs', 'PROFILE_OPTION_MISSING', { device: 'ios', protocol: IKEV2 }],
    [
      'without ranges on a router',
      'PROFILE_OPTION_MISSING',
      { device: 'routeros-7', protocol: SSTP, user: 'alice', routes: [] },
    ],
    ['with what it has no place for', 'PROFILE_OPTION_UNUSED', { ...ios, routes: ['10.0.0.0/8'] }],
    ['with a certificate that would need its key', 'PROFILE_OPTION_UNUSED', { ...ios, authentication: 'certificate' }],
    [
      'with an authority that is not used, and not shown',
      'PROFILE_OPTION_UNUSED',
      { ...wireGuard, authority: AUTHORITY },
    ],
    ['with an MTU that it does not take', 'PROFILE_OPTION_INVALID', { ...ios, mtu: 1450 }],
    ['with an MTU that is none', 'PROFILE_OPTION_INVALID', { ...wireGuard, mtu: 1200 }],
    ['with a name that has a line break', 'PROFILE_OPTION_INVALID', { ...windows, name: 'plant4\nwhoami' }],
    ['with a server that is no name', 'PROFILE_OPTION_INVALID', { ...windows, server: "x'; whoami; '" }],
    ['with a user that has a line break', 'PROFILE_OPTION_INVALID', { ...ios, user: 'alice\n' }],
    ['with ranges that are none', 'PROFILE_OPTION_INVALID', { ...windows, routes: ['10.0.0.1/16'] }],
    ['with everything as a range', 'PROFILE_OPTION_INVALID', { ...windows, routes: ['0.0.0.0/0'] }],
    ['with name servers that are none', 'PROFILE_OPTION_INVALID', { ...wireGuard, dnsServers: ['dns.example.com'] }],
    ['with a way to log in that is none', 'PROFILE_OPTION_INVALID', { ...windows, authentication: 'psk' as never }],
    ['with a certificate that is no authority', 'PROFILE_OPTION_INVALID', { ...windows, authority: NO_AUTHORITY }],
    ['with two authorities', 'PROFILE_OPTION_INVALID', { ...windows, authority: AUTHORITY + AUTHORITY }],
    ['with a port that is none', 'PROFILE_OPTION_INVALID', { ...wireGuard, port: 0 }],
    ['with a key that is none, which is not shown', 'PROFILE_OPTION_INVALID', { ...wireGuard, serverKey: 'c2VjcmV0' }],
    ['with an address that is none', 'PROFILE_OPTION_INVALID', { ...wireGuard, address: '10.99.1.0/24' }],
  ])('%s', (_, code, options) => {
    const error = refusal(options);
    expect(error.code).toBe(code);
    expect(error.text).toMatchSnapshot();
    expect(error.text).not.toMatch(/BEGIN CERTIFICATE|c2VjcmV0/);
  });

  test('with the key of an authority in place of its certificate, without showing it', () => {
    const { text } = refusal({
      ...windows,
      authority: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----',
    });
    expect(text).toContain('authority of the profile of Windows 11 for IKEv2 is not what it takes.');
    expect(text).not.toContain('c2VjcmV0');
  });

  test('by an error of this package alone, whatever is written', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constantFrom('a', '', 'vpn.example.com', 1400, true, null, ['10.0.0.0/16'], [null], AUTHORITY, insecure),
    );
    const options = fc.record(
      {
        device: fc.oneof(fc.constantFrom('windows-11', 'ios', 'linux-networkmanager', 'routeros-7'), anything),
        protocol: fc.oneof(fc.constantFrom(...VPN_PROTOCOLS), anything),
        name: fc.oneof(fc.constant('plant4'), anything),
        server: fc.oneof(fc.constant('vpn.example.com'), anything),
        insecure: fc.oneof(fc.constant(undefined), fc.constant(insecure), anything),
        ...Object.fromEntries(
          PROFILE_OPTIONS.map((option) => [option, fc.oneof(fc.constant(VALUES[option]), anything)]),
        ),
      },
      { requiredKeys: ['device', 'protocol', 'name', 'server'] },
    );
    fc.assert(
      fc.property(fc.oneof(options, fc.anything()), (written) => {
        try {
          renderProfile(written as unknown as ProfileOptions);
        } catch (error) {
          if (!PptpConstructsError.is(error)) {
            throw error;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
