import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusalError } from 'pptp-constructs';
import {
  type Report,
  reportHtml,
  reportMarkdown,
  reportOf,
  reviewTemplates,
  writeReport,
} from 'pptp-constructs/review';
import { gateway, group, publicSubnet, tcp } from '../support/network';

const TODAY = '2026-11-23';
const GRE = { IpProtocol: '47', CidrIp: '203.0.113.0/24' };

type Resources = ReturnType<typeof publicSubnet>;

const reportOfResources = (resources: Resources) =>
  reportOf(reviewTemplates({ Plant: { Resources: resources } }, { today: TODAY }), { today: TODAY });
const works = { ...publicSubnet(), ...gateway(), ...group([tcp(1723), GRE]) };

/** The rows of the table below a heading of Markdown. */
function rows(report: Report, caption: RegExp): string[][] {
  const markdown = reportMarkdown(report);
  const [, table = ''] = new RegExp(`^\\*${caption.source}\\*\\n\\n([\\s\\S]*?)\\n\\n`, 'm').exec(markdown) ?? [];
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

const CHECKLIST = /Before people call: what the files prove, and what somebody must look at/;

describe('a report of a gateway that works', () => {
  const report = reportOfResources(works);

  test('has a lane for each flow and direction, all of which arrive', () => {
    expect(
      [...reportMarkdown(report).matchAll(/subgraph l\d+\["(.*)"\]/g)].map(([, title]) => title).reverse(),
    ).toEqual([
      '✓ TCP 1723 to the gateway: arrives',
      '✓ TCP 1723 back to the clients: arrives',
      '✓ GRE 47 to the gateway: arrives',
      '✓ GRE 47 back to the clients: arrives',
    ]);
  });

  test('says in the checklist what is proved and what is up to people', () => {
    expect(rows(report, CHECKLIST).map(([what, state]) => [what, state])).toEqual([
      ['TCP 1723 is allowed, both ways', '✓ proved'],
      ['GRE (IP protocol 47) is allowed, both ways', '✓ proved'],
      ['NAT in front of the gateway carries every flow', '✓ proved'],
      ["The clients' own routers and firewalls let it out", '☐ by hand'],
      ['Captures at both ends show packets in both directions', '☐ by hand'],
      ['MTU and MSS are set so that no packet must be split', '☐ by hand'],
      ['Only addresses of known clients may connect', '✓ proved'],
      ['MS-CHAPv2 and MPPE with 128 bits are required, and weaker ones refused', '☐ by hand'],
      ['There is a written reason to use PPTP, and a date for its end', '✗ fails'],
      ['Passwords are long, random, changed often, and a second factor is asked for where the server can', '☐ by hand'],
      ['Calls and refused logins are logged, and somebody is told', '☐ by hand'],
      ['Network diagrams that show NAT and the rules on the way', '✓ proved'],
    ]);
  });

  test('says that no reason is written down', () => {
    expect(rows(report, /PPTP on 2026-11-23/)).toEqual([
      [
        '[Gateway](#gateway-1)',
        '✓ served',
        '203.0.113.0/24',
        '✗ no reason is written down',
        '✗ no date is written down',
      ],
    ]);
  });

  test('is the same again, in both forms', () => {
    const again = reportOfResources(works);
    expect(reportHtml(again)).toBe(reportHtml(report));
    expect(reportMarkdown(again)).toBe(reportMarkdown(report));
  });
});

describe('a report of a gateway without a rule for GRE', () => {
  const report = reportOfResources({ ...publicSubnet(), ...gateway(), ...group([tcp(1723)]) });

  test('ends the lane where packets end', () => {
    const markdown = reportMarkdown(report);
    expect(markdown).toContain('["✗ GRE 47 to the gateway: does not arrive"]');
    expect(markdown).toMatch(/l2n\d\["✗ security group: dropped<br\/>Group"\]:::bad/);
    expect(reportHtml(report)).toContain('class="lane dead"');
  });

  test('fails the check of GRE, and names the hop', () => {
    expect(rows(report, CHECKLIST)[1]).toEqual([
      'GRE (IP protocol 47) is allowed, both ways',
      '✗ fails',
      'to the gateway, security group: No rule allows GRE (IP protocol 47).',
    ]);
  });

  test('has the rule to add, ready to paste', () => {
    const [, snippet = ''] =
      /What would let it through[\s\S]*?```json\n([\s\S]*?)\n```/.exec(reportMarkdown(report)) ?? [];
    expect(JSON.parse(snippet)).toMatchObject({
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { IpProtocol: '47' },
    });
  });
});

test('clients of whom different things become have a diagram each', () => {
  const report = reportOfResources({
    ...publicSubnet(),
    ...gateway(),
    ...group([tcp(1723), GRE, tcp(1723, '198.51.100.0/24')]),
  });
  const markdown = reportMarkdown(report);
  expect(markdown).toContain('✓ served: 203.0.113.0/24, as far as the same becomes of all of them.');
  expect(markdown).toContain('✗ not served: 198.51.100.0/24, as far as the same becomes of all of them.');
});

test('who is not known is not everybody', () => {
  const CidrIp = { Ref: 'Clients' };
  const report = reportOf(
    reviewTemplates(
      {
        Plant: {
          Parameters: { Clients: { Type: 'String' } },
          Resources: {
            ...publicSubnet(),
            ...gateway(),
            ...group([
              { ...tcp(1723), CidrIp },
              { ...GRE, CidrIp },
            ]),
          },
        },
      },
      { today: TODAY },
    ),
    { today: TODAY },
  );
  expect(rows(report, CHECKLIST)[6]).toEqual([
    'Only addresses of known clients may connect',
    '? not known',
    'It is not known who may connect.',
  ]);
  expect(rows(report, /PPTP on 2026-11-23/)[0]?.slice(1, 3)).toEqual(['? not known', 'not known']);
});

test('a report of nothing says so', () => {
  const markdown = reportMarkdown(reportOfResources({}));
  expect(markdown).toContain('0 VPN gateways, of which 0 serve some protocol.');
  expect(markdown).toContain('There is no machine that a rule or a listener names a flow of a VPN for.');
});

describe('user data', () => {
  const withUserData = (text: string) =>
    reportOfResources({
      ...publicSubnet(),
      ...gateway(['Group'], { UserData: Buffer.from(text).toString('base64') }),
      ...group([tcp(1723), GRE]),
    });

  test('proves what it sets, packed or not', () => {
    const { gzipSync } = require('node:zlib') as typeof import('node:zlib');
    const packed = gzipSync('require-mschap-v2\nrequire-mppe-128\n').toString('base64');
    const checks = rows(withUserData(`#cloud-config\ncontent: ${packed}\nmtu 1400\n`), CHECKLIST);
    expect(checks[5]?.[1]).toBe('✓ proved');
    expect(checks[5]?.[2]).toContain('In user data: `mtu 1400`.');
    expect(checks[7]?.[2]).toBe('In user data: `require-mschap-v2`, `require-mppe-128`. Both are broken all the same.');
  });

  test('is shown nowhere besides', () => {
    const report = withUserData('password: correct-horse\nmtu 1400\n');
    expect(reportHtml(report) + reportMarkdown(report)).not.toContain('correct-horse');
  });

  test('that is a bomb stays packed', () => {
    const { gzipSync } = require('node:zlib') as typeof import('node:zlib');
    const bomb = gzipSync(
      Buffer.concat([Buffer.alloc(5 * 1024 * 1024, 32), Buffer.from('require-mschap-v2 require-mppe-128')]),
    );
    const checks = rows(withUserData(`content: ${bomb.toString('base64')}\n`), CHECKLIST);
    expect(checks[7]?.[1]).toBe('☐ by hand');
  });
});

describe('writeReport', () => {
  test('writes both files into a folder that it makes', () => {
    const to = join(mkdtempSync(join(tmpdir(), 'report-')), 'a', 'b');
    const review = reviewTemplates({ Plant: { Resources: works } }, { today: TODAY });
    const files = writeReport(review, { to, today: TODAY });
    expect(files).toEqual({ html: join(to, 'vpn-report.html'), markdown: join(to, 'vpn-report.md') });
    expect(readFileSync(files.html, 'utf8')).toBe(reportHtml(reportOfResources(works)));
  });

  test('writes what a refusal says that knows of no path', () => {
    const refusal = new RefusalError({
      code: 'NO_MANAGED_DIAL_IN',
      explanation: 'No.',
      reasons: ['No.'],
      alternatives: ['Vpn.ikev2({})'],
    });
    const markdown = reportMarkdown(reportOf(refusal, { today: TODAY }));
    expect(markdown).toContain('```ts\nVpn.ikev2({})\n```');
  });
});
