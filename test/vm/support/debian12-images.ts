import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { debian13Sources } from '../../kernel/support/debian';
import { bake, buildCloud, type Images, kept } from './images';

/**
 * A gateway's image of Debian 12 with the cloud flavour of its kernel, and an archive with Debian 12's packages; the
 * laboratory stays what it is. Made at the first call. The core run makes none, and `full` is Debian 13's.
 *
 * @throws Error where the machine's package sources have no Debian 12
 */
export async function debian12Images(base: Images): Promise<Images> {
  const sources = debian13Sources().replaceAll('trixie', 'bookworm');
  const text = fs.readFileSync(__filename, 'utf8');
  // Another test file may be at faults whose bounds are seconds: what is started here waits for whatever else runs.
  os.setPriority(os.constants.priority.PRIORITY_LOW);
  try {
    const folder = await kept(path.dirname(base.folder), [sources, text, base.folder], async (building) => {
      const file = path.join(building, 'debian.sources');
      fs.writeFileSync(file, sources);
      await buildCloud(building, file, 'bookworm');
      fs.copyFileSync(path.join(base.folder, 'accelerator'), path.join(building, 'accelerator'));
      // At the first boot, systemd 252 would ask at the console for what is missing, and wait.
      const masked = 'symlink etc/systemd/system/systemd-firstboot.service /dev/null';
      execFileSync('debugfs', ['-w', '-R', masked, `${path.join(building, 'cloud.raw')}?offset=1048576`]);
      await bake(building, 'cloud');
    });
    return { ...base, folder, cloud: path.join(folder, 'cloud.raw'), archive: path.join(folder, 'archive.raw') };
  } finally {
    os.setPriority(os.constants.priority.PRIORITY_NORMAL);
  }
}
