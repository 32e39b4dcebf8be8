import type { Evidence } from '../network/evidence';
import type { ProtocolService, ProtocolSupport, ServerState, SupportNote } from './client-device';

// Words for the tables of devices. Each takes the evidence first, then the notes.

type Because = readonly [Evidence, ...Evidence[]];

export function builtIn(evidence: Because, ...notes: SupportNote[]): ProtocolSupport {
  return { support: 'built-in', notes, evidence };
}

export function packaged(by: string, evidence: Because, ...notes: SupportNote[]): ProtocolSupport {
  return { support: 'package', by, notes, evidence };
}

export function app(by: string, evidence: Because, ...notes: SupportNote[]): ProtocolSupport {
  return { support: 'app', by, notes, evidence };
}

export function none(evidence: Because, ...notes: SupportNote[]): ProtocolSupport {
  return { support: 'none', notes, evidence };
}

export function served(state: ServerState, evidence: Because, ...notes: SupportNote[]): ProtocolService {
  return { state, notes, evidence };
}

export function note(text: string, ...evidence: Because): SupportNote {
  return { text, evidence };
}
