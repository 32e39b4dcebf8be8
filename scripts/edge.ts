// Writes the tables of firewalls into docs/edge.md and README.md, from the products of lib/edge:
//   npx tsx scripts/edge.ts
// A test fails while the pages and the products differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Clients,
  EDGE_PRODUCTS,
  EDGE_ROLES,
  type EdgeBlock,
  EdgePlan,
  type EdgeRole,
  type EdgeSiteOptions,
  Insecure,
  PPTP,
  PptpConstructsError,
  renderEdge,
} from '../lib/edge';
import { isFromMemory } from '../lib/edge/evidence';
import type { EdgeProduct } from '../lib/edge/product';
import { escaped, table } from './markdown';

/** In each of these, what stands between the two marks is written here. */
export const PAGES = ['docs/edge.md', 'README.md'] as const;

const BEGIN = '<!-- npx tsx scripts/edge.ts writes from here -->';
const END = '<!-- to here -->';

const ROLES = Object.keys(EDGE_ROLES) as EdgeRole[];

/** A page as it must be. */
export function written(page: (typeof PAGES)[number], text: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${page} has no place for the table: ${BEGIN}, ${END}`);
  }
  const content = page === 'README.md' ? inShort() : [inFull(), notPlayed()].join('\n\n');
  return [before, BEGIN, '\n\n', content, '\n\n', END, after].join('');
}

/** The products with their roles. */
function inShort(): string {
  const rows = EDGE_PRODUCTS.map((product) => [escaped(product.name), ...proofs(product)]);
  return table(['Product', ...ROLES.map(words)], rows);
}

/** The same with the ids, what each was written for, and how much of it rests on memory. */
function inFull(): string {
  const rows = EDGE_PRODUCTS.map((product) => [
    `\`${product.id}\``,
    escaped(product.name),
    `${escaped(product.version)}${product.form === 'steps' ? ' (steps)' : ''}`,
    ...proofs(product),
    product.versions.map((version) => `IPv${version}`).join(', '),
    fromMemory(product),
  ]);
  return table(['Id', 'Product', 'Written for', ...ROLES.map(words), 'Addresses', 'From memory'], rows);
}

/** How each role was proved, and what of PPTP is refused in it all the same. */
function proofs({ id, roles }: EdgeProduct): string[] {
  return ROLES.map((role) => [roles[role] ?? 'no', ...(role in roles ? withoutPptp(id, role) : [])].join(', '));
}

function withoutPptp(id: string, role: EdgeRole): string[] {
  const asked = sites().filter((site) => site.role === role);
  const rendered = asked.filter((site) => blocksFor(id, site).length > 0);
  const [first] = rendered;
  if (rendered.length === asked.length) {
    return [];
  }
  return [first === undefined ? 'no PPTP' : `PPTP ${first.publication === 'ports' ? 'by ports' : 'one-to-one'} alone`];
}

function words(role: EdgeRole): string {
  return role.replace('-', ' ');
}

/** Why products do not play roles: a line for each reason. */
function notPlayed(): string {
  const reasons = new Map<string, string[]>();
  for (const { name, roles, notPlayed: why = {} } of EDGE_PRODUCTS) {
    for (const role of ROLES.filter((one) => roles[one] === undefined)) {
      const reason = `as ${EDGE_ROLES[role]}: ${escaped(why[role] ?? 'not written')}.`;
      reasons.set(reason, [...(reasons.get(reason) ?? []), escaped(name)]);
    }
  }
  const lines = [...reasons].map(([reason, names]) => `- **${names.join(', ')}** ${reason}`);
  return ['Where a product plays no role, that is because:', lines.join('\n')].join('\n\n');
}

/** The blocks of its files for PPTP that no document and no packet stands behind. */
function fromMemory({ id, roles }: EdgeProduct): string {
  const blocks = sites()
    .filter(({ role }) => roles[role] !== undefined)
    .flatMap((site) => blocksFor(id, site));
  return `${blocks.filter(({ evidence }) => isFromMemory(evidence)).length} of ${blocks.length}`;
}

function blocksFor(id: string, site: EdgeSiteOptions): readonly EdgeBlock[] {
  try {
    return renderEdge(plan(), id, site).files.flatMap(({ blocks }) => blocks);
  } catch (error) {
    if (PptpConstructsError.is(error)) {
      return [];
    }
    throw error;
  }
}

function plan(): EdgePlan {
  return EdgePlan.from({
    name: 'plant4',
    protocols: [PPTP],
    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
    tunnelRange: '10.99.0.0/24',
  });
}

function sites(): EdgeSiteOptions[] {
  return [
    { role: 'before-clients', clientNetworks: ['192.168.1.0/24'] },
    { role: 'routed' },
    { role: 'before-gateway', innerAddress: '192.0.2.10', publication: 'ports' },
    { role: 'before-gateway', innerAddress: '192.0.2.10', publication: 'one-to-one' },
    { role: 'gateway-host' },
  ];
}

if (require.main === module) {
  for (const page of PAGES) {
    const file = join(__dirname, '..', page);
    writeFileSync(file, written(page, readFileSync(file, 'utf8')));
  }
}
