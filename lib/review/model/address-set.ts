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
  // Most results are one range: a list that begins with one takes a quarter of the memory of one that is pushed to.
  let set: AddressRange[] | undefined;
  // Where one set is a part of a large one, what lies before it is not looked at.
  let i = indexOf(a, (b[0] as AddressRange).first);
  let j = indexOf(b, (a[0] as AddressRange).first);
  while (i < a.length && j < b.length) {
    const x = a[i] as AddressRange;
    const y = b[j] as AddressRange;
    const common = meeting(x, y);
    if (common !== undefined) {
      if (set === undefined) {
        set = [common];
      } else {
        set.push(common);
      }
    }
    if (x.last < y.last) {
      i++;
    } else {
      j++;
    }
  }
  return set ?? NONE;
}

/** The first range that does not lie before an address. */
function indexOf(set: AddressSet, address: Address): number {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle] as AddressRange).last < address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** What is in both ranges; one of them itself where it lies in the other, as most do. */
function meeting(x: AddressRange, y: AddressRange): AddressRange | undefined {
  if (y.first <= x.first && x.last <= y.last) {
    return x;
  }
  if (x.first <= y.first && y.last <= x.last) {
    return y;
  }
  return x.first <= y.last && y.first <= x.last
    ? { version: x.version, first: higher(x.first, y.first), last: lower(x.last, y.last) }
    : undefined;
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
    let found: AddressRange[] | undefined;
    for (const range of set) {
      for (let at = indexOf(this.ranges, range.first); at < this.ranges.length; at++) {
        const common = meeting(this.ranges[at] as AddressRange, range);
        if (common === undefined) {
          break;
        }
        if (found === undefined) {
          found = [common];
        } else {
          found.push(common);
        }
      }
    }
    return found ?? NONE;
  }

  /** Takes what is left of a set, and gives it. */
  public take(set: AddressSet): AddressSet {
    const taken = this.of(set);
    for (const { first, last } of taken) {
      const at = indexOf(this.ranges, first);
      const own = this.ranges[at] as AddressRange;
      const before = own.first < first ? { version: own.version, first: own.first, last: previous(first) } : undefined;
      const behind = last < own.last ? { version: own.version, first: next(last), last: own.last } : undefined;
      if (before === undefined && behind === undefined) {
        this.ranges.splice(at, 1);
      } else if (before === undefined || behind === undefined) {
        this.ranges[at] = (before ?? behind) as AddressRange;
      } else {
        this.ranges.splice(at, 1, before, behind);
      }
    }
    return taken;
  }
}
