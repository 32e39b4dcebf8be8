import type { Evidence } from '../../network/evidence';
import { MARKDOWN } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { block, clampsSegments, flowsWithPort, isByPorts, isEverywhere, sources } from './appliance';
import { PF_GRE, quietUdp, refuseBehindPf } from './openbsd-pf';
import { numbered, table } from './rule-book';
import { protocolText, STEP_RULES_HEAD, type StepWords, stepRules } from './step-rules';

const document = (title: string, path: string): Evidence => ({
  kind: 'vendor',
  title: `pfSense documentation: ${title}`,
  source: `https://github.com/pfsense/docs/blob/master/source/${path}`,
  read: '2026-11',
  certainty: 'high',
});
const BASICS = document('Firewall Rule Basics', 'firewall/firewall-rule-basics.rst');
const ALIASES = document('Using Aliases to Simplify Firewall Rules', 'firewall/aliases.rst');
const FORWARDING = document('Forwarding Ports with pfSense', 'nat/forwarding-ports-with-pfsense.rst');
const ONE_TO_ONE = document('1:1 NAT', 'nat/1-1-nat.rst');

/** Steps in its interface, and the rules of FreeBSD's pf that they amount to. */
export const PFSENSE: EdgeProduct = {
  id: 'pfsense',
  name: 'pfSense',
  version: 'pfSense 2.4 and later',
  form: 'steps',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: {
    'gateway-host':
      'it has had no PPTP server since version 2.3, and for its other servers its wizards write the rules',
  },
  interfaces: {
    pattern: /^[A-Za-z][A-Za-z0-9_]{0,21}$/,
    allowed: 'the name of an interface, as its tab has it: 1 to 22 letters, digits and underscores, a letter first',
    usual: { inside: 'LAN', outside: 'WAN' },
    named: { 'before-clients': ['inside'] },
  },
  versions: [4],
  render: (job) => {
    refuseBehindPf(PFSENSE, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** Names of aliases take no hyphens. */
function alias({ plan }: EdgeJob, what: string): string {
  return `${plan.name.replace(/-/g, '_')}_${what}`;
}

function wordsOf(job: EdgeJob): StepWords {
  const { role, inside, outside } = job.site;
  const isBehind = role === 'before-clients';
  return {
    clients: alias(job, 'clients'),
    gateway: alias(job, 'gateway'),
    towards: isBehind ? inside : outside,
    // Nothing is refused on its way out, so that only what the gateway sends first needs a rule.
    back: isBehind ? outside : inside,
    pass: 'Pass',
    block: 'Block',
    any: 'any',
  };
}

function draft(purpose: EdgeDraft['purpose'], name: string, blocks: readonly EdgeBlock[]): EdgeDraft {
  return { purpose, name, comments: MARKDOWN, blocks: numbered(blocks) };
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const rows = stepRules(job, wordsOf(job), 'by rules');
  return draft('configuration', `${plan.name}-pfsense.md`, [
    block(
      [
        'Under Firewall, Aliases, IP, add these:',
        '',
        ...table(
          ['Alias', 'Type', 'Members'],
          [
            ...(isEverywhere(job)
              ? []
              : [
                  [
                    alias(job, 'clients'),
                    'Network(s)',
                    sources(job)
                      .map(({ cidr }) => cidr)
                      .join(', '),
                  ],
                ]),
            [alias(job, 'gateway'), 'Host(s)', site.innerAddress],
          ],
        ),
      ],
      'From where clients come, and the address that the gateway has behind any translation: rules see that one.',
      [ALIASES],
    ),
    ...(site.role === 'before-gateway' ? translation(job) : []),
    block(
      [
        'Under Firewall, Rules, on the tab that "Where" names, add these above all others, in this order:',
        '',
        ...table(STEP_RULES_HEAD, rows),
      ],
      `Rules of a tab are read from the top, and the first match decides. A new rule is for TCP until told otherwise.${
        plan.hasGre
          ? ' GRE is a protocol to choose, without a port; either end may send it first. pf tells neither calls apart nor GRE version 1 from plain GRE.'
          : ''
      }${quietUdp(job)}`,
      plan.hasGre ? [BASICS, PF_GRE] : [BASICS],
    ),
    ...(clampsSegments(job)
      ? [
          block(
            [`Under Interfaces, ${site.inside}, set MSS to ${plan.mss + 40}.`],
            'TCP inside the tunnel agrees on segments that fit into it: pfSense takes 40 off. It does so for everything on this interface, since the page knows no narrower word.',
            [MEMORY],
          ),
        ]
      : []),
    block(
      ['Compare with what it amounts to, in the words of pf:', '', '```', ...pfRules(job, rows), '```'],
      'Diagnostics, Command Prompt, "pfctl -sn; pfctl -sr" shows the rules in force; interfaces and aliases stand there in place of these names.',
      [MEMORY],
    ),
  ]);
}

function translation(job: EdgeJob): EdgeBlock[] {
  const { plan, site } = job;
  const { outside, innerAddress: inner } = site;
  if (!isByPorts(job)) {
    return [
      block(
        [
          'Under Firewall, NAT, 1:1, add this:',
          '',
          ...table(['Interface', 'External', 'Internal', 'Destination'], [[outside, plan.gateway, inner, 'any']]),
        ],
        'The whole outer address belongs to the gateway, both ways. It must be a virtual address, not the one that the firewall is administered by.',
        [ONE_TO_ONE],
      ),
    ];
  }
  const clients = isEverywhere(job) ? 'any' : alias(job, 'clients');
  return [
    block(
      [
        'Under Firewall, NAT, Port Forward, add these, with Filter rule association "None" and NAT reflection "Disable":',
        '',
        ...table(
          ['Interface', 'Protocol', 'Source', 'Destination', 'Port', 'Redirect to'],
          plan.flows.map((flow) => [
            outside,
            protocolText(flow),
            clients,
            plan.gateway,
            `${flow.port ?? 'any'}`,
            inner,
          ]),
        ),
      ],
      plan.hasGre
        ? 'TCP 1723 and GRE go to the gateway: GRE is chosen as the protocol, and its field for a port disappears. There is one gateway behind the address, so that nobody need tell its calls apart.'
        : 'The ports of the plan go to the gateway, and no others.',
      [FORWARDING],
    ),
    ...(plan.hasGre
      ? [
          block(
            [
              'Under Firewall, NAT, Outbound, choose "Hybrid", and add this above all others:',
              '',
              ...table(
                ['Interface', 'Protocol', 'Source', 'Destination', 'Translation'],
                [[outside, 'GRE', `${inner}/32`, clients, plan.gateway]],
              ),
            ],
            'GRE that the gateway sends first must leave with the address that the client dialled.',
            [MEMORY],
          ),
        ]
      : []),
  ];
}

/** The same as FreeBSD's pf has it. */
function pfRules(job: EdgeJob, rows: readonly (readonly string[])[]): string[] {
  const { plan, site } = job;
  const out = `$${site.outside}`;
  const table = `<${alias(job, 'clients')}>`;
  const clients = isEverywhere(job) ? 'any' : table;
  const inner = site.innerAddress;
  const end = (text = '') => (text === alias(job, 'clients') ? table : text === alias(job, 'gateway') ? inner : text);
  const ports = flowsWithPort(job);
  const translations =
    site.role !== 'before-gateway'
      ? []
      : !isByPorts(job)
        ? [`binat on ${out} inet from ${inner}/32 to any -> ${plan.gateway}/32`]
        : [
            ...(plan.hasGre ? [`nat on ${out} inet proto gre from ${inner}/32 to ${clients} -> ${plan.gateway}`] : []),
            ...ports.map(
              ({ protocol, port }) =>
                `rdr on ${out} inet proto ${protocol === 6 ? 'tcp' : 'udp'} from ${clients} to ${plan.gateway} port ${port} -> ${inner}`,
            ),
            ...(plan.hasGre ? [`rdr on ${out} inet proto gre from ${clients} to ${plan.gateway} -> ${inner}`] : []),
          ];
  return [
    ...translations,
    ...rows.map(([, where, action, protocol = '', source, destination, port]) =>
      [
        action === 'Pass' ? 'pass' : 'block drop',
        `in quick on $${where} inet`,
        ...(protocol === 'any' ? [] : [`proto ${protocol.toLowerCase()}`]),
        `from ${end(source)} to ${end(destination)}`,
        ...(port === 'any' ? [] : [`port ${port}`]),
        ...(action === 'Pass' ? ['keep state'] : []),
      ].join(' '),
    ),
  ];
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return draft('removal', `${plan.name}-pfsense-remove.md`, [
    block(
      [`Under Firewall, Rules, delete on every tab the rules whose names begin with "${plan.name}: ".`],
      'Nothing else has these names.',
      [BASICS],
    ),
    ...(site.role === 'before-gateway'
      ? [
          block(
            [
              `Under Firewall, NAT, delete what leads to ${site.innerAddress}, on the tabs Port Forward, 1:1 and Outbound.`,
            ],
            'They name the gateway, and nothing else does.',
            [FORWARDING],
          ),
        ]
      : []),
    ...(clampsSegments(job)
      ? [
          block([`Under Interfaces, ${site.inside}, empty MSS.`], 'It was empty before, unless you had set it.', [
            MEMORY,
          ]),
        ]
      : []),
    block(
      [
        `Under Firewall, Aliases, delete ${isEverywhere(job) ? '' : `${alias(job, 'clients')} and `}${alias(job, 'gateway')}.`,
      ],
      'Last, because pfSense keeps an alias that a rule names.',
      [ALIASES],
    ),
  ]);
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const capture = plan.flows
    .map((flow) => `${protocolText(flow)}${flow.port === undefined ? '' : ` ${flow.port}`}`)
    .join(', ');
  return draft('check', `${plan.name}-pfsense-check.md`, [
    block(
      [
        `Under Diagnostics, Packet Capture, capture host ${site.innerAddress} on both interfaces (${capture}), and connect.`,
      ],
      plan.hasGre
        ? 'TCP 1723 must be answered, and then GREv1 must be seen in both directions, on both interfaces. In one direction only: whoever is silent drops protocol 47, or has a router without a helper. Clients stop at "verifying user name and password", error 619 or 806.'
        : 'Packets must be seen in both directions.',
      [PF_GRE],
    ),
    block(
      ['Under Diagnostics, States, filter by the same address.'],
      plan.hasGre
        ? 'One state of GRE for each client address, MULTIPLE:MULTIPLE. SINGLE on one side: GRE flows in one direction only.'
        : 'A state for each client, with packets both ways.',
      [MEMORY],
    ),
  ]);
}
