import { PptpConstructsError } from '../errors';
import { usage } from './usage';
import { version } from './version';
import { type World, write } from './world';

const HELP = `pptp-constructs explain --cloud CLOUD     whether a VPN reaches a gateway there, and why
pptp-constructs explain --help            every option
pptp-constructs check PATH...             what templates and plans really let through
pptp-constructs check --help              every option
pptp-constructs report PATH...            the same as a page and as Markdown, with diagrams
pptp-constructs report --help             every option
pptp-constructs keys ACTION [OPTIONS]     make and renew the keys of a gateway's users
pptp-constructs keys --help               every action and option
pptp-constructs --version
`;

/**
 * Runs the command line.
 *
 * @param argv what stands behind the name of the program
 * @returns the exit status: 0, 1 when something was refused, 2 when the command line itself was wrong; `explain`,
 * `check` and `report` have their own
 */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const [command, ...rest] = argv;
  try {
    // A command loads what it needs, and nothing that another one needs.
    if (command === 'explain') {
      const { explain } = require('./explain-command') as typeof import('./explain-command');
      return await explain(rest, world);
    }
    if (command === 'check') {
      const { check } = require('./check-command') as typeof import('./check-command');
      return await check(rest, world);
    }
    if (command === 'report') {
      const { report } = require('./report-command') as typeof import('./report-command');
      return await report(rest, world);
    }
    if (command === 'keys') {
      const { keys } = require('./keys-command') as typeof import('./keys-command');
      await keys(rest, world);
    } else if (command === '--version') {
      await write(world.stdout, `${version()}\n`);
    } else if (command === '--help' || command === '-h' || command === 'help') {
      await write(world.stdout, HELP);
    } else {
      usage(
        command === undefined ? 'no command was given' : `there is no command ${command}`,
        'explain, check, report, keys',
        'pptp-constructs --help',
      );
    }
    return 0;
  } catch (error) {
    if (!PptpConstructsError.is(error)) {
      throw error;
    }
    await write(world.stderr, `${error.message}\n`);
    // Whatever these refuse is a question that has no answer.
    return command !== 'keys' || error.code === 'KEYS_USAGE' ? 2 : 1;
  }
}
