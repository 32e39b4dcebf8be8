import { TLS_CRYPT_LABEL } from './openvpn-certificates';

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

	def pool(self):
		return ipaddress.IPv4Network(os.environ['openvpn_pool'])

	def place(self, address):
		return int(ipaddress.IPv4Address(address)) - int(self.pool()[0])

	def may_have(self, address): # any but the first, the gateway's and the last
		return 1 < self.place(address) < self.pool().num_addresses - 1

	def prepare(self, secret):
		chain, ca = certificates('certificate', secret['certificate']), certificates('ca', secret['ca'], True)
		key, control = private_key(secret['privateKey'], chain[0]), pem('tlsCryptV2', secret['tlsCryptV2'], '${TLS_CRYPT_LABEL}')
		need(len(control) == 1 and len(base64.b64decode(control[0].split('-----')[2])) == 128, 'tlsCryptV2: not one key of 128 bytes')
		usage = openssl('x509', '-noout', '-ext', 'keyUsage,extendedKeyUsage', input=chain[0])[1]
		need('Digital Signature' in usage and 'TLS Web Server Authentication' in usage, 'certificate: not for digital signatures of a TLS server')
		rest = ['-untrusted', memory(''.join(chain[1:]))] if chain[1:] else []
		ok, said = openssl('verify', '-no-CApath', '-no-CAstore', '-purpose', 'sslserver', '-auth_level', '2', '-CAfile', memory(''.join(ca)), *rest, input=chain[0])
		need(ok, 'certificate: ' + ', '.join(re.findall('depth lookup: *(.*)', said)))
		revoked = {str(int(serial, 16)) for serial in revocations(secret['crl'], ca)[1]} if 'crl' in secret else set()
		try:
			routes = [ipaddress.IPv4Network(cidr) for cidr in os.environ['openvpn_routes'].split()]
		except ValueError:
			need(False, 'openvpn_routes: not IPv4 ranges')
		files = {'certificate': ''.join(chain), 'key': key, 'ca': ''.join(ca), 'tls-crypt-v2': control[0]}
		return files, self.addresses(secret['users']), ''.join(f'push "route {net.network_address} {net.netmask}"\n' for net in routes), revoked

	def addresses(self, users): # of every user; who has none is given one, from the upper end, and keeps it
		pool, given = self.pool(), {user['name']: user.get('address') for user in users}
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
		run('systemd-sysusers', '--inline', 'u vpn-openvpn - "OpenVPN of the VPN gateway"')
		changed = self.keep('users', {name: f'ifconfig-push {address} {self.pool().netmask}\n{routes}' for name, address in users.items()})
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
