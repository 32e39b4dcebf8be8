import { spawnSync } from 'node:child_process';
import { DataAzurermKeyVault } from '@cdktf/provider-azurerm/lib/data-azurerm-key-vault';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { PublicIp } from '@cdktf/provider-azurerm/lib/public-ip';
import { RouteTable } from '@cdktf/provider-azurerm/lib/route-table';
import { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity';
import { TerraformResource, TerraformVariable, Testing, Token } from 'cdktf';
import {
  ClientAddressing,
  Clients,
  MachineImage,
  SecretAccess,
  Through,
  Traffic,
  WireGuardGateway,
  type WireGuardGatewayProps,
} from 'pptp-constructs/azure';
import {
  annotations,
  clients,
  cloudConfigOf,
  filesOf,
  machine,
  networkOf,
  only,
  plant,
  ref,
  resolved,
  synthesised,
  textOf,
  thrown,
  userDataOf,
} from './support';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/plant4/providers';
const token = (text: string) => Token.asString({ resolve: () => text });

/** A gateway in a stack of its own. */
function build(change: Partial<WireGuardGatewayProps> = {}, network: Parameters<typeof networkOf>[1] = {}) {
  const stack = plant();
  const virtualNetwork = networkOf(stack, network);
  return {
    stack,
    gateway: new WireGuardGateway(stack, 'Vpn', {
      virtualNetwork,
      clients,
      ...machine,
      ...change,
    }),
  };
}

/** What a change of right props is refused with. */
function refused(change: object, network: Parameters<typeof networkOf>[1] = {}) {
  const stack = plant();
  const virtualNetwork = networkOf(stack, network);
  const props = { virtualNetwork, clients, ...machine, ...change };
  return thrown(() => new WireGuardGateway(stack, 'Vpn', props as WireGuardGatewayProps), stack);
}

/** The rules of the machine's network security group, by name. */
function rulesOf(stack: Parameters<typeof synthesised>[0]) {
  const rules = Object.values(synthesised(stack).azurerm_network_security_rule ?? {});
  return Object.fromEntries(rules.map((rule) => [String(rule.name), rule]));
}

describe('what it makes', () => {
  test('a machine, its network interface, address, subnet, rules, identity and access, and no more', () => {
    const { stack } = build();
    const { azurerm_virtual_network, ...made } = synthesised(stack);
    const { custom_data, ...vm } = only(stack, 'azurerm_linux_virtual_machine');
    expect({ ...made, azurerm_linux_virtual_machine: vm }).toMatchSnapshot();
  });

  test('its ids are what others refer to', () => {
    const { gateway } = build({
      journalWorkspaceId: `${GROUP}/Microsoft.OperationalInsights/workspaces/plant4`,
      flowLogs: {
        storageAccountId: `${GROUP}/Microsoft.Storage/storageAccounts/logs`,
      },
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(443));
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual([
      'Subnet',
      'PublicIp',
      'NetworkSecurityGroup',
      'allow-icmp',
      'deny-other-inbound',
      'allow-machine-tcp',
      'allow-machine-udp',
      'deny-other-outbound',
      'NetworkInterface',
      'NetworkSecurityGroupAssociation',
      'Identity',
      'SecretAccess',
      'Journal',
      'Resource',
      'Readiness',
      'FlowLog',
      'allow-clients-to-10.40.2.0_24-tcp-443',
    ]);
    expect(gateway.node.defaultChild).toBe(gateway.resource);
  });

  test('tells what it is and where, as attributes', () => {
    const { stack, gateway } = build();
    expect([gateway.protocol, gateway.managed]).toEqual(['wireguard', false]);
    expect(gateway.clientPool).toBe('10.99.0.0/24');
    expect(resolved(stack, gateway.id)).toMatch(/^\$\{azurerm_linux_virtual_machine\.\w+\.id\}$/);
    expect(resolved(stack, gateway.publicIpAddress)).toMatch(/^\$\{azurerm_public_ip\.\w+\.ip_address\}$/);
    expect(resolved(stack, gateway.privateIpAddress)).toMatch(
      /^\$\{azurerm_network_interface\.\w+\.private_ip_address\}$/,
    );
    expect(JSON.parse(Testing.synth(stack, true))).not.toHaveProperty('output');
  });

  test('nobody logs in with a password, and nothing opens SSH', () => {
    const { stack } = build();
    expect(only(stack, 'azurerm_linux_virtual_machine')).toMatchObject({
      disable_password_authentication: true,
      admin_ssh_key: [{ username: 'vpnadmin', public_key: machine.adminSshKey }],
    });
    const ports = Object.values(rulesOf(stack)).flatMap(({ access, direction, destination_port_range }) =>
      access === 'Allow' && direction === 'Inbound' ? [destination_port_range] : [],
    );
    expect(ports.sort()).toEqual(['*', '51820']);
    expect(cloudConfigOf(stack)).toContain('["systemctl","mask","--now","ssh.service","ssh.socket"]');
  });

  test('the machine waits for its rules and for the access to its secret', () => {
    const { stack } = build();
    const { depends_on } = only(stack, 'azurerm_linux_virtual_machine');
    expect((depends_on as string[]).map((text) => text.replace(/_[0-9A-F]{8}$/, '')).sort()).toEqual([
      'azurerm_network_interface_security_group_association.Vpn_NetworkSecurityGroupAssociation',
      'azurerm_network_security_rule.Vpn_NetworkSecurityGroup_allow-vpn-udp-51820',
      'azurerm_network_security_rule.Vpn_allow-icmp',
      'azurerm_network_security_rule.Vpn_allow-machine-tcp',
      'azurerm_network_security_rule.Vpn_allow-machine-udp',
      'azurerm_network_security_rule.Vpn_deny-other-inbound',
      'azurerm_network_security_rule.Vpn_deny-other-outbound',
      'azurerm_role_assignment.Vpn_SecretAccess',
    ]);
  });

  test('with a name, everything is called after it', () => {
    const { stack } = build({
      name: 'vpn-plant4',
      resourceGroupName: 'vpn',
      tags: { plant: '4' },
    });
    const { azurerm_virtual_network, azurerm_network_security_rule, ...made } = synthesised(stack);
    const names = Object.values(made).flatMap((named) => Object.values(named).map(({ name }) => name));
    expect(names.filter((name) => name !== undefined).sort()).toEqual([
      'readiness',
      'vpn-plant4',
      'vpn-plant4-identity',
      'vpn-plant4-ip',
      'vpn-plant4-nic',
      'vpn-plant4-nsg',
      'vpn-plant4-subnet',
    ]);
    expect(only(stack, 'azurerm_linux_virtual_machine')).toMatchObject({
      resource_group_name: 'vpn',
      tags: { plant: '4' },
    });
    expect(only(stack, 'azurerm_subnet').resource_group_name).toBe(
      ref('azurerm_virtual_network.Network.resource_group_name'),
    );
  });

  test('a name that is too long for a part of it ends with a hash there', () => {
    const name = `vpn-${'x'.repeat(60)}`;
    const { stack } = build({
      name,
      journalWorkspaceId: `${GROUP}/Microsoft.OperationalInsights/workspaces/w`,
    });
    expect(only(stack, 'azurerm_linux_virtual_machine').name).toBe(name);
    expect(only(stack, 'azurerm_network_interface').name).toBe(`${name}-nic`);
    expect(only(stack, 'azurerm_user_assigned_identity').name).toMatch(/^vpn-x+-[0-9a-f]{8}-identity$/);
    expect(String(only(stack, 'azurerm_monitor_data_collection_endpoint').name)).toHaveLength(44);
  });

  test('takes the subnet, the address and the identity that are there, and then makes none', () => {
    const stack = plant();
    const place = { resourceGroupName: 'plant4', location: 'westeurope' };
    const publicIp = new PublicIp(stack, 'Ip', {
      ...place,
      name: 'ip',
      allocationMethod: 'Static',
      sku: 'Standard',
    });
    const identity = new UserAssignedIdentity(stack, 'Id', {
      ...place,
      name: 'id',
    });
    const { subnetPrefix, ...options } = machine;
    const gateway = new WireGuardGateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      clients,
      ...options,
      subnet: {
        id: `${GROUP}/Microsoft.Network/virtualNetworks/plant4/subnets/vpn`,
      },
      publicIp,
      identity,
      secretAccess: SecretAccess.ACCESS_POLICY,
    });
    expect(only(stack, 'azurerm_network_interface').ip_configuration).toEqual([
      {
        name: 'primary',
        private_ip_address_allocation: 'Dynamic',
        public_ip_address_id: ref('azurerm_public_ip.Ip.id'),
        subnet_id: `${GROUP}/Microsoft.Network/virtualNetworks/plant4/subnets/vpn`,
      },
    ]);
    expect(only(stack, 'azurerm_linux_virtual_machine').identity).toEqual({
      type: 'UserAssigned',
      identity_ids: [ref('azurerm_user_assigned_identity.Id.id')],
    });
    expect(only(stack, 'azurerm_key_vault_access_policy')).toMatchObject({
      key_vault_id: machine.keyVault.id,
      object_id: ref('azurerm_user_assigned_identity.Id.principal_id'),
      tenant_id: ref('azurerm_user_assigned_identity.Id.tenant_id'),
      secret_permissions: ['Get'],
    });
    expect(synthesised(stack)).not.toHaveProperty('azurerm_subnet');
    expect(gateway.identity).toBe(identity);
    expect([gateway.publicIp, gateway.subnet, gateway.publicIpAddress]).toEqual([undefined, undefined, undefined]);
  });

  test("Terraform's own arguments reach every resource", () => {
    const stack = plant();
    const provider = new AzurermProvider(stack, 'Other', {
      alias: 'other',
      features: [{}],
    });
    const virtualNetwork = networkOf(stack);
    const gateway = new WireGuardGateway(stack, 'Vpn', {
      virtualNetwork,
      clients,
      ...machine,
      provider,
      lifecycle: { preventDestroy: true },
      dependsOn: [virtualNetwork],
      journalWorkspaceId: `${GROUP}/Microsoft.OperationalInsights/workspaces/plant4`,
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
    const resources = gateway.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    const { azurerm_virtual_network, ...made } = synthesised(stack);
    const all = Object.values(made).flatMap((named) => Object.values(named));
    expect(all).toHaveLength(resources.length);
    for (const resource of all) {
      expect(resource).toMatchObject({
        provider: 'azurerm.other',
        lifecycle: { prevent_destroy: true },
      });
      expect(resource.depends_on).toContain('azurerm_virtual_network.Network');
    }
  });
});

describe('the image and the size', () => {
  test('Debian 13 for x86-64, with Secure Boot and a virtual TPM', () => {
    expect(only(build().stack, 'azurerm_linux_virtual_machine')).toMatchObject({
      size: 'Standard_B2ts_v2',
      source_image_reference: {
        publisher: 'Debian',
        offer: 'debian-13',
        sku: '13-gen2',
        version: 'latest',
      },
      secure_boot_enabled: true,
      vtpm_enabled: true,
    });
  });

  test.each([
    ['Standard_B2pts_v2', '13-arm64'],
    ['Standard_D2pds_v5', '13-arm64'],
    ['Standard_D2ads_v5', '13-gen2'],
    ['Standard_NP10s', '13-gen2'],
    ['Standard_M8-2ms', '13-gen2'],
    ['Standard_B1s', '13-gen2'],
  ])('%s gets %s', (size, sku) => {
    const { stack } = build({ size });
    expect(only(stack, 'azurerm_linux_virtual_machine').source_image_reference).toMatchObject({ sku });
    expect(filesOf(cloudConfigOf(stack))['/etc/vpn-gateway/settings']).toContain(
      `flavour=${sku === '13-arm64' ? 'arm64' : 'amd64'}\n`,
    );
  });

  test('Debian 12 where it is asked for', () => {
    expect(only(build({ image: MachineImage.DEBIAN_12 }).stack, 'azurerm_linux_virtual_machine')).toMatchObject({
      source_image_reference: { offer: 'debian-12', sku: '12-gen2' },
    });
  });

  test('an image of your own, with Secure Boot only where you say so', () => {
    const imageId = `${GROUP}/Microsoft.Compute/galleries/plant4/images/vpn/versions/1.0.0`;
    const vm = only(build({ image: MachineImage.fromId(imageId) }).stack, 'azurerm_linux_virtual_machine');
    expect(vm).toMatchObject({ source_image_id: imageId });
    expect(vm).not.toHaveProperty('source_image_reference');
    expect(vm).not.toHaveProperty('secure_boot_enabled');
    const image = MachineImage.fromId(imageId, { trustedLaunch: true });
    expect(only(build({ image }).stack, 'azurerm_linux_virtual_machine')).toMatchObject({ secure_boot_enabled: true });
  });
});

describe('the script for an image of your own', () => {
  test('installs what the machine would install, and holds nothing of this gateway', () => {
    const { stack, gateway } = build({ size: 'Standard_B2pts_v2', packetFilter: 'iptables' });
    const settings = filesOf(cloudConfigOf(stack))['/etc/vpn-gateway/settings'] ?? '';
    const [packages] = /^packages='.*'$/m.exec(settings) ?? [];
    expect(packages).toContain('wireguard-tools');
    expect(gateway.imageScript).toContain(`\n${packages}\n`);
    expect(gateway.imageScript).toContain('flavour=arm64 ');
    expect(gateway.imageScript).not.toMatch(/10\.99|203\.0\.113|vault|vpn-users/);
    expect(spawnSync('sh', ['-n'], { input: gateway.imageScript, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});

describe('custom data: what a change of replaces the machine', () => {
  test('is cloud-init that holds the host, in at most 65535 bytes', () => {
    const text = cloudConfigOf(build().stack);
    expect(text.split('\n')[0]).toBe('#cloud-config');
    expect(Buffer.byteLength(text)).toBeLessThan(65_535);
    const files = filesOf(text);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        '/usr/local/sbin/vpn-gateway',
        '/usr/local/sbin/vpn-gateway-apply',
        '/usr/local/sbin/vpn-gateway-azure',
        '/etc/systemd/system/vpn-gateway-wg.service',
        '/etc/nftables.conf',
      ]),
    );
    const settings = files['/etc/vpn-gateway/settings'];
    expect(settings).toContain('read_users() { timeout 60 /usr/local/sbin/vpn-gateway-azure secret; }');
    expect(settings).toContain('read_policy() { timeout 60 /usr/local/sbin/vpn-gateway-azure policy; }');
    expect(settings).toContain('wireguard-tools');
  });

  test('does not depend on clients, destinations, vault, secret or identity', () => {
    const { stack: one } = build();
    const { stack: other, gateway } = build({
      clients: Clients.anywhereBecause('roaming staff on mobile networks'),
      keyVault: {
        ...machine.keyVault,
        vaultUri: token('https://other.vault.azure.net/'),
      },
      secretName: 'other',
      adminSshKey: token('ssh-rsa AAAA'),
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
    expect(cloudConfigOf(other)).toBe(cloudConfigOf(one));
  });

  test('asks Azure for DNS where clients are masqueraded, and nobody where they are routed', () => {
    const filter = (change: Partial<WireGuardGatewayProps>) =>
      filesOf(cloudConfigOf(build(change).stack))['/etc/nftables.conf'];
    const routeTables = [{ name: 'servers', resourceGroupName: 'plant4' }];
    expect(filter({})).toContain('ip daddr { 168.63.129.16 } meta l4proto { tcp, udp } th dport 53 accept');
    expect(filter({ dnsServers: ['10.40.0.10'] })).toContain('ip daddr { 10.40.0.10 }');
    expect(filter({ addressing: ClientAddressing.routed({ routeTables }) })).not.toContain('dport 53');
  });

  test('keeps clients from the wire server and the metadata, whatever they may reach', () => {
    const filter = filesOf(cloudConfigOf(build().stack))['/etc/nftables.conf'] ?? '';
    const lines = filter.split('\n').map((line) => line.trim());
    const wireServer = lines.indexOf('ip daddr 168.63.129.16 counter jump refuse_metadata');
    expect(wireServer).toBeGreaterThan(lines.findIndex((line) => line.includes('th dport 53 accept')));
    expect(wireServer).toBeLessThan(lines.indexOf('jump destinations'));
  });

  test('takes the options of the host', () => {
    const files = filesOf(
      cloudConfigOf(
        build({
          mtu: 1380,
          clientPool: '10.88.0.0/22',
          refreshMinutes: 2,
          securityUpgradeRebootTime: '02:30',
          packetFilter: 'iptables',
          apt: { proxy: 'http://proxy.plant4.example:3128' },
        }).stack,
      ),
    );
    expect(files['/etc/systemd/system/vpn-gateway-wg.service']).toContain('ip link set wg0 mtu 1380 up');
    expect(files['/etc/systemd/system/vpn-gateway-wg.service']).toContain('10.88.0.1/22');
    expect(files['/etc/systemd/system/vpn-gateway.timer']).toContain('OnUnitInactiveSec=2min');
    expect(files['/etc/apt/apt.conf.d/90vpn-gateway']).toContain('02:30');
    expect(files['/etc/apt/apt.conf.d/90vpn-gateway']).toContain('http://proxy.plant4.example:3128');
    expect(files).not.toHaveProperty(['/etc/nftables.conf']);
  });
});

describe('user data: what changes in place', () => {
  test('tells the machine its secret and its policy, and holds no value of the secret', () => {
    const { stack, gateway } = build({
      clients: Clients.from('203.0.113.0/24', '198.51.100.0/24'),
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(443));
    gateway.allowClientsTo('10.40.3.5/32', Traffic.udp(53, 60));
    gateway.allowClientsTo('10.40.4.0/24', Traffic.ICMP);
    gateway.allowClientsTo('10.40.5.0/24', Traffic.ANY);
    const clientId = /azurerm_user_assigned_identity\.(\w+)\.client_id/.exec(userDataOf(stack))?.[0];
    expect(userDataOf(stack)).toBe(
      [
        'vault https://plant4.vault.azure.net/',
        'secret vpn-users',
        `identity ${ref(clientId ?? '')}`,
        'vpn-gateway policy 1',
        'client 203.0.113.0/24',
        'client 198.51.100.0/24',
        'to 10.40.2.0/24 tcp 443-443',
        'to 10.40.3.5/32 udp 53-60',
        'to 10.40.4.0/24 icmp',
        'to 10.40.5.0/24',
        '',
      ].join('\n'),
    );
  });

  test('is plain base64 where nothing in it is left to deployment', () => {
    const identity = {
      id: `${GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/vpn`,
      clientId: 'c',
      principalId: 'p',
    };
    const { stack } = build({ identity });
    const { user_data } = only(stack, 'azurerm_linux_virtual_machine');
    expect(Buffer.from(String(user_data), 'base64').toString()).toBe(
      'vault https://plant4.vault.azure.net/\nsecret vpn-users\nidentity c\nvpn-gateway policy 1\nclient 203.0.113.0/24\n',
    );
  });

  test('takes tokens for vault, secret, clients and destinations', () => {
    const stack = plant();
    const keyVault = new DataAzurermKeyVault(stack, 'Vault', {
      name: 'plant4',
      resourceGroupName: 'plant4',
    });
    const range = new TerraformVariable(stack, 'Range', { type: 'string' });
    const gateway = new WireGuardGateway(stack, 'Vpn', {
      ...machine,
      virtualNetwork: networkOf(stack),
      keyVault,
      secretName: token('later'),
      clients: Clients.from(range.stringValue),
    });
    gateway.allowClientsTo(range.stringValue, Traffic.tcp(443));
    const text = userDataOf(stack);
    expect(text).toContain(`vault ${ref('data.azurerm_key_vault.Vault.vault_uri')}\nsecret later\n`);
    expect(text).toContain(`client ${ref('var.Range')}\nto ${ref('var.Range')} tcp 443-443\n`);
    expect(only(stack, 'azurerm_role_assignment').scope).toBe(
      `${ref('data.azurerm_key_vault.Vault.id')}/secrets/later`,
    );
    expect(rulesOf(stack)['allow-clients-to-token-1-tcp-443']).toMatchObject({
      destination_address_prefix: ref('var.Range'),
    });
  });

  test('lets everybody ask where anybody may connect: the rule of the network security group says the same', () => {
    const { stack } = build({
      clients: Clients.anywhereBecause('roaming staff on mobile networks'),
    });
    expect(userDataOf(stack)).toContain('\nclient 0.0.0.0/0\n');
    expect(rulesOf(stack)['allow-vpn-udp-51820']).toMatchObject({
      source_address_prefix: 'Internet',
    });
  });
});

describe('rules of the network security group', () => {
  test('in: the protocol from its clients, ICMP, and nothing else; out: what the machine needs, and nothing else', () => {
    const { stack } = build();
    const rules = Object.values(rulesOf(stack)).map(
      ({ name, direction, access, protocol, priority, destination_port_range, destination_port_ranges }) =>
        [direction, priority, access, protocol, destination_port_range ?? destination_port_ranges, name].join(' '),
    );
    expect(rules.sort()).toEqual([
      'Inbound 1140 Allow Udp 51820 allow-vpn-udp-51820',
      'Inbound 4000 Allow Icmp * allow-icmp',
      'Inbound 4096 Deny * * deny-other-inbound',
      'Outbound 4000 Allow Tcp 53,443,80 allow-machine-tcp',
      'Outbound 4010 Allow Udp 53,123 allow-machine-udp',
      'Outbound 4096 Deny * * deny-other-outbound',
    ]);
  });

  test.each([
    [{ proxy: 'http://proxy.plant4.example:3128' }, ['53', '443', '3128']],
    [{ mirror: 'https://mirror.plant4.example/debian' }, ['53', '443']],
    [
      {
        mirror: 'http://mirror.plant4.example:8080/debian',
        securityMirror: 'http://mirror.plant4.example/security',
      },
      ['53', '443', '8080', '80'],
    ],
  ])('packages come from %j, so out goes %j', (apt, ports) => {
    expect(rulesOf(build({ apt }).stack)['allow-machine-tcp']).toMatchObject({
      destination_port_ranges: ports,
    });
  });

  test('each destination has one outwards, with a priority that no other destination moves', () => {
    const all = [
      ['10.40.2.0/24', Traffic.tcp(443)],
      ['10.40.2.0/24', Traffic.tcp(8000, 8010)],
      ['10.40.3.0/24', Traffic.udp()],
      ['10.40.4.0/24', Traffic.ICMP],
      ['10.40.5.0/24', Traffic.ANY],
    ] as const;
    const priorities = (list: readonly (readonly [string, Traffic])[]) => {
      const { stack, gateway } = build();
      for (const [cidr, traffic] of list) {
        gateway.allowClientsTo(cidr, traffic);
      }
      return Object.fromEntries(
        Object.entries(rulesOf(stack)).flatMap(([name, { priority, direction, protocol, destination_port_range }]) =>
          name.startsWith('allow-clients') ? [[name, [priority, direction, protocol, destination_port_range]]] : [],
        ),
      );
    };
    const whole = priorities(all);
    expect(whole).toMatchInlineSnapshot(`
      {
        "allow-clients-to-10.40.2.0_24-tcp-443": [
          3247,
          "Outbound",
          "Tcp",
          "443",
        ],
        "allow-clients-to-10.40.2.0_24-tcp-8000-8010": [
          1380,
          "Outbound",
          "Tcp",
          "8000-8010",
        ],
        "allow-clients-to-10.40.3.0_24-udp": [
          2952,
          "Outbound",
          "Udp",
          "*",
        ],
        "allow-clients-to-10.40.4.0_24-icmp": [
          1606,
          "Outbound",
          "Icmp",
          "*",
        ],
        "allow-clients-to-10.40.5.0_24-any": [
          2205,
          "Outbound",
          "*",
          "*",
        ],
      }
    `);
    expect(priorities([...all].reverse())).toEqual(whole);
    expect(priorities(all.slice(2))).toEqual(
      Object.fromEntries(Object.entries(whole).filter(([name]) => !name.includes('10.40.2.0'))),
    );
  });

  test('the same destination twice is one', () => {
    const { stack, gateway } = build();
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(443));
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(443));
    expect(Object.keys(rulesOf(stack)).filter((name) => name.startsWith('allow-clients'))).toHaveLength(1);
  });

  test('900 destinations have 900 priorities, and one more is refused', () => {
    const { stack, gateway } = build();
    for (let n = 0; n < 900; n++) {
      gateway.allowClientsTo(`10.40.${Math.floor(n / 256)}.${n % 256}/32`, Traffic.tcp(443));
    }
    const priorities = Object.values(rulesOf(stack)).flatMap(({ name, priority }) =>
      String(name).startsWith('allow-clients') ? [priority as number] : [],
    );
    expect(new Set(priorities).size).toBe(900);
    expect(Math.min(...priorities)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...priorities)).toBeLessThan(4000);
    const error = thrown(() => gateway.allowClientsTo('10.41.0.0/24', Traffic.tcp(443)), stack);
    expect(error.code).toBe('NSG_RULE_QUOTA');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "plant4/Vpn: Vpn has 900 destinations, and its network security group takes no more rules.
        got      "10.41.0.0/24, tcp-443"
        allowed  900 destinations, each a range and its ports
        write    gateway.allowClientsTo('10.0.0.0/16', Traffic.tcp(443)) // fewer and wider ones

            at <the line of the user>
            code NSG_RULE_QUOTA, see docs/diagnostics.md"
    `);
  });
});

describe('destinations', () => {
  test.each<{
    what: string;
    act: (gateway: WireGuardGateway) => void;
    code: string;
  }>([
    {
      what: 'no traffic',
      act: (gateway) => gateway.allowClientsTo('10.40.2.0/24', undefined as unknown as Traffic),
      code: 'DESTINATION_INVALID',
    },
    {
      what: 'a port for traffic',
      act: (gateway) => gateway.allowClientsTo('10.40.2.0/24', 443 as unknown as Traffic),
      code: 'DESTINATION_INVALID',
    },
    {
      what: 'IPv6',
      act: (gateway) => gateway.allowClientsTo('2001:db8::/32', Traffic.ANY),
      code: 'DESTINATION_INVALID',
    },
    {
      what: 'an address',
      act: (gateway) => gateway.allowClientsTo('10.40.2.5', Traffic.ANY),
      code: 'CIDR_WITHOUT_MASK',
    },
    {
      what: 'host bits',
      act: (gateway) => gateway.allowClientsTo('10.40.2.5/24', Traffic.ANY),
      code: 'CIDR_HOST_BITS',
    },
  ])('$what is refused, and nothing is left behind', ({ act, code }) => {
    const { stack, gateway } = build();
    const before = userDataOf(stack);
    const error = thrown(() => act(gateway), stack);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
    expect(userDataOf(stack)).toBe(before);
  });

  test.each([
    ['tcp', () => Traffic.tcp(0), 'PORT_INVALID'],
    ['tcp', () => Traffic.tcp(443, 442), 'PORT_INVALID'],
    ['tcp', () => Traffic.tcp(undefined, 443), 'PORT_INVALID'],
    ['udp', () => Traffic.udp(65536), 'PORT_INVALID'],
    ['udp', () => Traffic.udp(1.5), 'PORT_INVALID'],
    ['udp', () => Traffic.udp(Token.asNumber({ resolve: () => 53 })), 'TOKEN_NOT_ALLOWED'],
  ])('%s %s is refused', (_, act, code) => {
    const error = thrown(act);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('routed clients', () => {
  const routeTables = [{ name: 'servers', resourceGroupName: 'plant4' }];

  test('get IP forwarding and a route in each table; masqueraded ones need neither', () => {
    const stack = plant();
    const place = { resourceGroupName: 'plant4', location: 'westeurope' };
    const made = new RouteTable(stack, 'Servers', {
      ...place,
      name: 'made-here',
    });
    new WireGuardGateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      clients,
      ...machine,
      addressing: ClientAddressing.routed({
        routeTables: [...routeTables, made],
      }),
    });
    expect(only(stack, 'azurerm_network_interface').ip_forwarding_enabled).toBe(true);
    const routes = Object.values(synthesised(stack).azurerm_route ?? {});
    const names = routes.map(({ route_table_name }) => route_table_name);
    expect(names.sort()).toEqual([ref('azurerm_route_table.Servers.name'), 'servers']);
    expect(routes.find(({ route_table_name }) => route_table_name === 'servers')).toMatchObject({
      route_table_name: 'servers',
      resource_group_name: 'plant4',
      name: 'plant4-Vpn-clients',
      address_prefix: '10.99.0.0/24',
      next_hop_type: 'VirtualAppliance',
      next_hop_in_ip_address: expect.stringMatching(/^\$\{azurerm_network_interface\.\w+\.private_ip_address\}$/),
    });
    expect(filesOf(cloudConfigOf(stack))['/etc/nftables.conf']).not.toContain('masquerade');

    const { stack: other } = build();
    expect(only(other, 'azurerm_network_interface')).not.toHaveProperty('ip_forwarding_enabled');
    expect(synthesised(other)).not.toHaveProperty('azurerm_route');
    expect(filesOf(cloudConfigOf(other))['/etc/nftables.conf']).toContain('masquerade');
  });

  test('are warned of destinations that have no way back', () => {
    const { gateway } = build({
      addressing: ClientAddressing.routed({ routeTables }),
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
    expect(annotations(gateway)).toEqual([]);
    gateway.allowClientsTo('192.168.7.0/24', Traffic.ANY);
    expect(annotations(gateway)).toMatchInlineSnapshot(`
      [
        "WARN: NO_WAY_BACK_TO_CLIENTS: clients of plant4/Vpn are routed, and 192.168.7.0/24 lies outside of the virtual network: answers come back only if that network has a route to 10.99.0.0/24; the internet never has. Elsewhere: ClientAddressing.MASQUERADE.",
      ]
    `);
  });

  test.each([
    ['no options', undefined],
    ['no table', { routeTables: [] }],
    ['a table without a name', { routeTables: [{ resourceGroupName: 'plant4' }] }],
  ])('with %s are refused', (_, options) => {
    const error = thrown(() => ClientAddressing.routed(options as { routeTables: [] }));
    expect(error.code).toBe('ROUTE_TABLE_UNKNOWN');
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('the secret', () => {
  test('is read by role on the one secret, by the identity alone', () => {
    expect(only(build().stack, 'azurerm_role_assignment')).toEqual({
      scope: `${machine.keyVault.id}/secrets/vpn-users`,
      role_definition_name: 'Key Vault Secrets User',
      principal_id: expect.stringMatching(/^\$\{azurerm_user_assigned_identity\.\w+\.principal_id\}$/),
      principal_type: 'ServicePrincipal',
    });
  });

  test('is read by access policy where the vault has that model', () => {
    const { stack } = build({ secretAccess: SecretAccess.ACCESS_POLICY });
    expect(only(stack, 'azurerm_key_vault_access_policy')).toMatchObject({
      secret_permissions: ['Get'],
    });
    expect(synthesised(stack)).not.toHaveProperty('azurerm_role_assignment');
  });

  test('is granted by nobody here where you grant it elsewhere', () => {
    const { stack } = build({ secretAccess: SecretAccess.GRANTED_ELSEWHERE });
    expect(Object.keys(synthesised(stack)).filter((type) => /role|policy/.test(type))).toEqual([]);
  });

  test('is never made here: no resource of the key vault but the access to it', () => {
    const { stack } = build({ secretAccess: SecretAccess.ACCESS_POLICY });
    expect(Object.keys(synthesised(stack)).filter((type) => type.includes('key_vault'))).toEqual([
      'azurerm_key_vault_access_policy',
    ]);
  });
});

describe('the journal', () => {
  const journalWorkspaceId = `${GROUP}/Microsoft.OperationalInsights/workspaces/plant4`;

  test('goes into the table Syslog of the workspace, sent by the identity of the machine', () => {
    const { stack } = build({ journalWorkspaceId });
    const { azurerm_monitor_data_collection_endpoint, azurerm_monitor_data_collection_rule } = synthesised(stack);
    expect(Object.values(azurerm_monitor_data_collection_rule ?? {})).toMatchSnapshot();
    const [endpoint] = Object.keys(azurerm_monitor_data_collection_endpoint ?? {});
    const [rule] = Object.keys(azurerm_monitor_data_collection_rule ?? {});
    expect(Object.values(synthesised(stack).azurerm_role_assignment ?? {})).toContainEqual({
      scope: ref(`azurerm_monitor_data_collection_rule.${rule}.id`),
      role_definition_name: 'Monitoring Metrics Publisher',
      principal_id: expect.stringMatching(/principal_id\}$/),
      principal_type: 'ServicePrincipal',
    });
    expect(userDataOf(stack)).toContain(
      `\njournal ${ref(`azurerm_monitor_data_collection_endpoint.${endpoint}.logs_ingestion_endpoint`)} ${ref(
        `azurerm_monitor_data_collection_rule.${rule}.immutable_id`,
      )}\nvpn-gateway policy 1\n`,
    );
    const files = filesOf(cloudConfigOf(stack));
    expect(files['/etc/systemd/system/vpn-gateway-journal.service']).toContain(
      'ExecStart=/usr/local/sbin/vpn-gateway-azure journal\nDynamicUser=yes\n',
    );
    expect(files['/etc/vpn-gateway/settings']).toContain('systemctl enable --now vpn-gateway-journal.timer');
  });

  test('stays on the machine where nobody asks for it', () => {
    const { stack } = build();
    expect(Object.keys(synthesised(stack)).filter((type) => type.includes('monitor'))).toEqual([]);
    expect(userDataOf(stack)).not.toContain('journal');
    expect(filesOf(cloudConfigOf(stack))).not.toHaveProperty(['/etc/systemd/system/vpn-gateway-journal.service']);
  });
});

describe('readiness', () => {
  test('a deployment waits for the machine to serve, and fails where it does not', () => {
    const { stack } = build({ readyMinutes: 30 });
    const { settings, ...extension } = only(stack, 'azurerm_virtual_machine_extension');
    expect(extension).toMatchObject({
      publisher: 'Microsoft.Azure.Extensions',
      type: 'CustomScript',
      type_handler_version: '2.1',
      virtual_machine_id: expect.stringMatching(/^\$\{azurerm_linux_virtual_machine\.\w+\.id\}$/),
      timeouts: { create: '45m', update: '45m' },
    });
    expect(JSON.parse(String(settings)).commandToExecute).toContain('if [ $n -gt 360 ]');
  });
});

describe('the way', () => {
  test('a machine behind something that takes the clients in has no address of its own, and says what it then needs', () => {
    const { stack, gateway } = build({
      through: [Through.LOAD_BALANCER.conditionMet()],
    });
    expect(synthesised(stack)).not.toHaveProperty('azurerm_public_ip');
    expect(only(stack, 'azurerm_network_interface').ip_configuration).toEqual([
      expect.not.objectContaining({ public_ip_address_id: expect.anything() }),
    ]);
    expect(annotations(gateway)).toMatchSnapshot();
  });

  test('through which no connection comes in is refused, with what works', () => {
    const error = refused({ through: [Through.NAT_GATEWAY] });
    expect(error.code).toBe('NO_INBOUND_CONNECTIONS');
    expect(error.kind).toBe('refusal');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('is assessed without building anything', () => {
    const stack = plant();
    const props = { virtualNetwork: networkOf(stack), clients, ...machine };
    const results = (through: Through[]) => WireGuardGateway.assess({ ...props, through }).map(({ result }) => result);
    expect(results([])).toEqual(['works']);
    expect(results([Through.NAT_GATEWAY])).toEqual(['cannot-work']);
    expect(stack.node.findChild('Network')).toBeDefined();
    expect(stack.node.children).toHaveLength(2);
  });
});

test('what was assessed is read again when it is built', () => {
  const stack = plant();
  const props = { virtualNetwork: networkOf(stack), clients, ...machine, clientPool: '10.88.0.0/24' };
  WireGuardGateway.assess(props);
  expect(new WireGuardGateway(stack, 'Vpn', Object.assign(props, { clientPool: '10.77.0.0/24' })).clientPool).toBe(
    '10.77.0.0/24',
  );
});

describe('bad input', () => {
  const withoutSubnet = { subnetPrefix: undefined };
  const rsa = (bits: number) => {
    const kind = Buffer.from('ssh-rsa');
    const parts = [kind, Buffer.from([1, 0, 1]), Buffer.alloc(bits / 8 + 1, 1)];
    const framed = parts.flatMap((part) => [Buffer.from([0, 0, part.length >> 8, part.length & 255]), part]);
    return `ssh-rsa ${Buffer.concat(framed).toString('base64')} admin`;
  };

  test.each<{
    what: string;
    change: object;
    code: string;
    network?: { location?: string; addressSpace?: string[] };
  }>([
    {
      what: 'no virtual network',
      change: { virtualNetwork: undefined },
      code: 'VIRTUAL_NETWORK_MISSING',
    },
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    {
      what: 'IPv6 clients',
      change: { clients: Clients.from('2001:db8::/32') },
      code: 'CLIENTS_IPV6_FOR_MACHINE',
    },
    {
      what: 'clients in the network',
      change: { clients: Clients.from('10.40.0.0/24') },
      code: 'CLIENTS_OVERLAP_NETWORK',
    },
    {
      what: 'a way that is no list',
      change: { through: 'load balancer' },
      code: 'THROUGH_UNKNOWN',
    },
    {
      what: 'a name that no machine takes',
      change: { name: 'vpn_plant4' },
      code: 'NAME_INVALID',
    },
    {
      what: 'a name that is too long',
      change: { name: 'x'.repeat(65) },
      code: 'NAME_INVALID',
    },
    {
      what: 'no subnet',
      change: withoutSubnet,
      code: 'MACHINE_SUBNET_INVALID',
    },
    {
      what: 'two subnets',
      change: { subnet: { id: 'x' } },
      code: 'MACHINE_SUBNET_INVALID',
    },
    {
      what: 'GatewaySubnet',
      change: {
        ...withoutSubnet,
        subnet: {
          id: `${GROUP}/Microsoft.Network/virtualNetworks/n/subnets/GatewaySubnet`,
        },
      },
      code: 'MACHINE_SUBNET_INVALID',
    },
    {
      what: 'a subnet that is a name',
      change: { ...withoutSubnet, subnet: { id: 'vpn' } },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'a subnet elsewhere',
      change: { subnetPrefix: '10.41.0.0/28' },
      code: 'MACHINE_SUBNET_INVALID',
    },
    {
      what: 'a subnet that is too small',
      change: { subnetPrefix: '10.40.254.0/30' },
      code: 'MACHINE_SUBNET_INVALID',
    },
    {
      what: 'no vault',
      change: { keyVault: undefined },
      code: 'KEY_VAULT_INVALID',
    },
    {
      what: 'a vault by name',
      change: { keyVault: 'plant4' },
      code: 'KEY_VAULT_INVALID',
    },
    {
      what: 'a vault over http',
      change: {
        keyVault: {
          ...machine.keyVault,
          vaultUri: 'http://plant4.vault.azure.net/',
        },
      },
      code: 'KEY_VAULT_INVALID',
    },
    {
      what: 'a vault with the id of something else',
      change: {
        keyVault: {
          ...machine.keyVault,
          id: `${GROUP}/Microsoft.Storage/storageAccounts/a`,
        },
      },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'no secret',
      change: { secretName: undefined },
      code: 'SECRET_NAME_INVALID',
    },
    {
      what: 'the id of a secret for its name',
      change: {
        secretName: 'https://plant4.vault.azure.net/secrets/vpn-users',
      },
      code: 'SECRET_NAME_INVALID',
    },
    {
      what: 'an access that is none',
      change: { secretAccess: 'rbac' },
      code: 'SECRET_ACCESS_INVALID',
    },
    {
      what: 'an identity without its client id',
      change: {
        identity: {
          id: `${GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/vpn`,
          principalId: 'p',
        },
      },
      code: 'IDENTITY_INVALID',
    },
    {
      what: 'an identity without its tenant, for an access policy',
      change: {
        identity: {
          id: `${GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/vpn`,
          principalId: 'p',
          clientId: 'c',
        },
        secretAccess: SecretAccess.ACCESS_POLICY,
      },
      code: 'IDENTITY_INVALID',
    },
    {
      what: 'no SSH key',
      change: { adminSshKey: undefined },
      code: 'ADMIN_SSH_KEY_INVALID',
    },
    {
      what: 'a short RSA key',
      change: { adminSshKey: rsa(1024) },
      code: 'ADMIN_SSH_KEY_INVALID',
    },
    {
      what: 'a key of another kind',
      change: { adminSshKey: 'ecdsa-sha2-nistp256 AAAA' },
      code: 'ADMIN_SSH_KEY_INVALID',
    },
    {
      what: 'two keys',
      change: { adminSshKey: `${machine.adminSshKey}\n${machine.adminSshKey}` },
      code: 'ADMIN_SSH_KEY_INVALID',
    },
    {
      what: 'a private SSH key',
      change: {
        adminSshKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n',
      },
      code: 'ADMIN_SSH_KEY_INVALID',
    },
    {
      what: 'addressing by a text',
      change: { addressing: 'masquerade' },
      code: 'ADDRESSING_UNKNOWN',
    },
    {
      what: 'a size that is none',
      change: { size: 'small' },
      code: 'MACHINE_SIZE_INVALID',
    },
    {
      what: 'a size that is a token',
      change: { size: token('Standard_B1s') },
      code: 'TOKEN_NOT_ALLOWED',
    },
    {
      what: 'an image by a text',
      change: { image: 'Debian:debian-13:13-gen2:latest' },
      code: 'MACHINE_IMAGE_INVALID',
    },
    {
      what: 'a pool that is too small',
      change: { clientPool: '10.99.0.0/30' },
      code: 'POOL_NOT_EXPRESSIBLE',
    },
    {
      what: 'a pool that is a token',
      change: { clientPool: token('10.99.0.0/24') },
      code: 'TOKEN_NOT_ALLOWED',
    },
    {
      what: 'a pool in the network',
      change: { clientPool: '10.40.99.0/24' },
      code: 'POOL_OVERLAPS_NETWORK',
    },
    {
      what: 'the default pool in the network',
      change: { subnetPrefix: '10.99.254.0/28' },
      network: { addressSpace: ['10.99.0.0/16'] },
      code: 'POOL_OVERLAPS_NETWORK',
    },
    {
      what: 'a pool at the clients',
      change: { clientPool: '203.0.113.0/25' },
      code: 'POOL_OVERLAPS_CLIENTS',
    },
    {
      what: 'no time to become ready',
      change: { readyMinutes: 4 },
      code: 'READY_TIMEOUT',
    },
    {
      what: 'more time than Azure gives',
      change: { readyMinutes: 81 },
      code: 'READY_TIMEOUT',
    },
    {
      what: 'a workspace by name',
      change: { journalWorkspaceId: 'plant4' },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'a DNS server that is a token',
      change: { dnsServers: [token('10.40.0.10')] },
      code: 'TOKEN_NOT_ALLOWED',
    },
    {
      what: 'the metadata for a DNS server',
      change: { dnsServers: ['169.254.169.254'] },
      code: 'HOST_OPTION_INVALID',
    },
    {
      what: 'an MTU that is too large',
      change: { mtu: 1500 },
      code: 'HOST_OPTION_INVALID',
    },
    {
      what: 'a region that is unknown',
      change: {},
      network: { location: 'atlantis' },
      code: 'ZONES_UNKNOWN',
    },
    {
      what: 'zones that are none',
      change: { zones: ['4'] },
      code: 'ZONES_INVALID',
    },
    {
      what: 'zones beside an address',
      change: {
        zones: ['1'],
        publicIp: { id: `${GROUP}/Microsoft.Network/publicIPAddresses/vpn` },
      },
      code: 'OPTIONS_CONFLICT',
    },
    {
      what: 'an address where clients come by another way',
      change: {
        through: [Through.EXPRESSROUTE],
        publicIp: { id: `${GROUP}/Microsoft.Network/publicIPAddresses/vpn` },
      },
      code: 'OPTIONS_CONFLICT',
    },
    {
      what: 'zones where clients come by another way',
      change: { through: [Through.EXPRESSROUTE], zones: ['1'] },
      code: 'OPTIONS_CONFLICT',
    },
    {
      what: 'count',
      change: { count: 2 },
      code: 'META_ARGUMENT_NOT_SUPPORTED',
    },
  ])('$what', ({ change, code, network }) => {
    const error = refused(change, network);
    expect(error.code).toBe(code);
    expect(error.kind).toBe('invalid-input');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('a private SSH key is not repeated in the message', () => {
    expect(
      textOf(
        refused({
          adminSshKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz',
        }),
      ),
    ).not.toContain('b3BlbnNz');
  });

  test('a long RSA key is taken', () => {
    expect(only(build({ adminSshKey: rsa(2048) }).stack, 'azurerm_linux_virtual_machine').admin_ssh_key).toHaveLength(
      1,
    );
  });

  test('more clients than user data holds', () => {
    const many = Array.from({ length: 3000 }, (_, n) => `203.${n >> 8}.${n & 255}.0/24`);
    const error = refused({ clients: Clients.from(...many) });
    expect(error.code).toBe('POLICY_TOO_LARGE');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "the clients and destinations of the gateway need 66230 bytes, and the user data of a machine holds 65535.
        allowed  fewer and wider ones
        write    gateway.allowClientsTo('10.0.0.0/16', Traffic.tcp(443))

            at <the line of the user>
            code POLICY_TOO_LARGE, see docs/diagnostics.md"
    `);
  });

  test.each([
    ['no id', undefined, {}],
    ['the URN of an image', 'Debian:debian-13:13-gen2:latest', {}],
    ['a release that is not supported', `${GROUP}/Microsoft.Compute/images/vpn`, { debian: 11 }],
  ])('an image with %s', (_, id, options) => {
    const error = thrown(() => MachineImage.fromId(id as string, options as { debian?: 12 }));
    expect(error.code).toBe('MACHINE_IMAGE_INVALID');
    expect(textOf(error)).toMatchSnapshot();
  });
});
