import { Names, Reference, Tokenization } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { isToken } from './token';

/**
 * A name for construct ids of an address or an id that may be a token: the text itself, or the construct that the token
 * refers to. The text of a token depends on how many were made before it and cannot name anything.
 *
 * @param source the construct that the text was read from, where there is one
 * @returns `undefined` for a token that refers to no construct
 */
export function stableName(text: string, source?: unknown): string | undefined {
  if (!isToken(text)) {
    return text.replace('/', '_');
  }
  const reference = referenceIn(text);
  if (reference !== undefined) {
    return `${Names.nodeUniqueId(reference.target.node)}.${reference.displayName}`;
  }
  return Construct.isConstruct(source) ? Names.nodeUniqueId(source.node) : undefined;
}

/** The same for people: the text itself, or the path of the construct. */
export function spokenName(text: string, source?: unknown): string | undefined {
  if (!isToken(text)) {
    return text;
  }
  const construct = referenceIn(text)?.target ?? source;
  return Construct.isConstruct(construct) ? construct.node.path.replace(/\/Resource$/, '') : undefined;
}

/** The reference to a construct that a token is. */
export function referenceIn(text: string): Reference | undefined {
  const reversed = Tokenization.reverse(text);
  return Reference.isReference(reversed) ? reversed : undefined;
}
