/** A value in quotation marks, for strongSwan's configuration files. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
