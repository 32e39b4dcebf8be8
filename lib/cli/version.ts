import * as fs from 'node:fs';
import * as path from 'node:path';

/** The version of this package. */
export function version(): string {
  // Beside dist/ as beside lib/.
  const manifest = fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
