import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEASURED, MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseTranslatedEsp, sources } from './appliance';
import { clamped, isAlone, linuxFlows } from './linux';
import { numbered, type Rule, SCRIPTING, script } from './vyatta';
import { tcpdumpCheck } from './wire';

const FIREWALL: Evidence = {
  kind: 'vendor',
  title: 'VyOS documentation: IPv4 firewall configuration',
  source: 'https://docs.vyos.io/en/latest/configuration/firewall/ipv4.html',
  read: '2026-11',
  certainty: 'high',
};
const CONNTRACK: Evidence = {
  kind: 'vendor',
  title: 'VyOS documentation: conntrack, and the helper that vyos-1x makes of its module pptp',
  source: 'https://docs.vyos.io/en/latest/configuration/system/conntrack.html',
  read: '2026-11',
  certainty: 'high',
};
const NAT44: Evidence = {
  kind: 'vendor',
  title: 'VyOS documentation: NAT44, 1-to-1 NAT for protocols without ports such as GRE',
  source: 'https://docs.vyos.io/en/latest/configuration/nat/nat44.html',
  read: '2026-11',
  certainty: 'high',
};
const SYNTAX: Evidence = {
  kind: 'vendor',
  title: 'vyos-1x: definitions of the firewall commands, and the nftables rules made of them',
  source: 'https://github.com/vyos/vyos-1x/tree/current/interface-definitions/include/firewall',
  read: '2026-11',
  certainty: 'high',
};

/** A rule set of its own, and low numbers in those of everybody that lead to it. */
export const VYOS: EdgeProduct = {
  id: 'vyos',
  name: 'VyOS',
  version: 'VyOS 1.5 (1.4 takes all but the size of segments, and L2TP on the gateway itself)',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader', 'gateway-host': 'reader' },
  versions: [4],
  render: (job) => {
    refuseTranslatedEsp(VYOS, job);
    return [configuration(job), removal(job), check(job)];
  },
};

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return script('configuration', `${plan.name}.vbash`, [
    {
      text: takenBack(job),
      why:
        'Takes away what an earlier run put in, so that the script can be run again. Rules of your own with these numbers ' +
        'would go: give them others first ("show firewall", "show nat source rules", "show nat destination rules").',
      evidence: [MEMORY],
    },
    ...(plan.hasGre ? [helper()] : []),
    groups(job),
    rules(job),
    ...(site.role === 'before-gateway' ? [translation(job)] : []),
    ...segments(job),
    hooks(job),
  ]);
}

function helper(): EdgeBlock {
  return {
    text: 'set system conntrack modules pptp',
    why:
      'The helper follows control connections on TCP 1723, translates the numbers of calls, and expects their GRE. It is on ' +
      'in a new installation; masquerading passes not one call without it.',
    evidence: [CONNTRACK, MEASURED],
  };
}

function groups({ plan, site }: EdgeJob): EdgeBlock {
  const group = (name: string, ranges: readonly { readonly cidr: string }[]) =>
    ranges.map(({ cidr }) => `set firewall group network-group ${plan.name}-${name} network ${cidr}`);
  return {
    text: [...group('clients', sources({ plan, site })), ...group('management', site.management)].join('\n'),
    why: 'From where clients come. A range more is a line more here, and no new rule.',
    evidence: [FIREWALL],
  };
}

function matcher(flow: Flow, side: 'source' | 'destination'): Rule {
  const names: Partial<Record<number, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' };
  return [
    `protocol ${names[flow.protocol] ?? flow.protocol}`,
    ...(flow.port === undefined ? [] : [`${side} port ${flow.port}`]),
  ];
}

const ANSWERS: Rule = ['state established', 'state related'];

function rules(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const gateway = site.innerAddress;
  const to = [`source group network-group ${plan.name}-clients`, `destination address ${gateway}`];
  const back = [`source address ${gateway}`, `destination group network-group ${plan.name}-clients`];
  const accept = (what: string): Rule => ['action accept', `description '${plan.name}: ${what}'`];
  const permits = plan.flows.flatMap((flow): Rule[] => {
    const ofCall = flow.protocol === IpProtocol.GRE ? [...ANSWERS, 'conntrack-helper pptp'] : [];
    return [
      [...accept(`${flow.label} of clients`), ...matcher(flow, 'destination'), ...to, ...ofCall],
      [
        ...accept(`${flow.label} to clients`),
        ...matcher(flow, 'source'),
        ...back,
        ...(ofCall.length > 0 ? ofCall : ANSWERS),
      ],
    ];
  });
  const administration: Rule[] =
    site.management.length === 0
      ? []
      : [
          [
            ...accept('administration'),
            'protocol tcp',
            'destination port 22',
            `source group network-group ${plan.name}-management`,
            `destination address ${gateway}`,
          ],
        ];
  const hasL2tp = site.role === 'gateway-host' && linuxFlows(plan).l2tp;
  const l2tp: Rule[] = hasL2tp
    ? [
        [
          ...accept('L2TP out of IPsec'),
          'protocol udp',
          'destination port 1701',
          `destination address ${gateway}`,
          'ipsec match-ipsec-in',
        ],
      ]
    : [];
  const drop = (what: string): Rule => [
    'action drop',
    `description '${plan.name}: ${what}'`,
    `destination address ${gateway}`,
  ];
  const denials: Rule[] = isAlone(site)
    ? [[...accept('answers to the gateway'), `destination address ${gateway}`, ...ANSWERS], drop('nothing else')]
    : plan.flows.map((flow) => [...drop(`${flow.label} of nobody else`), ...matcher(flow, 'destination')]);
  const path = `firewall ipv4 name ${plan.name}`;
  return {
    text: [
      `set ${path} default-action return`,
      numbered(path, [...permits, ...administration, ...l2tp, ...denials], 10, 10),
    ].join('\n'),
    why:
      `${
        plan.hasGre
          ? 'GRE passes only as a part of a call that the helper saw being made, whichever end sends first; plain GRE, and GRE of ' +
            'addresses without a call, do not match. A call that is up when the table of connections is flushed must be ' +
            'dialled again. '
          : ''
      }${
        isAlone(site)
          ? 'The gateway has its address for itself: what it asked for comes back to it, and nobody else reaches it.'
          : 'The same flows of everybody else are dropped before a wider rule could let them through.'
      }${hasL2tp ? ' L2TP is taken only as it comes out of IPsec.' : ''}` +
      ' Everything else returns to the rules that are there.',
    evidence: [FIREWALL, SYNTAX, ...(plan.hasGre ? [MEASURED] : [])],
  };
}

/** The rules of NAT, by direction. */
function natRules({ plan, site }: EdgeJob): {
  readonly destination: readonly Rule[];
  readonly source: readonly Rule[];
} {
  if (site.role !== 'before-gateway') {
    return { destination: [], source: [] };
  }
  const outer = plan.gateway;
  const inner = site.innerAddress;
  const description = `description '${plan.name}: publishes the gateway'`;
  const inwards: Rule = [description, `destination address ${outer}`, `translation address ${inner}`];
  const outwards: Rule = [description, `source address ${inner}`, `translation address ${outer}`];
  if (isAlone(site)) {
    return { destination: [[...inwards, 'protocol all']], source: [[...outwards, 'protocol all']] };
  }
  return {
    destination: plan.flows.map((flow) => [...inwards, ...matcher(flow, 'destination')]),
    source: plan.hasGre ? [[...outwards, 'protocol gre']] : [],
  };
}

function translation(job: EdgeJob): EdgeBlock {
  const { destination, source } = natRules(job);
  return {
    text: [numbered('nat destination', destination, 1, 1), numbered('nat source', source, 1, 1)]
      .filter(Boolean)
      .join('\n'),
    why: isAlone(job.site)
      ? 'The whole outer address belongs to the gateway, both ways: the router answers on it no longer, so have another one ' +
        'for its administration. The numbers stand before a masquerading, which would hide the gateway behind another address.'
      : 'What the plan lets through goes to the gateway, GRE as a protocol and not as a port. GRE that the gateway sends ' +
        'first must leave with the address that the client dialled.',
    evidence: [NAT44, MEASURED],
  };
}

/** The chains that everybody's rules are in. */
function chains({ site }: EdgeJob): readonly [string, string] {
  return site.role === 'gateway-host' ? ['input', 'output'] : ['forward', 'forward'];
}

function clamps(job: EdgeJob): Rule[] {
  const { plan } = job;
  return clamped(job).flatMap(({ cidr }) =>
    (['source', 'destination'] as const).map((side) => [
      'action continue',
      `description '${plan.name}: segments'`,
      'protocol tcp',
      'tcp flags syn',
      `tcp mss ${plan.mss + 1}-16384`,
      `${side} address ${cidr}`,
      `set tcp-mss ${plan.mss}`,
    ]),
  );
}

const FORWARD = 'firewall ipv4 forward filter';

function segments(job: EdgeJob): EdgeBlock[] {
  const list = clamps(job);
  return list.length === 0
    ? []
    : [
        {
          text: numbered(FORWARD, list, 1, 1),
          why:
            'TCP inside the tunnel agrees on segments that fit into it, in both directions; smaller ones stay as they are. ' +
            'The rules decide nothing, and go on to the next.',
          evidence: [FIREWALL, SYNTAX],
        },
      ];
}

function jumps(job: EdgeJob): { readonly path: string; readonly number: number; readonly rule: Rule }[] {
  const { plan, site } = job;
  const jump = (match: string): Rule => [
    'action jump',
    `jump-target ${plan.name}`,
    `description '${plan.name}: jump'`,
    `${match} address ${site.innerAddress}`,
  ];
  const [towards, back] = chains(job);
  const after = clamps(job).length;
  return [
    { path: `firewall ipv4 ${towards} filter`, number: after + 1, rule: jump('destination') },
    { path: `firewall ipv4 ${back} filter`, number: after + 2, rule: jump('source') },
  ];
}

function hooks(job: EdgeJob): EdgeBlock {
  return {
    text: jumps(job)
      .map(({ path, number, rule }) => numbered(path, [rule], number, 1))
      .join('\n'),
    why: 'Only packets from and to the gateway are looked at, and before the rules that are there: the first match decides.',
    evidence: [FIREWALL],
  };
}

function takenBack(job: EdgeJob): string {
  const { plan } = job;
  const { destination, source } = natRules(job);
  const numbers = (path: string, list: readonly Rule[]) => list.map((_, index) => `delete ${path} rule ${index + 1}`);
  return [
    ...numbers(FORWARD, clamps(job)),
    ...jumps(job).map(({ path, number }) => `delete ${path} rule ${number}`),
    `delete firewall ipv4 name ${plan.name}`,
    `delete firewall group network-group ${plan.name}-clients`,
    ...(job.site.management.length > 0 ? [`delete firewall group network-group ${plan.name}-management`] : []),
    ...numbers('nat destination', destination),
    ...numbers('nat source', source),
  ].join('\n');
}

function removal(job: EdgeJob): EdgeDraft {
  return script('removal', `${job.plan.name}-remove.vbash`, [
    {
      text: takenBack(job),
      why: job.plan.hasGre
        ? 'What was added, by its names and numbers. The helper stays on, as VyOS is delivered; calls of others may need it.'
        : 'What was added, by its names and numbers.',
      evidence: [FIREWALL],
    },
  ]);
}

function check(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const blocks: EdgeBlock[] = [
    {
      text: `/opt/vyatta/bin/vyatta-op-cmd-wrapper show firewall ipv4 name ${plan.name}`,
      why: 'Dial, and look again: the counters of the accepting rules must grow.',
      evidence: [SCRIPTING],
    },
    { ...tcpdumpCheck(job, 'any'), text: `sudo ${tcpdumpCheck(job, 'any').text}` },
  ];
  if (plan.hasGre) {
    blocks.push({
      text: 'sudo conntrack -L -p gre',
      why: 'During a call: one entry with both directions. Two entries that say [UNREPLIED] are a call that nobody helps.',
      evidence: [MEASURED],
    });
  }
  return { purpose: 'check', name: `${plan.name}-check.vbash`, comments: HASH, firstLine: '#!/bin/vbash', blocks };
}
