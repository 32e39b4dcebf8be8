import type { HostFile } from '../host-commands';
import { withoutComments } from '../python';

/**
 * charon's sessions for the log: a process that follows charon's events, and the same protocol for `vpn-gateway-apply`,
 * since Debian has no Python package for it.
 *
 * charon has no event for a failed login, so the process reads charon's log for the answers that tell a client of one. It
 * also asks charon for its sessions twice a minute: that keeps the byte counts for sessions whose end nobody reports, and a
 * charon that does not answer within 20 seconds is ended, so that systemd starts the next one.
 */
export const IKEV2_VICI: HostFile = {
  path: '/usr/local/lib/vpn-gateway/vici.py',
  content: withoutComments(String.raw`"""charon's control protocol; run by itself, it logs charon's sessions."""
import os, re, signal, socket, struct, subprocess, sys, time

def parsed(data):
	at, stack, items = 0, [{}], None
	def word(size):
		nonlocal at
		length = int.from_bytes(data[at:at + size], 'big')
		at += size + length
		return data[at - length:at].decode('ascii', 'replace')
	while at < len(data):
		kind, at = data[at], at + 1
		if kind == 1: # a section begins
			stack.append(stack[-1].setdefault(word(1), {}))
		elif kind == 2:
			stack.pop()
		elif kind == 3:
			key = word(1)
			stack[-1][key] = word(2)
		elif kind == 4: # a list begins
			items = stack[-1].setdefault(word(1), [])
		elif kind == 5:
			items.append(word(2))
	return stack[0]

class Vici:
	gone = 'charon is gone'

	def __init__(self):
		self.socket = socket.socket(socket.AF_UNIX)
		self.socket.settimeout(20)
		self.socket.connect('/run/charon.vici')

	def send(self, kind, name):
		packet = struct.pack('!BB', kind, len(name)) + name.encode()
		self.socket.sendall(struct.pack('!I', len(packet)) + packet)

	def exactly(self, size):
		data = b''
		while len(data) < size:
			data += self.socket.recv(size - len(data)) or sys.exit(self.gone)
		return data

	def receive(self): # the name of an event, or 1 for an answer, or another number; and what it holds
		packet = self.exactly(int.from_bytes(self.exactly(4), 'big'))
		if packet[0] != 7:
			return packet[0], parsed(packet[1:])
		return packet[2:2 + packet[1]].decode(), parsed(packet[2 + packet[1]:])

	def follow(self, *events):
		for event in events:
			self.send(3, event)

	def sas(self): # (name of the connection, IKE_SA) each
		self.follow('list-sa')
		self.send(0, 'list-sas')
		found = []
		while True:
			name, message = self.receive()
			if name == 1:
				return found
			found += message.items()

class Sessions:
	def __init__(self):
		self.live, self.attempts = {}, {}

	def log(self, event, session, *more):
		words = [f'{key}={session[key]}' for key in ('user', 'client', 'address') if key in session]
		subprocess.run(['/usr/local/sbin/vpn-gateway-log', event, 'ikev2', *words, *more])

	def count(self, session, child, is_open=True): # the counters of each pair of SAs begin at 0
		session['children'][child['uniqueid']] = int(child.get('bytes-in', 0)), int(child.get('bytes-out', 0))
		(session['open'].add if is_open else session['open'].discard)(child['uniqueid'])

	def seen(self, sa, is_open=True):
		session = self.live.setdefault(sa['uniqueid'], {'start': time.monotonic() - int(sa.get('established', 0)), 'children': {}, 'open': set(), 'down': False})
		session.update(client=sa['remote-host'], user=sa.get('remote-eap-id', sa.get('remote-id', '')), address=next(iter(sa.get('remote-vips', [])), ''))
		for child in sa.get('child-sas', {}).values():
			if 'old' in child: # renewed
				self.count(session, child['old'], False)
				self.count(session, child['new'])
			else:
				self.count(session, child, is_open)
		return session

	def end(self, uniqueid):
		session = self.live.pop(uniqueid)
		came, went = (sum(child[way] for child in session['children'].values()) for way in (0, 1))
		self.log('session-end', session, f"seconds={time.monotonic() - session['start']:.0f}", f'bytes_in={came}', f'bytes_out={went}')

	def only(self, listed): # whatever else was missed
		for uniqueid in {*self.live} - listed:
			self.end(uniqueid)

	def event(self, name, message):
		up = message.pop('up', '') == 'yes'
		if name == 'log':
			if 'ikesa-uniqueid' in message:
				self.attempt(message['ikesa-uniqueid'], message['msg'])
			return
		sa = next(iter(message.values()))
		uniqueid = sa.get('uniqueid')
		if name == 'ike-rekey':
			if sa['old']['uniqueid'] in self.live:
				self.live[sa['new']['uniqueid']] = self.live.pop(sa['old']['uniqueid'])
		elif name == 'child-updown' and up and uniqueid not in self.live:
			self.log('session-start', self.seen(sa))
		elif uniqueid in self.live:
			session = self.seen(sa, up or name != 'child-updown')
			session['down'] |= name == 'ike-updown' and not up
			if session['down'] and not session['open']: # charon tells of the end before it tells of the bytes
				self.end(uniqueid)

	def attempt(self, uniqueid, text): # one failure for each IKE_SA, however many lines tell of it
		client = re.match(r'looking for peer configs matching .*\.\.\.([0-9.]+)\[(.*)\]$', text)
		user = re.match("received EAP identity '(.*)'$", text)
		if client:
			while len(self.attempts) > 1000:
				del self.attempts[next(iter(self.attempts))]
			self.attempts[uniqueid] = dict(zip(('client', 'user'), client.groups()))
		elif uniqueid in self.attempts:
			if user:
				self.attempts[uniqueid]['user'] = user[1]
			elif re.match(r'generating IKE_AUTH response \d+ \[.* (EAP/FAIL|N\(AUTH_FAILED\)) |EAP-MS-CHAPv2 verification failed', text):
				self.log('auth-failure', self.attempts.pop(uniqueid))

def main():
	charon, sessions = Vici(), Sessions()
	pid = struct.unpack('3i', charon.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
	charon.follow('list-sa', 'ike-updown', 'ike-rekey', 'child-updown', 'child-rekey', 'log')
	def stop(*_): # ends the wait for charon, and no entry that is being written
		charon.gone = None
		charon.socket.shutdown(socket.SHUT_RDWR)
	signal.signal(signal.SIGTERM, stop)
	charon.send(0, 'list-sas')
	waits, until, listed = True, time.monotonic() + 20, set()
	try:
		while True:
			if time.monotonic() > until and waits:
				os.kill(pid, signal.SIGKILL)
				sys.exit('charon did not answer for 20 seconds: it was ended')
			if time.monotonic() > until:
				charon.send(0, 'list-sas')
				waits, until, listed = True, time.monotonic() + 20, set()
			charon.socket.settimeout(max(.1, until - time.monotonic()))
			try:
				name, message = charon.receive()
			except TimeoutError:
				continue
			if name == 1:
				waits, until = False, time.monotonic() + 30
				sessions.only(listed)
			elif name == 'list-sa':
				for sa in message.values():
					if sa['state'] == 'ESTABLISHED':
						sessions.seen(sa)
					listed.add(sa['uniqueid'])
			elif type(name) is str:
				sessions.event(name, message)
	finally:
		sessions.only(set())

if __name__ == '__main__':
	main()
`),
};
