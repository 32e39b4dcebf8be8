/** The part of `vpn-gateway-apply` for PPTP. Its rule for users is the one of pptp-users.ts; the kernel tier gives both the same secrets. */
export const PPTP_PYTHON = String.raw`
class Pptp:
	keys, optional_keys = set(), set()
	user_keys, optional_user_keys = {'password'}, set()
	name_rule = '[ -~]{1,255}'
	secrets, calls = '/etc/ppp/chap-secrets', '/run/vpn-gateway/calls/'

	def may_have(self, address):
		at = int(ipaddress.ip_address(address)) if address else 0
		ranges = re.findall(r'([\d.]+\.)(\d+)-(\d+)', os.environ['pptp_fixed'])
		return any(int(ipaddress.ip_address(net + first)) <= at <= int(ipaddress.ip_address(net + last)) for net, first, last in ranges)

	def word(self, text): # for pppd's getword(); without spaces, so that a line splits at them
		return '"' + re.sub(r'(["\\])', r'\\\1', text).replace(' ', r'\s') + '"'

	def prepare(self, secret):
		lines = ['# vpn-gateway\n']
		for at, user in enumerate(secret['users'], 1):
			name, password = user['name'], user['password']
			need(type(password) is str and re.fullmatch('[ -~]{1,255}', password), f'user {at}: password not 1 to 255 printable ASCII characters')
			need(name != '*' and password[:2] != '@/', f'user {at}: means something else to pppd')
			lines.append(f'{self.word(name)} pptpd {self.word(password)} {user.get("address", os.environ["pptp_pool"])}\n')
		return lines

	def commit(self, lines):
		old = read(self.secrets).splitlines(True)
		if not write(self.secrets, ''.join(lines)):
			return
		print('pptp:', len(lines) - 1 or 'no', 'users' if lines[1:] else 'users yet: nobody can log in')
		gone = {line.split(' ')[0] for line in old if line not in lines}
		for call in glob.glob(self.calls + '*'):
			pid = os.path.basename(call)
			if self.word(read(call)[:-1].partition(' ')[2]) in gone and read(f'/proc/{pid}/comm') == 'pppd\n':
				os.kill(int(pid), signal.SIGTERM)
				print(f'pptp: ended the call of pppd {pid}: user removed or changed')

	def answer(self): # a whole Start-Control-Connection exchange: an open port alone proves little
		with socket.create_connection(('127.0.0.1', 1723), 10) as pptpd:
			pptpd.sendall(struct.pack('!HHIHHH142x', 156, 1, 0x1A2B3C4D, 1, 0, 256))
			need(pptpd.recv(10) == struct.pack('!HHIH', 156, 1, 0x1A2B3C4D, 2), 'pptpd: not PPTP')
`;
