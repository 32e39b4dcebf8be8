import { dirname, relative, sep } from 'node:path';
import type { Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Finding, Severity } from '../review';
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

/** What the CDK hands to a policy validation plugin, as far as it is looked at. */
export interface ReviewedTemplates {
  /** The absolute paths of all templates. */
  readonly templatePaths: string[];
  /** The app; left out by older versions of the CDK. */
  readonly appConstruct?: IConstruct;
}

/** A finding as the CDK wants it. */
export interface ReviewViolation {
  /** The id of its kind. */
  readonly ruleName: string;
  readonly description: string;
  readonly fix: string;
  /** `error` where it stops the synthesis, `warning` or `info` otherwise. */
  readonly severity: string;
  readonly violatingResources: {
    readonly resourceLogicalId: string;
    readonly templatePath: string;
    readonly locations: string[];
  }[];
}

/** What the plugin found. */
export interface ReviewReport {
  /** Whether nothing stops the synthesis. */
  readonly success: boolean;
  readonly violations: ReviewViolation[];
}

/**
 * Reviews everything that an app synthesises, whoever wrote it, as a policy validation plugin of AWS CDK: which VPN really gets
 * through, and what is wrong with it.
 *
 * ```ts
 * VpnReview.attachTo(app);
 * ```
 *
 * A finding is acknowledged like any rule, on the construct or above it:
 *
 * ```ts
 * Validations.of(gateway).acknowledge({ id: 'pptp-constructs::pptp-present', reason: 'the tills, until 2027-06' });
 * ```
 */
export class VpnReview {
  /**
   * Registers a review of everything in an app or a stage.
   *
   * @returns the plugin
   */
  public static attachTo(stage: Stage, props: VpnReviewProps = {}): VpnReview {
    const plugin = new VpnReview(props);
    plugin.root = stage.node.root;
    // The oldest versions that this library works with have but the older way.
    const { Validations } = require('aws-cdk-lib') as { readonly Validations?: ValidationsClass };
    if (Validations === undefined) {
      stage.policyValidationBeta1.push(plugin);
    } else {
      Validations.of(stage).addPlugins(plugin);
    }
    return plugin;
  }

  /** The name under which the CDK shows what it found; it stands before the ids of findings that are acknowledged. */
  public readonly name = 'pptp-constructs';

  /** The app, where nobody else tells it. */
  private root?: IConstruct;

  public constructor(private readonly props: VpnReviewProps = {}) {}

  /** Called by the CDK when everything is synthesised. */
  public validate({ templatePaths, appConstruct = this.root }: ReviewedTemplates): ReviewReport {
    // Whoever has no review waits for none of it.
    const { review } = require('../review') as typeof import('../review');
    const { today } = this.props;
    const { findings } = review([folderOf(templatePaths)], today === undefined ? {} : { today });
    // Of a stage alone, an assembly holds more than what is asked about; of nested stacks the CDK names the parents.
    const isAsked = (file: string) => templatePaths.includes(file) || file.endsWith('.nested.template.json');
    const violations = findings
      .filter(({ origin }) => isAsked(origin.document.file))
      .map((finding) => this.violation(finding, appConstruct));
    return { success: violations.every(({ severity }) => severity !== 'error'), violations };
  }

  private violation({ kind, severity, message, fix, origin }: Finding, app: IConstruct | undefined): ReviewViolation {
    const { resource, document, path } = origin;
    const place = placeOfUser(app, resource?.constructPath);
    return {
      ruleName: kind.id,
      description: place === undefined ? message : `${message} (${place})`,
      fix,
      severity: this.severity(severity),
      violatingResources: [
        {
          resourceLogicalId: resource?.logicalId ?? '',
          templatePath: document.file,
          // Below the resource, which is below `Resources`.
          locations: path.length > 2 ? [path.slice(2).join('.')] : [],
        },
      ],
    };
  }

  private severity(level: Severity): string {
    if (fails(level, this.props.failOn ?? 'error')) {
      return 'error';
    }
    return level === 'note' ? 'info' : 'warning';
  }
}

/** As much of `Validations` of the CDK as is used. */
interface ValidationsClass {
  of(scope: IConstruct): { addPlugins(plugin: VpnReview): void };
}

/** The assembly that holds all templates: those of stages are in folders below it. */
function folderOf(templatePaths: readonly string[]): string {
  return templatePaths.map((path) => dirname(path)).reduce((a, b) => (isBelow(a, b) ? b : a));
}

function isBelow(folder: string, other: string): boolean {
  const way = relative(other, folder);
  return way !== '..' && !way.startsWith(`..${sep}`);
}
