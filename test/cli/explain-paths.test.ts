import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breaches } from '../support/json-schema';
import { Shell } from './world';

const schema = JSON.parse(readFileSync(join(__dirname, '..', '..', 'docs', 'explain.schema.json'), 'utf8'));

const AWS = [
  { element: 'any.internet' },
  { element: 'aws.internet-gateway' },
  { element: 'aws.security-group', condition: 'met' },
  { element: 'any.host-filter', condition: 'met' },
];

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

/** Asks about a file. */
async function asked(content: string | object, line = '') {
  shell.write('path.json', content);
  return await shell.run(`explain --from ./path.json ${line}`.trim());
}

async function refused(content: string | object): Promise<string> {
  const { status, stdout, stderr } = await asked(content);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr;
}

describe('a path file', () => {
  test('with one path', async () => {
    const { status, stdout } = await asked({ schemaVersion: 1, from: 'clients 203.0.113.0/24', hops: AWS });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^PPTP works: the path of the file\.\n\n {2}clients 203\.0\.113\.0\/24 -> internet -> /);
  });

  test('can come from standard input', async () => {
    const stdin = JSON.stringify({ schemaVersion: 1, hops: AWS });
    expect((await shell.run('explain --from - --protocol ikev2', { stdin })).status).toBe(0);
  });

  test('may begin with a byte order mark', async () => {
    expect((await asked(`\uFEFF${JSON.stringify({ schemaVersion: 1, hops: AWS })}`)).status).toBe(0);
  });

  test('with several paths has an answer for each, and the worst is the result', async () => {
    const carrier = [{ element: 'any.carrier-nat' }, ...AWS];
    const paths = [
      { name: 'head office', hops: AWS },
      { hops: carrier, from: 'drivers' },
    ];
    const { status, stdout } = await asked({ schemaVersion: 1, paths });
    expect(status).toBe(3);
    expect(stdout.match(/^\S.*$/gm)).toEqual([
      'PPTP works: head office.',
      'Nobody can tell whether PPTP works: path 2.',
    ]);
    expect(stdout).toContain('  What works on every path instead:\n');
  });

  test('with conditions, labels and sizes of packets', async () => {
    const hops = [
      { element: 'any.internet', mtu: 1492, label: 'PPPoE' },
      { element: 'aws.security-group', condition: 'not-met', label: 'sg-vpn' },
    ];
    const { status, stdout } = await asked({ schemaVersion: 1, hops, to: 'vpn.example.com' }, '--json');
    expect(status).toBe(1);
    const [path] = JSON.parse(stdout).paths;
    expect(path.to).toBe('vpn.example.com');
    expect(path.hops.map(({ name, condition }: { name: string; condition: string }) => [name, condition])).toEqual([
      ['PPPoE', 'unknown'],
      ['sg-vpn', 'not-met'],
    ]);
    expect(path.findings[0].mtu.path).toBe(1492);
    expect(path.findings[0].reasons[0]).toMatchObject({ code: 'RULE_MISSING', hop: 1 });
    expect(breaches(JSON.parse(stdout), schema)).toEqual([]);
  });

  test('with devices says who cannot speak what', async () => {
    const devices = [{ device: 'windows-11', count: 40 }, { device: 'ios', count: 3 }, { device: 'pptp-only-device' }];
    const { status, stdout } = await asked(
      { schemaVersion: 1, hops: AWS, devices },
      '--json --protocol pptp --protocol ikev2',
    );
    expect(status).toBe(1);
    const { paths, instead } = JSON.parse(stdout);
    expect(
      paths[0].findings.map(({ protocol, leftOut }: { protocol: string; leftOut: object[] }) => ({
        protocol,
        leftOut,
      })),
    ).toEqual([
      { protocol: 'pptp', leftOut: [{ device: 'ios', count: 3 }] },
      { protocol: 'ikev2', leftOut: [{ device: 'pptp-only-device', count: 1 }] },
    ]);
    expect(instead).toEqual([]);
    expect(breaches(JSON.parse(stdout), schema)).toEqual([]);
  });

  test('with devices on every path says who would be served by what', async () => {
    const plant = [{ element: 'any.client-nat-without-helper' }, ...AWS];
    const paths = [
      { name: 'office', from: 'office', hops: AWS, devices: [{ device: 'windows-11', count: 40 }] },
      { name: 'plant', from: 'plant', hops: plant, devices: [{ device: 'pptp-only-device', count: 3 }] },
    ];
    const { status, stdout } = await asked({ schemaVersion: 1, paths });
    expect(status).toBe(1);
    expect(stdout.slice(stdout.indexOf('  Nothing else that is known'))).toMatchSnapshot();
    const { choice, ...answer } = JSON.parse((await asked({ schemaVersion: 1, paths }, '--json')).stdout);
    expect(breaches({ choice, ...answer }, schema)).toEqual([]);
    expect(choice.count).toBe(43);
    const pptp = choice.ranked.find(({ protocol }: { protocol: string }) => protocol === 'pptp');
    expect(pptp).toMatchObject({ served: 40, leftOut: [{ path: 1, because: 'path' }] });
  });

  test('may lead over another cloud on the side of the clients, and over two routers that have a name each', async () => {
    const hops = [{ element: 'azure.client-nat-gateway' }, ...AWS];
    expect((await asked({ schemaVersion: 1, hops }, '--protocol ikev2')).status).toBe(0);
    const routers = [
      { element: 'any.client-one-to-one-nat', label: 'modem' },
      { element: 'any.client-nat-with-helper', label: 'router' },
    ];
    expect((await asked({ schemaVersion: 1, hops: [...routers, ...AWS] })).status).toBe(0);
  });
});

const file = (hops: string) => `{
  "schemaVersion": 1,
  "hops": [
    ${hops}
  ]
}`;

describe('a path file that is wrong', () => {
  test.each([
    ['empty', ''],
    ['no JSON', '{\n  "schemaVersion": 1,\n  "hops": [nothing]\n}'],
    ['cut off', '{\n  "schemaVersion": 1,\n  "hops": [{"element": "any.int'],
    ['with a comment', '{\n  // ours\n  "schemaVersion": 1}'],
    ['with a comma too many', file('{"element": "any.internet"},')],
    ['followed by something else', `${file('{"element": "any.internet"}')} {}`],
    ['nested too deeply', `{"hops":\n${'['.repeat(100_000)}`],
    ['a list', '[]'],
    ['without a version', '{"hops": []}'],
    ['of a version to come', '{\n  "schemaVersion": 2}'],
    ['without hops', '{"schemaVersion": 1}'],
    ['without any hop', file('')],
    ['without any path', '{"schemaVersion": 1, "paths": []}'],
    ['with hops that are no list', '{"schemaVersion": 1, "hops": {}}'],
    ['with a hop that is no object', file('"any.internet"')],
    ['with a hop without an element', file('{"condition": "met"}')],
    ['with an unknown element', file('{"element": "any.internet"},\n    {"element": "aws.internet-gatway"}')],
    ['with an element that several clouds have', file('{"element": "network-acl"}')],
    ['with an element that is a number', file('{"element": 47}')],
    ['with an unknown condition', file('{"element": "any.internet", "condition": "yes"}')],
    ['with a misspelt key', file('{"element": "any.internet", "lable": "x"}')],
    ['with a key of every object', file('{"element": "any.internet", "__proto__": {}}')],
    ['with a key twice', file('{"element": "any.internet", "element": "any.host-filter"}')],
    ['with a key beside the paths', '{"schemaVersion": 1, "paths": [], "hops": []}'],
    ['with a label of two lines', file('{"element": "any.internet", "label": "a\\nb"}')],
    ['with an empty name', '{"schemaVersion": 1, "name": "", "hops": [{"element": "any.host-filter"}]}'],
    ['with a size that is none', file('{"element": "any.host-filter", "mtu": 20}')],
    ['that ends on the internet', file('{"element": "any.client-nat"},\n    {"element": "any.internet"}')],
    ['that ends between networks', file('{"element": "aws.transit-gateway"}')],
    ['in two clouds', file('{"element": "aws.internet-gateway"},\n    {"element": "azure.virtual-network"}')],
    [
      'that translates one to one and many to one at once',
      file(
        '{"element": "any.one-to-one-nat"},\n    {"element": "any.port-forward"},\n    {"element": "any.host-filter"}',
      ),
    ],
  ])('%s', async (_, content) => {
    const said = await refused(content);
    expect(said).toMatch(/^\.\/path\.json, line \d+, column \d+: /);
    expect(said).toMatchSnapshot();
  });

  test.each([
    ['no device', '[]'],
    ['an unknown device', '[{"device": "windows-l1"}]'],
    ['none of a device', '[{"device": "windows-11", "count": 0}]'],
    ['half a device', '[{"device": "windows-11", "count": 1.5}]'],
    ['a count that is a text', '[{"device": "windows-11", "count": "40"}]'],
    ['a device twice', '[{"device": "windows-11"}, {"device": "windows-11"}]'],
    ['a device that is a number', '[{"device": 11}]'],
    ['an unknown key', '[{"device": "windows-11", "number": 4}]'],
  ])('with %s among the devices', async (_, devices) => {
    const content = `{"schemaVersion": 1, "hops": [{"element": "any.host-filter"}],\n  "devices": ${devices}}`;
    const said = await refused(content);
    expect(said).toMatch(/^\.\/path\.json, line 2, column \d+: /);
    expect(said).toMatchSnapshot();
  });

  test('that is a folder', async () => {
    expect((await shell.run('explain --from ./')).stderr).toMatch(/code PATH_FILE_UNREADABLE/);
  });

  test('that is too large', async () => {
    expect(await refused(' '.repeat(1024 * 1024 + 1))).toMatchSnapshot();
    const { status, stderr } = await shell.run('explain --from -', { stdin: ' '.repeat(1024 * 1024 + 1) });
    expect(status).toBe(2);
    expect(stderr).toContain('the path file has more than 1048576 bytes.\n  got      "standard input"');
  });

  test('counts lines and columns by every kind of line end', async () => {
    expect(await refused('{\r\n  "schemaVersion": 1,\r\n\r\n  "hops": 7}')).toMatch(
      /^\.\/path\.json, line 4, column 11: /,
    );
  });
});
