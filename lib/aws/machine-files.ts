import { createHash } from 'node:crypto';
import type { HostConfig, HostFile } from '../host';

/** Where the metadata of the machine's resource holds its files. */
export const FILES_METADATA = 'vpn-gateway-files';

/** Files of a machine whose user data has no room for them: each its path, its mode and its content. */
export type MovedFiles = readonly (readonly [path: string, mode: string, content: string])[];

/** What apt must know before anything else is fetched. */
const STAYS = '/etc/apt/';

/** What CloudFormation hands out as it was handed in: anything else has come back as question marks. */
const ASCII = /^[\t\n -~]*$/;

/**
 * Moves the files that are the same whatever is deployed out of user data, which has 16 KB, into the metadata of the
 * machine's resource in the template, which has room and can be read there. The machine fetches them at its first boot,
 * as AWS's cfn-init does, which Debian does not package; user data holds their digest, so that the machine runs these very
 * texts and is replaced when they change.
 *
 * @param tokens matches a token in text: a file with one stays, as does one that is not plain ASCII
 * @param stack name or id of the machine's stack; may be a token, as the others may
 * @param logicalId the logical id of the machine
 */
export function moveFiles(
  host: HostConfig,
  tokens: RegExp,
  { region, stack, logicalId }: { readonly region: string; readonly stack: string; readonly logicalId: string },
): { readonly host: HostConfig; readonly moved: MovedFiles } {
  const stays = ({ path, content }: HostFile) =>
    path.startsWith(STAYS) || content.search(tokens) !== -1 || !ASCII.test(content);
  const moved = host.files
    .filter((file) => !stays(file))
    .map(({ path, mode = '0644', content }): [string, string, string] => [path, mode, content]);
  const digest = createHash('sha256').update(JSON.stringify(moved)).digest('hex');
  return {
    moved,
    host: {
      ...host,
      files: host.files.filter(stays),
      commands: [['sh', '-c', FETCH, UNPACK, region, stack, logicalId, digest], ...host.commands],
    },
  };
}

/** A network that comes late, or a role whose policy is not known everywhere yet, is waited for: ten minutes at least. */
const FETCH = [
  'n=0',
  'retry() { until "$@"; do n=$((n+1)); [ $n -lt 120 ] || exit 1; sleep 5; done; }',
  'aws_is_there() { command -v aws || { apt-get -qy update && DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install awscli; }; }',
  'files_are_there() { aws cloudformation describe-stack-resource --region "$1" --stack-name "$2" --logical-resource-id "$3" --query StackResourceDetail.Metadata --output text | python3 -c "$0" "$4"; }',
  'retry aws_is_there',
  'retry files_are_there "$@"',
].join('\n');

/** JSON of Python and of JavaScript are the same text for what these files hold. */
const UNPACK = `import hashlib, json, os, sys
files = json.load(sys.stdin)['${FILES_METADATA}']
if hashlib.sha256(json.dumps(files, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest() != sys.argv[1]:
 sys.exit('the files of this gateway are others than its user data was made for')
for path, mode, content in files:
 os.makedirs(os.path.dirname(path), exist_ok=True)
 open(path, 'w').write(content)
 os.chmod(path, int(mode, 8))
`;
