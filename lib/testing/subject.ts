import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invalid } from '../errors';
import { parseDocument, type Review, readEstate, reviewEstate, reviewTemplates } from '../review';

/** What a matcher was given, read back. */
export interface Subject {
  readonly review: Review;
  /** The construct that it is about, by its path; left out, everything in it. */
  readonly within?: string;
}

/** As much of a construct as is looked at, whichever copy of whichever library made it. */
interface Construct {
  readonly node: {
    readonly path: string;
    readonly scopes: readonly Construct[];
    readonly root: Construct;
    findAll(): readonly Construct[];
  };
}

/** A stage or an app of AWS CDK. It keeps its assembly, and makes it once. */
interface CdkStage extends Construct {
  synth(): { readonly directory: string };
}

/** A stack of CDK for Terraform. */
interface TerraformStack extends Construct {
  readonly synthesizer: { synthesize(session: object): void };
  prepareStack(): void;
  toTerraform(): unknown;
}

const CDK_STAGE = Symbol.for('@aws-cdk/core.Stage');
const TERRAFORM_STACKS = [Symbol.for('cdktf/TerraformStack'), Symbol.for('cdktn/TerraformStack')];

/** Reviews by the assemblies that they are of: several matchers on one stack read it once. */
const known = new WeakMap<object, Review>();

/**
 * Reads back what a test has made: a stack, stage, app or construct of AWS CDK or of CDK for Terraform, a template of
 * `aws-cdk-lib/assertions`, a parsed template or plan, its text, or a review.
 *
 * @throws InvalidInputError `MATCHER_SUBJECT_UNKNOWN`, or as `readEstate` does
 */
export function subjectOf(received: unknown): Subject {
  if (isReview(received)) {
    return { review: received };
  }
  if (isConstruct(received)) {
    return constructSubject(received);
  }
  if (typeof received === 'string') {
    return { review: reviewTemplates({ template: parseDocument(received, 'template').data }) };
  }
  if (typeof received === 'object' && received !== null) {
    const { toJSON } = received as { toJSON?: unknown };
    const template: unknown = typeof toJSON === 'function' ? toJSON.call(received) : received;
    return { review: reviewTemplates({ template }) };
  }
  return unknownSubject(received);
}

function constructSubject(construct: Construct): Subject {
  const within = construct.node.path;
  const { root } = construct.node;
  if (isMarked(root, CDK_STAGE)) {
    const assembly = (root as CdkStage).synth();
    const review = known.get(assembly) ?? reviewEstate(readEstate([assembly.directory]));
    known.set(assembly, review);
    return { review, within };
  }
  const stacks = root.node
    .findAll()
    .filter((one): one is TerraformStack => TERRAFORM_STACKS.some((mark) => isMarked(one, mark)));
  if (stacks.length === 0) {
    return unknownSubject(construct);
  }
  return { review: reviewTemplates(terraformOf(stacks)), within };
}

/**
 * The configurations of stacks, made by their own synthesizer, so that aspects have their say; what it writes besides goes to a
 * folder that is removed.
 */
function terraformOf(stacks: readonly TerraformStack[]): Record<string, unknown> {
  const outdir = mkdtempSync(join(tmpdir(), 'pptp-constructs-read-'));
  try {
    for (const stack of stacks) {
      stack.prepareStack();
    }
    return Object.fromEntries(
      stacks.map((stack) => {
        const manifest = { workingDirectory: '.', synthesizedStackPath: 'cdk.tf.json', annotations: [] };
        stack.synthesizer.synthesize({ outdir, skipValidation: true, manifest: { forStack: () => manifest } });
        return [stack.node.path, JSON.parse(JSON.stringify(stack.toTerraform()))];
      }),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function isReview(value: unknown): value is Review {
  return typeof value === 'object' && value !== null && 'estate' in value && 'answers' in value;
}

function isConstruct(value: unknown): value is Construct {
  const { node } = (value ?? {}) as { node?: Partial<Construct['node']> };
  return typeof node === 'object' && typeof node?.path === 'string' && typeof node.findAll === 'function';
}

function isMarked(value: object, mark: symbol): boolean {
  return mark in value;
}

function unknownSubject(got: unknown): never {
  return invalid({
    code: 'MATCHER_SUBJECT_UNKNOWN',
    what: 'there is nothing to read back in what was given to expect()',
    got,
    allowed:
      'a stack, app or construct of AWS CDK or CDK for Terraform, a template or plan, parsed or as text, or a review',
    instead: "expect(stack).toServe('IKEv2')",
  });
}
