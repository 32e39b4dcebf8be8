import { TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { invalid } from '../errors';

/** How AWS CDK marks a stack, which tells one without loading that library. */
const CDK_STACK = Symbol.for('@aws-cdk/core.Stack');

/** What a class belongs to. */
export interface Origin {
  /** Where it is imported from: `pptp-constructs/azure`. */
  readonly module: string;
  /** The class that does the same job in `pptp-constructs/aws`, where there is one. */
  readonly onAws?: string | undefined;
}

/**
 * Checks that `scope` lies in a stack of CDK for Terraform. In a stack of AWS CDK, Terraform resources are dropped
 * without a word; without any stack, they end up nowhere.
 *
 * @throws InvalidInputError `WRONG_KIND_OF_STACK`
 */
export function assertStack(scope: unknown, className: string, { module, onAws }: Origin): asserts scope is Construct {
  const allowed = 'a scope inside a TerraformStack of cdktf';
  const instead = `new ${className}(this, 'Vpn', { ... }) // inside a class that extends TerraformStack of cdktf`;
  if (!Construct.isConstruct(scope)) {
    invalid({
      code: 'WRONG_KIND_OF_STACK',
      what: `${className} was given no construct as its scope`,
      got: scope ?? 'undefined',
      allowed,
      instead,
    });
  }
  for (let at: IConstruct | undefined = scope; at !== undefined; at = at.node.scope) {
    if (TerraformStack.isStack(at)) {
      return;
    }
    if (CDK_STACK in at) {
      invalid({
        code: 'WRONG_KIND_OF_STACK',
        what: `${className} of ${module} was given a scope of AWS CDK, which would drop its resources without a word`,
        got: at.node.path,
        allowed: `${allowed}; what belongs in a Stack of aws-cdk-lib comes from pptp-constructs/aws`,
        instead: onAws === undefined ? instead : `import { ${onAws} } from 'pptp-constructs/aws';`,
      });
    }
  }
  invalid({
    code: 'WRONG_KIND_OF_STACK',
    what: `${className} was given a scope that lies in no stack`,
    got: scope,
    allowed,
    instead,
  });
}
