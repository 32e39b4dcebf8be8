import { appleIkev2, applePayload } from '../../keys/apple';
import { type Property, propertyList } from '../../keys/property-list';
import { MARKUP } from '../comment';
import type { ProfileJob } from './profile-options';
import type { ProfileDraft, ProfileSecret, ProfileSystem } from './profile-system';
import { uuidOf } from './uuid';

/** Configuration profiles: keys and values by apple/device-management, com.apple.vpn.managed.yaml (read 2026-11). */
export const APPLE: ProfileSystem = {
  devices: ['macos-10.11', 'macos', 'ios-9', 'ios'],
  writers: {
    pptp: { takes: ['user'], fromMemory: "the VPNType, which Apple's list has no more", write: pptp },
    'l2tp-ipsec': { takes: ['user'], fromMemory: 'that the system asks for a secret which is not in it', write: l2tp },
    ikev2: { needs: ['user'], takes: ['authority', 'mtu'], mostMtu: 1400, write: ikev2 },
  },
  unused: {
    routes: 'it holds no ranges; what goes through an IKEv2 tunnel is what the gateway says',
    authentication:
      'a certificate would be in it with its key, which is a secret; npx pptp-constructs keys ikev2 writes that profile',
    mtu: 'only that of IKEv2 holds one',
    dnsServers: 'the server tells it',
    authority: 'only that of IKEv2 goes by one',
  },
};

function ikev2(job: ProfileJob): ProfileDraft {
  const { server, user = '', authority, mtu } = job;
  const vpn = appleIkev2({
    server,
    localIdentifier: user,
    login: { AuthenticationMethod: 'None', ExtendedAuthEnabled: 1, AuthName: user },
    issuer: authority?.commonName,
  });
  return profile(job, { VPNType: 'IKEv2', IKEv2: { ...vpn, MTU: mtu } }, [passwordOf(job)]);
}

function l2tp(job: ProfileJob): ProfileDraft {
  const content = {
    VPNType: 'L2TP',
    PPP: ppp(job),
    IPSec: { AuthenticationMethod: 'SharedSecret' },
    IPv4: { OverridePrimary: 1 },
  };
  return profile(job, content, [
    { secret: 'shared secret of the server', entered: 'the system asks for it when the profile is installed' },
    passwordOf(job),
  ]);
}

/** Of systems before macOS 10.12 and iOS 10: MPPE with 128 bits, or none. */
function pptp(job: ProfileJob): ProfileDraft {
  const content = {
    VPNType: 'PPTP',
    PPP: { ...ppp(job), CCPEnabled: 1, CCPMPPE128Enabled: 1, CCPMPPE40Enabled: 0 },
    IPv4: { OverridePrimary: 1 },
  };
  return profile(job, content, [passwordOf(job)]);
}

function ppp({ server, user }: ProfileJob) {
  return { CommRemoteAddress: server, ...(user === undefined ? {} : { AuthName: user }) };
}

function passwordOf({ user }: ProfileJob): ProfileSecret {
  return {
    secret: user === undefined ? 'name and password of the user' : `password of ${user}`,
    entered: 'the system asks when the profile is installed, or at the first connection',
  };
}

function profile(
  job: ProfileJob,
  vpn: Readonly<Record<string, Property>>,
  secrets: readonly ProfileSecret[],
): ProfileDraft {
  const { name, server, protocol, authority } = job;
  const uuid = (part: string) => uuidOf(`pptp-constructs/${JSON.stringify([protocol.id, server, name, part])}`);
  const identifier = `pptp-constructs.profile.${uuid('profile')}`;
  const payload = (type: string, part: string, content: Readonly<Record<string, Property>>) =>
    applePayload({ type, identifier: `${identifier}.${part}`, uuid: uuid(part), title: name, content });
  const whole = applePayload({
    ...{ type: 'Configuration', identifier, uuid: uuid('profile'), title: name },
    content: {
      PayloadContent: [
        ...(authority === undefined
          ? []
          : [payload('com.apple.security.root', 'ca', { PayloadContent: authority.raw })]),
        payload('com.apple.vpn.managed', 'vpn', { UserDefinedName: name, ...vpn }),
      ],
    },
  });
  const text = propertyList(whole);
  const [firstLine = ''] = text.split('\n', 1);
  return {
    file: { name: 'apple.mobileconfig', comments: MARKUP, firstLine, text: text.slice(firstLine.length + 1) },
    steps: [
      'Open it, then Settings, Profile Downloaded (Mac: Profiles). It is not signed, and the system says so.',
      'To take it back: remove the profile in the same place.',
    ],
    secrets,
  };
}
