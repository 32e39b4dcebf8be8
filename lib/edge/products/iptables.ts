import type { IpRange } from '../../flows';
import { HASH } from '../comment';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import type { EdgeRole } from '../role';
import { sources } from './appliance';
import { apply, check, type Hook, type RulesFile, removal } from './iptables-scripts';
import {
  CALLER_SECONDS,
  clamped,
  ICMP_ERRORS,
  IPTABLES_EXTENSIONS,
  isAlone,
  LINUX_INTERFACES,
  linuxFlows,
  measured,
  natModule,
  needsNatHelper,
  PPTP_PORT,
  refuseMasqueradedEsp,
} from './linux';

/** GRE version 1 that carries PPP: the low three bits of its flags, and its protocol. */
const PPP = '-p gre -m u32 --u32 "0>>22&0x3C@0&0x7FFFF=0x1880B"';

/** Names of chains are short, so a letter stands for the role: one machine may play two. */
const LETTERS: Readonly<Record<EdgeRole, string>> = {
  'before-clients': 'c',
  routed: 'r',
  'before-gateway': 'g',
  'gateway-host': 'h',
};

/**
 * Chains of its own, for either backend of iptables, hooked in before the rules that are there. iptables has a table of
 * rules for each version of IP: on the gateway itself, the other version is closed by a companion.
 */
export const IPTABLES: EdgeProduct = {
  id: 'iptables',
  name: 'Linux iptables',
  version: 'iptables 1.8.9 (Debian 12) and later, over nf_tables or legacy',
  form: 'configuration',
  roles: { 'before-clients': 'packets', routed: 'packets', 'before-gateway': 'packets', 'gateway-host': 'packets' },
  interfaces: {
    ...LINUX_INTERFACES,
    named: {
      'before-clients': [],
      routed: [],
      'before-gateway': ['outside'],
      'gateway-host': ['outside'],
    },
  },
  versions: [4, 6],
  render: (job) => {
    const { plan, site } = job;
    refuseMasqueradedEsp(IPTABLES, job);
    const prefix = `${plan.name}-${LETTERS[site.role]}`;
    const files = [rulesOf(job, prefix), ...companion(job, prefix)];
    return [
      ...files.map(({ draft }) => draft),
      ...modules(job, prefix),
      apply(job, prefix, files),
      removal(job, prefix, files),
      check(job, prefix),
    ];
  },
};

/** One table's part of a file. */
interface TablePart {
  readonly table: string;
  readonly chains: readonly string[];
  /** Why these chains, and where they are hooked in. */
  readonly why: string;
  readonly hooks: readonly (readonly [from: string, to: string])[];
  readonly blocks: readonly EdgeBlock[];
}

function file(job: EdgeJob, version: 4 | 6, parts: readonly TablePart[], prefix: string): RulesFile {
  const blocks = parts.flatMap(({ table, chains, why, blocks }) => {
    const last = blocks.length - 1;
    return [
      measured([`*${table}`, ...chains.map((chain) => `:${prefix}-${chain} - [0:0]`)].join('\n'), why),
      ...blocks.map((block, index) => (index === last ? { ...block, text: `${block.text}\nCOMMIT` } : block)),
    ];
  });
  return {
    draft: {
      purpose: 'configuration',
      name: `${job.plan.name}-${job.site.role}.rules.v${version}`,
      comments: HASH,
      blocks,
    },
    version,
    hooks: parts.flatMap(({ table, hooks }) => hooks.map(([from, to]): Hook => [table, from, `${prefix}-${to}`])),
    chains: parts.flatMap(({ table, chains }) => chains.map((chain) => [table, `${prefix}-${chain}`] as const)),
  };
}

function rulesOf(job: EdgeJob, prefix: string): RulesFile {
  const { plan, site } = job;
  const add = adder(prefix);
  const parts = [
    ...(needsNatHelper(job) ? [helper(job, add)] : []),
    ...segments(job, add, plan.version),
    ...(site.role === 'before-gateway' ? [translation(job, add)] : []),
    filter(job, add, prefix),
  ];
  return file(job, plan.version, parts, prefix);
}

type Add = (chain: string, ...rules: readonly string[]) => string;

function adder(prefix: string): Add {
  return (chain, ...rules) => rules.map((rule) => `-A ${prefix}-${chain} ${rule}`).join('\n');
}

function helper(job: EdgeJob, add: Add): TablePart {
  const rules = sources(job).map(
    ({ cidr }) => `-s ${cidr} -d ${job.plan.gateway} -p tcp -m tcp --dport ${PPTP_PORT} -j CT --helper pptp`,
  );
  return {
    table: 'raw',
    chains: ['pre'],
    hooks: [['PREROUTING', 'pre']],
    why: 'A chain in raw: a helper is chosen there, before the connection is looked up.',
    blocks: [
      measured(
        add('pre', ...rules),
        'The helper reads the Call IDs from the control connection. Without it the NAT of this router, whose rules stay as ' +
          'they are, passes not even one call; with it, several clients even with equal Call IDs.',
        IPTABLES_EXTENSIONS,
      ),
    ],
  };
}

function segments(job: EdgeJob, add: Add, version: 4 | 6): TablePart[] {
  return (version === 4 ? clamped(job) : []).map(({ cidr }) => {
    const clamp = `-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss ${job.plan.mss}`;
    return {
      table: 'mangle',
      chains: ['mss'],
      hooks: [['FORWARD', 'mss']],
      why: 'A chain in mangle, where packets may be changed.',
      blocks: [
        measured(
          add('mss', `-s ${cidr} ${clamp}`, `-d ${cidr} ${clamp}`),
          'TCP segments that fit into the tunnel, in both directions, and only of those who are in it. A smaller size that ' +
            'somebody asks for stays.',
          IPTABLES_EXTENSIONS,
        ),
      ],
    };
  });
}

function translation({ plan, site }: EdgeJob, add: Add): TablePart {
  const { pptp, tcp, udp, esp } = linuxFlows(plan);
  const outer = `-i ${site.outside} -d ${plan.gateway}`;
  const inner = `-o ${site.outside} -s ${site.innerAddress}`;
  const isWhole = site.publication === 'one-to-one';
  const ports = [...(pptp ? [PPTP_PORT] : []), ...tcp];
  const portless = [...(pptp ? [PPP] : []), ...(esp ? ['-p esp'] : [])];
  const incoming = isWhole
    ? ['']
    : [
        ...ports.map((port) => `-p tcp -m tcp --dport ${port}`),
        ...udp.map((port) => `-p udp -m udp --dport ${port}`),
        ...portless,
      ];
  const outgoing = isWhole ? [''] : [...udp.map((port) => `-p udp -m udp --sport ${port}`), ...portless];
  const rule = (...words: readonly string[]) => words.filter((word) => word !== '').join(' ');
  return {
    table: 'nat',
    chains: ['pre', 'post'],
    hooks: [
      ['PREROUTING', 'pre'],
      ['POSTROUTING', 'post'],
    ],
    why: 'Chains in nat, hooked in before the rules that are there: the first one that translates a flow is the only one.',
    blocks: [
      measured(
        add('pre', ...incoming.map((flow) => rule(outer, flow, `-j DNAT --to-destination ${site.innerAddress}`))),
        isWhole
          ? 'The gateway has the whole address.'
          : `What is sent to the shared address and is meant for the gateway${
              pptp
                ? ': the control connection, and GRE version 1 with PPP; other tunnels of this router stay its own'
                : ''
            }.`,
      ),
      ...(outgoing.length === 0
        ? []
        : [
            measured(
              add('post', ...outgoing.map((flow) => rule(inner, flow, `-j SNAT --to-source ${plan.gateway}`))),
              `What the gateway sends first appears with the address that clients know${
                pptp ? ': without a helper its GRE is a flow of its own, which no rule above would translate' : ''
              }.`,
            ),
          ]),
    ],
  };
}

function filter(job: EdgeJob, add: Add, prefix: string): TablePart {
  const { plan, site } = job;
  const isHost = site.role === 'gateway-host';
  const clients = sources(job).map(({ cidr }) => cidr);
  const [from, to] = site.role === 'before-gateway' ? [`-i ${site.outside} `, `-o ${site.outside} `] : ['', ''];
  const hooks: TablePart['hooks'] = isHost
    ? [
        ['INPUT', 'in'],
        ['OUTPUT', 'out'],
      ]
    : [['FORWARD', 'fwd']];
  return {
    table: 'filter',
    chains: [...hooks.map(([, chain]) => chain), 'to', 'from', 'ok', 'back'],
    hooks,
    why:
      'Chains in filter, hooked in before the rules that are there, which decide about whatever is neither accepted nor ' +
      'dropped here. Loaded over itself, this file empties its own chains and fills them again in one transaction.',
    blocks: [
      measured(
        isHost
          ? `${add('in', `-i ${site.outside} -j ${prefix}-to`)}\n${add('out', `-o ${site.outside} -j ${prefix}-from`)}`
          : add(
              'fwd',
              `${from}-d ${site.innerAddress} -j ${prefix}-to`,
              `${to}-s ${site.innerAddress} -j ${prefix}-from`,
            ),
        isHost
          ? 'What comes in from outside, and no other: tunnels and inner networks are left to the rules that are there.'
          : `Packets to the gateway and from it, and no others.${
              site.role === 'before-gateway' ? ' The address here is the inner one: it has been translated by now.' : ''
            }`,
      ),
      measured(
        [
          add('to', ...clients.map((cidr) => `-s ${cidr} -j ${prefix}-ok`)),
          add('from', ...clients.map((cidr) => `-d ${cidr} -j ${prefix}-back`)),
        ].join('\n'),
        site.role === 'before-clients'
          ? 'The networks that clients are in.'
          : 'Where clients come from. Nobody else gets in.',
      ),
      ...permits(job, add),
      denials(job, add),
      ...(isAlone(site) ? ends(job, add, plan.version) : []),
    ],
  };
}

/** What lets the flows of clients through, in both directions. */
function permits(job: EdgeJob, add: Add): EdgeBlock[] {
  const { plan } = job;
  const { pptp, tcp, udp, esp } = linuxFlows(plan);
  return [
    ...(pptp ? [needsNatHelper(job) ? helped(add) : gate(plan.name, add)] : []),
    ...(tcp.length + udp.length === 0
      ? []
      : [
          measured(
            [
              ...tcp.map((port) => add('ok', `-p tcp -m tcp --dport ${port} -j ACCEPT`)),
              ...udp.map((port) => add('ok', `-p udp -m udp --dport ${port} -j ACCEPT`)),
              ...tcp.map((port) =>
                add('back', `-p tcp -m tcp --sport ${port} -m conntrack --ctstate ESTABLISHED -j ACCEPT`),
              ),
              ...udp.map((port) => add('back', `-p udp -m udp --sport ${port} -j ACCEPT`)),
            ].join('\n'),
            `${plan.protocolNames.filter((name) => name !== 'PPTP').join(', ')}, both directions.${
              job.site.role === 'before-clients' && udp.length > 0
                ? ' The NAT forgets a UDP flow after 120 seconds without a packet: let clients behind it send one more often.'
                : ''
            }`,
          ),
        ]),
    ...(esp
      ? [
          measured(
            `${add('ok', '-p esp -j ACCEPT')}\n${add('back', '-p esp -j ACCEPT')}`,
            'ESP, whichever end sends first.',
          ),
        ]
      : []),
  ];
}

const CONTROL = `-p tcp -m tcp --dport ${PPTP_PORT} -m conntrack --ctstate`;
const ANSWERS = `-p tcp -m tcp --sport ${PPTP_PORT} -m conntrack --ctstate ESTABLISHED -j ACCEPT`;

/** GRE from whoever speaks on TCP 1723, by a list of addresses. */
function gate(name: string, add: Add): EdgeBlock {
  const list = `-m recent --name ${name}-callers`;
  const heard = `--update --seconds ${CALLER_SECONDS} -j ACCEPT`;
  return measured(
    [
      add(
        'ok',
        `${CONTROL} NEW -j ACCEPT`,
        `${CONTROL} ESTABLISHED ${list} --rsource --set -j ACCEPT`,
        `${PPP} ${list} --rsource ${heard}`,
      ),
      add('back', ANSWERS, `${PPP} ${list} --rdest ${heard}`),
    ].join('\n'),
    `PPTP. GRE is let through while its address was heard on TCP ${PPTP_PORT}, or in GRE, in the last ${CALLER_SECONDS} ` +
      'seconds, and only GRE version 1 with PPP. It is not asked for the state ESTABLISHED, which the GRE of a call never ' +
      'has without a helper, and no helper is needed, so calls outlive a flush of the connection table.',
    IPTABLES_EXTENSIONS,
  );
}

/** GRE of calls whose control connection has the helper. */
function helped(add: Add): EdgeBlock {
  const gre = [
    `${PPP} -m conntrack --ctstate ESTABLISHED -m helper --helper pptp -j ACCEPT`,
    `${PPP} -m conntrack --ctstate RELATED -m helper --helper pptp -j ACCEPT`,
  ];
  return measured(
    `${add('ok', `${CONTROL} NEW,ESTABLISHED -j ACCEPT`, ...gre)}\n${add('back', ANSWERS, ...gre)}`,
    'PPTP: GRE of calls that the helper knows. The first packet of either end is RELATED, later ones are ESTABLISHED: with ' +
      'one of the two alone, calls fail. A call is forgotten after 180 seconds without GRE, and with a flush of the ' +
      'connection table: LCP echoes must be sent more often, and the client dials again.',
  );
}

/** What keeps the same flows of everybody else away. Before any other accept, so that who is withdrawn is cut off. */
function denials({ plan }: EdgeJob, add: Add): EdgeBlock {
  const { pptp, tcp, udp, esp } = linuxFlows(plan);
  return measured(
    add(
      'to',
      ...[...(pptp ? [PPTP_PORT] : []), ...tcp].map((port) => `-p tcp -m tcp --dport ${port} -j DROP`),
      ...udp.map((port) => `-p udp -m udp --dport ${port} -j DROP`),
      ...(pptp ? ['-p gre -j DROP'] : []),
      ...(esp ? ['-p esp -j DROP'] : []),
    ),
    `The same from everybody else${pptp ? ', and GRE that is no call: plain tunnels (version 0) too' : ''}. Before whatever ` +
      'else accepts, so that a client whose range is taken out is cut off at once.',
  );
}

const ICMPV6_ERRORS = ['destination-unreachable', 'packet-too-big', 'time-exceeded', 'parameter-problem'];
/** Also what neighbours are found by, and 130, the question who listens to a group. */
const ICMPV6 = [...ICMPV6_ERRORS, 'router-advertisement', 'neighbour-solicitation', 'neighbour-advertisement', '130'];

/** Where the gateway has its address for itself: what it needs besides, and the end. */
function ends(job: EdgeJob, add: Add, version: 4 | 6): EdgeBlock[] {
  const { plan, site } = job;
  const isHost = site.role === 'gateway-host';
  const { ipsec, l2tp } = linuxFlows(plan);
  const icmp = {
    4: ICMP_ERRORS.map((type) => `-p icmp -m icmp --icmp-type ${type} -j ACCEPT`),
    6: (isHost ? ICMPV6 : ICMPV6_ERRORS).map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j ACCEPT`),
  };
  const dhcp = {
    4: '-p udp -m udp --sport 67 --dport 68 -j ACCEPT',
    6: '-s fe80::/10 -p udp -m udp --sport 547 --dport 546 -j ACCEPT',
  };
  const encrypted = '-m policy --dir in --pol ipsec';
  return [
    measured(
      add(
        'to',
        '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        ...icmp[version],
        ...(isHost ? [dhcp[version]] : []),
      ),
      `What answers the gateway itself, and the messages of ICMP without which no path finds its MTU${
        isHost ? `; DHCP${version === 6 ? ', and how IPv6 finds its neighbours' : ''}` : ''
      }.`,
    ),
    ...(isHost && ipsec
      ? [
          {
            text: add(
              'to',
              ...(l2tp && version === plan.version ? [`${encrypted} -p udp -m udp --dport 1701 -j ACCEPT`] : []),
              `${encrypted} -j RETURN`,
            ),
            why: `What came out of IPsec has been let in as such${
              l2tp && version === plan.version ? ": L2TP's UDP 1701 gets in that way, and in the clear never" : ''
            }. The rest of it is left to the rules that are there.`,
            evidence: [IPTABLES_EXTENSIONS],
          },
        ]
      : []),
    ...(isHost && version === plan.version ? [management(site.management, add)] : []),
    measured(
      add('to', '-j DROP'),
      isHost ? 'Everything else from outside.' : 'Everything else to the gateway: it has this address for itself.',
    ),
  ];
}

function management(ranges: readonly IpRange[], add: Add): EdgeBlock {
  const ssh = '-p tcp -m tcp --dport 22';
  return measured(
    add('to', ...ranges.map(({ cidr }) => `-s ${cidr} ${ssh} -j ACCEPT`), `${ssh} -j DROP`),
    `SSH from ${
      ranges.length === 0 ? 'nowhere: keep a console' : 'where the machine is administered'
    }. A session that is up stays up, so that a mistake can be taken back.`,
  );
}

/** What is to be said in the version of IP that the plan is not about. */
function companion(job: EdgeJob, prefix: string): RulesFile[] {
  const version = job.plan.version === 4 ? 6 : 4;
  const add = adder(prefix);
  const parts = [
    ...segments(job, add, version),
    ...(job.site.role === 'gateway-host' ? [closed(job, add, version, prefix)] : []),
  ];
  return parts.length === 0 ? [] : [file(job, version, parts, prefix)];
}

/** Nobody dials over it. */
function closed(job: EdgeJob, add: Add, version: 4 | 6, prefix: string): TablePart {
  return {
    table: 'filter',
    chains: ['in', 'to'],
    hooks: [['INPUT', 'in']],
    why: `The companion for IPv${version}, over which nobody dials: rules for IPv${job.plan.version} do not see it.`,
    blocks: [
      measured(add('in', `-i ${job.site.outside} -j ${prefix}-to`), 'What comes in from outside, and no other.'),
      ...ends(job, add, version),
    ],
  };
}

function modules(job: EdgeJob, prefix: string): EdgeDraft[] {
  const { plan, site } = job;
  const name = (kind: string) => `${plan.name}-${site.role}.${kind}.conf`;
  if (needsNatHelper(job)) {
    return [natModule(name('modules'), prefix)];
  }
  const list = measured(
    'options xt_recent ip_list_tot=8192',
    `For /etc/modprobe.d/${prefix}.conf, before the rules are loaded: a list holds 100 addresses unless told otherwise, and ` +
      'the next caller would throw the one out that was silent longest.',
    IPTABLES_EXTENSIONS,
  );
  return plan.hasGre ? [{ purpose: 'configuration', name: name('modprobe'), comments: HASH, blocks: [list] }] : [];
}
