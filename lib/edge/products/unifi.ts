import { IpProtocol } from '../../flows';
import { MARKDOWN } from '../comment';
import { MEASURED, MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
import {
  block,
  clampsSegments,
  flowsWithPort,
  isEverywhere,
  named,
  refuseSharedEsp,
  sources,
  transport,
} from './appliance';
import { numbered, table } from './rule-book';
import { STEP_RULES_HEAD, type StepWords, stepRules } from './step-rules';

/** Steps in the Network application, which writes its gateways' configuration itself. */
export const UNIFI: EdgeProduct = {
  id: 'unifi',
  name: 'Ubiquiti UniFi',
  version: 'UniFi Network 9 and later, with firewall policies by zone',
  form: 'steps',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: { 'gateway-host': 'its application writes the rules of its own VPN servers' },
  versions: [4],
  render: (job) => {
    refuseSharedEsp(UNIFI, job);
    refuseTranslation(job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` */
function refuseTranslation({ plan, site }: EdgeJob): void {
  if (site.role !== 'before-gateway') {
    return;
  }
  const gre = plan.flows.find(({ protocol }) => protocol === IpProtocol.GRE);
  if (gre !== undefined) {
    refuseFlow(
      UNIFI,
      gre,
      'its port forwards are of TCP and UDP ports, and no document was found that says that it translates a protocol without ports',
      'the gateway on an outer address of its own behind it, with role: routed, or a protocol with ports: protocols: [IKEV2] or [WIREGUARD]',
    );
  }
  const [first] = plan.flows;
  if (first !== undefined && site.publication === 'one-to-one') {
    refuseFlow(
      UNIFI,
      first,
      'its port forwards are of single ports, and no document was found that says how it gives away a whole address',
      "publication: 'ports'",
    );
  }
}

function wordsOf(job: EdgeJob): StepWords {
  const isBehind = job.site.role === 'before-clients';
  const [out, back] = ['Internal to External', 'External to Internal'];
  return {
    clients: named(job, 'clients'),
    gateway: job.site.innerAddress,
    towards: isBehind ? out : back,
    back: isBehind ? back : out,
    pass: 'Allow',
    block: 'Block',
    any: 'Any',
  };
}

function draft(purpose: EdgeDraft['purpose'], name: string, blocks: readonly EdgeBlock[]): EdgeDraft {
  return { purpose, name, comments: MARKDOWN, blocks: numbered(blocks) };
}

function usesHelper({ plan, site }: EdgeJob): boolean {
  return plan.hasGre && site.role === 'before-clients';
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const isBehind = usesHelper(job);
  return draft('configuration', `${plan.name}-unifi.md`, [
    ...(isBehind
      ? [
          block(
            [
              'Under Settings, where the firewall\'s settings are ("Firewall Connection Tracking"), set these:',
              '',
              ...table(
                ['Setting', 'Value'],
                [
                  ['PPTP', 'on'],
                  ['GRE', 'on'],
                ],
              ),
            ],
            'The helper lets in the GRE of a call, whichever end sends first, and gives two clients two call numbers. Masquerading passes not one call without it. On a USG they are the modules pptp_module and gre_module.',
            [MEMORY],
          ),
        ]
      : []),
    ...(isEverywhere(job)
      ? []
      : [
          block(
            [
              'Under Settings, Profiles, make this network list:',
              '',
              ...table(
                ['List', 'Members'],
                [
                  [
                    named(job, 'clients'),
                    sources(job)
                      .map(({ cidr }) => cidr)
                      .join(', '),
                  ],
                ],
              ),
            ],
            'From where clients come.',
            [MEMORY],
          ),
        ]),
    ...(site.role === 'before-gateway'
      ? [
          block(
            [
              'Under Settings, Policy Engine, Port Forwarding, add these:',
              '',
              ...table(
                ['Interface', 'Protocol', 'Source', 'Destination', 'Port', 'Redirect to'],
                flowsWithPort(job).map((flow) => [
                  'WAN',
                  transport(flow).toUpperCase(),
                  isEverywhere(job) ? 'Any' : named(job, 'clients'),
                  plan.gateway,
                  `${flow.port}`,
                  site.innerAddress,
                ]),
              ),
            ],
            'The ports of the plan go to the gateway, and no others.',
            [MEMORY],
          ),
        ]
      : []),
    block(
      [
        'Under Settings, Policy Engine, Zones, add these policies, with return traffic allowed, above all others between the two zones, in this order. Put the zone of the gateway, or of the clients, in the place of Internal:',
        '',
        ...table(
          [...STEP_RULES_HEAD, 'State'],
          stepRules(job, wordsOf(job), isBehind ? 'by helper' : 'by rules').map((row) => [
            ...row,
            row[2] === 'Block' ? 'New' : 'All',
          ]),
        ),
      ],
      `Policies are read from the top, and the first match decides. What they block is new connections (Connection State, Custom): answers, and what the helper expects, belong to one that was let through.${
        isBehind
          ? ' GRE of a call passes as related to its control connection, and all other GRE to the gateway is dropped.'
          : plan.hasGre
            ? ' GRE is IP protocol 47, and no port. Either end may send it first. Calls are not told apart, and plain GRE of the same addresses passes too.'
            : ''
      }`,
      plan.hasGre ? [MEMORY, MEASURED] : [MEMORY],
    ),
    ...(clampsSegments(job)
      ? [
          block(
            [`Under Settings, Internet, on the page of the WAN, set MSS clamping to "Custom" and ${plan.mss}.`],
            'TCP inside the tunnel agrees on segments that fit into it. It does so for everything through this WAN, since the page knows no narrower word.',
            [MEMORY],
          ),
        ]
      : []),
  ]);
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  return draft('removal', `${plan.name}-unifi-remove.md`, [
    block([`Delete the policies whose names begin with "${plan.name}: ".`], 'Nothing else has these names.', [MEMORY]),
    ...(site.role === 'before-gateway'
      ? [block([`Delete the port forwards to ${site.innerAddress}.`], 'They name the gateway.', [MEMORY])]
      : []),
    ...(isEverywhere(job)
      ? []
      : [
          block([`Delete the network list ${named(job, 'clients')}.`], 'Last, because it is named by the others.', [
            MEMORY,
          ]),
        ]),
    ...(clampsSegments(job) ? [block(['Set MSS clamping back to "Auto".'], 'As it is delivered.', [MEMORY])] : []),
  ]);
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const what = plan.flows
    .map(({ protocol, port }) =>
      port === undefined ? `ip proto ${protocol}` : `${protocol === IpProtocol.TCP ? 'tcp' : 'udp'} port ${port}`,
    )
    .join(' or ');
  return draft('check', `${plan.name}-unifi-check.md`, [
    block(
      [
        'Over SSH on the gateway of UniFi, run this, and connect meanwhile:',
        '',
        '```',
        `tcpdump -ni any 'host ${site.innerAddress} and (${what})'`,
        '```',
      ],
      plan.hasGre
        ? 'TCP 1723 must be answered, and then GREv1 must be seen in both directions. In one direction only: whoever is silent drops protocol 47, or has a router without a helper. Clients stop at "verifying user name and password", error 619 or 806.'
        : 'Packets must be seen in both directions.',
      [MEASURED],
    ),
    ...(usesHelper(job)
      ? [
          block(
            ['On the same console:', '', '```', "grep 'gre' /proc/net/nf_conntrack", '```'],
            'During a call: one line with both directions. Two lines that say [UNREPLIED]: the helper is not set on the connection, whatever the page says.',
            [MEASURED],
          ),
        ]
      : []),
  ]);
}
