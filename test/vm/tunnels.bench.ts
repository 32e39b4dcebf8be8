// `npm run test:vm -- --bench`: what a tunnel costs, against the bare link between the same two machines and against the
// same daemon as its distribution would run it, in turn; how long a machine takes to serve; how many calls it sustains.
// Recorded, not judged: emulated machines vary two- to fourfold. What must come up must come up.

import { ADDRESS } from './support/addresses';
import { ikev2Gateway, openVpnGateway, pptpGateway, wireGuardGateway } from './support/aws-gateways';
import { DEFAULT_DAEMONS } from './support/default-daemons';
import { Meter, type Sample } from './support/meter';
import { MS_CHAP_V2 } from './support/pptp-client';
import { BOB } from './support/pptp-users';
import { Site } from './support/run';
import type { UserData } from './support/template';
import type { Attempt, Vpn } from './support/vpn';
import { PPTP } from './support/vpns';

const ROUNDS = 5;
/** Calls that a gateway with 1 GiB has to sustain at once. */
const CALLS = 100;

const SYNTHESISED: Record<Vpn['name'], () => UserData> = {
  pptp: pptpGateway,
  wireguard: wireGuardGateway,
  ikev2: () => ikev2Gateway('eap-mschapv2'),
  openvpn: openVpnGateway,
};

const WITHOUT_USER_DATA: UserData = { text: '#cloud-config\n{}\n', parameters: {}, logicalId: 'Vpn', metadata: '{}' };

describe.each(DEFAULT_DAEMONS.map((daemon) => [daemon.vpn.name, daemon] as const))('%s', (name, daemon) => {
  const { vpn } = daemon;
  let site: Site;

  beforeAll(async () => {
    await vpn.prepare();
    site = await Site.withoutGateway(`bench-${name}`, vpn.secret());
    await site.startGateway(WITHOUT_USER_DATA);
    const begin = Date.now();
    await site.gateway.vm.booted();
    await site.gateway.run('systemctl is-system-running --wait', { seconds: 300 });
    site.measured('power-on to all units started, same image without user data', (Date.now() - begin) / 1000);
    await site.gateway.stop();
    await site.startGateway(SYNTHESISED[name]());
    site.measured('power-on to ready, first boot', await site.gateway.ready());
  }, 1_800_000);

  afterAll(() => site?.stop(), 60_000);

  test('throughput and latency, in turn with the bare link and with the daemon in its default configuration', async () => {
    const meter = await Meter.install(site);
    const samples: Record<'bare link' | 'gateway' | 'default configuration', Sample[]> = {
      'bare link': [],
      gateway: [],
      'default configuration': [],
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      samples['bare link'].push(await meter.measure(ADDRESS.public));
      samples.gateway.push(await through(vpn.gatewayAddress, meter, () => vpn.connect(site, 'alice')));
      await vpn.disconnect(site, 'alice');
      await halt(site, vpn);
      await daemon.start(site);
      samples['default configuration'].push(await through(vpn.gatewayAddress, meter, () => daemon.connect(site)));
      await daemon.disconnect(site);
      await daemon.stop(site);
      await resume(site, vpn);
    }
    for (const [what, list] of Object.entries(samples)) {
      expect(list).toHaveLength(ROUNDS);
      site.sampled(
        `${what}: to the gateway`,
        'Mbit/s',
        list.map(({ up }) => up),
      );
      site.sampled(
        `${what}: from the gateway`,
        'Mbit/s',
        list.map(({ down }) => down),
      );
      site.sampled(
        `${what}: round trip`,
        'ms',
        list.map(({ milliseconds }) => milliseconds),
      );
    }
  }, 1_800_000);

  if (vpn === PPTP) {
    test(`${CALLS} calls at once on a gateway with 1 GiB, every one of which carries packets`, async () => {
      const { lab, gateway } = site;
      const before = await availableMiB(site);
      const begin = Date.now();
      await dialMany(site);
      site.measured(`${CALLS} calls, four dialled at a time`, (Date.now() - begin) / 1000);
      expect(Number(await gateway.sh('ls -d /sys/class/net/ppp* | wc -l'))).toBe(CALLS);
      // The gateway's own address is on every one of them: each is asked over its own interface.
      const silent = await lab.sh(
        'alice',
        `for n in $(seq 0 ${CALLS - 1}); do ping -q -c 1 -W 10 -I ppp$n ${vpn.gatewayAddress} >/dev/null || echo ppp$n; done`,
        { seconds: 600 },
      );
      expect(silent).toBe('');
      site.sampled(`memory of a call on the gateway`, 'MiB', [(before - (await availableMiB(site))) / CALLS]);
    }, 1_200_000);
  }
});

/** One sample through a tunnel that must come up. */
async function through(address: string, meter: Meter, connect: () => Promise<Attempt>): Promise<Sample> {
  const attempt = await connect();
  if (!attempt.isUp) {
    throw new Error(`no tunnel:\n${attempt.log}`);
  }
  return meter.measure(address);
}

/** Stops the gateway's own service, and what would start it again. */
async function halt({ gateway }: Site, vpn: Vpn): Promise<void> {
  await gateway.sh(
    `systemctl stop vpn-gateway.timer vpn-gateway-watch.timer ${vpn.unit}
    nft delete table inet vpn_gateway`,
    { seconds: 120 },
  );
}

async function resume({ gateway }: Site, vpn: Vpn): Promise<void> {
  await gateway.sh(
    `systemctl reload nftables
    ${Meter.OPEN}
    systemctl start ${vpn.unit} vpn-gateway.timer vpn-gateway-watch.timer`,
    { seconds: 120 },
  );
}

async function availableMiB({ gateway }: Site): Promise<number> {
  return Number(await gateway.sh("awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo"));
}

/** A call from each of as many addresses, as from as many clients: Bob may be connected more than once. */
async function dialMany({ lab }: Site): Promise<void> {
  await lab.vm.write(
    '/root/many',
    `#!/bin/bash
n=$1
exec unshare --mount bash -c "mount -t tmpfs pptp /run/pptp; exec pppd unit $n updetach \\
  pty 'pptp ${ADDRESS.public} --nolaunchpppd --localbind 198.51.100.$((100 + n))' \\
  name ${BOB.user} password ${BOB.password} ${MS_CHAP_V2.join(' ')} remotename pptpd noauth noipdefault nobsdcomp nodeflate \\
  novj mtu 1400 mru 1400 maxfail 1 nodefaultroute logfile /root/many.log" </dev/null >/dev/null 2>&1
`,
    '0755',
  );
  await lab.sh(
    'alice',
    `mkdir -p /run/pptp
    for n in $(seq 0 ${CALLS - 1}); do ip addr add 198.51.100.$((100 + n))/24 dev eth0; done
    seq 0 ${CALLS - 1} | xargs -P 4 -I {} timeout 120 /root/many {}
    ls -d /sys/class/net/ppp* | wc -l`,
    { seconds: 900 },
  );
}
