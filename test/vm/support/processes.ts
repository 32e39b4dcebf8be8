import type { Site } from './run';

/** What the kernel lets the process of a unit do. */
export interface Rights {
  /** The effective user, by number. */
  readonly user: number;
  /** Capabilities by number: those that it has, */
  readonly capabilities: readonly number[];
  /** and those that it could have at most. */
  readonly atMost: readonly number[];
  /** 2 for a filter of system calls. */
  readonly seccomp: number;
  /** Whether it can gain rights by running a program. */
  readonly canGain: boolean;
}

export const CAP = { NET_BIND_SERVICE: 10, NET_ADMIN: 12, NET_RAW: 13 };

/** The rights of the main process of a unit, as the kernel has them. */
export async function rightsOf({ gateway }: Site, unit: string): Promise<Rights> {
  const status = await gateway.sh(`cat "/proc/$(systemctl show -P MainPID ${unit})/status"`);
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
  const set = (name: string) =>
    Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (BigInt(`0x${field(name)}`) >> BigInt(bit)) & 1n);
  return {
    user: Number(field('Uid').split('\t')[1]),
    capabilities: set('CapEff'),
    atMost: set('CapBnd'),
    seccomp: Number(field('Seccomp')),
    canGain: field('NoNewPrivs') !== '1',
  };
}
