import { randomInt } from 'node:crypto';

/** Letters and digits that nobody mistakes for one another, and that no file format treats as special. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A password of 24 random letters and digits: 139 bits. */
export function randomPassword(): string {
  return Array.from({ length: 24 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
