import { IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import { MEASURED } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseTranslatedEsp, sources } from './appliance';
import { clamped, isAlone, linuxFlows, PPTP_PORT, SHELL } from './linux';
import { tcpdumpCheck } from './wire';

const FW4: Evidence = {
  kind: 'vendor',
  title: 'OpenWrt firewall4: how sections of /etc/config/firewall become rules',
  source: 'https://github.com/openwrt/firewall4/blob/master/root/usr/share/ucode/fw4.uc',
  read: '2026-11',
  certainty: 'high',
};
const RULESET: Evidence = {
  kind: 'vendor',
  title: 'OpenWrt firewall4: the order of rules in its chains',
  source: 'https://github.com/openwrt/firewall4/blob/master/root/usr/share/firewall4/templates/ruleset.uc',
  read: '2026-11',
  certainty: 'high',
};
const INCLUDES: Evidence = {
  kind: 'vendor',
  title: 'OpenWrt firewall4: files that are included from /usr/share/nftables.d',
  source: 'https://github.com/openwrt/firewall4/blob/master/root/usr/share/nftables.d/README',
  read: '2026-11',
  certainty: 'high',
};
const PACKAGE: Evidence = {
  kind: 'vendor',
  title: 'OpenWrt package kmod-nf-nathelper-extra',
  source: 'https://openwrt.org/packages/pkgdata/kmod-nf-nathelper-extra',
  read: '2026-11',
  certainty: 'high',
};

/** Options of a section of UCI; a list becomes several entries of a list. */
type Options = Readonly<Record<string, string | readonly string[]>>;

/**
 * Sections of their own in /etc/config/firewall. fw4 accepts what is established or related before every rule, so that
 * GRE of a call needs the helper and no rule: a rule for GRE would only let in what belongs to no call.
 */
export const OPENWRT: EdgeProduct = {
  id: 'openwrt',
  name: 'OpenWrt',
  version: 'OpenWrt 22.03 and later (firewall4)',
  form: 'configuration',
  roles: { 'before-clients': 'reader', routed: 'reader', 'before-gateway': 'reader', 'gateway-host': 'reader' },
  interfaces: {
    pattern: /^[A-Za-z_][A-Za-z0-9_]{0,10}$/,
    allowed: 'the name of a zone: 1 to 11 letters, digits and underscores, no digit first',
    usual: { inside: 'lan', outside: 'wan' },
    named: {
      'before-clients': ['inside'],
      routed: ['outside'],
      'before-gateway': ['inside', 'outside'],
      'gateway-host': ['outside'],
    },
  },
  versions: [4],
  render: (job) => {
    refuseTranslatedEsp(OPENWRT, job);
    return [configuration(job), removal(job), check(job)];
  },
};

/** Numbers sections, and writes them as commands. The first one stands first in the file. */
class Sections {
  private count = 0;

  public constructor(private readonly name: string) {}

  public write(type: 'rule' | 'redirect' | 'nat', what: string, options: Options): string {
    const section = `firewall.${sectionPrefix(this.name)}${this.count}`;
    const entries = Object.entries({ name: `${this.name}: ${what}`, ...options }).flatMap(([option, value]) =>
      [value]
        .flat()
        .map((one) => `uci ${typeof value === 'string' ? 'set' : 'add_list'} ${section}.${option}='${one}'`),
    );
    const order = `uci reorder ${section}='${this.count}'`;
    this.count += 1;
    return [`uci set ${section}='${type}'`, ...entries, order].join('\n');
  }
}

/** UCI takes no hyphens in the names of sections. */
function sectionPrefix(name: string): string {
  return `${name.replace(/-/g, '_')}_`;
}

function configuration(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const sections = new Sections(plan.name);
  return {
    purpose: 'configuration',
    name: `${plan.name}.sh`,
    comments: HASH,
    firstLine: SHELL,
    blocks: [
      ...(plan.hasGre ? [helperIsThere()] : []),
      {
        text: ['set -e', takenBack(job)].join('\n'),
        why: 'Takes away what an earlier run of this script put in, so that it can be run again. Nothing else has these names.',
        evidence: [FW4],
      },
      ...(plan.hasGre ? [helper(job, sections)] : []),
      permits(job, sections),
      denials(job, sections),
      ...(site.role === 'before-gateway' ? [translation(job, sections)] : []),
      ...l2tp(job),
      ...segments(job),
      {
        text: 'uci commit firewall\nservice firewall restart',
        why:
          'Loads all of it at once. Where a value is wrong, fw4 names the section and leaves it out: read what it prints. ' +
          'Connections that are up stay up.',
        evidence: [FW4],
      },
    ],
  };
}

function helperIsThere(): EdgeBlock {
  return {
    text: "[ -d /sys/module/nf_nat_pptp ] || { echo 'install kmod-nf-nathelper-extra first' >&2; exit 1; }",
    why:
      'The helper for PPTP is a package of its own, and not installed on most devices: apk add kmod-nf-nathelper-extra, or ' +
      'opkg install up to 24.10. Without it fw4 would only warn, and calls would stop at "verifying user name and password".',
    evidence: [PACKAGE, FW4],
  };
}

function helper(job: EdgeJob, sections: Sections): EdgeBlock {
  const { site } = job;
  return {
    text: sections.write('rule', 'calls', {
      ...matched(job),
      src: site.role === 'before-clients' ? site.inside : site.outside,
      proto: 'tcp',
      dest_port: `${PPTP_PORT}`,
      set_helper: 'pptp',
      target: 'HELPER',
    }),
    why:
      'The helper follows the control connection and lets in the GRE of its call, whichever end sends first, through any ' +
      'translation, and no other GRE. Zones that masquerade get no helper by themselves. A call that is idle for three ' +
      'minutes, or that is up when the table of connections is flushed, must be dialled again: have the gateway send LCP ' +
      'echoes.',
    evidence: [FW4, MEASURED],
  };
}

/** What all permits have in common: from the clients to the gateway, as filters see it after the translation. */
function matched({ plan, site }: EdgeJob): Options {
  return { family: 'ipv4', src_ip: sources({ plan, site }).map(({ cidr }) => cidr), dest_ip: site.innerAddress };
}

/** Any zone to any zone, which fw4 looks at before the rules and policies of zones; without `dest` it is the router itself. */
function anywhere({ site }: EdgeJob): Options {
  return site.role === 'gateway-host' ? { src: '*' } : { src: '*', dest: '*' };
}

function permits(job: EdgeJob, sections: Sections): EdgeBlock {
  const { plan, site } = job;
  const flows = plan.flows.filter(({ protocol }) => protocol !== IpProtocol.GRE);
  const lines = flows.map((flow) =>
    sections.write('rule', `${flow.label} of clients`, {
      ...anywhere(job),
      ...matched(job),
      proto: `${flow.protocol === IpProtocol.TCP ? 'tcp' : flow.protocol === IpProtocol.UDP ? 'udp' : flow.protocol}`,
      ...(flow.port === undefined ? {} : { dest_port: `${flow.port}` }),
      target: 'ACCEPT',
    }),
  );
  if (site.management.length > 0) {
    lines.push(
      sections.write('rule', 'administration', {
        ...anywhere(job),
        family: 'ipv4',
        src_ip: site.management.map(({ cidr }) => cidr),
        dest_ip: site.innerAddress,
        proto: 'tcp',
        dest_port: '22',
        target: 'ACCEPT',
      }),
    );
  }
  return {
    text: lines.join('\n'),
    why:
      'Clients begin; what is established or related passes before every rule. Rules from any zone to any zone stand before ' +
      'those of the zones, and these stand first among them.',
    evidence: [FW4, RULESET],
  };
}

function denials(job: EdgeJob, sections: Sections): EdgeBlock {
  const { plan, site } = job;
  const drop = { ...anywhere(job), family: 'ipv4', dest_ip: site.innerAddress, target: 'DROP' };
  const lines = isAlone(site)
    ? [sections.write('rule', 'nothing else', { ...drop, proto: 'all' })]
    : plan.flows.map((flow) =>
        sections.write('rule', `${flow.label} of nobody else`, {
          ...drop,
          proto: `${flow.protocol === IpProtocol.TCP ? 'tcp' : flow.protocol === IpProtocol.UDP ? 'udp' : flow.protocol}`,
          ...(flow.port === undefined ? {} : { dest_port: `${flow.port}` }),
        }),
      );
  return {
    text: lines.join('\n'),
    why: isAlone(site)
      ? `The gateway has its address for itself: nobody else reaches it, and answers to what it asked for passed already.${
          site.role === 'gateway-host'
            ? ' This ends LuCI and SSH to this address from everywhere but the administration.'
            : ''
        }`
      : 'The same flows of everybody else are dropped before a forwarding or an open port could let them through.',
    evidence: [FW4, RULESET],
  };
}

function translation({ plan, site }: EdgeJob, sections: Sections): EdgeBlock {
  const redirect = {
    family: 'ipv4',
    src: site.outside,
    src_dip: plan.gateway,
    dest: site.inside,
    dest_ip: site.innerAddress,
    reflection: '0',
    target: 'DNAT',
  };
  if (isAlone(site)) {
    const back = { family: 'ipv4', src: site.outside, src_ip: site.innerAddress, snat_ip: plan.gateway };
    return {
      text: [
        sections.write('redirect', 'publishes the gateway', { ...redirect, proto: 'all' }),
        sections.write('nat', 'publishes the gateway', { ...back, proto: 'all', target: 'SNAT' }),
      ].join('\n'),
      why: 'The whole outer address belongs to the gateway, both ways: the router answers on it no longer, so have another one for its administration.',
      evidence: [FW4, MEASURED],
    };
  }
  const flows = plan.flows.filter(({ protocol }) => protocol !== IpProtocol.GRE);
  return {
    text: flows
      .map(({ protocol, port, label }) =>
        sections.write('redirect', `publishes ${label}`, {
          ...redirect,
          proto: protocol === IpProtocol.TCP ? 'tcp' : 'udp',
          src_dport: `${port}`,
          dest_port: `${port}`,
        }),
      )
      .join('\n'),
    why: plan.hasGre
      ? 'TCP 1723 is translated here, and the GRE of its call by the helper, in both directions. No rule translates other GRE.'
      : 'The ports of the plan go to the gateway, and no others.',
    evidence: plan.hasGre ? [FW4, MEASURED] : [FW4],
  };
}

const NFTABLES_D = '/usr/share/nftables.d/chain-pre';

function included(chain: string, name: string, lines: readonly string[]): string {
  const folder = `${NFTABLES_D}/${chain}`;
  return [
    `mkdir -p ${folder}`,
    `printf '%s\\n' \\`,
    ...lines.map((line) => `  '${line}' \\`),
    `  > ${folder}/${name}.nft`,
  ].join('\n');
}

function hasL2tp({ plan, site }: EdgeJob): boolean {
  return site.role === 'gateway-host' && linuxFlows(plan).l2tp;
}

function l2tp(job: EdgeJob): EdgeBlock[] {
  const { plan, site } = job;
  return hasL2tp(job)
    ? [
        {
          text: included('input', plan.name, [
            `meta ipsec exists ip daddr ${site.innerAddress} udp dport 1701 accept comment "${plan.name}: L2TP out of IPsec"`,
          ]),
          why: 'L2TP is taken only as it comes out of IPsec, for which sections of UCI have no word.',
          evidence: [INCLUDES],
        },
      ]
    : [];
}

function segments(job: EdgeJob): EdgeBlock[] {
  const { plan } = job;
  const clamp = (side: 'saddr' | 'daddr', cidr: string) =>
    `ip ${side} ${cidr} tcp flags syn / syn,fin,rst tcp option maxseg size > ${plan.mss} tcp option maxseg size set ${plan.mss} comment "${plan.name}: segments"`;
  return clamped(job).map(({ cidr }) => ({
    text: included('mangle_forward', plan.name, [clamp('saddr', cidr), clamp('daddr', cidr)]),
    why:
      'TCP inside the tunnel agrees on segments that fit into it, in both directions; smaller ones stay as they are. The ' +
      'option mtu_fix of a zone would do so for everybody. The file is not kept by sysupgrade: run this script again then.',
    evidence: [INCLUDES, MEASURED],
  }));
}

/** Everything that this script makes, by its names. */
function takenBack(job: EdgeJob): string {
  const prefix = sectionPrefix(job.plan.name);
  const files = [
    ...(clamped(job).length > 0 ? [`${NFTABLES_D}/mangle_forward/${job.plan.name}.nft`] : []),
    ...(hasL2tp(job) ? [`${NFTABLES_D}/input/${job.plan.name}.nft`] : []),
  ];
  return [
    `for section in $(uci -q show firewall | sed -n 's/^firewall\\.\\(${prefix}[0-9]*\\)=.*$/\\1/p'); do`,
    '  uci delete "firewall.$section"',
    'done',
    ...files.map((file) => `rm -f ${file}`),
  ].join('\n');
}

function removal(job: EdgeJob): EdgeDraft {
  return {
    purpose: 'removal',
    name: `${job.plan.name}-remove.sh`,
    comments: HASH,
    firstLine: SHELL,
    blocks: [
      {
        text: ['set -e', takenBack(job), 'uci commit firewall', 'service firewall restart'].join('\n'),
        why: 'Everything that was added has these names.',
        evidence: [FW4],
      },
    ],
  };
}

function check(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  return {
    purpose: 'check',
    name: `${plan.name}-check.sh`,
    comments: HASH,
    firstLine: SHELL,
    blocks: [
      {
        text: `fw4 print 2>&1 | grep -e '${plan.name}: ' -e '^\\[!\\]'`,
        why: 'Every rule must be there. A line with [!] names a section that fw4 left out, and why.',
        evidence: [FW4],
      },
      tcpdumpCheck(job, 'any'),
      ...(plan.hasGre
        ? [
            {
              text: 'grep -E "^ipv4 +2 gre" /proc/net/nf_conntrack',
              why:
                'During a call: one line with both directions and without [UNREPLIED]. Two lines that say [UNREPLIED] are a ' +
                'call that nobody helps.',
              evidence: [MEASURED],
            },
          ]
        : []),
    ],
  };
}
