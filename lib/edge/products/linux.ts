import { IpProtocol, type IpRange } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { L2TP_IPSEC } from '../../protocols';
import { HASH } from '../comment';
import { MEASURED } from '../evidence';
import type { EdgePlan } from '../plan';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
import type { EdgeSite } from '../site';

/** The control connection of PPTP. Its clients know no other port. */
export const PPTP_PORT = 1723;

/** How long an address may send GRE after it was last heard of, in seconds; every packet begins the time anew. */
export const CALLER_SECONDS = 300;

/** The ICMP messages without which no path finds its MTU, and no connection its end. */
export const ICMP_ERRORS = ['destination-unreachable', 'time-exceeded', 'parameter-problem'] as const;

/** Names of interfaces as Linux has them, less what a shell or a filter would take for something else. */
export const LINUX_INTERFACES = {
  pattern: /^[A-Za-z][A-Za-z0-9_.-]{0,14}$/,
  allowed: 'an interface of Linux: 1 to 15 letters, digits, dots, hyphens and underscores, a letter first',
  usual: { inside: 'lan0', outside: 'eth0' },
} as const;

export const NFT_WIKI_CHAINS: Evidence = {
  kind: 'vendor',
  title: 'nftables wiki: Configuring chains',
  source: 'https://wiki.nftables.org/wiki-nftables/index.php/Configuring_chains',
  read: '2026-11',
  certainty: 'high',
};

export const IPTABLES_EXTENSIONS: Evidence = {
  kind: 'vendor',
  title: 'iptables-extensions(8)',
  source: 'https://man.archlinux.org/man/iptables-extensions.8.en.txt',
  read: '2026-11',
  certainty: 'high',
};

/** Of packets that came out of IPsec: kernels that these rules were tried in load them, and know no ESP themselves. */
export const NFT_IPSEC: Evidence = {
  kind: 'vendor',
  title: 'nft(8), meta expression: "ipsec", true if packet was ipsec encrypted',
  source: 'nftables: doc/primary-expression.txt',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'The kernel takes the rule; no packet out of IPsec was sent through it.',
};

/** Of the module that no rule loads. */
const NAT_MODULE: Evidence = {
  kind: 'field-report',
  title: 'create_ap: "to enable clients to establish PPTP connections we must load nf_nat_pptp module"',
  source: 'https://github.com/oblique/create_ap/blob/master/create_ap',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'The kernels that these rules were tried in have it built in.',
};

/** What Linux filters tell apart: PPTP's two flows, ports, and ESP. */
export interface LinuxFlows {
  readonly pptp: boolean;
  /** Without PPTP's. */
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  readonly esp: boolean;
  /** Whether packets come out of IPsec on the gateway itself. */
  readonly ipsec: boolean;
  /** Whether UDP 1701 does. */
  readonly l2tp: boolean;
}

export function linuxFlows(plan: EdgePlan): LinuxFlows {
  const udp = plan.ports('udp');
  return {
    pptp: plan.hasGre,
    tcp: plan.ports('tcp').filter((port) => !(plan.hasGre && port === PPTP_PORT)),
    udp,
    esp: plan.hasEsp,
    ipsec: plan.hasEsp || udp.includes(500),
    l2tp: plan.protocolNames.includes(L2TP_IPSEC.name),
  };
}

/** @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` for ESP before clients: what hides them is a masquerading NAT */
export function refuseMasqueradedEsp(product: Pick<EdgeProduct, 'name'>, { plan, site }: EdgeJob): void {
  const esp = plan.flows.find(({ protocol }) => protocol === IpProtocol.ESP);
  if (esp !== undefined && site.role === 'before-clients') {
    refuseFlow(
      product,
      esp,
      'ESP has no ports, so masquerading carries it for one client at a time, and takes the answers from the others',
      'UDP 500 and 4500 alone, with which clients behind a NAT wrap ESP into UDP: flowSets: [IKEV2.flowSets[0]]',
    );
  }
}

/** Whether calls pass the NAT that hides clients: none does without the helper. */
export function needsNatHelper({ plan, site }: EdgeJob): boolean {
  return plan.hasGre && site.role === 'before-clients';
}

/** Whether nothing but the plan's flows may reach the gateway's address, because nobody else has it. */
export function isAlone({ role, publication }: EdgeSite): boolean {
  return role === 'routed' || role === 'gateway-host' || (role === 'before-gateway' && publication === 'one-to-one');
}

/** The ranges whose TCP segments are made smaller here: none where the firewall sees the tunnel from outside only. */
export function clamped({ plan, site }: EdgeJob): readonly IpRange[] {
  return plan.tunnelRange === undefined || site.role === 'before-clients' ? [] : [plan.tunnelRange];
}

export function measured(text: string, why: string, ...more: readonly Evidence[]): EdgeBlock {
  return { text, why, evidence: [MEASURED, ...more] };
}

/** Now, and not at the next start alone. Built into the kernel, it cannot be loaded, and need not be. */
export const LOAD_NAT_MODULE =
  "modprobe -q nf_nat_pptp || echo 'nf_nat_pptp was not loaded: unless the kernel has it built in, no call passes the NAT' >&2";

/** What the NAT before clients needs besides. @param name of the file; `own` its name on the machine, without ending */
export function natModule(name: string, own: string): EdgeDraft {
  const why =
    `For /etc/modules-load.d/${own}.conf, and now: modprobe nf_nat_pptp. The kernel loads the helper by the name that a rule ` +
    'has for it, but not the module that rewrites Call IDs for the NAT.';
  return {
    purpose: 'configuration',
    name,
    comments: HASH,
    blocks: [{ text: 'nf_nat_pptp', why, evidence: [NAT_MODULE] }],
  };
}

/** The first line of a shell script. */
export const SHELL = '#!/bin/sh';

/** What is seen on the wire, whatever the filter is made of. @param hasHelper whether GRE is let through by the helper */
export function wireChecks({ plan, site }: EdgeJob, hasHelper: boolean): EdgeBlock[] {
  const { pptp, udp, tcp, esp } = linuxFlows(plan);
  const address = site.role === 'before-gateway' ? site.innerAddress : plan.gateway;
  const host = site.role === 'gateway-host' ? '' : ` and host ${address}`;
  const others = [...udp.map((port) => `udp port ${port}`), ...tcp.map((port) => `tcp port ${port}`)].concat(
    esp ? [plan.version === 4 ? 'ip proto 50' : 'ip6 proto 50'] : [],
  );
  return [
    ...(pptp
      ? [
          measured(
            `timeout 30 tcpdump -ni any '(tcp port ${PPTP_PORT} or ip proto 47)${host}'`,
            'Dial meanwhile. TCP 1723 must answer, and then GREv1 must be seen in both directions, with two call numbers. ' +
              'GRE in one direction only: the firewall or router of the side that is silent drops protocol 47, or has no ' +
              'helper for PPTP. No GRE at all after TCP 1723: both, or the call was refused. Clients stop with error 619 ' +
              'or 806, at "verifying user name and password".',
          ),
          measured(
            `conntrack -L -p gre 2>/dev/null${site.role === 'before-clients' ? ` | grep ${address}` : ''}`,
            hasHelper
              ? 'A call through a helper that works is one entry with both directions, srckey and dstkey. Two entries that ' +
                  'say [UNREPLIED], or one with srckey=0x0, are a call that nobody helps: the helper is not loaded, or not set.'
              : 'Without a helper a call is two entries that say [UNREPLIED], one for each direction: that is right here, ' +
                  'because these rules do not wait for GRE to be "established", which it never becomes.',
          ),
        ]
      : []),
    ...(others.length === 0
      ? []
      : [
          measured(
            `timeout 30 tcpdump -ni any '(${others.join(' or ')})${host}'`,
            'Connect meanwhile: packets must be seen in both directions.',
          ),
        ]),
  ];
}

/** The file that a person runs afterwards. */
export function shellDraft(purpose: EdgeDraft['purpose'], name: string, blocks: readonly EdgeBlock[]): EdgeDraft {
  return { purpose, name, comments: HASH, firstLine: SHELL, blocks };
}
