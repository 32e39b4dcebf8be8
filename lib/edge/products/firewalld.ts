import { invalid } from '../../errors';
import type { IpRange } from '../../flows';
import { IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { MARKUP } from '../comment';
import { GATEWAY_ADDRESS } from '../plan';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
import type { EdgeRole } from '../role';
import { sources } from './appliance';
import {
  clamped,
  isAlone,
  LOAD_NAT_MODULE,
  linuxFlows,
  measured,
  natModule,
  needsNatHelper,
  PPTP_PORT,
  refuseMasqueradedEsp,
  shellDraft,
  wireChecks,
} from './linux';

/** Names of policies are short, so a letter stands for the role: one machine may play two. */
const LETTERS: Readonly<Record<Exclude<EdgeRole, 'before-gateway'>, string>> = {
  'before-clients': 'c',
  routed: 'r',
  'gateway-host': 'h',
};

/** firewalld makes chains of 28 characters from them. */
const LONGEST_POLICY = 17;

const XML = '<?xml version="1.0" encoding="utf-8"?>';

const POLICIES: Evidence = {
  kind: 'vendor',
  title: 'firewalld.policy(5)',
  source: 'https://manpages.ubuntu.com/manpages/jammy/man5/firewalld.policy.5.html',
  read: '2026-11',
  certainty: 'high',
};

const RICH_RULES: Evidence = {
  kind: 'vendor',
  title: 'firewalld.richlanguage(5)',
  source: 'https://manpages.ubuntu.com/manpages/mantic/en/man5/firewalld.richlanguage.5.html',
  read: '2026-11',
  certainty: 'high',
};

/**
 * A policy of its own, before those of the zones. firewalld knows GRE only as a whole, so calls are let through by the
 * helper: the GRE of a call is related to its control connection, and no rule for GRE is needed.
 *
 * What firewalld makes of rich rules decides how they are written: those of priority 0 that accept come behind those that
 * deny, and helpers are set among them, before the accepting ones. So what accepts has priority 0 and what denies comes
 * later. With any other priority, the helper would never be reached.
 */
export const FIREWALLD: EdgeProduct = {
  id: 'firewalld',
  name: 'firewalld',
  version: 'firewalld 1.3 (Debian 12) and later, with nftables as its backend',
  form: 'configuration',
  roles: { 'before-clients': 'packets', routed: 'packets', 'gateway-host': 'packets' },
  notPlayed: {
    'before-gateway':
      'its forward-port translates TCP and UDP alone, and it accepts what was translated before any policy could set the ' +
      'helper; nftables does it in a table of its own, beside firewalld',
  },
  interfaces: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,16}$/,
    allowed: 'a zone of firewalld: 1 to 17 letters, digits, hyphens and underscores, a letter first',
    usual: { inside: 'internal', outside: 'external' },
    named: { 'before-clients': ['inside', 'outside'], routed: [], 'gateway-host': ['outside'] },
  },
  versions: [4, 6],
  render: (job) => {
    refuseMasqueradedEsp(FIREWALLD, job);
    refuseL2tpOnHost(job);
    const names = namesOf(job);
    const files = [
      policy(job, names),
      ...segmentsOfHost(job, names),
      ipset(job, names),
      ...(job.plan.hasGre ? [service(job, names)] : []),
    ];
    return [
      ...files.map(({ draft }) => draft),
      ...(needsNatHelper(job) ? [natModule(`${names.files}.modules.conf`, names.own)] : []),
      apply(job, names, files),
      removal(job, names, files),
      check(job, names),
    ];
  },
};

interface Names {
  /** Of the policy, the set and the service: `plant4-r`. */
  readonly own: string;
  /** What the names of files begin with: `plant4-routed`. */
  readonly files: string;
}

/** A file, and where firewalld looks for it. */
interface Placed {
  readonly draft: EdgeDraft;
  readonly path: string;
}

function namesOf({ plan, site }: EdgeJob): Names {
  const longest = LONGEST_POLICY - 2;
  if (plan.name.length > longest) {
    invalid({
      code: 'EDGE_NAME_INVALID',
      what: `name of EdgePlan is too long for firewalld, whose policies have names of at most ${LONGEST_POLICY} characters`,
      got: plan.name,
      allowed: `at most ${longest} characters, because two more tell the role`,
      instead: "name: 'plant4'",
    });
  }
  const letter = LETTERS[site.role as keyof typeof LETTERS];
  return { own: `${plan.name}-${letter}`, files: `${plan.name}-${site.role}` };
}

function refuseL2tpOnHost({ plan, site }: EdgeJob): void {
  const ike = plan.flows.find(({ protocol, port }) => protocol === IpProtocol.UDP && port === 500);
  if (ike !== undefined && site.role === 'gateway-host' && linuxFlows(plan).l2tp) {
    refuseFlow(
      FIREWALLD,
      ike,
      'L2TP comes out of IPsec as UDP 1701 on the same interface, and no rule of firewalld tells it from UDP 1701 in the clear',
      "renderEdge(plan, 'nftables', { role: 'gateway-host' }), which asks for IPsec",
    );
  }
}

function xml(names: Names, kind: string, path: string, blocks: readonly EdgeBlock[]): Placed {
  const name = `${names.files}.${kind}.xml`;
  return {
    draft: { purpose: 'configuration', name, comments: MARKUP, firstLine: XML, blocks },
    path: `${path}/${names.own}.xml`,
  };
}

function ipset(job: EdgeJob, names: Names): Placed {
  const family = job.plan.version === 6 ? '\n<option name="family" value="inet6"/>' : '';
  const entries = sources(job).map(({ cidr }) => `<entry>${cidr}</entry>`);
  return xml(names, 'clients', 'ipsets', [
    measured(
      `<ipset type="hash:net">${family}\n${entries.join('\n')}\n</ipset>`,
      job.site.role === 'before-clients'
        ? 'The networks that clients are in.'
        : 'Where clients come from. Nobody else gets in.',
    ),
  ]);
}

/** The control connection with its helper. */
function service({ plan, site }: EdgeJob, names: Names): Placed {
  const destination = site.role === 'gateway-host' ? '' : `<destination ipv4="${plan.gateway}"/>\n`;
  return xml(names, 'pptp', 'services', [
    measured(
      `<service>\n<port protocol="tcp" port="${PPTP_PORT}"/>\n<helper name="pptp"/>\n${destination}</service>`,
      'PPTP with the helper, which reads the Call IDs from the control connection. The service that firewalld brings for ' +
        'GRE would let GRE of every kind in, from whoever is allowed to use it.',
    ),
  ]);
}

function rule(version: 4 | 6, priority: number, ...parts: readonly string[]): string {
  const rank = priority === 0 ? '' : ` priority="${priority}"`;
  return `<rule family="ipv${version}"${rank}>${parts.join('')}</rule>`;
}

const port = (protocol: 'tcp' | 'udp') => (number: number) => `<port port="${number}" protocol="${protocol}"/>`;

function policy(job: EdgeJob, names: Names): Placed {
  const { plan, site } = job;
  const { version } = plan;
  const { pptp, tcp, udp, esp } = linuxFlows(plan);
  const isHost = site.role === 'gateway-host';
  const from = `<source ipset="${names.own}"/>`;
  const to = isHost ? '' : `<destination address="${plan.gateway}"/>`;
  const others = [...tcp.map(port('tcp')), ...udp.map(port('udp')), ...(esp ? ['<protocol value="esp"/>'] : [])];
  const denied = [...(pptp ? [port('tcp')(PPTP_PORT)] : []), ...others, ...(pptp ? ['<protocol value="gre"/>'] : [])];
  const [ingress, egress] = {
    'before-clients': [site.inside, site.outside],
    routed: ['ANY', 'ANY'],
    'before-gateway': ['', ''],
    'gateway-host': [site.outside, 'HOST'],
  }[site.role] as [string, string];
  const blocks = [
    measured(
      `<policy priority="-100" target="${isHost ? 'DROP' : 'CONTINUE'}">\n<ingress-zone name="${ingress}"/>\n<egress-zone name="${egress}"/>`,
      `${
        isHost
          ? `From the zone ${site.outside} to this machine; what no rule below lets through is dropped, IPv6 included`
          : site.role === 'routed'
            ? 'Between all zones; what no rule below is about goes on to the policies and zones that are there'
            : `From the zone ${ingress} to the zone ${egress}, whose masquerading stays as it is; what no rule below is about goes on`
      }. A priority below zero comes before the zones. What belongs to a connection that is up has been accepted before any ` +
        'policy: a client whose range is taken out stays until its connections end, or are deleted with conntrack -D.',
      POLICIES,
    ),
    ...(pptp
      ? [
          measured(
            // A service with a destination of its own takes no other.
            rule(version, 0, from, `<service name="${names.own}"/>`, '<accept/>'),
            'PPTP: the control connection, and by its helper the GRE of its call, whichever end is first, and of nobody ' +
              'else. LCP echoes must come more often than every 180 seconds, after which a call is forgotten; a flush of the ' +
              'connection table ends calls until they dial again. Priority 0, because the helper is set there only.',
            RICH_RULES,
          ),
        ]
      : []),
    ...(others.length === 0
      ? []
      : [
          measured(
            others.map((flow) => rule(version, 0, from, to, flow, '<accept/>')).join('\n'),
            `${plan.protocolNames.filter((name) => name !== 'PPTP').join(', ')}.`,
            RICH_RULES,
          ),
        ]),
    measured(
      denied.map((flow) => rule(version, 10, to, flow, '<drop/>')).join('\n'),
      `The same from everybody else${
        pptp
          ? ', and GRE that is no call: plain tunnels (version 0) too, but for one that the gateway itself began'
          : ''
      }. Behind what accepts: of priority 0, rules that deny come first.`,
      RICH_RULES,
    ),
    ...(isHost ? host(job) : []),
    ...(isAlone(site) && !isHost
      ? [
          measured(
            rule(version, 20, to, '<drop/>'),
            'Everything else to the gateway: it has this address for itself. What answers it belongs to connections that are up.',
          ),
        ]
      : []),
    ...(isHost ? [] : segments(clamped(job), plan.mss)),
  ];
  return xml(names, 'policy', 'policies', closed(blocks));
}

/** The last block ends the policy. */
function closed(blocks: readonly EdgeBlock[]): EdgeBlock[] {
  return blocks.map((block, index) =>
    index === blocks.length - 1 ? { ...block, text: `${block.text}\n</policy>` } : block,
  );
}

const NEIGHBOURS = ['neighbour-solicitation', 'neighbour-advertisement', 'router-advertisement', 'packet-too-big'];

function host({ plan, site }: EdgeJob): EdgeBlock[] {
  const { management } = site;
  return [
    measured(
      [
        ...NEIGHBOURS.map((type) => rule(6, 0, `<icmp-type name="${type}"/>`, '<accept/>')),
        rule(6, 0, '<destination address="fe80::/10"/>', port('udp')(546), '<accept/>'),
      ].join('\n'),
      'How IPv6 finds its neighbours, its router and its address.',
    ),
    ...(management.length === 0
      ? []
      : [
          measured(
            management
              .map(({ cidr }) => rule(plan.version, 0, `<source address="${cidr}"/>`, port('tcp')(22), '<accept/>'))
              .join('\n'),
            'SSH from where the machine is administered. A session that is up stays up, so that a mistake can be taken back.',
          ),
        ]),
  ];
}

function segments(ranges: readonly IpRange[], mss: number): EdgeBlock[] {
  const clamp = `<tcp-mss-clamp value="${mss}"/>`;
  return ranges.map(({ cidr }) =>
    measured(
      ['source', 'destination'].map((end) => rule(4, 0, `<${end} address="${cidr}"/>`, clamp)).join('\n'),
      'TCP segments that fit into the tunnel, but of the side alone that is asked: firewalld changes the SYN that begins a ' +
        'connection, not the SYN/ACK that answers it, which it accepts before any policy. Whoever is in the tunnel itself knows ' +
        'its size; where networks lie behind clients, clamp both in a table of nftables.',
      RICH_RULES,
    ),
  );
}

/** What is forwarded for the tunnel is no matter of the policy for the machine itself. */
function segmentsOfHost(job: EdgeJob, names: Names): Placed[] {
  const blocks = job.site.role === 'gateway-host' ? segments(clamped(job), job.plan.mss) : [];
  return blocks.length === 0
    ? []
    : [
        xml(
          { ...names, own: `${job.plan.name}-m` },
          'segments',
          'policies',
          closed([
            measured(
              '<policy priority="-100" target="CONTINUE">\n<ingress-zone name="ANY"/>\n<egress-zone name="ANY"/>',
              'What this machine forwards; nothing is accepted or dropped by it.',
              POLICIES,
            ),
            ...blocks,
          ]),
        ),
      ];
}

function apply(job: EdgeJob, names: Names, files: readonly Placed[]): EdgeDraft {
  return shellDraft('configuration', `${names.files}-apply.sh`, [
    measured(
      `set -e
cd "$(dirname "$0")"
if cat ${names.files}.*.xml | grep -v '^<!--' | grep -q '${GATEWAY_ADDRESS.replace('_', '[_]')}'; then
	echo 'put the address of the gateway into the files first' >&2
	exit 1
fi
${files.map(({ draft, path }) => `install -D -m 644 ${draft.name} /etc/firewalld/${path}`).join('\n')}`,
      `Run as root, with the other files beside it. Everything that is ours begins with ${job.plan.name}-.`,
    ),
    ...(needsNatHelper(job)
      ? [
          measured(
            `install -D -m 644 ${names.files}.modules.conf /etc/modules-load.d/${names.own}.conf\n${LOAD_NAT_MODULE}`,
            'The half of the helper that the NAT needs, for every start of the machine.',
          ),
        ]
      : []),
    measured(
      'firewall-cmd --check-config\nfirewall-cmd --reload',
      'Checked before it is loaded. A reload keeps the connection table, so calls that are up stay up.',
    ),
  ]);
}

function removal(job: EdgeJob, names: Names, files: readonly Placed[]): EdgeDraft {
  return shellDraft('removal', `${names.files}-remove.sh`, [
    measured(
      `set -e
${files.map(({ path }) => `rm -f /etc/firewalld/${path} /etc/firewalld/${path}.old`).join('\n')}
firewall-cmd --reload`,
      'Our files, and what firewalld keeps of them; then what is loaded.',
    ),
    ...(needsNatHelper(job)
      ? [
          measured(
            `rm -f /etc/modules-load.d/${names.own}.conf`,
            'The module stays loaded until the machine starts again: others may use it.',
          ),
        ]
      : []),
  ]);
}

function check(job: EdgeJob, names: Names): EdgeDraft {
  return shellDraft('check', `${names.files}-check.sh`, [
    measured(
      `firewall-cmd --info-policy=${names.own}\nfirewall-cmd --get-active-zones`,
      'The policy is loaded, and its zones are those that the interfaces are in: a policy of a zone without interfaces does nothing.',
    ),
    measured(
      `nft list chain inet firewalld filter_${job.site.role === 'gateway-host' ? 'IN' : 'FWD'}_policy_${names.own}_allow`,
      job.plan.hasGre
        ? 'What firewalld made of it: the helper must be set before TCP 1723 is accepted.'
        : 'What firewalld made of it.',
    ),
    ...wireChecks(job, job.plan.hasGre),
  ]);
}
