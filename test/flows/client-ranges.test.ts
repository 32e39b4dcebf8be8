import { anywhereBecause, readClientRanges } from '../../lib/flows';
import { errorOf } from '../support/messages';

const TOKEN = '<token of the region>';
const isToken = (value: unknown) => value === TOKEN;

describe('client ranges', () => {
  test('are read in the order given, and tokens apart', () => {
    const {
      ranges,
      tokens,
      anywhereBecause: why,
    } = readClientRanges(['198.51.100.0/24', TOKEN, '203.0.113.7/32', '2001:db8::/32'], isToken);
    expect(ranges.map(({ cidr }) => cidr)).toEqual(['198.51.100.0/24', '203.0.113.7/32', '2001:db8::/32']);
    expect(tokens).toEqual([TOKEN]);
    expect(why).toBeUndefined();
  });

  test('may all be tokens', () => {
    expect(readClientRanges([TOKEN], isToken)).toEqual({ ranges: [], tokens: [TOKEN] });
  });

  test('are refused when there are none, since nobody should guess them', () => {
    expect(errorOf(() => readClientRanges([], isToken))).toEqual({
      code: 'NO_CLIENTS',
      text: [
        'no client ranges: a gateway does not guess who may connect.',
        '  got      []',
        '  allowed  at least one range in CIDR notation',
        "  write    Clients.from('203.0.113.0/24')",
        '',
        '      at FILE:LINE',
        '      code NO_CLIENTS, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test.each(['0.0.0.0/0', '::/0'])('are refused when one of them is %s without a reason', (everything) => {
    expect(errorOf(() => readClientRanges(['203.0.113.0/24', everything], isToken))).toEqual({
      code: 'CLIENTS_ANYWHERE_WITHOUT_REASON',
      text: [
        `${everything} lets the whole internet connect, without a written reason.`,
        `  got      "${everything}"`,
        '  allowed  the ranges that your clients really have, or the whole internet with a reason',
        "  write    Clients.anywhereBecause('roaming sales staff on mobile networks; reviewed 2026-11')",
        '',
        '      at FILE:LINE',
        '      code CLIENTS_ANYWHERE_WITHOUT_REASON, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test.each([
    [['0.0.0.0/1', '128.0.0.0/1'], '0.0.0.0/1'],
    [['10.0.0.0/7'], '10.0.0.0/7'],
    [['2000::/3'], '2000::/3'],
  ])('fail as the whole internet in pieces does without a written reason: %j', (texts, named) => {
    const { code, text } = errorOf(() => readClientRanges(texts, isToken));
    expect(code).toBe('CLIENTS_ANYWHERE_WITHOUT_REASON');
    expect(text).toContain(`${named} lets a large part of the internet connect, without a written reason.\n`);
  });

  test('may be as broad as the broadest that an organisation has', () => {
    expect(readClientRanges(['10.0.0.0/8', '2001::/16'], isToken).ranges.map(({ cidr }) => cidr)).toEqual([
      '10.0.0.0/8',
      '2001::/16',
    ]);
  });

  test('that are malformed are called client ranges in the message', () => {
    expect(errorOf(() => readClientRanges(['203.0.113.9/24'], isToken)).text).toMatch(
      /^client range has host bits set\.\n/,
    );
  });
});

describe('the whole internet as clients', () => {
  test('is one range of IPv4, with its reason trimmed', () => {
    const { ranges, tokens, anywhereBecause: why } = anywhereBecause('  roaming sales staff; reviewed 2026-11 ');
    expect(ranges.map(({ cidr }) => cidr)).toEqual(['0.0.0.0/0']);
    expect(tokens).toEqual([]);
    expect(why).toBe('roaming sales staff; reviewed 2026-11');
  });

  test('is refused with a reason that says nothing', () => {
    expect(errorOf(() => anywhereBecause('because'))).toEqual({
      code: 'REASON_MISSING',
      text: [
        'letting the whole internet connect needs a written reason that a reviewer can judge.',
        '  got      "because"',
        '  allowed  a sentence of at least 10 characters',
        "  write    'PLCs in plant 4 speak nothing else; replaced by 2027-06'",
        '',
        '      at FILE:LINE',
        '      code REASON_MISSING, see docs/diagnostics.md',
      ].join('\n'),
    });
  });
});
