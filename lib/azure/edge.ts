import { edgeSubject } from '../cdktf/edge';
import type { EdgeSubject } from '../edge/for-gateways';
import { Flow } from '../flows';
import { IKEV2, OPENVPN } from '../protocols';
import { TunnelType } from './gateway-options';
import type { MachinePlan } from './machine-gateway';
import type { MachineGatewayProps } from './machine-options';
import type { ManagedIkev2GatewayProps, ManagedIkev2Settings } from './managed-ikev2-options';
import { waysToVpnGateway } from './way';

/** What the firewalls before a machine must be told of it. */
export function edgeOfMachine(plan: MachinePlan, { publicIp }: MachineGatewayProps, id: string): EdgeSubject {
  const { flowSets, settings } = plan;
  const { protocol, paths } = plan.candidate(id);
  return edgeSubject({
    protocols: [protocol],
    flows: flowSets.flatMap(({ flows }) => flows),
    clients: settings.clients,
    address: publicIp?.ipAddress,
    tunnelRange: settings.addressing.routeTables === undefined ? undefined : settings.pool.range,
    paths,
    insecure: undefined,
  });
}

/** What the firewalls before VPN Gateway must be told of it: it takes IKEv2 with ESP or UDP, and OpenVPN on TCP 443. */
export function edgeOfVpnGateway(settings: ManagedIkev2Settings, props: ManagedIkev2GatewayProps): EdgeSubject {
  const speaksOpenVpn = settings.tunnels.includes(TunnelType.OPENVPN.azureName);
  return edgeSubject({
    protocols: [IKEV2, ...(speaksOpenVpn ? [OPENVPN] : [])],
    flows: [Flow.udp(500), Flow.udp(4500), Flow.ESP, ...(speaksOpenVpn ? [Flow.tcp(443)] : [])],
    clients: settings.clients,
    address: props.publicIp?.ipAddress,
    tunnelRange: undefined,
    paths: waysToVpnGateway(props),
    insecure: undefined,
  });
}
