import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { OPTIONS } from '../../lib/cli/check-options';
import { repository } from '../support/cli';
import { parseXml } from '../support/xml';
import { Shell } from './world';

const shell = new Shell();
const corpus = (name: string) => readFileSync(join(repository, 'test', 'review', 'corpus', `${name}.yaml`), 'utf8');
beforeAll(() => {
  shell.write('works.yaml', corpus('pptp-that-works'));
  shell.write('open.yaml', corpus('open-to-the-world'));
  shell.write('known.json', { schemaVersion: 1, findings: [] });
});

const file = fc.constantFrom('./works.yaml', './open.yaml', './known.json', './not-there.yaml');
const word = fc.oneof(
  // Nothing that writes: the same line is run twice.
  fc.constantFrom(
    ...Object.keys(OPTIONS)
      .filter((name) => !['sarif', 'junit', 'write-baseline'].includes(name))
      .map((name) => `--${name}`),
  ),
  file,
  fc.constantFrom('error', 'never', 'A=1', '-', '--', '--sarif=-', '--junit=-', '-x'),
  fc.string().filter((text) => !/sarif|junit|write/.test(text)),
);

test('every command line has an answer or a refusal with a code, and the same one twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (argv) => {
      const done = await shell.run(['check', ...argv]);
      expect([0, 1, 2]).toContain(done.status);
      if (done.status === 2) {
        expect(done.stdout).toBe('');
        expect(done.stderr).toMatch(/\n {6}code [A-Z][A-Z0-9_]+, see docs\/diagnostics\.md\n$/);
      } else {
        expect(done.stderr).toBe('');
        expect(done.stdout).not.toBe('');
      }
      expect(await shell.run(['check', ...argv])).toEqual(done);
    }),
    { numRuns: 150 },
  );
});

test('whatever a template calls its things, every form of the answer stays well-formed', async () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(name, name, async (logicalId, description) => {
      const ingress = [
        { IpProtocol: 'tcp', FromPort: 1723, ToPort: 1723, CidrIp: '0.0.0.0/0', Description: description },
      ];
      const group = {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupDescription: description, SecurityGroupIngress: ingress },
      };
      shell.write('named.json', { Resources: { [logicalId]: group } });
      const text = await shell.run('check ./named.json');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
      expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      JSON.parse((await shell.run('check ./named.json --json')).stdout);
      JSON.parse((await shell.run('check ./named.json --sarif -')).stdout);
      parseXml((await shell.run('check ./named.json --junit -')).stdout);
    }),
    { numRuns: 100 },
  );
});
