import { IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { MARKDOWN } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
import { clampsSegments, isByPorts, NOT_A_HOST, named, refuseSharedEsp } from './appliance';
import { ANY, type BookRule, numbered, type RuleBook, ruleBook, serviceText, table } from './rule-book';

const SERVICES: Evidence = {
  kind: 'vendor',
  title: 'SonicOS 7.1 Objects: Adding Custom IP Protocol Services',
  source:
    'https://www.sonicwall.com/support/technical-documentation/docs/sonicos-7-1-objects/Content/Match_Objects/Services/adding-custom-ip-type-services.htm',
  read: '2026-11',
  certainty: 'high',
};
const PROTOCOLS: Evidence = {
  kind: 'vendor',
  title: 'SonicOS: Supported Protocols for custom services, GRE (47) and ESP (50) among them',
  source: 'http://help.sonicwall.com/help/sw/eng/6500/26/2/1/content/Network_Services.036.4.html',
  read: '2026-11',
  certainty: 'high',
};
const TRANSLATIONS: Evidence = {
  kind: 'vendor',
  title: 'SonicOSX 7 Rules and Policies: Adding or Editing NAT Policies',
  source:
    'https://www.sonicwall.com/support/technical-documentation/docs/sonicosx-7-0-0-0-rules_and_policies//Content/nat-rules-nat-policies-add-edit.htm',
  read: '2026-11',
  certainty: 'high',
};
const REFLECTIVE: Evidence = {
  kind: 'vendor',
  title: 'SonicOS 5.8.1 Administrator Guide, page 350: NAT policies, inbound 1-2-1 and reflective',
  source: 'http://personalcare.manualsonline.com/manuals/mfg/sonicwall/581.html?p=350',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'Of SonicOS 5.8.1.',
};
const BOTH_FORWARDED: Evidence = {
  kind: 'field-report',
  title: 'PPTP pass-through on SonicWall: TCP 1723 without IP protocol 47 is the usual mistake',
  source: 'https://community.hostcheetah.com/topic/472/pptp-vpn-pass-though-support-for-sonicwall',
  read: '2026-11',
  certainty: 'low',
};

export const SONICWALL: EdgeProduct = {
  id: 'sonicwall',
  name: 'SonicWall',
  version: 'SonicOS 7, in its web interface',
  form: 'steps',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader' },
  notPlayed: NOT_A_HOST,
  interfaces: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,30}$/,
    allowed: 'the name of a zone: 1 to 31 letters, digits, hyphens and underscores, a letter first',
    usual: { inside: 'LAN', outside: 'WAN' },
  },
  versions: [4],
  render: (job) => {
    refuseSharedEsp(SONICWALL, job);
    refuseSharedGre(job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` */
function refuseSharedGre({ plan, site }: EdgeJob): void {
  const gre = plan.flows.find(({ protocol }) => protocol === IpProtocol.GRE);
  if (gre !== undefined && site.role === 'before-clients') {
    refuseFlow(
      SONICWALL,
      gre,
      'no document was found that says that it translates the Call IDs of clients that share an address.',
      'a one-to-one NAT policy that gives the client an address of its own, with the firewall rendered as routed; or a protocol that is one UDP flow: WireGuard, IKEv2.',
    );
  }
}

/** Rules see the address before the translation, so what is published has an object for each of its addresses. */
function book(job: EdgeJob): RuleBook {
  return ruleBook(job, named(job, job.site.role === 'before-gateway' ? 'public' : 'gateway'), named(job, 'gateway'));
}

/** The zones that a rule is between. */
function zones({ site }: EdgeJob, isOutwards: boolean): [string, string] {
  return isOutwards ? [site.inside, site.outside] : [site.outside, site.inside];
}

function ruleZones(job: EdgeJob, { isBack }: BookRule): [string, string] {
  return zones(job, (job.site.role === 'before-clients') !== isBack);
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const { objects, clients, services, rules } = book(job);
  const side = (name: string) =>
    name === named(job, 'gateway')
      ? zones(job, site.role === 'before-clients')[1]
      : zones(job, site.role === 'before-clients')[0];
  const zoneOf = (name: string) => (name === named(job, 'public') ? site.outside : side(name));
  return {
    purpose: 'configuration',
    name: `${plan.name}-sonicwall.md`,
    comments: MARKDOWN,
    blocks: numbered([
      step(
        'Under Object, Match Objects, Addresses, make these address objects:',
        table(
          ['Object', 'Zone', 'Type', 'Value'],
          [
            ...objects.map(([name, value]) => [name, zoneOf(name), value.includes('/') ? 'Network' : 'Host', value]),
            ...(clients === undefined ? [] : [[clients.name, '', 'Group', clients.members.join(', ')]]),
          ],
        ),
        site.role === 'before-gateway'
          ? 'Where clients may come from, the gateway by its own address, and the address that it is published under.'
          : 'Where clients are, and the gateway.',
        MEMORY,
      ),
      step(
        'Under Object, Match Objects, Services, make these service objects:',
        table(
          ['Service', 'Protocol'],
          services.map(({ name, flow }) => [name, serviceText(flow)]),
        ),
        `One for each flow.${plan.hasGre ? ' GRE (47) stands in the list of protocols; it is IP protocol 47 and no port, and a service for TCP 1723 does not let it through.' : ''}`,
        SERVICES,
        PROTOCOLS,
      ),
      ...(site.role === 'before-gateway' ? [translation(job)] : []),
      step(
        'Under Policy, Rules and Policies, Access Rules, make these, with the priorities in this order and before every other rule that is about the gateway:',
        table(
          ['No.', 'Name', 'From', 'To', 'Source', 'Destination', 'Services', 'Action'],
          rules.map((rule, i) => [
            `${i + 1}`,
            rule.name,
            ...ruleZones(job, rule),
            rule.source,
            rule.destination,
            rule.services.join(', '),
            rule.isAllowed ? 'Allow' : 'Deny',
          ]),
        ),
        [
          'The first rule between two zones that matches decides. Where there is more than one service, make a group of them.',
          ...(site.role === 'before-gateway'
            ? [
                'Rules see the address that the gateway is published under (that is from memory: look whether the first one counts packets).',
              ]
            : []),
          ...(plan.hasGre
            ? [
                'GRE is let through from these ranges and no others; no rule can tell its version, or whether a call stands behind it. The gateway may send the first packet of GRE, so it has a rule of its own.',
              ]
            : []),
        ].join(' '),
        SERVICES,
        ...(plan.hasGre ? [BOTH_FORWARDED] : []),
      ),
      ...(clampsSegments(job)
        ? [
            {
              text: `Bound the TCP segments of the tunnel's range to ${plan.mss} bytes on the gateway itself.`,
              why: `No document was found by which this firewall bounds the segments of one range (${plan.tunnelRange}).`,
              evidence: [MEMORY],
            },
          ]
        : []),
    ]),
  };
}

function step(what: string, rows: readonly string[], why: string, ...evidence: readonly Evidence[]): EdgeBlock {
  return { text: [what, '', ...rows].join('\n'), why, evidence };
}

const NAT_HEAD = [
  'Name',
  'Original Source',
  'Original Destination',
  'Original Service',
  'Translated Source',
  'Translated Destination',
  'Inbound Interface',
  'Reflective',
] as const;

function translation(job: EdgeJob): EdgeBlock {
  const { plan } = job;
  const policy = (name: string, service: string, isBothWays: boolean) => [
    name,
    ANY,
    named(job, 'public'),
    service,
    'Original',
    named(job, 'gateway'),
    ANY,
    isBothWays ? 'yes' : 'no',
  ];
  return isByPorts(job)
    ? step(
        'Under Policy, Rules and Policies, NAT Rules, make these:',
        table(
          NAT_HEAD,
          plan.flows.map((flow) => policy(named(job, `nat-${flow.id}`), named(job, flow.id), false)),
        ),
        `Only these services of the address lead to the gateway.${plan.hasGre ? ' GRE needs a policy of its own beside that of TCP 1723; one server behind the address can have it. Try a call before you rely on that.' : ''} Where ${plan.gateway} is the address of the interface itself, take its own object in place of ${named(job, 'public')}.`,
        TRANSLATIONS,
        ...(plan.hasGre ? [BOTH_FORWARDED] : []),
      )
    : step(
        'Under Policy, Rules and Policies, NAT Rules, make this one, with "Create a reflective policy" ticked:',
        table(NAT_HEAD, [policy(named(job, 'nat'), ANY, true)]),
        'The whole address is translated, and by the reflective policy what the gateway sends as well.',
        TRANSLATIONS,
        REFLECTIVE,
      );
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const { objects, clients, services, rules } = book(job);
  const policies = isByPorts(job) ? plan.flows.map(({ id }) => named(job, `nat-${id}`)) : [named(job, 'nat')];
  return {
    purpose: 'removal',
    name: `${plan.name}-sonicwall-removal.md`,
    comments: MARKDOWN,
    blocks: numbered([
      {
        text: `Delete the access rules ${rules.map(({ name }) => name).join(', ')}.`,
        why: 'The rules first: what they name cannot be deleted while they do.',
        evidence: [MEMORY],
      },
      ...(site.role === 'before-gateway'
        ? [
            {
              text: `Delete the NAT policies ${policies.join(', ')}${isByPorts(job) ? '' : ', and the reflective one that came with it'}.`,
              why: 'The translation.',
              evidence: [TRANSLATIONS],
            },
          ]
        : []),
      {
        text: `Delete ${clients === undefined ? '' : `the group ${clients.name}, `}the address objects ${objects.map(([name]) => name).join(', ')} and the service objects ${services.map(({ name }) => name).join(', ')}, with the group of services if you made one.`,
        why: 'What the rules named.',
        evidence: [MEMORY],
      },
    ]),
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const hasUdp = plan.flows.some(({ protocol }) => protocol === IpProtocol.UDP);
  return {
    purpose: 'check',
    name: `${plan.name}-sonicwall-check.md`,
    comments: MARKDOWN,
    blocks: numbered([
      {
        text: `Under Monitor, Tools, Packet Monitor, capture what has the address ${plan.gateway}${plan.hasGre ? ', with the IP types TCP and GRE' : ''}, while a client dials.`,
        why: plan.hasGre
          ? 'First TCP 1723 both ways, then GRE (IP protocol 47) both ways, all of it forwarded. GRE that is dropped or comes in one direction only, and a client that stops at "verifying user name and password", is what a missing rule or policy looks like.'
          : 'Packets both ways, all of them forwarded. What is dropped says why.',
        evidence: [MEMORY],
      },
      {
        text: 'Under Policy, Rules and Policies, Access Rules, look at the statistics of the rules.',
        why: hasUdp
          ? 'Each counts packets. UDP without packets is forgotten after 30 seconds unless the rule says something else: WireGuard and OpenVPN behind this firewall need a keepalive below that (WireGuard: PersistentKeepalive = 25; OpenVPN: keepalive 10 60).'
          : 'Each counts packets.',
        evidence: [MEMORY],
      },
      ...(plan.hasGre
        ? [
            {
              text: "On the gateway: `tcpdump -ni any 'proto 47'`",
              why: 'GRE both ways.',
              evidence: [MEMORY],
            },
          ]
        : []),
    ]),
  };
}
