import type { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { invalid } from '../errors';
import { IpRange } from '../flows';
import { PptpPool } from '../host';
import { Sunset, type SunsetVerdict } from '../migration';
import { MachineGateway } from './machine-gateway';
import type { KeyedGatewayOptions, MachineGatewayProps } from './machine-gateway-props';
import {
  checkedKeys,
  DEFAULT_POOL,
  type MachineKind,
  type MachineSettings,
  poolsOf,
  readMachine,
} from './machine-gateway-settings';
import { checkedInsecure, pptpServer } from './pptp-gateway';
import type { PptpGatewayOptions } from './pptp-gateway-props';
import { assertCdkScope } from './scope';
import { POOL_OPTION, Successor } from './successor';
import { known } from './token';
import { warn } from './warning';

const CLASS = 'MigrationGateway';

/** The pool of a successor that is given none. */
const DEFAULT_SUCCESSOR_POOL = '10.99.1.0/24';

/** A key of CDK's context that says what day it is, in place of the clock: `cdk synth -c pptp-constructs:today=2026-11-22`. */
const TODAY = 'pptp-constructs:today';

/** What is particular to a migration. */
export interface MigrationGatewayProps
  extends MachineGatewayProps,
    Pick<KeyedGatewayOptions, 'secret'>,
    Pick<PptpGatewayOptions, 'insecure' | 'clientPool' | 'maxSessions' | 'fixedAddresses' | 'limits' | 'greFilter'> {
  /** What takes the place of PPTP. */
  readonly successor: Successor;
  /**
   * The keys of the successor and one list of users for both: `{"users": [{"name": "alice", "password": "...",
   * "publicKey": "...", "address": "10.99.0.200"}], "privateKey": "..."}` for WireGuard. A user belongs to the servers whose
   * keys it has: with a `password`, to PPTP; for WireGuard, with a `publicKey`; to IKEv2 and OpenVPN, always. `address` is of
   * `clientPool`; with the successor, a user has the one at the same place of `successorPool`.
   */
  readonly secret: KeyedGatewayOptions['secret'];
  /**
   * Addresses inside the tunnels of PPTP.
   *
   * @default '10.99.0.0/24'
   */
  readonly clientPool?: string;
  /**
   * How many addresses at the end of `clientPool` are set aside for users with an address of their own, which a user needs
   * for WireGuard and for `destinations`.
   *
   * @default - half of the pool, at most 256
   */
  readonly fixedAddresses?: number;
  /**
   * Addresses inside the tunnels of the successor: as many as `clientPool` has, and none of them.
   *
   * @default '10.99.1.0/24'
   */
  readonly successorPool?: string;
  /**
   * The day on which PPTP ends: `Sunset.on('2027-06-30')`. After it, synth warns for the days of grace, and then fails,
   * unless the day is put off in writing: `.renewedUntil('2027-12-31', 'the PLCs of plant 4 come in November')`.
   *
   * What day it is, says its clock; or the context `pptp-constructs:today`, which goes before, so that snapshots stay the
   * same on every day.
   */
  readonly sunset: Sunset;
}

/**
 * PPTP and its successor on one machine, with one address, one list of users and one plan of addresses, until PPTP ends:
 * each user reaches the same destinations over either. Once everybody has moved, the successor's own gateway takes its place.
 *
 * Who still dials PPTP is in the journal, and in CloudWatch Logs Insights with `STILL_ON_PPTP_QUERY`.
 */
export class MigrationGateway extends MachineGateway {
  /** The addresses of the successor's clients inside its tunnels, in CIDR notation. */
  public readonly successorPool: string;

  /** The day on which PPTP ends. */
  public readonly sunset: Sunset;

  /**
   * @throws RefusalError with every reason, where PPTP or its successor cannot reach the gateway
   * @throws InvalidInputError `SUNSET_OVER` once PPTP's last day and the days of grace have passed; and with a code for
   * each bad value, before any child exists
   */
  public constructor(scope: Construct, id: string, props: MigrationGatewayProps) {
    assertCdkScope(scope, CLASS);
    const settings = readMigration(scope, props);
    const verdict = judged(scope, pathBelow(scope, id), props.sunset);
    super(scope, id, props, settings);

    const [, successorPool] = poolsOf(settings.servers);
    this.successorPool = successorPool as string;
    this.sunset = props.sunset;
    this.instance.addMetadata('pptp-constructs-sunset', {
      lastDay: props.sunset.lastDay,
      renewedBecause: props.sunset.renewedBecause,
    });
    if (verdict.phase === 'grace') {
      warn(
        this,
        'SUNSET_GRACE',
        `The last day of PPTP on ${id} was ${verdict.lastDay}: from ${verdict.failsFrom} on, synth fails. ${WHAT_TO_DO}`,
      );
    }
    if (props.successor.sharesPasswords) {
      warn(
        this,
        'MIGRATION_SHARES_PASSWORDS',
        `Users of ${id} log in to ${props.successor.name} with the password that they have for PPTP. Whoever records one ` +
          'PPTP login can find it, and then log in to both. Let the successor ask for certificates, or change every ' +
          'password on the day on which PPTP ends.',
      );
    }
  }
}

const WHAT_TO_DO =
  'Move those who still dial PPTP, and write the gateway of its successor in place of this one; or put the day off, with a ' +
  'reason: sunset.renewedUntil(day, reason).';

function readMigration(scope: Construct, props: MigrationGatewayProps): MachineSettings {
  const successor = Successor.check(props?.successor);
  const kind: MachineKind = { className: CLASS, title: `PPTP and ${successor.name} gateway`, speaksPptp: true };
  return readMachine(scope, props, kind, (site) => {
    const insecure = checkedInsecure(props.insecure);
    const secret = checkedKeys(props.secret, kind, successor.id);
    const clientPool = known(props.clientPool ?? DEFAULT_POOL, 'clientPool');
    const successorPool = known(props.successorPool ?? DEFAULT_SUCCESSOR_POOL, POOL_OPTION);
    checkPools(clientPool, successorPool);
    const fixedAddresses = props.fixedAddresses ?? Math.floor(PptpPool.from(clientPool).sessions / 2);
    return {
      insecure,
      secret,
      secretOption: 'secret',
      servers: [pptpServer({ ...props, fixedAddresses }, site), successor.server(successorPool, site)],
    };
  });
}

/** A user has the same place in both pools, so that each must have as many places as the other. */
function checkPools(clientPool: string, successorPool: string): void {
  const [pptp, other] = [IpRange.parse(clientPool, 'client pool'), IpRange.parse(successorPool, POOL_OPTION)];
  if (pptp.size !== other.size || pptp.overlaps(other)) {
    invalid({
      code: 'MIGRATION_POOLS',
      what:
        pptp.size === other.size
          ? 'the pools of PPTP and of its successor overlap'
          : 'the pools of PPTP and of its successor differ in size, and a user has the same place in both',
      got: `${pptp.cidr} and ${other.cidr}`,
      allowed: 'two ranges of one size, apart from each other',
      instead: "clientPool: '10.99.0.0/24', successorPool: '10.99.1.0/24'",
    });
  }
}

function judged(scope: Construct, constructPath: string, sunset: unknown): SunsetVerdict {
  if (!(sunset instanceof Sunset)) {
    return invalid({
      code: 'SUNSET_INVALID',
      what: `${CLASS} has no day on which PPTP ends`,
      got: sunset,
      allowed: 'a day, as Sunset.on',
      instead: "sunset: Sunset.on('2027-06-30')",
      constructPath,
    });
  }
  const today: unknown = scope.node.tryGetContext(TODAY);
  if (today !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(today))) {
    invalid({
      code: 'SUNSET_INVALID',
      what: `the context ${TODAY} is not a day`,
      got: today,
      allowed: 'a day as YYYY-MM-DD',
      instead: `cdk synth -c ${TODAY}=2026-11-22`,
      constructPath,
    });
  }
  const verdict = today === undefined ? sunset.judge() : sunset.judge(new Date(String(today)));
  if (verdict.phase === 'over') {
    invalid({
      code: 'SUNSET_OVER',
      what: `the last day of PPTP was ${verdict.lastDay}, and since ${verdict.failsFrom} synth refuses to build it again`,
      allowed: 'the gateway of its successor alone; or a later day, with a reason that reviewers read in the template',
      instead: `sunset: Sunset.on('${verdict.lastDay}').renewedUntil('<a later day>', 'the PLCs of plant 4 come in November')`,
      constructPath,
    });
  }
  return verdict;
}
