/**
 * Python for the machine without its comments: they are for those who read the source, and EC2's user data has no room for
 * them. A comment is what follows ` # ` or a tab and `# `; no text of a program may hold that.
 */
export function withoutComments(python: string): string {
  return python.replace(/^\t*# .*\n/gm, '').replace(/[ \t]+# .*$/gm, '');
}
