import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBeValidSarifLog } from '@microsoft/jest-sarif';
import { FINDING_KINDS } from '../../lib/review';
import { repository } from '../support/cli';
import { breaches } from '../support/json-schema';
import { parseXml } from '../support/xml';
import { type Done, Shell, type Surroundings } from './world';

const schema = JSON.parse(readFileSync(join(repository, 'docs', 'check.schema.json'), 'utf8'));
const corpus = join(repository, 'test', 'review', 'corpus');
const template = (name: string) => readFileSync(join(corpus, `${name}.yaml`), 'utf8');
const now = new Date('2026-11-23T12:00:00Z');

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
  shell.write('works.yaml', template('pptp-that-works'));
  shell.write('open.yaml', template('open-to-the-world'));
  shell.write('broken.yaml', template('stateless-entry-missing'));
});

/** What a check did, without the folder that it looked at. */
async function check(line: string, surroundings: Surroundings = {}): Promise<Done> {
  const done = await shell.run(`check ${line}`, { now, ...surroundings });
  return { ...done, stdout: done.stdout.replaceAll(shell.folder, '.') };
}

/** The same template with a reason for PPTP, so that nothing is an error. */
function withReason(text: string): string {
  const metadata = '    Metadata:\n      pptp-constructs: { insecureBecause: "old tills, until 2027-06" }\n';
  return text.replace('  Gateway:\n    Type: AWS::EC2::Instance\n', (head) => head + metadata);
}

describe('check', () => {
  test('says what a gateway serves, what stops the rest, and what is found', async () => {
    const { status, stdout, stderr } = await check('./broken.yaml');
    expect(status).toBe(1);
    expect(stderr).toBe('');
    expect(stdout).toMatchSnapshot();
  });

  test.each([
    ['error', 0],
    ['warning', 1],
    ['note', 1],
    ['never', 0],
  ])('ends with its status by --fail-on %s where the worst is a warning', async (level, status) => {
    shell.write('reasoned.yaml', withReason(template('pptp-that-works')));
    const done = await check(`./reasoned.yaml --fail-on ${level}`);
    expect(done.status).toBe(status);
    expect(done.stdout).toMatch(
      status === 1
        ? /\nFails: 0 errors, 1 warning, 0 notes; what counts is /
        : /\nPasses: 0 errors, 1 warning, 0 notes; /,
    );
    expect(done.stdout.includes('(does not count)')).toBe(status === 0);
  });

  test('fails without --fail-on where there is an error, and with --fail-on never not', async () => {
    expect((await check('./works.yaml')).status).toBe(1);
    expect((await check('./works.yaml --fail-on never')).status).toBe(0);
  });

  test('takes values of parameters in place of their defaults', async () => {
    shell.write('unknown.yaml', template('unknown-clients'));
    expect((await check('./unknown.yaml')).stdout).toContain('PPTP        nobody can tell');
    const name = /^Parameters:\n {2}(\w+):/m.exec(template('unknown-clients'))![1];
    const { stdout } = await check(`./unknown.yaml --parameter ${name}=198.51.100.0/24`);
    expect(stdout).toContain('PPTP        works for 198.51.100.0/24, by ');
  });

  test('counts the age of a reason from the day on which it runs', async () => {
    shell.write('reasoned.yaml', withReason(template('pptp-that-works')));
    const later = await check('./reasoned.yaml', { now: new Date('2027-09-01T00:00:00Z') });
    expect(later.status).toBe(1);
    expect(later.stdout).toContain('Its last date, 2027-06, was 3 months before 2027-09-01.');
  });

  test('writes colours to a terminal that wants them, and none elsewhere', async () => {
    expect((await check('./works.yaml')).stdout).not.toContain('\u001b');
    expect((await check('./works.yaml', { terminal: 'stdout' })).stdout).toContain('\u001b[31merror\u001b[39m');
    expect((await check('./works.yaml --color')).stdout).toContain('\u001b[31mFails\u001b[39m');
    const env = { NO_COLOR: '1' };
    expect((await check('./works.yaml', { terminal: 'stdout', env })).stdout).not.toContain('\u001b');
  });

  test('takes what a template calls its things apart from what a terminal obeys', async () => {
    shell.write('hostile.json', JSON.stringify(hostileTemplate()));
    const { stdout, status } = await check('./hostile.json');
    expect(status).toBe(1);
    expect(stdout).toContain('Evil\ufffd[2J\ufffd\ufffd lets TCP 1723 in');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

/** A security group whose logical id is made of escapes. */
function hostileTemplate(extra: object = {}) {
  const ingress = [{ IpProtocol: 'tcp', FromPort: 1723, ToPort: 1723, CidrIp: '0.0.0.0/0' }];
  return {
    Resources: {
      'Evil\u001b[2J\u202e\u0007': {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupDescription: 'x', SecurityGroupIngress: ingress },
        ...extra,
      },
    },
  };
}

describe('check --json', () => {
  const templates = readdirSync(corpus).filter((name) => name.endsWith('.yaml'));

  test.each(templates)('writes of %s what its schema describes, the same twice', async (name) => {
    const { stdout } = await check(`${join(corpus, name)} --json`);
    expect(breaches(JSON.parse(stdout), schema)).toEqual([]);
    expect((await check(`${join(corpus, name)} --json`)).stdout).toBe(stdout);
  });

  test('has the place, the rule to add and the evidence of a finding', async () => {
    const { stdout } = await check('./broken.yaml --json');
    const answer = JSON.parse(stdout);
    const [finding] = answer.findings;
    expect(finding).toMatchObject({
      id: 'stateless-entry-missing',
      severity: 'error',
      standing: 'new',
      fails: true,
      change: { ruleSet: expect.any(String), direction: 'out', protocol: 47, ranges: ['203.0.113.0/24'] },
      place: { file: './broken.yaml', line: 44, column: 5, logicalId: 'Acl', type: 'AWS::EC2::NetworkAcl' },
    });
    expect(answer.gateways[0].protocols[0]).toMatchObject({
      protocol: 'pptp',
      verdict: 'drops',
      stops: [{ flow: 'GRE 47', direction: 'to-client', element: 'aws.network-acl', clients: ['203.0.113.0/24'] }],
    });
  });

  test('the schema lets nothing through that is misspelt', async () => {
    const answer = JSON.parse((await check('./broken.yaml --json')).stdout);
    answer.findings[0].severitty = 'error';
    answer.gateways[0].protocols[0].verdict = 'maybe';
    expect(breaches(answer, schema)).toEqual([
      '$.findings[0]: severitty is not described',
      '$.gateways[0].protocols[0].verdict: maybe is none of passes,drops,unknown',
    ]);
  });
});

describe('check --sarif', () => {
  expect.extend({ toBeValidSarifLog });

  test.each(['open', 'broken'])('writes of %s what the schema of SARIF 2.1.0 allows', async (name) => {
    const { stdout } = await check(`./${name}.yaml --sarif -`);
    expect(JSON.parse(stdout)).toEqual(expect.toBeValidSarifLog());
  });

  test('has a rule for each kind, and of each result its rule, level, place and fingerprint', async () => {
    const { stdout } = await check('./open.yaml --sarif -');
    const [{ tool, results }] = JSON.parse(stdout).runs;
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(FINDING_KINDS.map(({ id }) => id));
    for (const { ruleId, ruleIndex, level } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
    }
    expect(results[0]).toMatchObject({
      ruleId: 'pptp-open-to-the-world',
      level: 'error',
      locations: [{ physicalLocation: { region: { startLine: 41, startColumn: 11 } } }],
    });
    const fingerprints = results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints));
    expect(new Set(fingerprints).size).toBe(results.length);
  });

  test('names files below the working directory relative to it, and others by their URI', async () => {
    const uriOf = (text: string) =>
      JSON.parse(text).runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri;
    const inside = await check(`${join(corpus, 'open-to-the-world.yaml')} --sarif -`);
    expect(uriOf(inside.stdout)).toBe('test/review/corpus/open-to-the-world.yaml');
    shell.write('with space.yaml', template('open-to-the-world'));
    const outside = await shell.run(['check', './with space.yaml', '--sarif', '-'], { now });
    expect(uriOf(outside.stdout)).toMatch(/^file:\/\/\/.*\/with%20space\.yaml$/);
  });

  test('says of what is known or acknowledged that it is suppressed, and why', async () => {
    shell.write('hostile.json', JSON.stringify(hostileTemplate(acknowledging('pptp-open-to-the-world'))));
    await check('./works.yaml --baseline ./b.json --write-baseline');
    const { stdout, status } = await check('./works.yaml ./hostile.json --baseline ./b.json --sarif -');
    const log = JSON.parse(stdout);
    expect(log).toEqual(expect.toBeValidSarifLog());
    const of = (id: string) => log.runs[0].results.find(({ ruleId }: { ruleId: string }) => ruleId === id);
    expect(of('pptp-present')).toMatchObject({
      baselineState: 'unchanged',
      suppressions: [{ kind: 'external', justification: 'It was there before.' }],
    });
    expect(of('pptp-open-to-the-world')).toMatchObject({
      baselineState: 'new',
      suppressions: [{ kind: 'inSource', justification: 'a honeypot' }],
    });
    expect(status).toBe(1);
    expect(of('pptp-control-without-gre')).toMatchObject({ baselineState: 'new' });
  });
});

/** The `Metadata` of a resource as cdk-nag writes it. */
function acknowledging(id: string) {
  return { Metadata: { cdk_nag: { rules_to_suppress: [{ id, reason: 'a honeypot' }] } } };
}

describe('check --junit', () => {
  test('is XML with one suite for each kind, whose numbers are those of its cases', async () => {
    const { stdout } = await check('./open.yaml --junit -');
    const root = parseXml(stdout);
    expect(root.name).toBe('testsuites');
    expect(root.children.map(({ attributes }) => attributes.name)).toEqual(FINDING_KINDS.map(({ id }) => id));
    let failures = 0;
    for (const { attributes, children } of root.children) {
      const failed = children.filter((one) => one.children.some(({ name }) => name === 'failure'));
      expect(attributes).toMatchObject({ tests: `${children.length}`, failures: `${failed.length}`, skipped: '0' });
      failures += failed.length;
    }
    expect(failures).toBe(3);
    expect(root.attributes.failures).toBe('3');
  });

  test('fails only what fails the check, and skips what is acknowledged or known', async () => {
    await check('./works.yaml --baseline ./b.json --write-baseline');
    shell.write('reasoned.yaml', withReason(template('pptp-that-works')));
    shell.write('hostile.json', JSON.stringify(hostileTemplate(acknowledging('pptp-open-to-the-world'))));
    const { stdout } = await check('./works.yaml ./open.yaml ./hostile.json --baseline ./b.json --junit -');
    const cases = parseXml(stdout).children.flatMap(({ children }) => children);
    const outcomes = cases
      .filter(({ attributes }) => 'file' in attributes)
      .map(
        ({ attributes, children }) => `${attributes.classname} ${attributes.name!.split(' ')[0]} ${children[0]!.name}`,
      );
    expect(outcomes).toContain('pptp-present Gateway: skipped');
    expect(outcomes).toContain('pptp-open-to-the-world Evil\ufffd[2J\u202e\ufffd: skipped');
    expect(outcomes).toContain('pptp-open-to-the-world Group: failure');
    expect(outcomes).toContain('vpn-open-to-the-world Group: system-out');
  });
});

describe('the files of --sarif and --junit', () => {
  test('are written beside the text', async () => {
    const { stdout } = await check('./works.yaml --sarif ./out.sarif --junit ./out.xml');
    expect(stdout).toMatch(/\nFails: 1 error, /);
    expect(JSON.parse(shell.read('out.sarif')).version).toBe('2.1.0');
    expect(parseXml(shell.read('out.xml')).name).toBe('testsuites');
  });

  test('are refused where they cannot be written', async () => {
    const { status, stdout, stderr } = await check('./works.yaml --sarif ./nowhere/out.sarif');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`./nowhere/out.sarif cannot be written (ENOENT).
  allowed  a file in a folder that is there
  write    - for standard output

      code CHECK_USAGE, see docs/diagnostics.md
`);
  });
});

describe('a baseline', () => {
  test('takes what is found now, and lets only what comes fail', async () => {
    expect(await check('./works.yaml --baseline ./b.json --write-baseline')).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(shell.read('b.json'))).toEqual({
      schemaVersion: 1,
      findings: [{ id: 'pptp-present', key: 'pptp-present works/Gateway PPTP' }],
    });
    const same = await check('./works.yaml --baseline ./b.json');
    expect(same.status).toBe(0);
    expect(same.stdout).toMatch(/\nPasses: 0 errors, 0 warnings, 0 notes; 1 known; what counts is errors\.\n$/);
    shell.write('works.yaml', template('open-to-the-world'));
    const more = await check('./works.yaml --baseline ./b.json');
    expect(more.status).toBe(1);
    expect(more.stdout).toContain('Fails: 2 errors, 0 warnings, 4 notes; 1 known; ');
  });

  test('does not depend on where things stand in the file', async () => {
    await check('./works.yaml --baseline ./b.json --write-baseline');
    shell.write('works.yaml', `# a comment\n\n${template('pptp-that-works')}`);
    expect((await check('./works.yaml --baseline ./b.json')).status).toBe(0);
  });

  test('keeps reasons when it is written anew, and drops what is found no more', async () => {
    const key = 'pptp-present works/Gateway PPTP';
    const old = { id: 'everything-open', key: 'everything-open works/Group x' };
    shell.write('b.json', { schemaVersion: 1, findings: [{ id: 'pptp-present', key, reason: 'old tills' }, old] });
    const before = await check('./works.yaml --baseline ./b.json');
    expect(before.stdout).toContain(
      '\nIn the baseline, and found no more (write it anew):\n  everything-open works/Group x\n',
    );
    const json = JSON.parse((await check('./works.yaml --baseline ./b.json --json')).stdout);
    expect(json.findings[0]).toMatchObject({ standing: 'known', reason: 'old tills' });
    expect(json.gone).toEqual([old]);
    await check('./works.yaml --baseline ./b.json --write-baseline');
    expect(JSON.parse(shell.read('b.json')).findings).toEqual([{ id: 'pptp-present', key, reason: 'old tills' }]);
  });

  test.each([
    ['is no JSON', '{'],
    ['is null', 'null'],
    ['is of another version', { schemaVersion: 2, findings: [] }],
    ['has no findings', { schemaVersion: 1 }],
    ['has a finding without its key', { schemaVersion: 1, findings: [{ id: 'pptp-present' }] }],
    ['has the key of another kind', { schemaVersion: 1, findings: [{ id: 'pptp-present', key: 'everything-open x' }] }],
    ['has an empty reason', { schemaVersion: 1, findings: [{ id: 'a', key: 'a b', reason: ' ' }] }],
    ['has a key that means nothing', { schemaVersion: 1, findings: [{ id: 'a', key: 'a b', reson: 'c' }] }],
  ])('that %s is refused', async (_, content) => {
    shell.write('b.json', content);
    const { status, stdout, stderr } = await check('./works.yaml --baseline ./b.json');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatchSnapshot();
  });

  test('that is not there is refused', async () => {
    const { status, stderr } = await check('./works.yaml --baseline ./b.json');
    expect(status).toBe(2);
    expect(stderr).toBe(`there is no baseline ./b.json.
  allowed  a file that an earlier check has written
  write    pptp-constructs check PATH --baseline ./b.json --write-baseline

      code CHECK_BASELINE_UNREADABLE, see docs/diagnostics.md
`);
  });
});

describe('acknowledgements', () => {
  test.each(['cdk_nag', 'cfn_nag', 'pptp-constructs'])(
    'in the metadata of a resource count, under %s',
    async (tool) => {
      const rules = { rules_to_suppress: [{ id: 'pptp-constructs::pptp-open-to-the-world', reason: 'a honeypot' }] };
      shell.write('t.json', hostileTemplate({ Metadata: { [tool]: rules } }));
      const { findings } = JSON.parse((await check('./t.json --json')).stdout);
      const found = findings.find(({ id }: { id: string }) => id === 'pptp-open-to-the-world');
      expect(found).toMatchObject({ standing: 'acknowledged', reason: 'a honeypot', fails: false });
      expect(findings.find(({ id }: { id: string }) => id === 'pptp-control-without-gre')).toMatchObject({
        standing: 'new',
      });
    },
  );

  test('are of one kind, and not of another whose id begins alike', async () => {
    shell.write('t.json', hostileTemplate(acknowledging('pptp-open')));
    expect((await check('./t.json')).stdout).not.toContain('acknowledged');
  });
});

describe('progress', () => {
  test('is said on a terminal, and taken away before the answer', async () => {
    const { stderr } = await check('./works.yaml', { terminal: 'stderr' });
    expect(stderr).toBe('\r\u001b[KReading ./works.yaml\r\u001b[KLooking for findings\r\u001b[K');
  });

  test('is taken away before an error too', async () => {
    shell.write('cut.json', '{"Resources": {');
    const { stderr, status } = await check('./cut.json', { terminal: 'stderr' });
    expect(status).toBe(2);
    expect(stderr.startsWith('\r\u001b[KReading ./cut.json\r\u001b[K./cut.json:1:')).toBe(true);
  });
});

describe('a command line that cannot be run', () => {
  test.each([
    ['no path', ''],
    ['an unknown option', './works.yaml --fail-onn error'],
    ['an unknown level', './works.yaml --fail-on high'],
    ['a level twice', './works.yaml --fail-on note --fail-on error'],
    ['no file to write the baseline to', './works.yaml --write-baseline'],
    ['two answers on standard output', './works.yaml --json --sarif -'],
    ['a baseline and old files', './works.yaml --baseline ./b.json --against ./open.yaml'],
    ['a parameter without its value', './works.yaml --parameter ClientCidr'],
    ['a parameter twice', './works.yaml --parameter A=1 --parameter A=2'],
    ['JSON with colours', './works.yaml --json --color'],
  ])('%s', async (_, line) => {
    const { status, stdout, stderr } = await shell.run(['check', ...line.split(' ').filter((word) => word !== '')]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatchSnapshot();
  });

  test('the help lists every option', async () => {
    expect((await check('--help')).stdout).toMatchSnapshot();
  });
});

describe('what cannot be read', () => {
  test.each([
    ['a file that is not there', './nothing.yaml', 'REVIEW_INPUT_MISSING'],
    ['a folder without templates', '.', 'REVIEW_NOTHING_FOUND'],
    ['JSON that is cut off', './cut.json', 'REVIEW_INPUT_MALFORMED'],
  ])('%s ends with 2', async (_, path, code) => {
    shell.write('cut.json', '{"Resources": {');
    for (const file of shell.files('.').filter(() => path === '.')) {
      shell.remove(file);
    }
    const { status, stdout, stderr } = await check(path === '.' ? shell.folder : path);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`code ${code}, see docs/diagnostics.md`);
  });
});
