import { Names } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { invalid } from '../errors';
import type { RoutedOptions } from './client-addressing';
import { isToken } from './token';

/** A route table that gets a route to the clients, with the name that its route has. */
export interface PoolRouteTable {
  readonly name: string;
  readonly routeTableId: string;
}

/**
 * The route tables of a VPC that get a route to the clients, each once.
 *
 * @throws InvalidInputError `ROUTE_TABLE_UNKNOWN`
 */
export function poolRouteTables(vpc: ec2.IVpc, routes: RoutedOptions): PoolRouteTable[] {
  const { subnets: selection, routeTableIds = [] } = routes;
  const subnets =
    selection === undefined
      ? [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets]
      : vpc.selectSubnets(selection).subnets;
  const silent = subnets.filter((subnet) => idOf(subnet) === undefined);
  const isNamed = selection === undefined && routeTableIds.length > 0;
  if (subnets.length + routeTableIds.length === 0 || (silent.length > 0 && !isNamed)) {
    invalid({
      code: 'ROUTE_TABLE_UNKNOWN',
      what:
        silent.length === 0
          ? 'clients are routed, and no route table is known that could lead back to them'
          : `clients are routed, and imported subnets do not tell their route tables: ${silent.map(({ node }) => node.id).join(', ')}`,
      allowed: 'subnets that tell their route tables, or the ids of route tables',
      instead: "addressing: ClientAddressing.routed({ routeTableIds: ['rtb-0123456789abcdef0'] })",
    });
  }
  const tables = [
    ...subnets.map((subnet) => ({ name: Names.nodeUniqueId(subnet.node), routeTableId: idOf(subnet) })),
    ...routeTableIds.map((id, index) => ({ name: isToken(id) ? `RouteTable${index + 1}` : id, routeTableId: id })),
  ].filter((table): table is PoolRouteTable => table.routeTableId !== undefined);
  return tables.filter(
    ({ routeTableId }, index) => tables.findIndex((one) => one.routeTableId === routeTableId) === index,
  );
}

/**
 * Routes to the clients by way of the machine.
 *
 * @param prefix what the ids of the routes begin with
 */
export function addPoolRoutes(
  scope: Construct,
  tables: readonly PoolRouteTable[],
  routes: RoutedOptions,
  pool: string,
  instanceId: string,
  prefix: string,
): void {
  for (const { name, routeTableId } of tables) {
    new ec2.CfnRoute(scope, `${prefix}-${name}`, { routeTableId, destinationCidrBlock: pool, instanceId });
  }
  for (const [index, { routeTableId, attachmentId }] of (routes.transitGatewayRoutes ?? []).entries()) {
    const name = isToken(routeTableId) ? `TransitGateway${index + 1}` : routeTableId;
    new ec2.CfnTransitGatewayRoute(scope, `${prefix}-${name}`, {
      transitGatewayRouteTableId: routeTableId,
      transitGatewayAttachmentId: attachmentId,
      destinationCidrBlock: pool,
    });
  }
}

/** Asked of an imported subnet that was given none, AWS CDK returns nothing and warns where it was imported. */
function idOf(subnet: ec2.ISubnet): string | undefined {
  return subnet.routeTable?.routeTableId;
}
