import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLATFORM_IDS } from '../../lib/network';
import { VPN_PROTOCOLS } from '../../lib/protocols';
import { breaches } from '../support/json-schema';
import { Shell } from './world';

const schema = JSON.parse(readFileSync(join(__dirname, '..', '..', 'docs', 'explain.schema.json'), 'utf8'));

const shell = new Shell();
const run = (line: string) => shell.run(`explain ${line}`);

describe('explain', () => {
  test.each([
    ['--cloud aws', 0, 'PPTP works: AWS, internet gateway.'],
    ['--cloud azure', 1, 'PPTP cannot work: Azure, public IP.'],
    ['--cloud google', 3, 'Nobody can tell whether PPTP works: Google Cloud, external IP.'],
    ['--cloud azure --protocol ikev2', 0, 'IKEv2 works: Azure, public IP.'],
    ['--cloud aws --behind nat-gateway', 1, 'PPTP cannot work: AWS, behind NAT gateway.'],
    ['--cloud aws --client-nat router-without-helper', 1, 'PPTP cannot work: AWS, internet gateway; clients behind'],
    [
      '--cloud aws --client-nat carrier',
      3,
      'Nobody can tell whether PPTP works: AWS, internet gateway; clients behind',
    ],
    ['--cloud aws --client-nat one-to-one', 0, 'PPTP works: AWS, internet gateway; clients behind'],
    ['--cloud AWS --behind network-firewall --behind gateway-load-balancer', 0, 'PPTP works: AWS, behind Network F'],
    ['--cloud azure --behind vpn-gateway --protocol OpenVPN', 0, 'OpenVPN works: Azure, VPN Gateway.'],
    ['--cloud azure --protocol ikev2 --protocol pptp', 1, 'IKEv2 works: Azure, public IP.'],
    ['--cloud google --protocol ikev2 --protocol pptp', 3, 'IKEv2 works: Google Cloud, external IP.'],
    ['--cloud hetzner --client ios', 1, 'PPTP cannot work: Hetzner Cloud, public IP.'],
  ])('%s ends with %i', async (line, status, title) => {
    const done = await run(line);
    expect(done).toMatchObject({ status, stderr: '' });
    expect(done.stdout.startsWith(title)).toBe(true);
  });

  test('says of a refusal which hop drops what, on whose word, and what works instead', async () => {
    expect((await run('--cloud azure')).stdout).toMatchSnapshot();
  });

  test('says what it takes for granted, and how large packets may be', async () => {
    expect((await run('--cloud aws --client windows-11')).stdout).toMatchSnapshot();
  });

  test('says of what nobody can tell why', async () => {
    expect((await run('--cloud google --client-nat router')).stdout).toMatchSnapshot();
  });

  test('says plainly that nothing else works', async () => {
    const { stdout } = await run('--cloud aws --behind nat-gateway');
    expect(stdout.endsWith('\n\n  Nothing else that is known here works on this path.\n')).toBe(true);
  });

  test('names the devices that cannot speak a protocol', async () => {
    const { stdout } = await run('--cloud aws --client ios');
    expect(stdout).toMatch(/\n {2}Devices:\n {4}\S.* {2}not at all\.\n/);
  });

  test('writes no colours but to a terminal that wants them', async () => {
    const red = '\u001b[31m';
    const coloured = async (line: string, surroundings = {}) =>
      (await shell.run(`explain --cloud azure ${line}`.trim(), surroundings)).stdout.includes(red);
    expect(await coloured('')).toBe(false);
    expect(await coloured('', { terminal: 'stdout' })).toBe(true);
    expect(await coloured('', { terminal: 'stdout', env: { NO_COLOR: '1' } })).toBe(false);
    expect(await coloured('', { terminal: 'stdout', env: { NO_COLOR: '' } })).toBe(true);
    expect(await coloured('--no-color', { terminal: 'stdout' })).toBe(false);
    expect(await coloured('--color', { env: { NO_COLOR: '1' } })).toBe(true);
  });

  test('colours the outcome and the marks, and changes nothing else', async () => {
    const plain = (await run('--cloud google')).stdout;
    const coloured = (await run('--cloud google --color')).stdout;
    expect(coloured.startsWith('\u001b[33mNobody can tell whether PPTP works\u001b[39m: ')).toBe(true);
    expect(coloured).toContain(' \u001b[33m? GRE not certain, both directions\u001b[39m\n');
    expect(coloured.replaceAll('\u001b[33m', '').replaceAll('\u001b[39m', '')).toBe(plain);
  });

  test('keeps running text within 112 columns, but for the line of the path and its marks', async () => {
    for (const cloud of PLATFORM_IDS) {
      const { stdout } = await run(`--cloud ${cloud} --client windows-11 --protocol pptp --protocol ikev2`);
      // A line that marks a hop stands below it, wherever that is.
      const long = stdout.split('\n').filter((line) => line.length > 112 && !/->|^ +[x?] /.test(line));
      expect(long).toEqual([]);
    }
  });

  test('says what each option is for', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(0);
    expect(stdout).toMatchSnapshot();
  });

  test('has an option in its documentation for each that it has', async () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'explain.md'), 'utf8');
    const options = (await run('--help')).stdout.match(/^ {2}--[a-z-]+/gm)!.map((option) => option.trim());
    expect(options.length).toBeGreaterThan(9);
    expect(options.filter((option) => option !== '--help' && !page.includes(`\`${option}`))).toEqual([]);
  });
});

describe('explain --table', () => {
  test('has a line for every way, in columns', async () => {
    const { status, stdout } = await run('--table');
    const [head = '', ...rows] = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(head.trim().split(/ {2,}/)).toEqual(VPN_PROTOCOLS.map(({ name }) => name));
    expect(rows.length).toBeGreaterThan(80);
    const column = head.indexOf('PPTP');
    expect(rows.filter((row) => !/^(works|no|unverified) /.test(row.slice(column)))).toEqual([]);
  });

  test('says for programs what it says for people', async () => {
    const rows = (await run('--table')).stdout.trimEnd().split('\n').slice(1);
    const { ways } = JSON.parse((await run('--table --json')).stdout);
    const word: Record<string, string> = { works: 'works', 'cannot-work': 'no', unverified: 'unverified' };
    expect(
      ways.map(({ name, results }: { name: string; results: Record<string, string> }) => [
        name,
        ...Object.values(results).map((one) => word[one]),
      ]),
    ).toEqual(rows.map((row) => row.split(/ {2,}/)));
  });
});

describe('explain --json', () => {
  test.each([
    ...PLATFORM_IDS.map((cloud) => `--cloud ${cloud}`),
    '--cloud aws --client windows-11 --client-nat double --behind nat-gateway',
    '--cloud azure --behind vpn-gateway --protocol pptp --protocol ikev2 --protocol wireguard',
    '--cloud aws --client pptp-only-device --protocol sstp --protocol openvpn --protocol l2tp-ipsec',
    '--table',
  ])('keeps to its schema: %s', async (line) => {
    const { stdout, stderr } = await run(`${line} --json`);
    expect(stderr).toBe('');
    expect(breaches(JSON.parse(stdout), schema)).toEqual([]);
  });

  test('says the same twice', async () => {
    const line = '--cloud google --client windows-11 --client-nat router --json';
    expect(await run(line)).toEqual(await run(line));
  });

  test('names the hop, the code and the source of each reason', async () => {
    const { paths, result, instead } = JSON.parse((await run('--cloud azure --json')).stdout);
    expect(result).toBe('cannot-work');
    const [{ hops, findings }] = paths;
    expect(
      findings[0].reasons.map(
        ({ hop, code, direction }: { hop: number; code: string; direction: string }) =>
          `${hops[hop].element} ${code} ${direction}`,
      ),
    ).toEqual([
      'azure.public-ip GRE_DROPPED_BY_FABRIC to-gateway',
      'azure.public-ip GRE_DROPPED_BY_FABRIC to-client',
      'azure.virtual-network GRE_DROPPED_BY_FABRIC to-gateway',
      'azure.virtual-network GRE_DROPPED_BY_FABRIC to-client',
      'azure.network-security-group GRE_NOT_A_RULE_PROTOCOL to-gateway',
      'azure.network-security-group GRE_NOT_A_RULE_PROTOCOL to-client',
    ]);
    expect(findings[0].reasons[2].evidence[0]).toMatchObject({ title: 'Azure Virtual Network FAQ', read: '2026-10' });
    expect(instead.map(({ protocol }: { protocol: string }) => protocol)).toEqual([
      'ikev2',
      'l2tp-ipsec',
      'sstp',
      'wireguard',
      'openvpn',
    ]);
  });

  test('a schema that takes everything would be none', () => {
    expect(breaches({ schemaVersion: 1, kind: 'table', ways: [] }, schema)).not.toEqual([]);
    expect(breaches({ schemaVersion: 2, kind: 'answer' }, schema)).not.toEqual([]);
    expect(breaches({ a: 1 }, { type: 'object', properties: {}, additionalProperties: false })).toEqual([
      '$: a is not described',
    ]);
  });
});

describe('a question that is wrong', () => {
  test.each([
    ['nothing to look at', ''],
    ['a word that belongs to no option', 'azure'],
    ['two hyphens', '--cloud aws -- x'],
    ['an option that it does not have', '--clout aws'],
    ['an option of no name', '--xyzzy'],
    ['an option without its value', '--cloud'],
    ['an option without its value before the next', '--cloud --json'],
    ['an option with an empty value', '--cloud='],
    ['a value for an option that takes none', '--cloud aws --json=yes'],
    ['an option twice', '--cloud aws --cloud azure'],
    ['a file and a cloud', '--from ./path.json --cloud aws'],
    ['the table of one cloud', '--table --cloud aws'],
    ['colours for programs', '--cloud aws --json --color'],
    ['an unknown cloud', '--cloud azur'],
    ['an unknown element', '--cloud oracle --behind nat-gatewy'],
    ['an element of another cloud', '--cloud oracle --behind aws.nat-gateway'],
    ['elements that exclude each other', '--cloud aws --behind nat-gateway --behind internet-gateway'],
    ['kinds of NAT that exclude each other', '--cloud aws --client-nat one-to-one --client-nat carrier'],
    ['an unknown kind of NAT', '--cloud aws --client-nat cgnat'],
    ['an unknown device', '--cloud aws --client windows-95'],
    ['an element at the clients in front of the gateway', '--cloud aws --behind client-nat'],
    ['an unknown protocol', '--cloud aws --protocol ikev1'],
    ['a protocol twice', '--cloud aws --protocol pptp --protocol PPTP'],
    ['a file that is not there', '--from ./nowhere.json'],
  ])('%s', async (_, line) => {
    const { status, stdout, stderr } = await shell.run(['explain', ...line.split(' ').filter((word) => word !== '')]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatchSnapshot();
  });
});
