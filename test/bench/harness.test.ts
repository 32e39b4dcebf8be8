import { type Child, compare, median } from '../../bench/harness';

/** Work that takes time in proportion to `amount`. */
const work = (amount: number) => () => {
  let sum = 0;
  for (let i = 0; i < amount * 2_000; i++) sum += Math.sqrt(i);
  return sum;
};
const node = (script: string): Child => ({ node: ['--eval', script] });

jest.setTimeout(60_000);

test('the median of an odd and of an even number of values', () => {
  expect(median([10, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('four times the work is about four times as slow, and exceeds a bound of 2', async () => {
  const { name, ratio, bound, ok, recorded } = await compare({
    name: 'x',
    bound: 2,
    ours: work(4),
    reference: work(1),
  });
  expect({ name, bound, ok }).toEqual({ name: 'x', bound: 2, ok: false });
  expect(ratio).toBeGreaterThan(2.5);
  expect(ratio).toBeLessThan(6);
  expect(recorded.map((row) => [row.name, row.unit])).toEqual([
    ['x: ours', 'ms'],
    ['x: reference', 'ms'],
  ]);
});

test('work that returns a promise is awaited', async () => {
  const later = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms));
  const { ratio, ok } = await compare({ name: 'x', bound: 1, ours: later(5), reference: later(20) });
  expect(ok).toBe(true);
  expect(ratio).toBeLessThan(0.8);
});

test('children are compared by their peak memory when told so', async () => {
  const { ratio, recorded } = await compare({
    name: 'x',
    bound: 1,
    quantity: 'memory',
    rounds: 7,
    ours: node('Buffer.alloc(300 << 20, 1)'),
    reference: node(''),
  });
  expect(ratio).toBeGreaterThan(3);
  expect(recorded.map((row) => row.unit)).toEqual(['ms', 'MB', 'ms', 'MB']);
});

test('a child that fails is an error, not a fast result', async () => {
  const failing = compare({
    name: 'x',
    bound: 1,
    ours: node('console.error("oh"); process.exit(3)'),
    reference: node(''),
  });
  await expect(failing).rejects.toThrow(/exit status 3.*oh/s);
});

test('too few rounds are refused', async () => {
  await expect(compare({ name: 'x', bound: 1, rounds: 5, ours: work(1), reference: work(1) })).rejects.toThrow(
    RangeError,
  );
});
