// What every other file here begins with. By itself (`--images`) this is all that is made once.

import { existsSync } from 'node:fs';
import type { Images } from './support/images';

test('the images are there: a gateway in two flavours, the laboratory and the packages', () => {
  const { full, cloud, lab, archive }: Images = JSON.parse(process.env.PPTP_VM_IMAGES ?? '{}');
  expect([full, cloud, lab, archive].map((image) => existsSync(image))).toEqual([true, true, true, true]);
});
