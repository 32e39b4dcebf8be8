import { Sunset, type SunsetOptions } from '../../lib/migration';
import { errorOf } from '../support/messages';

const at = (day: string): SunsetOptions => ({ clock: () => new Date(day) });

describe('a sunset', () => {
  test.each([
    ['2027-01-01', 'before', 211],
    ['2027-06-30T23:59:59.999Z', 'before', 31],
    ['2027-07-01', 'grace', 30],
    ['2027-07-30T23:59:59Z', 'grace', 1],
    ['2027-07-31', 'over', 0],
    ['2028-07-30', 'over', -365],
  ])('on 2027-06-30 is, seen on %s, %s', (day, phase, daysLeft) => {
    expect(Sunset.on('2027-06-30', at(day)).judge()).toEqual({
      phase,
      lastDay: '2027-06-30',
      failsFrom: '2027-07-31',
      daysLeft,
    });
  });

  test('without days of grace is over on the day after the last', () => {
    expect(Sunset.on('2027-06-30', { ...at('2027-06-30'), graceDays: 0 }).judge().phase).toBe('before');
    expect(Sunset.on('2027-06-30', { ...at('2027-07-01'), graceDays: 0 }).judge().phase).toBe('over');
  });

  test('that was put off has the new day, the old grace and its reason', () => {
    const renewed = Sunset.on('2027-06-30', { ...at('2028-01-05'), graceDays: 5 }).renewedUntil(
      '2027-12-31',
      ' new PLCs in November ',
    );
    expect(renewed.judge()).toEqual({ phase: 'grace', lastDay: '2027-12-31', failsFrom: '2028-01-06', daysLeft: 1 });
    expect([renewed.lastDay, renewed.renewedBecause]).toEqual(['2027-12-31', 'new PLCs in November']);
    expect(Sunset.on('2027-06-30').renewedBecause).toBeUndefined();
  });

  test('goes by the clock of the machine where none was given', () => {
    expect(Sunset.on('2020-01-01').judge().phase).toBe('over');
    expect(Sunset.on('9999-12-31', { graceDays: 0 }).judge().phase).toBe('before');
  });
});

describe('a sunset that is refused', () => {
  const refusal = (what: string, got: string, allowed: string, instead: string) => ({
    code: 'SUNSET_INVALID',
    text: [
      what,
      `  got      ${got}`,
      `  allowed  ${allowed}`,
      `  write    ${instead}`,
      '',
      '      at FILE:LINE',
      '      code SUNSET_INVALID, see docs/diagnostics.md',
    ].join('\n'),
  });
  const RENEWED = "Sunset.on('2027-06-30').renewedUntil('2027-12-31', 'the PLCs of plant 4 come in November')";

  test.each(['', '2027-6-30', '30.06.2027', '2027-02-29', '2027-06-30T00:00:00Z', '2027-13-01', 20270630, null])(
    'has no day: %j',
    (day) => {
      expect(errorOf(() => Sunset.on(day as string))).toEqual(
        refusal('the last day is not a day.', shown(day), 'a day as YYYY-MM-DD', "Sunset.on('2027-06-30')"),
      );
      expect(errorOf(() => Sunset.on('2027-06-30').renewedUntil(day as string, 'new PLCs in November'))).toEqual(
        refusal('the new last day is not a day.', shown(day), 'a day as YYYY-MM-DD', RENEWED),
      );
    },
  );

  test.each([-1, 1.5, 366, Number.NaN])('has %d days of grace', (graceDays) => {
    expect(errorOf(() => Sunset.on('2027-06-30', { graceDays }))).toEqual(
      refusal(
        'graceDays is not a number of days of grace.',
        String(graceDays),
        'a whole number from 0 to 365',
        "Sunset.on('2027-06-30', { graceDays: 30 })",
      ),
    );
  });

  test('has a clock that tells no time', () => {
    const instead = "Sunset.on('2027-06-30', { clock: () => new Date('2027-01-01') })";
    expect(errorOf(() => Sunset.on('2027-06-30', { clock: '2027-01-01' as never }))).toEqual(
      refusal(
        'clock is not a function that returns a Date.',
        shown('2027-01-01'),
        'a function without arguments that returns a Date',
        instead,
      ),
    );
    expect(errorOf(() => Sunset.on('2027-06-30', { clock: () => 7 as never }).judge())).toEqual(
      refusal('clock did not return a time.', '7', 'a valid Date', instead),
    );
  });

  test.each(['2027-06-30', '2026-12-31'])('is put off to %s, which is not later', (day) => {
    expect(errorOf(() => Sunset.on('2027-06-30').renewedUntil(day, 'new PLCs in November'))).toEqual(
      refusal('the new last day is not after 2027-06-30.', shown(day), 'a later day', RENEWED),
    );
  });

  test.each(['', '  ', null, 'later'])('is put off for no reason: %j', (because) => {
    expect(errorOf(() => Sunset.on('2027-06-30').renewedUntil('2027-12-31', because as string))).toEqual({
      code: 'REASON_MISSING',
      text: [
        'putting off a sunset needs a written reason that a reviewer can judge.',
        `  got      ${shown(because)}`,
        '  allowed  a sentence of at least 10 characters',
        "  write    'PLCs in plant 4 speak nothing else; replaced by 2027-06'",
        '',
        '      at FILE:LINE',
        '      code REASON_MISSING, see docs/diagnostics.md',
      ].join('\n'),
    });
  });
});

/** A value as messages show it. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
