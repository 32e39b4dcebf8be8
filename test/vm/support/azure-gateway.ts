import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { TerraformStack, Testing } from 'cdktf';
import { Clients } from '../../../lib/azure/clients';
import type { MachineGatewayProps } from '../../../lib/azure/machine-options';
import { OpenVpnGateway } from '../../../lib/azure/openvpn-gateway';
import { Traffic } from '../../../lib/azure/traffic';
import { WireGuardGateway } from '../../../lib/azure/wireguard-gateway';
import { ADDRESS, CLIENTS } from './addresses';
import { POOLS } from './aws-gateways';
import type { UserData } from './template';

/** The key vault of the laboratory, which stands in for Azure's own of that name. */
export const VAULT = 'plant4.vault.azure.net';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/plant4/providers';

export const azureWireGuard = () =>
  gateway((stack, site) => new WireGuardGateway(stack, 'Vpn', { ...site, clientPool: POOLS.wireguard }));

export const azureOpenVpn = () =>
  gateway(
    (stack, site) => new OpenVpnGateway(stack, 'Vpn', { ...site, clientPool: POOLS.openvpn, routes: ['10.20.0.0/16'] }),
  );

/** What every gateway here is told about its network, its clients and its secret. */
type AzureSite = Omit<MachineGatewayProps, 'clientPool'>;

/** A gateway on Azure whose clients may reach one server: its cloud-init and its user data, from Terraform's JSON. */
function gateway(make: (stack: TerraformStack, site: AzureSite) => WireGuardGateway | OpenVpnGateway): UserData {
  const stack = new TerraformStack(Testing.app(), 'plant4');
  new AzurermProvider(stack, 'Azure', { features: [{}] });
  const virtualNetwork = new VirtualNetwork(stack, 'Network', {
    name: 'plant4',
    resourceGroupName: 'plant4',
    location: 'westeurope',
    addressSpace: ['10.20.0.0/16'],
  });
  const made = make(stack, {
    virtualNetwork,
    clients: Clients.from(CLIENTS),
    subnetPrefix: '10.20.0.0/24',
    keyVault: { id: `${GROUP}/Microsoft.KeyVault/vaults/plant4`, vaultUri: `https://${VAULT}/` },
    secretName: 'vpn-users',
    adminSshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID+etEKDbl2+rZHuinxMfeTRogRJ0cBrLgWZFpShaOZ1 admin',
  });
  made.allowClientsTo(`${ADDRESS.office}/32`, Traffic.tcp(80));
  const { azurerm_linux_virtual_machine: machines } = JSON.parse(Testing.synth(stack, true)).resource;
  const [machine] = Object.values(machines) as [{ custom_data: string; user_data: string }];
  return {
    text: Buffer.from(machine.custom_data, 'base64').toString(),
    parameters: {},
    logicalId: '',
    metadata: '{}',
    azureUserData: filledIn(machine.user_data),
  };
}

/** What Terraform would make of the user data: in base64, with the id of an identity that it would have created. */
function filledIn(userData: string): string {
  const [, text] = /^\$\{base64encode\((".*")\)\}$/.exec(userData) ?? [];
  if (text === undefined) {
    return userData;
  }
  const known = (JSON.parse(text) as string).replaceAll(
    /\$\{[^}]*client_id\}/g,
    '11111111-2222-3333-4444-555555555555',
  );
  if (known.includes('${')) {
    throw new Error(`no stand-in for ${known}`);
  }
  return Buffer.from(known).toString('base64');
}
