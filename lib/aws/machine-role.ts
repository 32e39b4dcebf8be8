import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import { SESSION_MANAGER_ACTIONS } from './session-manager';
import { warn } from './warning';

/** What a machine reads and writes in AWS. */
export interface MachineNeeds {
  readonly secret: secretsmanager.ISecret;
  readonly parameters: readonly ssm.CfnParameter[];
  /** Where its journal goes, where it goes anywhere. */
  readonly journalLogGroup: logs.ILogGroup | undefined;
  /** Whether it has AWS's agent, which Session Manager logs in by. */
  readonly hasAgent: boolean;
  /** Whether it fetches files from the metadata of its own resource. */
  readonly readsStack: boolean;
}

/** A new role for a machine, without any permission yet. */
export function machineRole(
  gateway: Construct,
  title: string,
  permissionsBoundary: iam.IManagedPolicy | undefined,
): iam.Role {
  return new iam.Role(gateway, 'Role', {
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    description: `${title}: reads its users and its policy, and signals its stack`,
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
  });
}

/** Grants what the machine needs and nothing else; returns what must exist before it boots. */
export function grantMachine(gateway: Construct, role: iam.IRole, needs: MachineNeeds): IConstruct[] {
  const stack = Stack.of(gateway);
  const { secretArn, secretFullArn, encryptionKey, env } = needs.secret;
  const viaSecretsManager = `secretsmanager.${env.region}.amazonaws.com`;
  const statements = [
    new iam.PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      // An ARN that is not complete lacks the six characters that Secrets Manager adds.
      resources: [secretFullArn ?? `${secretArn}-??????`],
    }),
    ...(encryptionKey === undefined
      ? []
      : [
          new iam.PolicyStatement({
            actions: ['kms:Decrypt'],
            resources: [encryptionKey.keyArn],
            conditions: { StringEquals: { 'kms:ViaService': viaSecretsManager } },
          }),
        ]),
    new iam.PolicyStatement({
      actions: ['ssm:GetParameter'],
      resources: needs.parameters.map(({ ref }) =>
        stack.formatArn({
          service: 'ssm',
          resource: 'parameter',
          resourceName: ref,
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      ),
    }),
    new iam.PolicyStatement({
      actions: ['cloudformation:SignalResource', ...(needs.readsStack ? ['cloudformation:DescribeStackResource'] : [])],
      resources: [stack.stackId],
    }),
    ...(needs.journalLogGroup === undefined
      ? []
      : [
          new iam.PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [needs.journalLogGroup.logGroupArn],
          }),
        ]),
    ...(needs.hasAgent ? [new iam.PolicyStatement({ actions: [...SESSION_MANAGER_ACTIONS], resources: ['*'] })] : []),
  ];
  // In this stack, wherever the role is: the policy names resources that in turn may wait for the role.
  const policy = new iam.Policy(gateway, 'RolePolicy', { statements });
  role.attachInlinePolicy(policy);
  // A key made in this app may also have to allow it; of an imported one, this changes nothing.
  encryptionKey?.grantDecrypt(new kms.ViaServicePrincipal(viaSecretsManager, role));
  // A role that is not to be changed takes every statement and every policy, and drops it without a word.
  if (stack.resolve((policy.node.defaultChild as iam.CfnPolicy).roles) === undefined) {
    const needed = statements.flatMap(({ actions }) => actions).join(', ');
    warn(
      gateway,
      'ROLE_NOT_CHANGED',
      `The role of ${gateway.node.id} cannot be changed by this app. See to it that it allows ${needed}; without ` +
        'them the machine never serves, and the deployment rolls back.',
    );
  }
  return [role, policy];
}
