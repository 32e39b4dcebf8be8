import type { Reasons } from '../model';

/** Months in a written reason: `2027-06`, `2027-06-30`. */
const DATES = /\b(20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)\b/g;

/** The last date that was written down for PPTP: in the reason itself, or as the last day of a migration. */
export function lastDateOf({ insecure, lastDay }: Reasons): string | undefined {
  const dates = [...(insecure ?? '').matchAll(DATES)].map(([date]) => date);
  return [...dates, ...(lastDay === undefined ? [] : [lastDay])].sort().at(-1);
}

/** Whether a day or a month is before another day. */
export function isOver(date: string, today: string): boolean {
  return date < today.slice(0, date.length);
}

/** The time between two days or months, in words. */
export function monthsBetween(from: string, to: string): string {
  const months = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  const count = months(to) - months(from);
  return count === 0 ? 'less than a month' : count === 1 ? '1 month' : `${count} months`;
}
