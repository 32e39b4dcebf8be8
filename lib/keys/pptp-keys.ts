import { parsePptpUsers } from '../host/pptp/pptp-users';
import { powerShell, quoted } from './escape';
import { type Gateway, poolOf, titleOf } from './gateway';
import { randomPassword } from './password';
import type { NewFile, ProtocolKeys } from './protocol-keys';
import { windowsPptp } from './windows';

/** PPTP has passwords alone: the server has no key of its own. */
export const PPTP_KEYS: ProtocolKeys = {
  async server() {
    return {};
  },

  async user({ gateway }, _secret, { name, password = randomPassword() }) {
    return { credential: { password }, files: profiles(gateway, name, password) };
  },

  check(json, gateway) {
    parsePptpUsers(json, poolOf(gateway));
  },
};

function profiles(gateway: Gateway, name: string, password: string): NewFile[] {
  const { server, routes = [] } = gateway;
  const title = titleOf(gateway);
  return [
    { path: 'password.txt', content: `${password}\n` },
    {
      path: 'windows.ps1',
      content: `# Windows asks for user name and password when it first connects.
$ErrorActionPreference = 'Stop'
$name = ${powerShell(title)}
${windowsPptp(server, routes)}`,
    },
    {
      path: 'linux/peers/vpn',
      content: `# /etc/ppp/peers/vpn, for pptp-linux; start with: pon vpn
pty "pptp ${server} --nolaunchpppd"
name ${quoted(name)}
remotename ${server}
ipparam vpn
noauth
refuse-eap
refuse-pap
refuse-chap
refuse-mschap
require-mppe-128
nomppe-stateful
nobsdcomp
nodeflate
noipdefault
nodefaultroute
mtu 1400
mru 1400
lock
${(routes.length > 0 ? routes : ['RANGE']).map((route) => `# when it is up: ip route add ${route} dev ppp0\n`).join('')}`,
    },
    {
      path: 'linux/chap-secrets',
      content: `# a line for /etc/ppp/chap-secrets, mode 0600\n${quoted(name)} ${server} ${quoted(password)} *\n`,
    },
  ];
}
