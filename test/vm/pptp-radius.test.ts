// Users whom a RADIUS server knows: FreeRADIUS in the network behind the gateway, asked by the real pppd.

import { ADDRESS } from './support/addresses';
import { pptpRadiusGateway } from './support/aws-gateways';
import { dial, hangUp } from './support/pptp-client';
import { ALICE } from './support/pptp-users';
import { Site } from './support/run';

const SECRET = 'zR8kT2mQ5wX9vB4n';
let site: Site;

beforeAll(async () => {
  const users = JSON.stringify({ radius: { secret: SECRET }, users: [] });
  site = await Site.withoutGateway('pptp-radius', users);
  await site.lab.vm.sh(
    `cd /etc/freeradius/3.0
    printf 'client gateway {\\n ipaddr = ${ADDRESS.gateway}\\n secret = ${SECRET}\\n require_message_authenticator = no\\n}\\n' >clients.conf
    printf '%s Cleartext-Password := "%s"\\n' '${ALICE.user}' '${ALICE.password}' >mods-config/files/authorize
    sed -i 's/^#\\?\\s*use_mppe = .*/use_mppe = yes/; s/^#\\?\\s*require_encryption = .*/require_encryption = yes/; s/^#\\?\\s*require_strong = .*/require_strong = yes/' mods-available/mschap
    mkdir -p /run/freeradius; chown freerad: /run/freeradius
    systemd-run -q --unit=radius -p NetworkNamespacePath=/run/netns/office freeradius -X
    until journalctl -u radius -o cat | grep -q 'Ready to process requests'; do sleep 0.5; done`,
    { seconds: 120 },
  );
  await site.startGateway(pptpRadiusGateway());
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);
afterEach(() => hangUp(site.lab, 'alice'));

test('a user of the RADIUS server logs in, with the keys for MPPE that the server hands over', async () => {
  const { status, log } = await dial(site.lab, 'alice', ALICE);
  expect(log).toContain('MPPE 128-bit stateless compression enabled');
  expect(status).toBe(0);
  expect((await site.lab.run('alice', 'ping -q -c 3 -i 0.3 -W 5 10.99.0.1')).status).toBe(0);
  const start = await site.gateway.sh('journalctl -o cat VPN_EVENT=session-start');
  expect(start).toContain(`session-start protocol=pptp user="alice" client=${ADDRESS.alice}`);
}, 300_000);

test('a wrong password is refused, without the code that pppd gives by itself, and the refusal is in the journal', async () => {
  const { status, log } = await dial(site.lab, 'alice', { ...ALICE, password: 'guessed' });
  expect(log).toMatch(/rcvd \[CHAP Failure id=\S+ ""\]/); // pppd's plugin hands on none of what the server says
  expect(status).not.toBe(0);
  await site.gateway.vm.eventually(`journalctl -q -o cat VPN_EVENT=auth-failure | grep -q 'user="alice"'`, 20);
}, 300_000);

test('the RADIUS server is told when a session begins and when it ends, with what it carried', async () => {
  await dial(site.lab, 'alice', ALICE);
  await hangUp(site.lab, 'alice');
  const detail = await site.lab.vm.sh(
    `for _ in $(seq 60); do
      text=$(cat /var/log/freeradius/radacct/${ADDRESS.gateway}/detail-* 2>/dev/null || true)
      case $text in *"Acct-Status-Type = Stop"*) break ;; esac
      sleep 0.5
    done
    printf '%s' "$text"`,
    { seconds: 60 },
  );
  expect(detail).toContain('User-Name = "alice"');
  expect(detail).toContain('Acct-Status-Type = Start');
  expect(detail).toMatch(/Acct-Status-Type = Stop[\s\S]*?Acct-Output-Octets = [1-9]/);
}, 300_000);

test('while the RADIUS server does not answer nobody logs in, and afterwards again', async () => {
  await site.lab.vm.sh('systemctl kill -s STOP radius');
  const silent = await dial(site.lab, 'alice', { ...ALICE, seconds: 40 });
  await site.lab.vm.sh('systemctl kill -s CONT radius');
  expect(silent.status).not.toBe(0);
  await hangUp(site.lab, 'alice');
  expect((await dial(site.lab, 'alice', ALICE)).status).toBe(0);
}, 300_000);

test('the shared secret is in no log', async () => {
  const text = await site.gateway.sh(
    'cat /var/lib/cloud/instance/user-data.txt /var/log/cloud-init*.log; journalctl --no-pager -o export',
    {
      seconds: 120,
    },
  );
  expect(text).toContain('cloud-init');
  expect(text).not.toContain(SECRET);
});
