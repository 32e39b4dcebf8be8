import { ADDRESS } from './addresses';
import { INSTANCE_ID } from './gateway';
import type { Site } from './run';
import type { UserData } from './template';
import type { Vpn } from './vpn';

/** What holds for every gateway that has started. */
export function describeMachine(vpn: Vpn, site: () => Site, synthesised: () => UserData): void {
  describe(`${vpn.name}: the machine`, () => {
    test('got the user data that was synthesised, byte for byte, and cloud-init met no error', async () => {
      expect(await site().gateway.sh('cat /var/lib/cloud/instance/user-data.txt')).toBe(synthesised().text);
      expect(JSON.parse(await site().gateway.sh('cat /run/cloud-init/result.json')).v1.errors).toEqual([]);
    });

    test('told its stack once, for itself, that it serves', async () => {
      expect(await site().lab.signals()).toEqual([
        expect.objectContaining({ '--status': 'SUCCESS', '--unique-id': INSTANCE_ID }),
      ]);
    });

    test('has no failed unit, and no ssh', async () => {
      expect(await site().gateway.sh('systemctl --failed --no-legend --plain')).toBe('');
      expect((await site().gateway.run('systemctl is-active ssh.service ssh.socket')).text).not.toMatch(/^active$/m);
    });
  });
}

/** What holds for the tunnel of every protocol. */
export function describeTunnel(vpn: Vpn, site: () => Site, mtu: number): void {
  describe(`${vpn.name}: a tunnel`, () => {
    beforeAll(async () => {
      const attempt = await vpn.connect(site(), 'alice');
      if (!attempt.isUp) {
        throw new Error(`Alice could not connect:\n${attempt.log}`);
      }
      site().measured('connecting', attempt.seconds);
    });

    afterAll(() => vpn.disconnect(site(), 'alice'));

    test('carries packets of full size, and lets nobody on the way read them', async () => {
      const { lab } = site();
      const marker = 'readable-marker!';
      const ping = (to: string) =>
        `ping -q -c 2 -i 0.3 -W 5 -M do -s ${mtu - 28} -p ${Buffer.from(marker).toString('hex')} ${to}`;
      await lab.watch('alice');
      await lab.sh('alice', ping(vpn.gatewayAddress));
      expect(await lab.sawOnWire('alice', marker)).toBe(false);
      // The control: the same outside the tunnel is seen.
      await lab.watch('alice');
      await lab.run('alice', ping('198.51.100.22'));
      expect(await lab.sawOnWire('alice', marker)).toBe(true);
    });

    test('leads to what clients may reach, with the address of the gateway, and nowhere else', async () => {
      const { lab } = site();
      expect(await lab.fetch('alice', ADDRESS.office)).toBe(`you are ${ADDRESS.gateway}`);
      expect(await lab.fetch('alice', ADDRESS.vault)).toMatch(/timed out|refused|unreachable/i);
      expect(await lab.fetch('office', ADDRESS.vault)).toBe(`you are ${ADDRESS.office}`);
    });

    test('is in the journal, with its user and the address from which the client comes', async () => {
      const text = await site().gateway.sh('journalctl -o cat VPN_EVENT=session-start');
      expect(text).toContain(`session-start protocol=${vpn.name} user="alice" client=${ADDRESS.alice}`);
    });
  });
}

/** The secret changes, is refused, or cannot be read. */
export function describeSecret(vpn: Vpn, site: () => Site): void {
  describe(`${vpn.name}: the secret`, () => {
    afterAll(async () => {
      await site().lab.setSecret(vpn.secret());
      await site().gateway.refresh();
      await vpn.disconnect(site(), 'alice');
      await vpn.disconnect(site(), 'bob');
    });

    test('that is malformed is refused whole: the last good one stays, and the log says so without a value of it', async () => {
      await site().lab.setSecret(`${vpn.secret().slice(0, -1)},"hunter2":1}`);
      const { text } = await site().gateway.refresh();
      expect(text).toContain('users: the last good ones stay');
      expect(text).not.toContain('hunter2');
      expect(await vpn.connect(site(), 'bob')).toMatchObject({ isUp: true });
      await vpn.disconnect(site(), 'bob');
    });

    test('that gives Bob other credentials shuts out his old ones and leaves Alice connected', async () => {
      expect(await vpn.connect(site(), 'alice')).toMatchObject({ isUp: true });
      const pings = site().lab.run('alice', `ping -q -i 0.5 -c 40 ${vpn.gatewayAddress}`, { seconds: 60 });
      await site().lab.setSecret(vpn.secret(true));
      const begin = Date.now();
      await site().gateway.refresh();
      expect(await vpn.connect(site(), 'bob', false, 12)).toMatchObject({ isUp: false });
      await vpn.disconnect(site(), 'bob');
      expect(await vpn.connect(site(), 'bob', true)).toMatchObject({ isUp: true });
      site().measured('secret rotated', (Date.now() - begin) / 1000);
      expect((await pings).text).toMatch(/ 0% packet loss/);
    }, 300_000);
  });
}

/** What an attacker, or a curious admin, finds. */
export function describeSecurity(
  vpn: Vpn,
  site: () => Site,
  open: readonly number[],
  secrets: () => readonly string[],
): void {
  describe(`${vpn.name}: security`, () => {
    test('a scan sees the TCP ports that are planned from where clients are, and none from elsewhere', async () => {
      const scan = async (role: 'alice' | 'stranger') => {
        const text = await site().lab.sh(
          role,
          `nmap -sS -Pn -n -T4 --max-retries 1 --min-rate 1500 -p 1-2048,3389,4500,5355,8000-8100,51820 -oG - ${ADDRESS.public}`,
          { seconds: 200 },
        );
        return [...text.matchAll(/(\d+)\/(open|closed)\//g)].map(([, port]) => Number(port));
      };
      expect(await scan('alice')).toEqual(open);
      expect(await scan('stranger')).toEqual([]);
    }, 400_000);

    test("no secret is in the user data, cloud-init's logs, a process list or the journal", async () => {
      const { gateway } = site();
      const text = await gateway.sh(
        `cat /var/lib/cloud/instance/user-data.txt /var/log/cloud-init*.log
        cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '
        journalctl --no-pager -o export`,
        { seconds: 120 },
      );
      expect(text).toContain('cloud-init'); // something was read
      for (const secret of secrets()) {
        expect(text).not.toContain(secret);
      }
    });

    test('whatever holds a secret is readable for root alone', async () => {
      const { gateway } = site();
      const needles = secrets().map((secret) => secret.split('\n')[1] ?? secret);
      await gateway.vm.write('/run/needle', needles.join('\n'), '0600');
      const found = await gateway.sh(
        "grep -rlFf /run/needle /etc /var /usr/local /root /home /tmp /run --exclude=needle 2>/dev/null | xargs -r stat -c '%a %U %n' || true",
        { seconds: 120 },
      );
      // systemd hands a daemon its copies by an access list, which shows as the mode of the group.
      const readable = /^(?:[46]00 root |440 root \/run\/credentials\/)/;
      expect(found.split('\n').filter((line) => line !== '' && !readable.test(line))).toEqual([]);
      expect(found).not.toBe(''); // at least one as it is; passwords for IKEv2 are written in base64
      await gateway.sh('rm /run/needle');
    }, 300_000);
  });
}
