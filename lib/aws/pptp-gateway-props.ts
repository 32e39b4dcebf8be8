import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Insecure } from '../flows';
import type { PptpLimits } from '../host';
import type { RadiusOptions } from '../host/radius';
import type {
  MachineGatewayOptions,
  MachineGatewayProps,
  MachinePathOptions,
  MachinePathProps,
} from './machine-gateway-props';

/** What decides whether PPTP can reach a gateway. */
export type PptpPathOptions = MachinePathOptions;

/** What `PptpGateway.assess` needs. */
export type PptpPathProps = MachinePathProps;

/** How a PPTP gateway is made, apart from its VPC and its clients. */
export interface PptpGatewayOptions extends MachineGatewayOptions {
  /** Why PPTP, whose cryptography is broken, is used all the same. The reason goes into the template as metadata. */
  readonly insecure: Insecure;
  /**
   * Addresses inside the tunnel: one for the gateway, one for each call. They must lie outside the VPC and outside the
   * clients' own networks. A change replaces the machine.
   *
   * @default '10.99.0.0/24'
   */
  readonly clientPool?: string;
  /**
   * How many calls may be up at once.
   *
   * @default - as many as the pool has addresses for, at most 512
   */
  readonly maxSessions?: number;
  /**
   * How many addresses at the end of the pool are set aside for users with an address of their own.
   *
   * @default 0
   */
  readonly fixedAddresses?: number;
  /**
   * The users, as JSON: `{"users": [{"name": "alice", "password": "...", "address": "10.99.0.200"}]}`, where `address`
   * may be left out. The machine reads it every few minutes. A secret of another account needs its complete ARN and its
   * key, and a resource policy there that lets the gateway's role read it.
   *
   * @default - a new secret without users, kept when the stack is deleted
   */
  readonly usersSecret?: secretsmanager.ISecret;
  /**
   * RADIUS servers that know the users, in place of a list. `usersSecret` then holds the secret that the gateway shares with
   * them, and no users: `{"radius": {"secret": "..."}, "users": []}`. They must also take reports about sessions, on the
   * port after `port`.
   *
   * @default - the users are those of `usersSecret`
   */
  readonly radius?: RadiusOptions;
  /**
   * Limits for connections and calls.
   *
   * @default - see each limit
   */
  readonly limits?: PptpLimits;
  /**
   * How the machine's packet filter lets GRE in: `'gate'`, from addresses that speak on TCP 1723; `'helper'`, for calls
   * that the kernel's conntrack helper saw being made, with their Call IDs. The helper is stricter, and a call ends when
   * the connection table is flushed.
   *
   * @default 'gate'
   */
  readonly greFilter?: 'gate' | 'helper';
}

/** What a `PptpGateway` is made from. */
export interface PptpGatewayProps extends PptpGatewayOptions, MachineGatewayProps {}
