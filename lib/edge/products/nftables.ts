import type { IpRange } from '../../flows';
import { HASH } from '../comment';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { sources } from './appliance';
import {
  CALLER_SECONDS,
  clamped,
  ICMP_ERRORS,
  isAlone,
  LINUX_INTERFACES,
  linuxFlows,
  measured,
  NFT_IPSEC,
  NFT_WIKI_CHAINS,
  natModule,
  needsNatHelper,
  PPTP_PORT,
  refuseMasqueradedEsp,
  shellDraft,
  wireChecks,
} from './linux';

/** GRE version 1 with PPP inside, for which nft has no words. */
const PPP = 'meta l4proto gre @th,13,3 1 @th,16,16 0x880b';

/**
 * A table of its own, named after plan and role, beside whatever is there. The text is for nft 1.0.6 (Debian 12) as for
 * newer ones.
 */
export const NFTABLES: EdgeProduct = {
  id: 'nftables',
  name: 'Linux nftables',
  version: 'nft 1.0.6 (Debian 12) and later, Linux 5.2 and later',
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
    refuseMasqueradedEsp(NFTABLES, job);
    const id = `${plan.name}-${site.role}`;
    return [
      configuration(job, id),
      ...(needsNatHelper(job) ? [natModule(`${id}.conf`, id)] : []),
      removal(job, id),
      check(job, id),
    ];
  },
};

function configuration(job: EdgeJob, id: string): EdgeDraft {
  const { site } = job;
  const table = new Table(id);
  const blocks = [
    declarations(job, table),
    clients(job, table),
    ...(site.role === 'before-gateway' ? translation(job, table) : []),
    hooks(job, table),
    ...(needsNatHelper(job) ? [helper(job, table)] : []),
    ...permits(job, table),
    ...denials(job, table),
    ...answers(job, table),
    ...segments(job, table),
  ];
  return { purpose: 'configuration', name: `${id}.nft`, comments: HASH, firstLine: '#!/usr/sbin/nft -f', blocks };
}

/** Writes lines about one table. */
class Table {
  public constructor(public readonly id: string) {}

  public line(command: string, what: string): string {
    return `${command} inet ${this.id} ${what}`;
  }

  public rules(chain: string, ...rules: readonly string[]): string {
    return rules.map((rule) => this.line('add rule', `${chain} ${rule}`)).join('\n');
  }
}

function hasGate({ plan, site }: EdgeJob): boolean {
  return plan.hasGre && site.role !== 'before-clients';
}

function ip({ plan }: EdgeJob): 'ip' | 'ip6' {
  return plan.version === 4 ? 'ip' : 'ip6';
}

function anyOf(list: readonly (string | number)[]): string {
  return list.length === 1 ? `${list[0]}` : `{ ${list.join(', ')} }`;
}

function declarations(job: EdgeJob, table: Table): EdgeBlock {
  const type = job.plan.version === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const lines = [
    `add table inet ${table.id}`,
    table.line('add set', `clients { type ${type}; flags interval; auto-merge; }`),
    ...(hasGate(job)
      ? [
          table.line(
            'add set',
            `callers { type ${type}; size 65535; flags dynamic,timeout; timeout ${CALLER_SECONDS}s; }`,
          ),
        ]
      : []),
    `flush table inet ${table.id}`,
    table.line('flush set', 'clients'),
  ];
  return measured(
    lines.join('\n'),
    'A table of its own: the tables of others are neither read nor flushed. It is emptied of rules and filled again in one ' +
      `transaction, so this file can be loaded over itself${hasGate(job) ? ' and calls that are up stay up' : ''}.`,
  );
}

function clients(job: EdgeJob, table: Table): EdgeBlock {
  const ranges = sources(job).map(({ cidr }) => cidr);
  return measured(
    table.line('add element', `clients { ${ranges.join(', ')} }`),
    job.site.role === 'before-clients'
      ? 'The networks that clients are in.'
      : 'Where clients come from. Nobody else gets in.',
  );
}

function translation(job: EdgeJob, table: Table): EdgeBlock[] {
  const { plan, site } = job;
  const version = ip(job);
  const { pptp, tcp, udp, esp } = linuxFlows(plan);
  const outer = `iifname "${site.outside}" ${version} daddr ${plan.gateway}`;
  const inner = `oifname "${site.outside}" ${version} saddr ${site.innerAddress}`;
  const to = `dnat ${version} to ${site.innerAddress}`;
  const from = `snat ${version} to ${plan.gateway}`;
  const ports = [...(pptp ? [PPTP_PORT] : []), ...tcp];
  const flows =
    site.publication === 'one-to-one'
      ? { in: [''], out: [''] }
      : {
          in: [
            ...(ports.length === 0 ? [] : [`tcp dport ${anyOf(ports)} `]),
            ...(udp.length === 0 ? [] : [`udp dport ${anyOf(udp)} `]),
            ...(pptp ? [`${PPP} `] : []),
            ...(esp ? ['meta l4proto esp '] : []),
          ],
          out: [
            ...(udp.length === 0 ? [] : [`udp sport ${anyOf(udp)} `]),
            ...(pptp ? [`${PPP} `] : []),
            ...(esp ? ['meta l4proto esp '] : []),
          ],
        };
  return [
    measured(
      [
        table.line('add chain', 'publish { type nat hook prerouting priority dstnat - 5; policy accept; }'),
        table.rules('publish', ...flows.in.map((flow) => `${outer} ${flow}${to}`)),
      ].join('\n'),
      site.publication === 'one-to-one'
        ? 'The gateway has the whole address. Before the usual place of such rules (dstnat), because the first one that ' +
            'translates a flow is the only one.'
        : 'What is sent to the shared address and is meant for the gateway' +
            (pptp
              ? ': the control connection, and GRE version 1 with PPP; other tunnels of this router stay its own'
              : '') +
            '. Before the usual place of such rules (dstnat), because the first one that translates a flow is the only one.',
      NFT_WIKI_CHAINS,
    ),
    ...(flows.out.length === 0
      ? []
      : [
          measured(
            [
              table.line('add chain', 'appear { type nat hook postrouting priority srcnat - 5; policy accept; }'),
              table.rules('appear', ...flows.out.map((flow) => `${inner} ${flow}${from}`)),
            ].join('\n'),
            'What the gateway sends first appears with the address that clients know' +
              (pptp ? ': without a helper its GRE is a flow of its own, which no rule above would translate' : '') +
              '. Before srcnat, so that a masquerading rule does not choose another.',
            NFT_WIKI_CHAINS,
          ),
        ]),
  ];
}

function hooks(job: EdgeJob, table: Table): EdgeBlock {
  const { site } = job;
  const version = ip(job);
  const chains = [table.line('add chain', 'to-gateway'), table.line('add chain', 'from-gateway')];
  const priority =
    'Before the usual priority (filter). An accept here ends this chain only: where a chain of another table drops by ' +
    'default, it must let the same packets through, because no table overrules the drop of another.';
  if (site.role === 'gateway-host') {
    const lines = [
      ...chains,
      table.line('add chain', 'input { type filter hook input priority filter - 5; policy accept; }'),
      table.rules('input', `iifname "${site.outside}" jump to-gateway`),
      table.line('add chain', 'output { type filter hook output priority filter - 5; policy accept; }'),
      table.rules('output', `oifname "${site.outside}" jump from-gateway`),
    ];
    return measured(
      lines.join('\n'),
      `What comes in from outside, and no other: tunnels and inner networks are left to the rules that are there. ${priority}`,
      NFT_WIKI_CHAINS,
    );
  }
  const from = site.role === 'before-gateway' ? `iifname "${site.outside}" ` : '';
  const to = site.role === 'before-gateway' ? `oifname "${site.outside}" ` : '';
  const lines = [
    ...chains,
    table.line('add chain', 'forward { type filter hook forward priority filter - 5; policy accept; }'),
    table.rules(
      'forward',
      `${from}${version} daddr ${site.innerAddress} jump to-gateway`,
      `${to}${version} saddr ${site.innerAddress} jump from-gateway`,
    ),
  ];
  return measured(
    lines.join('\n'),
    `Packets to the gateway and from it, and no others. ${priority}${
      site.role === 'before-gateway' ? ' The address here is the inner one: it has been translated by now.' : ''
    }`,
    NFT_WIKI_CHAINS,
  );
}

function helper({ plan }: EdgeJob, table: Table): EdgeBlock {
  const lines = [
    table.line('add ct helper', `${plan.name}-pptp { type "pptp" protocol tcp; l3proto ip; }`),
    table.line('add chain', 'assist { type filter hook prerouting priority mangle; policy accept; }'),
    table.rules(
      'assist',
      `ip saddr @clients ip daddr ${plan.gateway} tcp dport ${PPTP_PORT} ct state new ct helper set "${plan.name}-pptp"`,
    ),
  ];
  return measured(
    lines.join('\n'),
    'The helper reads the Call IDs from the control connection. Without it the NAT of this router, whose rules stay as ' +
      'they are, passes not even one call; with it, several clients even with equal Call IDs. It must be set after the ' +
      'connection was looked up, so not at priority raw.',
  );
}

/** What lets the flows through, in both directions. */
function permits(job: EdgeJob, table: Table): EdgeBlock[] {
  const { plan } = job;
  const version = ip(job);
  const { pptp, tcp, udp, esp } = linuxFlows(plan);
  const [from, to] = [`${version} saddr @clients`, `${version} daddr @clients`];
  return [
    ...(pptp ? [needsNatHelper(job) ? helped(table) : gate(table)] : []),
    ...(tcp.length + udp.length === 0
      ? []
      : [
          measured(
            [
              ...(tcp.length === 0
                ? []
                : [table.rules('to-gateway', `${from} tcp dport ${anyOf(tcp)} counter accept`)]),
              ...(udp.length === 0
                ? []
                : [table.rules('to-gateway', `${from} udp dport ${anyOf(udp)} counter accept`)]),
              ...(tcp.length === 0
                ? []
                : [table.rules('from-gateway', `${to} tcp sport ${anyOf(tcp)} ct state established counter accept`)]),
              ...(udp.length === 0
                ? []
                : [table.rules('from-gateway', `${to} udp sport ${anyOf(udp)} counter accept`)]),
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
            [
              table.rules('to-gateway', `${from} meta l4proto esp counter accept`),
              table.rules('from-gateway', `${to} meta l4proto esp counter accept`),
            ].join('\n'),
            'ESP, whichever end sends first.',
          ),
        ]
      : []),
  ];
}

/** GRE from whoever speaks on TCP 1723, by a set of addresses. */
function gate(table: Table): EdgeBlock {
  return measured(
    [
      table.rules(
        'to-gateway',
        `ip saddr @clients tcp dport ${PPTP_PORT} ct state new counter accept`,
        `ip saddr @clients tcp dport ${PPTP_PORT} ct state established update @callers { ip saddr } counter accept`,
        `ip saddr @clients ip saddr @callers ${PPP} update @callers { ip saddr } counter accept`,
      ),
      table.rules(
        'from-gateway',
        `ip daddr @clients tcp sport ${PPTP_PORT} ct state established counter accept`,
        `ip daddr @clients ip daddr @callers ${PPP} update @callers { ip daddr } counter accept`,
      ),
    ].join('\n'),
    `PPTP. GRE is let through while its address was heard on TCP ${PPTP_PORT}, or in GRE, in the last ${CALLER_SECONDS} ` +
      'seconds, and only GRE version 1 with PPP. It is not asked for the state "established", which the GRE of a call never ' +
      'has without a helper, and no helper is needed, so calls outlive a flush of the connection table.',
  );
}

/** GRE of calls whose control connection has the helper. */
function helped(table: Table): EdgeBlock {
  const gre = `${PPP} ct helper "pptp" ct state established,related counter accept`;
  return measured(
    [
      table.rules(
        'to-gateway',
        `ip saddr @clients tcp dport ${PPTP_PORT} ct state new,established counter accept`,
        `ip saddr @clients ${gre}`,
      ),
      table.rules(
        'from-gateway',
        `ip daddr @clients tcp sport ${PPTP_PORT} ct state established counter accept`,
        `ip daddr @clients ${gre}`,
      ),
    ].join('\n'),
    'PPTP: GRE of calls that the helper knows. The first packet of either end is "related", later ones are "established": ' +
      'with one of the two alone, calls fail. A call is forgotten after 180 seconds without GRE, and with a flush of the ' +
      'connection table: LCP echoes must be sent more often, and the client dials again.',
  );
}

/** What keeps the same flows of everybody else away. Before any other accept, so that who is withdrawn is cut off. */
function denials(job: EdgeJob, table: Table): EdgeBlock[] {
  const { pptp, tcp, udp, esp } = linuxFlows(job.plan);
  const ports = [...(pptp ? [PPTP_PORT] : []), ...tcp];
  return [
    measured(
      table.rules(
        'to-gateway',
        ...(ports.length === 0 ? [] : [`tcp dport ${anyOf(ports)} counter drop`]),
        ...(udp.length === 0 ? [] : [`udp dport ${anyOf(udp)} counter drop`]),
        ...(pptp ? ['meta l4proto gre counter drop'] : []),
        ...(esp ? ['meta l4proto esp counter drop'] : []),
      ),
      `The same from everybody else${pptp ? ', and GRE that is no call: plain tunnels (version 0) too' : ''}. Before whatever ` +
        'else accepts, so that a client whose range is taken out is cut off at once.',
    ),
  ];
}

/** Where the gateway has its address for itself: what it needs besides, and the end. */
function answers(job: EdgeJob, table: Table): EdgeBlock[] {
  const { plan, site } = job;
  if (!isAlone(site)) {
    return [];
  }
  const isHost = site.role === 'gateway-host';
  const { ipsec, l2tp } = linuxFlows(plan);
  return [
    measured(
      table.rules(
        'to-gateway',
        'ct state established,related counter accept',
        ...(isHost || plan.version === 4 ? [`icmp type ${anyOf(ICMP_ERRORS)} counter accept`] : []),
        ...(isHost ? [`icmpv6 type ${anyOf(ICMPV6)} counter accept`] : []),
        ...(!isHost && plan.version === 6 ? [`icmpv6 type ${anyOf(ICMPV6_ERRORS)} counter accept`] : []),
        ...(isHost
          ? [
              'meta nfproto ipv4 udp sport 67 udp dport 68 counter accept',
              'ip6 saddr fe80::/10 udp sport 547 udp dport 546 counter accept',
            ]
          : []),
      ),
      'What answers the gateway itself, and the messages of ICMP without which no path finds its MTU' +
        (isHost ? '; DHCP, and how IPv6 finds its neighbours' : '') +
        '.',
    ),
    ...(isHost && ipsec
      ? [
          {
            text: table.rules(
              'to-gateway',
              ...(l2tp ? ['meta ipsec exists udp dport 1701 counter accept'] : []),
              'meta ipsec exists counter return',
            ),
            why: `What came out of IPsec has been let in as such${l2tp ? ": L2TP's UDP 1701 gets in that way, and in the clear never" : ''}. The rest of it is left to the rules that are there.`,
            evidence: [NFT_IPSEC],
          },
        ]
      : []),
    ...(isHost ? [management(job, table)] : []),
    measured(
      table.rules('to-gateway', 'counter drop'),
      isHost
        ? 'Everything else from outside, IPv6 included.'
        : 'Everything else to the gateway: it has this address for itself.',
    ),
  ];
}

const ICMPV6_ERRORS = ['destination-unreachable', 'packet-too-big', 'time-exceeded', 'parameter-problem'];
const ICMPV6 = [
  ...ICMPV6_ERRORS,
  'nd-router-advert',
  'nd-neighbor-solicit',
  'nd-neighbor-advert',
  'mld-listener-query',
];

function management(job: EdgeJob, table: Table): EdgeBlock {
  const cidrs = (ranges: readonly IpRange[]) => anyOf(ranges.map(({ cidr }) => cidr));
  const { management: ranges } = job.site;
  const drop = 'tcp dport 22 counter drop';
  return measured(
    table.rules(
      'to-gateway',
      ...(ranges.length === 0 ? [drop] : [`${ip(job)} saddr ${cidrs(ranges)} tcp dport 22 counter accept`, drop]),
    ),
    ranges.length === 0
      ? 'SSH from nowhere: keep a console. A session that is up stays up, so that a mistake can be taken back.'
      : 'SSH from where the machine is administered. A session that is up stays up, so that a mistake can be taken back.',
  );
}

function segments(job: EdgeJob, table: Table): EdgeBlock[] {
  const clamp = `tcp flags & (syn | rst) == syn counter tcp option maxseg size set ${job.plan.mss}`;
  return clamped(job).map(({ cidr }) =>
    measured(
      [
        table.line('add chain', 'segments { type filter hook forward priority mangle; policy accept; }'),
        table.rules('segments', `ip saddr ${cidr} ${clamp}`, `ip daddr ${cidr} ${clamp}`),
      ].join('\n'),
      'TCP segments that fit into the tunnel, in both directions, and only of those who are in it. A smaller size that ' +
        'somebody asks for stays.',
    ),
  );
}

function removal(job: EdgeJob, id: string): EdgeDraft {
  return shellDraft('removal', `${id}-remove.sh`, [
    measured(
      `set -e\nnft add table inet ${id}\nnft delete table inet ${id}`,
      'The whole table, and nothing else; it is added first so that this succeeds where it is gone already.',
    ),
    ...(needsNatHelper(job)
      ? [
          measured(
            `rm -f /etc/modules-load.d/${id}.conf`,
            'The module stays loaded until the machine starts again: others may use it.',
          ),
        ]
      : []),
  ]);
}

function check(job: EdgeJob, id: string): EdgeDraft {
  const { site } = job;
  const hook = site.role === 'gateway-host' ? 'input' : 'forward';
  return shellDraft('check', `${id}-check.sh`, [
    measured(
      `nft list table inet ${id}`,
      'The table is loaded. Its counters say what passed: while a client is connected, those of accept in to-gateway and in ' +
        'from-gateway rise; a drop that rises with it names what is missing.',
    ),
    measured(
      `nft list ruleset | grep -B 1 'hook ${hook} .*policy drop' || true`,
      `Nothing should be listed, but for chains that let the same through: a table that drops by default in ${hook} drops ` +
        'what is accepted here. Write the accepting rules of to-gateway and from-gateway into it, too.',
      NFT_WIKI_CHAINS,
    ),
    ...wireChecks(job, needsNatHelper(job)),
  ]);
}
