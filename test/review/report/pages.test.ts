import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, reports } from '../../../scripts/reports';

const written = reports();

describe.each(written)('docs/reports/$name', ({ name, html, markdown }) => {
  test('is what the example comes to; run `npx tsx scripts/reports.ts` after changing it', () => {
    expect(readFileSync(join(FOLDER, `${name}.html`), 'utf8')).toBe(html);
    expect(readFileSync(join(FOLDER, `${name}.md`), 'utf8')).toBe(markdown);
  });

  test('has a picture', () => {
    const picture = readFileSync(join(FOLDER, `${name}.webp`));
    expect(picture.subarray(8, 12).toString()).toBe('WEBP');
  });
});

test('docs/reports holds these and nothing else', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    written.flatMap(({ name }) => ['html', 'md', 'webp'].map((ending) => `${name}.${ending}`)).sort(),
  );
});

test('the report of the example that works says so, and why PPTP is there and until when', () => {
  const { markdown } = written.find(({ name }) => name === 'aws-pptp') as (typeof written)[number];
  expect(markdown).toContain(
    '| [AwsPptp/LegacyVpn](#gateway-1) | ✓ served | 203.0.113.0/24 | `PLCs in plant 4 speak nothing else; replaced by 2027-06` | ✓ 2027-06, in 7 months |',
  );
  expect(markdown).toContain('| GRE (IP protocol 47) is allowed, both ways | ✓ proved |');
});

test('the report of the refusal says who drops what, and what works in its place', () => {
  const { markdown } = written.find(({ name }) => name === 'azure-refused') as (typeof written)[number];
  expect(markdown).toContain(
    '`plant4/LegacyVpn` was not built: ✗ PPTP cannot work on its network. `GRE_DROPPED_BY_FABRIC`.',
  );
  expect(markdown).toContain('| PPTP | ✗ cannot work | GRE 47 |');
  expect(markdown).toContain('| IKEv2 | VPN Gateway | about 30 to 45 minutes to create |');
});
