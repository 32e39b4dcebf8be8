import { WIREGUARD_KEY_PATTERN } from './wireguard-secret';

/**
 * The part of `vpn-gateway-apply` for WireGuard. Its rule for the secret is the one of wireguard-secret.ts; the tests give
 * both the same secrets.
 *
 * A user who changed is removed before `wg syncconf` adds the peer again, since the kernel keeps the running session of a
 * peer whose shared key or address changes, and `wg` 1.0.20210914 leaves a shared key in place that the file no longer has.
 *
 * `answer` is a whole handshake over the loopback, from an interface and with a key of the moment: only an interface that
 * is up, listens on its port and has its private key completes one. Two may run at once, and one may be killed.
 */
export const WIREGUARD_PYTHON = String.raw`
class WireGuard:
	keys, optional_keys = {'privateKey'}, set()
	user_keys, optional_user_keys = {'publicKey', 'address'}, {'presharedKey'}
	name_rule = '[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,63}'
	config, names = '/etc/wireguard/wg0.conf', STATE + 'wireguard-users'

	def may_have(self, address): # any but the first, the gateway's and the last
		pool = ipaddress.IPv4Network(os.environ['wireguard_pool'])
		return 1 < int(ipaddress.IPv4Address(address)) - int(pool[0]) < pool.num_addresses - 1

	def is_key(self, value):
		return type(value) is str and re.fullmatch('KEY_PATTERN', value)

	def prepare(self, secret):
		need(self.is_key(secret['privateKey']), 'privateKey: not a key of WireGuard')
		own, peers, names = run('wg', 'pubkey', input=secret['privateKey']).strip(), {}, ''
		for at, user in enumerate(secret['users'], 1):
			key, shared = user['publicKey'], user.get('presharedKey', '(none)')
			need(self.is_key(key), f'user {at}: publicKey not a key of WireGuard')
			need('presharedKey' not in user or self.is_key(shared), f'user {at}: presharedKey not a key of WireGuard')
			need(key != own, f'user {at}: publicKey is the one of the gateway')
			need(key not in peers, f'user {at}: publicKey taken')
			peers[key] = shared, user['address'] + '/32'
			names += f'{key} {user["address"]} {user["name"]}\n'
		config = f'[Interface]\nPrivateKey = {secret["privateKey"]}\nListenPort = {os.environ["wireguard_port"]}\n'
		for key, (shared, address) in peers.items():
			config += f'[Peer]\nPublicKey = {key}\nAllowedIPs = {address}\n' + (f'PresharedKey = {shared}\n' if shared != '(none)' else '')
		return config, names, peers

	def runs(self):
		return 'wg0' in run('wg', 'show', 'interfaces').split()

	def commit(self, plan):
		config, names, peers = plan
		changed, gone = write(self.config, config), []
		write(self.names, names, 0o644)
		if self.runs():
			for row in run('wg', 'show', 'wg0', 'dump').splitlines()[1:]:
				key, shared, _, address = row.split('\t')[:4]
				if address != '(none)' and peers.get(key) != (shared, address):
					run('wg', 'set', 'wg0', 'peer', key, 'remove')
					gone.append(key)
			run('wg', 'syncconf', 'wg0', self.config)
		if changed:
			print('wireguard:', len(peers) or 'no', f'users, {len(gone)} removed or changed' if peers else 'users yet: nobody can connect')

	def answer(self):
		need(self.runs(), 'wireguard: no interface')
		delete = lambda name: subprocess.run(('ip', 'link', 'delete', name), stderr=subprocess.DEVNULL)
		for old in glob.glob('/sys/class/net/wg-*'):
			os.path.exists('/proc/' + old.split('wg-')[1]) or delete(os.path.basename(old))
		private, own, probe = run('wg', 'genkey'), run('wg', 'show', 'wg0', 'public-key').strip(), f'wg-{os.getpid()}'
		public, there = run('wg', 'pubkey', input=private).strip(), '127.0.0.1:' + os.environ['wireguard_port']
		try:
			run('ip', 'link', 'add', probe, 'type', 'wireguard')
			run('wg', 'set', 'wg0', 'peer', public)
			run('wg', 'set', probe, 'private-key', '/dev/stdin', 'peer', own, 'endpoint', there, 'persistent-keepalive', '1', input=private)
			run('ip', 'link', 'set', probe, 'up')
			until = time.monotonic() + 5
			while run('wg', 'show', probe, 'latest-handshakes').endswith('\t0\n'):
				need(time.monotonic() < until, 'wireguard: no handshake')
				time.sleep(.1)
		finally:
			delete(probe)
			run('wg', 'set', 'wg0', 'peer', public, 'remove')
`.replace('KEY_PATTERN', WIREGUARD_KEY_PATTERN);
