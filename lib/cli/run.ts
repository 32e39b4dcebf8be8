import * as fs from 'node:fs';
import * as path from 'node:path';
import { PptpConstructsError } from '../errors';
import { keys } from './keys-command';
import { usage } from './usage';
import { type World, write } from './world';

const HELP = `pptp-constructs keys ACTION [OPTIONS]   make and renew the keys of a gateway's users
pptp-constructs keys --help             every action and option
pptp-constructs --version
`;

/**
 * Runs the command line.
 *
 * @param argv what stands behind the name of the program
 * @returns the exit status: 0, 1 when something was refused, 2 when the command line itself was wrong
 */
export async function run(argv: readonly string[], world: World): Promise<number> {
  try {
    const [command, ...rest] = argv;
    if (command === 'keys') {
      await keys(rest, world);
    } else if (command === '--version') {
      await write(world.stdout, `${version()}\n`);
    } else if (command === '--help' || command === '-h' || command === 'help') {
      await write(world.stdout, HELP);
    } else {
      usage(
        command === undefined ? 'no command was given' : `there is no command ${command}`,
        'keys',
        'pptp-constructs keys --help',
      );
    }
    return 0;
  } catch (error) {
    if (!PptpConstructsError.is(error)) {
      throw error;
    }
    await write(world.stderr, `${error.message}\n`);
    return error.code === 'KEYS_USAGE' ? 2 : 1;
  }
}

function version(): string {
  // Beside dist/ as beside lib/.
  const manifest = fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
