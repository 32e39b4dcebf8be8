import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEASURED, MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { isEverywhere, refuseTranslatedEsp, sources } from './appliance';
import { clamped, isAlone, linuxFlows } from './linux';
import { numbered, type Rule, script } from './vyatta';
import { tcpdumpCheck } from './wire';

const RULE_SETS: Evidence = {
  kind: 'field-report',
  title: 'EdgeRouter configuration with PPTP: rule sets WAN_IN and WAN_LOCAL, TCP 1723 and protocol gre',
  source: 'https://gist.github.com/hurrellit/6b71408c91841162a2aad97f585f907b',
  read: '2026-11',
  certainty: 'medium',
};

/** What EdgeOS numbers translations of the source from. */
const SOURCE_NAT = 5000;

/** Numbers before those of its wizards, in the rule sets that its wizards make. */
export const EDGEOS: EdgeProduct = {
  id: 'edgeos',
  name: 'Ubiquiti EdgeOS',
  version: 'EdgeOS 1.10 and 2.0, with the rule sets WAN_IN, WAN_LOCAL and LAN_IN of its wizards',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader', 'gateway-host': 'reader' },
  interfaces: {
    pattern: /^eth[0-9]{1,2}$/,
    allowed: 'an Ethernet interface: eth0 to eth99',
    usual: { inside: 'eth1', outside: 'eth0' },
    named: {
      'before-clients': [],
      routed: ['inside'],
      'before-gateway': ['inside', 'outside'],
      'gateway-host': ['inside'],
    },
  },
  versions: [4],
  render: (job) => {
    refuseTranslatedEsp(EDGEOS, job);
    return [configuration(job), removal(job), check(job)];
  },
};

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return script('configuration', `${plan.name}.vbash`, [
    {
      text: takenBack(job).join('\n'),
      why:
        'Takes away what an earlier run put in, so that the script can be run again. Rules of your own with these numbers ' +
        'would go: give them others first. The wizards number from 10.',
      evidence: [MEMORY],
    },
    ...(usesHelper(job) ? [helper()] : []),
    ...groups(job),
    ...(site.role === 'before-gateway' ? [translation(job)] : []),
    ...segments(job),
    ...rules(job),
  ]);
}

function usesHelper({ plan, site }: EdgeJob): boolean {
  return plan.hasGre && site.role === 'before-clients';
}

function helper(): EdgeBlock {
  return {
    text: 'delete system conntrack modules pptp disable\ndelete system conntrack modules gre disable',
    why:
      'The helpers are on unless somebody switched them off ("Nothing to delete" says so). Masquerading passes not one call ' +
      'without them.',
    evidence: [MEMORY],
  };
}

function groups(job: EdgeJob): EdgeBlock[] {
  const { plan, site } = job;
  const group = (name: string, ranges: readonly { readonly cidr: string }[]) =>
    ranges.map(({ cidr }) => `set firewall group network-group ${plan.name}-${name} network ${cidr}`);
  const lines = [...(isEverywhere(job) ? [] : group('clients', sources(job))), ...group('management', site.management)];
  return lines.length === 0
    ? []
    : [
        {
          text: lines.join('\n'),
          why: 'From where clients come. A range more is a line more here, and no new rule.',
          evidence: [MEMORY],
        },
      ];
}

const NAMES: Partial<Record<number, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' };

/** Flows of one protocol, whose ports are one rule: there are few numbers before those of the wizards. */
function byProtocol(
  flows: readonly Flow[],
): { readonly words: (side: 'source' | 'destination') => Rule; readonly protocol: number }[] {
  return [...new Set(flows.map(({ protocol }) => protocol))].map((protocol) => {
    const ports = flows.flatMap((flow) => (flow.protocol === protocol && flow.port !== undefined ? [flow.port] : []));
    return {
      protocol,
      words: (side) => [
        `protocol ${NAMES[protocol] ?? protocol}`,
        ...(ports.length === 0 ? [] : [`${side} port ${ports.join(',')}`]),
      ],
    };
  });
}

const ANSWERS: Rule = ['state established enable', 'state related enable'];

/** The rule sets, what is put into each, and why. */
function ruleSets(job: EdgeJob): { readonly name: string; readonly list: readonly Rule[]; readonly why: string }[] {
  const { plan, site } = job;
  const gateway = site.innerAddress;
  // A group holds no network of every address.
  const clients = (side: string) => (isEverywhere(job) ? [] : [`${side} group network-group ${plan.name}-clients`]);
  const to = [...clients('source'), `destination address ${gateway}`];
  const back = [`source address ${gateway}`, ...clients('destination')];
  const rule = (action: 'accept' | 'drop', what: string, ...words: readonly string[]): Rule => [
    `action ${action}`,
    `description '${plan.name}: ${what}'`,
    ...words,
  ];
  const flows = byProtocol(plan.flows);
  const permits = flows.map(({ protocol, words }) =>
    rule(
      'accept',
      'clients',
      ...words('destination'),
      ...to,
      ...(protocol === IpProtocol.GRE && usesHelper(job) ? ANSWERS : []),
    ),
  );
  const answers = rule('accept', 'answers to clients', 'protocol all', ...back, ...ANSWERS);
  const gre = plan.hasGre && !usesHelper(job) ? [rule('accept', 'GRE to clients', 'protocol gre', ...back)] : [];
  const denials = isAlone(site)
    ? [
        rule('accept', 'answers to the gateway', 'protocol all', `destination address ${gateway}`, ...ANSWERS),
        rule('drop', 'nothing else', 'protocol all', `destination address ${gateway}`),
      ]
    : flows.map(({ words }) => rule('drop', 'nobody else', ...words('destination'), `destination address ${gateway}`));
  if (site.role === 'before-clients') {
    return [
      {
        name: 'LAN_IN',
        list: [...permits, ...denials],
        why:
          'Rules for what comes from the clients. Where no rule set stands on their interface, everything passes, and this one ' +
          'decides nothing until it is bound to it: give it "default-action accept" first.' +
          (plan.hasGre ? ' GRE passes as a part of a call that the helper saw being made, and not otherwise.' : ''),
      },
      {
        name: 'WAN_IN',
        list: [answers],
        why: plan.hasGre
          ? 'What answers the clients, and GRE of their calls even if the gateway sends it first: that is what "related" stands for.'
          : 'What answers the clients.',
      },
    ];
  }
  const administration =
    site.management.length === 0
      ? []
      : [
          rule(
            'accept',
            'administration',
            'protocol tcp',
            'destination port 22',
            `source group network-group ${plan.name}-management`,
            `destination address ${gateway}`,
          ),
        ];
  const l2tp = linuxFlows(plan).l2tp
    ? [
        rule(
          'accept',
          'L2TP out of IPsec',
          'protocol udp',
          'destination port 1701',
          `destination address ${gateway}`,
          'ipsec match-ipsec',
        ),
      ]
    : [];
  const greWords = plan.hasGre
    ? ' GRE of the allowed addresses is let in without waiting to be "established", which it never becomes. Calls are not told apart, and plain GRE of the same addresses passes too.'
    : '';
  if (site.role === 'gateway-host') {
    return [
      {
        name: 'WAN_LOCAL',
        list: [...permits, ...administration, ...l2tp, ...denials],
        why: `What comes from outside to the router itself. Nobody filters what it sends.${greWords}`,
      },
    ];
  }
  return [
    {
      name: 'WAN_IN',
      list: [...permits, ...denials],
      why: `What comes from outside to the gateway, before the rules of the wizards.${greWords}`,
    },
    {
      name: 'LAN_IN',
      list: [answers, ...gre],
      why:
        'What the gateway sends to clients. Where no rule set stands on its interface, everything passes, and this one ' +
        'decides nothing.',
    },
  ];
}

function rules(job: EdgeJob): EdgeBlock[] {
  return ruleSets(job).map(({ name, list, why }) => ({
    text: numbered(`firewall name ${name}`, list, 1, 1),
    why,
    evidence: job.plan.hasGre ? [RULE_SETS, MEASURED] : [RULE_SETS],
  }));
}

function natRules({ plan, site }: EdgeJob): { readonly number: number; readonly rule: Rule }[] {
  if (site.role !== 'before-gateway') {
    return [];
  }
  const outer = plan.gateway;
  const inner = site.innerAddress;
  const description = `description '${plan.name}: publishes the gateway'`;
  const inwards = (words: Rule): Rule => [
    description,
    'type destination',
    `inbound-interface ${site.outside}`,
    ...words,
    `destination address ${outer}`,
    `inside-address address ${inner}`,
  ];
  const outwards = (protocol: string): Rule => [
    description,
    'type source',
    `outbound-interface ${site.outside}`,
    `protocol ${protocol}`,
    `source address ${inner}`,
    `outside-address address ${outer}`,
  ];
  const list = isAlone(site)
    ? [inwards(['protocol all'])]
    : byProtocol(plan.flows).map(({ words }) => inwards(words('destination')));
  const source = isAlone(site) ? [outwards('all')] : plan.hasGre ? [outwards('gre')] : [];
  return [
    ...list.map((rule, index) => ({ number: index + 1, rule })),
    ...source.map((rule, index) => ({ number: SOURCE_NAT + index, rule })),
  ];
}

function translation(job: EdgeJob): EdgeBlock {
  return {
    text: natRules(job)
      .map(({ number, rule }) => numbered('service nat', [rule], number, 1))
      .join('\n'),
    why: isAlone(job.site)
      ? 'The whole outer address belongs to the gateway, both ways: the router answers on it no longer, so have another one ' +
        `for its administration. Number ${SOURCE_NAT} stands before the masquerading of the wizards (5010).`
      : 'What the plan lets through goes to the gateway, GRE as a protocol and not as a port. GRE that the gateway sends ' +
        'first must leave with the address that the client dialled.',
    evidence: [MEMORY],
  };
}

function clamps(job: EdgeJob): Rule[] {
  const { plan } = job;
  return clamped(job).flatMap(({ cidr }) =>
    (['source', 'destination'] as const).map((side) => [
      'action modify',
      `description '${plan.name}: segments'`,
      'protocol tcp',
      'tcp flags SYN',
      `${side} address ${cidr}`,
      `modify tcp-mss ${plan.mss}`,
    ]),
  );
}

function segments(job: EdgeJob): EdgeBlock[] {
  const { plan, site } = job;
  const list = clamps(job);
  return list.length === 0
    ? []
    : [
        {
          text: [
            numbered(`firewall modify ${plan.name}`, list, 1, 1),
            `set interfaces ethernet ${site.inside} firewall in modify ${plan.name}`,
            `set interfaces ethernet ${site.inside} firewall out modify ${plan.name}`,
          ].join('\n'),
          why:
            'TCP inside the tunnel agrees on segments that fit into it, in both directions; smaller ones stay as they are. An ' +
            'interface takes one such rule set each way: where one is bound already (load balancing), add the two rules to it ' +
            'instead.',
          evidence: [MEMORY],
        },
      ];
}

function takenBack(job: EdgeJob): string[] {
  const { plan, site } = job;
  return [
    ...(clamps(job).length > 0
      ? [
          `delete interfaces ethernet ${site.inside} firewall in modify`,
          `delete interfaces ethernet ${site.inside} firewall out modify`,
          // A rule set that is bound when a commit begins is "still in use" until it ends.
          'commit',
          `delete firewall modify ${plan.name}`,
        ]
      : []),
    ...ruleSets(job).flatMap(({ name, list }) =>
      list.map((_, index) => `delete firewall name ${name} rule ${index + 1}`),
    ),
    ...natRules(job).map(({ number }) => `delete service nat rule ${number}`),
    `delete firewall group network-group ${plan.name}-clients`,
    ...(site.management.length > 0 ? [`delete firewall group network-group ${plan.name}-management`] : []),
  ];
}

function removal(job: EdgeJob): EdgeDraft {
  return script('removal', `${job.plan.name}-remove.vbash`, [
    {
      text: takenBack(job).join('\n'),
      why: 'What was added, by its names and numbers. Helpers stay on, as EdgeOS is delivered.',
      evidence: [MEMORY],
    },
  ]);
}

function check(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const blocks: EdgeBlock[] = [
    ...[...new Set(ruleSets(job).map(({ name }) => name))].map((name) => ({
      text: `/opt/vyatta/bin/vyatta-op-cmd-wrapper show firewall name ${name} statistics`,
      why: 'Dial, and look again: the counters of rules 1 and following must grow.',
      evidence: [MEMORY],
    })),
    { ...tcpdumpCheck(job, 'any'), text: `sudo ${tcpdumpCheck(job, 'any').text}` },
  ];
  if (plan.hasGre) {
    blocks.push({
      text: 'sudo conntrack -L -p gre',
      why: usesHelper(job)
        ? 'During a call: one entry with both directions. Two entries that say [UNREPLIED] mean that nobody helps the call: newer kernels load the helper and set it on no connection. Dial through another router then, or give the client an address of its own.'
        : 'During a call: here two entries with one direction each are no fault.',
      evidence: [MEASURED],
    });
  }
  return { purpose: 'check', name: `${plan.name}-check.vbash`, comments: HASH, firstLine: '#!/bin/vbash', blocks };
}
