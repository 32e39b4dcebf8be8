import type { Finding } from './findings';
import type { Estate, Origin } from './model';
import { listOf, recordOf } from './read/values';

/** What stands before the ids of findings where ids of other tools are too: `pptp-constructs::pptp-present`. */
export const NAMESPACE = 'pptp-constructs';

/**
 * Why a finding is acknowledged in the files themselves: by `Validations.of(construct).acknowledge(...)`, which a cdk.out
 * keeps, or by `rules_to_suppress` in the `Metadata` of the resource, under `cdk_nag`, `cfn_nag` or `pptp-constructs`.
 *
 * @returns the reason; `undefined` where it is not acknowledged
 */
export function acknowledgedBecause({ kind, origin, thing }: Finding, estate: Estate): string | undefined {
  const origins = [origin, estate.get(thing.id)?.origin].filter((one) => one !== undefined);
  for (const one of origins) {
    const path = one.resource?.constructPath;
    const found =
      suppressedBecause(one, kind.id) ??
      (path === undefined
        ? undefined
        : estate.acknowledgements.find(
            ({ id, constructPath }) => isId(id, kind.id) && `${path}/`.startsWith(below(constructPath)),
          )?.reason);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** What everything below a construct begins with. */
function below(constructPath: string): string {
  return constructPath === '' ? '' : `${constructPath}/`;
}

/** Whether what somebody wrote means a kind of findings. */
function isId(written: string, id: string): boolean {
  return written === id || written === `${NAMESPACE}::${id}`;
}

function suppressedBecause({ document, resource }: Origin, id: string): string | undefined {
  const { Metadata } = recordOf(recordOf(recordOf(document.data).Resources)[resource?.logicalId ?? '']);
  for (const tool of ['cdk_nag', 'cfn_nag', NAMESPACE]) {
    for (const one of listOf(recordOf(recordOf(Metadata)[tool]).rules_to_suppress)) {
      const { id: written, reason } = recordOf(one);
      if (typeof written === 'string' && isId(written, id)) {
        return typeof reason === 'string' && reason !== '' ? reason : 'no reason is written down';
      }
    }
  }
  return undefined;
}
