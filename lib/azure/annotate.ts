import { AnnotationMetadataEntryType } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Says something at synth. What `Annotations` of cdktf adds beside the text is a stack trace, which no tool shows for
 * these two levels and which takes longer to capture than a gateway takes to check.
 */
export function annotate(construct: Construct, level: 'INFO' | 'WARN', text: string): void {
  construct.node.addMetadata(AnnotationMetadataEntryType[level], text);
}
