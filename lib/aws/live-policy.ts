import { Tokenization } from 'aws-cdk-lib';
import { invalid } from '../errors';
import { type Destination, renderPolicy } from '../host';
import type { Clients } from './clients';
import { isToken } from './token';

/** What an advanced parameter of Parameter Store holds, in bytes. */
const PARAMETER_LIMIT = 8192;

/** What a range that only deployment knows is counted as, in bytes. */
const BYTES_PER_TOKEN = '255.255.255.255/32'.length;

/** How a number of AWS CDK that stands for a token is written out. */
const NUMBER_TOKEN = /-1\.88815\d+e\+289/g;

/** How AWS CDK writes a token into text. */
export const TEXT_TOKEN = /\$\{Token\[[^\]]+\]\}/g;

/**
 * The policy that the machine fetches: who may connect, and where clients may go. It is data in a parameter, not part of
 * the machine, so that a change does not replace the machine.
 *
 * @throws InvalidInputError `POLICY_TOO_LARGE`
 */
export function policyText(clients: Clients, destinations: readonly Destination[]): string {
  const named = isFilteredByHost(clients) && !clients.isAnywhere;
  const text = renderPolicy({ clients: named ? clients.cidrTexts : 'any', destinations }, isToken).replace(
    NUMBER_TOKEN,
    (number) => Tokenization.stringifyNumber(Number(number)),
  );
  const size = Buffer.byteLength(text.replace(TEXT_TOKEN, '*'.repeat(BYTES_PER_TOKEN)));
  if (size > PARAMETER_LIMIT) {
    invalid({
      code: 'POLICY_TOO_LARGE',
      what: `the clients and destinations of the gateway need ${size} bytes, and a parameter of Parameter Store holds ${PARAMETER_LIMIT}`,
      got: `${clients.entries.length} sources of clients and ${destinations.length} destinations`,
      allowed: 'about 200 destinations, each a range and its ports',
      instead: "gateway.allowClientsTo(ec2.Peer.ipv4('10.0.0.0/16'), ec2.Port.tcp(443)) // fewer and wider ones",
    });
  }
  return text;
}

/**
 * Whether the packet filter of the machine can choose clients by address. Where one source has no addresses at synth, it
 * lets everybody speak PPTP, and the security group alone chooses.
 */
export function isFilteredByHost(clients: Clients): boolean {
  return clients.entries.every(({ kind }) => kind === 'cidr');
}
