import { invalid } from '../errors';
import { isToken } from './token';

/** A route table: a `RouteTable` or `DataAzurermRouteTable` of @cdktf/provider-azurerm, or its name and group. */
export interface IRouteTable {
  readonly name: string;
  readonly resourceGroupName: string;
}

/** How the networks behind a gateway reach clients by their addresses of the pool. */
export interface RoutedOptions {
  /**
   * Route tables of the subnets that clients reach, each of which gets a route to the clients by way of the machine. At
   * least one: without, answers to clients are dropped by the virtual network.
   */
  readonly routeTables: readonly IRouteTable[];
}

/** With which addresses clients appear behind a gateway on a machine. */
export class ClientAddressing {
  /**
   * Clients appear with the machine's own address. Nothing has to be routed, and every destination that the machine
   * reaches works.
   */
  public static readonly MASQUERADE = new ClientAddressing(undefined);

  /**
   * Clients appear with their own addresses of the pool, so that logs and rules behind the gateway tell them apart. The
   * network interface gets IP forwarding, and route tables get a route to the pool. The internet is not reached this
   * way: Azure translates no addresses but those of its virtual network.
   *
   * @throws InvalidInputError `ROUTE_TABLE_UNKNOWN`
   */
  public static routed(options: RoutedOptions): ClientAddressing {
    const tables = options?.routeTables;
    const isTable = (one: IRouteTable | undefined) =>
      [one?.name, one?.resourceGroupName].every((text) => typeof text === 'string' && (isToken(text) || text !== ''));
    if (!Array.isArray(tables) || tables.length === 0 || !tables.every(isTable)) {
      invalid({
        code: 'ROUTE_TABLE_UNKNOWN',
        what: 'clients are routed, and no route table is named that could lead back to them',
        got: tables ?? 'undefined',
        allowed: 'at least one route table, each with its name and its resource group',
        instead: 'addressing: ClientAddressing.routed({ routeTables: [servers] })',
      });
    }
    return new ClientAddressing(tables);
  }

  private constructor(
    /** The route tables that lead back to clients; `undefined` where clients are masqueraded. */
    public readonly routeTables: readonly IRouteTable[] | undefined,
  ) {}
}
