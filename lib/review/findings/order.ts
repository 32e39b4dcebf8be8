import { ruleText, trafficText } from '../evaluate';
import {
  type AddressSet,
  addressSet,
  difference,
  isUnknown,
  type PortRange,
  type Rule,
  type RuleDirection,
  type RuleSet,
} from '../model';
import { aboutRule, type Context, type FindingKind, isWritten, type Topic } from './finding';

const OVERLAP: FindingKind = {
  id: 'priorities-overlap',
  severity: 'error',
  title: 'Two rules of one direction have the same number',
  help: 'Clouds that decide by number refuse the second rule at deployment, or one of the two takes the place of the other.',
};

const SHADOWED: FindingKind = {
  id: 'rule-shadowed',
  severity: 'warning',
  title: 'A rule never decides, since earlier ones decide about all of its packets',
  help: 'Where the first rule that fits decides, a rule behind broader ones is without effect. Where they do the opposite of it, somebody meant something else.',
};

/** Rules that decide by number. */
export const order: Topic = {
  kinds: [OVERLAP, SHADOWED],
  estate: (context) => {
    for (const set of context.estate.all('rule-set')) {
      if (set.semantics.decides === 'any-allow') {
        continue;
      }
      for (const direction of ['in', 'out'] as const) {
        const rules = context.world.rulesOf(set, direction);
        if (set.semantics.decides === 'first-match') {
          overlaps(rules, set, context);
        }
        shadowed(rules, set, direction, context);
      }
    }
  },
};

function overlaps(rules: readonly Rule[], set: RuleSet, { report }: Context): void {
  rules.forEach((rule, index) => {
    const before = rules[index - 1];
    // A rule of a policy that names several protocols is several rules here.
    const isOne = before?.origin === rule.origin;
    if (before !== undefined && !isOne && !isUnknown(rule.order) && rule.order === before.order) {
      report(
        aboutRule(rule, set, {
          kind: OVERLAP,
          message: `${set.label} has two ${rule.direction === 'in' ? 'inbound' : 'outbound'} rules with number ${rule.order}: ${ruleText(before)} and ${ruleText(rule)}.`,
          fix: 'a number of its own for each',
        }),
      );
    }
  });
}

/**
 * A rule is shadowed where earlier rules that fit all of its protocol and ports leave none of its addresses. Rules that share
 * its ports only in part are left out: what is reported is certain.
 */
function shadowed(rules: readonly Rule[], set: RuleSet, direction: RuleDirection, { world, report }: Context): void {
  const sure = rules.filter((rule) => isSure(rule));
  sure.forEach((rule, index) => {
    if (!isWritten(rule, set)) {
      return;
    }
    const covering = sure.slice(0, index).filter((earlier) => isWithin(rule, earlier));
    if (covering.length === 0) {
      return;
    }
    const left = ([4, 6] as const).flatMap((version): AddressSet => {
      const own = world.addressesOf(rule, version).certain;
      const taken = addressSet(covering.flatMap((earlier) => world.addressesOf(earlier, version).certain));
      return difference(own, taken);
    });
    if (left.length > 0) {
      return;
    }
    const opposite = covering.find(({ action }) => action !== rule.action);
    const [first = rule] = opposite === undefined ? covering : [opposite];
    report(
      aboutRule(rule, set, {
        kind: SHADOWED,
        severity: opposite === undefined ? 'note' : 'warning',
        message: `${ruleText(rule)} of ${set.label} never ${rule.action === 'allow' ? 'allows' : 'denies'} anything: ${ruleText(first)} ${first.action === 'allow' ? 'allows' : 'denies'} it before.`,
        fix: `a number before ${typeof first.order === 'number' ? first.order : 'it'} for ${trafficText(rule)} ${direction === 'in' ? 'from' : 'to'} these addresses, or no such rule`,
      }),
    );
  });
}

function isSure(rule: Rule): boolean {
  return (
    rule.condition === undefined &&
    rule.sourcePorts === undefined &&
    typeof rule.order === 'number' &&
    (rule.protocol === 'any' || typeof rule.protocol === 'number') &&
    !isUnknown(rule.ports) &&
    (rule.peers === 'any' || rule.peers.every((peer) => 'version' in peer))
  );
}

/** Whether an earlier rule is for everything at the near end, or for the same as a later one. */
function isSame(earlier: Rule['local'], later: Rule['local']): boolean {
  return earlier === undefined || textOf(earlier) === textOf(later);
}

/** JSON knows no numbers as large as addresses of IPv6. */
function textOf(peers: Rule['local']): string | undefined {
  return JSON.stringify(peers, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Whether each packet that a rule fits by protocol and port fits the other too. */
function isWithin(rule: Rule, other: Rule): boolean {
  if (other.protocol !== 'any' && other.protocol !== rule.protocol) {
    return false;
  }
  if (!isSame(other.targets, rule.targets) || !isSame(other.local, rule.local)) {
    return false;
  }
  if (other.ports === 'any') {
    return true;
  }
  if (rule.ports === 'any') {
    return false;
  }
  const [mine, theirs] = [rule.ports as readonly PortRange[], other.ports as readonly PortRange[]];
  return mine.every(({ from, to }) => theirs.some((range) => range.from <= from && to <= range.to));
}
