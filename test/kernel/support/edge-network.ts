import type { EdgeConfiguration } from '../../../lib/edge';
import { type Backend, clearFilters } from './filters';
import { type Agent, cable, Machine } from './machine';
import { decodeIpv4, decodeTcp, encodeIpv4, IP_PROTOCOLS } from './packets';
import { type CallIds, PptpCall, pass, threeOfGre } from './pptp-call';

/** The gateway's address where it is public, where it is behind its router, and the one that the router has for it. */
export const PUBLIC = '192.0.2.10';
export const INNER = '10.0.0.10';
export const OUTER = '198.51.100.10';
/** Another server beside the gateway, which has nothing to do with it. */
export const BESIDE = '192.0.2.77';

/** Two clients of the first range, one of it who never dials, one of the second; the next address behind the first. */
export const RANGES = ['203.0.113.0/25', '203.0.114.16/28'] as const;
export const [ANN, BOB, IDLE, EVE, BEYOND, STRANGER] = [
  '203.0.113.21',
  '203.0.113.22',
  '203.0.113.23',
  '203.0.114.17',
  '203.0.113.128',
  '198.18.0.7',
] as const;

/** Clients behind a router of their own: two networks that are its business, and one that is not. */
export const NETWORKS = ['192.168.1.0/28', '192.168.2.0/24'] as const;
export const [DAN, FAY, GUS, GUEST] = ['192.168.1.11', '192.168.1.12', '192.168.2.11', '192.168.1.200'] as const;

/** Who is at the other end of a tunnel, and a web server of the internet. */
export const TUNNEL = '10.99.0.2';
export const [INSIDE6, OUTSIDE6, OUTER6] = ['2001:db8:a::10', '2001:db8:a::1', '2001:db8:b::10'] as const;
/** A client of the range `RANGE6`, one next door, and clients behind a router of their own: of its business, and not. */
export const RANGE6 = '2001:db8:3::/64';
export const NETWORK6 = '2001:db8:1:1::/64';
export const [ANN6, BEYOND6, DAN6, GUEST6] = [
  '2001:db8:3::9',
  '2001:db8:3:1::9',
  '2001:db8:1:1::9',
  '2001:db8:1::9',
] as const;

/** Clients, their router, the gateway's router, the gateway, and a tunnel, in a row; without rules all of them route. */
export class EdgeNetwork {
  /** @param root the folder that the machines are made from. @default the one of every other test */
  public static async start(root?: string): Promise<EdgeNetwork> {
    const [clients, home, edge, gateway, tunnel] = (await Promise.all(
      Array.from({ length: 5 }, () => Machine.start({}, root)),
    )) as [Machine, Machine, Machine, Machine, Machine];
    cable(clients, 'eth0', home, 'lan0');
    cable(home, 'eth0', edge, 'eth0');
    cable(edge, 'dmz0', gateway, 'eth0');
    cable(gateway, 'ppp0', tunnel, 'eth0');
    const up = (address: string, name: string) => `ip address add ${address} dev ${name}; ip link set ${name} up\n`;
    const far6 = [ANN6, BEYOND6, DAN6, GUEST6];
    const far = [ANN, BOB, IDLE, EVE, BEYOND, STRANGER];
    clients.sh(`${up('192.168.1.2/16', 'eth0')} ip route add default via 192.168.1.1
      for each in ${[...far, DAN, FAY, GUS, GUEST].join(' ')}; do ip address add $each/32 dev eth0; done
      for each in fd00:1::2/64 ${far6.join(' ')}; do ip address add $each nodad dev eth0; done
      ip route add default via fd00:1::1`);
    home.sh(`sysctl -q -w net.ipv4.ip_forward=1; ${up('192.168.1.1/16', 'lan0')}${up('203.0.113.10/30', 'eth0')}
      for each in ${far.join(' ')}; do ip route add $each/32 via 192.168.1.2; done; ip route add default via 203.0.113.9
      sysctl -q -w net.ipv6.conf.all.forwarding=1; ip address add fd00:1::1/64 nodad dev lan0
      ip address add fd00:2::2/64 nodad dev eth0; ip route add default via fd00:2::1
      for each in ${far6.join(' ')}; do ip route add $each via fd00:1::2; done`);
    edge.sh(`sysctl -q -w net.ipv4.ip_forward=1; ${up('203.0.113.9/30', 'eth0')}${up('10.0.0.1/24', 'dmz0')}
      ip address add ${OUTER}/32 dev eth0; ip address add ${OUTSIDE6}/64 nodad dev dmz0
      for each in ${[PUBLIC, BESIDE, `${TUNNEL}/32`].join(' ')}; do ip route add $each via ${INNER}; done
      for each in ${far.join(' ')}; do ip route add $each/32 via 203.0.113.10; done
      sysctl -q -w net.ipv6.conf.all.forwarding=1; ip address add fd00:2::1/64 nodad dev eth0
      ip address add ${OUTER6} nodad dev eth0; for each in ${far6.join(' ')}; do ip route add $each via fd00:2::2; done`);
    gateway.sh(`sysctl -q -w net.ipv4.ip_forward=1; ${up(`${INNER}/24`, 'eth0')}ip route add default via 10.0.0.1
      for each in ${PUBLIC} ${BESIDE}; do ip address add $each/32 dev eth0; done
      ip address add ${INSIDE6}/64 nodad dev eth0; ip route add default via ${OUTSIDE6}
      ip address add 10.99.0.1 peer ${TUNNEL} dev ppp0; ip link set ppp0 up`);
    tunnel.sh(`ip address add ${TUNNEL} peer 10.99.0.1 dev eth0; ip link set eth0 up
      ip route add default dev eth0 via 10.99.0.1`);
    for (const machine of [home, edge, gateway]) {
      machine.write('/stubs/tcpdump', '#!/bin/sh\n', 0o755);
      machine.write('/etc/resolv.conf', ''); // nobody answers, and nobody is waited for
    }
    const network = new EdgeNetwork({ clients, home, edge, gateway, tunnel });
    await network.on.gateway.do('serve', { port: 1723, how: 'hold' });
    for (const port of [22, 1724]) {
      await network.on.gateway.do('serve', { port });
      await network.on.gateway.do('serve', { port, at: INSIDE6 });
    }
    await network.on.gateway.do('serve', { port: 443, at: INSIDE6 });
    for (const agent of [network.on.clients, network.on.edge]) {
      await agent.do('serve', { port: 8080 });
    }
    await network.on.edge.do('serve', { port: 8080, at: OUTSIDE6 });
    await network.on.clients.do('serve', { port: 8080, at: ANN6 });
    return network;
  }

  public readonly on: Readonly<Record<'clients' | 'gateway' | 'edge' | 'tunnel', Agent>>;

  private constructor(
    public readonly machines: Readonly<Record<'clients' | 'home' | 'edge' | 'gateway' | 'tunnel', Machine>>,
  ) {
    const { clients, gateway, edge, tunnel } = machines;
    this.on = { clients: clients.agent(), gateway: gateway.agent(), edge: edge.agent(), tunnel: tunnel.agent() };
  }

  public async stop(): Promise<void> {
    await Promise.all(Object.values(this.machines).map((machine) => machine.stop()));
  }

  /** Dials PPTP, with a call. */
  public async call(address: string, to: string, ids: CallIds = {}): Promise<PptpCall> {
    const call = await PptpCall.dial({ agent: this.on.clients, address }, this.on.gateway, to, ids);
    if (call === undefined) {
      throw new Error(`${address} cannot dial`);
    }
    return call;
  }

  /** Whether TCP comes up from a client. `expected` says how long to wait for it. */
  public tcp(src: string, dst: string, port: number, expected: boolean, from = this.on.clients): Promise<boolean> {
    return this.connect(from, src, dst, port, expected);
  }

  /** Packets of three of GRE that get from a client to the gateway without a call of their own. */
  public gre(src: string, dst: string, call: number, more: { version?: 0; protocol?: number } = {}): Promise<number> {
    return this.count(this.on.clients, threeOfGre(src, dst, { call, ...more }), this.on.gateway, 'delivered', 0);
  }

  /** Packets that get from one machine to another. */
  public async count(
    from: Agent,
    packets: (payload: Buffer) => Buffer[],
    to: Agent,
    at: 'arrived' | 'delivered',
    expected: number,
    source?: string,
  ): Promise<number> {
    const came = await pass(from, packets, to, at, expected);
    return came.filter((packet) => source === undefined || packet.from === source).length;
  }

  /** The MSS that a web server of the internet and the client in the tunnel are told. */
  public async segments(): Promise<(number | undefined)[]> {
    await this.arrivals(this.on.clients);
    await this.arrivals(this.on.tunnel);
    await this.tcp(TUNNEL, ANN, 8080, true, this.on.tunnel);
    const syn = (await this.arrivals(this.on.clients)).find(({ flags }) => flags === 'S');
    const answer = (await this.arrivals(this.on.tunnel)).find(({ flags }) => flags === 'SA');
    return [syn?.mss, answer?.mss];
  }

  private async connect(agent: Agent, src: string, dst: string, port: number, expected: boolean): Promise<boolean> {
    const timeout = expected ? 5 : 0.25;
    return (await agent.do('connect', { src, dst, port, name: 'tcp', timeout })) !== null;
  }

  private async arrivals(agent: Agent) {
    const seen = await agent.do<[string, string][]>('seen', { at: 'arrived', count: 0 });
    return seen
      .filter(([, hex]) => hex.startsWith('4'))
      .map(([, hex]) => decodeIpv4(Buffer.from(hex, 'hex')))
      .filter(({ protocol }) => protocol === IP_PROTOCOLS.tcp)
      .map(({ body }) => decodeTcp(body));
  }
}

/** One packet of ESP, which nobody here can read. */
export function esp(from: string, to: string): (payload: Buffer) => Buffer[] {
  return (payload) => [encodeIpv4(IP_PROTOCOLS.esp, from, to, Buffer.concat([Buffer.alloc(8, 1), payload]))];
}

/** What a machine has of its own before our rules come, in the notation of the backend. */
export function prepare(machine: Machine, backend: Backend, rules = ''): void {
  clearFilters(machine);
  if (backend === 'nft') {
    machine.run(['nft', '-f', '-'], { input: rules });
    return;
  }
  const family = backend.replace('iptables-', '');
  machine.sh(`for each in iptables ip6tables; do
    for one in $each $each-restore $each-save; do ln -sf /usr/sbin/$each-${family}\${one#$each} /usr/local/sbin/$one; done; done`);
  if (rules !== '') {
    machine.run(['iptables-restore'], { input: rules });
  }
}

/** Puts a configuration on a machine and loads it as a person would. */
export function install(machine: Machine, backend: Backend, { files }: EdgeConfiguration): { status: number | null } {
  machine.sh('rm -rf /edge');
  for (const { name, text } of files) {
    machine.write(`/edge/${name}`, text);
  }
  const [configuration] = files.filter(({ name }) => name.endsWith(backend === 'nft' ? '.nft' : '-apply.sh'));
  return machine.run(
    backend === 'nft' ? ['nft', '-f', `/edge/${configuration?.name}`] : ['sh', `/edge/${configuration?.name}`],
  );
}

export function uninstall(machine: Machine, { files }: EdgeConfiguration): void {
  machine.must('sh', `/edge/${files.find(({ purpose }) => purpose === 'removal')?.name}`);
}

/** Every rule and chain that is loaded, without what counts. Where there is only a table or chain of the kernel's own, nothing. */
export function loaded(machine: Machine, backend: Backend): string {
  if (backend === 'nft') {
    return machine.must('nft', '--stateless', 'list', 'ruleset');
  }
  const text = machine.sh(
    'iptables-save; ip6tables-save; find /proc/net/xt_recent/ /etc -name "plant4*" 2>/dev/null || true',
  );
  return text
    .split('\n')
    .filter((line) => !/^(#|\*|COMMIT$|:[A-Z]+ |$)/.test(line))
    .join('\n');
}
