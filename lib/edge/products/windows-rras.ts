import { type Flow, IpProtocol, type IpRange } from '../../flows';
import { powerShell } from '../../keys/escape';
import type { Evidence } from '../../network/evidence';
import { IKEV2, L2TP_IPSEC, PPTP, SSTP } from '../../protocols';
import { MARKDOWN, POWERSHELL } from '../comment';
import { MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { block } from './appliance';

const SAYS = {
  rule: {
    kind: 'vendor',
    title: 'PowerShell: New-NetFirewallRule, protocols by number and remote addresses as ranges',
    source: 'https://learn.microsoft.com/powershell/module/netsecurity/new-netfirewallrule',
    read: '2026-11',
    certainty: 'high',
  },
  precedence: {
    kind: 'vendor',
    title: '[MS-FASP] 2.2.34: block rules take precedence over allow rules',
    source:
      'https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-fasp/702e3c23-c9d8-43db-8380-b4c670dd7f7d',
    read: '2026-11',
    certainty: 'high',
  },
  ports: {
    kind: 'vendor',
    title: 'Windows Server: Configure VPN protocols in RRAS',
    source:
      'https://github.com/MicrosoftDocs/windowsserverdocs WindowsServerDocs/remote/remote-access/configure-vpn-protocols.md',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Its steps are those of the console.',
  },
  netsh: {
    kind: 'vendor',
    title: 'netsh ras: set wanports, add and delete authtype',
    source: 'https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/netsh-ras',
    read: '2026-11',
    certainty: 'high',
  },
  builtIn: {
    kind: 'field-report',
    title: 'Firewall rules of Windows Server by name, in public scripts: RRAS-PPTP-In-TCP, RRAS-GRE-In, SSTP-IN-TCP',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'In a registry that was captured they are off until RRAS is set up.',
  },
} as const satisfies Record<string, Evidence>;

/**
 * Static filters of RRAS have one action for all of an interface, and netsh makes them for TCP, UDP and ICMP alone
 * (Windows 2000 Resource Kit, "Configuring a Filter"; the usage of `netsh routing ip add filter`).
 */
const NO_NAT =
  'its NAT has an editor for PPTP, but who may call through it is a matter of static filters, which have one action for all ' +
  'of an interface and cannot be written for GRE or ESP by a script';

/** Windows Server as the gateway: its firewall, and RRAS where it serves the plan's protocols. */
export const WINDOWS_RRAS: EdgeProduct = {
  id: 'windows-rras',
  name: 'Windows Server with RRAS',
  version: 'Windows Server 2016 to 2025, Windows PowerShell 5.1',
  form: 'configuration',
  roles: { 'gateway-host': 'reader' },
  notPlayed: {
    'before-clients': NO_NAT,
    routed: 'its firewall is about packets of the machine itself, and not about what passes through it',
    'before-gateway': NO_NAT,
  },
  versions: [4],
  render: (job) => {
    const served = TUNNELS.filter(({ protocol }) => job.plan.protocolNames.includes(protocol.name));
    return [
      firewall(job),
      ...(served.length === 0 ? [] : [rras(job)]),
      ...(isServed(job, PPTP.name) ? [encryption(job)] : []),
      script(job, 'removal', 'remove', [
        block(
          [`Remove-NetFirewallRule -Group ${groupOf(job)}`],
          'Every rule of this plan is in this group, and nothing else is.',
          [SAYS.rule],
        ),
      ]),
      ...(served.length === 0 ? [] : [withoutRras(job)]),
      check(job, served.length > 0),
    ];
  },
};

/** What RRAS serves, with the name of its device. */
const TUNNELS = [
  { protocol: PPTP, device: 'WAN Miniport (PPTP)' },
  { protocol: L2TP_IPSEC, device: 'WAN Miniport (L2TP)' },
  { protocol: SSTP, device: 'WAN Miniport (SSTP)' },
  { protocol: IKEV2, device: 'WAN Miniport (IKEv2)' },
] as const;

/** RRAS's own rules, which let everybody in. */
const BUILT_IN = ['RRAS-PPTP-In-TCP', 'RRAS-GRE-In', 'RRAS-L2TP-In-UDP', 'SSTP-IN-TCP'] as const;

/** Every unicast address of IPv6 that is not the machine's own. */
const IPV6 = ['2000::/3', 'fc00::/7', 'fe80::/10'] as const;

/** What the rules of a plan are found again by. */
function groupOf({ plan }: EdgeJob): string {
  return powerShell(`${plan.name} (pptp-constructs)`);
}

function isServed({ plan }: EdgeJob, name: string): boolean {
  return plan.protocolNames.includes(name);
}

function script(
  { plan }: EdgeJob,
  purpose: EdgeDraft['purpose'],
  name: string,
  blocks: readonly EdgeBlock[],
): EdgeDraft {
  return {
    purpose,
    name: `${plan.name}-${name}.ps1`,
    comments: POWERSHELL,
    firstLine: "#Requires -RunAsAdministrator\n$ErrorActionPreference = 'Stop'",
    blocks,
  };
}

function firewall(job: EdgeJob): EdgeDraft {
  const { plan, site } = job;
  const group = groupOf(job);
  const clients = plan.clients;
  return script(job, 'configuration', 'firewall', [
    block(
      [`Remove-NetFirewallRule -Group ${group} -ErrorAction SilentlyContinue`],
      'So that it can be run again: what an earlier run has put in goes first.',
      [SAYS.rule],
    ),
    ...plan.flows.map((flow) =>
      block(
        [rule(job, flow, 'Block', others(clients))],
        `${flow.label} from everybody else. Windows puts rules that block before rules that allow, so the rest of the ` +
          'addresses is named: a rule that lets everybody in, such as those that RRAS brings along, cannot widen this.',
        [SAYS.precedence, SAYS.rule],
      ),
    ),
    ...plan.flows.map((flow) => block([rule(job, flow, 'Allow', texts(clients))], reasonFor(flow), [SAYS.rule])),
    ...plan.flows
      .filter(({ port }) => port === undefined)
      .map((flow) =>
        block(
          [rule(job, flow, 'Allow', texts(clients), 'Outbound')],
          `${flow.label} has no ports by which an answer is told from something new: this lets it out where the firewall ` +
            'was set to block what goes out.',
          [SAYS.rule, MEMORY],
        ),
      ),
    ...(isServed(job, L2TP_IPSEC.name) ? l2tp(job) : []),
    ...management(job, site.management),
  ]);
}

function reasonFor({ protocol, label }: Flow): string {
  return protocol === IpProtocol.GRE
    ? 'The data of PPTP. By number, because Windows has no name for it, and without a port: 47 is the protocol. The firewall ' +
        'cannot tell the GRE of a call from other GRE of these addresses.'
    : `${label} from the clients, and from nobody else.`;
}

/** One rule; the list of addresses is never empty. */
function rule(
  job: EdgeJob,
  { protocol, port, label, id }: Pick<Flow, 'protocol' | 'port' | 'label' | 'id'>,
  action: 'Allow' | 'Block',
  addresses: readonly string[],
  direction: 'Inbound' | 'Outbound' = 'Inbound',
  more = '',
): string {
  const { plan } = job;
  const what = `${action.toLowerCase()}-${direction === 'Inbound' ? 'in' : 'out'}`;
  const transports: Readonly<Record<number, string>> = { [IpProtocol.TCP]: 'TCP', [IpProtocol.UDP]: 'UDP' };
  const words = [
    `New-NetFirewallRule -Name ${powerShell(`${plan.name}-${id.replace(/[^A-Za-z0-9]/g, '-')}-${what}`)}`,
    `-DisplayName ${powerShell(`${plan.name}: ${label}, ${what}`)} -Group ${groupOf(job)}`,
    `-Direction ${direction} -Action ${action} -Protocol ${transports[protocol] ?? protocol}`,
    ...(port === undefined ? [] : [`-LocalPort ${port}`]),
    `-RemoteAddress ${list(addresses)}${more}`,
  ];
  return words.join(' ');
}

function list(values: readonly string[]): string {
  return `@(${values.map(powerShell).join(', ')})`;
}

/** The end of a line that shows these properties as a table. */
function shown(...properties: readonly string[]): string {
  return `Format-Table -Property ${list(properties)}`;
}

function texts(ranges: readonly IpRange[]): string[] {
  return ranges.map(({ cidr, isEverything }) => (isEverything ? 'Any' : cidr));
}

/** L2TP arrives a second time, out of its ESP, and is judged again. */
function l2tp(job: EdgeJob): EdgeBlock[] {
  const flow = { protocol: IpProtocol.UDP, port: 1701, label: 'UDP 1701 inside of IPsec', id: 'l2tp' };
  return [
    block(
      [rule(job, flow, 'Allow', texts(job.plan.clients), 'Inbound', ' -Authentication Required')],
      'What comes out of ESP is L2TP on UDP 1701, and the firewall sees it too: let in only where IPsec has authenticated it.',
      [SAYS.rule, MEMORY],
    ),
  ];
}

function management(job: EdgeJob, ranges: readonly IpRange[]): EdgeBlock[] {
  const flow = { protocol: IpProtocol.TCP, port: 22, label: 'TCP 22', id: 'ssh' };
  const rest = ranges.length === 0 ? ['Any'] : others(ranges);
  return [
    block(
      [rule(job, flow, 'Block', rest), ...(ranges.length === 0 ? [] : [rule(job, flow, 'Allow', texts(ranges))])],
      ranges.length === 0
        ? 'SSH from nowhere: the rule of OpenSSH would let it in from everywhere. Other ways to administer Windows, such as ' +
            'Remote Desktop, are left to the rules that are there; everything that no rule lets in is dropped.'
        : 'SSH from where the machine is administered. Other ways to administer Windows, such as Remote Desktop, are left to ' +
            'the rules that are there; everything that no rule lets in is dropped.',
      [SAYS.precedence, SAYS.rule],
    ),
  ];
}

/** All addresses but those of IPv4 ranges, as ranges that Windows takes. */
function others(ranges: readonly IpRange[]): string[] {
  const value = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const text = (one: number) => [24, 16, 8, 0].map((shift) => Math.floor(one / 2 ** shift) % 256).join('.');
  const taken = ranges
    .map((range) => ({ first: value(range.address(0)), last: value(range.address(range.size - 1n)) }))
    .sort((one, other) => one.first - other.first);
  const found: string[] = [];
  let next = 0;
  for (const { first, last } of taken) {
    if (first > next) {
      found.push(`${text(next)}-${text(first - 1)}`);
    }
    next = Math.max(next, last + 1);
  }
  const end = 2 ** 32;
  return [...found, ...(next < end ? [`${text(next)}-${text(end - 1)}`] : []), ...IPV6];
}

function rras(job: EdgeJob): EdgeDraft {
  const { plan } = job;
  const range = plan.tunnelRange;
  const pool =
    range === undefined || range.size < 4n
      ? ''
      : ` -IPAddressRange ${list([range.address(1), range.address(range.size - 2n)])}`;
  const isPptpAlone = plan.protocolNames.length === 1 && isServed(job, PPTP.name);
  return script(job, 'configuration', 'rras', [
    block(
      [
        'Install-WindowsFeature -Name DirectAccess-VPN -IncludeManagementTools',
        `Install-RemoteAccess -VpnType Vpn${pool}`,
      ],
      'For a server that has no RRAS yet: where one is set up already, Install-RemoteAccess stops this script, and nothing ' +
        'below changes it.',
      [MEMORY],
    ),
    block(
      TUNNELS.map(({ protocol, device }) => {
        const state = isServed(job, protocol.name) ? 'enabled' : 'disabled';
        const most = state === 'enabled' ? ' maxports=128' : '';
        return `netsh ras set wanports 'device=${device}' rasinonly=${state} ddinout=disabled ddoutonly=disabled${most}`;
      }),
      "Calls of the plan's protocols and no others. A new RRAS of Windows Server 2025 accepts neither PPTP nor L2TP until " +
        'their ports are opened; earlier releases accept all four. WAN Miniport (GRE) has nothing to do with PPTP.',
      [SAYS.ports, SAYS.netsh],
    ),
    block(
      [
        'netsh ras set authmode mode=STANDARD',
        'netsh ras add authtype type=MSCHAPv2',
        ...['PAP', 'MD5CHAP', ...(isPptpAlone ? ['EAP', 'CERT'] : [])].map(
          (type) => `netsh ras delete authtype type=${type}`,
        ),
      ],
      'MS-CHAPv2, whose keys MPPE needs; PAP and CHAP give none, and PAP sends the password in clear.',
      [SAYS.netsh],
    ),
    block(
      [`Disable-NetFirewallRule -Name ${list(BUILT_IN)} -ErrorAction SilentlyContinue`],
      'The rules that Windows has for RRAS, "Routing and Remote Access (PPTP-In)", "(GRE-In)" and "(L2TP-In)", let everybody ' +
        'in, the last one L2TP without IPsec as well. Those of this plan, which know the clients, are in their place.',
      [SAYS.builtIn],
    ),
    block(['Restart-Service -Name RemoteAccess'], 'Ports and methods count from the next start on.', [SAYS.ports]),
  ]);
}

/** NPS has no PowerShell for network policies: steps for a person. */
function encryption({ plan }: EdgeJob): EdgeDraft {
  return {
    purpose: 'configuration',
    name: `${plan.name}-nps.md`,
    comments: MARKDOWN,
    blocks: [
      block(
        [
          '1. Open Network Policy Server (`nps.msc`); without it, Routing and Remote Access, Remote Access Logging & Policies,',
          '   Launch NPS. Where RADIUS decides, do this on that server, whose clients come in over UDP 1812 and 1813.',
          `2. Policies, Network Policies, New: \`${plan.name}\`, type Remote Access Server (VPN-Dial up).`,
          '3. Conditions: the group whose members may dial in. Permission: Access granted.',
          '4. Authentication methods: MS-CHAP-v2 alone. Not MS-CHAP, not CHAP, not PAP.',
          '5. Settings, Encryption: Strongest encryption (MPPE 128-bit) alone. No encryption, Basic and Strong are off.',
          '6. Move the policy before those that would grant the same users something weaker.',
        ],
        'PPTP must not come up with 40 or 56 bits, or with no encryption at all: RRAS takes what the policy allows.',
        [MEMORY],
      ),
    ],
  };
}

function withoutRras(job: EdgeJob): EdgeDraft {
  return script(job, 'removal', 'remove-rras', [
    block(
      ['Uninstall-RemoteAccess -VpnType Vpn -Force', 'Uninstall-WindowsFeature -Name DirectAccess-VPN'],
      `Ends the server, and with it all calls. The policy ${job.plan.name} in NPS is deleted by hand.`,
      [MEMORY],
    ),
  ]);
}

function check(job: EdgeJob, hasRras: boolean): EdgeDraft {
  const { plan } = job;
  const group = groupOf(job);
  return script(job, 'check', 'check', [
    block(
      [`Get-NetFirewallProfile | ${shown('Name', 'Enabled', 'DefaultInboundAction')}`],
      'Enabled must be True, and DefaultInboundAction Block or NotConfigured, which is the same: what no rule lets in is ' +
        'dropped.',
      [SAYS.rule],
    ),
    block(
      [
        `Get-NetFirewallRule -Group ${group} | ${shown('Name', 'Enabled', 'Direction', 'Action', 'PrimaryStatus')}`,
        `Get-NetFirewallRule -Group ${group} | Get-NetFirewallAddressFilter | ${shown('InstanceID', 'RemoteAddress')}`,
      ],
      'PrimaryStatus must be OK everywhere. Where the group policy of a domain forbids local rules, they are there and do nothing.',
      [SAYS.rule],
    ),
    block(
      [
        `Get-NetFirewallRule -Direction Inbound -Action Allow -Enabled True | Sort-Object DisplayGroup | ${shown('Name', 'DisplayName')}`,
      ],
      'Whatever else this machine lets in: everything here that is not needed is better off.',
      [SAYS.rule],
    ),
    ...(hasRras
      ? [
          block(
            ['netsh ras show wanports', 'netsh ras show authtype', 'Get-RemoteAccessConnectionStatistics'],
            "Ports of the plan's protocols are for remote access, the others are not; MSCHAPv2 is listed, PAP and CHAP are not; " +
              'and whoever is connected now.',
            [SAYS.netsh],
          ),
        ]
      : []),
    ...(plan.hasGre
      ? [
          block(
            [
              'Get-NetTCPConnection -LocalPort 1723',
              `pktmon filter remove; pktmon filter add ${powerShell(`${plan.name}-gre`)} -t 47; pktmon filter add ${powerShell(`${plan.name}-pptp`)} -t TCP -p 1723`,
              'pktmon start --capture --pkt-size 0 --file-name pktmon.etl; Start-Sleep 30; pktmon stop; pktmon etl2pcap pktmon.etl --out pktmon.pcapng',
            ],
            'Dial meanwhile, and open pktmon.pcapng: GRE must be seen in both directions. TCP 1723 alone, and error 619 or 806 ' +
              'at the client, is a firewall or router on the way that drops protocol 47, or has no helper for PPTP. Windows sends ' +
              'PPTP with an MTU of 1400 and does not touch the size of TCP segments: ICMP "fragmentation needed" must get through.',
            [MEMORY],
          ),
        ]
      : []),
  ]);
}
