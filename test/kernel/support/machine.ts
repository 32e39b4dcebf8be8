import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import type { HostConfig } from '../../../lib/host';
import { debianRoot } from './debian';

/** What a command on a machine did. */
export interface Outcome {
  readonly status: number | null;
  /** Standard output and standard error, as they came. */
  readonly text: string;
}

/**
 * A Debian 13 machine without a kernel of its own: a root folder, network, processes and mounts that nobody else sees,
 * and that end with it.
 */
export class Machine {
  private static root: string | undefined;

  /** Starts a machine. `stubs` are programs that stand in front of Debian's, and `from` another root folder. */
  public static async start(stubs: Readonly<Record<string, string>> = {}, from?: string): Promise<Machine> {
    Machine.root ??= from === undefined ? debianRoot() : undefined;
    const lower = from ?? Machine.root;
    // Mounts live in the machine's own namespace; standard input that ends (with this process) ends the machine.
    const script = `set -e
      mount -t tmpfs machine /mnt; cd /mnt; mkdir upper work root
      mount -t overlay overlay -o lowerdir=${lower},upperdir=/mnt/upper,workdir=/mnt/work root
      cd root; mount -t proc proc proc; mount -t sysfs -o ro sysfs sys; mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs dev
      for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
      : >dev/ppp; mount --bind /dev/null dev/ppp; mkdir dev/net; mknod -m 666 dev/net/tun c 10 200; mkdir dev/pts; mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts; ln -s pts/ptmx dev/ptmx
      ip link set lo up; echo up; exec cat >/dev/null`;
    const shell = spawn('unshare', ['--net', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script]);
    await firstLine(shell);
    leave(shell);
    const children = fs.readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, 'utf8').trim();
    const machine = new Machine(shell, Number(children.split(' ')[0]));
    machine.write('/etc/resolv.conf', fs.readFileSync('/etc/resolv.conf', 'utf8'));
    for (const [name, content] of Object.entries(stubs)) {
      machine.write(`/stubs/${name}`, `#!/bin/sh\n${content}\n`, 0o755);
    }
    return machine;
  }

  private constructor(
    private readonly shell: ChildProcessWithoutNullStreams,
    /** The process whose namespaces are the machine's. */
    public readonly pid: number,
  ) {}

  /** Runs a command and waits for it. */
  public run(argv: readonly string[], options: { input?: string; timeout?: number } = {}): Outcome {
    const done = spawnSync('nsenter', this.enter(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv]), {
      encoding: 'utf8',
      // pppd takes a second to end when its standard input is a socket, as Node's pipes are.
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
      ...(options.input === undefined ? {} : { input: options.input }),
      timeout: options.timeout ?? 60_000,
      env: { PATH: '/stubs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    });
    return { status: done.status, text: done.stdout };
  }

  /** Runs a command that must succeed, and returns what it printed. */
  public must(...argv: readonly string[]): string {
    const { status, text } = this.run(argv);
    if (status !== 0) {
      throw new Error(`${argv.join(' ')}: exit ${status}\n${text}`);
    }
    return text;
  }

  /** Runs lines of shell that must all succeed. */
  public sh(script: string): string {
    return this.must('sh', '-ec', script);
  }

  public write(file: string, content: string, mode = 0o644): void {
    const at = this.path(file);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, content);
    fs.chmodSync(at, mode);
  }

  public read(file: string): string {
    return fs.readFileSync(this.path(file), 'utf8');
  }

  public exists(file: string): boolean {
    return fs.existsSync(this.path(file));
  }

  public mode(file: string): number {
    return fs.statSync(this.path(file)).mode & 0o777;
  }

  /** Puts the files of a host on the machine, as cloud-init would. */
  public install(host: HostConfig): void {
    for (const { path: file, content, mode = '0644' } of host.files) {
      this.write(file, content, Number.parseInt(mode, 8));
    }
    this.write('/var/lib/cloud/data/instance-id', 'i-0123456789abcdef0\n');
  }

  /** Starts the agent that sends and receives packets on this machine. */
  public agent(): Agent {
    this.write('/agent.py', fs.readFileSync(path.join(__dirname, 'agent.py'), 'utf8'));
    const child = spawn('nsenter', this.enter(['python3', '-u', '/agent.py']));
    leave(child);
    return new Agent(child);
  }

  /** Ends the machine and everything on it. */
  public async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.shell.once('exit', resolve));
    this.shell.stdin.end();
    await ended;
  }

  /** The arguments of nsenter that run a command on this machine. */
  public enter(argv: readonly string[]): string[] {
    return ['--target', String(this.pid), '--net', '--mount', '--pid', '--', 'chroot', '/mnt/root', ...argv];
  }

  private path(file: string): string {
    return path.join(`/proc/${this.pid}/root/mnt/root`, file);
  }
}

/** A Python process on a machine that does one thing per line that it is told. */
export class Agent {
  private readonly answers: AsyncIterator<string>;

  public constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.pipe(process.stderr);
  }

  /** Does `what`, and answers with what came of it. */
  public async do<T = unknown>(what: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> {
    this.child.stdin.write(`${JSON.stringify({ what, ...args })}\n`);
    const { value, done } = await this.answers.next();
    if (done) {
      throw new Error(`the agent ended at ${what}`);
    }
    return JSON.parse(value) as T;
  }
}

/** A cable between two machines. */
export function cable(a: Machine, nameA: string, b: Machine, nameB: string): void {
  const made = spawnSync('nsenter', [
    ...['--target', String(a.pid), '--net', 'ip', 'link', 'add', nameA, 'type', 'veth', 'peer', 'name', nameB],
    ...['netns', String(b.pid)],
  ]);
  if (made.status !== 0) {
    throw new Error(`no cable ${nameA} to ${nameB}: ${made.stderr}`);
  }
}

/** Lets this process end although the child still runs; the child ends when its standard input does. */
function leave(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    (stream as unknown as { unref(): void }).unref();
  }
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  for await (const line of readline.createInterface({ input: child.stdout })) {
    return line;
  }
  throw new Error(`no machine: ${errors}`);
}
