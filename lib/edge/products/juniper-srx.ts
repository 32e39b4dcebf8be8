import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import {
  block,
  clampsSegments,
  flowsWithPort,
  isByPorts,
  isGatewayAlone,
  NOT_A_HOST,
  named,
  refuseSharedEsp,
  sources,
  transport,
} from './appliance';

const ALG: Evidence = {
  kind: 'vendor',
  title: 'Junos OS: PPTP ALG',
  source: 'https://www.juniper.net/documentation/us/en/software/junos/alg/topics/topic-map/security-pptp-alg.html',
  read: '2026-11',
  certainty: 'high',
};
const POLICIES: Evidence = {
  kind: 'vendor',
  title: 'Junos OS: [edit security policies] Hierarchy Level',
  source:
    'https://juniper.net/documentation/en_US/junos13.2/topics/reference/statement-hierarchy/security-policies.html',
  read: '2026-11',
  certainty: 'high',
};
const ORDER: Evidence = {
  kind: 'vendor',
  title: 'Junos OS: Reordering Security Policies',
  source:
    'https://juniper.net/documentation/us/en/software/junos/security-policies/topics/topic-map/security-reordering-policies.html',
  read: '2026-11',
  certainty: 'high',
};

const BOOKS: Evidence = {
  kind: 'vendor',
  title: 'Junos Space: NAT Global Address Book Overview',
  source:
    'https://www.juniper.net/documentation/en_US/junos-space22.2/topics/concept/junos-space-nat-global-address-book-overview.html',
  read: '2026-11',
  certainty: 'high',
};
const TRANSLATION: Evidence = {
  kind: 'vendor',
  title: 'Junos OS: [edit security nat] Hierarchy Level',
  source: 'https://juniper.net/documentation/en_US/junos13.2/topics/reference/statement-hierarchy/security-nat.html',
  read: '2026-11',
  certainty: 'high',
  caveat: 'Of Junos OS 13.2, which has no match by protocol yet.',
};
const SEGMENTS: Evidence = {
  kind: 'vendor',
  title: 'Junos OS: all-tcp (Security Flow)',
  source:
    'https://juniper.net/documentation/en_US/junos12.1x46/topics/reference/configuration-statement/security-edit-all-tcp.html',
  read: '2026-11',
  certainty: 'high',
};

export const JUNIPER_SRX: EdgeProduct = {
  id: 'juniper-srx',
  name: 'Juniper SRX',
  version: 'Junos OS 15.1X49 and later, command line in configuration mode, then commit',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  interfaces: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
    allowed: 'the name of a zone: 1 to 63 letters, digits, hyphens and underscores, a letter first',
    usual: { inside: 'trust', outside: 'untrust' },
  },
  versions: [4],
  mostRanges: 1024,
  render: (job) => {
    refuseSharedEsp(JUNIPER_SRX, job);
    return [configuration(job), removal(job), check(job)];
  },
};

const BOOK = 'security address-book global';

/** The pair of zones that clients cross on their way to the gateway. */
function pair({ site }: EdgeJob): string {
  const [from, to] = site.role === 'before-clients' ? [site.inside, site.outside] : [site.outside, site.inside];
  return `security policies from-zone ${from} to-zone ${to}`;
}

/** The predefined applications of PPTP come with the ALG; the others are written out. */
function application(job: EdgeJob, flow: Flow): string {
  if (flow.protocol === IpProtocol.GRE) {
    return 'junos-gre';
  }
  return flow.port === 1723 ? 'junos-pptp' : named(job, flow.id);
}

/** The flows that have an application of their own. */
function written(job: EdgeJob): readonly Flow[] {
  return job.plan.flows.filter((flow) => application(job, flow).startsWith(job.plan.name));
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return {
    purpose: 'configuration',
    name: `${plan.name}-juniper-srx.set`,
    comments: HASH,
    blocks: [
      block(
        [
          ...sources(job).flatMap((range, i) => [
            `set ${BOOK} address ${named(job, `client-${i + 1}`)} ${range.cidr}`,
            `set ${BOOK} address-set ${named(job, 'clients')} address ${named(job, `client-${i + 1}`)}`,
          ]),
          `set ${BOOK} address ${named(job, 'gateway')} ${site.innerAddress}/32`,
        ],
        `${site.role === 'before-clients' ? 'The networks that clients are in, and the gateway that they call.' : 'Where clients may come from, and the gateway by the address that it has itself: policies see it after the translation.'} A device that still has address books inside of its zones takes no global one: put these into those books there.`,
        [BOOKS],
      ),
      ...(written(job).length === 0 ? [] : [applications(job)]),
      ...(plan.hasGre ? [alg(job)] : []),
      ...(site.role === 'before-gateway' ? [translation(job)] : []),
      policies(job),
      ...(clampsSegments(job) ? [segments(job)] : []),
    ],
  };
}

function applications(job: EdgeJob): EdgeBlock {
  return block(
    written(job).flatMap((flow) => {
      const name = `set applications application ${named(job, flow.id)}`;
      return flow.port === undefined
        ? [`${name} protocol ${flow.protocol}`]
        : [`${name} protocol ${transport(flow)}`, `${name} destination-port ${flow.port}`];
    }),
    'One application for each flow, by protocol and port.',
    [MEMORY],
  );
}

function alg(job: EdgeJob): EdgeBlock {
  const why = [
    'The ALG reads the calls on TCP 1723, translates their Call IDs and opens their GRE, both ways, so no policy lets GRE in. The line undoes `set security alg pptp disable`, and warns where there is no such statement; `show security alg status` must say that PPTP is enabled.',
    ...(isByPorts(job)
      ? ['GRE has no port to be translated by: the ALG leads it to the gateway. Try a call before you rely on that.']
      : []),
  ];
  return block(['delete security alg pptp disable'], why.join(' '), [ALG]);
}

function translation(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const rules = named(job, 'published');
  const kind = isByPorts(job) ? 'destination' : 'static';
  const set = `set security nat ${kind} rule-set ${rules}`;
  const proxy = `Where ${plan.gateway} is not the address of an interface, Junos must also answer ARP for it (set security nat proxy-arp interface INTERFACE address ${plan.gateway}/32). Junos takes one set of rules for a zone: where there is one from ${site.outside} already, write its name in place of ${rules}.`;
  if (!isByPorts(job)) {
    return block(
      [
        `${set} from zone ${site.outside}`,
        `${set} rule ${named(job, 'gateway')} match destination-address ${plan.gateway}/32`,
        `${set} rule ${named(job, 'gateway')} then static-nat prefix ${site.innerAddress}/32`,
      ],
      `The whole address is translated, both ways and for every protocol; the policies below decide what gets in. ${proxy}`,
      [TRANSLATION],
    );
  }
  const pool = named(job, 'gateway');
  return block(
    [
      `set security nat destination pool ${pool} address ${site.innerAddress}/32`,
      `${set} from zone ${site.outside}`,
      ...flowsWithPort(job).flatMap((flow) => {
        const rule = `${set} rule ${named(job, flow.id)}`;
        return [
          `${rule} match destination-address ${plan.gateway}/32`,
          `${rule} match protocol ${transport(flow)}`,
          `${rule} match destination-port ${flow.port}`,
          `${rule} then destination-nat pool ${pool}`,
        ];
      }),
    ],
    `Only these ports of the address lead to the gateway. ${proxy}`,
    [TRANSLATION],
  );
}

function policies(job: EdgeJob): EdgeBlock {
  const { plan } = job;
  const permitted = plan.flows.filter(({ protocol }) => protocol !== IpProtocol.GRE);
  const policy = (what: string, source: string, apps: readonly string[], action: string) => {
    const name = `set ${pair(job)} policy ${named(job, what)}`;
    return [
      `${name} match source-address ${source}`,
      `${name} match destination-address ${named(job, 'gateway')}`,
      ...apps.map((app) => `${name} match application ${app}`),
      `${name} then ${action}`,
    ];
  };
  const all = (flows: readonly Flow[]) => flows.map((flow) => application(job, flow));
  const first = `insert ${pair(job)} policy ${named(job, 'in')} before policy NAME`;
  return block(
    [
      ...policy('in', named(job, 'clients'), all(permitted), 'permit'),
      ...policy('deny', 'any', isGatewayAlone(job) ? ['any'] : all(plan.flows), 'deny'),
    ],
    [
      `New policies go to the end of their pair of zones, where one of yours may decide first: put both before it, in this order (${first}).`,
      ...(plan.hasGre
        ? [
            'junos-pptp is TCP 1723 alone, and calls the ALG; what the ALG opens is not asked about here, so the denial of GRE holds for all the rest.',
          ]
        : []),
    ].join(' '),
    [POLICIES, ORDER],
  );
}

function segments({ plan }: EdgeJob): EdgeBlock {
  return block(
    [`set security flow tcp-mss all-tcp mss ${plan.mss}`],
    `What leaves the tunnel (${plan.tunnelRange}) passes here in the clear: TCP segments larger than the tunnel's would not fit into it. Junos knows no ranges here, so this holds for all TCP through it.`,
    [SEGMENTS],
  );
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const kind = isByPorts(job) ? 'destination' : 'static';
  const rules = isByPorts(job) ? flowsWithPort(job).map(({ id }) => id) : ['gateway'];
  return {
    purpose: 'removal',
    name: `${plan.name}-juniper-srx-removal.set`,
    comments: HASH,
    blocks: [
      block(
        [`delete ${pair(job)} policy ${named(job, 'in')}`, `delete ${pair(job)} policy ${named(job, 'deny')}`],
        'The policies.',
        [POLICIES],
      ),
      ...(site.role === 'before-gateway'
        ? [
            block(
              [
                ...rules.map(
                  (rule) => `delete security nat ${kind} rule-set ${named(job, 'published')} rule ${named(job, rule)}`,
                ),
                `delete security nat ${kind} rule-set ${named(job, 'published')}`,
                ...(isByPorts(job) ? [`delete security nat destination pool ${named(job, 'gateway')}`] : []),
              ],
              'The translation. Leave the line out that deletes the whole set of rules where the set was yours before.',
              [TRANSLATION],
            ),
          ]
        : []),
      block(
        [
          ...written(job).map((flow) => `delete applications application ${named(job, flow.id)}`),
          `delete ${BOOK} address-set ${named(job, 'clients')}`,
          ...sources(job).map((_, i) => `delete ${BOOK} address ${named(job, `client-${i + 1}`)}`),
          `delete ${BOOK} address ${named(job, 'gateway')}`,
        ],
        plan.hasGre
          ? 'What the policies named. The ALG stays as it is on a new device: on. Where it was off before: set security alg pptp disable.'
          : 'What the policies named.',
        [BOOKS],
      ),
      ...(clampsSegments(job)
        ? [
            block(
              ['delete security flow tcp-mss all-tcp'],
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
  const kind = isByPorts(job) ? 'destination' : 'static';
  const gateway = site.innerAddress;
  const hasUdp = plan.flows.some(({ protocol }) => protocol === IpProtocol.UDP);
  return {
    purpose: 'check',
    name: `${plan.name}-juniper-srx-check.txt`,
    comments: HASH,
    blocks: [
      ...(plan.hasGre
        ? [
            block(
              [
                'show security alg status | match PPTP',
                `show security flow session destination-prefix ${gateway}/32 protocol tcp destination-port 1723`,
                'show security flow session protocol gre',
                'show security flow gate',
              ],
              'While a client dials: the ALG is enabled; one session to port 1723; GRE (IP protocol 47) sessions with packets both in and out. A gate that stays and no GRE session, and a client that stops at "verifying user name and password", is what a broken ALG looks like.',
              [MEMORY],
            ),
          ]
        : [
            block(
              [`show security flow session destination-prefix ${gateway}/32`],
              'While a client dials: a session with packets both in and out.',
              [MEMORY],
            ),
          ]),
      block(
        [
          'show security policies hit-count',
          ...(site.role === 'before-gateway' ? [`show security nat ${kind} rule all`] : []),
          ...(plan.hasGre ? [`tcpdump -ni any 'host ${gateway} and (tcp port 1723 or proto 47)'`] : []),
        ],
        plan.hasGre
          ? `The policy ${named(job, 'in')} counts hits. The last line is for the gateway, or a machine beside it: what only passes a device of Juniper, it does not show.`
          : `The policy ${named(job, 'in')} counts hits.`,
        [MEMORY],
      ),
      ...(hasUdp
        ? [
            block(
              ['show configuration applications'],
              'UDP without packets is forgotten after 60 seconds unless the application says something else: WireGuard and OpenVPN behind this firewall need a keepalive below that (WireGuard: PersistentKeepalive = 25).',
              [MEMORY],
            ),
          ]
        : []),
    ],
  };
}
