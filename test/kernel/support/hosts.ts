import { type PptpHostOptions, PptpPool } from '../../../lib/host';

/** A host as a cloud would ask for it; its commands are files on the machine that a test writes. */
export function hostOptions(more: Partial<PptpHostOptions> = {}): PptpHostOptions {
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    pool: PptpPool.from('10.99.0.0/24', { fixedAddresses: 10 }),
    addressing: 'masquerade',
    dnsServers: ['10.20.0.53'],
    commands: {
      readUsers: ['cat', '/cloud/users.json'],
      readPolicy: ['cat', '/cloud/policy'],
      signalReady: ['sh', '-c', 'echo ready @INSTANCE_ID@ >>/cloud/signals'],
      signalFailure: ['sh', '-c', 'echo failure @INSTANCE_ID@ >>/cloud/signals'],
    },
    ...more,
  };
}
