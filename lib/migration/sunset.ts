import { invalid } from '../errors';
import { writtenReason } from '../flows/reason';

/** How a sunset is kept. */
export interface SunsetOptions {
  /**
   * Days after the last day in which synth warns, before it fails.
   *
   * @default 30
   */
  readonly graceDays?: number;
  /**
   * What time it is. Give one where snapshots must stay the same on every day.
   *
   * @default the clock of the machine that synthesises
   */
  readonly clock?: () => Date;
}

/** Where a day stands to a sunset. */
export interface SunsetVerdict {
  /** Not yet; in the days of grace, where synth warns; or over, where it fails. */
  readonly phase: 'before' | 'grace' | 'over';
  /** The last day, `2027-06-30`. */
  readonly lastDay: string;
  /** The day from which on synth fails. */
  readonly failsFrom: string;
  /** Days until then; 0 or less when it is over. */
  readonly daysLeft: number;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * The day on which something insecure goes out of service, as its users agreed. Days are those of UTC, so that every
 * pipeline changes its mind at the same moment.
 */
export class Sunset {
  /**
   * The last day, for example `2027-06-30`.
   *
   * @throws InvalidInputError `SUNSET_INVALID`
   */
  public static on(lastDay: string, options: SunsetOptions = {}): Sunset {
    const { graceDays = 30, clock = () => new Date() } = options;
    checkDay(lastDay, 'the last day', "Sunset.on('2027-06-30')");
    if (!Number.isInteger(graceDays) || graceDays < 0 || graceDays > 365) {
      invalid({
        code: 'SUNSET_INVALID',
        what: 'graceDays is not a number of days of grace',
        got: graceDays,
        allowed: 'a whole number from 0 to 365',
        instead: "Sunset.on('2027-06-30', { graceDays: 30 })",
      });
    }
    if (typeof clock !== 'function') {
      invalid({
        code: 'SUNSET_INVALID',
        what: 'clock is not a function that returns a Date',
        got: clock,
        allowed: 'a function without arguments that returns a Date',
        instead: "Sunset.on('2027-06-30', { clock: () => new Date('2027-01-01') })",
      });
    }
    return new Sunset(lastDay, graceDays, clock, undefined);
  }

  private constructor(
    /** The last day, `2027-06-30`. */
    public readonly lastDay: string,
    private readonly graceDays: number,
    private readonly clock: () => Date,
    /** Why it was put off; `undefined` for a sunset that was not. */
    public readonly renewedBecause: string | undefined,
  ) {}

  /**
   * The same, put off to a later day, for a reason that reviewers read in the template.
   *
   * @throws InvalidInputError `SUNSET_INVALID` where the day is not later, `REASON_MISSING` where the reason says nothing
   */
  public renewedUntil(lastDay: string, because: string): Sunset {
    const instead = `Sunset.on('${this.lastDay}').renewedUntil('2027-12-31', 'the PLCs of plant 4 come in November')`;
    checkDay(lastDay, 'the new last day', instead);
    if (lastDay <= this.lastDay) {
      invalid({
        code: 'SUNSET_INVALID',
        what: `the new last day is not after ${this.lastDay}`,
        got: lastDay,
        allowed: 'a later day',
        instead,
      });
    }
    return new Sunset(lastDay, this.graceDays, this.clock, writtenReason(because, 'putting off a sunset'));
  }

  /**
   * Where this day stands.
   *
   * @param now what time it is, where that is said elsewhere than by the clock
   * @throws InvalidInputError `SUNSET_INVALID` where the clock returns no time
   */
  public judge(now: Date = this.clock()): SunsetVerdict {
    if (!(now instanceof Date) || Number.isNaN(now.getTime())) {
      return invalid({
        code: 'SUNSET_INVALID',
        what: 'clock did not return a time',
        got: now,
        allowed: 'a valid Date',
        instead: "Sunset.on('2027-06-30', { clock: () => new Date('2027-01-01') })",
      });
    }
    const today = Math.floor(now.getTime() / DAY);
    const last = Date.parse(this.lastDay) / DAY;
    const fails = last + this.graceDays + 1;
    return {
      phase: today <= last ? 'before' : today < fails ? 'grace' : 'over',
      lastDay: this.lastDay,
      failsFrom: new Date(fails * DAY).toISOString().slice(0, 10),
      daysLeft: fails - today,
    };
  }
}

function checkDay(day: unknown, what: string, instead: string): void {
  const isDay =
    typeof day === 'string' &&
    /^\d{4}-\d\d-\d\d$/.test(day) &&
    !Number.isNaN(Date.parse(day)) &&
    new Date(day).toISOString().startsWith(day);
  if (!isDay) {
    invalid({
      code: 'SUNSET_INVALID',
      what: `${what} is not a day`,
      got: day,
      allowed: 'a day as YYYY-MM-DD',
      instead,
    });
  }
}
