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
const WG = `#!/usr/bin/env -S python3 -IS
import json, os, re, sys
here = os.path.dirname(sys.argv[0]) + '/'
args = sys.argv[1:]
open(here + 'calls', 'a').write(' '.join(['wg', *args]) + '\\n')
state = json.load(open(here + 'wg.json'))
def wg0():
	return state['wg0']['peers'] if 'wg0' in state else sys.exit('Unable to access interface: No such device')
if args == ['pubkey']:
	print(json.load(open(here + 'keys.json'))[sys.stdin.read().strip()])
elif args == ['genkey']:
	print([*json.load(open(here + 'keys.json'))][-1])
elif args == ['show', 'interfaces']:
	print(*[name for name in state if name != 'answers'])
elif args[0] == 'show' and args[2] == 'dump':
	print('hush', 'public', '51820', 'off', sep='\\t')
	for key, peer in wg0().items():
		print(key, peer['shared'], peer.get('endpoint', '(none)'), peer['ips'], *(peer.get(n, 0) for n in ('handshake', 'came', 'went')), 'off', sep='\\t')
elif args[0] == 'show' and args[2] == 'public-key':
	print('of-the-gateway')
elif args[0] == 'show' and args[2] == 'latest-handshakes':
	print('of-the-gateway', state.get('answers', 0), sep='\\t')
elif args[0] == 'set' and args[1] != 'wg0':
	open(here + 'stdin', 'w').write(sys.stdin.read())
elif args[0] == 'set' and args[-1] == 'remove':
	wg0().pop(args[3], None)
elif args[0] == 'set' and len(args) == 4:
	wg0()[args[3]] = {'shared': '(none)', 'ips': '(none)'}
elif args[0] == 'syncconf':
	peers = {}
	for section in open(args[2]).read().split('[Peer]')[1:]:
		values = dict(re.findall('^([A-Za-z]+) = (.*)$', section, re.M))
		key = values['PublicKey']
		peers[key] = {**wg0().get(key, {}), 'shared': values.get('PresharedKey', '(none)'), 'ips': values['AllowedIPs']}
	state['wg0']['peers'] = peers
else:
	sys.exit('not known to this wg: ' + ' '.join(args))
json.dump(state, open(here + 'wg.json', 'w'))
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

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder in which the machine's programs run as they would on a machine, their absolute paths moved into it. */
export class Sandbox {
  public readonly folder = mkdtempSync(join(tmpdir(), 'wireguard-'));

  public constructor() {
    for (const folder of ['etc/wireguard', 'var/lib/vpn-gateway', 'bin']) {
      mkdirSync(join(this.folder, folder), { recursive: true });
    }
    writeFileSync(join(this.folder, 'bin/wg'), WG);
    this.write('bin/ip', `#!/bin/sh\necho ip "$@" >>${this.folder}/bin/calls\n`);
    for (const program of ['wg', 'ip']) {
      chmodSync(join(this.folder, 'bin', program), 0o755);
    }
    const keys = Array.from({ length: 99 }, (_, n) => [privateKey(n + 1), publicKey(n + 1)]);
    this.write('bin/keys.json', JSON.stringify(Object.fromEntries(keys)));
    this.interfaces({});
    const program = applyProgram('def filter_load(*_): pass\n', [wireGuardService({ pool: POOL })]);
    this.write('apply', this.moved(program));
  }

  public moved(program: string): string {
    return program
      .replace(/'\/(?=etc\/|var\/|usr\/|sys\/)/g, `'${this.folder}/`)
      .replace('time.monotonic() + 5', 'time.monotonic()');
  }

  public write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  public read(path: string): string {
    return existsSync(join(this.folder, path)) ? readFileSync(join(this.folder, path), 'utf8') : '';
  }

  /** Sets what the stand-in for the kernel knows. */
  public interfaces(state: { wg0?: { peers: Record<string, Peer> }; answers?: number }): void {
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
  public users(secret: unknown): Outcome {
    return this.apply('users', typeof secret === 'string' ? secret : JSON.stringify(secret));
  }

  /** Runs `vpn-gateway-apply answer`. */
  public answer(): Outcome {
    return this.apply('answer', '');
  }

  private apply(what: string, input: string): Outcome {
    const { status, stdout, stderr } = spawnSync('python3', [join(this.folder, 'apply'), what], {
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
