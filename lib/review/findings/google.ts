import { protocolName } from '../evaluate';
import { isUnknown } from '../model';
import { aboutRule, type FindingKind, type Topic } from './finding';

const PORTS: FindingKind = {
  id: 'ports-on-portless-protocol',
  severity: 'error',
  title: 'A rule has ports for a protocol that has none',
  help: 'Ports go with tcp, udp and sctp only. A rule with ports for another protocol is refused at deployment.',
};

/** Protocols that Google takes ports for. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132]);

/** What Google Cloud alone gets wrong. */
export const google: Topic = {
  kinds: [PORTS],
  rule: (rule, set, { report, world }) => {
    const { protocol, ports } = rule;
    const isPortless = protocol === 'any' || (typeof protocol === 'number' && !WITH_PORTS.has(protocol));
    if (set.cloud !== 'google' || !isPortless || ports === 'any' || isUnknown(ports)) {
      return;
    }
    const name = protocol === 'any' ? 'every protocol' : protocolName(protocol);
    report(
      aboutRule(rule, set, {
        kind: PORTS,
        message: `${set.label} has a rule for ${name} with ports, and such a rule is refused.`,
        fix: protocol === 'any' ? 'tcp and udp with the ports' : `protocol "${protocol}" without ports`,
        evidence: world.element(set.element)?.notes.find(({ topic }) => topic === 'Spelling')?.evidence ?? [],
      }),
    );
  },
};
