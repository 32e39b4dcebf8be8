import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH, MARKDOWN } from '../comment';
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
  transport,
} from './appliance';
import { numbered, type RuleBook, ruleBook, serviceText, table } from './rule-book';

const RULES: Evidence = {
  kind: 'vendor',
  title: 'check_point.mgmt.cp_mgmt_access_rule: access rules over the management API',
  source: 'https://docs.ansible.com/ansible/2.9_ja/modules/cp_mgmt_access_rule_module.html',
  read: '2026-11',
  certainty: 'high',
};
const SERVICES: Evidence = {
  kind: 'vendor',
  title: 'check_point.mgmt.cp_mgmt_service_other: services by IP protocol over the management API',
  source: 'https://docs.ansible.com/ansible/latest/modules/cp_mgmt_service_other_module.html',
  read: '2026-11',
  certainty: 'high',
};
const TRANSLATIONS: Evidence = {
  kind: 'vendor',
  title: 'check_point.mgmt.cp_mgmt_nat_rule: NAT rules over the management API',
  source: 'https://docs.ansible.com/ansible/11/collections/check_point/mgmt/cp_mgmt_nat_rule_module.html',
  read: '2026-11',
  certainty: 'high',
};

const AUTOMATIC: Evidence = {
  kind: 'field-report',
  title: 'Check Point: automatic NAT versus manual NAT',
  source: 'https://somoit.net/checkpoint/checkpoint-automatic-nat-vs-manual-nat',
  read: '2026-11',
  certainty: 'medium',
};

export const CHECK_POINT: EdgeProduct = {
  id: 'check-point',
  name: 'Check Point',
  version: 'R81 and later: steps in SmartConsole, and the same for mgmt_cli on the management server',
  form: 'steps',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  versions: [4],
  render: (job) => {
    refuseSharedEsp(CHECK_POINT, job);
    refuseSharedGre(job);
    return [steps(job), commands(job), removalSteps(job), removalCommands(job), check(job)];
  },
};

/** @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` */
function refuseSharedGre(job: EdgeJob): void {
  const gre = job.plan.flows.find(({ protocol }) => protocol === IpProtocol.GRE);
  if (gre !== undefined && job.site.role === 'before-clients') {
    refuseFlow(
      CHECK_POINT,
      gre,
      'no document was found that says that it translates the Call IDs of clients that share an address.',
      'static NAT that gives the client an address of its own, with the firewall rendered as routed; or a protocol that is one UDP flow: WireGuard, IKEv2.',
    );
  }
  if (gre !== undefined && isByPorts(job)) {
    refuseFlow(
      CHECK_POINT,
      gre,
      'no document was found that says that it translates GRE by a rule for one service of a shared address.',
      "an address of the gateway's own (publication: 'one-to-one').",
    );
  }
}

function book(job: EdgeJob): RuleBook {
  // With automatic static NAT one object stands for both addresses; rules about a shared one name it by itself.
  return ruleBook(job, named(job, isByPorts(job) ? 'outer' : 'gateway'), named(job, 'gateway'));
}

/** The address that static NAT gives the gateway, if it does. */
function staticAddress({ plan, site }: EdgeJob): string | undefined {
  return site.role === 'before-gateway' && site.publication === 'one-to-one' ? plan.gateway : undefined;
}

const action = (isAllowed: boolean) => (isAllowed ? 'Accept' : 'Drop');

const WHY_RULES =
  'Rules are read from the top, and the first that matches decides: these stand before every other one that is about the gateway, in this order.';
const WHY_GRE =
  'GRE (IP protocol 47) is let through from these ranges and no others; no rule can tell its version, or whether a call stands behind it. The gateway may send the first packet of GRE, so it has a rule of its own.';

function steps(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const { objects, clients, services, rules } = book(job);
  return {
    purpose: 'configuration',
    name: `${plan.name}-check-point.md`,
    comments: MARKDOWN,
    blocks: numbered([
      step(
        'In SmartConsole, under Objects, make these:',
        table(
          ['Object', 'Kind', 'Value', 'Static NAT'],
          [
            ...objects.map(([name, value]) => [
              name,
              value.includes('/') ? 'Network' : 'Host',
              value,
              name === named(job, 'gateway') ? (staticAddress(job) ?? 'none') : 'none',
            ]),
            ...(clients === undefined ? [] : [[clients.name, 'Network Group', clients.members.join(', '), 'none']]),
          ],
        ),
        staticAddress(job) === undefined
          ? 'Where clients may come from, and the gateway.'
          : 'Where clients may come from, and the gateway. Static NAT (on the page NAT of the host, with automatic rules) translates the whole address both ways, for every protocol.',
        staticAddress(job) === undefined ? MEMORY : AUTOMATIC,
      ),
      step(
        'Make these services. Take the ticks off "Match for Any" and, for those by IP protocol, leave "Accept Replies" on:',
        table(
          ['Service', 'Kind'],
          services.map(({ name, flow }) => [name, serviceText(flow)]),
        ),
        plan.hasGre
          ? 'One for each flow. The predefined pptp-tcp is TCP 1723 alone: GRE is IP protocol 47 and needs a service of its own (Other).'
          : 'One for each flow.',
        SERVICES,
      ),
      ...(isByPorts(job)
        ? [
            step(
              'Under Security Policies, NAT, put these at the top of the manual rules:',
              table(
                ['Original Destination', 'Original Service', 'Translated Destination'],
                flowsWithPort(job).map((flow) => [named(job, 'outer'), named(job, flow.id), named(job, 'gateway')]),
              ),
              `Only these ports of the address lead to the gateway. Manual rules answer no ARP: where ${plan.gateway} is not the address of an interface, the firewall needs a proxy ARP entry for it.`,
              AUTOMATIC,
            ),
          ]
        : []),
      step(
        'Under Security Policies, Access Control, put these at the top of the layer that the traffic enters by (Network):',
        table(
          ['No.', 'Name', 'Source', 'Destination', 'Services', 'Action'],
          rules.map((rule, i) => [
            `${i + 1}`,
            rule.name,
            rule.source,
            rule.destination,
            rule.services.join(', '),
            action(rule.isAllowed),
          ]),
        ),
        [
          WHY_RULES,
          ...(plan.hasGre ? [WHY_GRE] : []),
          ...(isGatewayAlone(job)
            ? [
                'Rules have no direction: the last one holds for packets from inside as well, so whoever administers the gateway through this firewall needs a rule above it.',
              ]
            : []),
        ].join(' '),
        RULES,
      ),
      {
        text: 'Publish, and install the policy.',
        why: clampsSegments(job)
          ? `Nothing holds before. TCP segments of what leaves the tunnel (${plan.tunnelRange}) are not bounded here: no document was found for one range. The gateway has to bound them, to ${plan.mss} bytes.`
          : 'Nothing holds before.',
        evidence: [MEMORY],
      },
    ]),
  };
}

function step(what: string, rows: readonly string[], why: string, evidence: Evidence): EdgeBlock {
  return { text: [what, '', ...rows].join('\n'), why, evidence: [evidence] };
}

const LOGIN = [
  'session=$(mktemp)',
  'mgmt_cli login -r true > "$session"',
  `trap 'mgmt_cli -s "$session" discard; mgmt_cli -s "$session" logout; rm -f "$session"' EXIT`,
] as const;

function cli(command: string): string {
  return `mgmt_cli -s "$session" ${command}`;
}

function script(job: EdgeJob, purpose: 'configuration' | 'removal', blocks: readonly EdgeBlock[]): EdgeDraft {
  return {
    purpose,
    name: `${job.plan.name}-check-point${purpose === 'removal' ? '-removal' : ''}.sh`,
    comments: HASH,
    firstLine: '#!/bin/bash',
    blocks: [
      block(
        ['set -e', ...LOGIN],
        'For the expert shell of the management server; what the other file has as steps. Nothing is published unless every line went through.',
        [MEMORY],
      ),
      ...blocks,
      block([cli('publish')], 'Then install the policy: mgmt_cli does that too, with the name of the package.', [
        MEMORY,
      ]),
    ],
  };
}

/** The kind of a service, and what is set of it. */
function service(flow: Flow): { kind: string; settings: string } {
  return flow.port === undefined
    ? { kind: 'service-other', settings: `ip-protocol ${flow.protocol} accept-replies true match-for-any false` }
    : { kind: `service-${transport(flow)}`, settings: `port ${flow.port} match-for-any false` };
}

function commands(job: EdgeJob): EdgeDraft {
  const { objects, clients, services, rules } = book(job);
  const list = (key: string, names: readonly string[]) =>
    names.length === 1 ? `${key} ${names[0]}` : names.map((name, i) => `${key}.${i + 1} ${name}`).join(' ');
  const nat = staticAddress(job);
  return script(job, 'configuration', [
    block(
      [
        ...objects.map(([name, value]) => {
          const [address, length] = value.split('/');
          return cli(
            length === undefined
              ? `add host name ${name} ip-address ${address}${
                  nat !== undefined && name === named(job, 'gateway')
                    ? ` nat-settings.auto-rule true nat-settings.method static nat-settings.ipv4-address ${nat}`
                    : ''
                }`
              : `add network name ${name} subnet ${address} mask-length ${length}`,
          );
        }),
        ...(clients === undefined
          ? []
          : [
              cli(
                `add group name ${clients.name} ${clients.members.map((name, i) => `members.${i + 1} ${name}`).join(' ')}`,
              ),
            ]),
        ...services.map(({ name, flow }) => cli(`add ${service(flow).kind} name ${name} ${service(flow).settings}`)),
      ],
      'The objects and services.',
      [SERVICES],
    ),
    ...(isByPorts(job)
      ? [
          block(
            flowsWithPort(job).map((flow, i) =>
              cli(
                `add nat-rule package Standard position ${i + 1} name ${named(job, `nat-${flow.id}`)} method static original-destination ${named(job, 'outer')} original-service ${named(job, flow.id)} translated-destination ${named(job, 'gateway')}`,
              ),
            ),
            'Only these ports of the address lead to the gateway. Where the package has another name than Standard, write that.',
            [TRANSLATIONS],
          ),
        ]
      : []),
    block(
      rules.map((rule, i) =>
        cli(
          `add access-rule layer Network position ${i + 1} name ${rule.name} source ${rule.source} destination ${rule.destination} ${list('service', rule.services)} action ${action(rule.isAllowed)} track.type Log`,
        ),
      ),
      `${WHY_RULES} Where the layer has another name than Network, write that.`,
      [RULES],
    ),
  ]);
}

function removalSteps(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const { objects, clients, services, rules } = book(job);
  return {
    purpose: 'removal',
    name: `${plan.name}-check-point-removal.md`,
    comments: MARKDOWN,
    blocks: numbered([
      {
        text: `Delete the rules ${rules.map(({ name }) => name).join(', ')}${isByPorts(job) ? `, and the NAT rules whose original destination is ${named(job, 'outer')}` : ''}.`,
        why: 'The rules first: what they name cannot be deleted while they do.',
        evidence: [MEMORY],
      },
      {
        text: `Delete ${clients === undefined ? '' : `the group ${clients.name}, `}the objects ${objects.map(([name]) => name).join(', ')} and the services ${services.map(({ name }) => name).join(', ')}.`,
        why: 'What the rules named. Static NAT goes with its host.',
        evidence: [MEMORY],
      },
      { text: 'Publish, and install the policy.', why: 'Nothing is taken back before.', evidence: [MEMORY] },
    ]),
  };
}

function removalCommands(job: EdgeJob): EdgeDraft {
  const { objects, clients, services, rules } = book(job);
  return script(job, 'removal', [
    block(
      [
        ...rules.map(({ name }) => cli(`delete access-rule layer Network name ${name}`)),
        ...(isByPorts(job)
          ? flowsWithPort(job).map((flow) =>
              cli(`delete nat-rule package Standard name ${named(job, `nat-${flow.id}`)}`),
            )
          : []),
      ],
      'The rules first: what they name cannot be deleted while they do.',
      [RULES],
    ),
    block(
      [
        ...(clients === undefined ? [] : [cli(`delete group name ${clients.name}`)]),
        ...objects.map(([name, value]) => cli(`delete ${value.includes('/') ? 'network' : 'host'} name ${name}`)),
        ...services.map(({ name, flow }) => cli(`delete ${service(flow).kind} name ${name}`)),
      ],
      'What the rules named.',
      [SERVICES],
    ),
  ]);
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const seen = site.role === 'before-clients' ? plan.gateway : site.innerAddress;
  const [first] = flowsWithPort(job);
  const hasUdp = plan.flows.some(({ protocol }) => protocol === IpProtocol.UDP);
  const wanted = [
    ...(first === undefined ? [] : [`port ${first.port}`]),
    ...plan.flows.filter(({ port }) => port === undefined).map(({ protocol }) => `proto ${protocol}`),
  ].join(' or ');
  return {
    purpose: 'check',
    name: `${plan.name}-check-point-check.md`,
    comments: MARKDOWN,
    blocks: numbered([
      {
        text: `On the firewall, in expert mode, while a client dials: \`tcpdump -nni any 'host ${seen} and (${wanted})'\``,
        why: plan.hasGre
          ? 'First TCP 1723 both ways, then GRE (IP protocol 47) both ways. GRE in one direction only, and a client that stops at "verifying user name and password", is what a missing rule or translation looks like.'
          : 'Packets both ways.',
        evidence: [MEMORY],
      },
      {
        text: `On the firewall, in expert mode: \`fw ctl zdebug + drop | grep -F ${seen}\``,
        why: 'Says which rule, or which check of its own, drops a packet. Stop it with Ctrl+C.',
        evidence: [MEMORY],
      },
      {
        text: `In SmartConsole, Logs: \`rule:${named(job, 'in')}\`, and \`rule:${named(job, 'deny')}\` for what was kept out.`,
        why: hasUdp
          ? 'Every call has an entry. UDP without packets is forgotten after 40 seconds unless something else is set: WireGuard and OpenVPN behind this firewall need a keepalive below that (WireGuard: PersistentKeepalive = 25; OpenVPN: keepalive 10 60).'
          : 'Every call has an entry.',
        evidence: [MEMORY],
      },
    ]),
  };
}
