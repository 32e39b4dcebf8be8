// PPTP from a real client to the machine of the synthesised template: pptp-linux and pppd against pptpd. The machine boots
// the cloud flavour of the kernel first, as Debian's cloud images do, which has no PPP: it changes it by itself, through GRUB.

import { ADDRESS } from './support/addresses';
import { pptpGateway } from './support/aws-gateways';
import { describeMachine, describeSecret, describeSecurity, describeTunnel } from './support/common-tests';
import { describeFaults } from './support/faults';
import { dial, hangUp, MS_CHAP_V2, tunnelAddress } from './support/pptp-client';
import { ALICE, BOB, LONGEST, QUOTES } from './support/pptp-users';
import { Site } from './support/run';
import type { UserData } from './support/template';
import { PPTP } from './support/vpns';

let synthesised: UserData;
let site: Site;
let first: { kernel: string; hasPpp: boolean };

beforeAll(async () => {
  synthesised = pptpGateway();
  site = await Site.start('pptp', 'cloud', PPTP.secret(), synthesised);
  const { vm } = site.gateway;
  await vm.booted();
  first = { kernel: await vm.sh('uname -r'), hasPpp: (await vm.run('modprobe ppp_generic')).status === 0 };
  await vm.rebooted(await vm.bootId(), 900);
  site.measured('power-on with the cloud flavour to ready', await site.gateway.ready());
}, 1_500_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  PPTP,
  () => site,
  () => synthesised,
);
describeTunnel(PPTP, () => site, 1396);

describe('the kernel', () => {
  test('was of the cloud flavour, without PPP, until the machine rebooted into the full one', async () => {
    expect(first).toEqual({ kernel: expect.stringMatching(/-cloud-amd64\n$/), hasPpp: false });
    expect(await site.gateway.sh('uname -r')).toMatch(/^[^-]*-amd64\n$|deb13-amd64\n$/);
  });

  test('of the cloud flavour is gone, so that no upgrade brings it back, and GRUB boots the full one', async () => {
    const { gateway } = site;
    expect(await gateway.sh("dpkg -l 'linux-image*' | awk '/^[hi]i/ { print $2 }'")).toMatch(
      /^linux-image-[\d.+a-z]+-amd64\nlinux-image-amd64\n$/,
    );
    expect(await gateway.sh('ls /boot/vmlinuz-*')).not.toContain('cloud');
    expect(await gateway.sh('ls /etc/default/grub.d')).not.toContain('vpn-gateway');
  });
});

describe('a call', () => {
  afterEach(async () => {
    await hangUp(site.lab, 'alice');
    await hangUp(site.lab, 'bob');
  });

  test('comes up with 128-bit stateless MPPE on both sides and the address that is fixed for its user', async () => {
    const { status, log } = await dial(site.lab, 'alice', ALICE);
    expect(log).toContain('MPPE 128-bit stateless compression enabled');
    expect(status).toBe(0);
    expect(await tunnelAddress(site.lab, 'alice')).toBe('10.99.0.250');
    expect(await site.gateway.journal('-t pppd')).toContain('MPPE 128-bit stateless compression enabled');
  });

  test.each([
    ['quotes, spaces and $(reboot)', QUOTES],
    ['255 characters', LONGEST],
  ])('comes up for a name and a password of %s', async (_, user) => {
    const { status, log } = await dial(site.lab, 'bob', user);
    expect(log).toContain('MPPE 128-bit stateless compression enabled');
    expect(status).toBe(0);
  });
});

describe('a call is refused', () => {
  afterEach(() => hangUp(site.lab, 'alice'));

  const mschap = (version: 'v1' | 'none') =>
    version === 'v1' ? ['refuse-eap', 'refuse-pap', 'refuse-chap', 'refuse-mschap-v2'] : [];

  test('with a wrong password: error 691', async () => {
    const { status, log } = await dial(site.lab, 'alice', { ...ALICE, password: 'guessed' });
    expect(log).toContain('E=691');
    expect(status).not.toBe(0);
  });

  test('without MPPE: the gateway ends it', async () => {
    const options = [...MS_CHAP_V2.filter((option) => option !== 'require-mppe-128'), 'nomppe'];
    const { status, log } = await dial(site.lab, 'alice', { ...ALICE, options });
    expect(log).toContain('MPPE required but peer refused');
    expect(status).not.toBe(0);
  });

  test('with MS-CHAP version 1', async () => {
    const { status, log } = await dial(site.lab, 'alice', { ...ALICE, options: mschap('v1') });
    expect(log).toMatch(/rcvd \[LCP ConfReq [^\]]*<auth chap MS-v2>/);
    expect(log).toMatch(/LCP terminated by peer|peer refused to authenticate|authentication failed/i);
    expect(status).not.toBe(0);
  });

  test('with PAP', async () => {
    const options = ['refuse-eap', 'refuse-chap', 'refuse-mschap', 'refuse-mschap-v2'];
    const { status, log } = await dial(site.lab, 'alice', { ...ALICE, options });
    expect(log).toMatch(/rcvd \[LCP ConfReq [^\]]*<auth chap MS-v2>/);
    expect(log).not.toContain('PAP AuthAck');
    expect(status).not.toBe(0);
  });

  test('from outside the ranges of the clients: nothing answers', async () => {
    const { status, log } = await dial(site.lab, 'stranger', { ...ALICE, seconds: 15 });
    expect(log).not.toContain('rcvd [LCP');
    expect(status).not.toBe(0);
    expect(
      (await site.lab.run('stranger', `nc -zw 5 ${ADDRESS.public} 1723 || curl -m 5 telnet://${ADDRESS.public}:1723`))
        .text,
    ).toMatch(/timed out/i);
  });

  test('where protocol 47 is dropped on the way: TCP connects, and LCP gets no answer', async () => {
    await site.lab.block('ip protocol gre');
    const { status, log } = await dial(site.lab, 'alice', ALICE);
    await site.lab.unblock();
    expect(log).toContain('LCP: timeout sending Config-Requests');
    expect(status).toBe(16);
  });

  test('where nothing listens on TCP 1723: connection refused', async () => {
    await site.gateway.sh('systemctl stop pptpd');
    try {
      const { status } = await dial(site.lab, 'alice', { ...ALICE, seconds: 20 });
      expect(status).toBe(16);
      expect((await site.lab.run('alice', `curl -sS -m 5 telnet://${ADDRESS.public}:1723`)).text).toMatch(
        /refused|Failed to connect/,
      );
    } finally {
      await site.gateway.sh('systemctl start pptpd');
    }
  });
});

describe('two clients behind one router that translates addresses', () => {
  const both = async () => {
    const first = await dial(site.lab, 'pc1', { ...ALICE, seconds: 25 });
    const second = await dial(site.lab, 'pc2', { ...BOB, seconds: 25 });
    const pings = ['pc1', 'pc2'].map((pc) =>
      site.lab.run(pc as 'pc1' | 'pc2', 'ping -q -c 3 -i 0.3 -W 3 10.99.0.1').then(({ status }) => status === 0),
    );
    return { up: [first.status === 0, second.status === 0], pings: await Promise.all(pings) };
  };
  const forget = () => site.lab.sh('home', 'conntrack -F; nft delete table ip assist 2>/dev/null || true');

  afterEach(async () => {
    for (const pc of ['pc1', 'pc2'] as const) {
      await hangUp(site.lab, pc);
    }
    await forget();
  });

  test('both have their call where the router knows PPTP', async () => {
    await site.lab.sh(
      'home',
      `nft -f - <<'END'
table ip assist {
  ct helper pptp {
    type "pptp" protocol tcp
  }
  chain in {
    type filter hook prerouting priority -150
    tcp dport 1723 ct helper set "pptp"
  }
}
END`,
    );
    expect(await both()).toEqual({ up: [true, true], pings: [true, true] });
  });

  test('where it does not, neither has: an answer by GRE does not match the flow that was translated', async () => {
    expect((await both()).up).toEqual([false, false]);
  });
});

describeSecret(PPTP, () => site);
describeSecurity(
  PPTP,
  () => site,
  [1723],
  () => [ALICE.password, BOB.password],
);
describeFaults(PPTP, () => site, ['daemon killed']);
