// Debian's cloud images boot a kernel without PPP. A gateway for PPTP changes it, through GRUB, by itself.

import { pptpGateway } from './support/aws-gateways';
import { dial } from './support/pptp-client';
import { ALICE } from './support/pptp-users';
import { Site } from './support/run';
import { PPTP } from './support/vpns';

let site: Site;

beforeAll(async () => {
  site = await Site.start('kernel-change', 'cloud', PPTP.secret(), pptpGateway());
  await site.gateway.vm.booted();
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

test('a machine that boots the cloud flavour of the kernel reboots into the full one and serves PPTP', async () => {
  const { gateway, lab } = site;
  expect(await gateway.sh('uname -r')).toMatch(/-cloud-amd64\n$/);
  expect((await gateway.run('modprobe ppp_generic')).status).not.toBe(0);

  await gateway.vm.rebooted(await gateway.vm.bootId());
  expect(await gateway.sh('uname -r')).toMatch(/^[^-]*-amd64\n$|deb13-amd64\n$/);
  site.measured('power-on with the cloud flavour to ready', await gateway.ready());

  expect((await dial(lab, 'alice', ALICE)).log).toContain('MPPE 128-bit stateless compression enabled');
  expect((await lab.signals()).map((signal) => signal['--status'])).toEqual(['SUCCESS']);
}, 1_200_000);

test('the cloud flavour is gone, so that no upgrade brings it back, and GRUB boots the full one', async () => {
  const { gateway } = site;
  expect(await gateway.sh("dpkg -l 'linux-image*' | awk '/^[hi]i/ { print $2 }'")).toMatch(
    /^linux-image-[\d.+a-z]+-amd64\nlinux-image-amd64\n$/,
  );
  expect(await gateway.sh('ls /boot/vmlinuz-*')).not.toContain('cloud');
  expect(await gateway.sh('ls /etc/default/grub.d')).not.toContain('vpn-gateway');
});
