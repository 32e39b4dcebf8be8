import { createHash } from 'node:crypto';
import { Lazy, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { checkUserDataSize, EC2_USER_DATA_LIMIT, renderHost, toCloudConfig, userDataSize } from '../host';
import { type BootScript, runBootScript } from './boot-script';
import { hostCommands } from './host-commands';
import { TEXT_TOKEN } from './live-policy';
import { shipJournal } from './log-shipping';
import { type MovedFiles, moveFiles } from './machine-files';
import type { MachineGatewayProps } from './machine-gateway-props';
import type { MachineSettings } from './machine-gateway-settings';
import { installSsmAgent } from './session-manager';
import { isToken } from './token';

/** What a text that only deployment knows is counted as: ARNs of secrets and stacks, names of log groups. */
const BYTES_PER_TOKEN = 256;

/** What CloudFormation and AWS CDK add to a path to make a name of it: hashes, a prefix, the id of a child. */
const BYTES_BESIDE_PATH = 64;

/** What the machine is told of other resources, filled in once they exist. */
export interface Told {
  secret: secretsmanager.ISecret | undefined;
  policy: ssm.CfnParameter | undefined;
  readonly scripts: Map<string, ssm.CfnParameter>;
  instance: ec2.CfnInstance | undefined;
}

/** What a machine boots with. */
export interface MachineText {
  readonly userData: string;
  /** Files for which user data has no room. */
  readonly moved: MovedFiles;
}

/**
 * The machine's cloud-init.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`, `USER_DATA_TOO_LARGE`
 */
export function userDataOf(
  scope: Construct,
  id: string,
  props: MachineGatewayProps,
  settings: MachineSettings,
  told: Told,
): MachineText {
  const stack = Stack.of(scope);
  const ours: string[] = [];
  // Not cached: what the machine is called is asked for before it is settled.
  const later = (produce: () => string | undefined) => Lazy.uncachedString({ produce });
  const nameOfOurs = (produce: () => string | undefined) => {
    const token = later(produce);
    ours.push(token);
    return token;
  };
  const logicalId = nameOfOurs(() => told.instance?.logicalId);
  const scripts = bootScriptsOf(scope, props, settings);
  const host = renderHost({
    architecture: settings.architecture,
    services: settings.servers.map(({ service }) => service),
    debian: settings.debian,
    ...(props.packetFilter === undefined ? {} : { packetFilter: props.packetFilter }),
    addressing: settings.addressing.routes === undefined ? 'masquerade' : 'routed',
    dnsServers: settings.dnsServers,
    commands: hostCommands({
      region: stack.region,
      usersSecretArn: later(() => told.secret?.secretArn),
      usersSecretRegion: settings.secret?.env.region ?? stack.region,
      policyParameterName: nameOfOurs(() => told.policy?.ref),
      stack: stack.stackId,
      logicalId,
    }),
    ...(props.apt === undefined ? {} : { apt: props.apt }),
    ...(props.securityUpgradeRebootTime === undefined
      ? {}
      : { securityUpgradeRebootTime: props.securityUpgradeRebootTime }),
    ...(props.refreshMinutes === undefined ? {} : { refreshMinutes: props.refreshMinutes }),
    ...(scripts.length === 0
      ? {}
      : {
          shipLogs: {
            packages: scripts.flatMap(({ packages }) => packages),
            files: [],
            commands: scripts.map((script) =>
              runBootScript(
                script,
                nameOfOurs(() => told.scripts.get(script.id)?.ref),
                stack.region,
              ),
            ),
          },
        }),
    isToken,
  });
  const bounded = (text: string) =>
    counted(counted(text, [stack.region, stack.urlSuffix], 24), ours, pathBelow(scope, id).length + BYTES_BESIDE_PATH);
  const size = { tokens: TEXT_TOKEN, bytesPerToken: BYTES_PER_TOKEN };
  // A token is counted as more than its own text, so that what is too long as it stands need not be counted.
  const fits = (text: string) =>
    text.length <= EC2_USER_DATA_LIMIT && userDataSize(bounded(text), size) <= EC2_USER_DATA_LIMIT;
  const userData = toCloudConfig(host, { tokens: TEXT_TOKEN, fits });
  if (fits(userData)) {
    return { userData, moved: [] };
  }
  const { moved, host: rest } = moveFiles(host, TEXT_TOKEN, { region: stack.region, stack: stack.stackId, logicalId });
  const short = toCloudConfig(rest, { tokens: TEXT_TOKEN, fits });
  checkUserDataSize(bounded(short), size);
  return { userData: short, moved };
}

/** The text with each of these tokens as long as it can become. */
function counted(text: string, tokens: readonly string[], length: number): string {
  return tokens.filter(isToken).reduce((all, token) => all.replaceAll(token, '*'.repeat(length)), text);
}

/** What the machine runs at its first boot beside what makes it a gateway. */
export function bootScriptsOf(scope: Construct, props: MachineGatewayProps, settings: MachineSettings): BootScript[] {
  const { journalLogGroup } = props;
  const { sessionManagerSigningKey, architecture } = settings;
  const { region, urlSuffix } = Stack.of(scope);
  return [
    ...(journalLogGroup === undefined ? [] : [shipJournal(journalLogGroup.logGroupName, journalLogGroup.env.region)]),
    ...(sessionManagerSigningKey === undefined
      ? []
      : [installSsmAgent(sessionManagerSigningKey, region, urlSuffix, architecture)]),
  ];
}

/** Changed user data changes nothing on a machine that runs: another logical id makes it another machine. */
export function replaceWithUserData(instance: ec2.CfnInstance, userData: string): void {
  const id = Stack.of(instance).getLogicalId(instance);
  let isAsking = false;
  let digest: string | undefined;
  instance.overrideLogicalId(
    Lazy.uncachedString({
      produce: (context) => {
        if (isAsking) {
          // The user data names the machine; what it is called does not decide about what it is called.
          return id;
        }
        isAsking = true;
        // Once: every reference to the machine asks for it, and the text is long.
        digest ??= digestOf(JSON.stringify(context.resolve(userData)));
        isAsking = false;
        return `${id}${digest}`;
      },
    }),
  );
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
