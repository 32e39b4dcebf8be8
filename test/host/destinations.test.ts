import { spawnSync } from 'node:child_process';
import { parseUserDestinations, USER_DESTINATION_PATTERN } from '../../lib/host/destinations';
import { errorOf } from '../support/messages';

const parse = (...list: unknown[]) => parseUserDestinations(list, 'user 2');
const refusal = (what: string) => ({
  code: 'USER_DESTINATION_INVALID',
  text: `${what}.
  allowed  a list of IPv4 ranges in CIDR notation without host bits, each alone or followed by tcp, udp or icmp, tcp and udp perhaps by a port or two with a hyphen between, from 1 to 65535
  write    "destinations": ["10.0.0.0/16", "10.0.0.5/32 tcp 443", "10.0.0.5/32 udp 53-60", "10.0.0.0/24 icmp"]

      at FILE:LINE
      code USER_DESTINATION_INVALID, see docs/diagnostics.md`,
});
const MALFORMED = [
  '',
  'hush',
  '10.0.0.5',
  '10.0.0.5/33',
  '10.0.0.0/08',
  '10.0.0/24',
  '10.0.0.256/32',
  '010.0.0.5/32',
  '10.0.0.0/255.0.0.0',
  'fd00::/8',
  '::ffff:10.0.0.5/128',
  ' 10.0.0.0/16',
  '10.0.0.0/16 ',
  '10.0.0.0/16\n',
  '10.0.0.0/16\ttcp',
  '10.0.0.0/16  tcp',
  '10.0.0.0/16 any',
  '10.0.0.0/16 gre',
  '10.0.0.0/16 TCP 443',
  '10.0.0.0/16 443',
  '10.0.0.0/16 icmp 8',
  '10.0.0.0/16 tcp 0',
  '10.0.0.0/16 tcp 0443',
  '10.0.0.0/16 tcp 443-',
  '10.0.0.0/16 tcp 443:444',
  '10.0.0.0/16 tcp 443,444',
  '10.0.0.0/16 tcp 100000',
  '10.0.0.0/16 tcp ٤٤٣',
  '10.0.0.0/16 tcp 443 accept; add rule',
];

describe('destinations of a user', () => {
  test('are ranges, alone or with a protocol, a port or ports', () => {
    expect(
      parse(
        '10.0.0.0/16',
        '10.0.0.5/32 tcp 443',
        '10.0.0.5/32 udp 53-60',
        '10.0.0.0/24 icmp',
        '0.0.0.0/0 tcp',
        '10.0.0.5/32 tcp 1-65535',
      ),
    ).toEqual([
      { cidr: '10.0.0.0/16', protocol: 'any' },
      { cidr: '10.0.0.5/32', protocol: 'tcp', fromPort: 443, toPort: 443 },
      { cidr: '10.0.0.5/32', protocol: 'udp', fromPort: 53, toPort: 60 },
      { cidr: '10.0.0.0/24', protocol: 'icmp' },
      { cidr: '0.0.0.0/0', protocol: 'tcp' },
      { cidr: '10.0.0.5/32', protocol: 'tcp', fromPort: 1, toPort: 65535 },
    ]);
  });

  test('may be none: a user who may go nowhere', () => {
    expect(parse()).toEqual([]);
  });
});

describe('destinations that are refused, without a word of the secret', () => {
  test.each([undefined, null, 'hush', {}, 7])('are not a list: %j', (list) => {
    expect(errorOf(() => parseUserDestinations(list, 'user 2'))).toEqual(
      refusal('destinations of user 2 are not a list'),
    );
  });

  test.each([...MALFORMED, null, 7, ['10.0.0.0/16']])('have an entry of another form: %j', (entry) => {
    expect(errorOf(() => parse('10.0.0.0/16', entry))).toEqual(
      refusal('destination 2 of user 2 is not an IPv4 range, perhaps with a protocol and ports'),
    );
  });

  test.each(['10.0.0.5/16', '10.0.0.1/0 tcp 443'])('have host bits: %j', (entry) => {
    expect(errorOf(() => parse(entry))).toEqual(refusal('destination 1 of user 2 has host bits set'));
  });

  test.each(['10.0.0.5/32 tcp 444-443', '10.0.0.5/32 udp 65536', '10.0.0.5/32 udp 1-65536'])(
    'have ports that do not exist or stand the wrong way round: %j',
    (entry) => {
      expect(errorOf(() => parse(entry))).toEqual(
        refusal('destination 1 of user 2 has ports that are out of order or above 65535'),
      );
    },
  );
});

test('the form of a destination means the same to Python', () => {
  const fine = ['10.0.0.0/16', '10.0.0.5/32 tcp 443', '10.0.0.5/32 udp 53-60', '10.0.0.0/24 icmp', '0.0.0.0/0 tcp'];
  const program = `
import ipaddress, json, re, sys
def taken(text):
	form = re.fullmatch(r'${USER_DESTINATION_PATTERN}', text)
	try:
		return bool(form and ipaddress.IPv4Network(form[1]))
	except ValueError:
		return False
print(json.dumps([taken(text) for text in json.load(sys.stdin)]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify([...fine, ...MALFORMED, '10.0.0.5/16']),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([...fine.map(() => true), ...MALFORMED.map(() => false), false]);
});
