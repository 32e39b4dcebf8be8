import type { HostFile } from './host-commands';

/**
 * `vpn-gateway-log EVENT PROTOCOL [KEY=VALUE...]` writes one entry about a session to the journal: as fields, for
 * `journalctl VPN_USER=alice`, and as one line in logfmt. The hooks and followers of every VPN server call it, most of them
 * without privileges: the journal's socket takes entries from everybody.
 *
 * Keys are `user`, `client` (the address from which the client comes), `address` (the one inside the tunnel), `seconds`,
 * `bytes_in` (from the client) and `bytes_out`. What is unknown is left out or empty. A name may be what an attacker sent:
 * everything but printable ASCII becomes a question mark, so that no entry can pass for two.
 */
export const SESSION_LOG: HostFile = {
  path: '/usr/local/sbin/vpn-gateway-log',
  mode: '0755',
  content: String.raw`#!/usr/bin/python3 -IS
"""vpn-gateway-log session-start|session-end|auth-failure PROTOCOL [KEY=VALUE...]: one journal entry about a session."""
import re, socket, sys
VALUES = {'user': '.*', 'client': '[0-9a-f.:]*', 'address': '[0-9a-f.:]*', 'seconds': '[0-9]*', 'bytes_in': '[0-9]*', 'bytes_out': '[0-9]*'}
event, protocol, *pairs = [re.sub('[^ -~]', '?', part)[:300] for part in sys.argv[1:]] + ['', ''][len(sys.argv) - 1:]
if event not in ('session-start', 'session-end', 'auth-failure') or not re.fullmatch('[a-z0-9]+', protocol):
	sys.exit(__doc__)
fields = {'SYSLOG_IDENTIFIER': 'vpn-gateway', 'PRIORITY': '4' if event == 'auth-failure' else '6', 'VPN_EVENT': event, 'VPN_PROTOCOL': protocol}
message = f'{event} protocol={protocol}'
for pair in pairs:
	key, _, value = pair.partition('=')
	if not re.fullmatch(VALUES.get(key, '(?!)'), value):
		sys.exit(f'vpn-gateway-log: {key} is unknown or not of its form')
	if value:
		fields['VPN_' + key.upper()] = value
		message += f' {key}=' + ('"' + re.sub(r'(["\\])', r'\\\1', value) + '"' if key == 'user' else value)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
	journal.sendto(''.join(f'{name}={value}\n' for name, value in {**fields, 'MESSAGE': message}.items()).encode(), '/run/systemd/journal/socket')
`,
};
