import { edgeSubject } from '../cdktf/edge';
import type { EdgeSubject } from '../edge/for-gateways';
import type { MachinePlan } from './machine-gateway';
import type { MachineGatewayProps } from './machine-options';

/** What the firewalls before a machine must be told of it. */
export function edgeOfMachine(plan: MachinePlan, { externalAddress }: MachineGatewayProps, id: string): EdgeSubject {
  const { flowSets, insecure, settings } = plan;
  const { protocol, paths } = plan.candidate(id);
  return edgeSubject({
    protocols: [protocol],
    flows: flowSets.flatMap(({ flows }) => flows),
    clients: settings.clients,
    address: externalAddress?.address,
    tunnelRange: settings.addressing.kind === 'routed' ? settings.pool : undefined,
    paths,
    insecure,
  });
}
