/**
 * The two programs on the machine, in tabs and few words, because user data has 16 KB for everything;
 * docs/host-pptp.md tells their story at length. What differs between gateways is in /etc/pptp-gateway/settings.
 */

/**
 * `pptp-gateway` makes the machine a gateway, in steps of which each is safe to repeat. A timer runs it at boot and every
 * few minutes: until the gateway is ready it goes through all of them, afterwards it only reads users and policy.
 */
export const GATEWAY_PROGRAM = String.raw`#!/bin/sh
# Makes this machine a PPTP gateway, tells the cloud once how that went, then keeps users and policy current.
set -eu
state=/var/lib/pptp-gateway run=/run/pptp-gateway pin=/etc/default/grub.d/99-pptp-gateway.cfg
me=$(cat /var/lib/cloud/data/instance-id) kernel=$(uname -r)
. /etc/pptp-gateway/settings
mkdir -p $state $run/calls

retry() {
	left=$1
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 5
	done
}
apt() {
	DEBIAN_FRONTEND=noninteractive timeout 900 apt-get -qy --no-install-recommends "$@"
}
refresh() { # what cannot be read, or is refused, leaves the last good one in place
	good=true
	for what in policy users; do
		{ text=$(read_$what) && printf %s "$text" | pptp-gateway-apply $what; } || {
			echo "$what: the last good ones stay"
			good=false
		}
	done
	$good
}
refresh_or_last_good() {
	refresh || { [ -s $state/policy.nft ] && grep -q '^# pptp-gateway' /etc/ppp/chap-secrets; }
}
boots() { # fails unless GRUB boots its first entry and that is this kernel
	update-grub
	grep -q 'set default="0"' /boot/grub/grub.cfg
	grep -m 1 '^[[:space:]]*linux' /boot/grub/grub.cfg | grep -qF "/vmlinuz-$1 "
}
tell() {
	[ "$(cat $state/told 2>/dev/null)" = "$me" ] || {
		retry 10 signal_$1
		echo "$me" >$state/told
	}
}
failed() {
	echo "this gateway does not serve: failed at $step"
	tell failure
}

if [ -e $run/ready ]; then
	tell ready
	refresh
	exit
fi
trap 'exit 1' TERM
trap failed EXIT
step='installing packages'
if [ ! -e $state/installed ]; then
	retry 10 apt update
	retry 10 apt install $packages
	after_install
	touch $state/installed
fi
step="loading ppp_generic, ppp_async and ppp_mppe into kernel $kernel"
if ! modprobe -a ppp_generic ppp_async ppp_mppe; then
	# Debian's cloud flavour has no PPP. The full flavour has; where that runs, or was tried, nothing helps.
	full="^[0-9][^-]*(-[0-9]+)?-$flavour\$"
	[ ! -e $state/rebooted ]
	echo "$kernel" | grep -qvE "$full"
	step='switching to the full flavour of the kernel'
	retry 10 apt install linux-image-$flavour
	new=$(linux-version list | grep -E "$full" | linux-version sort | tail -n 1)
	# By version alone GRUB would boot the cloud flavour again.
	printf 'GRUB_DEFAULT=0\nGRUB_TOP_LEVEL=/boot/vmlinuz-%s\n' "$new" >$pin
	boots "$new"
	touch $state/rebooted
	echo "kernel $kernel has no PPP: rebooting into $new"
	trap - EXIT
	systemctl reboot
	exit
fi
step='removing the cloud flavour of the kernel' # its metapackage would bring the next one, and that would boot
unwanted=$(dpkg-query -W 'linux-image*-cloud-*' 2>/dev/null | awk 'NF > 1 { print $1 }')
if [ "$unwanted" ] && echo "$kernel" | grep -qv -e -cloud-; then
	retry 10 apt purge $unwanted
	rm -f $pin
	boots "$kernel"
fi
step='loading the packet filter'
sysctl -q -p /etc/sysctl.d/90-pptp-gateway.conf
systemctl enable --now nftables.service
nft list table inet pptp_gateway >/dev/null
step='reading users and policy'
retry 30 refresh_or_last_good
step='starting pptpd'
touch $run/serve
systemctl start pptpd.service
retry 20 pptp-gateway-apply answer 2>/dev/null
touch $run/ready
echo 'ready: PPTP answers; packet filter, users and policy are in place'
trap - EXIT
tell ready
`;

/**
 * `pptp-gateway-apply users|policy`: applies what it reads on standard input, wholly or not at all; `answer`: whether
 * pptpd does. Python, because every Debian cloud image has it (cloud-init needs it). Its rule for users is the one of
 * users.ts; the kernel tier gives both the same secrets.
 */
export const APPLY_PROGRAM = String.raw`#!/usr/bin/python3
"""Applies users or policy from standard input, wholly or not at all; or waits for pptpd's answer."""
import glob, json, os, re, signal, socket, struct, subprocess, sys

SECRETS, POLICY, CALLS = '/etc/ppp/chap-secrets', '/var/lib/pptp-gateway/policy.nft', '/run/pptp-gateway/calls/'
POOL, RANGES = os.environ['pool'], re.findall(r'([\d.]+)\.(\d+)-(\d+)', os.environ['fixed'])
FIXED = [f'{net}.{n}' for net, first, last in RANGES for n in range(int(first), int(last) + 1)]

def need(fact, text): # its text never holds a value of the secret
	if not fact:
		sys.exit(f'{sys.argv[1]} refused: {text}')

def read(path):
	return open(path).read() if os.path.exists(path) else ''

def write(path, text):
	with open(os.open(path + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
		file.write(text)
		file.flush()
		os.fsync(file.fileno())
	os.rename(path + '.new', path)

def word(text): # for pppd's getword(); without spaces, so that a line splits at them
	return '"' + re.sub(r'(["\\])', r'\\\1', text).replace(' ', r'\s') + '"'

def lines(text):
	try:
		secret = json.loads(text)
	except (ValueError, RecursionError):
		secret = None
	need(type(secret) is dict and [*secret] == ['users'] and type(secret['users']) is list, 'not {"users": [...]}')
	taken = set()
	for at, user in enumerate(secret['users'], 1):
		keys = {*user} if type(user) is dict else set()
		need(keys - {'address'} == {'name', 'password'}, f'user {at}: not a name, a password and perhaps an address')
		name, password, address = user['name'], user['password'], user.get('address', POOL)
		for part in name, password:
			need(type(part) is str and re.fullmatch('[ -~]{1,255}', part), f'user {at}: not 1 to 255 printable ASCII characters')
		need(name != '*' and password[:2] != '@/', f'user {at}: means something else to pppd')
		need('address' not in keys or address in FIXED, f'user {at}: address not set aside for users')
		mine = {(name,), user.get('address', at)}
		need(not taken & mine, f'user {at}: name or address taken')
		taken |= mine
		yield f'{word(name)} pptpd {word(password)} {address}\n'

def users(text):
	old, new = read(SECRETS), ['# pptp-gateway\n', *lines(text)]
	if old == ''.join(new):
		return
	write(SECRETS, ''.join(new))
	print(len(new) - 1 or 'no', 'users' if new[1:] else 'users yet: nobody can log in')
	gone = {line.split(' ')[0] for line in old.splitlines(True) if line not in new}
	for call in glob.glob(CALLS + '*'):
		pid = os.path.basename(call)
		if word(read(call)[:-1].partition(' ')[2]) in gone and read(f'/proc/{pid}/comm') == 'pppd\n':
			os.kill(int(pid), signal.SIGTERM)
			print(f'ended the call of pppd {pid}: user removed or changed')

def policy(text):
	head, *lines = text.splitlines() or ['']
	need(head == 'pptp-gateway policy 1', 'not of version 1')
	table = 'inet pptp_gateway'
	rules = f'flush set {table} clients\nflush chain {table} destinations\n'
	for line in lines:
		match = re.fullmatch(r'(client|to) ([\d.]+/\d+)((?: meta l4proto (?:tcp|udp|icmp)| (?:tcp|udp) dport \d+-\d+)?)', line)
		need(match, line)
		what, cidr, ports = match.groups()
		rules += f'add element {table} clients {{ {cidr} }}\n' if what == 'client' else f'add rule {table} destinations ip daddr {cidr}{ports} accept\n'
	if rules != read(POLICY):
		need(not subprocess.run(['nft', '-f', '-'], input=rules, text=True).returncode, 'nft') # one transaction: calls stay up
		write(POLICY, rules)
		print('policy:', '; '.join(lines))

def answer(_): # a whole Start-Control-Connection exchange: an open port alone proves little
	with socket.create_connection(('127.0.0.1', 1723), 10) as pptpd:
		pptpd.sendall(struct.pack('!HHIHHH142x', 156, 1, 0x1A2B3C4D, 1, 0, 256))
		need(pptpd.recv(10) == struct.pack('!HHIH', 156, 1, 0x1A2B3C4D, 2), 'not PPTP')

globals()[sys.argv[1]](sys.stdin.read())
`;
