import { Accepted, Insecure, writtenReason } from '../../lib/flows';
import { errorOf } from '../support/messages';

describe('a written reason', () => {
  test('is kept as written, without the space around it', () => {
    expect(Insecure.because(' PLCs in plant 4 speak nothing else ').reason).toBe('PLCs in plant 4 speak nothing else');
    expect(Accepted.because('the firewall in front filters them').reason).toBe('the firewall in front filters them');
  });

  test('has at least ten characters, space around it not counted', () => {
    expect(writtenReason('0123456789', 'this')).toBe('0123456789');
    expect(errorOf(() => writtenReason('012345678', 'this')).code).toBe('REASON_MISSING');
    expect(errorOf(() => writtenReason('012345678  ', 'this')).code).toBe('REASON_MISSING');
  });

  test.each([
    ['', '""'],
    ['          ', '"          "'],
    ['todo', '"todo"'],
    [true, 'true'],
    [null, 'null'],
    [['a', 'list'], '["a", "list"]'],
  ])('that is %p is refused for PPTP', (reason, shown) => {
    expect(errorOf(() => Insecure.because(reason as string))).toEqual({
      code: 'REASON_MISSING',
      text: [
        'PPTP needs a written reason that a reviewer can judge.',
        `  got      ${shown}`,
        '  allowed  a sentence of at least 10 characters',
        "  write    'PLCs in plant 4 speak nothing else; replaced by 2027-06'",
        '',
        '      at FILE:LINE',
        '      code REASON_MISSING, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test('that is left out is refused, for consequences that a user accepts as well', () => {
    expect(errorOf(() => Accepted.because(undefined as unknown as string))).toEqual({
      code: 'REASON_MISSING',
      text: [
        'accepting this needs a written reason that a reviewer can judge.',
        '  allowed  a sentence of at least 10 characters',
        "  write    'PLCs in plant 4 speak nothing else; replaced by 2027-06'",
        '',
        '      at FILE:LINE',
        '      code REASON_MISSING, see docs/diagnostics.md',
      ].join('\n'),
    });
  });
});
