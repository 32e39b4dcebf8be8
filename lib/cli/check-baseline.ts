import * as fs from 'node:fs';
import { invalid } from '../errors';
import type { Finding } from '../review';

/** The version of the files; another one is refused. */
const SCHEMA_VERSION = 1;

/** A finding that is known. */
export interface KnownFinding {
  /** The id of its kind, for people. */
  readonly id: string;
  /** What tells it from every other finding; it names things and not places, so that moving lines changes nothing. */
  readonly key: string;
  /** Why it is accepted, where somebody has written that. */
  readonly reason?: string;
}

/**
 * Reads a baseline.
 *
 * @throws InvalidInputError `CHECK_BASELINE_UNREADABLE`, `CHECK_BASELINE_INVALID`
 */
export function readBaseline(file: string): readonly KnownFinding[] {
  const text = attempt(file, () => fs.readFileSync(file, 'utf8'));
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    invalidBaseline(file, 'is no JSON');
  }
  const { schemaVersion, findings } = (data ?? {}) as { schemaVersion?: unknown; findings?: unknown };
  if (schemaVersion !== SCHEMA_VERSION) {
    invalidBaseline(file, `has schemaVersion ${JSON.stringify(schemaVersion)}`);
  }
  if (!Array.isArray(findings)) {
    invalidBaseline(file, 'has no list of findings');
  }
  return findings.map((one: unknown, index) => {
    const { id, key, reason, ...rest } = (one ?? {}) as Record<string, unknown>;
    if (typeof id !== 'string' || typeof key !== 'string' || !key.startsWith(`${id} `)) {
      invalidBaseline(file, `has no id with its key in findings[${index}]`);
    }
    if (reason !== undefined && (typeof reason !== 'string' || reason.trim() === '')) {
      invalidBaseline(file, `has a reason that is no text in findings[${index}]`);
    }
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) {
      invalidBaseline(file, `has ${JSON.stringify(unknown)} in findings[${index}]`);
    }
    return { id, key, ...(typeof reason === 'string' ? { reason } : {}) };
  });
}

/**
 * Writes what is found as a baseline; reasons of findings that were known stay.
 *
 * @throws InvalidInputError `CHECK_BASELINE_UNREADABLE`, `CHECK_BASELINE_INVALID`
 */
export function writeBaseline(file: string, findings: readonly Finding[]): void {
  const known = new Map(fs.existsSync(file) ? readBaseline(file).map((one) => [one.key, one]) : []);
  const entries = findings
    .map(({ kind, key }): KnownFinding => {
      const reason = known.get(key)?.reason;
      return { id: kind.id, key, ...(reason === undefined ? {} : { reason }) };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const text = `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, findings: entries }, null, 2)}\n`;
  attempt(file, () => fs.writeFileSync(file, text));
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    return invalid({
      code: 'CHECK_BASELINE_UNREADABLE',
      what: code === 'ENOENT' ? `there is no baseline ${file}` : `the baseline ${file} is out of reach (${code})`,
      allowed: 'a file that an earlier check has written',
      instead: `pptp-constructs check PATH --baseline ${file} --write-baseline`,
    });
  }
}

function invalidBaseline(file: string, what: string): never {
  return invalid({
    code: 'CHECK_BASELINE_INVALID',
    what: `the baseline ${file} ${what}`,
    allowed: `schemaVersion ${SCHEMA_VERSION}, and findings with their id, key and, where you like, reason`,
    instead: `pptp-constructs check PATH --baseline ${file} --write-baseline`,
  });
}
