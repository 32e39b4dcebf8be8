import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { DiagnosticCode } from '../diagnostics';

/**
 * A warning that a user can acknowledge:
 * `Annotations.of(construct).acknowledgeWarning('pptp-constructs:PPTP_INSECURE')`.
 */
export function warn(construct: IConstruct, code: DiagnosticCode, text: string): void {
  Annotations.of(construct).addWarningV2(`pptp-constructs:${code}`, text);
}

/** Something worth knowing that needs no action; it can be acknowledged like a warning. */
export function inform(construct: IConstruct, code: DiagnosticCode, text: string): void {
  Annotations.of(construct).addInfoV2(`pptp-constructs:${code}`, text);
}
