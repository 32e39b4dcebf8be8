import { type Flow, IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import type { EdgeRole } from '../role';
import { refuseTranslatedEsp, sources } from './appliance';
import { clamped, isAlone, linuxFlows, SHELL } from './linux';
import { tcpdumpCheck } from './wire';

const IPFW: Evidence = {
  kind: 'vendor',
  title: 'FreeBSD manual: ipfw(8)',
  source: 'https://man.freebsd.org/cgi/man.cgi?manpath=FreeBSD+15.0-RELEASE+and+Ports&query=ipfw',
  read: '2026-11',
  certainty: 'high',
};
const LIBALIAS: Evidence = {
  kind: 'vendor',
  title: 'FreeBSD: alias_pptp.c of libalias, which aliases Call IDs in control messages and follows GRE by them',
  source: 'https://github.com/freebsd/freebsd-src/blob/main/sys/netinet/libalias/alias_pptp.c',
  read: '2026-11',
  certainty: 'high',
};

/** The set that all rules are in, so that they can be deleted at once, and the number of the translation. */
const SET = 23;
const NAT = 1723;
/** Before the rules of rc.firewall, which begin at 100. */
const FIRST = 10;

/** Rules without states, in a set of their own; translations by libalias, whose module knows PPTP. */
export const FREEBSD_IPFW: EdgeProduct = {
  id: 'freebsd-ipfw',
  name: 'FreeBSD ipfw',
  version: 'FreeBSD 12 and later (named tables, ipfw_nat, alias_pptp, ipfw_pmod)',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader', 'gateway-host': 'reader' },
  interfaces: {
    pattern: /^[a-z][a-z0-9]{0,14}$/,
    allowed: 'an interface: 1 to 15 lower-case letters and digits, a letter first',
    usual: { inside: 'em1', outside: 'em0' },
    named: { 'before-clients': [], routed: [], 'before-gateway': ['outside'], 'gateway-host': [] },
  },
  versions: [4],
  render: (job) => {
    refuseTranslatedEsp(FREEBSD_IPFW, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** Numbers rules in the order in which they are written. */
class Rules {
  private number = FIRST;

  public constructor(private readonly name: string) {}

  public write(body: string, what: string): string {
    const line = `ipfw -q add ${this.number} set ${SET} ${body} // ${this.name}: ${what}`;
    this.number += 1;
    return line;
  }
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const rules = new Rules(plan.name);
  const loaded = modules(job);
  return {
    purpose: 'configuration',
    name: `${plan.name}.ipfw.sh`,
    comments: HASH,
    firstLine: SHELL,
    blocks: [
      {
        text: ['set -e', ...takenBack(job)].join('\n'),
        why:
          `Takes away what an earlier run put in, so that the script can be run again. Set ${SET}${
            site.role === 'before-gateway' ? `, nat ${NAT}` : ''
          } and numbers from ${FIRST} must not be in use for anything else ("ipfw -S list"). Call it from the script that ` +
          'firewall_script names, so that it is there after a restart.',
        evidence: [IPFW],
      },
      ...(loaded.length === 0
        ? []
        : [
            {
              text: `kldload -n ${loaded.join(' ')}`,
              why:
                plan.hasGre && isTranslated(job)
                  ? 'alias_pptp teaches libalias PPTP: it gives calls numbers of their own and leads their GRE by them, so that several ' +
                    'clients may call one server. ipfw nat and natd alike carry no GRE of a call without it.'
                  : 'What the rules below need of the kernel.',
              evidence: plan.hasGre && isTranslated(job) ? [LIBALIAS, IPFW] : [IPFW],
            },
          ]),
      table(job),
      ...(site.role === 'before-gateway' ? [translation(job, rules)] : []),
      ...segments(job, rules),
      permits(job, rules),
      denials(job, rules),
    ],
  };
}

function isTranslated({ site }: EdgeJob): boolean {
  return site.role === 'before-clients' || site.role === 'before-gateway';
}

function modules(job: EdgeJob): string[] {
  return [
    ...(job.site.role === 'before-gateway' ? ['ipfw_nat'] : []),
    ...(job.plan.hasGre && isTranslated(job) ? ['alias_pptp'] : []),
    ...(clamped(job).length > 0 ? ['ipfw_pmod'] : []),
  ];
}

function table({ plan, site }: EdgeJob): EdgeBlock {
  const one = (name: string, ranges: readonly { readonly cidr: string }[]) => [
    `ipfw -q table ${plan.name}-${name} create type addr`,
    ...ranges.map(({ cidr }) => `ipfw -q table ${plan.name}-${name} add ${cidr}`),
  ];
  return {
    text: [
      ...one('clients', sources({ plan, site })),
      ...(site.management.length > 0 ? one('management', site.management) : []),
    ].join('\n'),
    why: 'From where clients come. A range more is a line more here, and no new rule.',
    evidence: [IPFW],
  };
}

function protocolOf({ protocol }: Flow): string {
  const names: Partial<Record<number, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' };
  return names[protocol] ?? `${protocol}`;
}

function port(flow: Flow): string {
  return flow.port === undefined ? '' : ` ${flow.port}`;
}

function clientsOf({ plan }: EdgeJob): string {
  return `"table(${plan.name}-clients)"`;
}

/** Which direction of which interface a filter looks at: where addresses are those of the client and the gateway. */
function ways({ site }: EdgeJob): readonly [towards: string, back: string] {
  return site.role === 'before-clients' || site.role === 'gateway-host' ? [' in', ' out'] : ['', ''];
}

function translation(job: EdgeJob, rules: Rules): EdgeBlock {
  const { plan, site } = job;
  const { outside, innerAddress: inner } = site;
  const outer = plan.gateway;
  const redirects = plan.flows.flatMap((flow) =>
    flow.protocol === IpProtocol.GRE
      ? []
      : flow.port === undefined
        ? [`redirect_proto ${protocolOf(flow)} ${inner}`]
        : [`redirect_port ${protocolOf(flow)} ${inner}:${flow.port} ${flow.port}`],
  );
  const clients = clientsOf(job);
  const what = 'publishes the gateway';
  const towards = plan.flows.map((flow) =>
    rules.write(`nat ${NAT} ${protocolOf(flow)} from ${clients} to ${outer}${port(flow)} in recv ${outside}`, what),
  );
  const back = isAlone(site)
    ? [
        ...plan.flows
          .filter(({ protocol }) => protocol !== IpProtocol.GRE)
          .map((flow) =>
            rules.write(
              `deny ${protocolOf(flow)} from any to ${outer}${port(flow)} in recv ${outside}`,
              `${flow.label} of nobody else`,
            ),
          ),
        rules.write(`nat ${NAT} ip from any to ${outer} in recv ${outside}`, 'answers to the gateway'),
        rules.write(`nat ${NAT} ip from ${inner} to any out xmit ${outside}`, what),
      ]
    : plan.flows.map((flow) =>
        rules.write(
          `nat ${NAT} ${protocolOf(flow)} from ${inner}${port(flow)} to ${clients} out xmit ${outside}`,
          what,
        ),
      );
  return {
    text: [
      `ipfw -q nat ${NAT} config ip ${outer}${isAlone(site) ? ' deny_in' : ''} ${redirects.join(' ')}`,
      ...towards,
      ...back,
    ].join('\n'),
    why: `${
      plan.hasGre
        ? 'TCP 1723 is redirected; GRE is led to the gateway by libalias, and only that of calls which it saw being made. Other ' +
          'GRE keeps its address, and ends at this machine. '
        : 'What the plan lets through is redirected, and nothing else. '
    }${
      isAlone(site)
        ? 'The whole outer address belongs to the gateway: what it sends leaves with it, answers come back, and deny_in drops ' +
          'the rest. Have another address for the administration of this machine.'
        : 'Only packets of the clients take this way, so that another translation may share the address.'
    }`,
    evidence: [IPFW, ...(plan.hasGre ? [LIBALIAS] : [])],
  };
}

function permits(job: EdgeJob, rules: Rules): EdgeBlock {
  const { plan, site } = job;
  const gateway = site.innerAddress;
  const clients = clientsOf(job);
  const [towards, back] = ways(job);
  const lines = plan.flows.flatMap((flow) => {
    const what = protocolOf(flow);
    const isEstablished = flow.protocol === IpProtocol.TCP ? ' established' : '';
    return [
      rules.write(`allow ${what} from ${clients} to ${gateway}${port(flow)}${towards}`, `${flow.label} of clients`),
      rules.write(
        `allow ${what} from ${gateway}${port(flow)} to ${clients}${back}${isEstablished}`,
        `${flow.label} to clients`,
      ),
      ...(site.role === 'before-gateway'
        ? [
            rules.write(
              `allow ${what} from ${plan.gateway}${port(flow)} to ${clients} out xmit ${site.outside}${isEstablished}`,
              `${flow.label} to clients`,
            ),
          ]
        : []),
    ];
  });
  if (site.management.length > 0) {
    const managers = `"table(${plan.name}-management)"`;
    lines.push(
      rules.write(`allow tcp from ${managers} to ${gateway} 22${towards}`, 'administration'),
      rules.write(`allow tcp from ${gateway} 22 to ${managers}${back} established`, 'administration'),
    );
  }
  return {
    text: lines.join('\n'),
    why: plan.hasGre
      ? 'Without states, so that a call survives whatever happens to tables, and either end may send the first GRE. ' +
        GRE_WORDS[site.role]
      : 'Without states: clients begin, the gateway answers.',
    evidence: [IPFW],
  };
}

const NOT_TOLD = 'ipfw tells neither calls apart nor GRE version 1 from plain GRE.';
/** What a reader must know of GRE in a role. */
const GRE_WORDS: Readonly<Record<EdgeRole, string>> = {
  'before-clients': `${NOT_TOLD} The rule that translates (nat or divert) must take "ip", and not only tcp and udp, and stand behind these.`,
  routed: NOT_TOLD,
  'before-gateway':
    'Which GRE belongs to a call was decided by the translation; these rules are for its packets behind it.',
  'gateway-host': NOT_TOLD,
};

function denials(job: EdgeJob, rules: Rules): EdgeBlock {
  const { plan, site } = job;
  const gateway = site.innerAddress;
  const [towards] = ways(job);
  if (site.role === 'before-gateway' || !isAlone(site)) {
    return {
      text: plan.flows
        .map((flow) =>
          rules.write(
            `deny ${protocolOf(flow)} from any to ${gateway}${port(flow)}${towards}`,
            `${flow.label} of nobody else`,
          ),
        )
        .join('\n'),
      why: 'The same flows of everybody else are dropped before a wider rule could let them through.',
      evidence: [IPFW],
    };
  }
  const l2tp = site.role === 'gateway-host' && linuxFlows(plan).l2tp;
  return {
    text: [
      ...(l2tp ? [rules.write(`allow udp from any to ${gateway} 1701 in ipsec`, 'L2TP out of IPsec')] : []),
      rules.write(`allow icmp from any to ${gateway}${towards} icmptypes 3,11,12`, 'errors, for the path MTU'),
      rules.write('check-state :any', 'answers to the gateway'),
      rules.write(`deny ip from any to ${gateway}${towards}`, 'nothing else'),
    ].join('\n'),
    why:
      'The gateway has its address for itself. Answers to what it asks for come back if your rule that lets it ask says ' +
      `keep-state.${l2tp ? ' L2TP is taken only as it comes out of IPsec.' : ''}`,
    evidence: [IPFW],
  };
}

function segments(job: EdgeJob, rules: Rules): EdgeBlock[] {
  const { plan } = job;
  return clamped(job).map(({ cidr }) => ({
    text: [
      rules.write(`tcp-setmss ${plan.mss} tcp from ${cidr} to any tcpflags syn`, 'segments'),
      rules.write(`tcp-setmss ${plan.mss} tcp from any to ${cidr} tcpflags syn`, 'segments'),
    ].join('\n'),
    why:
      'TCP inside the tunnel agrees on segments that fit into it, in both directions; smaller ones stay as they are. The ' +
      'search goes on behind these rules.',
    evidence: [IPFW],
  }));
}

function takenBack({ plan, site }: EdgeJob): string[] {
  const destroyed = ['clients', ...(site.management.length > 0 ? ['management'] : [])];
  return [
    `ipfw -q delete set ${SET} || true`,
    ...(site.role === 'before-gateway' ? [`ipfw -q nat ${NAT} delete 2>/dev/null || true`] : []),
    ...destroyed.map((name) => `ipfw -q table ${plan.name}-${name} destroy 2>/dev/null || true`),
  ];
}

function removal(job: EdgeJob): EdgeDraft {
  return {
    purpose: 'removal',
    name: `${job.plan.name}-remove.ipfw.sh`,
    comments: HASH,
    firstLine: SHELL,
    blocks: [
      {
        text: takenBack(job).join('\n'),
        why: 'All rules are in one set. Modules stay loaded: translations of others may use them.',
        evidence: [IPFW],
      },
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const device = site.outside === '' ? 'em0' : site.outside;
  const blocks: EdgeBlock[] = [
    {
      text: `ipfw -S show | grep '// ${plan.name}: '`,
      why: 'Dial, and look again: the counters of the allowing rules must grow.',
      evidence: [IPFW],
    },
    tcpdumpCheck(job, device),
  ];
  if (plan.hasGre && isTranslated(job)) {
    blocks.push({
      text: 'kldstat | grep alias_pptp',
      why: 'It must be loaded before the call is made; calls that were up before must be dialled again.',
      evidence: [LIBALIAS, MEMORY],
    });
  }
  return { purpose: 'check', name: `${plan.name}-check.ipfw.sh`, comments: HASH, firstLine: SHELL, blocks };
}
