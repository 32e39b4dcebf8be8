import { AnnotationMetadataEntryType, Aspects, type IAspect, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { invalid } from '../errors';
import type { Finding } from '../review';
import { type FailOn, fails } from '../review/fail-on';
import { placeOfUser } from '../source-location';

/** Settings of a review of what an app synthesises. */
export interface VpnReviewProps {
  /**
   * From which level on findings stop the synthesis; the others are shown.
   *
   * @default 'error'
   */
  readonly failOn?: FailOn;

  /**
   * The day on which the ages of written reasons are counted, `YYYY-MM-DD`.
   *
   * @default - today, in UTC
   */
  readonly today?: string;
}

/** That somebody has looked at findings of a kind and accepts them. */
export interface VpnAcknowledgement {
  /** The id of the kind: `pptp-present`. */
  readonly id: string;
  /** Why, and until when. */
  readonly reason: string;
}

/** The metadata of a construct that holds what is acknowledged on it. */
const ACKNOWLEDGED = 'pptp-constructs:acknowledged';

/** What stands before the ids of findings. */
const NAMESPACE = 'pptp-constructs::';

/**
 * Reviews everything that the stacks of an app synthesise, whoever wrote it, and annotates it: which VPN really gets through, and
 * what is wrong with it. Each stack is looked at by itself, when all aspects have had their say and its validations run.
 *
 * ```ts
 * VpnReview.attachTo(app);
 * VpnReview.acknowledge(gateway, { id: 'pptp-present', reason: 'the tills, until 2027-06' });
 * ```
 */
export class VpnReview implements IAspect {
  /**
   * Reviews every stack in a scope: an app, or a stack alone.
   *
   * @returns the aspect
   */
  public static attachTo(scope: IConstruct, props: VpnReviewProps = {}): VpnReview {
    const review = new VpnReview(props);
    Aspects.of(scope).add(review);
    return review;
  }

  /**
   * Accepts findings of a kind on a construct and below it: they are shown with the reason, and stop nothing.
   *
   * @throws InvalidInputError `FINDING_UNKNOWN`, `REASON_MISSING`
   */
  public static acknowledge(construct: IConstruct, ...all: readonly VpnAcknowledgement[]): void {
    const { FINDING_KINDS } = require('../review') as typeof import('../review');
    const ids = FINDING_KINDS.map(({ id }) => id);
    for (const { id, reason } of all) {
      const kind = id.startsWith(NAMESPACE) ? id.slice(NAMESPACE.length) : id;
      if (!ids.includes(kind)) {
        const { nearest } = require('../nearest') as typeof import('../nearest');
        invalid({
          code: 'FINDING_UNKNOWN',
          what: 'there is no kind of findings with this id',
          got: id,
          allowed: ids.join(', '),
          instead: `id: '${nearest(kind, ids) ?? 'pptp-present'}'`,
          constructPath: construct.node.path,
        });
      }
      if (typeof reason !== 'string' || reason.trim() === '') {
        invalid({
          code: 'REASON_MISSING',
          what: `findings of the kind ${kind} are acknowledged without a reason`,
          got: reason,
          allowed: 'a sentence that says why, and until when',
          instead: "reason: 'the tills, until 2027-06'",
          constructPath: construct.node.path,
        });
      }
      construct.node.addMetadata(ACKNOWLEDGED, { id: kind, reason });
    }
  }

  private readonly seen = new WeakSet<TerraformStack>();

  public constructor(private readonly props: VpnReviewProps = {}) {}

  /** Called by CDK for Terraform for every construct. */
  public visit(node: IConstruct): void {
    if (TerraformStack.isStack(node) && !this.seen.has(node)) {
      this.seen.add(node);
      // Other aspects may come after this one, and validations come after all of them.
      node.node.addValidation({
        validate: () => {
          this.annotate(node);
          return [];
        },
      });
    }
  }

  private annotate(stack: TerraformStack): void {
    // Whoever has no review waits for none of it.
    const { reviewTemplates } = require('../review') as typeof import('../review');
    const { today } = this.props;
    const template: unknown = JSON.parse(JSON.stringify(stack.toTerraform()));
    const { findings } = reviewTemplates({ [stack.node.path]: template }, today === undefined ? {} : { today });
    for (const finding of findings) {
      this.say(finding, stack);
    }
  }

  private say({ kind, severity, message, fix, origin }: Finding, stack: TerraformStack): void {
    const { failOn = 'error' } = this.props;
    const path = origin.resource?.constructPath;
    const construct = constructAt(stack.node.root, path) ?? stack;
    const place = placeOfUser(stack.node.root, path);
    const text = `${NAMESPACE}${kind.id}: ${message} Fix: ${fix}.${place === undefined ? '' : ` (${place})`}`;
    const reason = acknowledgedOn(construct, kind.id);
    const { ERROR, WARN, INFO } = AnnotationMetadataEntryType;
    if (reason !== undefined) {
      construct.node.addMetadata(INFO, `${text} Acknowledged: ${reason}`);
    } else {
      construct.node.addMetadata(fails(severity, failOn) ? ERROR : severity === 'note' ? INFO : WARN, text);
    }
  }
}

function constructAt(root: IConstruct, path: string | undefined): IConstruct | undefined {
  let at: IConstruct | undefined = path === undefined ? undefined : root;
  for (const id of path?.split('/') ?? []) {
    at = at?.node.tryFindChild(id);
  }
  return at;
}

/** Why findings of a kind are accepted on a construct or above it. */
function acknowledgedOn(construct: IConstruct, id: string): string | undefined {
  for (const { node } of [...construct.node.scopes].reverse()) {
    const found = node.metadata.find(
      ({ type, data }) => type === ACKNOWLEDGED && (data as VpnAcknowledgement).id === id,
    );
    if (found !== undefined) {
      return (found.data as VpnAcknowledgement).reason;
    }
  }
  return undefined;
}
