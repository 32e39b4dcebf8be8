// Ratios, not seconds: both sides of a comparison run in turns in one process on one machine, so that a slow or busy
// machine slows both.

import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** Something to measure in this process. It may return a promise, and is then awaited. */
export type Work = () => unknown;

/** Something to measure in a node process of its own. */
export interface Child {
  /** The arguments of node: a script and what it is given. */
  readonly node: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Whether it reports its memory. That takes a module that is imported first, after which Node also looks a program through
   * for what it exports: some 30 ms for one of 300 KB, which nobody else pays. @default true
   */
  readonly reportsMemory?: boolean;
}

interface Measured {
  readonly name: string;
  /** The greatest ratio of ours to the reference that is still right. */
  readonly bound: number;
  /** How often each side is measured; at least 7, and 9 unless told. */
  readonly rounds?: number;
}

export type Comparison = Measured &
  (
    | {
        readonly ours: Work;
        readonly reference: Work;
        /**
         * What the ratio is of: wall-clock time (unless told), or processor time, which stands still while other programs have
         * their turn: for work that waits for nothing.
         */
        readonly quantity?: 'time' | 'processor';
      }
    | {
        readonly ours: Child;
        readonly reference: Child;
        /** What the ratio is of: wall-clock time (unless told) or the peak of resident memory. */
        readonly quantity?: 'time' | 'memory';
      }
  );

/** A value worth knowing and not worth a bound. */
export interface Recording {
  readonly name: string;
  readonly unit: string;
  readonly record: () => number | Promise<number>;
}

/** What bench/cases/*.bench.ts export, as the default, in an array. */
export type Case = Comparison | Recording;

export interface Ratio {
  readonly name: string;
  readonly ratio: number;
  readonly bound: number;
  readonly ok: boolean;
}

/** A value without a bound: of a recording, or of one side of a comparison. */
export interface Recorded {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface Result extends Ratio {
  /** The median of either side, in all that was measured: milliseconds, and megabytes of children. */
  readonly recorded: readonly Recorded[];
}

const FEWEST_ROUNDS = 7;

/** As many repetitions as make a sample long enough for the clock, in milliseconds. */
const ENOUGH = 25;

/** How long both sides run before they are measured, in milliseconds; what takes that long once has been compiled by its end. */
const LONG = 1000;

/** One measurement of one side. */
interface Sample {
  readonly time: number;
  readonly processor?: number;
  readonly memory?: number;
}

/** Measures both sides in turns; the ratio is the median of the ratios of the rounds. */
export async function compare(comparison: Comparison): Promise<Result> {
  const { name, bound, ours, reference, rounds = 9 } = comparison;
  if (!(rounds >= FEWEST_ROUNDS))
    throw new RangeError(`${name}: ${rounds} rounds; at least ${FEWEST_ROUNDS} are needed`);
  const quantity = ('quantity' in comparison && comparison.quantity) || 'time';

  const sides = { ours: await sampler(ours), reference: await sampler(reference) };
  await warmUp(sides.ours.warm, sides.reference.warm);
  const samples: Record<keyof typeof sides, Sample[]> = { ours: [], reference: [] };
  for (let round = 0; round < rounds; round++) {
    // Whoever goes second finds warmer caches and more garbage: take turns.
    const order = round % 2 === 0 ? (['ours', 'reference'] as const) : (['reference', 'ours'] as const);
    for (const side of order) samples[side].push(await sides[side].sample());
  }

  const ratio = median(samples.ours.map((sample, i) => sample[quantity]! / samples.reference[i]![quantity]!));
  const recorded = (['ours', 'reference'] as const).flatMap((side) =>
    (['time', 'memory'] as const).flatMap((what) => {
      const values = samples[side].flatMap((sample) => sample[what] ?? []);
      const unit = what === 'time' ? 'ms' : 'MB';
      return values.length === 0 ? [] : [{ name: `${name}: ${side}`, value: median(values), unit }];
    }),
  );
  return { name, ratio, bound, ok: ratio <= bound, recorded };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Measures one side; made after it has run once. */
interface Sampler {
  readonly sample: () => Promise<Sample>;
  /** Runs it once more; left out where it is as fast as it will be. */
  readonly warm?: () => Promise<unknown>;
}

function sampler(side: Work | Child): Promise<Sampler> {
  return typeof side === 'function' ? workSampler(side) : childSampler(side);
}

async function workSampler(work: Work): Promise<Sampler> {
  const first = await sampleOf(work, 1);
  if (first.time >= LONG) {
    let kept: Sample | undefined = first;
    const sample = async () => {
      const taken = kept ?? (await sampleOf(work, 1));
      kept = undefined;
      return taken;
    };
    return { sample };
  }
  let repetitions = 1;
  for (let { time } = first; time * repetitions < ENOUGH; ) {
    repetitions = Math.ceil(repetitions * Math.min(10, (1.2 * ENOUGH) / Math.max(time * repetitions, 0.01)));
    ({ time } = await sampleOf(work, repetitions));
  }
  return { sample: () => sampleOf(work, repetitions), warm: () => sampleOf(work, 1) };
}

/** Runs both sides in turns, until the compiler has seen enough of them. */
async function warmUp(ours: Sampler['warm'], reference: Sampler['warm']): Promise<void> {
  const end = performance.now() + LONG;
  while (ours !== undefined && reference !== undefined && performance.now() < end) {
    await ours();
    await reference();
  }
}

async function sampleOf(work: Work, repetitions: number) {
  const processor = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  const time = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  return { time: time / repetitions, processor: (user + system) / 1000 / repetitions };
}

async function childSampler(child: Child): Promise<Sampler> {
  const sample = () => runChild(child);
  await sample(); // the files are read from the disk once
  return { sample };
}

/**
 * The child says itself, on its way out, what its memory was at its peak. Linux counts the memory of the process that
 * started a child into the child's `maxRSS`, and not into its `VmHWM`.
 */
const REPORT = `import { readFileSync, writeSync } from 'node:fs';
const peak = () => {
  try {
    return /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
  } catch {
    return process.resourceUsage().maxRSS;
  }
};
process.on('exit', () => writeSync(3, String(peak())));`;

function runChild({ node, cwd, env, reportsMemory = true }: Child): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const report = reportsMemory ? ['--import', `data:text/javascript,${encodeURIComponent(REPORT)}`] : [];
    const args = [...report, ...node];
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    let printed = '';
    let reported = '';
    child.stdout?.on('data', (text) => {
      printed += text;
    });
    child.stderr?.on('data', (text) => {
      printed += text;
    });
    child.stdio[3]?.on('data', (text) => {
      reported += text;
    });
    let time = 0;
    child.on('exit', () => {
      time = performance.now() - start;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      const memory = Number(reported) / 1024;
      if (status === 0 && !reportsMemory) resolve({ time });
      else if (status === 0 && memory > 0) resolve({ time, memory });
      else reject(new Error(`node ${node.join(' ')}: exit status ${status}, memory '${reported}'\n${printed}`));
    });
  });
}
