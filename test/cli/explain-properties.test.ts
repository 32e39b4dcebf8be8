import * as fc from 'fast-check';
import { OPTIONS } from '../../lib/cli/explain-options';
import { CLIENT_DEVICES } from '../../lib/clients';
import { CLIENT_NATS, PLATFORM_IDS, platformFacts } from '../../lib/network';
import { VPN_PROTOCOLS } from '../../lib/protocols';
import { Shell } from './world';

const shell = new Shell();
const elements = PLATFORM_IDS.flatMap((id) => platformFacts(id).elements.map((element) => element.id));
const word = fc.oneof(
  fc.constantFrom(...Object.keys(OPTIONS).map((name) => `--${name}`)),
  fc.constantFrom<string>(...PLATFORM_IDS, ...CLIENT_NATS, ...elements, 'nat-gateway', '-', '--', '--cloud=aws', '-x'),
  fc.constantFrom(...CLIENT_DEVICES.map(({ id }) => id), ...VPN_PROTOCOLS.map(({ id }) => id)),
  fc.string(),
);

/** Every question has an answer or a refusal with a code, and the same one twice. */
async function hasAnAnswer(argv: readonly string[], stdin = ''): Promise<void> {
  const done = await shell.run(['explain', ...argv], { stdin });
  expect([0, 1, 2, 3]).toContain(done.status);
  if (done.status === 2) {
    expect(done.stdout).toBe('');
    expect(done.stderr).toMatch(/\n {6}code [A-Z][A-Z0-9_]+, see docs\/diagnostics\.md\n$/);
  } else {
    expect(done.stderr).toBe('');
    expect(done.stdout).not.toBe('');
  }
  expect(await shell.run(['explain', ...argv], { stdin })).toEqual(done);
}

test('no command line makes it throw anything but its own errors', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 8 }), (argv) => hasAnAnswer(argv)),
    { numRuns: 300 },
  );
});

test('no likely command line does', async () => {
  const option = (name: string, values: readonly string[], maxLength = 1) =>
    fc.array(fc.constantFrom(...values), { maxLength }).map((some) => some.flatMap((value) => [`--${name}`, value]));
  const question = fc.tuple(
    fc.constantFrom(...PLATFORM_IDS).map((id) => ['--cloud', id]),
    option('behind', elements, 2),
    option(
      'client',
      CLIENT_DEVICES.map(({ id }) => id),
    ),
    option('client-nat', CLIENT_NATS, 2),
    option(
      'protocol',
      VPN_PROTOCOLS.map(({ id }) => id),
      3,
    ),
    fc.constantFrom([], ['--json'], ['--color']),
  );
  await fc.assert(
    fc.asyncProperty(question, (parts) => hasAnAnswer(parts.flat())),
    { numRuns: 300 },
  );
});

test('no path file does', async () => {
  const hop = fc.record(
    {
      element: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...elements) }, { weight: 1, arbitrary: fc.string() }),
      condition: fc.constantFrom('met', 'not-met', 'unknown', 'x'),
      label: fc.string(),
      mtu: fc.oneof(fc.integer({ min: 60, max: 70_000 }), fc.double()),
    },
    { requiredKeys: ['element'] },
  );
  const device = fc.record(
    { device: fc.constantFrom(...CLIENT_DEVICES.map(({ id }) => id), 'x'), count: fc.integer({ min: -1, max: 50 }) },
    { requiredKeys: ['device'] },
  );
  const path = fc.record(
    {
      hops: fc.array(hop, { maxLength: 6 }),
      from: fc.string(),
      to: fc.string(),
      devices: fc.array(device, { maxLength: 3 }),
    },
    { requiredKeys: ['hops'] },
  );
  const likely = fc.oneof(
    path.map((one) => ({ schemaVersion: 1, ...one })),
    fc.array(path, { maxLength: 3 }).map((paths) => ({ schemaVersion: 1, paths })),
  );
  const content = fc.oneof(
    fc.string(),
    fc.json(),
    likely.map((one) => JSON.stringify(one)),
    // Cut off anywhere.
    fc.tuple(likely, fc.nat(400)).map(([one, end]) => JSON.stringify(one, null, 2).slice(0, end)),
  );
  await fc.assert(
    fc.asyncProperty(content, fc.constantFrom([], ['--json']), (stdin, more) =>
      hasAnAnswer(['--from', '-', ...more], stdin),
    ),
    { numRuns: 400 },
  );
});
