// `npm run bench`: measures every case in bench/cases/ and fails when a ratio exceeds its bound.
//
//   --only TEXT   the cases whose names contain TEXT
//   --attempts N  how often a case may be measured: a ratio can be off when something else starts on the machine, and a
//                 bound that is really exceeded is exceeded every time (unless told, 1)
//   --json FILE   also writes the ratios to FILE, a list of { name, ratio, bound, ok }, and what has no bound beside
//                 it, to FILE with .recorded before its extension, a list of { name, value, unit }

import { fork } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../test/support/table';
import { type Case, compare, type Ratio, type Recorded } from './harness';

const CASES = join(__dirname, 'cases');

/** What the cases of one file came to. */
interface Measurements {
  readonly ratios: readonly Ratio[];
  readonly recorded: readonly Recorded[];
}

async function main(): Promise<number> {
  const options = { only: { type: 'string' }, attempts: { type: 'string' }, json: { type: 'string' } } as const;
  const { only = '', attempts = '1', json } = parseArgs({ options }).values;
  if (!/^[1-9]$/.test(attempts)) {
    console.error(`bench: --attempts ${attempts}: not a number from 1 to 9`);
    return 1;
  }

  const ratios: Ratio[] = [];
  const recorded: Recorded[] = [];
  const files = existsSync(CASES) ? readdirSync(CASES).filter((name) => name.endsWith('.bench.ts')) : [];
  for (const file of files.sort()) {
    const measured = await inProcessOfItsOwn(file, only, Number(attempts));
    ratios.push(...measured.ratios);
    recorded.push(...measured.recorded);
  }
  if (ratios.length + recorded.length === 0) {
    console.error(`bench: no case in bench/cases/ ${only && `has '${only}' in its name`}`);
    return 1;
  }

  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const ratioRows = ratios.map(({ name, ratio, bound, ok }) => [
    name,
    number(ratio),
    `<= ${bound}`,
    ok ? 'ok' : 'EXCEEDED',
  ]);
  if (ratios.length > 0) console.log(table([['ours / reference', 'ratio', 'bound', ''], ...ratioRows]));
  console.log();
  console.log(
    table([
      ['recorded, not judged', 'value'],
      ...recorded.map(({ name, value, unit }) => [name, `${number(value)} ${unit}`]),
    ]),
  );

  if (json !== undefined) {
    const { dir, name, ext } = parse(json);
    const write = (file: string, list: readonly object[]) => writeFileSync(file, `${JSON.stringify(list, null, 2)}\n`);
    write(json, ratios);
    write(join(dir, `${name}.recorded${ext}`), recorded);
  }
  return ratios.every(({ ok }) => ok) ? 0 : 1;
}

/**
 * Measures the cases of a file in a process of their own: heaps that another library has filled, and code that was compiled
 * for its objects too, would slow one side more than the other.
 */
function inProcessOfItsOwn(file: string, only: string, attempts: number): Promise<Measurements> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [file, only, String(attempts)], { env: { ...process.env, BENCH_CHILD: '1' } });
    let measured: Measurements | undefined;
    child.on('message', (message) => {
      measured = message as Measurements;
    });
    child.on('error', reject);
    child.on('exit', (status) => {
      if (status === 0 && measured !== undefined) resolve(measured);
      else reject(new Error(`bench/cases/${file}: exit status ${status}`));
    });
  });
}

/** In that process. */
async function measure(file: string, only: string, attempts: number): Promise<Measurements> {
  const ratios: Ratio[] = [];
  const recorded: Recorded[] = [];
  const cases = (require(join(CASES, file)).default as Case[]).filter(({ name }) => name.includes(only));
  for (const each of cases) {
    console.error(`measuring ${each.name}`);
    if ('record' in each) {
      recorded.push({ name: each.name, value: await each.record(), unit: each.unit });
      continue;
    }
    let result = await compare(each);
    for (let attempt = 2; !result.ok && attempt <= attempts; attempt++) {
      console.error(`measuring ${each.name} again: ${result.ratio.toPrecision(3)}`);
      result = await compare(each);
    }
    const { recorded: sides, ...ratio } = result;
    ratios.push(ratio);
    recorded.push(...sides);
  }
  return { ratios, recorded };
}

async function inChild(): Promise<number> {
  const [file = '', only = '', attempts = '1'] = process.argv.slice(2);
  const measured = await measure(file, only, Number(attempts));
  await new Promise((resolve) => process.send?.(measured, resolve));
  process.disconnect();
  return 0;
}

(process.env.BENCH_CHILD === undefined ? main() : inChild()).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
