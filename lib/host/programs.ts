import { USER_DESTINATION_PATTERN } from './destinations';
import type { HostService } from './host-service';
import { withoutComments } from './python';

/**
 * The two programs on the machine, in tabs and few words, Python without its comments, because EC2's user data has 16 KB
 * for everything; docs/hosts.md tells their story at length. What differs between gateways is in /etc/vpn-gateway/settings.
 */

/** Shell functions that the machine's program and the script of an image share. */
export const RETRY_AND_APT = `retry() {
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
`;

/** A shell function: whether the machine will boot this kernel, by GRUB's first entry or by the one that is named. */
export const BOOTS = String.raw`boots() { # fails unless GRUB boots this kernel
	update-grub
	at=$(sed -n 's/^ *set default="\([^$"]*>\)\?\([^$"]*\)"/\2/p' /boot/grub/grub.cfg)
	case $at in
	0) grep -m 1 '^[[:space:]]*linux' /boot/grub/grub.cfg ;;
	*) sed -n "/'$at'/,/initrd/p" /boot/grub/grub.cfg ;;
	esac | grep -qF "/vmlinuz-$1 "
}
`;

/** Matches the versions of Debian's full flavour of the kernel. */
export const FULL_FLAVOUR = String.raw`"^[0-9][^-]*(-[0-9]+)?-$flavour\$"`;

/** Installs Debian's full flavour of the kernel and makes GRUB boot it; needs `full`, `flavour` and `pin`. */
export const SWITCH_KERNEL = String.raw`retry 10 apt install linux-image-$flavour
new=$(linux-version list | grep -E "$full" | linux-version sort | tail -n 1)
# By version alone GRUB would boot the cloud flavour again.
printf 'GRUB_DEFAULT=0\nGRUB_TOP_LEVEL=/boot/vmlinuz-%s\n' "$new" >$pin
boots "$new" || { # GRUB of Debian 12 does not know GRUB_TOP_LEVEL
	menu=$(sed -n "s/^submenu .*'gnulinux-\(advanced-.*\)' {/\1/p" /boot/grub/grub.cfg)
	echo "GRUB_DEFAULT='gnulinux-$menu>gnulinux-$new-$menu'" >$pin
	boots "$new"
}
`;

/** Removes the cloud flavour of the kernel where that does not run; needs `kernel` and `pin`. */
export const REMOVE_CLOUD_KERNEL = `unwanted=$(dpkg-query -W 'linux-image*-cloud-*' 2>/dev/null | awk 'NF > 1 { print $1 }')
if [ "$unwanted" ] && echo "$kernel" | grep -qv -e -cloud-; then
	retry 10 apt purge $unwanted
	rm -f $pin
	boots "$kernel"
fi
`;

/**
 * `vpn-gateway` makes the machine a gateway, in steps of which each is safe to repeat. A timer runs it at boot and every
 * few minutes: until the gateway is ready it goes through all of them, afterwards it only reads users and policy. `watch`,
 * which another timer runs every minute, starts a server again that hangs (systemd itself only sees those that end), and
 * loads the packet filter again where somebody has flushed it.
 */
export const GATEWAY_PROGRAM = `#!/bin/sh
# Makes this machine a VPN gateway, tells the cloud once how that went, then keeps users and policy current.
set -eu
state=/var/lib/vpn-gateway run=/run/vpn-gateway pin=/etc/default/grub.d/99-vpn-gateway.cfg
me=$(cat /var/lib/cloud/data/instance-id) kernel=$(uname -r)
. /etc/vpn-gateway/settings
mkdir -p $state $run

${RETRY_AND_APT}refresh() { # what cannot be read, or is refused, leaves the last good one in place
	good=true
	for what in policy users; do
		{ text=$(read_$what) && printf %s "$text" | vpn-gateway-apply $what; } || {
			echo "$what: the last good ones stay"
			good=false
		}
	done
	$good
}
refresh_or_last_good() {
	refresh || { [ -s $state/policy ] && [ -s $state/reach ]; }
}
${BOOTS}tell() {
	[ "$(cat $state/told 2>/dev/null)" = "$me" ] || {
		retry 10 signal_$1
		echo "$me" >$state/told
	}
}
failed() {
	echo "this gateway does not serve: failed at $step"
	tell failure
}

if [ "$*" = watch ]; then # not a busy server starts again, but one that hangs
	[ -e $run/ready ] || exit 0
	filter_loaded >/dev/null || {
		echo 'the packet filter is gone: loading it again'
		systemctl restart $filter
	}
	turns() {
		cat /proc/$(systemctl show -P MainPID $1)/task/*/status 2>/dev/null | grep ctxt
	}
	all() {
		for unit in $units; do echo $unit $(turns $unit); done
	}
	before=$(all)
	vpn-gateway-apply answer || for unit in $units; do
		echo "$before" | grep -qxF "$(echo $unit $(turns $unit))" || continue
		echo "$unit hangs: starting it again"
		systemctl kill -s KILL $unit
		systemctl restart $unit
	done
	exit
fi
if [ -e $run/ready ]; then
	tell ready
	refresh
	exit
fi
trap 'exit 1' TERM
trap failed EXIT
step='installing packages'
if [ ! -e $state/installed ]; then
	for package in $packages; do # an image made for gateways has them
		grep -qsxF $package $state/image && continue
		retry 10 apt update
		retry 10 apt install $packages
		break
	done
	after_install
	touch $state/installed
fi
step="loading $modules into kernel $kernel"
if ! modprobe -a $modules; then
	# Debian's cloud flavour has no PPP. The full flavour has; where that runs, or was tried, nothing helps.
	full=${FULL_FLAVOUR}
	[ ! -e $state/rebooted ]
	echo "$kernel" | grep -qvE "$full"
	step='switching to the full flavour of the kernel'
${SWITCH_KERNEL.replace(/^/gm, '\t').trimEnd()}
	touch $state/rebooted
	echo "kernel $kernel lacks modules: rebooting into $new"
	trap - EXIT
	systemctl reboot
	exit
fi
step='removing the cloud flavour of the kernel' # its metapackage would bring the next one, and that would boot
${REMOVE_CLOUD_KERNEL}step='loading the packet filter'
sysctl -q -p /etc/sysctl.d/90-vpn-gateway.conf
systemctl enable --now $filter
filter_loaded >/dev/null
step='reading users and policy'
retry 30 refresh_or_last_good
step="starting $units"
touch $run/serve
systemctl start $units
retry 20 vpn-gateway-apply answer 2>/dev/null
touch $run/ready
echo "ready: $units answers; packet filter, users and policy are in place"
trap - EXIT
tell ready
`;

const HEAD = `#!/usr/bin/python3
"""Applies users or policy from standard input, wholly or not at all; or asks the servers whether they answer."""
import base64, glob, ipaddress, json, os, re, signal, socket, struct, subprocess, sys, time

STATE = '/var/lib/vpn-gateway/'

def need(fact, text): # its text never holds a value of the secret
	if not fact:
		sys.exit(f'{sys.argv[1]} refused: {text}')

def read(path):
	return open(path).read() if os.path.exists(path) else ''

def write(path, text, mode=0o600): # whole or not at all; tells whether it changed
	if os.path.exists(path) and read(path) == text:
		return False
	with open(os.open(path + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), 'w') as file:
		file.write(text)
		file.flush()
		os.fsync(file.fileno())
	os.rename(path + '.new', path)
	return True

def run(*argv, input=None):
	return subprocess.run(argv, input=input, text=True, check=True, stdout=subprocess.PIPE).stdout

def fields(what, value, required, optional=frozenset()):
	keys = {*value} if type(value) is dict else None
	may = f', may have {", ".join(sorted(optional))},' if optional else ''
	need(keys is not None and required <= keys <= required | optional, f'{what}: must have {", ".join(sorted(required))}{may} and nothing else')
	return value

def address(text):
	try:
		return ipaddress.IPv4Address(text) if type(text) is str else None
	except ValueError:
		return None

def destination(what, text): # "10.0.0.5/32 tcp 443-444" as (range, protocol, ports)
	match = re.fullmatch(r'${USER_DESTINATION_PATTERN}', text) if type(text) is str else None
	need(match, f'{what}: not a destination')
	cidr, whole, ported, first, last = match.groups()
	first, last = int(first or 1), int(last or first or 65535)
	try:
		ipaddress.IPv4Network(cidr)
	except ValueError:
		need(False, f'{what}: not a range')
	need(first <= last <= 65535, f'{what}: not a range of ports')
	return cidr, whole or ported, (first, last) if ported else None
`;

const TAIL = `
def parsed(text):
	try:
		return json.loads(text)
	except (ValueError, RecursionError):
		return None

def users(text):
	keys, optional = {'users'}, set()
	for server in SERVERS:
		keys, optional = keys | server.keys, optional | server.optional_keys
	secret = fields('the secret', parsed(text), keys, optional - keys)
	need(type(secret['users']) is list, 'users: not a list')
	parts, reach, taken = [[] for _ in SERVERS], [], set()
	for at, user in enumerate(secret['users'], 1):
		what = f'user {at}'
		may = {'name', 'address', 'destinations'}
		need(type(user) is dict and 'name' in user, f'{what}: not an object with a name')
		# With one server every user is its; with several, those whose keys a user has.
		mine = [server for server in SERVERS if len(SERVERS) == 1 or server.user_keys <= {*user}]
		need(mine, f'{what}: has the keys of no server')
		required = {'name'}.union(*(server.user_keys for server in mine))
		fields(what, user, required, may.union(*(server.optional_user_keys for server in mine)) - required)
		name = user['name']
		for server in mine:
			need(type(name) is str and re.fullmatch(server.name_rule, name), f'{what}: name not allowed')
		need((name,) not in taken, f'{what}: name taken')
		taken.add((name,))
		addresses = []
		for server in mine:
			part = {key: user[key] for key in user if key in may | server.user_keys | server.optional_user_keys}
			if 'address' in user: # of the first server's pool; the others have the one at the same place in theirs
				own = address(user['address'])
				own = own and str(own + (POOLS[SERVERS.index(server)] - POOLS[0]))
				need(own and server.may_have(own), f'{what}: address not set aside for users')
				need(own not in taken, f'{what}: address taken')
				taken.add(own)
				addresses.append(own)
				part['address'] = own
			parts[SERVERS.index(server)].append(part)
		if 'destinations' in user:
			need(addresses, f'{what}: destinations without an address')
			need(type(user['destinations']) is list, f'{what}: destinations not a list')
			reach.append((addresses, [destination(what, one) for one in user['destinations']]))
	plans = []
	for server, part in zip(SERVERS, parts):
		own = {key: secret[key] for key in secret if key in server.keys | server.optional_keys}
		plans.append(server.prepare({**own, 'users': part}))
	filter_load(*(parsed(read(STATE + 'policy')) or ([], [])), reach)
	write(STATE + 'reach', json.dumps(reach))
	for server, plan in zip(SERVERS, plans):
		server.commit(plan)

def policy(text):
	head, *lines = text.splitlines() or ['']
	need(head == 'vpn-gateway policy 1', 'not of version 1')
	clients, destinations = [], []
	for line in lines:
		what, _, rest = line.partition(' ')
		need(what in ('client', 'to'), line)
		to = destination(line, rest)
		need(what == 'to' or to[1] is None, line)
		clients.append(to[0]) if what == 'client' else destinations.append(to)
	new = json.dumps([clients, destinations])
	filter_load(clients, destinations, parsed(read(STATE + 'reach')) or [])
	if write(STATE + 'policy', new):
		print('policy:', '; '.join(lines))

def answer(_):
	for server in SERVERS:
		server.answer()

globals()[sys.argv[1]](sys.stdin.read() if sys.argv[1] != 'answer' else '')
`;

/**
 * `vpn-gateway-apply users|policy`: applies what it reads on standard input, wholly or not at all; `answer`: whether the
 * servers do. Python, because every Debian cloud image has it (cloud-init needs it).
 */
export function applyProgram(filterPython: string, services: readonly HostService[]): string {
  const pools = services.map(({ filter }) => `int(ipaddress.IPv4Address('${filter.pool.split('/')[0]}'))`);
  const program = [
    HEAD,
    filterPython,
    ...new Set(services.map(({ pythonLibrary = '' }) => pythonLibrary)),
    ...services.map(({ python }) => python),
    `\nSERVERS = [${services.map(({ pythonClass }) => `${pythonClass}()`).join(', ')}]\n`,
    `POOLS = [${pools.join(', ')}]\n`,
    TAIL,
  ];
  return withoutComments(program.join(''));
}
