import type { HostFile } from '../host-commands';

/**
 * The process of `vpn-gateway-wg.service`. WireGuard runs in the kernel and knows no sessions; this process derives them
 * from the handshakes, and stands for the interface: when wg0 is gone or down, it fails, and systemd sets wg0 up again
 * before it starts the next one.
 *
 * A session begins with a handshake, and ends when its keys are dead: 180 seconds after the last handshake
 * (REJECT_AFTER_TIME in the WireGuard paper; whoever sends makes a new handshake after 120). Its seconds end where the
 * client last sent something. Times are read from the clock that nobody sets; a handshake is new when its time differs.
 *
 * What it knows survives a restart of the process, in its runtime directory; after a restart of the machine all
 * handshakes are new.
 */
export const WIREGUARD_SESSIONS: HostFile = {
  path: '/usr/local/sbin/vpn-gateway-wg',
  mode: '0755',
  content: String.raw`#!/usr/bin/python3 -IS
"""Logs the sessions of wg0, derived from its handshakes; fails when wg0 is gone or down, so that systemd brings it back."""
import json, os, signal, socket, subprocess, sys, time

EVERY, DEAD = 5, 180 # seconds; 180 is WireGuard's REJECT_AFTER_TIME
STATE, FLAGS = os.environ['RUNTIME_DIRECTORY'] + '/sessions', '/sys/class/net/wg0/flags'

def tell(text):
	with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
		systemd.sendto(text, os.environ['NOTIFY_SOCKET'])

def log(event, session, *more):
	words = [f'{key}={session[key]}' for key in ('user', 'client', 'address')]
	subprocess.run(['/usr/local/sbin/vpn-gateway-log', event, 'wireguard', *words, *more])

def end(session):
	if session['live']:
		session['live'] = False
		count = [session[way] - session['old_' + way] for way in ('in', 'out')]
		log('session-end', session, f"seconds={session['seen'] - session['start']:.0f}", f'bytes_in={count[0]}', f'bytes_out={count[1]}')

def poll(sessions):
	now = time.monotonic()
	with open('/var/lib/vpn-gateway/wireguard-users') as file:
		users = {key: (address, user) for key, address, user in map(str.split, file)}
	if not os.path.exists(FLAGS) or not int(open(FLAGS).read(), 16) & 1:
		sys.exit('wg0 is gone or down: it is set up again')
	peers = {}
	for row in subprocess.run(['wg', 'show', 'wg0', 'dump'], check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines()[1:]:
		key, _, client, _, handshake, came, went, _ = row.split('\t')
		if key in users and handshake != '0':
			peers[key] = handshake, client.rpartition(':')[0].strip('[]'), int(came), int(went)
	for key in [*sessions]:
		if key not in peers or peers[key][2] < sessions[key]['in']: # removed, or removed and added again
			end(sessions.pop(key))
	for key, (handshake, client, came, went) in peers.items():
		session = sessions.setdefault(key, {'handshake': '', 'live': False, 'in': 0, 'out': 0})
		session['client'] = client
		if handshake != session['handshake']:
			session['handshake'], session['fresh'] = handshake, now
			if not session['live']:
				address, user = users[key]
				session.update(live=True, start=now, seen=now, old_in=session['in'], old_out=session['out'], user=user, address=address)
				log('session-start', session)
		if came != session['in']:
			session['seen'] = now
		session['in'], session['out'] = came, went
		if now - session['fresh'] > DEAD:
			end(session)

def save(sessions):
	with open(STATE + '.new', 'w') as file:
		json.dump(sessions, file)
	os.rename(STATE + '.new', STATE)

sessions = json.load(open(STATE)) if os.path.exists(STATE) else {}
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
tell(b'READY=1')
try:
	while True:
		poll(sessions)
		save(sessions)
		tell(b'WATCHDOG=1')
		time.sleep(EVERY)
except SystemExit as stop:
	if stop.code is None: # told to stop, and wg0 with it
		for session in sessions.values():
			end(session)
		save(sessions)
	raise
`,
};
