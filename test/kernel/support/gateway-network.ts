import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import type { HostConfig } from '../../../lib/host';
import { applyTo, type Backend, bootFilter, filterLoad, type Load, reloadFilter } from './filters';
import { type Agent, cable, Machine, type Outcome } from './machine';
import { decodeIpv4, decodeTcp, encodeIpv4, encodeUdp, IP_PROTOCOLS, type Packet } from './packets';
import { type CallIds, mark, PptpCall, pass } from './pptp-call';

export const GATEWAY = '192.0.2.10';
export const CLIENT = '203.0.113.10';
export const NEIGHBOUR = '203.0.113.11';
export const STRANGER = '198.51.100.7';
/** Hosts behind the gateway, the second one for DNS. */
export const BEHIND = ['10.20.0.5', '10.20.0.53', '10.20.0.9'] as const;
export const METADATA = '169.254.169.254';

/** A client at the other end of a tunnel. */
export interface TunnelClient {
  readonly agent: Agent;
  readonly machine: Machine;
  readonly address: string;
}

/** One tunnel: the gateway's interface, and the addresses at its ends. */
export interface Tunnel {
  readonly name: string;
  readonly gateway: string;
  readonly client: string;
}

/**
 * A gateway between the internet with everything behind it (`outside`), and clients on interfaces with the names that
 * tunnels have, such as ppp0: addresses, routes and MTU are those that pppd would set.
 */
export class GatewayNetwork {
  public static async start(tunnels: readonly Tunnel[]): Promise<GatewayNetwork> {
    const machines = await Promise.all([...tunnels, 'gateway', 'outside'].map(() => Machine.start()));
    const outside = machines.pop() as Machine;
    const gateway = machines.pop() as Machine;
    cable(gateway, 'ens5', outside, 'net0');
    gateway.sh(`ip address add ${GATEWAY}/24 dev ens5; ip link set ens5 up; ip route add default via 192.0.2.1
      sysctl -q -w net.ipv4.ip_forward=1`);
    outside.sh(`ip address add 192.0.2.1/24 dev net0; ip link set net0 up
      for address in ${[CLIENT, NEIGHBOUR, STRANGER, ...BEHIND, METADATA].join(' ')}; do ip address add $address/32 dev lo; done`);
    const clients: TunnelClient[] = [];
    for (const [index, { name, gateway: own, client }] of tunnels.entries()) {
      const machine = machines[index] as Machine;
      cable(gateway, name, machine, 'tun0');
      gateway.sh(`ip address add ${own} peer ${client} dev ${name}; ip link set ${name} mtu 1400 up`);
      outside.sh(`ip route replace ${client}/32 via ${GATEWAY}`);
      machine.sh(`ip address add ${client} peer ${own} dev tun0; ip link set tun0 up
        ip route add default dev tun0 via ${own}`);
      clients.push({ machine, agent: machine.agent(), address: client });
    }
    const network = new GatewayNetwork(gateway, outside, gateway.agent(), outside.agent(), clients);
    await network.onGateway.do('serve', { port: 1723, how: 'hold' });
    await network.onGateway.do('serve', { port: 22 });
    for (const port of [443, 80]) {
      await network.onOutside.do('serve', { port });
    }
    return network;
  }

  private constructor(
    public readonly gateway: Machine,
    public readonly outside: Machine,
    public readonly onGateway: Agent,
    public readonly onOutside: Agent,
    public readonly clients: readonly TunnelClient[],
  ) {}

  public async stop(): Promise<void> {
    await Promise.all([this.gateway, this.outside, ...this.clients.map(({ machine }) => machine)].map((m) => m.stop()));
  }

  /** The machine as it is after boot: filter loaded as its unit does, nobody has spoken yet. */
  public boot(files: HostConfig['files'], backend: Backend): void {
    bootFilter(this.gateway, files, backend);
  }

  /** What `systemctl reload` does to the filter's unit. */
  public reload(backend: Backend): void {
    reloadFilter(this.gateway, backend);
  }

  /** Gives text to the program that applies policy and users. */
  public apply(what: 'policy' | 'users', text: string): Outcome {
    return applyTo(this.gateway, what, text);
  }

  /** Gives the filter what the machine's program would: for services that are not on this machine. */
  public load(load: Load): void {
    const { status, text } = filterLoad(this.gateway, load);
    if (status !== 0) {
      throw new Error(`filter_load: exit ${status}\n${text}`);
    }
  }

  /** Dials PPTP from an address of the internet, with a call. */
  public async call(from = CLIENT, ids: CallIds = {}): Promise<PptpCall> {
    const call = await PptpCall.dial({ agent: this.onOutside, address: from }, this.onGateway, GATEWAY, ids);
    if (call === undefined) {
      throw new Error(`${from} cannot dial`);
    }
    return call;
  }

  /** Whether TCP 1723 comes up from an address of the internet. */
  public dials(from: string, expected: boolean): Promise<boolean> {
    return this.tcp(this.onOutside, from, GATEWAY, 1723, expected);
  }

  /**
   * Whether TCP comes up.
   *
   * @param expected whether it should: only how long to wait for it
   */
  public async tcp(
    agent: Agent,
    src: string,
    dst: string,
    port: number,
    expected: boolean,
    name = 'tcp',
  ): Promise<boolean> {
    return (await agent.do('connect', { src, dst, port, name, timeout: expected ? 5 : 0.25 })) !== null;
  }

  /**
   * Sends a datagram, and says from which address it arrives outside.
   *
   * @param arrives whether it should: only how long to wait for it
   */
  public async udpOut(
    agent: Agent,
    src: string,
    dst: string,
    port: number,
    arrives: boolean,
  ): Promise<string | undefined> {
    const packets = (payload: Buffer) => [datagram(src, dst, port, payload)];
    return (await pass(agent, packets, this.onOutside, 'arrived', arrives ? 1 : 0))[0]?.from;
  }

  /** Sends packets to a client or the gateway, and says how many come out. */
  public async packetsTo(
    to: Agent,
    at: 'arrived' | 'delivered',
    packets: (payload: Buffer) => Buffer[],
    expected: number,
    from = this.onOutside,
  ): Promise<number> {
    return (await pass(from, packets, to, at, expected)).length;
  }

  /** TCP segments that arrived at a machine since it was last asked. */
  public async tcpArrived(agent: Agent): Promise<(Packet & ReturnType<typeof decodeTcp>)[]> {
    const seen = await agent.do<[string, string][]>('seen', { at: 'arrived', count: 0 });
    return seen
      .filter(([, hex]) => hex.startsWith('4'))
      .map(([, hex]) => decodeIpv4(Buffer.from(hex, 'hex')))
      .filter(({ protocol }) => protocol === IP_PROTOCOLS.tcp)
      .map((packet) => ({ ...packet, ...decodeTcp(packet.body) }));
  }

  /** What the kernel logs meanwhile. It keeps quiet about packet filters in namespaces unless told not to. */
  public async kernelLog(work: () => Promise<unknown>): Promise<string> {
    const allowed = '/proc/sys/net/netfilter/nf_log_all_netns';
    const before = fs.readFileSync(allowed, 'utf8');
    const begin = mark().toString();
    fs.writeFileSync(allowed, '1');
    fs.writeFileSync('/dev/kmsg', begin);
    try {
      await work();
    } finally {
      fs.writeFileSync(allowed, before);
    }
    return spawnSync('dmesg', { encoding: 'utf8', maxBuffer: 1e8 }).stdout.split(begin)[1] ?? '';
  }

  /** Packets that the rules with this text have counted, in the notation of the backend. */
  public counted(backend: Backend, text: string): number {
    const lines =
      backend === 'nft'
        ? this.gateway.must('nft', 'list', 'ruleset').split('\n')
        : ['raw', 'filter'].flatMap((table) => this.gateway.must('iptables-save', '-c', '-t', table).split('\n'));
    const found = lines.filter((line) => line.includes(text));
    if (found.length === 0) {
      throw new Error(`no rule with ${text}`);
    }
    return found.reduce((sum, line) => sum + Number(/(?:packets |^\[)(\d+)/.exec(line)?.[1]), 0);
  }
}

export function datagram(from: string, to: string, port: number, payload: Buffer, fromPort = 40000): Buffer {
  return encodeIpv4(IP_PROTOCOLS.udp, from, to, encodeUdp(fromPort, port, payload));
}
