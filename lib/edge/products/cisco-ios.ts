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

const ALG: Evidence = {
  kind: 'vendor',
  title: 'Cisco IOS XE: PPTP Port Address Translation',
  source:
    'https://pseudoco.cisco.com/c/en/us/td/docs/ios-xml/ios/ipaddr_nat/configuration/xe-16-10/nat-xe-16-10-book/iadnat-pptp-pat.html',
  read: '2026-11',
  certainty: 'high',
  caveat: 'The ALG takes no TCP segments that are split up, and no equal Call IDs at both ends in carrier-grade mode.',
};
const STATIC_PORT: Evidence = {
  kind: 'field-report',
  title: 'PPTP port forwarding with static NAT on a Cisco router',
  source: 'http://blog.soundtraining.net/2008/02/pptp-port-forwarding-with-static-nat-on.html',
  read: '2026-11',
  certainty: 'medium',
};
const ZONES: Evidence = {
  kind: 'vendor',
  title: 'Cisco: Troubleshoot IOS Zone-Based Policy Firewall inspection for PPTP with GRE',
  source:
    'https://bxin.cisco.com/c/nl_nl/support/docs/security/ios-firewall/213532-troubleshoot-ios-zone-based-policy-firew.html',
  read: '2026-11',
  certainty: 'high',
};
const NUMBERS: Evidence = {
  kind: 'vendor',
  title: 'Cisco IOS: IP Access List Entry Sequence Numbering',
  source: 'https://manualsbrain.com/en/manuals/1643333/?page=9',
  read: '2026-11',
  certainty: 'high',
};
const ORDER: Evidence = {
  kind: 'field-report',
  title: 'NAT Order of Operation: lists are asked before the translation from outside to inside',
  source: 'http://www.remoteaccess.org.ua/1587200732_ch12lev1sec3.html',
  read: '2026-11',
  certainty: 'medium',
};
const SEGMENTS: Evidence = {
  kind: 'vendor',
  title: 'Cisco IOS IP Application Services Command Reference: ip tcp adjust-mss',
  source: 'https://www.cisco.com/en/US/docs/ios-xml/ios/ipapp/command/iap-i2.html',
  read: '2026-11',
  certainty: 'high',
};

export const CISCO_IOS: EdgeProduct = {
  id: 'cisco-ios',
  name: 'Cisco IOS',
  version: 'IOS 15 and IOS XE 16 and later, command line in configuration mode',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  interfaces: {
    pattern: /^[A-Z][A-Za-z-]{1,30}\d{1,4}(\/\d{1,4}){0,3}(\.\d{1,5})?$/,
    allowed: 'an interface as it is written in the configuration: GigabitEthernet0/0/1, Vlan10, Dialer1',
    usual: { inside: 'GigabitEthernet0/1', outside: 'GigabitEthernet0/0' },
  },
  versions: [4],
  render: (job) => {
    refuseSharedEsp(CISCO_IOS, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** What stands for the names of the user's own lists. */
const LISTS = { inside: 'INSIDE_IN', outside: 'OUTSIDE_IN' } as const;
type Side = keyof typeof LISTS;

/** The side that clients come from, and the one that answers come from. */
function sides({ site }: EdgeJob): { clients: Side; gateway: Side } {
  return site.role === 'before-clients'
    ? { clients: 'inside', gateway: 'outside' }
    : { clients: 'outside', gateway: 'inside' };
}

function protocol(flow: Flow): string {
  return flow.port === undefined ? flow.id : transport(flow);
}

function clientsOf(job: EdgeJob): string {
  return isEverywhere(job) ? 'any' : `object-group ${named(job, 'clients')}`;
}

/** Entries about packets to the gateway, by the address that they come with. */
function inwards(job: EdgeJob): string[] {
  const { plan } = job;
  const match = (flow: Flow, from: string) =>
    `${protocol(flow)} ${from} host ${plan.gateway}${flow.port === undefined ? '' : ` eq ${flow.port}`}`;
  return [
    ...plan.flows.map((flow) => `permit ${match(flow, clientsOf(job))}`),
    ...(isGatewayAlone(job)
      ? [`deny ip any host ${plan.gateway}`]
      : plan.flows.map((flow) => `deny ${match(flow, 'any')}`)),
  ];
}

/** Entries about what the gateway sends back. */
function back(job: EdgeJob): string[] {
  const { plan, site } = job;
  // Behind this router the clients have its own address, which only it knows.
  const clients = site.role === 'before-clients' ? 'any' : clientsOf(job);
  return plan.flows.map((flow) => {
    const port = flow.port === undefined ? '' : ` eq ${flow.port}`;
    const established = flow.protocol === IpProtocol.TCP ? ' established' : '';
    return `permit ${protocol(flow)} host ${site.innerAddress}${port} ${clients}${established}`;
  });
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const needsAlg = plan.hasGre && (site.role === 'before-clients' || isByPorts(job));
  return {
    purpose: 'configuration',
    name: `${plan.name}-cisco-ios.cfg`,
    comments: BANG,
    blocks: [
      ...(needsAlg ? [alg(job)] : []),
      ...(site.role === 'before-gateway' ? [translation(job)] : []),
      ...(isEverywhere(job) ? [] : [ranges(job)]),
      towards(job),
      answers(job),
      ...(clampsSegments(job) ? [segments(job)] : []),
    ],
  };
}

function ranges(job: EdgeJob): EdgeBlock {
  return block(
    [
      `object-group network ${named(job, 'clients')}`,
      ...sources(job).map((range) => ` ${network(range)} ${netmask(range)}`),
    ],
    job.site.role === 'before-clients' ? 'The networks that clients are in.' : 'Where clients may come from.',
    [MEMORY],
  );
}

function alg(job: EdgeJob): EdgeBlock {
  return block(
    ['ip nat service pptp'],
    isByPorts(job)
      ? 'The ALG reads the calls on TCP 1723 and translates their GRE, which has no port to be translated by. It is on wherever NAT is, unless it was turned off.'
      : 'The ALG reads the calls on TCP 1723 and translates the Call IDs of clients that share an address. It is on wherever NAT is, unless it was turned off. It opens no list.',
    [ALG],
  );
}

function translation(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const interfaces = `The interfaces must say so: ip nat inside on ${site.inside}, ip nat outside on ${site.outside}.`;
  return isByPorts(job)
    ? block(
        translations(job),
        `Only these ports of the address lead to the gateway. ${interfaces} Where ${plan.gateway} is the address of ${site.outside} and may change, write interface ${site.outside} in its place.`,
        [STATIC_PORT, ...(plan.hasGre ? [ALG] : [])],
      )
    : block(
        translations(job),
        `The whole address is translated, every protocol with it, and PPTP needs no ALG for that; the lists decide what gets in. ${interfaces}`,
        [ALG],
      );
}

function translations(job: EdgeJob): string[] {
  const { plan, site } = job;
  return isByPorts(job)
    ? flowsWithPort(job).map(
        (flow) =>
          `ip nat inside source static ${transport(flow)} ${site.innerAddress} ${flow.port} ${plan.gateway} ${flow.port} extendable`,
      )
    : [`ip nat inside source static ${site.innerAddress} ${plan.gateway}`];
}

/** Entries at the head of a list, whose own ones are moved out of the way of their numbers. */
function atTheHead(list: string, entries: readonly string[]): string[] {
  return [
    `ip access-list resequence ${list} 1000 10`,
    `ip access-list extended ${list}`,
    ...entries.map((entry, i) => ` ${i + 1} ${entry}`),
  ];
}

function howToName(list: string, side: string): string {
  return `Put the list that is bound inbound to ${side} in place of ${list} (show ip interface ${side}).`;
}

function towards(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const { clients } = sides(job);
  return block(
    atTheHead(LISTS[clients], inwards(job)),
    [
      howToName(LISTS[clients], site[clients]),
      'Where none is bound, everything comes in there: bind this one (ip access-group NAME in), with an entry of your own at its end for all else, because a list that is bound ends with a denial.',
      'The list is renumbered from 1000, in the order that it has, and these entries stand before it.',
      ...(site.role === 'before-gateway' ? ['Inbound lists see the address before the translation.'] : []),
      ...(plan.hasGre
        ? [
            'A list sees single packets: GRE is let through from these ranges and no others, of any version and with or without a call. Where zones decide instead (zone-based firewall), inspection of PPTP opens no GRE: it needs a class of its own with the action pass, one for each direction.',
          ]
        : []),
    ].join(' '),
    [NUMBERS, ...(site.role === 'before-gateway' ? [ORDER] : []), ...(plan.hasGre ? [ZONES] : [])],
  );
}

function answers(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const { gateway } = sides(job);
  return block(
    atTheHead(LISTS[gateway], back(job)),
    [
      howToName(LISTS[gateway], site[gateway]),
      'Where none is bound, leave this block out: everything comes back already.',
      'No list lets answers through by itself, so these do.',
      ...(plan.hasGre ? ['The gateway may also send the first packet of GRE.'] : []),
      ...(site.role === 'before-clients'
        ? [
            'They go to the address that this router hides the clients behind, whichever that is: so the gateway alone is named.',
          ]
        : []),
    ].join(' '),
    [NUMBERS],
  );
}

function segments({ plan, site }: EdgeJob): EdgeBlock {
  return block(
    [`interface ${site.inside}`, ` ip tcp adjust-mss ${plan.mss}`],
    `What leaves the tunnel (${plan.tunnelRange}) passes here in the clear: TCP segments larger than the tunnel's would not fit into it. IOS knows no ranges here, so this holds for all TCP through ${site.inside}.`,
    [SEGMENTS],
  );
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const { clients, gateway } = sides(job);
  const without = (list: string, entries: readonly string[]) => [
    `ip access-list extended ${list}`,
    ...entries.map((entry) => ` no ${entry}`),
  ];
  return {
    purpose: 'removal',
    name: `${plan.name}-cisco-ios-removal.cfg`,
    comments: BANG,
    blocks: [
      block(
        [...without(LISTS[clients], inwards(job)), ...without(LISTS[gateway], back(job))],
        'The entries, in the lists that they were put into. Your own keep their order, with numbers from 1000.',
        [NUMBERS],
      ),
      ...(isEverywhere(job)
        ? []
        : [
            block([`no object-group network ${named(job, 'clients')}`], 'The ranges, once nothing names them.', [
              MEMORY,
            ]),
          ]),
      ...(site.role === 'before-gateway'
        ? [
            block(
              translations(job).map((line) => `no ${line}`),
              'The translation. IOS asks about translations in use. The ALG stays as it is on a new device: on.',
              [MEMORY],
            ),
          ]
        : []),
      ...(clampsSegments(job)
        ? [
            block(
              [`interface ${site.inside}`, ' no ip tcp adjust-mss'],
              'The bound on segments. Where another one stood there before, set that again.',
              [SEGMENTS],
            ),
          ]
        : []),
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const { clients, gateway } = sides(job);
  const hasUdp = plan.flows.some((flow) => flow.protocol === IpProtocol.UDP);
  return {
    purpose: 'check',
    name: `${plan.name}-cisco-ios-check.txt`,
    comments: BANG,
    blocks: [
      block(
        [`show ip access-lists ${LISTS[clients]}`, `show ip access-lists ${LISTS[gateway]}`],
        plan.hasGre
          ? 'While a client dials: the entries for TCP 1723 and those for GRE (IP protocol 47) count, in both lists. GRE in one of them only, and a client that stops at "verifying user name and password", is what a broken translation looks like, or a filter at the other end.'
          : 'While a client dials: the first entries count, in both lists.',
        [MEMORY],
      ),
      ...(site.role === 'routed'
        ? []
        : [
            block(
              ['show ip nat translations verbose', 'show ip nat statistics'],
              `${plan.hasGre ? 'A call has a translation for TCP 1723 and one for GRE. ' : ''}The interfaces are listed as inside and outside as they are.`,
              [MEMORY],
            ),
          ]),
      ...(plan.hasGre
        ? [block([`tcpdump -ni any 'proto 47'`], 'For the gateway, or a machine beside it: GRE both ways.', [MEMORY])]
        : []),
      ...(hasUdp && site.role !== 'routed'
        ? [
            block(
              ['show ip nat translations udp'],
              'A UDP translation without packets is forgotten after five minutes unless something else is set: WireGuard and OpenVPN behind this router need a keepalive below that (WireGuard: PersistentKeepalive = 25).',
              [MEMORY],
            ),
          ]
        : []),
    ],
  };
}
