import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  IKEV2,
  Insecure,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  type ProfileOptions,
  renderProfile,
  SSTP,
  WIREGUARD,
} from '../../lib/edge';
import { AUTHORITY } from '../edge/profiles/certificates';
import { readKeyFile } from '../edge/readers/key-file';
import { networkManager } from './support/debian';

jest.setTimeout(300_000);

const BASE = { device: 'linux-networkmanager', name: 'plant4', server: 'vpn.example.com' } as const;
const ROUTES = { routes: ['10.0.0.0/16', '192.168.7.0/24'] };
const USER = { user: 'alice' };
const WIREGUARD_FACTS = { serverKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', address: '10.99.1.2' };
const insecure = Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06');

const PROFILES: Readonly<Record<string, ProfileOptions>> = {
  PPTP: { ...BASE, protocol: PPTP, insecure },
  'PPTP for ranges': { ...BASE, protocol: PPTP, insecure, ...USER, ...ROUTES },
  'L2TP/IPsec': { ...BASE, protocol: L2TP_IPSEC, ...USER, mtu: 1400 },
  SSTP: { ...BASE, protocol: SSTP, ...USER, authority: AUTHORITY },
  'IKEv2 with a password': { ...BASE, protocol: IKEV2, ...USER, ...ROUTES, authority: AUTHORITY },
  'IKEv2 with a certificate': { ...BASE, protocol: IKEV2, authentication: 'certificate' },
  'OpenVPN over UDP': { ...BASE, protocol: OPENVPN, authority: AUTHORITY },
  'OpenVPN over TCP': { ...BASE, protocol: OPENVPN, authority: AUTHORITY, transport: 'tcp', tlsCrypt: false },
  WireGuard: { ...BASE, protocol: WIREGUARD, ...WIREGUARD_FACTS },
  'WireGuard for ranges': { ...BASE, protocol: WIREGUARD, ...WIREGUARD_FACTS, ...ROUTES, dnsServers: ['10.0.0.2'] },
  'odd names': {
    ...{ ...BASE, protocol: PPTP, insecure, name: 'a "b" \\s [c] #d; e=f' },
    user: '\\"\' ;,=#[x]\\n $(reboot) %',
  },
};

/** The program that reads what stands under [vpn]. */
const SERVICES: Readonly<Record<string, string>> = {
  pptp: 'libexec/nm-pptp-service',
  l2tp: 'libexec/nm-l2tp-service',
  sstp: 'libexec/nm-sstp-service',
  openvpn: 'libexec/nm-openvpn-service',
  strongswan: 'lib/ipsec/charon-nm',
};

describe.each(Object.keys(PROFILES))('The profile of NetworkManager, %s', (name) => {
  const text = () => renderProfile(PROFILES[name]!).files[0]!.text;

  test('is taken by nmcli, which writes the same of it again', () => {
    const done = spawnSync(
      'chroot',
      [networkManager(), 'nmcli', '--offline', 'connection', 'modify', 'autoconnect', 'no'],
      {
        input: text(),
        encoding: 'utf8',
      },
    );
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
    const written = readKeyFile(done.stdout);
    for (const [group, keys] of readKeyFile(text())) {
      expect([group, Object.fromEntries(written.get(group) ?? [])]).toEqual([
        group,
        expect.objectContaining(Object.fromEntries(keys)),
      ]);
    }
  });

  test('has nothing under [vpn] that the plugin does not look for', () => {
    const vpn = readKeyFile(text()).get('vpn') ?? new Map<string, string>();
    const service = vpn.get('service-type')?.split('.').at(-1);
    if (service === undefined) {
      expect(name).toMatch(/^WireGuard/);
      return;
    }
    const program = fs.readFileSync(path.join(networkManager(), 'usr', SERVICES[service]!));
    // NetworkManager itself looks for the flags of a secret. A compiler keeps a text that ends another one inside of it.
    const sought = [...vpn.keys()].filter((key) => key !== 'service-type').map((key) => key.replace(/-flags$/, ''));
    const unknown = sought.filter((key) => !program.includes(`${key}\0`));
    expect(unknown).toEqual([]);
  });
});

test('nmcli takes no profile that is not right', () => {
  const wrong = renderProfile(PROFILES.WireGuard!).files[0]!.text.replace('10.99.1.2/32', '10.99.1.2/99');
  const done = spawnSync(
    'chroot',
    [networkManager(), 'nmcli', '--offline', 'connection', 'modify', 'autoconnect', 'no'],
    {
      input: wrong,
      encoding: 'utf8',
    },
  );
  expect([done.status, done.stdout]).not.toEqual([0, expect.stringContaining('10.99.1.2/99')]);
});
