import type { EncapsulationOverhead } from './vpn-protocol';

/** The bytes that one form of a protocol adds to a packet, at most. */
export function mostAdded({ parts }: EncapsulationOverhead): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
