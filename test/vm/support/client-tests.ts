import * as fs from 'node:fs';
import { ADDRESS } from './addresses';
import type { Role } from './lab';
import type { Site } from './run';
import { type Vpn, works } from './vpn';

/** What a client must not do, by where the gateway counts it. */
interface Refusals {
  readonly among: string;
  readonly metadata: string;
  readonly spoofed: string;
  /** Absent where the tunnel takes no IPv6 from the client's own kernel. */
  readonly ipv6?: string;
}

/** How a client of a protocol sends what no honest one would, and where the gateway shows that it got it. */
interface Mischief {
  /** Where the client has its address, and its ways into the tunnel. */
  readonly device: string;
  /** Takes the client's own limits off, in its own network. `$way` leads to the forbidden. */
  readonly unlock: (forbidden: readonly string[], spoofed: string) => string;
  /** Prepares the gateway to count, in shell. */
  readonly listen?: string;
  readonly unlisten?: string;
  readonly refusals: Refusals;
}

/** Packets that the packet filter refused for one reason. */
const filtered = (reason: string) =>
  `nft list table inet vpn_gateway | awk '/jump refuse_${reason}/ { for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) } END { print n + 0 }'`;

/** Packets that the kernel decrypted and found outside of what was agreed on. */
const OUTSIDE_THE_POLICY =
  "awk '/XfrmIn(NoPols|TmplMismatch|PolBlock)/ { n += $2 } END { print n + 0 }' /proc/net/xfrm_stat";
/** Packets that the kernel decrypted and that do not come from the address of the peer. */
const NOT_THE_PEERS = 'cat /sys/class/net/wg0/statistics/rx_frame_errors';
const NOT_THE_USERS =
  "journalctl -o cat -u vpn-gateway-openvpn | grep -c 'MULTI: bad source address from client' || true";

const OPENVPN_SAYS = (verbosity: number) => `python3 - <<'END'
import socket
with socket.socket(socket.AF_UNIX) as daemon:
    daemon.connect('/run/vpn-gateway-openvpn/management')
    daemon.sendall(b'verb ${verbosity}\\n')
    answers = daemon.makefile()
    while not answers.readline().startswith('SUCCESS'):
        pass
END`;

const byRoutes =
  (device: string, first = '') =>
  (forbidden: readonly string[], spoofed: string) =>
    `${first}
  ip addr add ${spoofed}/32 dev ${device}
  for to in ${forbidden.filter((to) => !to.includes(':')).join(' ')}; do ip route replace $to dev ${device}; done`;

const MISCHIEF: Record<Vpn['name'], Mischief> = {
  pptp: {
    device: 'ppp0',
    unlock: byRoutes('ppp0'),
    refusals: { among: filtered('among'), metadata: filtered('metadata'), spoofed: filtered('spoofed') },
  },
  wireguard: {
    device: 'wg0',
    unlock: byRoutes('wg0', 'wg set wg0 peer "$(wg show wg0 peers)" allowed-ips 0.0.0.0/0,::/0'),
    refusals: {
      among: filtered('among'),
      metadata: filtered('metadata'),
      spoofed: NOT_THE_PEERS,
      ipv6: NOT_THE_PEERS,
    },
  },
  openvpn: {
    device: 'tun0',
    unlock: byRoutes('tun0'),
    listen: OPENVPN_SAYS(4),
    unlisten: OPENVPN_SAYS(3),
    refusals: {
      among: filtered('among'),
      metadata: filtered('metadata'),
      spoofed: NOT_THE_USERS,
      ipv6: NOT_THE_USERS,
    },
  },
  ikev2: {
    device: 'eth0',
    // The kernel's own policies, before those that charon agreed on.
    unlock: (forbidden, spoofed) => `ip addr add ${spoofed}/32 dev lo
      template=$(ip xfrm policy list dir out | awk '
        $1 == "tmpl" { from = $3; to = $5 }
        { for (i = 1; i < NF; i++) if ($i == "reqid") id = $(i + 1) }
        END { print "tmpl src " from " dst " to " proto esp reqid " id " mode tunnel" }')
      ip xfrm policy add dir out src ${spoofed}/32 dst ${ADDRESS.office}/32 $template
      for to in ${forbidden.join(' ')}; do ip xfrm policy add dir out dst $to $template; done
      # With the address inside the tunnel, as charon's own routes do: with another the packet filter comes first.
      own=$(ip route show table 220 | sed -n 's/.* src \\([0-9.]*\\).*/\\1/p' | head -n 1)
      for to in ${forbidden.filter((to) => !to.includes(':')).join(' ')}; do
        ip route replace $to via 198.51.100.1 src $own table 220
      done`,
    refusals: {
      among: OUTSIDE_THE_POLICY,
      metadata: OUTSIDE_THE_POLICY,
      spoofed: OUTSIDE_THE_POLICY,
      ipv6: OUTSIDE_THE_POLICY,
    },
  },
};

/** An address of IPv6 to which the gateway has a way, and the laboratory's card as the next on it. */
const V6 = '2001:db8:6::1';
const V6_WAY = `ip -6 neigh replace fe80::99 lladdr 52:54:00:00:00:02 dev eth0 nud permanent
  ip -6 route replace ${V6}/128 via fe80::99 dev eth0`;

const PACKETS = 2;

interface ClientOptions {
  /** @default the one of the protocol's first day */
  readonly secret?: () => string;
  /** Tests of the protocol's own, while both are connected. */
  readonly more?: () => void;
}

/**
 * What clients can do to each other and to what is not theirs, with a client that keeps to no rule; and what becomes of
 * one who is removed from the secret. Alice and Bob are connected.
 */
export function describeClients(
  vpn: Vpn,
  site: () => Site,
  { secret = () => vpn.secret(), more }: ClientOptions = {},
): void {
  const { device, unlock, listen = '', unlisten = '', refusals } = MISCHIEF[vpn.name];
  // Of the pool, and nobody's.
  const spoofed = vpn.gatewayAddress.replace(/\d+$/, '177');

  describe(`${vpn.name}: clients`, () => {
    let addressOfBob: string;

    beforeAll(async () => {
      const { lab, gateway } = site();
      for (const role of ['alice', 'bob'] as const) {
        const { isUp, log } = await vpn.connect(site(), role);
        if (!isUp) {
          throw new Error(`${role} could not connect:\n${log}`);
        }
      }
      await lab.sh('bob', `ping -q -c 2 -i 0.2 -W 5 ${vpn.gatewayAddress}`);
      const starts = `journalctl -q -o cat --output-fields=VPN_ADDRESS VPN_EVENT=session-start VPN_PROTOCOL=${vpn.name} VPN_USER=bob`;
      await gateway.vm.eventually(`${starts} | grep -q .`, 20);
      addressOfBob = (await gateway.sh(`${starts} | tail -n 1`)).trim();
      const forbidden = [addressOfBob, ADDRESS.cloud, V6];
      await lab.sh('alice', unlock(forbidden, spoofed));
      await gateway.sh(`${V6_WAY}\n${listen}`);
    }, 200_000);

    afterAll(async () => {
      const { lab, gateway } = site();
      await gateway.run(`${unlisten}\nip -6 route del ${V6}/128; sysctl -qw net.ipv6.conf.all.forwarding=0`);
      await vpn.disconnect(site(), 'alice');
      await vpn.disconnect(site(), 'bob');
      await lab.run(
        'alice',
        `ip addr del ${spoofed}/32 dev lo; ip xfrm policy flush; ip route flush table 220; ip -6 addr flush dev eth0 scope global`,
      );
      await lab.setSecret(secret());
      await gateway.refresh();
    }, 200_000);

    /** Whether what Alice sends shows up on the gateway's cable again, not encrypted, or is counted as refused. */
    const sends = async (what: string, refused = 'echo 0') => {
      const { lab, gateway } = site();
      const marker = `marker-${Math.random().toString(36).slice(2, 11).padEnd(9, '_')}`;
      const file = gateway.vm.file('packets.pcap');
      const begin = fs.statSync(file).size;
      const before = Number(await gateway.sh(refused));
      const { text } = await lab.run(
        'alice',
        `ping -q -c ${PACKETS} -i 0.2 -W 1 -p ${Buffer.from(marker).toString('hex')} ${what}`,
      );
      const after = Number(await gateway.sh(refused));
      return {
        answers: Number(/(\d+) received/.exec(text)?.[1]),
        comesOut: fs.readFileSync(file).subarray(begin).includes(marker),
        isRefused: after - before >= PACKETS, // the client's own kernel may send more by itself
      };
    };
    const nothing = { answers: 0, comesOut: false, isRefused: true };

    test('get where they may: the control of what follows', async () => {
      expect(await sends(ADDRESS.office)).toEqual({ answers: PACKETS, comesOut: true, isRefused: false });
    });

    test('do not reach each other', async () => {
      expect(await sends(addressOfBob, refusals.among)).toEqual(nothing);
    });

    test("do not reach the cloud's metadata, which the gateway itself does", async () => {
      await site().gateway.sh(`ping -q -c 1 -W 5 ${ADDRESS.cloud}`);
      expect(await sends(ADDRESS.cloud, refusals.metadata)).toEqual(nothing);
    });

    test("get nowhere with somebody else's address", async () => {
      expect(await sends(`-I ${spoofed} ${ADDRESS.office}`, refusals.spoofed)).toEqual(nothing);
    });

    const { ipv6 } = refusals;
    if (ipv6 !== undefined) {
      test('get nowhere by IPv6, though the gateway has a way and forwarding were on', async () => {
        const { lab, gateway } = site();
        expect(await gateway.sh('sysctl -n net.ipv6.conf.all.forwarding')).toBe('0\n');
        await lab.sh(
          'alice',
          `sysctl -qw net.ipv6.conf.${device}.disable_ipv6=0
          ip -6 addr replace fd99::2/128 dev ${device} nodad
          ip -6 route replace ${V6}/128 dev ${device}`,
        );
        await gateway.sh('sysctl -qw net.ipv6.conf.all.forwarding=1');
        expect(await sends(`-6 ${V6}`, ipv6)).toEqual(nothing);
      });
    }

    more?.();

    test('are cut off when they are removed from the secret, with an entry in the log, and nobody else is', async () => {
      const { lab, gateway } = site();
      expect(await works(site(), vpn, 'bob', ADDRESS.office)).toBe(true);
      const pings = lab.run('alice', `ping -q -i 0.5 ${vpn.gatewayAddress} & echo $! >/run/ping; wait`, {
        seconds: 200,
      });
      const all = JSON.parse(secret());
      const users = all.users.filter(({ name }: { name: string }) => name !== 'bob');
      await lab.setSecret(JSON.stringify({ ...all, users }));
      const entry = await sessionEnd(site(), vpn, 'bob', () => gateway.refresh());
      expect(entry).toMatch(sessionOf(vpn, 'bob', ADDRESS.bob));
      expect(await works(site(), vpn, 'bob', ADDRESS.office)).toBe(false);
      await lab.run('alice', 'kill -INT "$(cat /run/ping)"');
      const [, sent, received] = (/(\d+) packets transmitted, (\d+) received/.exec((await pings).text) ?? []).map(
        Number,
      );
      expect(received).toBeGreaterThan(3);
      expect(Number(sent) - Number(received)).toBeLessThanOrEqual(1); // the last may be on its way
    }, 200_000);
  });
}

/** Ends somebody's session; the entry about that, once it is there. */
export async function sessionEnd(
  { gateway }: Site,
  vpn: Vpn,
  user: Role,
  end: () => Promise<unknown>,
  seconds = 20,
): Promise<string> {
  const entries = `journalctl -q -o cat VPN_EVENT=session-end VPN_PROTOCOL=${vpn.name} VPN_USER=${user}`;
  const before = Number(await gateway.sh(`${entries} 2>/dev/null | wc -l`));
  await end();
  await gateway.vm.eventually(`[ "$(${entries} 2>/dev/null | wc -l)" -gt ${before} ]`, seconds);
  return gateway.sh(`${entries} | tail -n 1`);
}

/** An entry about the end of a session that lasted and carried something. */
export function sessionOf(vpn: Vpn, user: string, client: string): RegExp {
  return new RegExp(
    `^session-end protocol=${vpn.name} user="${user}" client=${client} address=[0-9.]+ seconds=[0-9]+ bytes_in=[1-9][0-9]* bytes_out=[1-9][0-9]*$`,
    'm',
  );
}

/** After everything else: what confines the servers never had to hold one of them back. */
export function describeConfinement(vpn: Vpn, site: () => Site): void {
  test(`${vpn.name}: in all this time, neither AppArmor nor a filter of system calls denied anything`, async () => {
    const kernel = await site().gateway.sh('journalctl --no-pager -o cat _TRANSPORT=kernel + _TRANSPORT=audit');
    expect(kernel).toContain('Linux version'); // something was read
    expect(kernel.split('\n').filter((line) => /apparmor="DENIED"|type=1326|^SECCOMP /.test(line))).toEqual([]);
  });
}
