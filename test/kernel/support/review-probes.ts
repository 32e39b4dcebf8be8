import * as fs from 'node:fs';
import * as path from 'node:path';
import { clearFilters, loadRules } from './filters';
import { cable, Machine } from './machine';
import { ASKED, type Asked, type Case } from './review-cases';
import { END, gatewayOf, nftOf } from './review-nft';

/** What the kernel did to packets of a client, of all its ports: whether all arrived, and, if so, whether all answers did. */
export interface Done {
  readonly case: Case;
  readonly version: 4 | 6;
  readonly client: string;
  readonly asked: Asked;
  readonly arrives: boolean;
  /** Answers, or for GRE what the gateway sends first. Left out where nothing arrives that could be answered. */
  readonly returns?: boolean;
}

type Probe = readonly [
  first: 'client' | 'gateway',
  kind: string,
  client: string,
  clientPort: number,
  gateway: string,
  gatewayPort: number,
];

/** Two machines: a filter that forwards, and one that is the clients on its one side and the gateways on its other. */
export class Prober {
  public static async start(): Promise<Prober> {
    const [world, filter] = await Promise.all([Machine.start(), Machine.start()]);
    cable(world, 'client', filter, 'c');
    cable(world, 'gateway', filter, 'g');
    world.sh(`for each in client gateway; do
        echo 1 >/proc/sys/net/ipv6/conf/$each/disable_ipv6; ip link set $each arp off up
      done`);
    filter.sh(`ip link set c address 02:00:00:00:00:01; ip link set g address 02:00:00:00:00:02
      sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0
      for each in c g; do
        sysctl -q -w net.ipv4.conf.$each.rp_filter=0; ip link set $each up
      done
      ip address add 10.254.0.1/30 dev c; ip address add fd00:fe::1/64 dev c nodad
      ip address add 10.255.0.1/30 dev g; ip address add fd00:ff::1/64 dev g nodad
      for hop in '10.254.0.2 dev c' 'fd00:fe::2 dev c' '10.255.0.2 dev g' 'fd00:ff::2 dev g'; do
        ip neighbor replace $hop lladdr 02:00:00:00:00:03 nud permanent
      done
      ip route add default via 10.254.0.2; ip -6 route add default via fd00:fe::2
      ip route add 10.64.0.0/16 via 10.255.0.2; ip -6 route add fd00:64::/64 via fd00:ff::2`);
    world.write('/probe.py', fs.readFileSync(path.join(__dirname, 'probe.py'), 'utf8'));
    return new Prober(world, filter);
  }

  private constructor(
    private readonly world: Machine,
    private readonly filter: Machine,
  ) {}

  /** Sends everything that is asked about through the filters of these cases. */
  public ask(cases: readonly Case[]): Done[] {
    loadRules(this.filter, 'nft', nftOf(cases));
    // Checksums of what is inside are left out: nobody but connection tracking would look at them.
    this.filter.sh('sysctl -q -w net.netfilter.nf_conntrack_checksum=0');
    const questions = cases.flatMap((one) =>
      ([4, 6] as const).flatMap((version) =>
        one.clients[version].flatMap((client) =>
          ASKED.map((asked) => ({ case: one, version, client, asked, probes: probesOf(one, version, client, asked) })),
        ),
      ),
    );
    const { status, text } = this.world.run(['python3', '/probe.py'], {
      input: JSON.stringify({ end: gatewayOf(END, 4), probes: questions.flatMap(({ probes }) => probes) }),
    });
    const digits = text.trim();
    if (status !== 0 || !/^[012]+$/.test(digits)) {
      throw new Error(`no answer from the prober: exit ${status}\n${text.slice(0, 2000)}`);
    }
    let at = 0;
    return questions.map(({ probes, ...question }) => {
      const came = probes.map(([first], index) => ({ first, digit: Number(digits[at + index]) }));
      at += probes.length;
      const requests = came.filter(({ first }) => first === 'client');
      const calls = came.filter(({ first }) => first === 'gateway');
      const arrives = requests.every(({ digit }) => digit > 0);
      const returns =
        calls.length > 0 ? calls.every(({ digit }) => digit > 0) : requests.every(({ digit }) => digit === 2);
      return { ...question, arrives, ...(arrives || calls.length > 0 ? { returns } : {}) };
    });
  }

  public async stop(): Promise<void> {
    clearFilters(this.filter);
    await Promise.all([this.world.stop(), this.filter.stop()]);
  }
}

function probesOf(one: Case, version: 4 | 6, client: string, { id, port = 0, clientPorts }: Asked): Probe[] {
  const gateway = gatewayOf(one.index, version);
  if (id === 'gre') {
    // Either side may send first, and GRE is GRE whatever its version.
    return (['client', 'gateway'] as const).flatMap((first) =>
      ['gre0', 'gre1'].map((kind): Probe => [first, kind, client, 0, gateway, 0]),
    );
  }
  const [kind = ''] = id.split('-');
  const ports = clientPorts.length === 0 ? [0] : clientPorts;
  return ports.map((clientPort): Probe => ['client', kind, client, clientPort, gateway, port]);
}
