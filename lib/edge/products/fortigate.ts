import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEMORY } from '../evidence';
import { GATEWAY_ADDRESS } from '../plan';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import {
  block,
  clampsSegments,
  flowsWithPort,
  isByPorts,
  isGatewayAlone,
  NOT_A_HOST,
  named,
  netmask,
  network,
  refuseSharedEsp,
  sources,
  transport,
} from './appliance';

const HANDBOOK: Evidence = {
  kind: 'vendor',
  title: 'FortiOS 6.0 Handbook: PPTP session helper for PPTP traffic',
  source:
    'https://docs2.fortinet.com/document/fortigate/6.0.0/handbook/657326/pptp-session-helper-for-pptp-traffic-pptp',
  read: '2026-11',
  certainty: 'high',
  caveat: 'Of FortiOS 6.0; it says that Call IDs are translated only from a private client to a public server.',
};
const HELPERS: Evidence = {
  kind: 'vendor',
  title: 'FortiOS 7.0 CLI reference: config system session-helper',
  source: 'https://docs.fortinet.com/document/fortigate/7.0.7/cli-reference/116620',
  read: '2026-11',
  certainty: 'high',
};
const POLICIES: Evidence = {
  kind: 'vendor',
  title: 'FortiOS 6.4 CLI reference: config firewall policy',
  source: 'https://docs.fortinet.com/document/fortigate/6.4.16/cli-reference/333889629',
  read: '2026-11',
  certainty: 'high',
};
const SERVICES: Evidence = {
  kind: 'vendor',
  title: 'Terraform provider for FortiOS: firewallservice_custom, with protocol and protocol_number',
  source:
    'https://github.com/fortinetdev/terraform-provider-fortios website/docs/d/fortios_firewallservice_custom.html.markdown',
  read: '2026-11',
  certainty: 'medium',
};
const VIPS: Evidence = {
  kind: 'vendor',
  title: 'FortiProxy 7.0 CLI reference: config firewall vip',
  source: 'https://docs.fortinet.com/document/fortiproxy/7.0.10/cli-reference/169620',
  read: '2026-11',
  certainty: 'medium',
  caveat: "Of FortiProxy, which has FortiOS' command.",
};
const SEGMENTS: Evidence = {
  kind: 'vendor',
  title: 'Fortinet: Behavior of TCP-MSS setting under system interface',
  source:
    'https://community.fortinet.com/t5/FortiGate/Technical-Tip-Behavior-of-TCP-MSS-setting-under-system-interface/ta-p/221376',
  read: '2026-11',
  certainty: 'high',
};

const DENIAL: Evidence = {
  kind: 'vendor',
  title: 'Fortinet: DENY policy for Virtual IP firewall policy',
  source: 'https://community.fortinet.com/fortigate-3/technical-tip-deny-policy-for-virtual-ip-firewall-policy-94794',
  read: '2026-11',
  certainty: 'high',
};

export const FORTIGATE: EdgeProduct = {
  id: 'fortigate',
  name: 'FortiGate',
  version: 'FortiOS 6.4 and later, command line',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  interfaces: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,34}$/,
    allowed: '1 to 35 letters, digits, points, hyphens and underscores, a letter or digit first',
    usual: { inside: 'internal', outside: 'wan1' },
  },
  versions: [4],
  mostRanges: 600,
  render: (job) => {
    refuseSharedEsp(FORTIGATE, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** A table of the configuration with its entries, each a name and what is set in it. */
function config(table: string, entries: readonly (readonly [string, readonly string[]])[]): string[] {
  return [
    `config ${table}`,
    ...entries.flatMap(([name, settings]) => [
      `    edit ${name}`,
      ...settings.map((setting) => `        set ${setting}`),
      '    next',
    ]),
    'end',
  ];
}

function deleted(table: string, names: readonly string[]): string[] {
  return [`config ${table}`, ...names.map((name) => `    delete ${name}`), 'end'];
}

const quoted = (name: string) => `"${name}"`;

/** What the rules call the gateway: an address, or the translation that leads to it. */
function destination(job: EdgeJob): string {
  return named(job, job.site.role === 'before-gateway' ? 'published' : 'gateway');
}

/** Numbers of policies that nobody else has counted to, the same ones whenever they are written. */
function policyNumber({ plan }: EdgeJob, offset: number): string {
  let hash = 0x811c9dc5;
  for (const letter of plan.name) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  }
  return String(1_000_000_000 + (hash % 300_000_000) * 10 + offset);
}

const hasBack = (job: EdgeJob) => job.plan.hasGre && isGatewayAlone(job);

function policyNumbers(job: EdgeJob): string[] {
  return [1, ...(hasBack(job) ? [2] : []), 3].map((offset) => policyNumber(job, offset));
}

function configuration(job: EdgeJob): EdgeDraft {
  return {
    purpose: 'configuration',
    name: `${job.plan.name}-fortigate.conf`,
    comments: HASH,
    blocks: [
      addresses(job),
      services(job),
      ...(job.site.role === 'before-gateway' ? [published(job)] : []),
      ...(job.plan.hasGre ? [helper()] : []),
      policies(job),
      ...(clampsSegments(job) ? [segments(job)] : []),
    ],
  };
}

const clientName = (job: EdgeJob, i: number) => quoted(named(job, `client-${i + 1}`));

function clientNames(job: EdgeJob): string[] {
  return sources(job).map((_, i) => clientName(job, i));
}

function addresses(job: EdgeJob): EdgeBlock {
  return block(
    [
      ...config('firewall address', [
        ...sources(job).map(
          (range, i) => [clientName(job, i), [`subnet ${network(range)} ${netmask(range)}`]] as const,
        ),
        [
          quoted(named(job, 'gateway')),
          [
            // Where the next line is refused, as the word in place of an address is, this stays, and not the default: everything.
            ...(job.site.innerAddress === GATEWAY_ADDRESS ? ['subnet 0.0.0.0 255.255.255.255'] : []),
            `subnet ${job.site.innerAddress} 255.255.255.255`,
          ],
        ],
      ]),
      ...config('firewall addrgrp', [[quoted(named(job, 'clients')), [`member ${clientNames(job).join(' ')}`]]]),
    ],
    job.site.role === 'before-clients'
      ? 'The networks that clients are in, and the gateway that they call.'
      : 'Where clients may come from, and the gateway by the address that it has itself.',
    [POLICIES],
  );
}

function serviceName(job: EdgeJob, flow: Flow): string {
  return quoted(named(job, flow.id));
}

function services(job: EdgeJob): EdgeBlock {
  const portless = job.plan.flows.some(({ port }) => port === undefined);
  return block(
    config(
      'firewall service custom',
      job.plan.flows.map((flow) => [
        serviceName(job, flow),
        flow.port === undefined
          ? ['protocol IP', `protocol-number ${flow.protocol}`]
          : ['protocol TCP/UDP/SCTP', `${transport(flow)}-portrange ${flow.port}`],
      ]),
    ),
    `One service for each flow.${
      portless
        ? ' A protocol without ports is named by its number: the predefined services differ from version to version, and a policy without a service of its own would be one for ALL.'
        : ''
    }`,
    [SERVICES],
  );
}

function published(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const translation = [`extip ${plan.gateway}`, `mappedip "${site.innerAddress}"`, `extintf "${site.outside}"`];
  if (!isByPorts(job)) {
    return block(
      config('firewall vip', [[quoted(named(job, 'published')), translation]]),
      'The whole address is translated, without ports: GRE has none, and with set portforward only TCP, UDP, SCTP and ICMP are translated.',
      [VIPS],
    );
  }
  const names = flowsWithPort(job).map((flow) => serviceName(job, flow));
  return block(
    [
      ...config(
        'firewall vip',
        flowsWithPort(job).map((flow) => [
          serviceName(job, flow),
          [
            ...translation,
            'portforward enable',
            `protocol ${transport(flow)}`,
            `extport ${flow.port}`,
            `mappedport ${flow.port}`,
          ],
        ]),
      ),
      ...config('firewall vipgrp', [
        [quoted(named(job, 'published')), [`interface "${site.outside}"`, `member ${names.join(' ')}`]],
      ]),
    ],
    plan.hasGre
      ? 'Only these ports of the address lead to the gateway. GRE has no port to be translated by: the session helper, which reads the control connection, leads it there. Try a call before you rely on that, or give the gateway an address of its own.'
      : 'Only these ports of the address lead to the gateway.',
    plan.hasGre ? [VIPS, HANDBOOK] : [VIPS],
  );
}

function helper(): EdgeBlock {
  return block(
    config('system session-helper', [['1', ['name pptp', 'protocol 6', 'port 1723']]]),
    'The session helper reads the calls on TCP 1723, translates their Call IDs and lets their GRE through, whichever end sends first. Entry 1 is where a new device has it: see `show system session-helper` first, and give it another number where 1 is something else.',
    [HANDBOOK, HELPERS],
  );
}

function policies(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const isFromInside = site.role === 'before-clients';
  const [from, to] = isFromInside ? [site.inside, site.outside] : [site.outside, site.inside];
  const inwards = [`srcintf "${from}"`, `dstintf "${to}"`];
  const flows = plan.flows.map((flow) => serviceName(job, flow)).join(' ');
  const clients = quoted(named(job, 'clients'));
  const gateway = quoted(destination(job));
  const policy = (offset: number, what: string, settings: readonly string[]) =>
    [
      policyNumber(job, offset),
      [`name ${quoted(named(job, what))}`, ...settings, 'schedule "always"', 'logtraffic all'],
    ] as const;
  return block(
    config('firewall policy', [
      policy(1, 'in', [
        ...inwards,
        `srcaddr ${clients}`,
        `dstaddr ${gateway}`,
        `service ${flows}`,
        'action accept',
        ...(isFromInside ? ['nat enable'] : []),
      ]),
      ...(hasBack(job)
        ? [
            policy(2, 'back', [
              `srcintf "${to}"`,
              `dstintf "${from}"`,
              `srcaddr ${quoted(named(job, 'gateway'))}`,
              `dstaddr ${clients}`,
              `service ${quoted(named(job, 'gre'))}`,
              'action accept',
              ...(site.role === 'before-gateway' ? ['nat enable'] : []),
            ]),
          ]
        : []),
      policy(3, 'deny', [
        ...inwards,
        'srcaddr "all"',
        `dstaddr ${gateway}`,
        `service ${isGatewayAlone(job) ? '"ALL"' : flows}`,
        'action deny',
        ...(site.role === 'before-gateway' ? ['match-vip disable'] : []),
      ]),
    ]),
    [
      'Policies are read from the top: move these before every other one that is about the gateway (config firewall policy, move NUMBER before NUMBER), in this order. New ones stand at the end, where a policy of yours may decide first.',
      'Their numbers are made of the name, so that nothing of yours has them.',
      ...(plan.hasGre
        ? [
            'GRE is let through from these ranges and no others; its version, and whether a call stands behind it, no policy can tell.',
          ]
        : []),
      ...(hasBack(job) ? ['The gateway may send the first packet of GRE, so it has a policy of its own.'] : []),
      ...(site.role === 'before-gateway'
        ? [
            'The last one names the translation, because a policy that denies all would not match what is translated; match-vip, which is about such a policy, is off.',
          ]
        : []),
    ].join(' '),
    [POLICIES, ...(site.role === 'before-gateway' ? [DENIAL] : []), ...(plan.hasGre ? [HANDBOOK] : [])],
  );
}

function segments({ plan, site }: EdgeJob): EdgeBlock {
  return block(
    config('system interface', [[quoted(site.inside), [`tcp-mss ${plan.mss}`]]]),
    `What leaves the tunnel (${plan.tunnelRange}) passes here in the clear: TCP segments larger than the tunnel's would not fit into it. The interface knows no ranges, so this holds for all TCP through ${site.inside}; before FortiOS 7.0.1 it changes one direction only.`,
    [SEGMENTS],
  );
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const flowNames = plan.flows.map((flow) => serviceName(job, flow));
  return {
    purpose: 'removal',
    name: `${plan.name}-fortigate-removal.conf`,
    comments: HASH,
    blocks: [
      block(
        deleted('firewall policy', policyNumbers(job)),
        'The policies first: what they name cannot be deleted while they do.',
        [POLICIES],
      ),
      ...(site.role === 'before-gateway'
        ? [
            block(
              isByPorts(job)
                ? [
                    ...deleted('firewall vipgrp', [quoted(named(job, 'published'))]),
                    ...deleted(
                      'firewall vip',
                      flowsWithPort(job).map((flow) => serviceName(job, flow)),
                    ),
                  ]
                : deleted('firewall vip', [quoted(named(job, 'published'))]),
              'The translation.',
              [VIPS],
            ),
          ]
        : []),
      block(
        [
          ...deleted('firewall service custom', flowNames),
          ...deleted('firewall addrgrp', [quoted(named(job, 'clients'))]),
          ...deleted('firewall address', [...clientNames(job), quoted(named(job, 'gateway'))]),
        ],
        plan.hasGre
          ? "What the policies named. The session helper stays: it is there on a new device, and other networks' calls may need it."
          : 'What the policies named.',
        [POLICIES],
      ),
      ...(clampsSegments(job)
        ? [
            block(
              ['config system interface', `    edit "${site.inside}"`, '        unset tcp-mss', '    next', 'end'],
              'The bound on segments. Where the interface had another one before, set that again.',
              [SEGMENTS],
            ),
          ]
        : []),
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const hasUdp = plan.flows.some(({ protocol }) => protocol === IpProtocol.UDP);
  const gateway = site.role === 'before-clients' ? plan.gateway : site.innerAddress;
  const portless = plan.flows.filter(({ port }) => port === undefined).map(({ protocol }) => `proto ${protocol}`);
  const filter = [...flowsWithPort(job).map(({ port }) => `port ${port}`), ...portless].join(' or ');
  return {
    purpose: 'check',
    name: `${plan.name}-fortigate-check.txt`,
    comments: HASH,
    blocks: [
      block(
        [`diagnose sniffer packet any 'host ${gateway} and (${filter})' 4 0 l`],
        plan.hasGre
          ? 'While a client dials: first TCP 1723 both ways, then protocol 47 (GRE) both ways. GRE in one direction only, and a client that stops at "verifying user name and password", is what a helper that is off or broken looks like.'
          : 'While a client dials: packets both ways.',
        [MEMORY],
      ),
      block(
        [
          'show system session-helper | grep -f pptp',
          'diagnose sys session filter clear',
          `diagnose sys session filter dst ${gateway}`,
          'diagnose sys session list',
          `show firewall policy | grep -f ${plan.name}`,
        ].slice(plan.hasGre ? 0 : 1),
        plan.hasGre
          ? 'The helper with its port, and two sessions for a call: protocol 6 to port 1723 with helper=pptp, and protocol 47.'
          : 'A session for each client, and the policies with their numbers.',
        [MEMORY],
      ),
      ...(hasUdp
        ? [
            block(
              ['get system session-ttl', `show firewall service custom | grep -f ${plan.name}`],
              'A UDP session without packets is forgotten after 180 seconds unless something else is set: WireGuard and OpenVPN behind this device need a keepalive below that (WireGuard: PersistentKeepalive = 25).',
              [MEMORY],
            ),
          ]
        : []),
    ],
  };
}
