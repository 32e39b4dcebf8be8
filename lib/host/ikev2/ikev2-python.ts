import { RADIUS_SECRET_PATTERN } from '../radius';
import { CERTIFICATE_NAME_PATTERN, NAME_PATTERN, PASSWORD_PATTERN } from './patterns';

/**
 * The part of `vpn-gateway-apply` for IKEv2. Its rule for the secret is the one of ikev2-secret.ts; the tests give both
 * the same secrets.
 *
 * charon chooses the first connection with EAP before it knows the user, asks for the user's name only where that
 * connection takes every name, and leaves a connection only when its constraints are not met. So there is one that asks
 * and that nobody meets (`identify`), then one for each user with an address, then the one for everybody else. It sorts
 * connections by how well they match the client's address, which is how their order is fixed: the same addresses, in
 * quarters, in halves, and as `%any`.
 *
 * Every address is a pool of its own: no pool ever changes, so none in use has to be replaced when a user gets an address,
 * and none is loaded again, which charon would log for each. It has loaded them when it started.
 */
export const IKEV2_PYTHON = String.raw`
import hashlib

class Ikev2:
	methods = os.environ.get('ikev2_methods', '').split()
	takes_certificates = bool({'eap-tls', 'certificate'} & {*methods})
	keys = {'certificate', 'privateKey'} | ({'radius'} if 'eap-radius' in methods else set())
	optional_keys = {'clientCa', 'crl'} if takes_certificates else set()
	user_keys, optional_user_keys = set(), {'password'} if 'eap-mschapv2' in methods else set()
	name_rule = r'NAME'
	quarters, halves = '0.0.0.0/2, 64.0.0.0/2, 128.0.0.0/2, 192.0.0.0/2', '0.0.0.0/1, 128.0.0.0/1'

	def pool(self):
		return ipaddress.IPv4Network(os.environ['ikev2_pool'])

	def place(self, address):
		return int(ipaddress.IPv4Address(address)) - int(self.pool()[0])

	def may_have(self, address): # any but the first, the gateway's and the last
		return 1 < self.place(address) < self.pool().num_addresses - 1

	def in_force(self, what, text, ca=False):
		found, now = certificates(what, text, ca), time.strftime('%F %TZ', time.gmtime())
		for at, one in enumerate(found, 1):
			begin, end = re.findall('=(.*)', openssl('x509', '-noout', '-dates', '-dateopt', 'iso_8601', input=one)[1])
			need(begin <= now < end, f'{what}: {at} is expired or not valid yet')
		return found

	def prepare(self, secret):
		chain = self.in_force('certificate', secret['certificate'])
		name = os.environ['ikev2_server_name'].lower()
		kind = 'ip address:' if re.fullmatch(r'[\d.]+', name) else 'dns:'
		names = openssl('x509', '-noout', '-ext', 'subjectAltName', input=chain[0])[1].lower()
		need(kind + name in map(str.strip, re.split('[,\n]', names)), 'certificate: does not have the name of the server')
		files = {'x509/vpn-gateway.pem': chain[0], 'private/vpn-gateway.pem': private_key(secret['privateKey'], chain[0])}
		authorities = self.in_force('clientCa', secret['clientCa'], True) if 'clientCa' in secret else []
		lists, revoked = revocations(secret['crl'], authorities) if 'crl' in secret else ([], [])
		for where, texts in ('ca/vpn-gateway-chain', chain[1:]), ('ca/vpn-gateway-client', authorities), ('crl/vpn-gateway', lists):
			files.update((f'x509{where}-{at}.pem', one) for at, one in enumerate(texts))
		if 'radius' in secret:
			shared = fields('radius', secret['radius'], {'secret'})['secret']
			need(type(shared) is str and re.fullmatch(r'RADIUS_SECRET', shared), 'radius: secret not 16 to 48 printable ASCII characters without spaces')
			servers = ''
			for at, server in enumerate(os.environ['ikev2_radius'].split(), 1):
				host, _, port = server.partition(':')
				servers += f'\ts{at} {{\n\t\taddress = {host}\n\t\tauth_port = {port}\n\t\tpreference = {50 if at == 1 else 0}\n\t\tsecret = {self.quoted(shared)}\n\t}}\n'
			files['../strongswan.d/vpn-gateway-radius.conf'] = f'charon {{\nplugins {{\neap-radius {{\nservers {{\n{servers}}}\n}}\n}}\n}}\n'
		return self.configured(secret, files, authorities, revoked)

	def quoted(self, text):
		return '"' + re.sub(r'(["\\])', r'\\\1', text) + '"'

	def digest(self, value):
		return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()

	def configured(self, secret, files, authorities, revoked):
		fixed = {self.place(user['address']) for user in secret['users'] if 'address' in user}
		places = range(2, self.pool().num_addresses - 1)
		v6 = ['ip6'] if os.environ['ikev2_pool6'] else []
		shared = [f'a{n}' for n in places if n not in fixed] + v6
		trusted = 'cacerts = ' + ', '.join(f'vpn-gateway-client-{at}.pem' for at, _ in enumerate(authorities))
		connections, secrets, state, addresses, certified = '', '', {}, {}, []
		def connection(name, addresses, pools, *remote):
			nonlocal connections
			lines = ''.join(f'\t\t\t{line}\n' for line in remote)
			parents, own = ('gateway.connection', f'\t\tpools = {", ".join(pools)}\n') if pools else ('gateway.connection, shared', '')
			connections += f'\t{name} : {parents} {{\n\t\tremote_addrs = {addresses}\n{own}\t\tremote {{\n{lines}\t\t}}\n\t}}\n'
		eap = [method for method in self.methods if method[:4] == 'eap-']
		for method in eap:
			connection('identify', self.quarters, None, f'auth = {method}', 'id = %any', 'eap_id = %any', 'groups = nobody')
			if method != 'eap-tls':
				connection('everybody', '%any', None, f'auth = {method}', 'id = %any', 'eap_id = %any')
		for at, user in enumerate(secret['users'], 1):
			name, password = user['name'], user.get('password')
			which = self.digest(name.lower())[:16]
			need(which not in state, f'user {at}: name taken, but for upper and lower case')
			pools = [f'a{self.place(user["address"])}'] + v6 if 'address' in user else None
			if 'password' in user:
				need(type(password) is str and re.fullmatch(r'PASSWORD', password), f'user {at}: password not 1 to 255 printable ASCII characters')
				coded = base64.b64encode(password.encode()).decode()
				secrets += f'\teap-{which} {{\n\t\tid = {self.quoted(name)}\n\t\tsecret = 0s{coded}\n\t}}\n'
				if 'address' in user:
					connection(f'user-{which}', self.halves, pools, 'auth = eap-mschapv2', 'id = %any', f'eap_id = {self.quoted(name)}')
			else:
				need(authorities, f'user {at}: no password, and there is no clientCa' if self.takes_certificates else f'user {at}: no password')
				need(re.fullmatch(r'CERTIFICATE_NAME', name), f'user {at}: without a password, the name must be 1 to 64 letters, digits and _ . @ -')
				if 'eap-tls' in self.methods:
					connection(f'user-{which}-eap', self.halves, pools, 'auth = eap-tls', trusted, 'id = %any', f'eap_id = {self.quoted(name)}')
				if 'certificate' in self.methods: # some clients name themselves, others (Windows) send the subject
					connection(f'user-{which}-name', '%any', pools, 'auth = pubkey', trusted, f'id = {self.quoted(name)}')
					connection(f'user-{which}-subject', '%any', pools, 'auth = pubkey', trusted, f'id = {self.quoted("CN=" + name)}')
				certified.append(which)
			if 'address' in user:
				addresses[user['address']] = which
			state[which] = self.digest([password, user.get('address'), password is None and secret['clientCa']])
		pools = ''.join(f'\ta{n} : gateway.pool {{\n\t\taddrs = {self.pool()[n]}/32\n\t}}\n' for n in places)
		pools += f'\tip6 {{\n\t\taddrs = {os.environ["ikev2_pool6"]}\n\t}}\n' if v6 else ''
		files['conf.d/vpn-gateway-users.conf'] = f'shared {{\n\tpools = {", ".join(shared)}\n}}\nconnections {{\n{connections}}}\npools {{\n{pools}}}\nsecrets {{\n{secrets}}}\n'
		return files, {'users': state, 'addresses': addresses, 'certified': certified, 'revoked': revoked, 'all': self.digest(files)}

	def commit(self, plan):
		files, new = plan
		old = parsed(read(STATE + 'ikev2')) or {}
		if old == new:
			return
		for path in glob.glob('/etc/swanctl/x509*/vpn-gateway*'):
			if path[len('/etc/swanctl/'):] not in files:
				os.remove(path)
		for path, text in files.items():
			write('/etc/swanctl/' + path, text)
		ended = 0
		if os.path.exists('/run/charon.vici'):
			sys.path.append('/usr/local/lib/vpn-gateway')
			import vici
			try:
				charon = vici.Vici()
			except OSError: # left by a charon that is gone; the next one reads the files
				charon = None
			if charon:
				run('swanctl', '--reload-settings')
				run('swanctl', '--load-creds', '--clear', '--noprompt')
				run('swanctl', '--load-conns')
				ended = self.end(charon.sas(), old, new)
		write(STATE + 'ikev2', json.dumps(new))
		print('ikev2:', len(new['users']) or 'no', f'users, {ended} sessions ended')

	def end(self, sas, old, new): # of users who went or changed, or who hold what is another's now
		revoked = {*new['revoked']} - {*old.get('revoked', [])}
		ends = []
		for name, sa in sas:
			who = name[5:21] if name[:5] == 'user-' else self.digest(sa.get('remote-eap-id', sa.get('remote-id', '')).lower())[:16] # told apart only where they differ
			known = who in new['users'] or name[:5] != 'user-' and 'eap-radius' in self.methods
			changed = who in old.get('users', {}) and old['users'][who] != new['users'].get(who)
			taken = any(new['addresses'].get(vip, who) != who for vip in sa.get('remote-vips', []))
			if not known or changed or taken or revoked and who in new['certified']:
				ends.append(subprocess.Popen(['swanctl', '--terminate', '--ike-id', sa['uniqueid'], '--force', '--timeout', '5'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
		for one in ends:
			one.wait()
		return len(ends)

	def answer(self): # an IKE_SA_INIT that charon would accept but for its key exchange: it leaves nothing behind
		spi = os.urandom(8)
		transforms = struct.pack('!BxHBxHHH', 3, 12, 1, 20, 0x800e, 256) + struct.pack('!BxHBxHBxHBxH', 3, 8, 2, 6, 0, 8, 4, 20)
		body = b''.join((
			struct.pack('!BxHBxHBBBB', 34, 8 + 4 + len(transforms), 0, 4 + 4 + len(transforms), 1, 1, 0, 3), transforms,
			struct.pack('!BxHHxx', 40, 8 + 256, 14), os.urandom(256),
			struct.pack('!BxH', 0, 4 + 32), os.urandom(32)))
		with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as charon:
			charon.settimeout(5)
			charon.connect(('127.0.0.1', 500))
			try:
				charon.send(spi + bytes(8) + struct.pack('!BBBBII', 33, 0x20, 34, 8, 0, 28 + len(body)) + body)
				got = charon.recv(2048)
			except OSError:
				got = b''
		need(got[:8] == spi and got[18:20] == b'\x22\x20', 'ikev2: charon does not answer')
`
  .replace('CERTIFICATE_NAME', () => CERTIFICATE_NAME_PATTERN)
  .replace('NAME', () => NAME_PATTERN)
  .replace('PASSWORD', () => PASSWORD_PATTERN)
  .replace('RADIUS_SECRET', () => RADIUS_SECRET_PATTERN);
