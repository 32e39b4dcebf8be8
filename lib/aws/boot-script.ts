import { createHash } from 'node:crypto';

/**
 * A script that the machine runs once, after its packages are installed. It lies in Parameter Store, since user data
 * is short; the user data holds its digest, so that the machine runs this very text and is replaced when it changes.
 */
export interface BootScript {
  /** The id of its parameter in the construct tree. */
  readonly id: string;
  /** What it is for. */
  readonly description: string;
  /** Debian packages that it needs. */
  readonly packages: readonly string[];
  /** The script, for sh, without a line break at its end; the same for every gateway, so that it holds no token. */
  readonly text: string;
  /** What it is called with; may hold tokens. */
  readonly args: readonly string[];
}

const FETCH_AND_RUN = [
  'text=$(aws ssm get-parameter --region "$0" --name "$1" --query Parameter.Value --output text)',
  '[ "$(printf %s "$text" | sha256sum | cut -c 1-64)" = "$2" ]',
  'shift 2',
  'printf "%s\\n" "$text" | sh -s -- "$@"',
].join(' && ');

/**
 * The command that fetches a script and runs it.
 *
 * @param parameterName may be a token
 * @param region may be a token
 */
export function runBootScript(script: BootScript, parameterName: string, region: string): readonly string[] {
  const digest = createHash('sha256').update(script.text).digest('hex');
  return ['sh', '-c', FETCH_AND_RUN, region, parameterName, digest, ...script.args];
}
