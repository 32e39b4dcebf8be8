import { type HostCommands, INSTANCE_ID } from '../host';

/** Where the machine finds what it is told. Every text may be a token. */
export interface HostCommandOptions {
  readonly region: string;
  readonly usersSecretArn: string;
  /** The secret's own region: it may lie elsewhere. */
  readonly usersSecretRegion: string;
  readonly policyParameterName: string;
  /** Name or id of the stack that waits for the signal. */
  readonly stack: string;
  /** The logical id of the instance. */
  readonly logicalId: string;
}

/**
 * What the host does on AWS, with Debian's awscli: Debian 13 packages neither the SSM agent nor cfn-bootstrap.
 */
export function hostCommands(options: HostCommandOptions): HostCommands {
  const { region, usersSecretArn, usersSecretRegion, policyParameterName, stack, logicalId } = options;
  const aws = (service: string, command: string, inRegion: string, ...rest: string[]) => [
    'aws',
    service,
    command,
    '--region',
    inRegion,
    ...rest,
  ];
  const text = (query: string) => ['--query', query, '--output', 'text'];
  const signal = (status: 'SUCCESS' | 'FAILURE') =>
    aws(
      'cloudformation',
      'signal-resource',
      region,
      ...['--stack-name', stack, '--logical-resource-id', logicalId],
      ...['--unique-id', INSTANCE_ID, '--status', status],
    );
  return {
    readUsers: aws(
      'secretsmanager',
      'get-secret-value',
      usersSecretRegion,
      ...['--secret-id', usersSecretArn],
      ...text('SecretString'),
    ),
    readPolicy: aws('ssm', 'get-parameter', region, ...['--name', policyParameterName], ...text('Parameter.Value')),
    signalReady: signal('SUCCESS'),
    signalFailure: signal('FAILURE'),
    packages: ['awscli'],
  };
}
