import { IpProtocol } from '../flows/ip-protocol';
import type { ElementNote, NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const SAYS = {
  asaInspection: {
    kind: 'vendor',
    title: 'Cisco ASA 5500 Series Configuration Guide using the CLI: PPTP inspection',
    source:
      'https://www.manualsdir.com/manuals/743833/cisco-asa-5505-asa-5545-x-asa-5555-x-asa-5585-x-asa-5580-asa-5550-asa-5540-asa-5520-asa-5510-asa-5515-x-asa-5525-x-asa-5512-x.html?page=906',
    read: '2026-11',
    certainty: 'high',
  },
  fortinetHelper: {
    kind: 'vendor',
    title: 'FortiOS 6.0 Handbook: PPTP session helper',
    source: 'https://docs2.fortinet.com/document/fortigate/6.0.0/handbook/657326/',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Of FortiOS 6.0; newer versions were not read.',
  },
  junosAlg: {
    kind: 'vendor',
    title: 'Junos OS: PPTP ALG',
    source: 'https://www.juniper.net/documentation/us/en/software/junos/alg/topics/topic-map/security-pptp-alg.html',
    read: '2026-11',
    certainty: 'high',
  },
  huaweiAspf: {
    kind: 'vendor',
    title: 'Huawei USG: ASPF and NAT ALG for PPTP',
    source: 'https://usg.zrnko.cz/resources/admin/sec_admin_aspf_0039.html',
    read: '2026-11',
    certainty: 'medium',
    caveat: "A copy of the vendor's manual.",
  },
  openWrtHelper: {
    kind: 'vendor',
    title: 'OpenWrt firewall4: helpers of a zone',
    source: 'https://github.com/openwrt/firewall4 root/usr/share/ucode/fw4.uc',
    read: '2025-03',
    certainty: 'high',
  },
  vyosModules: {
    kind: 'vendor',
    title: 'VyOS documentation: conntrack',
    source: 'https://github.com/vyos/vyos-documentation docs/configuration/system/conntrack.rst',
    read: '2024-10',
    certainty: 'high',
  },
  linuxNat: {
    kind: 'experiment',
    title: 'PPTP through a Linux NAT router, in network namespaces',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Linux 6.18 with nftables and iptables, not the product itself.',
  },
  pfsenseLimits: {
    kind: 'vendor',
    title: 'pfSense documentation: What are the limitations of PPTP in pfSense',
    source: 'https://github.com/pfsense/docs source/vpn/what-are-the-limitations-of-pptp-in-pfsense.rst',
    read: '2020-09',
    certainty: 'high',
  },
  libalias: {
    kind: 'vendor',
    title: 'FreeBSD libalias: alias_pptp.c',
    source: 'https://github.com/freebsd/freebsd-src sys/netinet/libalias/alias_pptp.c',
    read: '2026-11',
    certainty: 'medium',
  },
  firewalldIssue: {
    kind: 'field-report',
    title: 'firewalld, issue 199: the service pptp does not solve forwarding and NAT',
    source: 'https://github.com/firewalld/firewalld/issues/199',
    read: '2026-11',
    certainty: 'high',
  },
  aRuleDecides: {
    kind: 'inference',
    title: 'By the way of working of a stateful firewall: a rule decides',
    read: '2026-11',
    certainty: 'medium',
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;

interface Product {
  readonly id: string;
  readonly name: string;
  readonly short: string;
  /** The condition under which it carries GRE of PPTP. */
  readonly condition: string;
  readonly because: string;
  readonly remedy: string;
  readonly evidence: readonly Evidence[];
  readonly notes?: readonly ElementNote[];
}

/** A product's firewall on the way, with or without translation of the clients' addresses. */
function product({ id, name, short, notes = [], ...gre }: Product): NetworkElement {
  const byRule = {
    carriage: 'conditional',
    because: 'A firewall drops what no rule accepts.',
    code: 'RULE_MISSING',
    evidence: [SAYS.aRuleDecides],
  } as const;
  return {
    id: `any.${id}`,
    platform: 'any',
    name,
    short,
    facts: [
      {
        ...byRule,
        protocols: [TCP, UDP],
        condition: 'a rule lets this port through',
        remedy: 'let the port through from the clients to the gateway',
        evidence: gre.evidence,
      },
      { protocols: [GRE], carriage: 'conditional', code: 'GRE_DROPPED_BY_FIREWALL', ...gre },
      {
        ...byRule,
        protocols: [ESP],
        condition: 'a rule lets IP protocol 50 through',
        remedy: 'let IP protocol 50 through, or use NAT-T (UDP 4500)',
      },
    ],
    notes,
  };
}

/** Firewall products, as a hop at the clients, in the middle or before the gateway. */
export const FIREWALLS = {
  CISCO_ASA: product({
    id: 'cisco-asa',
    name: 'Cisco ASA',
    short: 'Cisco ASA',
    condition: '"inspect pptp" is on, or IP protocol 47 is permitted and no address is shared (PAT)',
    because:
      'PPTP inspection opens GRE connections and translations by what it reads on TCP 1723, and must be on for PAT; it is not among the inspections that are on by default.',
    remedy: 'policy-map global_policy / class inspection_default / inspect pptp',
    evidence: [SAYS.asaInspection],
    notes: [
      {
        topic: 'What it inspects',
        text: 'PPTP version 1 alone, and PAT for the GRE of RFC 2637 alone: a plain GRE tunnel is not helped by it.',
        evidence: [SAYS.asaInspection],
      },
    ],
  }),
  PAN_OS: product({
    id: 'pan-os',
    name: 'Palo Alto Networks PAN-OS',
    short: 'PAN-OS',
    condition: 'a rule allows the App-IDs pptp and gre, and the address is translated one to one or not at all',
    because: 'PAN-OS allows what a rule names; GRE (IP protocol 47) has no ports to share an address by.',
    remedy: 'application [ pptp gre ] with service application-default, and a static translation',
    evidence: [SAYS.memory],
  }),
  FORTIGATE: product({
    id: 'fortigate',
    name: 'Fortinet FortiGate',
    short: 'FortiGate',
    condition: 'its PPTP session helper is on, or a policy accepts IP protocol 47',
    because:
      'The PPTP session helper opens GRE (IP protocol 47) and translates Call IDs, for clients on the private side and a server on the public one.',
    remedy: 'config system session-helper: name pptp, protocol 6, port 1723; and a service for IP protocol 47',
    evidence: [SAYS.fortinetHelper],
  }),
  JUNIPER_SRX: product({
    id: 'juniper-srx',
    name: 'Juniper SRX',
    short: 'SRX',
    condition: 'its PPTP ALG is on, or a policy permits junos-gre beside junos-pptp',
    because:
      'The PPTP ALG opens GRE (IP protocol 47) and translates Call IDs; the application junos-pptp is TCP 1723 alone.',
    remedy: 'delete security alg pptp disable, or add the application junos-gre',
    evidence: [SAYS.junosAlg],
  }),
  HUAWEI_USG: product({
    id: 'huawei-usg',
    name: 'Huawei USG',
    short: 'USG',
    condition: 'its ASPF and NAT ALG for PPTP are on',
    because:
      'Its ALG for PPTP translates the Call IDs of GRE (IP protocol 47) that several clients behind one address would share.',
    remedy: 'detect pptp, between the zones of the clients and the gateway',
    evidence: [SAYS.huaweiAspf],
  }),
  CHECK_POINT: product({
    id: 'check-point',
    name: 'Check Point',
    short: 'Check Point',
    condition: 'a rule accepts gre (IP protocol 47) beside pptp-tcp',
    because: 'The predefined service pptp-tcp is TCP 1723 alone, without IP protocol 47.',
    remedy: 'add the service gre to the rule',
    evidence: [SAYS.memory],
  }),
  SONICWALL: product({
    id: 'sonicwall',
    name: 'SonicWall',
    short: 'SonicWall',
    condition: 'a rule accepts IP protocol 47 beside TCP 1723',
    because: 'To forward TCP 1723 without IP protocol 47 is the usual mistake.',
    remedy: 'use the service group PPTP, which holds both',
    evidence: [SAYS.memory],
  }),
  ROUTER_OS: product({
    id: 'routeros',
    name: 'MikroTik RouterOS',
    short: 'RouterOS',
    condition: 'its service port pptp is enabled, or, where it translates nothing, the filter accepts protocol gre',
    because: 'Its PPTP helper is a service port; without it GRE (IP protocol 47) cannot be translated.',
    remedy: '/ip firewall service-port set pptp disabled=no',
    evidence: [SAYS.memory],
  }),
  OPENWRT: product({
    id: 'openwrt',
    name: 'OpenWrt',
    short: 'OpenWrt',
    condition: 'kmod-nf-nathelper-extra is there, and the helper is set on the zone where calls come in',
    because:
      'Helpers are attached by themselves only in zones without masquerading: calls from the LAN get one, a server behind a masquerading WAN zone does not, and its GRE (IP protocol 47) is lost.',
    remedy: "opkg install kmod-nf-nathelper-extra, and for a server behind it list helper 'pptp' in the zone wan",
    evidence: [SAYS.openWrtHelper, SAYS.linuxNat],
  }),
  VYOS: product({
    id: 'vyos',
    name: 'VyOS',
    short: 'VyOS',
    condition: 'its conntrack module pptp is on',
    because: 'VyOS is Linux: without the helper it cannot translate GRE (IP protocol 47).',
    remedy: 'set system conntrack modules pptp',
    evidence: [SAYS.vyosModules, SAYS.linuxNat],
  }),
  EDGE_OS: product({
    id: 'edgeos',
    name: 'Ubiquiti EdgeRouter and UniFi gateway',
    short: 'EdgeOS',
    condition: 'its conntrack modules pptp and gre are on',
    because: 'EdgeOS is Linux: without the helper it cannot translate GRE (IP protocol 47).',
    remedy: 'delete system conntrack modules pptp disable; delete system conntrack modules gre disable',
    evidence: [SAYS.linuxNat, SAYS.memory],
  }),
  FIREWALLD: product({
    id: 'firewalld',
    name: 'firewalld',
    short: 'firewalld',
    condition: 'protocol gre is accepted, and where it translates, the PPTP helper is attached by a rule of its own',
    because: 'Its service pptp alone does not solve forwarding and translation of GRE (IP protocol 47).',
    remedy: 'firewall-cmd --add-protocol=gre, and a rule that attaches the helper where addresses are translated',
    evidence: [SAYS.firewalldIssue, SAYS.linuxNat],
  }),
  PF: product({
    id: 'pf',
    name: 'pf of OpenBSD, FreeBSD and pfSense',
    short: 'pf',
    condition: 'a rule passes proto gre, and no two clients behind one address call the gateway at the same time',
    because: 'The pf filter has no PPTP helper and keeps one state for GRE (IP protocol 47) per pair of addresses.',
    remedy: 'pass in proto gre to the gateway; an address for each client that calls',
    evidence: [SAYS.pfsenseLimits],
  }),
  IPFW: product({
    id: 'ipfw',
    name: 'ipfw of FreeBSD with libalias',
    short: 'ipfw',
    condition: 'its rules allow gre, and where it translates, the libalias module for PPTP is loaded',
    because: 'Its libalias has a module that reads TCP 1723 and translates the Call IDs of GRE (IP protocol 47).',
    remedy: 'kldload alias_pptp, and ipfw add allow gre',
    evidence: [SAYS.libalias],
  }),
  WINDOWS_RRAS: product({
    id: 'windows-rras',
    name: 'Windows Server with RRAS and Windows Firewall',
    short: 'RRAS',
    condition: 'the rules "Routing and Remote Access (PPTP-In)" and "(GRE-In)" are on',
    because: 'Windows Firewall blocks what no rule allows: PPTP needs both rules, for TCP 1723 and for IP protocol 47.',
    remedy: 'enable both: Enable-NetFirewallRule -Name RRAS-PPTP-In-TCP, RRAS-GRE-In',
    evidence: [SAYS.memory],
  }),
} as const satisfies Record<string, NetworkElement>;
