import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS } from './addresses';
import { IS_ALL, type Site } from './run';
import { type Vpn, works } from './vpn';

interface Aftermath {
  /** From when recovery counts, in milliseconds: where the fault itself takes its time. @default from before the fault */
  readonly since?: number;
  /** Whether Bob's credentials are those of the rotated secret by now. @default false */
  readonly isRotated?: boolean;
}

/**
 * Does harm to a gateway.
 *
 * @param later puts right, in the end, what is not over by itself
 */
type Harm = (site: Site, vpn: Vpn, later: (undo: () => Promise<unknown>) => void) => Promise<Aftermath>;

/** The faults, and what is done to a gateway for each. */
const FAULTS = {
  'daemon killed': on(`systemctl kill -s KILL --kill-whom=main UNIT`),
  'daemon frozen': on(`systemctl kill -s STOP --kill-whom=main UNIT`),
  'machine rebooted': async (site) => {
    await reboot(site);
    return {};
  },
  'connection table flushed': on('conntrack -F'),
  'packet filter reloaded': on('systemctl reload nftables'),
  'firewall service restarted': on('systemctl restart nftables'),
  'disk full': async (site, vpn, later) => {
    later(async () => {
      await site.gateway.sh('systemctl stop fill; rm -f /full');
      await site.lab.setSecret(vpn.secret());
      await site.gateway.refresh();
    });
    // For root too, and it stays full: whatever others free is taken at once.
    await site.gateway.sh(
      `fallocate -l $(($(df --output=avail -B1M / | tail -n 1) - 64))MiB /full
      cat /dev/zero >>/full 2>/dev/null || true
      systemd-run -q --collect --unit=fill sh -c 'while :; do cat /dev/zero >>/full; sleep 0.2; done 2>/dev/null'`,
      { seconds: 120 },
    );
    // What cannot be written is refused like what is malformed: Bob's old credentials stay good. With OpenVPN they are
    // revoked all the same, since that takes a file without content.
    await site.lab.setSecret(vpn.secret(true));
    await site.gateway.refresh();
    return { since: Date.now(), isRotated: vpn.name === 'openvpn' };
  },
  'clock off by a day': async (site, _, later) => {
    later(() => site.gateway.sh('date -s "-1 day"; systemctl start systemd-timesyncd'));
    await site.gateway.sh('systemctl stop systemd-timesyncd; date -s "+1 day"');
    return {};
  },
  '200 attempts a second from one source': (site, vpn) => storm(site, vpn, 1),
  '200 attempts a second from many sources': (site, vpn) => storm(site, vpn, 100),
  'user data run a second time': async (site) => {
    await site.gateway.sh('cloud-init clean --logs');
    await reboot(site);
    return {};
  },
  'boot without network for two minutes': async (site) => {
    await reboot(site, () => site.gateway.vm.plug(false));
    await sleep(120_000);
    await site.gateway.vm.plug(true);
    return { since: Date.now() };
  },
} satisfies Record<string, Harm>;

/** A command on the gateway; UNIT is that of the server. */
function on(command: string): Harm {
  return async ({ gateway }, vpn) => {
    await gateway.sh(command.replace('UNIT', vpn.unit));
    return {};
  };
}

type Fault = keyof typeof FAULTS;

/** Seconds until a machine that is emulated has booted, at most: its own hardware would need a fifth. */
const BOOT = 150;

interface Timers {
  /** Seconds until a client whose connection is lost has another one. */
  readonly again: number;
  readonly isInKernel?: boolean;
  readonly hasClockOfDay?: boolean;
}

/**
 * Within how many seconds, at most, a client that was connected is connected again and a new one can connect. Written
 * down before anything was measured, from the timers of each protocol:
 *
 * - PPTP: LCP echoes, 30 seconds times 4; then a call as always, 30.
 * - WireGuard: a handshake at the latest 15 seconds (KEEPALIVE_TIMEOUT + REKEY_TIMEOUT) after a packet that nobody answered,
 *   then every 5; keepalives every 25.
 * - IKEv2: dead peer detection of the client, 30 seconds, and its retransmissions, 165; a connection in 10.
 * - OpenVPN: keepalive 10 60: the client starts again after 60 seconds without a packet, and connects in 30. It measures
 *   silence by the clock of the day: one that jumps ahead can end sessions on the server.
 *
 * Where the connection is never lost, both ends go on as if nothing had been: 15 seconds, for the measurement itself. A
 * daemon that is frozen is found by the gateway's own look at it, once a minute; a network that comes late costs as
 * much, from when it is there.
 */
const BOUNDS: Record<Vpn['name'], Record<Fault, number>> = {
  pptp: bounds({ again: 150 }),
  wireguard: bounds({ again: 45, isInKernel: true }),
  ikev2: bounds({ again: 205 }),
  openvpn: bounds({ again: 90, hasClockOfDay: true }),
};

function bounds({ again, isInKernel = false, hasClockOfDay = false }: Timers): Record<Fault, number> {
  return {
    'daemon killed': isInKernel ? 15 : again,
    'daemon frozen': 60 + again,
    'machine rebooted': BOOT + again,
    'connection table flushed': again,
    'packet filter reloaded': 15,
    'firewall service restarted': 15,
    'disk full': 15,
    'clock off by a day': hasClockOfDay ? again : 15,
    '200 attempts a second from one source': 60,
    '200 attempts a second from many sources': 60,
    'user data run a second time': BOOT + 60 + again,
    'boot without network for two minutes': 60 + again,
  };
}

/** Tests of the faults: those of the core, or with `--all` every one. */
export function describeFaults(vpn: Vpn, site: () => Site, core: readonly Fault[]): void {
  const chosen = IS_ALL ? (Object.keys(FAULTS) as Fault[]) : core;
  describe(`${vpn.name}: a fault`, () => {
    beforeAll(() => site().gateway.sh('command -v conntrack || apt-get install -qy conntrack', { seconds: 120 }));

    test.each(chosen)(
      '%s: service is back by itself within its bound',
      async (fault) => {
        const bound = BOUNDS[vpn.name][fault];
        expect(await vpn.connect(site(), 'alice')).toMatchObject({ isUp: true });
        let undo: () => Promise<unknown> = async () => undefined;
        try {
          const begin = Date.now();
          const harm: Harm = FAULTS[fault];
          const aftermath = await harm(site(), vpn, (what) => {
            undo = what;
          });
          const seconds = await recovered(site(), vpn, bound, { since: begin, ...aftermath });
          site().measured(fault, seconds, bound);
          expect(seconds).toBeLessThanOrEqual(bound);
        } finally {
          await undo();
          await vpn.disconnect(site(), 'alice');
        }
      },
      900_000,
    );
  });
}

/** Seconds until Alice is connected again, without anybody's help, and until Bob can connect. */
async function recovered(
  site: Site,
  vpn: Vpn,
  bound: number,
  { since, isRotated }: Aftermath & { readonly since: number },
): Promise<number> {
  const end = since + bound * 1000 + 30_000;
  let attempt = { isUp: false, log: 'not tried' };
  let isBack = false;
  while (Date.now() < end) {
    isBack ||= await works(site, vpn, 'alice', ADDRESS.office);
    if (isBack) {
      attempt = await vpn.connect(site, 'bob', isRotated);
      const isNewToo = attempt.isUp && (await works(site, vpn, 'bob', ADDRESS.office));
      const seconds = (Date.now() - since) / 1000;
      await vpn.disconnect(site, 'bob');
      if (isNewToo) {
        return seconds;
      }
    }
    await sleep(1000);
  }
  throw new Error(`not back ${bound + 30} s later: Alice ${isBack ? 'is' : 'is not'} connected; Bob: ${attempt.log}`);
}

async function reboot(site: Site, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  const id = await site.gateway.vm.bootId();
  await site.gateway.run('systemctl reboot');
  await meanwhile();
  await site.gateway.vm.rebooted(id);
}

/** Twenty seconds of 200 new connections a second, from other addresses than those of the clients that are measured. */
async function storm(site: Site, vpn: Vpn, sources: number): Promise<Aftermath> {
  const tcp = vpn.name === 'pptp';
  const port = { pptp: 1723, wireguard: 51820, ikev2: 500, openvpn: 1194 }[vpn.name];
  await site.lab.sh(
    'home',
    `for n in $(seq ${sources}); do ip addr add 198.51.100.$((100 + n))/24 dev eth0; done
    python3 - <<'END'
import os, socket, time
begin, count = time.monotonic(), 0
while count < 4000:
    source = ('198.51.100.%d' % (101 + count % ${sources}), 0)
    attempt = socket.socket(socket.AF_INET, socket.${tcp ? 'SOCK_STREAM' : 'SOCK_DGRAM'})
    attempt.setblocking(False)
    attempt.bind(source)
    try:
        attempt.connect(('${ADDRESS.public}', ${port}))
        ${tcp ? 'pass' : 'attempt.send(os.urandom(148))'}
    except OSError:
        pass
    attempt.close()
    count += 1
    time.sleep(max(0, begin + count / 200 - time.monotonic()))
END
    for n in $(seq ${sources}); do ip addr del 198.51.100.$((100 + n))/24 dev eth0; done`,
    { seconds: 120 },
  );
  return {};
}
