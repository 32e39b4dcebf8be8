import { PptpPool, pptpService, renderHost } from '../../lib/host';
import { HOST_COMMANDS } from './support/hosts';
import { Machine } from './support/machine';

/**
 * What can be shown without PPP in the kernel: pppd takes the plugin and its option. A login through it, with keys for
 * MPPE, is the machine tier's.
 */
describe('pppd of Debian 13 with a RADIUS server', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start();
    const host = renderHost({
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      services: [pptpService({ pool: PptpPool.from('10.99.0.0/24'), radius: { servers: ['10.20.0.5'] } })],
      addressing: 'masquerade',
      dnsServers: [],
      commands: HOST_COMMANDS,
    });
    machine.install(host);
    machine.sh('mkdir -p /var/lib/vpn-gateway; nft -f /etc/nftables.conf');
  }, 300_000);
  afterAll(() => machine?.stop());

  const dryRun = () => machine.run(['pppd', '/dev/null', 'file', '/etc/ppp/pptpd-options', 'logfd', '1', 'dryrun']);

  test('loads the plugin, takes its file, and needs no secrets of its own', () => {
    const secret = '{"radius": {"secret": "0123456789abcdef"}, "users": []}';
    const applied = machine.run(['sh', '-c', '. /etc/vpn-gateway/settings; exec vpn-gateway-apply users'], {
      input: secret,
    });
    expect(applied).toEqual({ status: 0, text: 'pptp: the shared secret of RADIUS is in place\n' });
    expect(machine.mode('/etc/ppp/vpn-gateway-radius-servers')).toBe(0o600);
    const { status, text } = dryRun();
    expect([status, text]).toEqual([0, expect.stringContaining('plugin radius.so')]);
    expect(text).toContain('radius-config-file /etc/ppp/vpn-gateway-radius.conf');
    // Without the plugin pppd would refuse: chap-secrets has nobody.
    machine.sh('sed -i "/^plugin/d; /^radius-config-file/d" /etc/ppp/pptpd-options');
    expect(dryRun()).toEqual({ status: 1, text: expect.stringContaining("couldn't find any suitable secret") });
  });
});
