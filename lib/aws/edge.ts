import { attachCustomSynthesis } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type EdgeFolder, type EdgeSubject, writeEdge } from '../edge/for-gateways';
import { Flow, IpRange } from '../flows';
import { OPENVPN } from '../protocols';
import type { Clients } from './clients';
import type { MachineGatewayProps } from './machine-gateway-props';
import { flowsOf, type MachineSettings, poolsOf } from './machine-gateway-settings';
import type { ManagedOpenVpnGatewayProps } from './managed-openvpn-gateway';
import { pathsOf, pathsToClientVpn } from './path';
import { isToken } from './token';

/** Writes configurations of firewalls when the app is synthesised: into `edge` of the assembly of the construct's stage. */
export function writeAtSynth(construct: Construct, folder: EdgeFolder | undefined): void {
  if (folder !== undefined) {
    attachCustomSynthesis(construct, { onSynthesize: ({ outdir }) => writeEdge(outdir, folder) });
  }
}

/** What the firewalls before a machine must be told of it. */
export function edgeOfMachine(
  settings: MachineSettings,
  { elasticIpAddress }: Pick<MachineGatewayProps, 'elasticIpAddress'>,
): EdgeSubject {
  const { servers, addressing, insecure } = settings;
  const protocols = servers.map(({ protocol }) => protocol);
  const [pool, ...others] = poolsOf(servers);
  return {
    ...whoComes(settings.clients),
    protocols,
    flows: flowsOf(servers),
    address: isToken(elasticIpAddress) ? undefined : elasticIpAddress,
    // A firewall is told of one range: with two pools, the machine's own clamping must do.
    tunnelRange: addressing.routes === undefined || others.length > 0 ? undefined : IpRange.parse(pool),
    paths: pathsOf(settings, protocols),
    insecure,
  };
}

/** What the firewalls before AWS Client VPN must be told of it. Its addresses are known only by its name. */
export function edgeOfClientVpn(props: ManagedOpenVpnGatewayProps): EdgeSubject {
  const { clients, transportProtocol = 'udp', port = 443 } = props;
  return {
    ...whoComes(clients),
    protocols: [OPENVPN],
    flows: [Flow[transportProtocol](port)],
    address: undefined,
    tunnelRange: undefined,
    paths: pathsToClientVpn(clients, []),
    insecure: undefined,
  };
}

function whoComes({ ranges, entries, anywhereReason }: Clients) {
  const unknownClients = entries.flatMap(({ range, label }) => (range === undefined ? [label] : []));
  return { clients: ranges, unknownClients, anywhereReason };
}
