import { AnnotationMetadataEntryType } from 'cdktf';
import type { Construct } from 'constructs';
import type { DiagnosticCode } from '../diagnostics';

/** Something that the user accepted in writing, and that a reviewer should see. */
export interface AcceptedConsequence {
  readonly code: DiagnosticCode;
  readonly text: string;
}

/**
 * Says something at synth, with the code to look it up by. What `Annotations` of cdktf adds beside the text is a stack
 * trace, which no tool shows for these two levels and which takes longer to capture than a gateway takes to check.
 */
export function annotate(construct: Construct, level: 'INFO' | 'WARN', code: DiagnosticCode, text: string): void {
  construct.node.addMetadata(AnnotationMetadataEntryType[level], `${code}: ${text}`);
}
