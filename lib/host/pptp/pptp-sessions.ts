import type { HostFile } from '../host-commands';
import { SANDBOX } from '../sandbox';

/**
 * What pppd calls when a call comes up and when it ends, and a follower of pppd's log for whom it refused: pppd has no hook
 * for that. pptpd gives pppd the client's address as `ipparam`, so it is on the command line of the entry's process.
 */
export const PPTP_SESSION_FILES: readonly HostFile[] = [
  {
    path: '/etc/ppp/ip-up.d/vpn-gateway',
    mode: '0755',
    content: `#!/bin/sh
# Notes whose call this is, and ends a dead one that still holds its address. Calls to others have no PEERNAME.
[ "$PEERNAME" ] || exit 0
mkdir -p /run/vpn-gateway/calls && cd /run/vpn-gateway/calls || exit 0
for pid in $(grep -ls "^$PPP_REMOTE " [0-9]*); do
	[ "$pid" = "$PPPD_PID" ] || ! grep -qsx pppd "/proc/$pid/comm" || kill "$pid"
done
echo "$PPP_REMOTE $PEERNAME" >"$PPPD_PID"
exec /usr/local/sbin/vpn-gateway-log session-start pptp user="$PEERNAME" client="$PPP_IPPARAM" address="$PPP_REMOTE"
`,
  },
  {
    path: '/etc/ppp/ip-down.d/vpn-gateway',
    mode: '0755',
    content: `#!/bin/sh
[ "$PEERNAME" ] || exit 0
rm -f "/run/vpn-gateway/calls/$PPPD_PID"
exec /usr/local/sbin/vpn-gateway-log session-end pptp user="$PEERNAME" client="$PPP_IPPARAM" address="$PPP_REMOTE" \\
	seconds="$CONNECT_TIME" bytes_in="$BYTES_RCVD" bytes_out="$BYTES_SENT"
`,
  },
  {
    path: '/usr/local/sbin/vpn-gateway-pptp',
    mode: '0755',
    content: `#!/usr/bin/python3 -IS
"""Follows pppd's log for whom it refused."""
import json, re, subprocess
journal = ['journalctl', '-qfn0', '-ojson', '-tpppd', '-upptpd.service', '--output-fields=MESSAGE,_CMDLINE']
for line in subprocess.Popen(journal, stdout=subprocess.PIPE).stdout:
	entry = json.loads(line)
	text = entry.get('MESSAGE') or ''
	if type(text) is list: # what is no UTF-8, as bytes
		text = bytes(text).decode('ascii', 'replace')
	user = re.fullmatch('Peer (.*) failed CHAP (authentication|Session verification)', text, re.S)
	client = re.search(' ipparam ([0-9.]+) ', entry.get('_CMDLINE') or '')
	if user:
		subprocess.run(['/usr/local/sbin/vpn-gateway-log', 'auth-failure', 'pptp', 'user=' + user[1], 'client=' + (client[1] if client else '')])
`,
  },
  {
    path: '/etc/systemd/system/vpn-gateway-pptp-log.service',
    content: `[Unit]
Description=Whom pppd refused, from its log
ConditionPathExists=/run/vpn-gateway/serve
StartLimitIntervalSec=0
[Service]
DynamicUser=yes
SupplementaryGroups=systemd-journal
ExecStart=/usr/local/sbin/vpn-gateway-pptp
Restart=always
RestartSec=1
CapabilityBoundingSet=
PrivateDevices=yes
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
${SANDBOX}
`,
  },
];
