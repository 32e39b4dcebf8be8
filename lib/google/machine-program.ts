import type { HostFile } from '../host';

/** Where a machine asks for everything about itself; by address, since it asks before it can rely on names. */
const METADATA = 'http://169.254.169.254/computeMetadata/v1/instance/';

/** Prints the id of the machine. In Python, which Google's images of Debian have. */
export const INSTANCE_ID_COMMAND: readonly string[] = [
  'python3',
  '-c',
  `import urllib.request as r; print(r.urlopen(r.Request('${METADATA}id', headers={'Metadata-Flavor': 'Google'}), timeout=20).read().decode())`,
];

/** The key of the instance's metadata that holds what may change without a new machine. */
export const NEWS_KEY = 'vpn-gateway';

/**
 * `vpn-gateway-google policy|secret|ready|failed` is the machine's own line to Google Cloud: the policy and the name of the
 * secret from the metadata of the instance, the secret from Secret Manager with the service account of the machine. It
 * tells in a guest attribute whether the gateway serves. In Python, without Google's command line: images of your own
 * need not have that.
 *
 * @see https://docs.cloud.google.com/compute/docs/metadata/overview, read 2026-11
 * @see https://docs.cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access, read 2026-11
 */
export const GOOGLE_PROGRAM: HostFile = {
  path: '/usr/local/sbin/vpn-gateway-google',
  mode: '0755',
  content: `#!/usr/bin/python3 -I
"""vpn-gateway-google policy|secret|ready|failed: what this gateway asks of Google Cloud, and tells it."""
import base64, json, sys, urllib.error, urllib.request

METADATA = '${METADATA}'
SECRETS = 'https://secretmanager.googleapis.com/v1/'
HEAD = 'vpn-gateway policy '

class Stay(urllib.request.HTTPRedirectHandler): # a redirect would carry the token elsewhere
	def redirect_request(self, *_):
		return None

# The metadata answers this machine alone, so no proxy can fetch it.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)

def ask(url, headers, body=None): # an error names the address and the status, nothing of what was sent or received
	try:
		request = urllib.request.Request(url, body, headers, method='GET' if body is None else 'PUT')
		with OPENER.open(request, timeout=20) as answer:
			return answer.read().decode()
	except urllib.error.HTTPError as error:
		why = f'HTTP {error.code} {error.reason}'
	except OSError as error:
		why = str(getattr(error, 'reason', error))
	sys.exit(f'{url}: {why}')

def metadata(path, body=None):
	return ask(METADATA + path, {'Metadata-Flavor': 'Google'}, body)

def news():
	settings, head, policy = metadata('attributes/${NEWS_KEY}').partition(HEAD)
	if not head:
		sys.exit('the metadata of this machine holds no policy')
	return dict(line.split(' ', 1) for line in settings.splitlines()), head + policy

def secret():
	name = news()[0]['secret']
	token = json.loads(metadata('service-accounts/default/token'))['access_token']
	answer = ask(f'{SECRETS}{name}/versions/latest:access', {'Authorization': 'Bearer ' + token})
	return base64.b64decode(json.loads(answer)['payload']['data']).decode()

def tell(state): # nothing waits for it, and an organisation can forbid guest attributes
	try:
		metadata('guest-attributes/vpn-gateway/state', state.encode())
	except SystemExit as error:
		print(error, file=sys.stderr)

what = sys.argv[1]
if what in ('ready', 'failed'):
	tell(what)
else:
	print({'policy': lambda: news()[1], 'secret': secret}[what](), end='')
`,
};
