// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { type Review, reviewTemplates } from 'pptp-constructs/review';

/** Resources of a configuration by type and name. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A review of one configuration in Terraform's JSON syntax, called `net`. */
export function reviewed(...parts: readonly Blocks[]): Review {
  return reviewTemplates({ net: { resource: merged(parts) } }, { today: '2026-11-23' });
}

/** Several parts as one: of two resources with one address the later one stands. */
export function merged(parts: readonly Blocks[]): Blocks {
  const all: Record<string, Record<string, unknown>> = {};
  for (const part of parts) {
    for (const [type, named] of Object.entries(part)) {
      all[type] = { ...all[type], ...named };
    }
  }
  return all;
}

/** A virtual network with a machine that has a public IP; `rules` are those of the group on its interface. */
export function azureGateway(rules: readonly object[] | undefined, nic: object = {}): Blocks {
  return {
    azurerm_virtual_network: { net: { name: 'net', address_space: ['10.40.0.0/16'] } },
    azurerm_subnet: {
      vpn: {
        name: 'vpn',
        virtual_network_name: '${azurerm_virtual_network.net.name}',
        address_prefixes: ['10.40.254.0/28'],
      },
    },
    azurerm_public_ip: { vpn: { name: 'vpn', allocation_method: 'Static', sku: 'Standard' } },
    azurerm_network_interface: {
      vpn: {
        name: 'vpn',
        ip_configuration: [
          {
            name: 'primary',
            subnet_id: '${azurerm_subnet.vpn.id}',
            public_ip_address_id: '${azurerm_public_ip.vpn.id}',
          },
        ],
        ...nic,
      },
    },
    azurerm_linux_virtual_machine: {
      vpn: { name: 'vpn', network_interface_ids: ['${azurerm_network_interface.vpn.id}'] },
    },
    ...(rules === undefined
      ? {}
      : {
          azurerm_network_security_group: { vpn: { name: 'vpn', security_rule: rules } },
          azurerm_network_interface_security_group_association: {
            vpn: {
              network_interface_id: '${azurerm_network_interface.vpn.id}',
              network_security_group_id: '${azurerm_network_security_group.vpn.id}',
            },
          },
        }),
  };
}

/** A rule of a network security group. */
export function nsgRule(name: string, priority: number, rest: object = {}): object {
  return {
    name,
    priority,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    source_port_range: '*',
    destination_port_range: '*',
    source_address_prefix: '203.0.113.0/24',
    destination_address_prefix: '*',
    ...rest,
  };
}

/** A VPC network with a machine that has an external address and the tag `vpn`. */
export function googleGateway(firewalls: Readonly<Record<string, object>> = {}, machine: object = {}): Blocks {
  return {
    google_compute_network: { net: { name: 'net', auto_create_subnetworks: false } },
    google_compute_subnetwork: {
      vpn: {
        name: 'vpn',
        region: 'europe-west3',
        network: '${google_compute_network.net.id}',
        ip_cidr_range: '10.40.254.0/28',
      },
    },
    google_compute_address: { vpn: { name: 'vpn', region: 'europe-west3' } },
    google_compute_firewall: Object.fromEntries(
      Object.entries(firewalls).map(([name, rule]) => [
        name,
        { name, network: '${google_compute_network.net.id}', ...rule },
      ]),
    ),
    google_compute_instance: {
      vpn: {
        name: 'vpn',
        zone: 'europe-west3-a',
        tags: ['vpn'],
        network_interface: [
          {
            subnetwork: '${google_compute_subnetwork.vpn.id}',
            access_config: [{ nat_ip: '${google_compute_address.vpn.address}' }],
          },
        ],
        ...machine,
      },
    },
  };
}

/** An ingress rule for the machine with the tag `vpn`. */
export function ingress(allow: readonly object[], rest: object = {}): object {
  return { direction: 'INGRESS', source_ranges: ['203.0.113.0/24'], target_tags: ['vpn'], allow, ...rest };
}

export const PPTP_INGRESS = ingress([{ protocol: 'tcp', ports: ['1723'] }, { protocol: '47' }]);
