import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, LostAnswer, NoAnswer, type Question } from './agent';
import { askMonitor } from './monitor';

/** What a command in a machine did. */
export interface Outcome {
  readonly status: number;
  /** Standard output and standard error, as they came. */
  readonly text: string;
}

export interface VmOptions {
  readonly name: string;
  /** Everything of this machine goes here: disk, console, packets. */
  readonly folder: string;
  /** The image that its disk begins as. */
  readonly image: string;
  readonly memoryMiB: number;
  /** The hardware address of its network card. */
  readonly mac: string;
  /** Two ends of one cable are each other's `local` and `remote`: sockets of the file system, so nothing else is reached. */
  readonly link: { readonly local: string; readonly remote: string };
  /** What cloud-init finds. @default no disk for cloud-init */
  readonly seed?: {
    readonly userData: string;
    /** What the cloud itself adds. */
    readonly vendorData: string;
    readonly networkConfig: string;
    readonly instanceId: string;
  };
  /** More disks, read only. */
  readonly disks?: readonly string[];
  /** A frozen machine to go on with, instead of a boot. */
  readonly frozen?: string;
  /** `tcg` unless a probe showed that `kvm` works. */
  readonly accelerator: 'tcg' | 'kvm';
}

/** How long an answer may take, in milliseconds. Three other machines that boot on two processors take their time. */
const PATIENCE = 120_000;

const PING: Question = { command: 'guest-ping', patience: 3000, isRepeatable: true };

const running = new Set<Vm>();

process.on('exit', () => {
  for (const vm of running) {
    vm.kill();
  }
});

/** A machine in QEMU. Commands reach it through QEMU's guest agent, which no network and no packet filter touches. */
export class Vm {
  public static async start(options: VmOptions): Promise<Vm> {
    fs.mkdirSync(options.folder, { recursive: true });
    fs.rmSync(options.link.local, { force: true });
    const vm = new Vm(options);
    running.add(vm);
    if (options.frozen !== undefined) {
      await vm.thaw();
    }
    return vm;
  }

  private readonly process: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly agent: Agent;
  private hasEnded = false;
  /** What became of the last question, where the machine did not answer it in all its time. */
  private silence: Error | undefined;

  private constructor(private readonly options: VmOptions) {
    const argv = argumentsOf(options);
    this.agent = new Agent(this.file('agent.sock'));
    fs.writeFileSync(this.file('command'), `${argv.map((word) => `'${word}'`).join(' ')}\n`);
    const log = fs.openSync(this.file('qemu.log'), 'w');
    // It ends with this process, however that ends.
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.hasEnded = true;
        this.agent.close();
        running.delete(this);
        resolve();
      };
      this.process.once('exit', end);
      this.process.once('error', end);
    });
  }

  public get name(): string {
    return this.options.name;
  }

  /** A file in the machine's folder. */
  public file(name: string): string {
    return path.join(this.options.folder, name);
  }

  /** Everything that went over its network card, as a packet capture. */
  public get packets(): Buffer {
    return fs.readFileSync(this.file('packets.pcap'));
  }

  /** Waits until the agent answers. */
  public async booted(seconds = 600): Promise<void> {
    await this.until('the agent to answer', seconds, () => this.agent.ask(PING));
  }

  /** Tries until it does not fail. */
  private async until(what: string, seconds: number, attempt: () => Promise<unknown>, pause = 200): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (this.hasEnded || Date.now() > end) {
          throw new Error(`${this.name}: waited ${seconds} s for ${what}: ${error}\n${this.tail()}`);
        }
        await sleep(pause);
      }
    }
  }

  /** Runs lines of shell. */
  public async run(script: string, options: { input?: string; seconds?: number } = {}): Promise<Outcome> {
    const { input, seconds = 60 } = options;
    const { pid } = await this.ask<{ pid: number }>({
      command: 'guest-exec',
      args: {
        path: '/bin/bash',
        arg: ['-c', `exec 2>&1\n${script}`],
        'capture-output': true,
        ...(input === undefined ? {} : { 'input-data': Buffer.from(input).toString('base64') }),
      },
    });
    const end = Date.now() + seconds * 1000;
    for (let wait = 20; ; wait = Math.min(wait * 1.5, 500)) {
      const done = await this.ask<ExecStatus>({ command: 'guest-exec-status', args: { pid }, isRepeatable: true });
      if (done.exited) {
        const text = Buffer.from(done['out-data'] ?? '', 'base64').toString();
        return { status: done.exitcode ?? 128 + (done.signal ?? 0), text };
      }
      if (Date.now() > end) {
        await this.ask({ command: 'guest-exec', args: { path: '/bin/kill', arg: [String(pid)] } });
        throw new Error(`${this.name}: not done after ${seconds} s: ${script}`);
      }
      await sleep(wait);
    }
  }

  /** Runs lines of shell that must all succeed, and returns what they printed. */
  public async sh(script: string, options: { input?: string; seconds?: number } = {}): Promise<string> {
    const { status, text } = await this.run(`set -e\n${script}`, options);
    if (status !== 0) {
      throw new Error(`${this.name}: exit ${status} from\n${script}\n${text}`);
    }
    return text;
  }

  /**
   * Runs lines of shell until they succeed; returns the seconds that this took. The machine itself repeats them: asking it
   * again and again takes a good part of what an emulated machine can do.
   */
  public async eventually(script: string, seconds: number): Promise<number> {
    const begin = Date.now();
    const attempt = () =>
      this.run(
        `until last=$( { ${script}; } 2>&1 ); do
        if [ $SECONDS -ge ${seconds} ]; then echo "$last"; exit 1; fi
        sleep 0.5
      done`,
        { seconds: seconds + 60 },
      );
    // What waits may wait once more.
    const { status, text } = await attempt().catch((error) => {
      if (error.cause instanceof LostAnswer) return attempt();
      throw error;
    });
    if (status !== 0) {
      throw new Error(
        `${this.name}: waited ${seconds} s for success of\n${script}\nwhich last gave ${text}\n${this.tail()}`,
      );
    }
    return (Date.now() - begin) / 1000;
  }

  public async write(file: string, text: string, mode = '0644'): Promise<void> {
    await this.sh(`mkdir -p "$(dirname '${file}')"; cat >'${file}'; chmod ${mode} '${file}'`, { input: text });
  }

  /** Pulls the network cable, or puts it back. */
  public async plug(isIn: boolean): Promise<void> {
    await this.qmp('set_link', { name: 'card', up: isIn });
  }

  /** Waits for a boot after this one. @param id what `bootId` was before */
  public async rebooted(id: string, seconds = 600): Promise<void> {
    const isAnother = async () => {
      if ((await this.bootId()) === id) {
        throw new Error('still the same boot');
      }
    };
    await this.until('another boot', seconds, isAnother, 2000);
  }

  public async bootId(): Promise<string> {
    // Short patience: an agent that a reboot ended never answers.
    const patience = 3000;
    const { pid } = await this.agent.ask<{ pid: number }>({
      command: 'guest-exec',
      args: { path: '/bin/cat', arg: ['/proc/sys/kernel/random/boot_id'], 'capture-output': true },
      patience,
    });
    for (;;) {
      const status = { command: 'guest-exec-status', args: { pid }, patience, isRepeatable: true };
      const done = await this.agent.ask<ExecStatus>(status);
      if (done.exited) {
        return Buffer.from(done['out-data'] ?? '', 'base64').toString();
      }
      await sleep(50);
    }
  }

  /** Stops the machine and keeps it: its memory in a file, and its disk. */
  public async freeze(memory: string, disk: string): Promise<void> {
    await this.sh('sync; echo 3 >/proc/sys/vm/drop_caches; sync');
    this.agent.close();
    await this.qmp('stop');
    await this.qmp('migrate-set-parameters', { 'max-bandwidth': 10_000_000_000 });
    await this.qmp('migrate', { uri: `exec:zstd -q -3 -f -o ${memory}` });
    await this.until('the memory to be written', 120, async () => {
      const { status } = await this.qmp<{ status: string }>('query-migrate');
      if (status !== 'completed') {
        throw new Error(status);
      }
    });
    fs.copyFileSync(this.file('disk.qcow2'), disk);
    await this.stop();
  }

  private async thaw(): Promise<void> {
    await this.until('the frozen machine', 60, async () => {
      const { status } = await this.qmp<{ status: string }>('query-status');
      if (status !== 'paused') {
        throw new Error(status);
      }
    });
    await this.qmp('cont');
    await this.booted();
    await this.sh(`date -s @${(Date.now() / 1000).toFixed(3)}`);
  }

  /** Lets the machine end by itself. */
  public async shutDown(): Promise<void> {
    await this.ask({ command: 'guest-exec', args: { path: '/bin/systemctl', arg: ['poweroff'] } });
    await this.until('the machine to be off', 90, async () => {
      if (!this.hasEnded) {
        throw new Error('still on');
      }
    });
  }

  /** Switches the machine off, without telling it. */
  public async stop(): Promise<void> {
    this.kill();
    await this.ended;
    fs.rmSync(this.file('disk.qcow2'), { force: true });
  }

  public kill(): void {
    if (!this.hasEnded) {
      this.process.kill('SIGKILL');
    }
  }

  private tail(): string {
    const read = (name: string) => (fs.existsSync(this.file(name)) ? fs.readFileSync(this.file(name), 'utf8') : '');
    return `${read('qemu.log')}\n${read('console.log').slice(-300)}`;
  }

  /**
   * Asks with the patience that an emulated machine takes beside others that boot. One that was silent so long is first
   * asked whether it is there again: not every test waits for a machine that is dead.
   */
  private async ask<T = unknown>(question: Omit<Question, 'patience'>): Promise<T> {
    if (this.silence !== undefined) {
      await this.agent.ask(PING).catch(() => {
        throw this.silence;
      });
      this.silence = undefined;
    }
    const before = this.processorSeconds;
    try {
      return await this.agent.ask<T>({ ...question, patience: PATIENCE });
    } catch (error) {
      if (!(error instanceof NoAnswer)) {
        throw new Error(`${this.name}: ${error}; ${this.hasEnded ? 'QEMU has ended' : 'QEMU runs'}`, { cause: error });
      }
      const took = this.processorSeconds - before;
      this.silence = new Error(`${this.name}: ${error.message}; ${await this.state()}, took ${took} s of a processor`);
      throw this.silence;
    }
  }

  /** What can be said about a machine whose agent is silent. */
  private async state(): Promise<string> {
    const pings = await this.agent.ask({ ...PING, patience: 10_000 }).then(
      () => 'a ping is answered',
      () => 'a ping is not answered either',
    );
    if (this.hasEnded) {
      return `${pings}; QEMU has ended\n${this.tail()}`;
    }
    const status = await askMonitor<{ status: string }>(this.file('monitor.sock'), 'query-status', {}, 10_000).then(
      (answer) => `says '${answer.status}'`,
      (error) => `does not say how it is (${error})`,
    );
    return `${pings}; QEMU runs, ${status}`;
  }

  /** The time of processors that QEMU has taken. */
  private get processorSeconds(): number {
    try {
      // After the name, which may hold spaces: the 14th and the 15th field, in hundredths.
      const fields = fs.readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return Number.NaN; // it has ended
    }
  }

  private qmp<T = unknown>(command: string, args: object = {}): Promise<T> {
    return askMonitor<T>(this.file('monitor.sock'), command, args);
  }
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly 'out-data'?: string;
}

/**
 * What costs more than it saves where it is emulated: wide vectors, copying byte by byte, and what ends a block of
 * translated code at every visit to the kernel.
 */
export const EMULATED = `max${['la57', 'avx', 'avx2', 'erms', 'fsrm', 'smap', 'smep', 'pku', 'umip'].map((name) => `,${name}=off`).join('')}`;

function argumentsOf(options: VmOptions): string[] {
  const { folder, image, seed, disks = [], accelerator } = options;
  const at = (name: string) => path.join(folder, name);
  const format = image.endsWith('.qcow2') ? 'qcow2' : 'raw';
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', format, '-b', image, at('disk.qcow2')]);
  const drives = [...disks];
  if (seed !== undefined) {
    fs.mkdirSync(at('seed'), { recursive: true });
    fs.writeFileSync(at('seed/meta-data'), `instance-id: ${seed.instanceId}\nlocal-hostname: gateway\n`);
    fs.writeFileSync(at('seed/user-data'), seed.userData);
    fs.writeFileSync(at('seed/vendor-data'), seed.vendorData);
    fs.writeFileSync(at('seed/network-config'), seed.networkConfig);
    execFileSync('genisoimage', ['-quiet', '-o', at('seed.iso'), '-V', 'cidata', '-r', '-J', at('seed')]);
    drives.push(at('seed.iso'));
  }
  const { local, remote } = options.link;
  return [
    ...['qemu-system-x86_64', '-name', options.name, '-nodefaults', '-no-user-config', '-machine', 'q35'],
    ...(accelerator === 'kvm'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', EMULATED]),
    ...['-smp', '1', '-m', String(options.memoryMiB), '-display', 'none', '-rtc', 'base=utc'],
    ...['-serial', `file:${at('console.log')}`],
    ...['-drive', `file=${at('disk.qcow2')},if=virtio,format=qcow2,cache=unsafe,discard=unmap`],
    ...drives.flatMap((file) => ['-drive', `file=${file},if=virtio,format=raw,readonly=on`]),
    // Machines thawed from the same memory must not draw the same random numbers.
    ...['-device', 'vmgenid,guid=auto', '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ...['-chardev', `socket,path=${at('agent.sock')},server=on,wait=off,id=agent`],
    ...['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ...['-qmp', `unix:${at('monitor.sock')},server=on,wait=off`],
    ...['-netdev', `dgram,id=net,local.type=unix,local.path=${local},remote.type=unix,remote.path=${remote}`],
    ...['-device', `virtio-net-pci,id=card,netdev=net,mac=${options.mac}`],
    ...['-object', `filter-dump,id=dump,netdev=net,file=${at('packets.pcap')},maxlen=2000`],
    ...(options.frozen === undefined ? [] : ['-incoming', `exec:zstd -q -dc ${options.frozen}`]),
  ];
}
