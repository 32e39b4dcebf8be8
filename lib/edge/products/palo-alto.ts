import { invalid } from '../../errors';
import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
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

const RULES: Evidence = {
  kind: 'field-report',
  title: 'PAN-OS: commands for rules, in a wiki of its administrators',
  source: 'https://wikieduonline.com/index.php?mobileaction=toggle_view_desktop&oldid=15904&title=PAN-OS',
  read: '2026-11',
  certainty: 'medium',
};
const ORDER: Evidence = {
  kind: 'vendor',
  title: 'Palo Alto Networks: NAT Policy Rules',
  source: 'https://docs.paloaltonetworks.com/ngfw/networking/nat/nat-policy-rules',
  read: '2026-11',
  certainty: 'high',
};
const ADDRESSES: Evidence = {
  kind: 'field-report',
  title: 'Palo Alto policy format: security rules have the zone after translation and the address before it',
  source: 'https://www.staffordnet.uk/doku.php?id=paloaltonetworks%3Aconfiguration%3Apolicy_format',
  read: '2026-11',
  certainty: 'medium',
};
const APPLICATIONS: Evidence = {
  kind: 'field-report',
  title: 'capirca, issue 273: what a rule for GRE is on PAN-OS',
  source: 'https://github.com/google/capirca/issues/273',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'It shows the application gre in use, and asks for one by protocol number of one’s own in its place.',
};

/** What App-ID calls the flows whose application it knows by their usual port. */
const APP_IDS: Readonly<Record<string, readonly string[]>> = {
  'tcp-1723': ['pptp'],
  gre: ['gre'],
  esp: ['ipsec-esp'],
  'udp-500': ['ike'],
  'udp-4500': ['ike', 'ipsec-esp-udp'],
  'udp-1194': ['open-vpn'],
  'tcp-1194': ['open-vpn'],
  'udp-51820': ['wireguard'],
};

/** How rules tell the flows apart. */
type Form = 'app-id' | 'ports';

export const PALO_ALTO: EdgeProduct = {
  id: 'palo-alto',
  name: 'Palo Alto PAN-OS',
  version: 'PAN-OS 9.1 and later, set commands in configuration mode, then commit',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  interfaces: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/,
    allowed: 'the name of a zone: 1 to 31 letters, digits, points, hyphens and underscores, a letter or digit first',
    usual: { inside: 'trust', outside: 'untrust' },
  },
  versions: [4],
  mostRanges: 500,
  render: (job) => {
    refuseSharedEsp(PALO_ALTO, job);
    refuseSharedGre(job);
    return [configuration(job, 'app-id'), configuration(job, 'ports'), removal(job), check(job)];
  },
};

/** @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` */
function refuseSharedGre(job: EdgeJob): void {
  const gre = job.plan.flows.find(({ protocol }) => protocol === IpProtocol.GRE);
  if (gre === undefined) {
    return;
  }
  if (job.site.role === 'before-clients') {
    refuseFlow(
      PALO_ALTO,
      gre,
      'no document was found that says that it translates the Call IDs of clients that share an address, and a pool of addresses and ports has nothing to tell GRE by.',
      'a static translation that gives the client an address of its own (source-translation static-ip), with the firewall rendered as routed; or a protocol that is one UDP flow: WireGuard, IKEv2.',
    );
  }
  if (isByPorts(job)) {
    refuseFlow(
      PALO_ALTO,
      gre,
      'its translations are told apart by services, and a service is a port of TCP, UDP or SCTP.',
      "an address of the gateway's own (publication: 'one-to-one').",
    );
  }
}

const RULEBASE = 'rulebase security rules';

function list(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `[ ${names.join(' ')} ]`;
}

interface Rule {
  readonly name: string;
  readonly isBack?: true;
  readonly source: string;
  readonly destination: string;
  readonly applications: readonly string[];
  readonly services: readonly string[];
  readonly action: 'allow' | 'deny';
}

/** The rules in the order in which they must be read. */
function rules(job: EdgeJob, form: Form): Rule[] {
  const { plan, site } = job;
  const inwards = { source: named(job, 'clients'), destination: named(job, 'gateway'), action: 'allow' } as const;
  const ports = flowsWithPort(job);
  const service = (flow: Flow) => named(job, flow.id);
  const portless = plan.flows.filter(({ port }) => port === undefined);
  return [
    ...(form === 'ports'
      ? ports.length === 0
        ? []
        : [{ ...inwards, name: named(job, 'in'), applications: ['any'], services: ports.map(service) }]
      : ports.map((flow) => ({
          ...inwards,
          name: named(job, `in-${flow.id}`),
          applications: APP_IDS[flow.id] ?? ['any'],
          services: [service(flow)],
        }))),
    ...portless.map((flow) => ({
      ...inwards,
      name: named(job, `in-${flow.id}`),
      applications: APP_IDS[flow.id] ?? [],
      services: ['application-default'],
    })),
    ...(plan.hasGre
      ? [
          {
            name: named(job, 'back'),
            isBack: true,
            source: named(job, site.role === 'before-gateway' ? 'inner' : 'gateway'),
            destination: named(job, 'clients'),
            applications: ['gre'],
            services: ['application-default'],
            action: 'allow',
          } as const,
        ]
      : []),
    {
      name: named(job, 'deny'),
      source: 'any',
      destination: named(job, 'gateway'),
      applications: ['any'],
      services: isGatewayAlone(job) ? ['any'] : ports.map(service),
      action: 'deny',
    },
  ];
}

function ruleLine({ site }: EdgeJob, rule: Rule): string {
  const isOutwards = (site.role === 'before-clients') !== (rule.isBack === true);
  const [from, to] = isOutwards ? [site.inside, site.outside] : [site.outside, site.inside];
  return `set ${RULEBASE} ${rule.name} from ${from} to ${to} source ${rule.source} destination ${rule.destination} application ${list(rule.applications)} service ${list(rule.services)} action ${rule.action}`;
}

function configuration(job: EdgeJob, form: Form): EdgeDraft {
  const { plan, site } = job;
  return {
    purpose: 'configuration',
    name: `${plan.name}-palo-alto-${form}.set`,
    comments: HASH,
    blocks: [
      objects(job, form),
      ...(flowsWithPort(job).length === 0 ? [] : [services(job)]),
      ...(site.role === 'before-gateway' ? [translation(job)] : []),
      security(job, form),
      ...(clampsSegments(job) ? [segments(job)] : []),
    ],
  };
}

function objects(job: EdgeJob, form: Form): EdgeBlock {
  const { plan, site } = job;
  const names = sources(job).map((_, i) => named(job, `client-${i + 1}`));
  return block(
    [
      ...sources(job).map((range, i) => `set address ${names[i]} ip-netmask ${range.cidr}`),
      `set address-group ${named(job, 'clients')} static ${list(names)}`,
      `set address ${named(job, 'gateway')} ip-netmask ${plan.gateway}/32`,
      ...(site.role === 'before-gateway'
        ? [`set address ${named(job, 'inner')} ip-netmask ${site.innerAddress}/32`]
        : []),
    ],
    `${
      form === 'app-id'
        ? 'This file tells flows apart by what App-ID sees in them and by their port; the other one by protocol and port alone. Load one of the two.'
        : 'This file tells flows apart by protocol and port alone; the other one by what App-ID sees in them as well. Load one of the two.'
    } First ${site.role === 'before-clients' ? 'the networks that clients are in' : 'where clients may come from'}, and the gateway.`,
    [MEMORY],
  );
}

function services(job: EdgeJob): EdgeBlock {
  return block(
    flowsWithPort(job).map(
      (flow) => `set service ${named(job, flow.id)} protocol ${transport(flow)} port ${flow.port}`,
    ),
    'One service for each port. A service is a port of TCP, UDP or SCTP: a protocol without ports is told by its application.',
    [MEMORY],
  );
}

function translation(job: EdgeJob): EdgeBlock {
  const { site } = job;
  const rule = (what: string) => `set rulebase nat rules ${named(job, what)}`;
  if (!isByPorts(job)) {
    return block(
      [
        `${rule('published')} from ${site.inside} to ${site.outside} source ${named(job, 'inner')} destination any service any`,
        `${rule('published')} source-translation static-ip translated-address ${named(job, 'gateway')}`,
        `${rule('published')} source-translation static-ip bi-directional yes`,
        `move rulebase nat rules ${named(job, 'published')} top`,
      ],
      'The whole address is translated, both ways and for every protocol; the first rule that matches is the only one, so it stands at the top.',
      [ORDER],
    );
  }
  const ports = flowsWithPort(job);
  return block(
    [
      ...ports.flatMap((flow) => [
        `${rule(flow.id)} from ${site.outside} to ${site.outside} source any destination ${named(job, 'gateway')} service ${named(job, flow.id)}`,
        `${rule(flow.id)} destination-translation translated-address ${named(job, 'inner')}`,
      ]),
      ...ports.map((flow) => `move rulebase nat rules ${named(job, flow.id)} top`),
    ],
    'Only these ports of the address lead to the gateway. Both zones are those before the translation; the first rule that matches is the only one, so these stand at the top.',
    [ORDER, ADDRESSES],
  );
}

function security(job: EdgeJob, form: Form): EdgeBlock {
  const { plan, site } = job;
  const all = rules(job, form);
  const unknown = form === 'app-id' ? flowsWithPort(job).filter(({ id }) => APP_IDS[id] === undefined) : [];
  return block(
    [...all.map((rule) => ruleLine(job, rule)), ...all.toReversed().map(({ name }) => `move ${RULEBASE} ${name} top`)],
    [
      'Rules are read from the top, and the lines that move them put these there, in this order.',
      ...(site.role === 'before-gateway'
        ? ['A security rule has the zone after the translation, and the address before it.']
        : []),
      ...(plan.hasGre
        ? [
            'GRE (IP protocol 47) is the application gre and has no service; it is let through from these ranges and no others, and no rule can tell its version, or whether a call stands behind it. The gateway may send the first packet of GRE, so it has a rule of its own.',
          ]
        : []),
      ...(form === 'app-id'
        ? ['The names of applications other than gre are from memory; PAN-OS refuses one that it does not know.']
        : []),
      ...(unknown.length > 0
        ? [
            `What speaks on ${unknown.map(({ name }) => name).join(' and ')} App-ID may call by more than one name, so the port alone decides there.`,
          ]
        : []),
    ].join(' '),
    [RULES, ...(site.role === 'before-gateway' ? [ADDRESSES] : []), ...(plan.hasGre ? [APPLICATIONS] : [])],
  );
}

function segments({ plan }: EdgeJob): EdgeBlock {
  const adjustment = 1500 - plan.mss;
  if (adjustment > 300) {
    invalid({
      code: 'EDGE_OPTION_INVALID',
      what: 'mss of EdgePlan is further below the MTU of an interface than Palo Alto PAN-OS can adjust',
      got: plan.mss,
      allowed: 'at least 1200 bytes: 300 below an MTU of 1500',
      instead: 'mss: 1356, or no tunnelRange, and segments that the gateway itself bounds',
    });
  }
  const name = 'set network interface ethernet INSIDE_INTERFACE layer3 adjust-tcp-mss';
  return block(
    [`${name} enable yes`, `${name} ipv4-mss-adjustment ${adjustment}`],
    `Put the interface of the inner zone in place of INSIDE_INTERFACE (ethernet1/2). What leaves the tunnel (${plan.tunnelRange}) passes there in the clear: TCP segments larger than ${plan.mss} bytes, which is ${adjustment} below an MTU of 1500, would not fit into it. PAN-OS knows no ranges here, so this holds for all TCP through that interface.`,
    [MEMORY],
  );
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const names = [...new Set([...rules(job, 'app-id'), ...rules(job, 'ports')].map(({ name }) => name))];
  const translations = isByPorts(job) ? flowsWithPort(job).map(({ id }) => id) : ['published'];
  return {
    purpose: 'removal',
    name: `${plan.name}-palo-alto-removal.set`,
    comments: HASH,
    blocks: [
      block(
        names.map((name) => `delete ${RULEBASE} ${name}`),
        'The rules of both files; that some of them are not there does no harm.',
        [RULES],
      ),
      ...(site.role === 'before-gateway'
        ? [
            block(
              translations.map((what) => `delete rulebase nat rules ${named(job, what)}`),
              'The translation.',
              [RULES],
            ),
          ]
        : []),
      block(
        [
          ...flowsWithPort(job).map((flow) => `delete service ${named(job, flow.id)}`),
          `delete address-group ${named(job, 'clients')}`,
          ...sources(job).map((_, i) => `delete address ${named(job, `client-${i + 1}`)}`),
          `delete address ${named(job, 'gateway')}`,
          ...(site.role === 'before-gateway' ? [`delete address ${named(job, 'inner')}`] : []),
        ],
        'What the rules named.',
        [MEMORY],
      ),
      ...(clampsSegments(job)
        ? [
            block(
              ['delete network interface ethernet INSIDE_INTERFACE layer3 adjust-tcp-mss'],
              'The bound on segments, with the interface in place of INSIDE_INTERFACE. Where another one stood there before, set that again.',
              [MEMORY],
            ),
          ]
        : []),
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const client = sources(job)[0]?.address(1);
  const [from, to] = site.role === 'before-clients' ? [site.inside, site.outside] : [site.outside, site.inside];
  const hasUdp = plan.flows.some(({ protocol }) => protocol === IpProtocol.UDP);
  return {
    purpose: 'check',
    name: `${plan.name}-palo-alto-check.txt`,
    comments: HASH,
    blocks: [
      block(
        plan.flows.map(
          (flow) =>
            `test security-policy-match from ${from} to ${to} source ${client} destination ${plan.gateway} protocol ${flow.protocol}${flow.port === undefined ? '' : ` destination-port ${flow.port}`}`,
        ),
        `Each must name a rule that begins with ${plan.name}-in; the same from an address that is in no range, ${named(job, 'deny')}.`,
        [MEMORY],
      ),
      block(
        plan.hasGre
          ? [
              `show session all filter destination ${plan.gateway} destination-port 1723`,
              'show session all filter protocol 47',
              `tcpdump -ni any 'proto 47'`,
            ]
          : [`show session all filter destination ${plan.gateway}`],
        plan.hasGre
          ? 'While a client dials: a session to port 1723 and one of protocol 47 (GRE) with packets in both directions (show session id NUMBER). Packets in one direction only, and a client that stops at "verifying user name and password", is what GRE that does not come through looks like. The last line is for the gateway.'
          : 'While a client dials: a session with packets in both directions.',
        [MEMORY],
      ),
      ...(hasUdp
        ? [
            block(
              ['show session info'],
              'UDP without packets is forgotten after 30 seconds unless something else is set: WireGuard and OpenVPN behind this firewall need a keepalive below that (WireGuard: PersistentKeepalive = 25; OpenVPN: keepalive 10 60).',
              [MEMORY],
            ),
          ]
        : []),
    ],
  };
}
