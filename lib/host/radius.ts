import { invalid } from '../errors';
import { isAddress, type TokenTest } from '../flows';
import type { OptionCheck } from './option-check';

/** RADIUS servers that know the users. Their shared secret is in the gateway's secret: `"radius": {"secret": "..."}`. */
export interface RadiusOptions {
  /** One or two servers, the preferred first: IPv4 addresses, or tokens. */
  readonly servers: readonly string[];
  /**
   * UDP port of every server.
   *
   * @default 1812
   */
  readonly port?: number;
  /**
   * Seconds to wait for the answer of a server, in steps of 10. A person who approves a login on a telephone needs 60.
   *
   * @default 60
   */
  readonly timeoutSeconds?: number;
}

/** The same, checked, with its defaults filled in. */
export type Radius = Required<RadiusOptions>;

/**
 * The rule for the shared secret, for JavaScript and for Python's `re.fullmatch` alike. pppd cuts a longer one off, and
 * takes a space for its end.
 */
export const RADIUS_SECRET_PATTERN = '[!-~]{16,48}';

/**
 * What a second factor can be where users log in with MS-CHAPv2, be it to PPTP or inside EAP: for the warning that goes
 * with a RADIUS server behind it.
 */
export const MSCHAPV2_SECOND_FACTOR =
  'MS-CHAPv2 carries a name and the proof of a password, and nothing else: a RADIUS server behind it can ask for a second ' +
  'factor only by itself, as a push notification or a call that the user approves or denies. A code cannot be typed, and ' +
  'where the server falls back to one (number matching), the login fails. Give the users that long to approve: ' +
  'timeoutSeconds 60 or more. A factor that the gateway itself verifies needs certificates.';

/**
 * Checks the servers and fills in defaults.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID` or `TOKEN_NOT_ALLOWED`, naming the option
 */
export function checkedRadius(radius: RadiusOptions, check: OptionCheck, isToken: TokenTest): Radius {
  const { servers } = radius;
  const isServer = (server: string) => isToken(server) || (isAddress(server) && !server.includes(':'));
  if (!Array.isArray(servers) || servers.length < 1 || servers.length > 2 || !servers.every(isServer)) {
    invalid({
      code: 'HOST_OPTION_INVALID',
      what: 'radius.servers is not what the host can use',
      got: servers,
      allowed: 'one or two IPv4 addresses',
      instead: "radius: { servers: ['10.0.0.5'] }",
    });
  }
  return {
    servers,
    port: check.wholeNumber('radius.port', radius.port, 1812, 1, 65535),
    timeoutSeconds: check.wholeNumber('radius.timeoutSeconds', radius.timeoutSeconds, 60, 10, 300),
  };
}

/**
 * Reads `radius` of a secret.
 *
 * @throws InvalidInputError `RADIUS_SECRET_INVALID`; it holds no value of the secret
 */
export function parseRadiusSecret(radius: unknown): { readonly secret: string } {
  const isObject = typeof radius === 'object' && radius !== null && !Array.isArray(radius);
  const secret =
    isObject && Object.keys(radius).join() === 'secret' ? (radius as { secret: unknown }).secret : undefined;
  if (typeof secret !== 'string' || !new RegExp(`^${RADIUS_SECRET_PATTERN}$`).test(secret)) {
    invalid({
      code: 'RADIUS_SECRET_INVALID',
      what: 'radius does not hold a secret that the gateway can use',
      allowed: '{"secret": ...} with 16 to 48 printable ASCII characters without spaces',
      instead: '"radius": {"secret": "32 random letters and digits"}',
    });
  }
  return { secret };
}
