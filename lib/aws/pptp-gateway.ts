import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { invalid } from '../errors';
import { assess, type Verdict } from '../feasibility';
import { Insecure } from '../flows';
import { PptpPool, pptpService } from '../host';
import { PPTP } from '../protocols';
import {
  type IMachineGateway,
  importMachineGateway,
  MachineGateway,
  type MachineGatewayAttributes,
} from './machine-gateway';
import {
  checkPool,
  DEFAULT_POOL,
  type MachineKind,
  type MachineServer,
  type MachineSettings,
  type MachineSite,
  radiusFlows,
  readMachine,
  readPath,
} from './machine-gateway-settings';
import { pathsOf } from './path';
import type { PptpGatewayOptions, PptpGatewayProps, PptpPathProps } from './pptp-gateway-props';
import { assertCdkScope } from './scope';
import { isToken, known } from './token';

const KIND: MachineKind = { className: 'PptpGateway', title: 'PPTP gateway', speaksPptp: true };

/** A PPTP gateway on AWS, made in this app or elsewhere. */
export type IPptpGateway = IMachineGateway;

/** A PPTP gateway that exists already. */
export type PptpGatewayAttributes = MachineGatewayAttributes;

/**
 * A PPTP gateway on a Debian machine with an Elastic IP; or a refusal, where TCP 1723 and GRE (IP protocol 47) do not
 * both reach it.
 *
 * Users and destinations are data that the machine fetches every few minutes: they change without a new machine. What
 * needs a new machine (pool, image, instance type, a new version of this library) replaces it and keeps the Elastic IP.
 *
 * PPTP protects nothing against whoever can read its packets. That is said in a standing warning, with the reason that
 * you write.
 */
export class PptpGateway extends MachineGateway {
  /**
   * A gateway that exists already, to name its address, its clients and its security group.
   *
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `ATTRIBUTES_MISSING`, or those of a malformed pool
   */
  public static fromPptpGatewayAttributes(
    scope: Construct,
    id: string,
    attributes: PptpGatewayAttributes,
  ): IPptpGateway {
    return importMachineGateway(scope, id, attributes, KIND.className);
  }

  /**
   * Whether PPTP reaches a gateway that is made like this: one verdict for each way that clients come. Builds nothing,
   * and throws for bad input only.
   *
   * @throws InvalidInputError those of the props that it takes
   */
  public static assess(props: PptpPathProps): readonly Verdict[] {
    return pathsOf(readPath(props, KIND)).map((path) => assess(PPTP, path));
  }

  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'pptp';

  /**
   * @throws RefusalError with every reason, where PPTP cannot reach the gateway: `NO_INTERNET_ROUTE`,
   * `GRE_DROPPED_BY_NAT_GATEWAY`, `GRE_DROPPED_BY_LOAD_BALANCER`, `GRE_DROPPED_BY_ACCELERATOR`, `RULE_MISSING`, ...
   * @throws InvalidInputError with a code for each bad value, before any child exists
   */
  public constructor(scope: Construct, id: string, props: PptpGatewayProps) {
    assertCdkScope(scope, KIND.className);
    super(scope, id, props, readPptp(scope, props));
  }

  /** The users: `{"users": [{"name": "alice", "password": "..."}]}`. */
  public get usersSecret(): secretsmanager.ISecret {
    return this.secret;
  }
}

/**
 * Reads all props of a PPTP gateway.
 *
 * @throws InvalidInputError those of `PptpGateway`
 */
export function readPptp(scope: Construct, props: PptpGatewayProps): MachineSettings {
  return readMachine(scope, props, KIND, (site) => ({
    insecure: checkedInsecure(props.insecure),
    servers: [pptpServer(props, site)],
    secret: checkedUsers(props),
    secretOption: 'usersSecret',
  }));
}

/** With RADIUS servers, the new secret of a gateway would lack what it shares with them. */
function checkedUsers({ usersSecret, radius }: PptpGatewayProps): secretsmanager.ISecret | undefined {
  if (radius !== undefined && usersSecret === undefined) {
    invalid({
      code: 'KEYS_SECRET_MISSING',
      what: `${KIND.className} has no secret that it shares with its RADIUS servers, and would never serve: the deployment would roll back`,
      allowed:
        'a secret of Secrets Manager that holds {"radius": {"secret": "..."}, "users": []} before the machine boots',
      instead: "usersSecret: secretsmanager.Secret.fromSecretNameV2(this, 'Radius', 'vpn-radius')",
    });
  }
  return usersSecret;
}

/** PPTP as one of the servers of a machine. */
export function pptpServer(
  props: Pick<PptpGatewayOptions, 'clientPool' | 'maxSessions' | 'fixedAddresses' | 'radius' | 'limits' | 'greFilter'>,
  site: MachineSite,
): MachineServer {
  const pool = PptpPool.from(known(props.clientPool ?? DEFAULT_POOL, 'clientPool'), {
    ...(props.maxSessions === undefined ? {} : { maxSessions: known(props.maxSessions, 'maxSessions') }),
    ...(props.fixedAddresses === undefined ? {} : { fixedAddresses: known(props.fixedAddresses, 'fixedAddresses') }),
  });
  checkPool(pool.range, 'clientPool', props.clientPool, site);
  return {
    protocol: PPTP,
    service: pptpService({
      pool,
      dnsServers: site.dnsServers,
      isToken,
      ...(props.limits === undefined ? {} : { limits: props.limits }),
      ...(props.greFilter === undefined ? {} : { greFilter: props.greFilter }),
      ...(props.radius === undefined ? {} : { radius: props.radius }),
    }),
    ...(props.radius === undefined ? {} : { radius: radiusFlows(props.radius, true) }),
  };
}

/**
 * Checks the reason for using PPTP.
 *
 * @throws InvalidInputError `INSECURE_WITHOUT_REASON`
 */
export function checkedInsecure(insecure: unknown): Insecure {
  if (!(insecure instanceof Insecure)) {
    invalid({
      code: 'INSECURE_WITHOUT_REASON',
      what: 'PPTP protects nothing against whoever can read the packets, and no reason is written for using it',
      got: insecure,
      allowed: 'a reason that a reviewer will read in the template',
      instead: "insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')",
    });
  }
  return insecure;
}
