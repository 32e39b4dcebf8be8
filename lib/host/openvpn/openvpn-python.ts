import { BASE64_PATTERN, PEM_BLOCK_PATTERN, PEM_LABELS } from './openvpn-pem';

/**
 * The part of `vpn-gateway-apply` for OpenVPN. Its rule for the secret is the one of openvpn-secret.ts; the tests give both
 * the same secrets.
 *
 * `commit` looks at the sessions that are up and not only at what changed, so that it also ends one that began while an
 * earlier run was on its way. `answer` is the first exchange of a client (doc/tls-crypt-v2.txt of OpenVPN), with a client
 * key of the moment; the number 0x0f000001 says that the client takes a cookie, so the server keeps nothing of it.
 */
export const OPENVPN_PYTHON = String.raw`
import hmac

class OpenVpn:
	keys, optional_keys = {'certificate', 'privateKey', 'ca', 'tlsCryptV2'}, {'crl'}
	user_keys, optional_user_keys = set(), set()
	name_rule = '(?!DEFAULT$)[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,63}' # OpenVPN reads a file DEFAULT for everybody
	home, live = '/etc/vpn-gateway/openvpn/', '/run/vpn-gateway-openvpn/'

	def place(self, address): # in the pool
		return int(ipaddress.IPv4Address(address)) - int(ipaddress.IPv4Network(os.environ['openvpn_pool'])[0])

	def may_have(self, address): # any but the first, the gateway's and the last
		return 1 < self.place(address) < ipaddress.IPv4Network(os.environ['openvpn_pool']).num_addresses - 1

	def openssl(self, *argv, input): # whether it succeeded, and what it said
		done = subprocess.run(['openssl', *argv], input=input, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
		return done.returncode == 0, done.stdout

	def memory(self, text): # a file for openssl
		at = os.memfd_create('openvpn')
		os.write(at, text.encode())
		return f'/proc/{os.getpid()}/fd/{at}'

	def pem(self, what, text, label): # its blocks, each written anew
		block, blocks = r'${PEM_BLOCK_PATTERN}'.replace('LABEL', label), []
		need(type(text) is str and re.fullmatch(f'(?:{block})+[ \t\r\n]*', text), f'{what}: not PEM of its kind')
		for name, body in re.findall(block, text):
			body = re.sub('[ \t\r\n]', '', body)
			need(re.fullmatch('${BASE64_PATTERN}', body), f'{what}: not base64')
			lines = re.findall('.{1,64}', body)
			blocks.append('\n'.join([f'-----BEGIN {name}-----', *lines, f'-----END {name}-----\n']))
		return blocks

	def prepare(self, secret):
		chain, ca = self.pem('certificate', secret['certificate'], '${PEM_LABELS.certificate}'), self.pem('ca', secret['ca'], '${PEM_LABELS.ca}')
		key, control = self.pem('privateKey', secret['privateKey'], '${PEM_LABELS.privateKey}'), self.pem('tlsCryptV2', secret['tlsCryptV2'], '${PEM_LABELS.tlsCryptV2}')
		lists = self.pem('crl', secret['crl'], '${PEM_LABELS.crl}') if 'crl' in secret else []
		need(len(key) == 1, 'privateKey: not one key')
		need(len(control) == 1 and len(base64.b64decode(control[0].split('-----')[2])) == 128, 'tlsCryptV2: not one key of 128 bytes')
		for at, one in enumerate(chain, 1):
			need(self.openssl('x509', '-noout', input=one)[0], f'certificate: {at} cannot be read')
		for at, one in enumerate(ca, 1):
			ok, said = self.openssl('x509', '-noout', '-ext', 'basicConstraints', input=one)
			need(ok and 'CA:TRUE' in said, f'ca: {at} is not the certificate of an authority')
		ok, public = self.openssl('pkey', '-pubout', '-passin', 'pass:', input=key[0])
		need(ok, 'privateKey: cannot be read')
		need(public == self.openssl('x509', '-noout', '-pubkey', input=chain[0])[1], 'privateKey: not the key of the certificate')
		usage = self.openssl('x509', '-noout', '-ext', 'keyUsage,extendedKeyUsage', input=chain[0])[1]
		need('Digital Signature' in usage and 'TLS Web Server Authentication' in usage, 'certificate: not for digital signatures of a TLS server')
		trust, rest = self.memory(''.join(ca)), ['-untrusted', self.memory(''.join(chain[1:]))] if chain[1:] else []
		ok, said = self.openssl('verify', '-no-CApath', '-no-CAstore', '-purpose', 'sslserver', '-auth_level', '2', '-CAfile', trust, *rest, input=chain[0])
		need(ok, 'certificate: ' + ', '.join(re.findall('depth lookup: *(.*)', said)))
		revoked = set()
		for at, one in enumerate(lists, 1):
			ok, said = self.openssl('crl', '-noout', '-text', '-verify', '-CAfile', trust, input=one)
			need(ok and 'verify OK' in said, f'crl: {at} is not signed by the authority')
			revoked |= {str(int(serial, 16)) for serial in re.findall('Serial Number: *([0-9A-F]+)', said)}
		try:
			routes = [ipaddress.IPv4Network(cidr) for cidr in os.environ['openvpn_routes'].split()]
		except ValueError:
			need(False, 'openvpn_routes: not IPv4 ranges')
		files = {'certificate': ''.join(chain), 'key': key[0], 'ca': ''.join(ca), 'tls-crypt-v2': control[0]}
		return files, self.addresses(secret['users']), ''.join(f'push "route {net.network_address} {net.netmask}"\n' for net in routes), revoked

	def addresses(self, users): # of every user; who has none is given one, from the upper end, and keeps it
		pool, given = ipaddress.IPv4Network(os.environ['openvpn_pool']), {user['name']: user.get('address') for user in users}
		need(len(users) <= pool.num_addresses - 3, 'users: more than the pool has addresses')
		taken, last = {*given.values()}, pool.num_addresses - 2
		for name in given:
			old = re.match('ifconfig-push ([0-9.]+) ', read(f'{self.home}users/{name}'))
			if given[name] is None and old and old[1] not in taken and self.may_have(old[1]):
				given[name] = old[1]
				taken.add(old[1])
		for name in given:
			while given[name] is None:
				if str(pool[last]) not in taken:
					given[name] = str(pool[last])
				last -= 1
		return given

	def keep(self, folder, files): # these and no others; how many changed
		os.makedirs(self.home + folder, 0o755, True)
		gone = {*os.listdir(self.home + folder)} - {*files}
		for name in gone:
			os.remove(f'{self.home}{folder}/{name}')
		return sum([write(f'{self.home}{folder}/{name}', text, 0o644) for name, text in files.items()]) + len(gone)

	def manage(self, *commands): # what OpenVPN's management socket answers; nothing where it does not run
		said = []
		with socket.socket(socket.AF_UNIX) as daemon:
			daemon.settimeout(10)
			if daemon.connect_ex(self.live + 'management') == 0:
				answers = daemon.makefile(errors='replace')
				for command in commands:
					daemon.sendall(f'{command}\n'.encode())
					for line in answers:
						said.append(line)
						if re.match('END|SUCCESS|ERROR', line):
							break
		return said

	def commit(self, plan):
		files, users, routes, revoked = plan
		mask = ipaddress.IPv4Network(os.environ['openvpn_pool']).netmask
		run('systemd-sysusers', '--inline', 'u vpn-openvpn - "OpenVPN of the VPN gateway"')
		changed = self.keep('users', {name: f'ifconfig-push {address} {mask}\n{routes}' for name, address in users.items()})
		changed += self.keep('revoked', dict.fromkeys(revoked, ''))
		restart = sum([write(self.home + name, text) for name, text in files.items()])
		if restart:
			run('systemctl', 'try-restart', 'vpn-gateway-openvpn.service')
		ended = []
		for line in self.manage('status 3'):
			kind, name, _, address, *rest = line.split('\t') + [''] * 4
			if kind == 'CLIENT_LIST' and address and (users.get(name) != address or read(f'{self.live}serial.{name}').strip() in revoked):
				ended.append(f'client-kill {rest[6]}')
		if ended:
			self.manage(*ended)
		if changed or restart or ended:
			print(f'openvpn: {len(users)} users, {len(revoked)} certificates revoked, {len(ended)} sessions ended' + ', new keys for the server' * (restart > 0))

	def answer(self):
		here, tcp = ('127.0.0.1', int(os.environ['openvpn_port'])), os.environ['openvpn_transport'] == 'tcp'
		pem = run('openvpn', '--tls-crypt-v2', self.home + 'tls-crypt-v2', '--genkey', 'tls-crypt-v2-client')
		key = base64.b64decode(pem.split('-----')[2])
		head = bytes([10 << 3]) + os.urandom(8) + struct.pack('!II', 0x0f000001, int(time.time()))
		text = bytes(5) # message 0, which acknowledges nothing
		tag = hmac.digest(key[192:224], head + text, 'sha256')
		cipher = ['openssl', 'enc', '-aes-256-ctr', '-K', key[128:160].hex(), '-iv', tag[:16].hex()]
		packet = head + tag + subprocess.run(cipher, input=text, stdout=subprocess.PIPE, check=True).stdout + key[256:]
		with socket.socket(type=socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as client:
			client.settimeout(5)
			client.connect(here)
			client.sendall((struct.pack('!H', len(packet)) if tcp else b'') + packet)
			need(client.recv(99)[2 * tcp:][:1] == bytes([8 << 3]), 'openvpn: no answer of its kind')
`;
