import type { IConstruct } from 'constructs';

/** The path that a construct is about to get, for names and for errors that are thrown before it exists. */
export function pathBelow(scope: IConstruct, id: string): string {
  return [scope.node.path, id].filter((part) => part !== '').join('/');
}
