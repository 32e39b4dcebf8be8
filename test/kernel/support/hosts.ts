import {
  type HostConfig,
  type HostOptions,
  PptpPool,
  type PptpServiceOptions,
  pptpService,
  renderHost,
} from '../../../lib/host';

/** What a test may ask of a PPTP host. */
export type PptpHostOptions = Partial<Omit<HostOptions, 'services'> & PptpServiceOptions>;

/** A PPTP host as a cloud would ask for it; its commands are files on the machine that a test writes. */
export function pptpHost(more: PptpHostOptions = {}): HostConfig {
  const {
    pool = PptpPool.from('10.99.0.0/24', { fixedAddresses: 10 }),
    dnsServers = ['10.20.0.53'],
    limits,
    greFilter,
    ...rest
  } = more;
  return renderHost({
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    services: [
      pptpService({
        pool,
        dnsServers,
        ...(limits === undefined ? {} : { limits }),
        ...(greFilter === undefined ? {} : { greFilter }),
        ...(more.isToken === undefined ? {} : { isToken: more.isToken }),
      }),
    ],
    addressing: 'masquerade',
    dnsServers,
    commands: HOST_COMMANDS,
    ...rest,
  });
}

/** Stand-ins for the cloud's command line. */
export const HOST_COMMANDS = {
  readUsers: ['cat', '/cloud/users.json'],
  readPolicy: ['cat', '/cloud/policy'],
  signalReady: ['sh', '-c', 'echo ready @INSTANCE_ID@ >>/cloud/signals'],
  signalFailure: ['sh', '-c', 'echo failure @INSTANCE_ID@ >>/cloud/signals'],
};
