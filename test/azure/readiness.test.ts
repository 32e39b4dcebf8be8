import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntilReady } from '../../lib/azure/readiness';

/** Runs the command as the extension does, with a sleep that takes no time and a journal of two lines. */
function run(isReady: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'readiness-'));
  try {
    writeFileSync(join(folder, 'sleep'), '#!/bin/sh\n');
    writeFileSync(
      join(folder, 'journalctl'),
      '#!/bin/sh\necho "asked for: $*"\necho "failed at installing packages"\n',
    );
    chmodSync(join(folder, 'sleep'), 0o755);
    chmodSync(join(folder, 'journalctl'), 0o755);
    const ready = join(folder, 'ready');
    if (isReady) {
      writeFileSync(ready, '');
    }
    const command = waitUntilReady(5).replace('/run/vpn-gateway/ready', ready);
    return spawnSync('sh', ['-c', command], { encoding: 'utf8', env: { PATH: `${folder}:${process.env.PATH}` } });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a machine that serves lets the deployment go on', () => {
  expect(run(true)).toMatchObject({ status: 0, stdout: '', stderr: '' });
});

test('a machine that does not serve in time fails the deployment, with what it logged', () => {
  expect(run(false)).toMatchObject({
    status: 1,
    stdout: '',
    stderr: [
      'this gateway does not serve after 5 minutes. The last lines of its journal:',
      'asked for: --unit=vpn-gateway.service --lines=20 --no-pager --output=cat',
      'failed at installing packages',
      '',
    ].join('\n'),
  });
});
