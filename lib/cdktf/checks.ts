import { invalid } from '../errors';
import { Insecure } from '../flows';
import type { Clients } from './clients';

/** What a list of protocols must be. */
export interface ProtocolList {
  /** Whether something is a protocol of the cloud's `Vpn`. */
  readonly isVpn: (one: unknown) => boolean;
  /** Where they come from: `pptp-constructs/azure`. */
  readonly module: string;
  /** Every one of them, in words. */
  readonly names: string;
  /** A list of one, as code. */
  readonly instead: string;
}

/**
 * Checks the protocols among which a gateway chooses.
 *
 * @throws InvalidInputError `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`, `PROTOCOLS_DUPLICATE`
 */
export function checkedProtocols<V extends { readonly writtenAs: string }>(
  protocols: readonly V[],
  { isVpn, module, names, instead }: ProtocolList,
): readonly V[] {
  const allowed = `${names}, each at most once, the preferred first`;
  if (!Array.isArray(protocols) || protocols.length === 0) {
    invalid({
      code: 'PROTOCOLS_EMPTY',
      what: 'protocols is empty: a gateway does not guess what to speak',
      got: protocols ?? 'undefined',
      allowed,
      instead,
    });
  }
  const stranger = protocols.findIndex((vpn) => !isVpn(vpn));
  if (stranger >= 0) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: `protocols holds what is not a protocol of ${module}`,
      got: protocols[stranger] ?? 'undefined',
      allowed,
      instead,
    });
  }
  const written = protocols.map(({ writtenAs }) => writtenAs);
  const twice = written.find((name, index) => written.indexOf(name) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'PROTOCOLS_DUPLICATE',
      what: `${twice} stands in protocols twice`,
      got: written,
      allowed,
      instead,
    });
  }
  return protocols;
}

/**
 * Checks that PPTP's broken cryptography was accepted in writing.
 *
 * @throws InvalidInputError `INSECURE_WITHOUT_REASON`
 */
export function checkedInsecure(insecure: unknown, className: string): Insecure {
  if (!(insecure instanceof Insecure)) {
    invalid({
      code: 'INSECURE_WITHOUT_REASON',
      what: `${className} speaks PPTP, whose cryptography is broken, without a written reason`,
      got: insecure,
      allowed: 'Insecure.because(reason)',
      instead: "insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')",
    });
  }
  return insecure;
}

/**
 * Checks that no client comes over IPv6: the machine has an IPv4 address alone.
 *
 * @throws InvalidInputError `CLIENTS_IPV6_FOR_MACHINE`
 */
export function refuseIpv6(clients: Clients, className: string): void {
  const ipv6 = clients.ranges.find(({ version }) => version === 6);
  if (ipv6 !== undefined) {
    invalid({
      code: 'CLIENTS_IPV6_FOR_MACHINE',
      what: `${className} was given IPv6 clients, and its machine has an IPv4 address alone`,
      got: ipv6.cidr,
      allowed: 'IPv4 ranges',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
}
