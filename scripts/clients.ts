// Writes docs/clients.md from the devices of lib/clients:
//   npx tsx scripts/clients.ts
// A test fails while the page and the devices differ.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CLIENT_DEVICES,
  type ClientDevice,
  type ClientSupport,
  type DeviceShare,
  DIAL_IN_SERVERS,
  Fleet,
  type ServerState,
  type SupportNote,
} from '../lib/clients';
import type { Evidence } from '../lib/network';
import { IKEV2, PPTP, VPN_PROTOCOLS } from '../lib/protocols';
import { escaped, Sources, table, words } from './markdown';

const SUPPORT: Record<ClientSupport, string> = { 'built-in': 'built in', package: 'package', app: 'app', none: 'no' };
const STATE: Record<ServerState, string> = { accepted: 'accepted', closed: 'ports closed', none: 'no' };

/** The whole page. */
export function clientsPage(): string {
  const sources = new Sources();
  const families = [...new Set(CLIENT_DEVICES.map(({ family }) => family))];
  const sections = [
    intro(),
    inShort(),
    fleets(),
    servers(sources),
    narrower(sources),
    ...families.flatMap((family) => [
      `## ${family}`,
      ...CLIENT_DEVICES.filter((device) => device.family === family).map((device) => detail(device, sources)),
    ]),
    // Last: the numbers are given while the other sections are written.
    sources.section(),
  ];
  return `${sections.join('\n\n')}\n`;
}

function intro(): string {
  return `# What devices speak

Which VPN protocols operating systems and appliances can dial, how they come to it, and on whose word. This page is written
from the devices that the library itself decides by (\`npx tsx scripts/clients.ts\`); do not edit it by hand.`;
}

function inShort(): string {
  const rows = CLIENT_DEVICES.map(({ id, name, support }) => [
    `\`${id}\``,
    escaped(name),
    ...VPN_PROTOCOLS.map((protocol) => cell(SUPPORT[support[protocol.id].support], support[protocol.id].evidence)),
  ]);
  return `## In short

*Built in*: part of the system. *Package*: from the system's own distribution. *App*: from somebody else. *No*: not at all. A
question mark: nobody was found who says so; it is known from work alone.

${table(['Id', 'Device', ...VPN_PROTOCOLS.map(({ name }) => name)], rows)}`;
}

function fleets(): string {
  const fleet = Fleet.of(
    { device: 'windows-11', count: 40 },
    { device: 'ios', count: 12 },
    { device: 'pptp-only-device' },
  );
  const leftOut = fleet.leftOut(IKEV2).map(({ device, count }) => `${count} ${device.id}`);
  return `## A fleet

A fleet is a list of devices with how many there are of each. It counts who speaks what, and names those that a protocol
leaves out. A device that is not in the table takes the place of one that speaks the same: \`{ ...DEVICES.PPTP_ONLY_DEVICE, id:
'press-4', name: 'press 4' }\`.

\`\`\`ts
import { Fleet, IKEV2, PPTP } from 'pptp-constructs';

const fleet = Fleet.of({ device: 'windows-11', count: 40 }, { device: 'ios', count: 12 }, { device: 'pptp-only-device' });
fleet.count; // ${fleet.count}
fleet.share(PPTP); // ${shown(fleet.share(PPTP))}
fleet.leftOut(IKEV2); // ${leftOut.join(', ')}
\`\`\``;
}

function servers(sources: Sources): string {
  const serving = CLIENT_DEVICES.filter(({ accepts }) => accepts !== undefined);
  const rows = serving.map(({ name, accepts }) => [
    escaped(name),
    ...VPN_PROTOCOLS.map((protocol) =>
      accepts === undefined ? '' : cell(STATE[accepts[protocol.id].state], accepts[protocol.id].evidence),
    ),
  ]);
  const notes = VPN_PROTOCOLS.flatMap((protocol) => {
    const about = new Map(
      serving.flatMap(({ accepts }) => accepts?.[protocol.id].notes ?? []).map((note) => [note.text, note]),
    );
    return [...about.values()].map((note) => `- ${protocol.name}: ${noted(note, sources)}`);
  });
  const evidence = new Set(
    serving.flatMap(({ accepts }) => Object.values(accepts ?? {}).flatMap((one) => one.evidence)),
  );
  return `## What Windows Server accepts

RRAS as a server, in a new set-up. On whose word: ${sources.refer([...evidence])}

${table(['Server', ...VPN_PROTOCOLS.map(({ name }) => name)], rows)}

${notes.join('\n')}`;
}

/** Servers that take fewer devices than their protocols have. */
function narrower(sources: Sources): string {
  const rows = Object.values(DIAL_IN_SERVERS).flatMap(({ name, leavesOut }) =>
    VPN_PROTOCOLS.flatMap((protocol) => {
      const one = leavesOut[protocol.id];
      return one === undefined
        ? []
        : [
            [
              escaped(name),
              protocol.name,
              one.devices.map((id) => `\`${id}\``).join(', '),
              sources.refer(one.evidence),
            ],
          ];
    }),
  );
  return `## Servers that take fewer

A device that speaks a protocol cannot dial every server of it. A choice for a fleet names those devices where a path ends at
such a server.

${table(['Server', 'Protocol', 'Leaves out', 'On whose word'], rows)}`;
}

function detail({ id, name, support, filter }: ClientDevice, sources: Sources): string {
  const lines = VPN_PROTOCOLS.map((protocol) => {
    const { support: how, by, notes, evidence } = support[protocol.id];
    const kinds = [...new Set(evidence.map(({ kind }) => words(kind)))].join(', ');
    return [
      `- ${protocol.name}: **${SUPPORT[how]}**${by === undefined ? '' : `, ${escaped(by)}`}`,
      `(${kinds} ${sources.refer(evidence)}).`,
      ...notes.map((note) => noted(note, sources)),
    ].join(' ');
  });
  return [
    `### ${escaped(name)}: \`${id}\``,
    '',
    ...lines,
    ...(filter === undefined ? [] : [`- On the path: its own filter, \`${filter.id}\`.`]),
  ].join('\n');
}

function noted({ text, evidence }: SupportNote, sources: Sources): string {
  return `${escaped(text)} ${sources.refer(evidence)}`;
}

function cell(word: string, evidence: readonly Evidence[]): string {
  return evidence.every(({ kind }) => kind === 'inference') ? `${word} ?` : word;
}

function shown(share: DeviceShare): string {
  const parts = Object.entries(share).map(([name, count]) => `${name}: ${count}`);
  return `{ ${parts.join(', ')} }`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, '..', 'docs', 'clients.md'), clientsPage());
}
