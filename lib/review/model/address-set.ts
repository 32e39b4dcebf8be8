import { type Address, type AddressRange, higher, lower, next, previous } from './address';

/** Addresses of one version: ranges in order that neither touch nor overlap. */
export type AddressSet = readonly AddressRange[];

/** Whether ranges are in order, and neither touch nor overlap. */
function isSet(ranges: readonly AddressRange[]): boolean {
  for (let at = 1; at < ranges.length; at++) {
    if (next((ranges[at - 1] as AddressRange).last) >= (ranges[at] as AddressRange).first) {
      return false;
    }
  }
  return true;
}

/** The set of the addresses of these ranges, which are of one version. */
export function addressSet(ranges: readonly AddressRange[]): AddressSet {
  if (isSet(ranges)) {
    return ranges;
  }
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const set: AddressRange[] = [];
  for (const range of sorted) {
    const before = set.at(-1);
    if (before === undefined || next(before.last) < range.first) {
      set.push(range);
    } else if (before.last < range.last) {
      set[set.length - 1] = { ...before, last: range.last };
    }
  }
  return set;
}

const NONE: AddressSet = [];

/** Whether the addresses between the first and the last of either set overlap. */
function canMeet(a: AddressSet, b: AddressSet): boolean {
  const [firstOfA, lastOfA, firstOfB, lastOfB] = [a[0], a[a.length - 1], b[0], b[b.length - 1]];
  return (
    firstOfA !== undefined &&
    lastOfA !== undefined &&
    firstOfB !== undefined &&
    lastOfB !== undefined &&
    firstOfA.first <= lastOfB.last &&
    firstOfB.first <= lastOfA.last
  );
}

/** What is in both sets. */
export function intersection(a: AddressSet, b: AddressSet): AddressSet {
  if (a === b) {
    return a;
  }
  if (!canMeet(a, b)) {
    return NONE;
  }
  const set: AddressRange[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as AddressRange;
    const y = b[j] as AddressRange;
    // Most ranges lie in one another: those are taken as they are.
    if (y.first <= x.first && x.last <= y.last) {
      set.push(x);
    } else if (x.first <= y.first && y.last <= x.last) {
      set.push(y);
    } else if (x.first <= y.last && y.first <= x.last) {
      set.push({ version: x.version, first: higher(x.first, y.first), last: lower(x.last, y.last) });
    }
    if (x.last < y.last) {
      i++;
    } else {
      j++;
    }
  }
  return set;
}

/** What is in `a` and not in `b`. */
export function difference(a: AddressSet, b: AddressSet): AddressSet {
  if (b.length === 0) {
    return a;
  }
  const set: AddressRange[] = [];
  let j = 0;
  for (const range of a) {
    let first: Address = range.first;
    while (j < b.length && (b[j] as AddressRange).last < first) {
      j++;
    }
    let k = j;
    while (k < b.length && (b[k] as AddressRange).first <= range.last) {
      const hole = b[k] as AddressRange;
      if (first < hole.first) {
        set.push({ version: range.version, first, last: previous(hole.first) });
      }
      first = next(hole.last);
      k++;
    }
    if (first === range.first) {
      set.push(range);
    } else if (first <= range.last) {
      set.push({ version: range.version, first, last: range.last });
    }
  }
  return set;
}

/** Whether every address of `part` is in `whole`. */
export function includes(whole: AddressSet, part: AddressSet): boolean {
  return difference(part, whole).length === 0;
}

/** How many addresses a set holds. */
export function sizeOf(set: AddressSet): bigint {
  return set.reduce((sum, { first, last }) => sum + BigInt(last) - BigInt(first) + 1n, 0n);
}

/** Addresses from which parts are taken, one after the other: what is left, without copying it each time. */
export class Remainder {
  private readonly ranges: AddressRange[];

  public constructor(set: AddressSet) {
    this.ranges = [...set];
  }

  public get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  /** What is left. */
  public get rest(): AddressSet {
    return this.ranges;
  }

  /** What is left of a set. */
  public of(set: AddressSet): AddressSet {
    const found: AddressRange[] = [];
    for (const range of set) {
      for (let at = this.indexOf(range.first); at < this.ranges.length; at++) {
        const own = this.ranges[at] as AddressRange;
        if (own.first > range.last) {
          break;
        }
        found.push(
          own.first >= range.first && own.last <= range.last
            ? own
            : { version: own.version, first: higher(own.first, range.first), last: lower(own.last, range.last) },
        );
      }
    }
    return found;
  }

  /** Takes what is left of a set, and gives it. */
  public take(set: AddressSet): AddressSet {
    const taken = this.of(set);
    for (const { first, last } of taken) {
      const at = this.indexOf(first);
      const own = this.ranges[at] as AddressRange;
      const pieces: AddressRange[] = [];
      if (own.first < first) {
        pieces.push({ version: own.version, first: own.first, last: previous(first) });
      }
      if (last < own.last) {
        pieces.push({ version: own.version, first: next(last), last: own.last });
      }
      this.ranges.splice(at, 1, ...pieces);
    }
    return taken;
  }

  /** The first range that does not lie before an address. */
  private indexOf(address: Address): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranges[middle] as AddressRange).last < address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
