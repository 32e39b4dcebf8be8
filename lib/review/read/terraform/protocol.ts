import { type RuleProtocol, Unknown } from '../../model';
import { textOf } from './resource';

/** The protocol of a rule whose API takes names of its own and numbers: AWS and Google Cloud. Azure takes no number. */
export function protocolOf(written: unknown, names: Readonly<Record<string, number | 'any'>>): RuleProtocol {
  const text = textOf(written);
  if (text === undefined || text instanceof Unknown) {
    return text ?? new Unknown('the rule names no protocol');
  }
  const key = text.toLowerCase();
  const known = Object.hasOwn(names, key) ? names[key] : undefined;
  return known ?? (/^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : { name: text });
}
