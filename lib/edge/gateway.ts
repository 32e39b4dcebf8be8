import { nameFromPath } from '../construct-path';
import { forConstruct, invalid } from '../errors';
import { broadestOf, Flow } from '../flows';
import type { EdgeFolder, EdgeSubject, GatewayEdge } from './for-gateways';
import { checkedName, EdgePlan, GATEWAY_ADDRESS, mssFor } from './plan';
import { renderEdge } from './render';
import type { EdgeRole } from './role';

/** What file systems take as a name, with room for the folders around it. */
const LONGEST_FOLDER = 100;

/** See `edgeFolder`. */
export function renderForGateway(path: string, edge: readonly GatewayEdge[], subject: EdgeSubject): EdgeFolder {
  return forConstruct(path, () => {
    const taken = new Set<string>();
    return {
      name: nameFromPath(path, '', { longest: LONGEST_FOLDER, takesMarks: false }),
      files: checkedList(edge).flatMap(({ product, name, ...site }) => {
        refuseHost(site.role);
        const plan = planOf(subject, name === undefined ? objectName(path) : checkedName(name), site.role);
        const { files } = renderEdge(plan, product, site);
        const folder = [product, site.role, ...(name === undefined ? [] : [name])].join('-');
        refuseTwin(taken, folder);
        return files.map((file) => ({ folder, name: file.name, text: file.text }));
      }),
    };
  });
}

function checkedList(edge: unknown): readonly GatewayEdge[] {
  const isList = Array.isArray(edge);
  const entries: readonly unknown[] = isList ? Array.from(edge) : [];
  const stranger = entries.findIndex((one) => typeof one !== 'object' || one === null);
  if (!isList || stranger >= 0) {
    invalid({
      code: 'EDGE_OPTION_INVALID',
      what: isList ? 'edge holds something that is no firewall' : 'edge is no list of firewalls',
      got: isList ? (entries[stranger] ?? String(entries[stranger])) : (edge ?? String(edge)),
      allowed: 'a list with an object for each firewall: its product, its role and what the role needs',
      instead: "edge: [{ product: 'fortigate', role: 'before-clients', clientNetworks: ['192.168.1.0/24'] }]",
    });
  }
  return entries as readonly GatewayEdge[];
}

/** A second filter on a machine that has one could only take away. */
function refuseHost(role: EdgeRole): void {
  if (role === 'gateway-host') {
    invalid({
      code: 'EDGE_ROLE_NOT_PLAYED',
      what: 'nothing is written for the machine of the gateway, which has a filter of its own, or is not yours',
      got: role,
      allowed: "'before-clients', 'routed', 'before-gateway'",
      instead: "role: 'before-clients'",
    });
  }
}

/** Folders that differ in capitals alone are one to some file systems. */
function refuseTwin(taken: Set<string>, folder: string): void {
  if (taken.has(folder.toLowerCase())) {
    invalid({
      code: 'EDGE_DUPLICATE',
      what: 'edge asks twice for one product in one role under one name',
      got: folder,
      allowed: 'each once, or each under a name of its own',
      instead: "name: 'plant5'",
    });
  }
  taken.add(folder.toLowerCase());
}

/** A name that every product takes: letters, digits and hyphens, a letter first. */
function objectName(path: string): string {
  const rule = { longest: 20, takesMarks: false };
  const name = nameFromPath(path, '', rule);
  return /^[A-Za-z]/.test(name) ? name : `v${nameFromPath(path, '', { ...rule, longest: rule.longest - 1 })}`;
}

/** Each flow once; where addresses are translated, IKE finds that out and sends everything over UDP 4500. */
function flowsAt(role: EdgeRole, flows: readonly Flow[]): Flow[] {
  const once = flows.filter((flow, index) => flows.findIndex(({ id }) => id === flow.id) === index);
  const hasOtherWay = once.some(({ id }) => id === Flow.udp(4500).id);
  return once.filter(({ id }) => id !== Flow.ESP.id || !hasOtherWay || role === 'routed');
}

function planOf(subject: EdgeSubject, name: string, role: EdgeRole): EdgePlan {
  const { protocols, flows, clients, unknownClients, address, tunnelRange, paths, insecure, anywhereReason } = subject;
  // Before clients, rules are about their own networks, and not about the addresses behind which they appear elsewhere.
  if (unknownClients.length > 0 && role !== 'before-clients') {
    invalid({
      code: 'TOKEN_NOT_ALLOWED',
      what: `clients have addresses that only deployment knows (${unknownClients.join(', ')}), and a firewall in the role ${role} is told them now`,
      allowed: 'clients from literal ranges in CIDR notation; whoever they are with the role before-clients',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
  const ipv6 = clients.find(({ version }) => version === 6);
  if (ipv6 !== undefined && role !== 'before-clients') {
    invalid({
      code: 'EDGE_IP_VERSION_NOT_SUPPORTED',
      what: 'clients have IPv6 ranges, and the gateway answers on an IPv4 address',
      got: ipv6.cidr,
      allowed: 'IPv4 ranges',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
  return new EdgePlan({
    name,
    flows: flowsAt(role, flows),
    clients: broadestOf(clients),
    version: 4,
    gateway: address ?? GATEWAY_ADDRESS,
    ...(tunnelRange === undefined ? {} : { tunnelRange }),
    mss: mssFor(protocols, paths),
    reasons: [insecure?.reason, anywhereReason].filter((reason) => reason !== undefined),
    protocolNames: protocols.map((protocol) => protocol.name),
  });
}
