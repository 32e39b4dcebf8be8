// The same gateways on Debian 12: an image that boots the cloud flavour of its kernel, and Debian 12's packages. PPTP changes
// the kernel, and the others stay with it.

import { ikev2Gateway, openVpnGateway, pptpGateway, wireGuardGateway } from './support/aws-gateways';
import { describeMachine, describeTunnel } from './support/common-tests';
import { debian12Images } from './support/debian12-images';
import type { Images } from './support/images';
import { preparedImages, Site } from './support/run';
import { IKEV2, OPENVPN, PPTP, WIREGUARD } from './support/vpns';

const FULL = /^6\.1\.0-\d+-amd64\n$/;
const CLOUD = /^6\.1\.0-\d+-cloud-amd64\n$/;

/** Made once, by the first that asks. */
let images: Promise<Images> | undefined;

describe.each([
  { vpn: PPTP, synthesised: pptpGateway(12), mtu: 1396, kernel: FULL },
  { vpn: WIREGUARD, synthesised: wireGuardGateway(12), mtu: 1420, kernel: CLOUD },
  { vpn: IKEV2, synthesised: ikev2Gateway('eap-mschapv2', 12), mtu: 1415, kernel: CLOUD },
  { vpn: OPENVPN, synthesised: openVpnGateway(12), mtu: 1440, kernel: CLOUD },
])('Debian 12: $vpn.name', ({ vpn, synthesised, mtu, kernel }) => {
  let site: Site;

  beforeAll(async () => {
    images ??= debian12Images(preparedImages());
    await vpn.prepare();
    site = await Site.start(`debian12-${vpn.name}`, 'cloud', vpn.secret(), synthesised, await images);
    const { gateway } = site;
    if (kernel === FULL) {
      await gateway.vm.booted();
      await gateway.vm.rebooted(await gateway.vm.bootId(), 900);
    }
    site.measured('power-on to ready, first boot', await gateway.ready());
  }, 3_000_000);

  afterAll(() => site?.stop(), 60_000);

  test('runs Debian 12, with the flavour of its kernel that the server needs', async () => {
    expect(await site.gateway.sh('. /etc/os-release; echo $VERSION_ID')).toBe('12\n');
    expect(await site.gateway.sh('uname -r')).toMatch(kernel);
  });

  describeMachine(
    vpn,
    () => site,
    () => synthesised,
  );
  describeTunnel(vpn, () => site, mtu);
});
