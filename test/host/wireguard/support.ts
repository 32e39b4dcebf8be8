import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientPool } from '../../../lib/host';
import { applyProgram } from '../../../lib/host/programs';
import { wireGuardService } from '../../../lib/host/wireguard';

export const POOL = ClientPool.from('10.99.1.0/24');

/** A private key of the test's own, the same for the same number; real ones come from `wg genkey`. */
export const privateKey = (n: number): string => Buffer.alloc(32, n).toString('base64');

/** Its public half. */
export function publicKey(n: number): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), Buffer.alloc(32, n)]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

/**
 * `wg` and `ip` for a machine without WireGuard. What they know of interfaces is in a file of JSON; every command is noted.
 * `syncconf` makes the peers those of the file and forgets whatever is not in it, as the real one does. What only the
 * kernel can show, and the handshake above all, is shown in the machine tier.
 */
const WG = `#!${process.execPath}
const fs = require('node:fs');
const crypto = require('node:crypto');
const path = require('node:path');
const [command, ...args] = process.argv.slice(2);
const file = path.join(__dirname, 'wg.json');
const state = JSON.parse(fs.readFileSync(file, 'utf8'));
fs.appendFileSync(path.join(__dirname, 'calls'), ['wg', command, ...args].join(' ') + '\\n');
const print = (text) => fs.writeSync(1, text);
const wg0 = () => state.wg0 ?? (fs.writeSync(2, 'Unable to access interface: No such device\\n'), process.exit(1));
if (command === 'pubkey') {
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const key = Buffer.concat([head, Buffer.from(fs.readFileSync(0, 'utf8'), 'base64')]);
  const half = crypto.createPublicKey(crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  print(half.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64') + '\\n');
} else if (command === 'genkey') {
  print(Buffer.alloc(32, 99).toString('base64') + '\\n');
} else if (command === 'show' && args[0] === 'interfaces') {
  print(Object.keys(state).join(' ') + '\\n');
} else if (command === 'show' && args[1] === 'dump') {
  print(['hush', 'public', '51820', 'off'].join('\\t') + '\\n');
  for (const [key, peer] of Object.entries(wg0().peers)) {
    print([key, peer.shared, peer.endpoint ?? '(none)', peer.ips, peer.handshake ?? 0, peer.came ?? 0, peer.went ?? 0, 'off'].join('\\t') + '\\n');
  }
} else if (command === 'set' && args[3] === 'remove') {
  delete wg0().peers[args[2]];
} else if (command === 'syncconf') {
  const peers = {};
  for (const section of fs.readFileSync(args[1], 'utf8').split('[Peer]').slice(1)) {
    const value = (name) => section.match(new RegExp('^' + name + ' = (.*)$', 'm'))?.[1];
    const key = value('PublicKey');
    peers[key] = { ...wg0().peers[key], shared: value('PresharedKey') ?? '(none)', ips: value('AllowedIPs') };
  }
  wg0().peers = peers;
} else {
  throw new Error('not known to this wg: ' + [command, ...args].join(' '));
}
fs.writeFileSync(file, JSON.stringify(state));
`;

/** One peer as the stand-in for the kernel holds it. */
export interface Peer {
  readonly shared: string;
  readonly ips: string;
  readonly endpoint?: string;
  readonly handshake?: number;
  readonly came?: number;
  readonly went?: number;
}

/** A folder in which the machine's programs run as they would on a machine, their absolute paths moved into it. */
export class Sandbox {
  public readonly folder = mkdtempSync(join(tmpdir(), 'wireguard-'));

  public constructor() {
    for (const folder of ['etc/wireguard', 'var/lib/vpn-gateway', 'bin']) {
      mkdirSync(join(this.folder, folder), { recursive: true });
    }
    writeFileSync(join(this.folder, 'bin/wg'), WG);
    chmodSync(join(this.folder, 'bin/wg'), 0o755);
    this.interfaces({});
    const program = applyProgram('def filter_load(*_): pass\n', [wireGuardService({ pool: POOL })]);
    this.write('apply', this.moved(program));
  }

  public moved(program: string): string {
    return program.replace(/'\/(?=etc\/|var\/|usr\/|sys\/)/g, `'${this.folder}/`);
  }

  public write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  public read(path: string): string {
    return existsSync(join(this.folder, path)) ? readFileSync(join(this.folder, path), 'utf8') : '';
  }

  /** Sets what the stand-in for the kernel knows. */
  public interfaces(state: { wg0?: { peers: Record<string, Peer> } }): void {
    this.write('bin/wg.json', JSON.stringify(state));
    this.write('bin/calls', '');
  }

  public get peers(): Record<string, Peer> {
    return JSON.parse(this.read('bin/wg.json')).wg0.peers;
  }

  /** What `wg` was told, without what it was only asked. */
  public get told(): string[] {
    return this.read('bin/calls')
      .split('\n')
      .filter((call) => /^wg (set|syncconf)/.test(call));
  }

  public get environment(): NodeJS.ProcessEnv {
    return {
      PATH: `${this.folder}/bin:${process.env.PATH}`,
      wireguard_pool: POOL.range.cidr,
      wireguard_port: '51820',
    };
  }

  /** Runs `vpn-gateway-apply users`. */
  public users(secret: unknown): { status: number | null; stdout: string; stderr: string } {
    const input = typeof secret === 'string' ? secret : JSON.stringify(secret);
    const { status, stdout, stderr } = spawnSync('python3', [join(this.folder, 'apply'), 'users'], {
      input,
      encoding: 'utf8',
      env: this.environment,
    });
    return { status, stdout, stderr };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
