import { Token } from 'cdktf';
import { VirtualNetworkFlowLog, type VirtualNetworkFlowLogProps } from 'pptp-constructs/azure';
import { networkOf, only, plant, ref, textOf, thrown } from './support';

const PROVIDERS = '/subscriptions/0/resourceGroups/plant4/providers';
const storageAccountId = `${PROVIDERS}/Microsoft.Storage/storageAccounts/plant4logs`;

function build(change: Partial<VirtualNetworkFlowLogProps> = {}, location = 'West Europe') {
  const stack = plant();
  new VirtualNetworkFlowLog(stack, 'FlowLog', {
    virtualNetwork: networkOf(stack, { location }),
    storageAccountId,
    ...change,
  });
  return only(stack, 'azurerm_network_watcher_flow_log');
}

test('logs the virtual network, never a network security group, and keeps everything', () => {
  const log = build();
  expect(log).toMatchInlineSnapshot(`
    {
      "enabled": true,
      "location": "West Europe",
      "name": "plant4-FlowLog",
      "network_watcher_name": "NetworkWatcher_westeurope",
      "resource_group_name": "NetworkWatcherRG",
      "retention_policy": {
        "days": 0,
        "enabled": false,
      },
      "storage_account_id": "/subscriptions/0/resourceGroups/plant4/providers/Microsoft.Storage/storageAccounts/plant4logs",
      "target_resource_id": "\${azurerm_virtual_network.Network.id}",
      "version": 2,
    }
  `);
  expect(log).not.toHaveProperty('network_security_group_id');
});

test('lets Azure delete what is older, where that is asked for', () => {
  expect(build({ retentionDays: 90 }).retention_policy).toEqual({
    days: 90,
    enabled: true,
  });
});

test('takes a Network Watcher of another name, which a region known at deployment needs', () => {
  const location = Token.asString({ resolve: () => 'westeurope' });
  const watcher = {
    networkWatcherName: 'watcher',
    networkWatcherResourceGroupName: 'watchers',
    name: 'flows',
  };
  expect(build(watcher, location)).toMatchObject({
    name: 'flows',
    location: ref('azurerm_virtual_network.Network.location'),
    network_watcher_name: 'watcher',
    resource_group_name: 'watchers',
  });
});

describe('bad input', () => {
  const later = Token.asString({ resolve: () => 'westeurope' });
  test.each<{ what: string; change: object; code: string }>([
    {
      what: 'no virtual network',
      change: { virtualNetwork: undefined },
      code: 'VIRTUAL_NETWORK_MISSING',
    },
    {
      what: 'no storage account',
      change: { storageAccountId: undefined },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'the name of a storage account',
      change: { storageAccountId: 'plant4logs' },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'a network security group in the place of a virtual network',
      change: {
        virtualNetwork: {
          id: `${PROVIDERS}/Microsoft.Network/networkSecurityGroups/servers`,
          name: 'servers',
          resourceGroupName: 'plant4',
          location: 'westeurope',
        },
      },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'a region known at deployment',
      change: { location: later },
      code: 'TOKEN_NOT_ALLOWED',
    },
    {
      what: 'no day',
      change: { retentionDays: 0 },
      code: 'FLOW_LOG_RETENTION_INVALID',
    },
    {
      what: 'more than a year',
      change: { retentionDays: 366 },
      code: 'FLOW_LOG_RETENTION_INVALID',
    },
    {
      what: 'a name that Azure does not take',
      change: { name: 'flow log' },
      code: 'NAME_INVALID',
    },
    {
      what: 'count',
      change: { count: 2 },
      code: 'META_ARGUMENT_NOT_SUPPORTED',
    },
  ])('$what is refused', ({ change, code }) => {
    const error = thrown(() => build(change));
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });
});
