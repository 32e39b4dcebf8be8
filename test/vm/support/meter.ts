import type { Site } from './run';

/** What was measured once, between Alice and the gateway. */
export interface Sample {
  /** Megabits a second that arrived at the gateway. */
  readonly up: number;
  /** Megabits a second that arrived at Alice. */
  readonly down: number;
  /** The mean round trip of twenty small packets. */
  readonly milliseconds: number;
}

/** How long data are sent each way. */
const SECONDS = 5;

/** One TCP connection each way; who receives counts, from the first byte to the last. */
const PROGRAM = `
import json, socket, sys, time

def send(to):
    end, block = time.monotonic() + ${SECONDS}, b'\\0' * 65536
    while time.monotonic() < end:
        to.sendall(block)
    to.shutdown(socket.SHUT_WR)

def receive(of):
    got, begin = 0, None
    while data := of.recv(262144):
        begin = begin or time.monotonic()
        got += len(data)
    return got * 8 / 1e6 / (time.monotonic() - begin)

if sys.argv[1] == 'serve':
    server = socket.create_server(('', int(sys.argv[2])))
    while True:
        with server.accept()[0] as client:
            if client.recv(1) == b'u':
                rate = receive(client)
                client.sendall(json.dumps(rate).encode())
            else:
                send(client)
else:
    for way in 'u', 'd':
        with socket.create_connection((sys.argv[1], int(sys.argv[2])), 20) as client:
            client.settimeout(60)
            client.sendall(way.encode())
            if way == 'u':
                send(client)
                print(client.recv(100).decode())
            else:
                print(receive(client))
`;

/** Measures throughput and latency between Alice and the gateway, with the same program over every way. */
export class Meter {
  private static readonly PORT = 5201;

  /** Opens the gateway's packet filter for what is measured. */
  public static readonly OPEN = `nft insert rule inet vpn_gateway input tcp dport ${Meter.PORT} accept
    nft insert rule inet vpn_gateway input icmp type echo-request accept`;

  public static async install(site: Site): Promise<Meter> {
    const { gateway, lab } = site;
    await gateway.vm.write('/run/meter.py', PROGRAM);
    await lab.vm.write('/root/meter.py', PROGRAM);
    await gateway.sh(
      `systemd-run -q --unit=meter python3 /run/meter.py serve ${Meter.PORT}
      ${Meter.OPEN}`,
    );
    return new Meter(site);
  }

  private constructor(private readonly site: Site) {}

  public async measure(address: string): Promise<Sample> {
    const { lab } = this.site;
    const [up, down] = (await lab.sh('alice', `python3 /root/meter.py ${address} ${Meter.PORT}`, { seconds: 180 }))
      .trim()
      .split('\n')
      .map(Number);
    const ping = await lab.sh('alice', `ping -q -n -c 20 -i 0.1 -W 5 ${address}`);
    const milliseconds = Number(/= [\d.]+\/([\d.]+)\//.exec(ping)?.[1]);
    const sample = { up: up ?? Number.NaN, down: down ?? Number.NaN, milliseconds };
    if (Object.values(sample).some((value) => !(value > 0))) {
      throw new Error(`not measured: ${JSON.stringify(sample)}\n${ping}`);
    }
    return sample;
  }
}
