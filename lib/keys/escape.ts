// One function for each language that profiles are written in. What they are given holds no line break: names and
// passwords are printable ASCII.

/** A string in PowerShell's single quotes, in which nothing is special but the quote itself. */
export function powerShell(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Text of an XML element. */
export function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A word in double quotes for pppd's files and for swanctl.conf, which escape alike. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A string of RouterOS, in which a dollar begins a variable and a question mark asks for help at the console. */
export function routerOs(text: string): string {
  return `"${text.replace(/["\\$?]/g, '\\$&')}"`;
}

/** A value of a key file of GLib's, which drops white space at the ends. */
export function keyFile(text: string): string {
  return text.replaceAll('\\', '\\\\').replace(/^ +| +$/g, (spaces) => '\\s'.repeat(spaces.length));
}
