/** A range from an address and a mask, as a device takes them: host bits mean nothing. */
export function cidr(address: string, mask: string): string {
  const bits = number(mask).toString(2).padStart(32, '0');
  if (!/^1*0*$/.test(bits)) {
    throw new Error(`${mask} is no mask`);
  }
  const first = (number(address) & number(mask)) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join('.')}/${bits.replace(/0/g, '').length}`;
}

/** The same from a wildcard, whose bits are those that do not matter. */
export function wildcard(address: string, bits: string): string {
  const mask = ~number(bits) >>> 0;
  return cidr(address, [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.'));
}

function number(address: string): number {
  const parts = address.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) {
    throw new Error(`${address} is no address`);
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
