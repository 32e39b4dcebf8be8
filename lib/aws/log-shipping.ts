import type { BootScript } from './boot-script';

/**
 * Sends the machine's journal to CloudWatch Logs every minute, with Debian's awscli and Python: Debian 13 does not
 * package the CloudWatch agent.
 *
 * Entries about sessions (`vpn-gateway-log`) are sent as JSON with their fields, `VPN_EVENT`, `VPN_USER` and so on, which
 * CloudWatch Logs Insights finds by itself; all others as `program: text`.
 *
 * Each machine has a log stream of its own, named after its instance id. The place reached in the journal is kept, and
 * moved on only after CloudWatch has taken a batch, so that nothing is lost while it cannot be reached.
 *
 * @param logGroup name of the log group; may be a token
 * @param region of the log group; may be a token
 */
export function shipJournal(logGroup: string, region: string): BootScript {
  return {
    id: 'ShipJournal',
    description: "Sends the gateway's journal to CloudWatch Logs",
    packages: [],
    text: INSTALL,
    args: [logGroup, region],
  };
}

/**
 * The limits are those of PutLogEvents: 10000 events, 1048576 bytes with 26 for each event, 24 hours, in order of time.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html, read 2026-11
 */
export const SHIP_JOURNAL = `#!/usr/bin/python3
import json, os, subprocess, sys, tempfile
group, region = sys.argv[1:3]
state = os.environ['STATE_DIRECTORY'] + '/cursor'
stream = open('/var/lib/cloud/data/instance-id').read().strip()
NUMBERS = {'VPN_SECONDS', 'VPN_BYTES_IN', 'VPN_BYTES_OUT'}

def logs(command, **request):
    with tempfile.NamedTemporaryFile('w') as file:
        json.dump(dict(request, logGroupName=group, logStreamName=stream), file)
        file.flush()
        return subprocess.run(['aws', 'logs', command, '--region', region, '--cli-input-json', 'file://' + file.name],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

def text(message):
    return bytes(message).decode('utf-8', 'replace') if isinstance(message, list) else str(message)

def line(entry):
    if 'VPN_EVENT' in entry:
        fields = {key: text(entry[key]) for key in sorted(entry) if key.startswith('VPN_')}
        return json.dumps({key: int(value) if key in NUMBERS and value.isdigit() else value for key, value in fields.items()})
    name = entry.get('SYSLOG_IDENTIFIER') or entry.get('_COMM') or 'kernel'
    return text(name) + ': ' + text(entry.get('MESSAGE') or '-')

def put(batch, cursor):
    events = sorted(batch, key=lambda event: event['timestamp'])
    sent = logs('put-log-events', logEvents=events)
    if sent.returncode != 0 and 'ResourceNotFoundException' in sent.stderr:
        logs('create-log-stream')
        sent = logs('put-log-events', logEvents=events)
    if sent.returncode != 0:
        sys.exit(sent.stderr.strip())
    with open(state + '.new', 'w') as file:
        file.write(cursor)
    os.replace(state + '.new', state)

command = ['journalctl', '--no-pager', '--output=json', '--priority=info']
if os.path.exists(state):
    command.append('--after-cursor=' + open(state).read())
journal = subprocess.Popen(command, stdout=subprocess.PIPE)
batch, size, cursor, first, last = [], 0, None, 0, 0
for row in journal.stdout:
    entry = json.loads(row)
    when = int(entry['__REALTIME_TIMESTAMP']) // 1000
    message = line(entry).encode()[:65536].decode('utf-8', 'ignore')
    length = len(message.encode()) + 26
    low, high = min(first, when), max(last, when)
    if batch and (len(batch) == 10000 or size + length > 1000000 or high - low > 86000000):
        put(batch, cursor)
        batch, size = [], 0
    if not batch:
        low = high = when
    batch.append({'timestamp': when, 'message': message})
    size, cursor, first, last = size + length, entry['__CURSOR'], low, high
if journal.wait() != 0:
    if os.path.exists(state):
        os.remove(state)
    sys.exit('the journal cannot be read on from the place last reached: starting over')
if batch:
    put(batch, cursor)
`;

/**
 * In CloudWatch Logs Insights: every session that has ended, with its duration in seconds and its bytes.
 */
export const SESSIONS_QUERY = [
  'filter VPN_EVENT = "session-end"',
  'fields @timestamp, VPN_PROTOCOL, VPN_USER, VPN_CLIENT, VPN_ADDRESS, VPN_SECONDS, VPN_BYTES_IN, VPN_BYTES_OUT',
  'sort @timestamp desc',
  'limit 1000',
].join('\n| ');

/**
 * In CloudWatch Logs Insights: who still dials PPTP, how often and when last, for the time that is asked about.
 */
export const STILL_ON_PPTP_QUERY = [
  'filter VPN_EVENT = "session-start" and VPN_PROTOCOL = "pptp"',
  'stats count(*) as calls, max(@timestamp) as lastCall by VPN_USER',
  'sort lastCall desc',
  'limit 1000',
].join('\n| ');

const INSTALL = `set -eu
cat >/usr/local/sbin/vpn-gateway-ship-journal <<'END'
${SHIP_JOURNAL}END
chmod 755 /usr/local/sbin/vpn-gateway-ship-journal
cat >/etc/systemd/system/vpn-gateway-ship-journal.service <<END
[Unit]
Description=Send the journal to CloudWatch Logs
[Service]
Type=oneshot
StateDirectory=vpn-gateway-ship-journal
ExecStart=/usr/local/sbin/vpn-gateway-ship-journal $1 $2
END
cat >/etc/systemd/system/vpn-gateway-ship-journal.timer <<'END'
[Timer]
OnActiveSec=0
OnUnitInactiveSec=60
[Install]
WantedBy=timers.target
END
systemctl daemon-reload
systemctl enable --now vpn-gateway-ship-journal.timer`;
