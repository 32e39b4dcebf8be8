import { createHash } from 'node:crypto';
import { FINDING_KINDS, type Finding, NAMESPACE, type Origin } from '../review';
import type { Judged, Outcome } from './check-outcome';
import { uriOf } from './check-place';

/** Where the schema of SARIF 2.1.0 is, as its standard says. */
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/**
 * Findings for code scanning: SARIF 2.1.0.
 *
 * @param version that of this package
 * @param compared whether there was a baseline, or old files, to compare with
 */
export function outcomeSarif({ judged, review }: Outcome, version: string, compared: boolean): string {
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: NAMESPACE,
            semanticVersion: version,
            rules: FINDING_KINDS.map(({ id, title, help, severity }) => ({
              id,
              shortDescription: { text: `${title}.` },
              fullDescription: { text: help },
              help: { text: help },
              defaultConfiguration: { level: severity },
              properties: { tags: ['security', 'network', 'vpn'] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: review.unread.map(({ origin, type, why }) => ({
              level: 'note',
              message: { text: `Not read: ${type}: ${why}.` },
              locations: [locationOf(origin)],
            })),
          },
        ],
        results: judged.map((one) => resultOf(one, compared)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf({ finding, standing, reason }: Judged, compared: boolean): object {
  const { kind, severity, message, fix, origin, key, evidence }: Finding = finding;
  return {
    ruleId: kind.id,
    ruleIndex: FINDING_KINDS.indexOf(kind),
    level: severity,
    message: { text: `${message} Fix: ${fix}.` },
    locations: [locationOf(origin)],
    partialFingerprints: { 'findingKey/v1': createHash('sha256').update(key).digest('hex').slice(0, 32) },
    ...(compared ? { baselineState: standing === 'known' ? 'unchanged' : 'new' } : {}),
    ...(standing === 'new'
      ? {}
      : {
          suppressions: [
            {
              kind: standing === 'acknowledged' ? 'inSource' : 'external',
              justification: reason ?? 'It was there before.',
            },
          ],
        }),
    properties: { evidence: evidence.map(({ title }) => title) },
  };
}

function locationOf(origin: Origin): object {
  const { position, resource } = origin;
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(origin.document.file) },
      ...(position === undefined ? {} : { region: { startLine: position.line, startColumn: position.column } }),
    },
    ...(resource === undefined
      ? {}
      : {
          logicalLocations: [
            {
              name: resource.logicalId,
              ...(resource.constructPath === undefined ? {} : { fullyQualifiedName: resource.constructPath }),
              kind: 'resource',
            },
          ],
        }),
  };
}
