import type { HostFile } from '../host';

/**
 * `vpn-gateway-azure policy|secret|journal` is the machine's own line to Azure: the policy and its settings from the user
 * data of the machine, the secret from the key vault with the identity of the machine, the journal to Azure Monitor. In
 * Python, which every Debian image has: the az command line would be 600 MB, and Azure's monitoring agent needs rsyslog
 * and supports no Debian 13.
 *
 * The user data is text: settings, one a line, then the policy. It is no secret; every process on the machine can read it.
 * The versions of the interfaces are pinned: instance metadata 2021-01-01, the first with user data, tokens 2018-02-01,
 * Key Vault 7.4, log ingestion 2023-01-01.
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service, read 2026-11
 * @see https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview, read 2026-11
 */
export const AZURE_PROGRAM: HostFile = {
  path: '/usr/local/sbin/vpn-gateway-azure',
  mode: '0755',
  content: `#!/usr/bin/python3 -I
"""vpn-gateway-azure policy|secret|journal: what this gateway asks of Azure, and tells it."""
import base64, json, os, subprocess, sys, time, urllib.error, urllib.parse, urllib.request

IMDS = 'http://169.254.169.254/metadata/'
HEAD = 'vpn-gateway policy '

class Stay(urllib.request.HTTPRedirectHandler): # a redirect would carry the token elsewhere
	def redirect_request(self, *_):
		return None

# The metadata answers this machine alone, so no proxy can fetch it.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)

def ask(url, headers, body=None): # an error names the address and the status, nothing of what was sent or received
	try:
		with OPENER.open(urllib.request.Request(url, body, headers), timeout=20) as answer:
			return answer.read().decode()
	except urllib.error.HTTPError as error:
		why = f'HTTP {error.code} {error.reason}'
	except OSError as error:
		why = str(getattr(error, 'reason', error))
	sys.exit(f'{url.partition("?")[0]}: {why}')

def metadata(path, **query):
	return ask(f'{IMDS}{path}?{urllib.parse.urlencode(query)}', {'Metadata': 'true'})

def instance(path):
	return metadata('instance/compute/' + path, **{'api-version': '2021-01-01', 'format': 'text'})

def user_data():
	text = base64.b64decode(instance('userData')).decode()
	settings, head, policy = text.partition(HEAD)
	if not head:
		sys.exit('the user data of this machine holds no policy')
	return dict(line.split(' ', 1) for line in settings.splitlines()), head + policy

def bearer(resource, settings):
	query = {'api-version': '2018-02-01', 'resource': resource, 'client_id': settings['identity']}
	return {'Authorization': 'Bearer ' + json.loads(metadata('identity/oauth2/token', **query))['access_token']}

def secret(settings):
	vault = settings['vault'].rstrip('/')
	# Tokens are for the service, not for one vault: https://vault.azure.net, and other names in other clouds.
	service = 'https://' + vault.partition('://')[2].partition('.')[2]
	name = urllib.parse.quote(settings['secret'], '')
	return json.loads(ask(f'{vault}/secrets/{name}?api-version=7.4', bearer(service, settings)))['value']

LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']
FACILITIES = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp']
LIMIT = 900000 # of the 1 MB that one call takes

def text(message):
	return bytes(message).decode('utf-8', 'replace') if isinstance(message, list) else str(message)

def row(entry, computer):
	seconds, micros = divmod(int(entry['__REALTIME_TIMESTAMP']), 1000000)
	facility = int(entry.get('SYSLOG_FACILITY') or 3)
	return {
		'TimeGenerated': time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds)) + f'.{micros:06}Z',
		'Computer': computer,
		'Facility': FACILITIES[facility] if facility < len(FACILITIES) else f'local{facility - 16}',
		'SeverityLevel': LEVELS[int(entry.get('PRIORITY') or 6)],
		'ProcessName': text(entry.get('SYSLOG_IDENTIFIER') or entry.get('_COMM') or 'kernel'),
		'SyslogMessage': text(entry.get('MESSAGE') or '-').encode()[:60000].decode('utf-8', 'ignore'),
	}

def journal(settings): # the place reached is moved on only after a batch was taken, so that nothing is lost
	state = os.environ['STATE_DIRECTORY'] + '/cursor'
	endpoint, rule = settings['journal'].split(' ')
	service = 'https://' + '.'.join(urllib.parse.urlsplit(endpoint).hostname.split('.')[-3:])
	headers = {**bearer(service, settings), 'Content-Type': 'application/json'}
	computer = instance('name')

	def put(batch, cursor):
		stream = f'{endpoint}/dataCollectionRules/{rule}/streams/Custom-VpnGatewayJournal?api-version=2023-01-01'
		ask(stream, headers, ('[' + ','.join(batch) + ']').encode())
		with open(state + '.new', 'w') as file:
			file.write(cursor)
		os.replace(state + '.new', state)

	command = ['journalctl', '--no-pager', '--output=json', '--priority=info']
	if os.path.exists(state):
		command.append('--after-cursor=' + open(state).read())
	lines = subprocess.Popen(command, stdout=subprocess.PIPE)
	batch, size, cursor = [], 0, None
	for line in lines.stdout:
		entry = json.loads(line)
		one = json.dumps(row(entry, computer))
		if batch and size + len(one) > LIMIT:
			put(batch, cursor)
			batch, size = [], 0
		batch.append(one)
		size, cursor = size + len(one) + 1, entry['__CURSOR']
	if lines.wait() != 0:
		if os.path.exists(state):
			os.remove(state)
		sys.exit('the journal cannot be read on from the place last reached: starting over')
	if batch:
		put(batch, cursor)

settings, policy = user_data()
what = sys.argv[1]
if what == 'journal':
	journal(settings)
else:
	print({'policy': lambda: policy, 'secret': lambda: secret(settings)}[what](), end='')
`,
};
