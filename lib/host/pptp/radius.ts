import { invalid } from '../../errors';
import type { HostFile } from '../host-commands';
import { parseRadiusSecret, RADIUS_SECRET_PATTERN, type Radius } from '../radius';
import { parseSecret } from '../secret';

const CONFIG = '/etc/ppp/vpn-gateway-radius.conf';
const SECRETS = '/etc/ppp/vpn-gateway-radius-servers';
const DICTIONARY = '/etc/ppp/vpn-gateway-radius-dictionary';

/** pppd's options for its RADIUS plugin. */
export const PPPD_RADIUS_OPTIONS: readonly string[] = ['plugin radius.so', `radius-config-file ${CONFIG}`];

/** What the plugin reads beside the shared secret. A request is repeated every 10 seconds, since a person may have to approve it. */
export function renderPppdRadius({ servers, port, timeoutSeconds }: Radius): HostFile[] {
  const on = (which: number) => servers.map((server) => `${server}:${which}`).join(',');
  return [
    {
      path: CONFIG,
      content: `authserver ${on(port)}
acctserver ${on(port + 1)}
servers ${SECRETS}
dictionary ${DICTIONARY}
seqfile /run/vpn-gateway/radius.seq
mapfile /dev/null
nas_identifier vpn-gateway
radius_timeout 10
radius_retries ${Math.ceil(timeoutSeconds / 10)}
`,
    },
    { path: DICTIONARY, content: renderDictionary() },
  ];
}

/**
 * The attributes that pppd sends or heeds: its plugin knows them by number, and wants a dictionary all the same. Debian has
 * one in a package of another RADIUS client, which gateways need not install for it.
 */
function renderDictionary(): string {
  const attributes = (rows: Readonly<Record<string, string>>, vendor = '') =>
    Object.entries(rows).flatMap(([type, list]) =>
      list.split(' ').map((each) => {
        const [name, number] = each.split('=');
        return `ATTRIBUTE ${name} ${number} ${type}${vendor}\n`;
      }),
    );
  return [
    ...attributes({
      string:
        'User-Name=1 Password=2 CHAP-Password=3 Filter-Id=11 Reply-Message=18 Framed-Route=22 State=24 Class=25 ' +
        'Called-Station-Id=30 Calling-Station-Id=31 NAS-Identifier=32 Acct-Session-Id=44 CHAP-Challenge=60 Connect-Info=77',
      integer:
        'NAS-Port-Id=5 Service-Type=6 Framed-Protocol=7 Framed-MTU=12 Session-Timeout=27 Idle-Timeout=28 ' +
        'Acct-Status-Type=40 Acct-Delay-Time=41 Acct-Input-Octets=42 Acct-Output-Octets=43 Acct-Authentic=45 ' +
        'Acct-Session-Time=46 Acct-Input-Packets=47 Acct-Output-Packets=48 Acct-Terminate-Cause=49 ' +
        'Acct-Input-Gigawords=52 Acct-Output-Gigawords=53 NAS-Port-Type=61 Acct-Interim-Interval=85',
      ipaddr: 'NAS-IP-Address=4 Framed-IP-Address=8 Framed-IP-Netmask=9',
    }),
    'VENDOR Microsoft 311\n',
    ...attributes(
      {
        string:
          'MS-CHAP-Error=2 MS-CHAP-Domain=10 MS-CHAP-Challenge=11 MS-CHAP-MPPE-Keys=12 MS-MPPE-Send-Key=16 ' +
          'MS-MPPE-Recv-Key=17 MS-CHAP2-Response=25 MS-CHAP2-Success=26',
        integer: 'MS-MPPE-Encryption-Policy=7 MS-MPPE-Encryption-Types=8',
        ipaddr: 'MS-Primary-DNS-Server=28 MS-Secondary-DNS-Server=29',
      },
      ' Microsoft',
    ),
  ].join('');
}

/** What the Python part is told. */
export function radiusSettings({ servers }: Radius): Readonly<Record<string, string>> {
  return { pptp_radius: servers.join(' ') };
}

/**
 * Reads the secret of a PPTP gateway whose users a RADIUS server knows, with the rule that the machine applies too:
 * `{"radius": {"secret": "..."}, "users": []}`. No error holds a value of the secret.
 *
 * @throws InvalidInputError `USERS_MALFORMED` or `RADIUS_SECRET_INVALID`
 */
export function parsePptpRadiusSecret(json: string): { readonly radius: { readonly secret: string } } {
  const { values, users } = parseSecret(
    json,
    { holds: () => false, userAddresses: undefined },
    {
      keys: ['radius'],
      optionalKeys: [],
      userKeys: [],
      optionalUserKeys: ['password'],
      name: /^/,
      nameInWords: 'none',
      example: '',
    },
  );
  if (users.length > 0) {
    invalid({
      code: 'USERS_MALFORMED',
      what: 'the secret has users, and the RADIUS servers know the users of this gateway',
      allowed: 'an empty list',
      instead: '{"radius": {"secret": "..."}, "users": []}',
    });
  }
  return { radius: parseRadiusSecret(values.radius) };
}

/** The part of `vpn-gateway-apply` for PPTP where RADIUS servers know the users; after `Pptp`. */
export const PPTP_RADIUS_PYTHON = String.raw`
class PptpRadius(Pptp):
	keys, secrets = {'radius'}, '${SECRETS}'

	def prepare(self, secret):
		need(not secret['users'], 'users: the RADIUS servers know them')
		shared = fields('radius', secret['radius'], {'secret'})['secret']
		need(type(shared) is str and re.fullmatch(r'${RADIUS_SECRET_PATTERN}', shared), 'radius: secret not 16 to 48 printable ASCII characters without spaces')
		return [f'{server} {shared}\n' for server in os.environ['pptp_radius'].split()]

	def commit(self, lines): # pppd reads it at every login
		if write(self.secrets, ''.join(lines)):
			print('pptp: the shared secret of RADIUS is in place')
`;
