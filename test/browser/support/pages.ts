import { join } from 'node:path';
import { reportHtml, reportMarkdown, reportOf, review, reviewTemplates } from 'pptp-constructs/review';
import { gateway, group, publicSubnet, resource, tcp } from '../../review/support/network';

/** A report in both forms. */
export interface Page {
  readonly name: string;
  readonly html: string;
  readonly markdown: string;
}

const TODAY = '2026-11-23';
const CORPUS = join(__dirname, '..', '..', 'review', 'corpus');

/** Templates whose reports differ most. */
const KINDS = [
  'pptp-that-works',
  'gateway-behind-nat',
  'load-balancer-listener-for-pptp',
  'stateless-entry-missing',
  'unknown-clients',
  'everything-open',
];

/** What somebody would write who wants a reader's browser, or a reader, to do something. */
export const HOSTILE = [
  '<script>hostile()</script>',
  '<img src=x onerror=hostile()>',
  '"onmouseover="hostile()',
  "'); hostile(); ('",
  '</title></style></svg><svg onload=hostile()>',
  '`|` @everyone #1 [x](javascript:hostile()) ![x](https://example.com/x.png)',
  'a"]; click a hostile "x"; end; subgraph b["',
  '\u202egnp.exe\u202c \u0007 \ud800',
  '| x | </td>\n\n## Not a heading\n```\nend',
].join(' ');

/** One report of each kind, and one whose every text is hostile. */
export function pages(): readonly Page[] {
  const corpus = KINDS.map((name) =>
    written(
      name,
      reportOf(review([join(CORPUS, `${name}.yaml`)], { today: TODAY }), { today: TODAY, relativeTo: CORPUS }),
    ),
  );
  const empty = reportOf(reviewTemplates({ empty: { Resources: { Vpc: resource('AWS::EC2::VPC') } } }), {
    today: TODAY,
  });
  return [...corpus, written('nothing to report', empty), written('hostile names', hostile())];
}

function hostile() {
  const resources = {
    ...publicSubnet(),
    ...gateway(),
    ...group([
      { ...tcp(1723), Description: HOSTILE },
      { ...tcp(1723), IpProtocol: HOSTILE },
    ]),
  };
  const renamed = JSON.parse(
    JSON.stringify(resources, (_key, value) =>
      value === 'Group' || value === 'Subnet' ? `${value}${HOSTILE}` : value,
    ),
  );
  const entries = Object.entries({
    ...renamed,
    Gateway: {
      ...renamed.Gateway,
      Metadata: { 'pptp-constructs': { insecureBecause: HOSTILE, anywhereBecause: HOSTILE }, 'aws:cdk:path': HOSTILE },
    },
  }).map(([id, value]) => [id === 'Group' || id === 'Subnet' ? `${id}${HOSTILE}` : id, value]);
  const template = {
    Resources: { ...Object.fromEntries(entries), [`Unknown${HOSTILE}`]: resource(`AWS::EC2::${HOSTILE}`) },
  };
  return reportOf(reviewTemplates({ [HOSTILE]: template }, { today: TODAY }), { today: TODAY, title: HOSTILE });
}

function written(name: string, report: ReturnType<typeof reportOf>): Page {
  return { name, html: reportHtml(report), markdown: reportMarkdown(report) };
}
