import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';

/** Where the host puts files that come compressed together. */
const PACKAGE = '/run/vpn-gateway-files.json';

/** The files in cloud-init user data, by path, as the machine gets them. */
export function filesOf(userData: string): Map<string, string> {
  const { write_files: entries } = parse(userData) as {
    write_files: readonly { path: string; content: string; encoding?: string }[];
  };
  const files = new Map(
    entries.map(({ path, content, encoding }) => [
      path,
      encoding === 'gz+b64' ? gunzipSync(Buffer.from(content, 'base64')).toString() : content,
    ]),
  );
  for (const [path, , content] of JSON.parse(files.get(PACKAGE) ?? '[]') as [string, string, string][]) {
    files.set(path, content);
  }
  files.delete(PACKAGE);
  return files;
}
