import * as fs from 'node:fs';
import * as path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../../lib/cli/run';
import { scratchFolder } from '../support/cli';

/** What a command did. */
export interface Done {
  readonly status: number;
  readonly stdout: string;
  /** Without the place in the test file, which errors name. */
  readonly stderr: string;
}

/** Standard input, and which of the standard streams are a terminal. */
export interface Surroundings {
  readonly stdin?: string;
  readonly terminal?: 'stdin' | 'stdout' | 'stderr';
  readonly now?: Date;
  readonly env?: Readonly<Record<string, string>>;
  /** What happens to whoever writes to standard output. */
  readonly broken?: NodeJS.ErrnoException;
}

export const NOW = new Date('2026-11-22T12:00:00Z');

/** A folder for what commands write, and the commands themselves, run in this process. */
export class Shell {
  public readonly folder = scratchFolder('keys-');

  /** Runs a command; words that begin with `./` are paths in the folder. */
  public async run(line: string | readonly string[], surroundings: Surroundings = {}): Promise<Done> {
    const words = typeof line === 'string' ? line.split(' ') : line;
    const argv = words.map((word) => word.replace(/^(--\w+=)?\.\//, `$1${this.folder}/`));
    const { stdin = '', terminal, now = NOW, env = {}, broken } = surroundings;
    const [stdout, stderr] = [new Sink(broken), new Sink()];
    const status = await run(argv, {
      stdin: Object.assign(Readable.from([stdin]), { isTTY: terminal === 'stdin' }),
      stdout: Object.assign(stdout, { isTTY: terminal === 'stdout' }),
      stderr: Object.assign(stderr, { isTTY: terminal === 'stderr' }),
      now,
      env,
    });
    const said = stderr.text.replace(/^ {6}at .*:\d+\n/m, '').replaceAll(this.folder, '.');
    return { status, stdout: stdout.text, stderr: said };
  }

  /** Runs a command that must succeed, and returns the secret that it wrote. */
  public async secret(line: string | readonly string[], surroundings: Surroundings = {}): Promise<Secret> {
    const { status, stdout, stderr } = await this.run(line, surroundings);
    if (status !== 0) {
      throw new Error(stderr);
    }
    return JSON.parse(stdout);
  }

  public path(file: string): string {
    return path.join(this.folder, file);
  }

  public read(file: string): string {
    return fs.readFileSync(this.path(file), 'utf8');
  }

  public write(file: string, content: string | object): void {
    fs.writeFileSync(this.path(file), typeof content === 'string' ? content : JSON.stringify(content));
  }

  public remove(file: string): void {
    fs.rmSync(this.path(file), { recursive: true });
  }

  /** Every file below a folder, as paths below it, in order. */
  public files(folder: string): string[] {
    return fs
      .readdirSync(this.path(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.path(folder), path.join(entry.parentPath, entry.name)))
      .sort();
  }
}

/** A secret of any protocol. */
export interface Secret {
  readonly users: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

class Sink extends Writable {
  public text = '';

  public constructor(private readonly broken?: NodeJS.ErrnoException) {
    super();
  }

  public override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.text += chunk.toString('utf8');
    done(this.broken);
  }
}
