import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEASURED, MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { isEverywhere, refuseTranslatedEsp, sources } from './appliance';
import { clamped, isAlone, linuxFlows, PPTP_PORT } from './linux';

const GUIDE: Evidence = {
  kind: 'vendor',
  title: 'RouterOS v3 Configuration and User Guide (AT-WR4500): firewall filter, connection-state and connection-type',
  source: 'https://manualshive.com/ru/manual/allied-telesis/at-wr4500-series/2902624?page=206',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'of version 3; the names of these properties have stayed',
};
const HELPERS: Evidence = {
  kind: 'vendor',
  title: 'MikroTik RouterOS manual: service ports, the helpers of connection tracking',
  source: 'https://www.easymanua.ls/mikrotik/routeros-v2-9/manual?p=486',
  read: '2026-11',
  certainty: 'medium',
};
const NAT: Evidence = {
  kind: 'vendor',
  title: 'MikroTik Wiki, Manual:IP/Firewall/NAT',
  source: 'https://wiki.mikrotik.com/index.php?title=Manual%3AIP%2FFirewall%2FNAT',
  read: '2026-11',
  certainty: 'high',
};

/** Chains, address lists and comments of its own, so that it can be taken back whole. */
export const MIKROTIK: EdgeProduct = {
  id: 'mikrotik',
  name: 'MikroTik RouterOS',
  version: 'RouterOS 7 (written as RouterOS 6 takes it too)',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader', 'gateway-host': 'reader' },
  versions: [4],
  render: (job) => {
    refuseTranslatedEsp(MIKROTIK, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** Its names for protocols. */
function protocolOf({ protocol }: Flow): string {
  const names: Partial<Record<number, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'ipsec-esp' };
  return names[protocol] ?? `${protocol}`;
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return {
    purpose: 'configuration',
    name: `${plan.name}.rsc`,
    comments: HASH,
    blocks: [
      {
        text: takenBack(plan.name),
        why: 'Takes away what an earlier import of this file put in, so that it can be imported again. Nothing else has these comments.',
        evidence: [MEMORY],
      },
      ...(usesHelper(job) ? [helper()] : []),
      ...addresses(job),
      ...(site.role === 'before-gateway' ? [translation(job)] : []),
      permits(job),
      denials(job),
      hooks(job),
      order(job),
      ...segments(job),
    ],
  };
}

/** Where it forwards, GRE is let through by its call. What a call to the router itself needs no document says. */
function usesHelper({ plan, site }: EdgeJob): boolean {
  return plan.hasGre && site.role !== 'gateway-host';
}

function helper(): EdgeBlock {
  return {
    text: '/ip firewall service-port set pptp disabled=no',
    why:
      'The helper reads the control connection, tells calls apart by their numbers, and gives them new ones where two ' +
      'clients chose the same. It is on unless somebody switched it off. Without it, masquerading passes not one call. It acts ' +
      `on TCP ${PPTP_PORT} of connections made after it was switched on.`,
    evidence: [HELPERS, MEASURED],
  };
}

function addresses(job: EdgeJob): EdgeBlock[] {
  const { plan, site } = job;
  const list = (name: string, ranges: readonly { readonly cidr: string }[], what: string) =>
    ranges.map(({ cidr }) => `add list=${plan.name}-${name} address=${cidr} comment="${plan.name}: ${what}"`);
  const lines = [
    ...(isEverywhere(job) ? [] : list('clients', sources(job), 'clients')),
    ...list('management', site.management, 'administration'),
  ];
  return lines.length === 0
    ? []
    : [
        {
          text: ['/ip firewall address-list', ...lines].join('\n'),
          why: 'From where clients come. A range more is a line more here, and no new rule.',
          evidence: [MEMORY],
        },
      ];
}

function translation({ plan, site }: EdgeJob): EdgeBlock {
  const outer = plan.gateway;
  const inner = site.innerAddress;
  const comment = `comment="${plan.name}: publishes the gateway"`;
  const lines = isAlone(site)
    ? [
        `add chain=dstnat action=dst-nat dst-address=${outer} to-addresses=${inner} ${comment}`,
        `add chain=srcnat action=src-nat src-address=${inner} to-addresses=${outer} ${comment}`,
      ]
    : [
        ...plan.flows.map(
          (flow) =>
            `add chain=dstnat action=dst-nat ${matcher(flow, 'dst')} dst-address=${outer} to-addresses=${inner} ${comment}`,
        ),
        ...(plan.hasGre
          ? [
              `add chain=srcnat action=src-nat protocol=gre src-address=${inner}${isEverywhere({ plan, site }) ? '' : ` dst-address-list=${plan.name}-clients`} to-addresses=${outer} ${comment}`,
            ]
          : []),
      ];
  return {
    text: ['/ip firewall nat', ...lines].join('\n'),
    why: isAlone(site)
      ? 'The whole outer address belongs to the gateway, both ways: the router answers on it no longer, so have another one ' +
        'for its administration. The rules come before a masquerading, which would hide the gateway behind another address.'
      : 'What the plan lets through goes to the gateway, GRE as a protocol and not as a port. GRE that the gateway sends ' +
        'first must leave with the address that the client dialled.',
    evidence: [NAT],
  };
}

function first(chain: string, name: string): string {
  const ours = `[find where chain=${chain} and comment~"^${name}: "]`;
  const others = `[find where chain=${chain} and dynamic=no and !(comment~"^${name}: ")]`;
  return `:if ([:len ${others}] > 0) do={ move ${ours} destination=[:pick ${others} 0] }`;
}

function matcher(flow: Flow, side: 'src' | 'dst'): string {
  return `protocol=${protocolOf(flow)}${flow.port === undefined ? '' : ` ${side}-port=${flow.port}`}`;
}

/** The address that the gateway has where filters see it: they see packets after dst-nat, and before src-nat. */
function gatewayOf({ site }: EdgeJob): string {
  return site.innerAddress;
}

function permits(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const gateway = gatewayOf(job);
  const from = isEverywhere(job) ? '' : ` src-address-list=${plan.name}-clients`;
  const to = isEverywhere(job) ? '' : ` dst-address-list=${plan.name}-clients`;
  const ofCall = usesHelper(job) ? ' connection-state=established,related connection-type=pptp' : '';
  const lines = [
    ...plan.flows.flatMap((flow) => {
      const isGre = flow.protocol === IpProtocol.GRE;
      const forth = isGre ? ofCall : '';
      const back = isGre ? ofCall : ' connection-state=established,related';
      return [
        `add chain=${plan.name} action=accept ${matcher(flow, 'dst')}${from} dst-address=${gateway}${forth} comment="${plan.name}: ${flow.label} of clients"`,
        `add chain=${plan.name} action=accept ${matcher(flow, 'src')} src-address=${gateway}${to}${back} comment="${plan.name}: ${flow.label} to clients"`,
      ];
    }),
    ...(site.management.length === 0
      ? []
      : [
          `add chain=${plan.name} action=accept protocol=tcp dst-port=22 src-address-list=${plan.name}-management dst-address=${gateway} comment="${plan.name}: administration"`,
        ]),
  ];
  return {
    text: ['/ip firewall filter', ...lines].join('\n'),
    why: !plan.hasGre
      ? 'Clients begin, the gateway answers.'
      : usesHelper(job)
        ? 'GRE passes only as a part of a call that the helper saw being made, whichever end sends first: GRE of ' +
          'addresses without a call, and plain GRE, do not match. A call that is up when the table of connections is emptied ' +
          'must be dialled again.'
        : 'GRE of the allowed addresses is let in, whichever end sends first. Calls are not told apart here, and plain GRE of ' +
          'the same addresses passes too: RouterOS has no word for GRE version 1.',
    evidence: [GUIDE],
  };
}

function denials(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const gateway = gatewayOf(job);
  const l2tp = site.role === 'gateway-host' && linuxFlows(plan).l2tp;
  const lines = isAlone(site)
    ? [
        ...(l2tp
          ? [
              `add chain=${plan.name} action=accept protocol=udp dst-port=1701 dst-address=${gateway} ipsec-policy=in,ipsec comment="${plan.name}: L2TP out of IPsec"`,
            ]
          : []),
        `add chain=${plan.name} action=accept connection-state=established,related dst-address=${gateway} comment="${plan.name}: answers to the gateway"`,
        `add chain=${plan.name} action=drop dst-address=${gateway} comment="${plan.name}: nothing else"`,
      ]
    : plan.flows.map(
        (flow) =>
          `add chain=${plan.name} action=drop ${matcher(flow, 'dst')} dst-address=${gateway} comment="${plan.name}: ${flow.label} of nobody else"`,
      );
  return {
    text: ['/ip firewall filter', ...lines].join('\n'),
    why: isAlone(site)
      ? `The gateway has its address for itself: what it asked for comes back to it, and nobody else reaches it.${
          l2tp ? ' L2TP is taken only as it comes out of IPsec.' : ''
        }${
          site.role === 'gateway-host'
            ? ' This ends Winbox, WebFig and SSH to this address from everywhere but the administration; keep a console.'
            : ''
        }`
      : 'The same flows of everybody else are dropped here, before a wider rule further down could let them through.',
    evidence: [GUIDE],
  };
}

function hooks({ plan, site }: EdgeJob): EdgeBlock {
  const gateway = site.innerAddress;
  const chains = site.role === 'gateway-host' ? (['input', 'output'] as const) : (['forward', 'forward'] as const);
  const jump = (chain: string, match: string) =>
    `add chain=${chain} action=jump jump-target=${plan.name} ${match} comment="${plan.name}: jump"`;
  return {
    text: [
      '/ip firewall filter',
      jump(chains[0], `dst-address=${gateway}`),
      jump(chains[1], `src-address=${gateway}`),
    ].join('\n'),
    why: 'Only packets from and to the gateway are looked at. A chain of its own keeps the rules together; the first match decides.',
    evidence: [GUIDE],
  };
}

/** Puts what was added to chains of everybody before what is there. */
function order({ plan, site }: EdgeJob): EdgeBlock {
  const chains = site.role === 'gateway-host' ? ['input', 'output'] : ['forward'];
  return {
    text: [
      '/ip firewall filter',
      ...chains.map((chain) => first(chain, plan.name)),
      ...(site.role === 'before-gateway'
        ? ['/ip firewall nat', ...['dstnat', 'srcnat'].map((chain) => first(chain, plan.name))]
        : []),
    ].join('\n'),
    why:
      'What was added to chains of everybody must stand before their other rules, and "add" puts it at the end. See with ' +
      '"print" that nothing stands before it but what RouterOS itself puts there (marked D).',
    evidence: [MEMORY],
  };
}

function segments(job: EdgeJob): EdgeBlock[] {
  const { plan, site } = job;
  const change = (match: string) =>
    `add chain=forward action=change-mss new-mss=${plan.mss} protocol=tcp tcp-flags=syn tcp-mss=${plan.mss + 1}-65535 ${match} passthrough=yes comment="${plan.name}: segments"`;
  return clamped({ plan, site }).map(({ cidr }) => ({
    text: ['/ip firewall mangle', change(`src-address=${cidr}`), change(`dst-address=${cidr}`)].join('\n'),
    why:
      'TCP inside the tunnel agrees on segments that fit into it, in both directions, and smaller ones stay as they are: ' +
      'without it, transfers hang wherever "fragmentation needed" is filtered.',
    evidence: [MEMORY],
  }));
}

function takenBack(name: string): string {
  const mine = `[find where comment~"^${name}: "]`;
  return ['filter', 'nat', 'mangle', 'address-list'].map((menu) => `/ip firewall ${menu} remove ${mine}`).join('\n');
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  return {
    purpose: 'removal',
    name: `${plan.name}-remove.rsc`,
    comments: HASH,
    blocks: [
      {
        text: takenBack(plan.name),
        why: usesHelper(job)
          ? 'Everything that was added carries this comment. The helper stays on, as RouterOS is delivered; calls of others may need it.'
          : 'Everything that was added carries this comment.',
        evidence: [MEMORY],
      },
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const gateway = gatewayOf(job);
  const blocks: EdgeBlock[] = [
    {
      text: `/ip firewall filter print stats where comment~"^${plan.name}: "`,
      why: 'Dial, and print again: the counters of the accepting rules must grow. What grows on a rule "of nobody else" or "nothing else" came from elsewhere.',
      evidence: [MEMORY],
    },
  ];
  if (plan.hasGre) {
    blocks.push(
      {
        text: '/tool sniffer quick ip-protocol=gre',
        why: 'During a call GRE must be seen coming and going on both sides of the router. One direction only: whoever is silent drops protocol 47, or its router has no helper. The client stops at "verifying user name and password", error 619 or 806.',
        evidence: [MEMORY],
      },
      {
        text: `/ip firewall connection print where protocol=gre and (src-address~"${gateway}" or dst-address~"${gateway}")`,
        why: usesHelper(job)
          ? 'One connection for each call, with packets both ways. Two for one call, each with a single direction, mean that the helper is off: print "/ip firewall service-port".'
          : 'GRE of each call; here two connections with one direction each are no fault.',
        evidence: [MEMORY],
      },
    );
  }
  return { purpose: 'check', name: `${plan.name}-check.rsc`, comments: HASH, blocks };
}
