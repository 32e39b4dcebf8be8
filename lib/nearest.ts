/**
 * The one of the `known` names that `name` most likely stands for, for messages: `did you mean ...`. Letters of either
 * case and `_`, `.`, `-` and spaces count as equal, and so does a swap of neighbours as one slip. Of equally near names
 * the first wins.
 *
 * @returns `undefined` where every known name differs in more than a third of its letters
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const meant = plain(name);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const likely = plain(candidate);
    const length = Math.max(meant.length, likely.length);
    const tolerated = Math.max(1, Math.floor(length / 3));
    // What differs in length by more than is tolerated needs no comparing: a name may be as long as a file.
    if (length - Math.min(meant.length, likely.length) > tolerated) {
      continue;
    }
    const slips = distance(meant, likely);
    if (slips <= tolerated && slips < least) {
      best = candidate;
      least = slips;
    }
  }
  return best;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_.]/g, '-');
}

/** How many letters must be added, left out, replaced or swapped with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? at(before, column - 2) + 1
          : Number.POSITIVE_INFINITY;
      line.push(Math.min(at(above, column) + 1, at(line, column - 1) + 1, replaced, swapped));
    }
    before = above;
    above = line;
  }
  return at(above, b.length);
}

function at(line: readonly number[], column: number): number {
  return line[column] ?? Number.POSITIVE_INFINITY;
}
