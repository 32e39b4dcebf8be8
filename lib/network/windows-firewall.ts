import { IpProtocol } from '../flows/ip-protocol';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const SAYS = {
  pptp: {
    kind: 'field-report',
    title: 'How to safeguard a PPTP connection in Windows 7: its firewall on, and no rule that lets GRE in',
    source: 'https://newbedev.com/how-to-safeguard-pptp-connection-windows-7',
    read: '2026-11',
    certainty: 'low',
    caveat: 'About Windows 7, and with limits on what goes out. That none of its rules lets GRE in is our reading.',
  },
  udp: {
    kind: 'field-report',
    title: 'tjjh89017/stunmesh-go, pull request 232: the Windows firewall lets the answers to UDP in without a rule',
    source: 'https://github.com/tjjh89017/stunmesh-go/pull/232',
    read: '2026-11',
    certainty: 'medium',
  },
  defaults: {
    kind: 'field-report',
    title: 'NDSU: Windows firewall, answers come in and everything goes out by default',
    source: 'https://wiki.cs.ndsu.nodak.edu/doku.php?do=export_raw&id=deptlab%3Acs101%3Awindows10_firewall',
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

/** The firewall of Windows on a client, as it is installed: everything goes out, answers come in. */
export const WINDOWS_FIREWALL: NetworkElement = {
  id: 'any.windows-firewall',
  platform: 'any',
  name: "firewall of the client's Windows",
  short: 'Windows firewall',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'The firewall of Windows lets everything out, and the answers to it in.',
      evidence: [SAYS.udp, SAYS.defaults],
    },
    {
      protocols: [GRE],
      carriage: 'carries',
      because: 'The PPTP client of Windows works behind its firewall, without a rule for GRE (IP protocol 47).',
      evidence: [SAYS.pptp],
    },
    {
      protocols: [ESP],
      carriage: 'undocumented',
      because:
        'What the firewall of Windows does to ESP (IP protocol 50) that comes in was not found; NAT-T (UDP 4500) avoids the question.',
      evidence: [SAYS.memory],
    },
  ],
  notes: [
    {
      topic: 'As a server',
      text:
        'Calls to RRAS on Windows Server need rules of their own, which are off at first: RRAS-PPTP-In-TCP and RRAS-GRE-In ' +
        'for PPTP.',
      evidence: [SAYS.memory],
    },
  ],
};
