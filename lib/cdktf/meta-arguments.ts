import type {
  ITerraformDependable,
  TerraformMetaArguments,
  TerraformProvider,
  TerraformResourceLifecycle,
} from 'cdktf';
import { invalid } from '../errors';

/**
 * Terraform's own arguments, handed on to every resource that a construct makes.
 *
 * `count` and `forEach` are not among them: a construct of several resources that refer to each other cannot be
 * multiplied by Terraform. Write a loop, which makes one construct each.
 */
export interface MetaArguments {
  /**
   * The configuration of the provider, where a stack has several.
   *
   * @default - the provider of the stack without an alias
   */
  readonly provider?: TerraformProvider;
  /**
   * Such as `preventDestroy` or `ignoreChanges`. Attributes in `ignoreChanges` must exist in every resource of the
   * construct, or Terraform refuses the plan.
   *
   * @default - Terraform's own
   */
  readonly lifecycle?: TerraformResourceLifecycle;
  /**
   * What must exist before the first resource of the construct.
   *
   * @default - what its properties refer to
   */
  readonly dependsOn?: ITerraformDependable[];
}

const HANDED_ON = ['provider', 'lifecycle', 'dependsOn'] as const;
const REFUSED = ['count', 'forEach', 'connection', 'provisioners'] as const;

/**
 * Those of the props that Terraform reads itself.
 *
 * @throws InvalidInputError `META_ARGUMENT_NOT_SUPPORTED`
 */
export function metaArguments(props: MetaArguments): MetaArguments {
  const given = props as TerraformMetaArguments;
  const refused = REFUSED.find((name) => given[name] !== undefined);
  if (refused !== undefined) {
    invalid({
      code: 'META_ARGUMENT_NOT_SUPPORTED',
      what: `${refused} cannot be handed on: the construct makes several resources that refer to each other`,
      got: refused,
      allowed: HANDED_ON.join(', '),
      instead:
        refused === 'count' || refused === 'forEach'
          ? 'a loop that makes one construct each, such as sites.forEach((site) => new VpnGateway(this, site, { ... }))'
          : `gateway.resource.${refused} = ..., on the one resource that you mean`,
    });
  }
  const { provider, lifecycle, dependsOn } = given;
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
  };
}
