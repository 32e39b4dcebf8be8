import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';

/** The files in cloud-init user data, by path, as the machine gets them. */
export function filesOf(userData: string): Map<string, string> {
  const { write_files: files } = parse(userData) as {
    write_files: readonly { path: string; content: string; encoding?: string }[];
  };
  return new Map(
    files.map(({ path, content, encoding }) => [
      path,
      encoding === 'gz+b64' ? gunzipSync(Buffer.from(content, 'base64')).toString() : content,
    ]),
  );
}
