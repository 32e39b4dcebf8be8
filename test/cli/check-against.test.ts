import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/cli';
import { breaches } from '../support/json-schema';
import { type Done, Shell } from './world';

const schema = JSON.parse(readFileSync(join(repository, 'docs', 'check.schema.json'), 'utf8'));
const OLD = readFileSync(join(repository, 'test', 'review', 'corpus', 'pptp-that-works.yaml'), 'utf8');
const ACL = readFileSync(join(repository, 'test', 'review', 'corpus', 'network-acl-that-works.yaml'), 'utf8');
const CONTROL = '{ IpProtocol: tcp, FromPort: 1723, ToPort: 1723, CidrIp: 203.0.113.0/24 }';
const now = new Date('2026-11-23T12:00:00Z');

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

async function compared(before: string, after: string, more = ''): Promise<Done> {
  shell.write('old.yaml', before);
  shell.write('new.yaml', after);
  // The same name in both, as the same stack has.
  const [from, to] = ['old', 'new'].map((name) => {
    const file = `${name}/Vpn.yaml`;
    mkdirSync(shell.path(name), { recursive: true });
    shell.write(file, shell.read(`${name}.yaml`));
    return `./${file}`;
  });
  const line = `check ${to} --against ${from}${more}`;
  const done = await shell.run(line, { now });
  return { ...done, stdout: done.stdout.replaceAll(shell.folder, '.') };
}

interface Difference {
  readonly traffic: string;
  readonly clients: readonly string[];
  readonly before: string;
  readonly after: string;
}

/** The differences, one line each. */
async function differences(before: string, after: string): Promise<Readonly<Record<string, string[]>>> {
  const { comparison, ...rest } = JSON.parse((await compared(before, after, ' --json')).stdout);
  expect(breaches({ ...rest, comparison }, schema)).toEqual([]);
  const lines = (all: readonly Difference[]) =>
    all.map((one) => `${one.traffic} from ${one.clients.join(', ')}: ${one.before} -> ${one.after}`);
  return Object.fromEntries(
    Object.entries(comparison as Record<string, readonly Difference[]>).map(([key, all]) => [key, lines(all)]),
  );
}

const NOTHING = { reachable: [], unreachable: [], undecided: [] };

/** The template with more rules in its security group. */
function withRules(...rules: readonly string[]): string {
  return OLD.replace(`        - ${CONTROL}\n`, (line) => line + rules.map((rule) => `        - ${rule}\n`).join(''));
}

describe('check --against', () => {
  test('says that nothing changed where nothing did', async () => {
    const { status, stdout } = await compared(OLD, OLD);
    expect(status).toBe(0);
    expect(stdout).toBe(`The same packets get through as before.

Passes: 0 errors, 0 warnings, 0 notes; 1 known; what counts is errors.
`);
  });

  test('says what became reachable, for whom, and by which rule', async () => {
    const { status, stdout } = await compared(
      OLD,
      withRules('{ IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 198.51.100.0/24 }'),
    );
    expect(status).toBe(0);
    expect(stdout).toBe(`Became reachable:
  + Gateway: TCP 22 from 198.51.100.0/24
      Rule (TCP 22 from 198.51.100.0/24) allows TCP 22.
      at ./new/Vpn.yaml:42:11

Passes: 0 errors, 0 warnings, 0 notes; 1 known; what counts is errors.
`);
  });

  test('says what ceased to be, and where it stops now', async () => {
    const { stdout } = await compared(OLD, OLD.replace(`        - ${CONTROL}\n`, ''));
    expect(stdout).toContain(`Ceased to be reachable:
  - Gateway: TCP 1723 from 203.0.113.0/24
      No rule allows TCP 1723.
      at ./new/Vpn.yaml:`);
  });

  test('fails for findings that are new, and not for those that were there', async () => {
    const open = OLD.replace(CONTROL, CONTROL.replace('203.0.113.0/24', '0.0.0.0/0'));
    const { status, stdout } = await compared(OLD, open);
    expect(status).toBe(1);
    expect(stdout).toContain('\nerror pptp-open-to-the-world\n');
    expect(stdout).not.toContain('\nerror pptp-present\n');
    expect((await compared(open, open)).status).toBe(0);
  });
});

describe('what is compared is packets and not lines', () => {
  test.each([
    ['rules in another order', withRules().replace(/( {8}- .*tcp.*\n)( {8}- .*"47".*\n)/, '$2$1')],
    [
      'a range in two halves',
      OLD.replace(
        `- ${CONTROL}`,
        `- ${CONTROL.replace('/24', '/25')}\n        - ${CONTROL.replace('.0/24', '.128/25')}`,
      ),
    ],
    ['a rule that another one holds', withRules(CONTROL.replace('203.0.113.0/24', '203.0.113.7/32'))],
    ['a comment', `# a comment\n${OLD}`],
    [
      'another name for the group',
      OLD.replaceAll('Group.GroupId', 'Renamed.GroupId').replace('  Group:\n', '  Renamed:\n'),
    ],
  ])('%s changes nothing', async (_, after) => {
    expect(after).not.toBe(OLD);
    expect(await differences(OLD, after)).toEqual(NOTHING);
  });

  test('ports are told apart where rules begin and end, and joined where nothing tells them apart', async () => {
    const after = withRules('{ IpProtocol: udp, FromPort: 400, ToPort: 5000, CidrIp: 198.51.100.0/24 }');
    expect(await differences(OLD, after)).toEqual({
      ...NOTHING,
      reachable: ['UDP 400-5000 from 198.51.100.0/24: drops -> passes'],
    });
    expect(await differences(after, OLD)).toEqual({
      ...NOTHING,
      unreachable: ['UDP 400-5000 from 198.51.100.0/24: passes -> drops'],
    });
  });

  test('clients are told apart exactly', async () => {
    const after = OLD.replace(CONTROL, CONTROL.replace('203.0.113.0/24', '203.0.113.0/25'));
    expect(await differences(OLD, after)).toEqual({
      ...NOTHING,
      unreachable: ['TCP 1723 from 203.0.113.128/25: passes -> drops'],
    });
  });

  test('a rule for everything opens every port and every protocol, once each', async () => {
    const { reachable } = await differences(OLD, withRules('{ IpProtocol: "-1", CidrIp: 198.51.100.0/24 }'));
    expect(reachable).toEqual([
      'all TCP from 198.51.100.0/24: drops -> passes',
      'all UDP from 198.51.100.0/24: drops -> passes',
      'GRE (IP protocol 47) from 198.51.100.0/24: drops -> passes',
      'ESP (IP protocol 50) from 198.51.100.0/24: drops -> passes',
    ]);
  });

  test('port 47 is a port like any other here', async () => {
    const after = withRules('{ IpProtocol: tcp, FromPort: 47, ToPort: 47, CidrIp: 198.51.100.0/24 }');
    expect((await differences(OLD, after)).reachable).toEqual(['TCP 47 from 198.51.100.0/24: drops -> passes']);
  });

  test('the way back counts: without an outbound entry nothing is reachable that the inbound one lets in', async () => {
    const outbound = /\n {2}(\w+):\n {4}Type: AWS::EC2::NetworkAclEntry\n(?: {4}.*\n| {6}.*\n)*? {6}Egress: true\n/g;
    const entries = [...ACL.matchAll(outbound)].map(([, name]) => name!);
    expect(entries.length).toBeGreaterThan(0);
    const closed = ACL.replace(/Egress: true/g, 'Egress: true\n      RuleAction: deny').replace(
      /(RuleAction: deny\n(?:.*\n)*?) {6}RuleAction: allow\n/g,
      '$1',
    );
    const { unreachable } = await differences(ACL, closed);
    expect(unreachable).toContainEqual(expect.stringMatching(/^TCP 1723 from .*: passes -> drops$/));
  });

  test('what becomes unknown is neither', async () => {
    const after = OLD.replace(CONTROL, CONTROL.replace('203.0.113.0/24', '!Ref Range')).replace(
      'Resources:\n',
      'Parameters:\n  Range: { Type: String }\nResources:\n',
    );
    const found = await differences(OLD, after);
    expect([found.reachable, found.unreachable]).toEqual([[], []]);
    expect(found.undecided).toContainEqual(
      expect.stringMatching(/^TCP 1723 from .*203\.0\.113\.0.*: passes -> unknown$/),
    );
  });
});

describe('machines', () => {
  const gone = OLD.replace(/ {2}Gateway:\n(?: {4}.*\n)*/, '').replace(/ {2}Address:\n(?: {4}.*\n?)*/, '');

  test('that are new are reachable where they are, and those that are gone no more', async () => {
    expect((await differences(gone, OLD)).reachable).toContain('TCP 1723 from 203.0.113.0/24: absent -> passes');
    expect((await differences(OLD, gone)).unreachable).toContain('TCP 1723 from 203.0.113.0/24: passes -> absent');
  });

  test('without their address are reachable no more', async () => {
    const after = OLD.replace(/ {2}Address:\n(?: {4}.*\n?)*/, '');
    expect((await differences(OLD, after)).unreachable).toContain('TCP 1723 from 203.0.113.0/24: passes -> drops');
  });
});
