import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';

/** The path that a construct is about to get, for names and for errors that are thrown before it exists. */
export function pathBelow(scope: IConstruct, id: string): string {
  return [scope.node.path, id].filter((part) => part !== '').join('/');
}

/** What a kind of name may be. */
export interface NameRule {
  readonly longest: number;
  /** Whether underscores and full stops may stand in it, beside letters, digits and hyphens. */
  readonly takesMarks: boolean;
}

/**
 * A name made from the path of a construct: `azure/Vpn/ManagedIkev2` gives `azure-Vpn-ManagedIkev2`. Where that is too
 * long, or an id holds a hyphen or what the rule does not take, it ends with a hash of the path: two paths share no name.
 * It begins with a letter or a digit.
 */
export function nameFromPath(path: string, suffix: string, { longest, takesMarks }: NameRule): string {
  const joined = path.split('/').join('-');
  const id = takesMarks ? /^[\w.]+$/ : /^[A-Za-z0-9]+$/;
  const plain = path.split('/').every((one) => id.test(one)) && /^[A-Za-z0-9](?:[\w.-]*\w)?$/.test(joined);
  if (plain && joined.length + suffix.length <= longest) {
    return `${joined}${suffix}`;
  }
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const readable = joined.replace(takesMarks ? /[^\w.-]+/g : /[^A-Za-z0-9-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const kept = readable.slice(0, longest - suffix.length - hash.length - 1).replace(/[.-]+$/, '');
  return `${kept === '' ? 'vpn' : kept}-${hash}${suffix}`;
}
