import type { Reading, Steps } from './reader';

export const AWS_STEPS: Steps = [];
export function finishAws(_reading: Reading): void {}
