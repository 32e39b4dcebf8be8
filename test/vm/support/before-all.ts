import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { images } from './images';
import { frozenLab } from './lab';

/** Before all tests: the images, the frozen laboratory, and a folder for this run. */
export default async function beforeAll(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error('the machine tier needs root: it builds images of Debian 13');
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pptp-vm-'));
  process.env.PPTP_VM_FOLDER = folder;
  const made = await images();
  const first = path.join(folder, 'first');
  fs.mkdirSync(first);
  await frozenLab(made, first, made.accelerator);
  fs.rmSync(first, { recursive: true });
  process.env.PPTP_VM_IMAGES = JSON.stringify(made);
}
