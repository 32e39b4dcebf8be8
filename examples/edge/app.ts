// What every firewall before one gateway is told, in every role that it plays: a folder for each.
//   npx tsx --tsconfig ../tsconfig.json app.ts [folder]

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as edge from 'pptp-constructs/edge';

const folder = process.argv[2] ?? 'edge.out';

const plan = edge.EdgePlan.from({
  name: 'plant4',
  protocols: [edge.PPTP],
  insecure: edge.Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
  clients: edge.Clients.from('203.0.113.0/24'),
  gateway: '198.51.100.10',
  tunnelRange: '10.99.0.0/24',
});

const sites: readonly edge.EdgeSiteOptions[] = [
  { role: 'before-clients', clientNetworks: ['192.168.1.0/24'] },
  { role: 'routed' },
  { role: 'before-gateway', innerAddress: '192.0.2.10' },
  { role: 'before-gateway', innerAddress: '192.0.2.10', publication: 'one-to-one' },
  { role: 'gateway-host', management: ['198.51.100.128/25'] },
];

for (const { id, roles } of edge.EDGE_PRODUCTS) {
  for (const site of sites.filter(({ role }) => role in roles)) {
    const to = join(folder, [id, site.role, ...(site.publication === undefined ? [] : [site.publication])].join('-'));
    mkdirSync(to, { recursive: true });
    try {
      for (const { name, text } of edge.renderEdge(plan, id, site).files) {
        writeFileSync(join(to, name), text);
      }
    } catch (error) {
      if (!edge.PptpConstructsError.is(error)) throw error;
      writeFileSync(join(to, 'refused.txt'), `${error.reasons.join('\n')}\n`);
    }
  }
}
