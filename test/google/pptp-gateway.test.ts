import { spawnSync } from 'node:child_process';
import { ComputeAddress } from '@cdktf/provider-google/lib/compute-address';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { SecretManagerSecret } from '@cdktf/provider-google/lib/secret-manager-secret';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { TerraformResource, Token } from 'cdktf';
import {
  Accepted,
  ClientAddressing,
  Clients,
  Insecure,
  MachineImage,
  PptpGateway,
  type PptpGatewayProps,
  SecretAccess,
  Through,
  Traffic,
} from 'pptp-constructs/google';
import {
  all,
  annotations,
  clients,
  filesOf,
  insecure,
  machine,
  networkOf,
  newsOf,
  only,
  plant,
  ref,
  rulesOf,
  scriptOf,
  synthesised,
  textOf,
  thrown,
} from './support';

const token = (text: string) => Token.asString({ resolve: () => text });

/** A gateway in a stack of its own. */
function build(change: Partial<PptpGatewayProps> = {}, network: Parameters<typeof networkOf>[1] = {}) {
  const stack = plant();
  const props = { network: networkOf(stack, network), clients, insecure, ...machine, ...change };
  return { stack, gateway: new PptpGateway(stack, 'Vpn', props) };
}

/** What a change of right props is refused with. */
function refused(change: object, network: Parameters<typeof networkOf>[1] = {}) {
  const stack = plant();
  const props = { network: networkOf(stack, network), clients, insecure, ...machine, ...change };
  return thrown(() => new PptpGateway(stack, 'Vpn', props as PptpGatewayProps), stack);
}

describe('what it makes', () => {
  test('a machine, its address, subnetwork, rules, service account and access, and no more', () => {
    const { google_compute_network, ...made } = synthesised(build().stack);
    const [machineOf] = Object.values(made.google_compute_instance ?? {});
    const { metadata_startup_script, ...instance } = machineOf!;
    expect({ ...made, google_compute_instance: instance }).toMatchSnapshot();
  });

  test('its ids are what others refer to', () => {
    const { gateway } = build({ addressing: ClientAddressing.ROUTED });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(443));
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual([
      'Subnetwork',
      'Address',
      'Firewall',
      'allow-icmp',
      'deny-other-ingress',
      'allow-machine',
      'deny-other-egress',
      'ServiceAccount',
      'SecretAccess',
      'Resource',
      'PoolRoute',
      'to-10-40-2-0-24-tcp-443',
    ]);
    expect(gateway.node.defaultChild).toBe(gateway.resource);
    expect([gateway.protocol, gateway.clientPool]).toEqual(['pptp', '10.99.0.0/24']);
  });

  test('GRE comes in and goes out as protocol 47, without ports, beside TCP 1723', () => {
    expect(rulesOf(build().stack)).toEqual({
      'vpn-ingress': 'INGRESS 900 allow tcp 1723, 47 203.0.113.0/24',
      'vpn-egress': 'EGRESS 900 allow 47 203.0.113.0/24',
      'allow-icmp': 'INGRESS 900 allow icmp 0.0.0.0/0',
      'deny-other-ingress': 'INGRESS 950 deny all 0.0.0.0/0',
      'allow-machine': 'EGRESS 900 allow tcp 53 443 80, udp 53 123 0.0.0.0/0',
      'deny-other-egress': 'EGRESS 950 deny all 0.0.0.0/0',
    });
  });

  test('every rule is one for the machine alone', () => {
    const { stack, gateway } = build();
    const [tag] = only(stack, 'google_compute_instance').tags as string[];
    expect(gateway.networkTag).toBe(tag);
    expect(all(stack, 'google_compute_firewall').map(({ target_tags }) => target_tags)).toEqual(
      Array.from({ length: 6 }, () => [tag]),
    );
  });

  test('nobody logs in: no rule for port 22, OS Login, no keys of the project, no serial console, SSH masked', () => {
    const { stack } = build();
    expect(JSON.stringify(all(stack, 'google_compute_firewall'))).not.toContain('"22"');
    expect(only(stack, 'google_compute_instance').metadata).toMatchObject({
      'enable-oslogin': 'TRUE',
      'block-project-ssh-keys': 'TRUE',
      'serial-port-enable': 'FALSE',
    });
    expect(scriptOf(stack)).toContain('\nsystemctl mask --now ssh.service ssh.socket\n');
  });

  test('the machine may read the one secret and nothing else', () => {
    const { stack } = build();
    expect(only(stack, 'google_secret_manager_secret_iam_member')).toMatchObject({
      secret_id: 'projects/plant4-vpn/secrets/vpn-users',
      role: 'roles/secretmanager.secretAccessor',
      member: expect.stringMatching(/^serviceAccount:\$\{google_service_account\.Vpn_ServiceAccount_\w+\.email\}$/),
    });
    expect(Object.keys(synthesised(stack)).filter((type) => /iam/.test(type))).toEqual([
      'google_secret_manager_secret_iam_member',
    ]);
  });

  test('the machine waits for its rules and for the access to its secret', () => {
    const { depends_on } = only(build().stack, 'google_compute_instance');
    expect((depends_on as string[]).map((text) => text.replace(/_[0-9A-F]{8}$/, '')).sort()).toEqual([
      'google_compute_firewall.Vpn_Firewall_egress',
      'google_compute_firewall.Vpn_Firewall_ingress',
      'google_compute_firewall.Vpn_allow-icmp',
      'google_compute_firewall.Vpn_allow-machine',
      'google_compute_firewall.Vpn_deny-other-egress',
      'google_compute_firewall.Vpn_deny-other-ingress',
      'google_secret_manager_secret_iam_member.Vpn_SecretAccess',
    ]);
  });

  test('the same twice', () => {
    expect(synthesised(build().stack)).toEqual(synthesised(build().stack));
  });

  test('with a name, everything is called after it, and nothing is longer than Google Cloud takes', () => {
    const name = `vpn-${'x'.repeat(36)}`;
    const { stack, gateway } = build({ name, project: 'plant4-net', labels: { plant: '4' } });
    gateway.allowClientsTo('255.255.255.252/30', Traffic.tcp(60000, 65535));
    const { google_compute_network, ...made } = synthesised(stack);
    const names = Object.values(made).flatMap((named) => Object.values(named).map(({ name }) => name));
    const given = names.filter((one): one is string => one !== undefined);
    expect(given.filter((one) => !/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(one))).toEqual([]);
    expect(new Set(given).size).toBe(given.length);
    expect(given).toEqual(expect.arrayContaining([name, `${name}-ip`, `${name}-subnet`, `${name}-vpn-ingress`]));
    expect(String(only(stack, 'google_service_account').account_id)).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    for (const type of ['google_compute_instance', 'google_compute_address']) {
      expect(only(stack, type)).toMatchObject({ project: 'plant4-net', labels: { plant: '4' } });
    }
  });

  test.each(['v', 'vpn', 'vpn-plant4', 'v'.repeat(40), token('vpn')])(
    '%s gives the account an id that is taken',
    (name) => {
      const { stack } = build({ name });
      expect(String(only(stack, 'google_service_account').account_id)).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    },
  );

  test('takes the subnetwork, the address and the service account that are there, and then makes none', () => {
    const stack = plant();
    const externalAddress = new ComputeAddress(stack, 'Ip', { name: 'ip', region: 'europe-west3' });
    const serviceAccount = new ServiceAccount(stack, 'Account', { accountId: 'vpn-plant4' });
    const secret = new SecretManagerSecret(stack, 'Secret', { secretId: 'vpn-users', replication: { auto: {} } });
    const { subnetRange, ...options } = machine;
    new PptpGateway(stack, 'Vpn', {
      network: networkOf(stack),
      clients,
      insecure,
      ...options,
      secret,
      subnetwork: { id: 'projects/plant4-vpn/regions/europe-west3/subnetworks/vpn' },
      externalAddress,
      serviceAccount,
      secretAccess: SecretAccess.GRANTED_ELSEWHERE,
    });
    expect(only(stack, 'google_compute_instance')).toMatchObject({
      network_interface: [
        {
          subnetwork: 'projects/plant4-vpn/regions/europe-west3/subnetworks/vpn',
          access_config: [{ nat_ip: ref('google_compute_address.Ip.address') }],
        },
      ],
      service_account: { email: ref('google_service_account.Account.email') },
    });
    expect(newsOf(stack)).toContain(`secret ${ref('google_secret_manager_secret.Secret.id')}\n`);
    expect(Object.keys(synthesised(stack)).sort()).toEqual([
      'google_compute_address',
      'google_compute_firewall',
      'google_compute_instance',
      'google_compute_network',
      'google_secret_manager_secret',
      'google_service_account',
    ]);
  });

  test("Terraform's own arguments reach every resource", () => {
    const stack = plant();
    const provider = new GoogleProvider(stack, 'Other', { alias: 'other' });
    const network = networkOf(stack);
    const gateway = new PptpGateway(stack, 'Vpn', {
      network,
      clients,
      insecure,
      ...machine,
      provider,
      lifecycle: { preventDestroy: true },
      dependsOn: [network],
      addressing: ClientAddressing.ROUTED,
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
    const resources = gateway.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    const { google_compute_network, ...made } = synthesised(stack);
    const every = Object.values(made).flatMap((named) => Object.values(named));
    expect(every).toHaveLength(resources.length);
    for (const resource of every) {
      expect(resource).toMatchObject({ provider: 'google.other', lifecycle: { prevent_destroy: true } });
      expect(resource.depends_on).toContain('google_compute_network.Network');
    }
  });
});

describe('the machine', () => {
  test('is Debian 13 of Google with Secure Boot, a virtual TPM and a static external address', () => {
    const { stack } = build();
    expect(only(stack, 'google_compute_instance')).toMatchObject({
      machine_type: 'e2-small',
      can_ip_forward: false,
      allow_stopping_for_update: true,
      boot_disk: {
        initialize_params: { image: 'projects/debian-cloud/global/images/family/debian-13', type: 'pd-balanced' },
      },
      shielded_instance_config: {
        enable_secure_boot: true,
        enable_vtpm: true,
        enable_integrity_monitoring: true,
      },
    });
    expect(only(stack, 'google_compute_address')).toMatchObject({ address_type: 'EXTERNAL', region: 'europe-west3' });
  });

  test.each([
    ['c4a-standard-1', 'debian-13-arm64', 'arm64'],
    ['t2a-standard-1', 'debian-13-arm64', 'arm64'],
    ['n2d-standard-2', 'debian-13', 'amd64'],
    ['e2-custom-2-4096', 'debian-13', 'amd64'],
  ])('%s gets %s', (machineType, family, flavour) => {
    const { stack } = build({ machineType, diskType: 'hyperdisk-balanced' });
    const vm = only(stack, 'google_compute_instance');
    expect(vm.boot_disk).toEqual({
      initialize_params: {
        image: `projects/debian-cloud/global/images/family/${family}`,
        type: 'hyperdisk-balanced',
      },
    });
    expect(vm.shielded_instance_config === undefined).toBe(flavour === 'arm64');
    expect(filesOf(scriptOf(stack))['/etc/vpn-gateway/settings']?.content).toContain(`flavour=${flavour}\n`);
  });

  test('is made from Debian 12, or from an image of your own, where that is asked for', () => {
    const imageOf = (image: MachineImage) =>
      (only(build({ image }).stack, 'google_compute_instance').boot_disk as Record<string, { image: string }>)
        .initialize_params?.image;
    expect(imageOf(MachineImage.DEBIAN_12)).toBe('projects/debian-cloud/global/images/family/debian-12');
    expect(imageOf(MachineImage.of('projects/plant4/global/images/family/vpn'))).toBe(
      'projects/plant4/global/images/family/vpn',
    );
  });

  test('forwards packets of clients and has a route to them where they are routed', () => {
    const { stack } = build({ addressing: ClientAddressing.ROUTED });
    expect(only(stack, 'google_compute_instance').can_ip_forward).toBe(true);
    expect(only(stack, 'google_compute_route')).toMatchObject({
      dest_range: '10.99.0.0/24',
      network: ref('google_compute_network.Network.id'),
      next_hop_instance_zone: 'europe-west3-a',
      next_hop_instance: expect.stringMatching(/^\$\{google_compute_instance\.Vpn_\w+\.id\}$/),
    });
    expect(synthesised(build().stack)).not.toHaveProperty('google_compute_route');
  });
});

describe('the startup script: what a change of replaces the machine', () => {
  const { stack } = build();
  const script = scriptOf(stack);
  const files = filesOf(script);

  test('is a shell script without a mistake that a shell can see', () => {
    expect(script.split('\n')[0]).toBe('#!/bin/sh');
    expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(Buffer.byteLength(script)).toBeLessThan(262_144);
  });

  test('holds the host and the program for Google Cloud', () => {
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        '/usr/local/sbin/vpn-gateway',
        '/usr/local/sbin/vpn-gateway-apply',
        '/usr/local/sbin/vpn-gateway-google',
        '/etc/vpn-gateway/settings',
        '/etc/pptpd.conf',
      ]),
    );
    expect(files['/usr/local/sbin/vpn-gateway-google']?.mode).toBe('0755');
    expect(files['/etc/vpn-gateway/settings']?.content).toContain(
      'read_users() { timeout 60 /usr/local/sbin/vpn-gateway-google secret; }\n',
    );
    expect(files['/etc/ppp/pptpd-options']?.content).toMatch(/^mtu 1400$/m);
  });

  test('leaves nothing for Terraform to read as a template, and nothing is lost by that', () => {
    const written = String(only(stack, 'google_compute_instance').metadata_startup_script);
    expect(written.match(/(?<![$%])[$%]\{/g)).toBeNull();
    // What is escaped holds no escape of its own before, or the two would be taken for one another.
    expect(script.match(/\$\$\{|%%\{/g)).toBeNull();
    expect(files['/usr/local/sbin/vpn-gateway']?.content).toContain('$1');
  });

  test('holds no address of a client, no secret and no name of one', () => {
    expect(script).not.toMatch(/203\.0\.113|vpn-users|plant4/);
  });
});

describe('what the machine is told without being replaced', () => {
  test('its secret, its clients and their destinations', () => {
    const { stack, gateway } = build();
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(5432));
    gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(5432));
    gateway.allowClientsTo('10.40.3.0/24', Traffic.ICMP);
    gateway.allowClientsTo('10.40.4.0/24', Traffic.ANY);
    gateway.allowClientsTo('10.40.5.0/24', Traffic.udp(53, 60));
    expect(newsOf(stack)).toBe(
      [
        'secret projects/plant4-vpn/secrets/vpn-users',
        'vpn-gateway policy 1',
        'client 203.0.113.0/24',
        'to 10.40.2.0/24 tcp 5432-5432',
        'to 10.40.3.0/24 icmp',
        'to 10.40.4.0/24',
        'to 10.40.5.0/24 udp 53-60',
        '',
      ].join('\n'),
    );
    const rules = Object.entries(rulesOf(stack)).filter(([name]) => name.startsWith('to-'));
    expect(Object.fromEntries(rules)).toEqual({
      'to-10-40-2-0-24-tcp-5432': 'EGRESS 900 allow tcp 5432 10.40.2.0/24',
      'to-10-40-3-0-24-icmp': 'EGRESS 900 allow icmp 10.40.3.0/24',
      'to-10-40-4-0-24-any': 'EGRESS 900 allow all 10.40.4.0/24',
      'to-10-40-5-0-24-udp-53-60': 'EGRESS 900 allow udp 53-60 10.40.5.0/24',
    });
  });

  test('tokens pass: clients, destinations and the secret', () => {
    const { stack, gateway } = build({
      clients: Clients.from(token('198.51.100.0/24')),
      secret: { id: token('projects/p/secrets/s') },
    });
    gateway.allowClientsTo(token('10.50.0.0/16'), Traffic.tcp(443));
    expect(newsOf(stack)).toContain(
      'secret projects/p/secrets/s\nvpn-gateway policy 1\nclient 198.51.100.0/24\nto 10.50.0.0/16 tcp 443-443\n',
    );
    expect(rulesOf(stack)).toMatchObject({
      'vpn-ingress': 'INGRESS 900 allow tcp 1723, 47 198.51.100.0/24',
      'to-token-1-tcp-443': 'EGRESS 900 allow tcp 443 10.50.0.0/16',
    });
  });

  test.each([
    ['an IPv6 range', '2001:db8::/32', Traffic.ANY, 'DESTINATION_INVALID'],
    ['no traffic', '10.40.2.0/24', 443, 'DESTINATION_INVALID'],
    ['host bits', '10.40.2.1/24', Traffic.ANY, 'CIDR_HOST_BITS'],
  ])('%s as a destination is refused', (_, destination, traffic, code) => {
    const { stack, gateway } = build();
    const error = thrown(() => gateway.allowClientsTo(destination, traffic as Traffic), stack);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('what it says at synth', () => {
  test('that PPTP protects nothing, and that nobody can tell whether it arrives', () => {
    expect(annotations(build().gateway)).toMatchSnapshot();
  });

  test('the warning of an unverified way becomes a remark with the reason once somebody has looked', () => {
    const acceptsUnverifiedPath = Accepted.because('tcpdump on both ends showed GRE both ways on 2026-11-20');
    const [, remark] = annotations(build({ acceptsUnverifiedPath }).gateway);
    expect(remark).toMatch(/^INFO: PATH_UNVERIFIED: /);
    expect(remark).toMatch(/Accepted because: tcpdump on both ends showed GRE both ways on 2026-11-20$/);
  });

  test('why PPTP is used stands in the description of the rules', () => {
    const [rule] = all(build().stack, 'google_compute_firewall');
    expect(rule?.description).toBe('PPTP; used because: PLCs in plant 4 speak nothing else; replaced by 2027-06');
  });

  test('that GRE does not appear in the logs of rules, where these are switched on', () => {
    const { stack, gateway } = build({ firewallLogging: true, flowLogs: { sampling: 0.5 } });
    expect(annotations(gateway.firewall)).toEqual([expect.stringMatching(/^INFO: GRE_NOT_LOGGED: the rules of /)]);
    for (const rule of all(stack, 'google_compute_firewall')) {
      expect(rule.log_config).toEqual({ metadata: 'INCLUDE_ALL_METADATA' });
    }
    expect(only(stack, 'google_compute_subnetwork').log_config).toEqual({
      aggregation_interval: 'INTERVAL_5_SEC',
      flow_sampling: 0.5,
      metadata: 'INCLUDE_ALL_METADATA',
    });
  });

  test('that routed clients get no answer from outside of the network', () => {
    const { gateway } = build({ addressing: ClientAddressing.ROUTED, networkRanges: ['10.40.0.0/17'] });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
    expect(annotations(gateway)).toHaveLength(2);
    gateway.allowClientsTo('10.50.0.0/16', Traffic.ANY);
    expect(annotations(gateway)[2]).toMatch(/^WARN: NO_WAY_BACK_TO_CLIENTS: .* 10\.50\.0\.0\/16 lies outside/);
  });

  test('that a machine without an external address finds no packages by itself', () => {
    const { stack, gateway } = build({ through: [Through.PASSTHROUGH_LOAD_BALANCER.conditionMet()] });
    expect(annotations(gateway)[1]).toMatch(/^WARN: NO_PACKAGE_SOURCE: the machine of plant4\/Vpn has no external/);
    expect(synthesised(stack)).not.toHaveProperty('google_compute_address');
    const [nic] = only(stack, 'google_compute_instance').network_interface as object[];
    expect(nic).not.toHaveProperty('access_config');
  });
});

describe('assess', () => {
  test('tells the verdict without building anything', () => {
    const stack = plant();
    const props = { network: networkOf(stack), clients, insecure, ...machine };
    const [verdict] = PptpGateway.assess(props);
    expect(verdict?.result).toBe('unverified');
    expect(verdict?.path.hops.map(({ element }) => element.id)).toEqual([
      'any.internet',
      'google.external-ip',
      'google.vpc-network',
      'google.vpc-firewall',
      'any.host-filter',
    ]);
    const [worse] = PptpGateway.assess({ ...props, through: [Through.CLOUD_NAT] });
    expect(worse?.result).toBe('cannot-work');
    expect(stack.node.children.map(({ node }) => node.id)).toEqual(['Google', 'Network']);
  });
});

describe('where GRE is dropped, it refuses', () => {
  test.each([
    ['Cloud NAT', [Through.CLOUD_NAT], 'NO_INBOUND_CONNECTIONS'],
    ['Cloud NAT before the clients', [Through.CLIENT_CLOUD_NAT], 'GRE_DROPPED_BY_NAT_GATEWAY'],
    ['a target pool', [Through.TARGET_POOL_LOAD_BALANCER], 'GRE_DROPPED_BY_LOAD_BALANCER'],
    ['a proxy load balancer', [Through.PROXY_LOAD_BALANCER], 'GRE_DROPPED_BY_LOAD_BALANCER'],
    ['an application load balancer', [Through.APPLICATION_LOAD_BALANCER], 'TCP_DROPPED'],
  ])('%s', (_, through, code) => {
    const error = refused({ through });
    expect([error.kind, error.code]).toEqual(['refusal', code]);
    expect(textOf(error)).toMatchSnapshot();
  });

  test.each([
    ['a passthrough load balancer', Through.PASSTHROUGH_LOAD_BALANCER],
    ['an internal passthrough load balancer', Through.INTERNAL_PASSTHROUGH_LOAD_BALANCER],
    ['protocol forwarding', Through.PROTOCOL_FORWARDING],
  ])('and where the form decides, as of %s, it names the form', (_, element) => {
    const { gateway } = build({ through: [element] });
    const text = annotations(gateway).at(-1) ?? '';
    expect(text).toContain('PATH_UNVERIFIED');
    expect(text.replace(/\s+/g, ' ')).toContain('ip_protocol "L3_DEFAULT"');
  });
});

describe('bad input', () => {
  const here = { name: 'ip', region: 'europe-west3' };
  const address = (more: object) => new ComputeAddress(plant(), 'Ip', { ...here, ...more });

  test.each<{ what: string; change: object; code: string; network?: { mtu: number } }>([
    { what: 'no network', change: { network: undefined }, code: 'VPC_NETWORK_MISSING' },
    { what: 'the name of a network', change: { network: { id: 'default' } }, code: 'RESOURCE_ID_INVALID' },
    {
      what: 'a network whose MTU is a token',
      change: {},
      network: { mtu: Token.asNumber({ resolve: () => 1460 }) },
      code: 'TOKEN_NOT_ALLOWED',
    },
    { what: 'a network that is too narrow', change: {}, network: { mtu: 1400 }, code: 'NETWORK_MTU_TOO_SMALL' },
    { what: 'no zone', change: { zone: undefined }, code: 'ZONE_INVALID' },
    { what: 'a region as zone', change: { zone: 'europe-west3' }, code: 'ZONE_INVALID' },
    { what: 'a token as zone', change: { zone: token('europe-west3-a') }, code: 'TOKEN_NOT_ALLOWED' },
    { what: 'the number of a project', change: { project: '123456789012' }, code: 'PROJECT_INVALID' },
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    { what: 'IPv6 clients', change: { clients: Clients.from('2001:db8::/48') }, code: 'CLIENTS_IPV6_FOR_PPTP' },
    {
      what: 'clients in the network',
      change: { clients: Clients.from('10.40.7.0/24'), networkRanges: ['10.40.0.0/17'] },
      code: 'CLIENTS_OVERLAP_NETWORK',
    },
    { what: 'no reason for PPTP', change: { insecure: undefined }, code: 'INSECURE_WITHOUT_REASON' },
    { what: 'a reason as text', change: { insecure: 'because' }, code: 'INSECURE_WITHOUT_REASON' },
    { what: 'an element as text', change: { through: ['cloud-nat'] }, code: 'THROUGH_UNKNOWN' },
    { what: 'capitals in the name', change: { name: 'Vpn' }, code: 'NAME_INVALID' },
    { what: 'a name that leaves no room', change: { name: 'v'.repeat(41) }, code: 'NAME_INVALID' },
    { what: 'no subnetwork', change: { subnetRange: undefined }, code: 'MACHINE_SUBNET_INVALID' },
    { what: 'two subnetworks', change: { subnetwork: { id: 'x' } }, code: 'MACHINE_SUBNET_INVALID' },
    { what: 'a subnetwork of two addresses', change: { subnetRange: '10.40.0.0/30' }, code: 'MACHINE_SUBNET_INVALID' },
    {
      what: 'a range that is in use',
      change: { networkRanges: ['10.40.0.0/16'] },
      code: 'MACHINE_SUBNET_INVALID',
    },
    {
      what: 'the name of a subnetwork',
      change: { subnetRange: undefined, subnetwork: { id: 'vpn' } },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'flow logs of a subnetwork that is there',
      change: {
        subnetRange: undefined,
        subnetwork: { id: 'projects/p/regions/europe-west3/subnetworks/vpn' },
        flowLogs: {},
      },
      code: 'OPTIONS_CONFLICT',
    },
    { what: 'more flow logs than there are', change: { flowLogs: { sampling: 2 } }, code: 'FLOW_LOG_SAMPLING_INVALID' },
    { what: 'no secret', change: { secret: undefined }, code: 'RESOURCE_ID_INVALID' },
    { what: 'the name of a secret', change: { secret: { id: 'vpn-users' } }, code: 'RESOURCE_ID_INVALID' },
    {
      what: 'a secret with its version',
      change: { secret: { id: 'projects/p/secrets/s/versions/1' } },
      code: 'RESOURCE_ID_INVALID',
    },
    { what: 'access as text', change: { secretAccess: 'none' }, code: 'SECRET_ACCESS_INVALID' },
    { what: 'an account without email', change: { serviceAccount: { email: 'vpn' } }, code: 'SERVICE_ACCOUNT_INVALID' },
    {
      what: 'an internal address',
      change: { externalAddress: address({ addressType: 'INTERNAL' }) },
      code: 'EXTERNAL_ADDRESS_INVALID',
    },
    {
      what: 'an address of another region',
      change: { externalAddress: address({ region: 'us-east1' }) },
      code: 'EXTERNAL_ADDRESS_INVALID',
    },
    {
      what: 'a private address',
      change: { externalAddress: { address: '10.40.1.4' } },
      code: 'EXTERNAL_ADDRESS_INVALID',
    },
    {
      what: 'an address for a machine that has none',
      change: {
        externalAddress: { address: '192.0.2.1' },
        through: [Through.PASSTHROUGH_LOAD_BALANCER],
      },
      code: 'OPTIONS_CONFLICT',
    },
    { what: 'an acceptance as text', change: { acceptsUnverifiedPath: 'yes' }, code: 'REASON_MISSING' },
    { what: 'another addressing', change: { addressing: 'routed' }, code: 'ADDRESSING_UNKNOWN' },
    { what: 'no machine type', change: { machineType: 'small' }, code: 'MACHINE_SIZE_INVALID' },
    {
      what: 'a machine type known at deployment',
      change: { machineType: token('e2-small') },
      code: 'TOKEN_NOT_ALLOWED',
    },
    { what: 'an image as text', change: { image: 'debian-13' }, code: 'MACHINE_IMAGE_INVALID' },
    { what: 'a pool in the subnetwork', change: { clientPool: '10.40.254.0/28' }, code: 'POOL_OVERLAPS_NETWORK' },
    {
      what: "a pool in the clients' network",
      change: { clients: Clients.from('10.99.0.0/16') },
      code: 'POOL_OVERLAPS_CLIENTS',
    },
    { what: 'a pool known at deployment', change: { clientPool: token('10.99.0.0/24') }, code: 'TOKEN_NOT_ALLOWED' },
    { what: 'a pool without room', change: { maxSessions: 400 }, code: 'POOL_TOO_SMALL' },
    { what: 'a metadata server for DNS', change: { dnsServers: ['169.254.169.254'] }, code: 'HOST_OPTION_INVALID' },
    { what: 'DNS known at deployment', change: { dnsServers: [token('10.40.0.10')] }, code: 'TOKEN_NOT_ALLOWED' },
    { what: 'count', change: { count: 2 }, code: 'META_ARGUMENT_NOT_SUPPORTED' },
  ])('$what is refused before anything exists', ({ change, code, network }) => {
    const error = refused(change, network);
    expect([error.kind, error.code]).toEqual(['invalid-input', code]);
    expect(textOf(error)).toMatchSnapshot();
  });

  test.each([
    ['an image', () => MachineImage.of('debian-13')],
    ['a release', () => MachineImage.of('projects/p/global/images/family/f', { debian: 11 as 12 })],
    ['a reason', () => Insecure.because('x')],
  ])('%s that is none is refused where it is written', (_, act) => {
    expect(textOf(thrown(act))).toMatchSnapshot();
  });
});
