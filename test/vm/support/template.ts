import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

/** What a template gives a machine, with everything that only deployment knows filled in. */
export interface UserData {
  /** As the machine receives it. */
  readonly text: string;
  /** What it fetches by name: policy and scripts. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The logical id of the machine, as the machine knows it: it signals for it. */
  readonly logicalId: string;
  /** What the template holds about the machine beside its properties, in JSON: files that user data has no room for. */
  readonly metadata: string;
  /** On Azure: what the metadata of the machine hold as its user data. */
  readonly azureUserData?: string;
}

/** Synthesises an AWS CDK app, and reads from its template what the machine gets. */
export function synthesise(define: (stack: Stack) => void): UserData {
  const stack = new Stack(new App(), 'Vpn');
  define(stack);
  return readTemplate(Template.fromStack(stack).toJSON() as CfnTemplate);
}

interface CfnTemplate {
  readonly Resources: Readonly<Record<string, CfnResource>>;
}

interface CfnResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: unknown;
}

function readTemplate({ Resources }: CfnTemplate): UserData {
  const ofType = (type: string) => Object.entries(Resources).filter(([, resource]) => resource.Type === type);
  const [machine] = ofType('AWS::EC2::Instance');
  if (machine === undefined) {
    throw new Error('the template has no machine');
  }
  const parameters = ofType('AWS::SSM::Parameter').map(([id, { Properties }]) => [
    standIn(id),
    resolve(Properties.Value),
  ]);
  return {
    text: resolve(machine[1].Properties.UserData),
    parameters: Object.fromEntries(parameters),
    logicalId: machine[0],
    metadata: JSON.stringify(machine[1].Metadata ?? {}),
  };
}

/** What CloudFormation would make of a value, with stand-ins for what it would have created. */
function resolve(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument] = ['', undefined]] = Object.entries(value as object) as [string, unknown][];
  switch (name) {
    case 'Ref':
      return standIn(argument as string);
    case 'Fn::GetAtt':
      return standIn((argument as string[]).join('-'));
    case 'Fn::Base64': // what cloud-init reads has been decoded
      return resolve(argument);
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(resolve).join(separator);
    }
    default:
      throw new Error(`no stand-in for ${JSON.stringify(value)}`);
  }
}

function standIn(id: string): string {
  const known: Record<string, string> = {
    'AWS::Region': 'eu-central-1',
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::AccountId': '123456789012',
    'AWS::StackName': 'Vpn',
    'AWS::StackId': 'arn:aws:cloudformation:eu-central-1:123456789012:stack/Vpn/7f4ff4a0-0000-11f0-0000-000000000000',
  };
  return known[id] ?? `Vpn-${id}`;
}
