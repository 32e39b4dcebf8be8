import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
import { refuseTranslatedEsp, sources } from './appliance';
import { clamped, isAlone, linuxFlows, SHELL } from './linux';
import { tcpdumpCheck } from './wire';

const PF_CONF: Evidence = {
  kind: 'vendor',
  title: 'OpenBSD manual: pf.conf(5)',
  source: 'https://man.openbsd.org/pf.conf.5',
  read: '2026-11',
  certainty: 'high',
};
/** What pf makes of GRE behind a translation, wherever pf is. */
export const PF_GRE: Evidence = {
  kind: 'vendor',
  title:
    'pfSense documentation: PPTP troubleshooting; pf tracks one GRE connection per public address and external host',
  source: 'https://github.com/pfsense/docs/blob/master/source/vpn/pptp-troubleshooting.rst',
  read: '2026-11',
  certainty: 'high',
};

/** An anchor of its own, with rules that are all quick, in OpenBSD's grammar. */
export const OPENBSD_PF: EdgeProduct = {
  id: 'openbsd-pf',
  name: 'OpenBSD pf',
  version: 'OpenBSD 6.9 and later (FreeBSD writes translations in another grammar)',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader', 'gateway-host': 'reader' },
  interfaces: {
    pattern: /^[a-z][a-z0-9]{0,14}$/,
    allowed: 'an interface or a group of them: 1 to 15 lower-case letters and digits, a letter first',
    usual: { inside: 'em1', outside: 'egress' },
    named: { 'before-clients': [], routed: [], 'before-gateway': ['outside'], 'gateway-host': [] },
  },
  versions: [4],
  render: (job) => {
    refuseBehindPf(OPENBSD_PF, job);
    return [...configuration(job), removal(job), check(job)];
  },
};

/** What whoever lets UDP through pf must know, to go on after another sentence. */
export function quietUdp({ plan }: EdgeJob): string {
  return plan.ports('udp').length === 0
    ? ''
    : ' A state of UDP ends after a minute of silence (set timeout udp.multiple): clients that are to be reached must send ' +
        'keepalives, PersistentKeepalive = 25 with WireGuard.';
}

/** What pf cannot translate: GRE of several clients, and ESP of anybody but the only one with its address. */
export function refuseBehindPf(product: Pick<EdgeProduct, 'name'>, job: EdgeJob): void {
  const { plan, site } = job;
  const gre = plan.flows.find(({ protocol }) => protocol === IpProtocol.GRE);
  if (gre !== undefined && site.role === 'before-clients') {
    refuseFlow(
      product,
      gre,
      'pf has no helper for PPTP, and behind its translation it keeps one GRE connection per outer address and server, ' +
        "so that a second client takes the first one's call",
      'an outer address for each such client (binat), or a protocol with ports: protocols: [IKEV2] or [WIREGUARD]',
    );
  }
  refuseTranslatedEsp(product, job);
}

function anchorFile({ plan }: EdgeJob): string {
  return `/etc/pf.${plan.name}.conf`;
}

function configuration(job: EdgeJob): EdgeDraft[] {
  const { plan, site } = job;
  return [
    {
      purpose: 'configuration',
      name: `pf.${plan.name}.conf`,
      comments: HASH,
      blocks: [
        tables(job),
        ...(site.role === 'before-gateway' ? [translation(job)] : []),
        ...segments(job),
        permits(job),
        ...ipsec(job),
        denials(job),
      ],
    },
    {
      purpose: 'configuration',
      name: 'pf.conf.add',
      comments: HASH,
      blocks: [
        {
          text: `anchor "${plan.name}"\nload anchor "${plan.name}" from "${anchorFile(job)}"`,
          why:
            'Two lines for /etc/pf.conf: behind its "match" rules, so that its own translations still apply, and before its ' +
            `first "pass" or "block". Copy the other file to ${anchorFile(job)}; then: pfctl -nf /etc/pf.conf && pfctl -f ` +
            '/etc/pf.conf. Calls that are up keep their states.',
          evidence: [PF_CONF],
        },
      ],
    },
  ];
}

function tables({ plan, site }: EdgeJob): EdgeBlock {
  const table = (name: string, ranges: readonly { readonly cidr: string }[]) =>
    `table <${plan.name}-${name}> const { ${ranges.map(({ cidr }) => cidr).join(', ')} }`;
  return {
    text: [
      table('clients', sources({ plan, site })),
      ...(site.management.length > 0 ? [table('management', site.management)] : []),
    ].join('\n'),
    why: 'From where clients come.',
    evidence: [PF_CONF],
  };
}

function protocolOf({ protocol }: Flow): string {
  const names: Partial<Record<number, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' };
  return names[protocol] ?? `${protocol}`;
}

function port(flow: Flow): string {
  return flow.port === undefined ? '' : ` port ${flow.port}`;
}

function translation(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const { outside, innerAddress: inner } = site;
  const outer = plan.gateway;
  if (isAlone(site)) {
    return {
      text: `match on ${outside} inet from ${inner} to any binat-to ${outer}`,
      why:
        'The whole outer address belongs to the gateway, both ways: this machine answers on it no longer, so have another one ' +
        'for its administration. Rules behind this one see the inner address of what comes in, and the outer one of what ' +
        'goes out.',
      evidence: [PF_CONF],
    };
  }
  const inwards = plan.flows.map(
    (flow) => `match in on ${outside} inet proto ${protocolOf(flow)} from any to ${outer}${port(flow)} rdr-to ${inner}`,
  );
  const outwards = plan.hasGre
    ? [`match out on ${outside} inet proto gre from ${inner} to <${plan.name}-clients> nat-to ${outer}`]
    : [];
  return {
    text: [...inwards, ...outwards].join('\n'),
    why: plan.hasGre
      ? 'TCP 1723 and GRE go to the gateway; GRE has no port. There is one gateway behind the address, so that nobody need ' +
        'tell its calls apart. GRE that the gateway sends first must leave with the address that the client dialled.'
      : 'The ports of the plan go to the gateway, and no others.',
    evidence: [PF_CONF],
  };
}

function permits(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const clients = `<${plan.name}-clients>`;
  const gateway = site.innerAddress;
  // What goes out is seen with its outer address.
  const senders = site.role === 'before-gateway' ? `{ ${gateway}, ${plan.gateway} }` : gateway;
  const rules = plan.flows.flatMap((flow) => {
    const what = `inet proto ${protocolOf(flow)}`;
    switch (site.role) {
      case 'before-clients':
        return [
          `pass in quick ${what} from ${clients} to ${gateway}${port(flow)}`,
          `pass out quick ${what} from any to ${gateway}${port(flow)}`,
        ];
      case 'gateway-host':
        return [
          `pass in quick ${what} from ${clients} to ${gateway}${port(flow)}`,
          ...(flow.startsAtEitherEnd ? [`pass out quick ${what} from ${gateway} to ${clients}`] : []),
        ];
      default:
        return [
          `pass quick ${what} from ${clients} to ${gateway}${port(flow)}`,
          ...(flow.startsAtEitherEnd ? [`pass quick ${what} from ${senders} to ${clients}`] : []),
        ];
    }
  });
  const administration =
    site.management.length === 0
      ? []
      : [`pass in quick inet proto tcp from <${plan.name}-management> to ${gateway} port 22`];
  return {
    text: [...rules, ...administration].join('\n'),
    why: `${
      plan.hasGre
        ? 'States let answers back. Either end may send the first GRE, so there is a rule for each. pf tells neither calls apart nor ' +
          'GRE version 1 from plain GRE: all GRE between the allowed addresses and the gateway passes.'
        : site.role === 'before-clients'
          ? 'States let answers back. What goes out has its new source address already, so only the way in asks who sends.'
          : 'States let answers back.'
    }${quietUdp(job)}`,
    evidence: [PF_CONF],
  };
}

/** What comes out of IPsec on the gateway itself shows on enc0, in the addresses of the outer packet. */
function ipsec({ plan, site }: EdgeJob): EdgeBlock[] {
  const flows = linuxFlows(plan);
  if (site.role !== 'gateway-host' || !flows.ipsec) {
    return [];
  }
  const [inside, port] = flows.l2tp ? ['proto udp', ' port 1701'] : ['proto ipencap', ''];
  return [
    {
      text: `pass in quick on enc0 inet ${inside} from <${plan.name}-clients> to ${site.innerAddress}${port} keep state (if-bound)`,
      why: flows.l2tp
        ? 'L2TP is taken only as it comes out of IPsec, which is on enc0.'
        : 'What IPsec has opened is seen once more on enc0, with the addresses of the packet that it came in.',
      evidence: [MEMORY],
    },
  ];
}

function denials({ plan, site }: EdgeJob): EdgeBlock {
  const gateway = site.innerAddress;
  const way = site.role === 'before-clients' || site.role === 'gateway-host' ? ' in' : '';
  const rules = isAlone(site)
    ? [`block drop${way} quick inet from any to ${gateway}`]
    : plan.flows.map(
        (flow) => `block drop${way} quick inet proto ${protocolOf(flow)} from any to ${gateway}${port(flow)}`,
      );
  return {
    text: rules.join('\n'),
    why: isAlone(site)
      ? 'The gateway has its address for itself. Answers to what it asked for have states, and states are looked at before rules.'
      : 'The same flows of everybody else are dropped before a wider rule could let them through.',
    evidence: [PF_CONF],
  };
}

function segments(job: EdgeJob): EdgeBlock[] {
  const { plan } = job;
  return clamped(job).map(({ cidr }) => ({
    text: [
      `match inet proto tcp from ${cidr} to any scrub (max-mss ${plan.mss})`,
      `match inet proto tcp from any to ${cidr} scrub (max-mss ${plan.mss})`,
    ].join('\n'),
    why: 'TCP inside the tunnel agrees on segments that fit into it, in both directions; smaller ones stay as they are.',
    evidence: [PF_CONF],
  }));
}

function removal(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  return {
    purpose: 'removal',
    name: `pf.${plan.name}-remove.sh`,
    comments: HASH,
    firstLine: SHELL,
    blocks: [
      {
        text: [
          'set -e',
          `sed -i '/anchor "${plan.name}"/d' /etc/pf.conf`,
          'pfctl -nf /etc/pf.conf',
          `pfctl -a ${plan.name} -F rules`,
          `pfctl -a ${plan.name} -F Tables`,
          'pfctl -f /etc/pf.conf',
          `rm -f ${anchorFile(job)}`,
        ].join('\n'),
        why: 'Both lines name the anchor, and nothing else does. Calls that are up keep their states until they end, or until: pfctl -F states.',
        evidence: [MEMORY],
      },
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const outside = site.outside === '' ? 'egress' : site.outside;
  const device = `$(ifconfig ${outside} | sed -n '1s/:.*//p')`;
  const blocks: EdgeBlock[] = [
    {
      text: `pfctl -a ${plan.name} -vsr`,
      why: 'Dial, and look again: the counters of the passing rules must grow.',
      evidence: [PF_CONF],
    },
    tcpdumpCheck(job, device),
  ];
  if (plan.hasGre) {
    blocks.push({
      text: "pfctl -ss | grep ' gre '",
      why: 'During a call: states between client and gateway that say MULTIPLE:MULTIPLE. SINGLE on one side: GRE flows in one direction only.',
      evidence: [MEMORY],
    });
    if (site.role === 'gateway-host') {
      blocks.push({
        text: 'sysctl net.inet.gre.allow',
        why: 'It must be 1: OpenBSD drops GRE to itself otherwise, whatever pf says. npppd needs it.',
        evidence: [MEMORY],
      });
    }
  }
  return { purpose: 'check', name: `pf.${plan.name}-check.sh`, comments: HASH, firstLine: SHELL, blocks };
}
