import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { BANG } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import {
  block,
  clampsSegments,
  flowsWithPort,
  isByPorts,
  isEverywhere,
  isGatewayAlone,
  NOT_A_HOST,
  named,
  netmask,
  network,
  refuseSharedEsp,
  sources,
  transport,
} from './appliance';

const INSPECTION: Evidence = {
  kind: 'vendor',
  title: 'Cisco ASA 5500 Series Configuration Guide using the CLI: PPTP Inspection',
  source:
    'https://www.manualsdir.com/manuals/743833/cisco-asa-5585-x-asa-5555-x-asa-5545-x-asa-5525-x-asa-5515-x-asa-5512-x-asa-5580-asa-5550-asa-5540-asa-5520-asa-5510-asa-5505-asa-5500-series.html?page=906',
  read: '2026-11',
  certainty: 'high',
};
const INSPECTION_OF_PORTS: Evidence = {
  ...INSPECTION,
  certainty: 'medium',
  caveat: 'It speaks of PAT in general, and not of a server behind a static translation of ports.',
};
const REAL_ADDRESSES: Evidence = {
  kind: 'vendor',
  title: 'Cisco ASA Series CLI Configuration Guide 9.0: NAT and ACLs',
  source: 'http://manualslib.com/manual/1549611/Cisco-Asa-Series.html?page=560',
  read: '2026-11',
  certainty: 'high',
};
const ENTRIES: Evidence = {
  kind: 'vendor',
  title: 'Cisco ASA Series CLI Configuration Guide: Configuring Extended ACLs',
  source: 'https://easymanua.ls/cisco/asa-series/manual?p=562',
  read: '2026-11',
  certainty: 'high',
};
const LINE_NUMBERS: Evidence = {
  kind: 'vendor',
  title: 'Cisco Security Appliance Command Line Configuration Guide: Adding an Extended Access List',
  source: 'https://easymanua.ls/cisco/firepower-asa-5500-series/manual?p=273',
  read: '2026-11',
  certainty: 'high',
};
const PORT_TRANSLATION: Evidence = {
  kind: 'vendor',
  title: 'Cisco ASA Series Firewall CLI Configuration Guide: Network Address Translation, guidelines',
  source: 'https://www.manualslib.com/manual/1658143/Cisco-Asa-5506-X.html?page=63',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'It says that ports are translated for TCP and UDP only; the form of the command is from memory.',
};
const SEGMENTS: Evidence = {
  kind: 'vendor',
  title: 'Cisco: About the TCP MSS',
  source: 'https://docs.defenseorchestrator.com/cdfmc/c_about_the_tcp_mss.html',
  read: '2026-11',
  certainty: 'high',
  caveat: 'Of Firepower Threat Defense, which has this setting of the ASA.',
};

export const CISCO_ASA: EdgeProduct = {
  id: 'cisco-asa',
  name: 'Cisco ASA',
  version: 'ASA 9.0 and later, command line in configuration mode',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  interfaces: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,47}$/,
    allowed: 'the name that nameif gave: 1 to 48 letters, digits, hyphens and underscores, a letter first',
    usual: { inside: 'inside', outside: 'outside' },
  },
  versions: [4],
  render: (job) => {
    refuseSharedEsp(CISCO_ASA, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** The list that decides about the first packet: of the interface on which the clients are. */
function list({ site }: EdgeJob): string {
  return `${site.role === 'before-clients' ? site.inside : site.outside}_access_in`;
}

/** A flow as the end of an entry writes it, to the gateway by the address that it has itself. */
function match(flow: Flow, from: string, address: string): string {
  return flow.port === undefined
    ? `${flow.id} ${from} host ${address}`
    : `${transport(flow)} ${from} host ${address} eq ${flow.port}`;
}

function entries(job: EdgeJob): string[] {
  const { plan, site } = job;
  const clients = isEverywhere(job) ? 'any' : `object-group ${named(job, 'clients')}`;
  // What the inspection opens needs no entry, and an entry for all GRE would let in more than it.
  const permitted = plan.flows.filter(({ protocol }) => protocol !== IpProtocol.GRE);
  return [
    ...permitted.map((flow) => `permit ${match(flow, clients, site.innerAddress)}`),
    ...(isGatewayAlone(job)
      ? [`deny ip any host ${site.innerAddress}`]
      : plan.flows.map((flow) => `deny ${match(flow, 'any', site.innerAddress)}`)),
  ];
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return {
    purpose: 'configuration',
    name: `${plan.name}-cisco-asa.cfg`,
    comments: BANG,
    blocks: [
      ...(plan.hasGre ? [inspection(job)] : []),
      ...(site.role === 'before-gateway' ? [translation(job)] : []),
      ...(isEverywhere(job) ? [] : [ranges(job)]),
      access(job),
      ...(clampsSegments(job) ? [segments(job)] : []),
    ],
  };
}

function ranges(job: EdgeJob): EdgeBlock {
  return block(
    [
      `object-group network ${named(job, 'clients')}`,
      ...sources(job).map((range) => ` network-object ${network(range)} ${netmask(range)}`),
    ],
    job.site.role === 'before-clients' ? 'The networks that clients are in.' : 'Where clients may come from.',
    [ENTRIES],
  );
}

function inspection(job: EdgeJob): EdgeBlock {
  const { role } = job.site;
  const why = [
    'PPTP inspection is off unless it is turned on. It reads the calls on TCP 1723 and opens GRE for each of them, both ways and for GRE version 1 only: no entry of a list lets GRE in, and GRE without a call stays out.',
    ...(role === 'before-clients' ? ['Without it, not one client behind PAT gets a call.'] : []),
    ...(isByPorts(job)
      ? [
          'It also translates GRE, which has no port to be translated by. Try a call before you rely on that, or give the gateway an address of its own.',
        ]
      : []),
  ];
  return block(
    ['policy-map global_policy', ' class inspection_default', '  inspect pptp', 'service-policy global_policy global'],
    why.join(' '),
    [isByPorts(job) ? INSPECTION_OF_PORTS : INSPECTION],
  );
}

function translation(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const object = (what: string, service: string) => [
    `object network ${named(job, what)}`,
    ` host ${site.innerAddress}`,
    ` nat (${site.inside},${site.outside}) static ${plan.gateway}${service}`,
  ];
  return isByPorts(job)
    ? block(
        flowsWithPort(job).flatMap((flow) => object(flow.id, ` service ${transport(flow)} ${flow.port} ${flow.port}`)),
        `Only these ports of the address lead to the gateway. Where ${plan.gateway} is the address of the interface ${site.outside} itself, write the word interface in its place. The form of these lines is from memory.`,
        [PORT_TRANSLATION],
      )
    : block(
        object('gateway', ''),
        'The whole address is translated, and every protocol with it; the access list below decides what gets in.',
        [REAL_ADDRESSES],
      );
}

function access(job: EdgeJob): EdgeBlock {
  const { site, plan } = job;
  const side = site.role === 'before-clients' ? site.inside : site.outside;
  const why = [
    `These entries stand first in the list that is bound inbound to ${side}, before whatever is there. \`show running-config access-group\` says which one that is: where it has another name than ${list(job)}, write that one in all lines. Where none is bound, bind this one (access-group ${list(job)} in interface ${side}), and know that it then ends with a denial of all else.`,
    ...(site.role === 'before-gateway'
      ? ['Lists see the address that the gateway has itself (since 8.3), not the translated one.']
      : []),
    ...(plan.hasGre
      ? ['What the inspection opened is not asked about here, so the denial of GRE holds for all the rest.']
      : []),
  ];
  return block(
    entries(job).map((entry, i) => `access-list ${list(job)} line ${i + 1} extended ${entry}`),
    why.join(' '),
    [REAL_ADDRESSES, LINE_NUMBERS],
  );
}

function segments({ plan }: EdgeJob): EdgeBlock {
  return block(
    [`sysopt connection tcpmss ${plan.mss}`],
    `What leaves the tunnel (${plan.tunnelRange}) passes here in the clear: TCP segments larger than the tunnel's would not fit into it. The ASA knows no ranges here, so this holds for all TCP through it; without the line it is 1380.`,
    [SEGMENTS],
  );
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const objects = isByPorts(job) ? flowsWithPort(job).map(({ id }) => id) : ['gateway'];
  return {
    purpose: 'removal',
    name: `${plan.name}-cisco-asa-removal.cfg`,
    comments: BANG,
    blocks: [
      block(
        entries(job).map((entry) => `no access-list ${list(job)} extended ${entry}`),
        'An entry is taken out by its whole text, without its line. The last entry takes its list with it.',
        [ENTRIES],
      ),
      ...(isEverywhere(job)
        ? []
        : [
            block([`no object-group network ${named(job, 'clients')}`], 'The ranges, once nothing names them.', [
              ENTRIES,
            ]),
          ]),
      ...(site.role === 'before-gateway'
        ? [
            block(
              objects.map((what) => `no object network ${named(job, what)}`),
              'The translation goes with its object.',
              [MEMORY],
            ),
          ]
        : []),
      ...(plan.hasGre
        ? [
            block(
              ['policy-map global_policy', ' class inspection_default', '  no inspect pptp'],
              'Leave these lines out where other calls than those of this gateway need the inspection, or it was on before.',
              [INSPECTION],
            ),
          ]
        : []),
      ...(clampsSegments(job)
        ? [
            block(
              ['no sysopt connection tcpmss'],
              'Back to 1380. Where another value stood there before, set that again.',
              [SEGMENTS],
            ),
          ]
        : []),
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const seen = site.role === 'before-gateway' ? site.innerAddress : plan.gateway;
  const side = site.role === 'before-gateway' ? site.inside : site.outside;
  const capture = named(job, 'capture');
  const hasUdp = plan.flows.some(({ protocol }) => protocol === IpProtocol.UDP);
  return {
    purpose: 'check',
    name: `${plan.name}-cisco-asa-check.txt`,
    comments: BANG,
    blocks: [
      block(
        [
          `capture ${capture} interface ${side} match ${plan.hasGre ? 'gre' : 'ip'} any host ${seen}`,
          `show capture ${capture}`,
          `no capture ${capture}`,
        ],
        plan.hasGre
          ? 'While a client dials: GRE (IP protocol 47) in both directions. GRE in one direction only, and a client that stops at "verifying user name and password", is what a missing or broken inspection looks like.'
          : 'While a client dials: packets in both directions.',
        [MEMORY],
      ),
      block(
        [
          ...(plan.hasGre ? ['show service-policy inspect pptp'] : []),
          `show conn address ${seen}`,
          `show access-list ${list(job)}`,
        ],
        plan.hasGre
          ? 'The inspection counts packets; a call has a TCP connection to port 1723 and two GRE connections, one for each direction; the first entries count hits.'
          : 'A connection for each client; the first entries count hits.',
        [MEMORY],
      ),
      ...(hasUdp
        ? [
            block(
              ['show running-config timeout'],
              'UDP without packets is forgotten after two minutes unless something else is set: WireGuard and OpenVPN behind this firewall need a keepalive below that (WireGuard: PersistentKeepalive = 25).',
              [MEMORY],
            ),
          ]
        : []),
    ],
  };
}
