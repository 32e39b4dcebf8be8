import * as fs from 'node:fs';
import * as path from 'node:path';
import { invalid } from '../errors';
import { CertificateAuthority } from '../keys/certificate-authority';
import { FOLDER, hasAuthority, type KeyFolder } from '../keys/change';
import { gatewayOf } from '../keys/gateway';
import type { NewFile } from '../keys/protocol-keys';

/**
 * Reads the folder of a gateway's keys.
 *
 * @throws InvalidInputError `KEYS_FOLDER_INVALID` or `KEYS_FILE_FAILED`
 */
export async function readKeyFolder(dir: string, now: Date): Promise<KeyFolder> {
  const facts = parsed(readFile(path.join(dir, FOLDER.gateway)));
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) {
    return refuse(dir, `${FOLDER.gateway} is not an object in JSON`);
  }
  const gateway = gatewayOf(facts as Record<string, unknown>, ({ fact, allowed }) =>
    refuse(dir, `${FOLDER.gateway}: ${fact} must be ${allowed}`),
  );
  if (!hasAuthority(gateway)) {
    return { gateway, now, issued: [] };
  }
  const authority = await CertificateAuthority.from({
    certificate: readFile(path.join(dir, FOLDER.ca)),
    privateKey: readFile(path.join(dir, FOLDER.caKey)),
  });
  if (authority === undefined) {
    return refuse(dir, `${FOLDER.ca} and ${FOLDER.caKey} are not a certificate authority and its key`);
  }
  const records = path.join(dir, FOLDER.issued);
  const issued = attempt(records, () => fs.readdirSync(records))
    .filter((name) => name.endsWith('.pem'))
    .map((name) => readFile(path.join(records, name)));
  return { gateway, now, authority, issued };
}

/** Reads a file that a command line names. */
export function readFile(file: string): string {
  return attempt(file, () => fs.readFileSync(file, 'utf8'));
}

/**
 * Writes files that nobody but the owner can read, in folders that nobody else can look into: all of them, or none. What is
 * there is never touched.
 *
 * @param files with paths as they are
 * @param finish what else must succeed for the files to stay
 * @throws InvalidInputError `KEYS_FILE_EXISTS` or `KEYS_FILE_FAILED`
 */
export async function writeFiles(files: readonly NewFile[], finish: () => Promise<void>): Promise<void> {
  for (const { path: file } of files) {
    if (fs.existsSync(file)) {
      refuseExisting(file);
    }
  }
  const made: string[] = [];
  let isDone = false;
  try {
    for (const { path: file, content } of files) {
      attempt(file, () => {
        const first = fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        if (first !== undefined) {
          made.push(first);
        }
        fs.writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
        made.push(file);
      });
    }
    await finish();
    isDone = true;
  } finally {
    for (const each of isDone ? [] : made.reverse()) {
      fs.rmSync(each, { recursive: true, force: true });
    }
  }
}

/** Refuses to write where something is. */
export function refuseExisting(file: string): never {
  return invalid({
    code: 'KEYS_FILE_EXISTS',
    what: 'what would be written is there already, and nothing is ever overwritten',
    got: file,
    allowed: 'a place where nothing is yet',
    instead: 'another place; or move away what is there, once whoever it is for has it',
  });
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    return invalid({
      code: 'KEYS_FILE_FAILED',
      what: `a file could not be read or written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      got: file,
      allowed: 'files and folders that you may read and write',
      instead: 'the right path; ls -l shows what is there and whose it is',
    });
  }
}

function refuse(dir: string, what: string): never {
  return invalid({
    code: 'KEYS_FOLDER_INVALID',
    what,
    got: dir,
    allowed: 'a folder as pptp-constructs keys made it',
    instead: '--dir FOLDER, the one that was given when the gateway was new; or restore it from where you keep copies',
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
