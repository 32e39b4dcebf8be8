import {
  Ikev2Gateway,
  type Ikev2GatewayProps,
  OpenVpnGateway,
  type OpenVpnGatewayProps,
  PptpGateway,
  Through,
  Vpn,
  VpnGateway,
  type VpnGatewayProps,
  WireGuardGateway,
  type WireGuardGatewayProps,
} from 'pptp-constructs/google';
import {
  annotations,
  clients,
  filesOf,
  insecure,
  machine,
  networkOf,
  plant,
  rulesOf,
  scriptOf,
  textOf,
  thrown,
} from './support';

const { zone, ...options } = machine;
const pptp = Vpn.pptp({ ...options, insecure });
const wireGuard = Vpn.wireGuard(options);
const ikev2 = {
  ...options,
  serverName: 'vpn.plant4.example',
  authentication: ['eap-mschapv2', 'certificate'] as const,
  routes: 'everything' as const,
};

function build(change: Partial<VpnGatewayProps>, mtu?: number) {
  const stack = plant();
  const network = networkOf(stack, mtu === undefined ? {} : { mtu });
  return { stack, vpn: new VpnGateway(stack, 'Vpn', { network, zone, clients, protocols: [pptp], ...change }) };
}

function refused(change: object) {
  const stack = plant();
  const props = { network: networkOf(stack), zone, clients, protocols: [pptp], ...change };
  return thrown(() => new VpnGateway(stack, 'Vpn', props as VpnGatewayProps), stack);
}

describe('the choice', () => {
  test('what certainly works is built in place of PPTP, and a warning says so', () => {
    const { vpn } = build({ protocols: [pptp, wireGuard] });
    expect(vpn.server).toBeInstanceOf(WireGuardGateway);
    expect([vpn.server.node.id, vpn.server.protocol]).toEqual(['WireGuard', 'wireguard']);
    expect(annotations(vpn)).toMatchSnapshot();
    expect(annotations(vpn.server)).toEqual([]);
  });

  test('PPTP alone is built, with the warnings of its server', () => {
    const { vpn } = build({});
    expect(vpn.server).toBeInstanceOf(PptpGateway);
    expect(vpn.server.node.id).toBe('Pptp');
    expect(annotations(vpn)).toEqual([]);
    expect(annotations(vpn.server).map((text) => text.split(':', 2).join(':'))).toEqual([
      'WARN: PPTP_INSECURE',
      'WARN: PATH_UNVERIFIED',
    ]);
  });

  test.each([
    ['Ikev2', Vpn.ikev2(ikev2), Ikev2Gateway],
    ['OpenVpn', Vpn.openVpn(options), OpenVpnGateway],
  ])('%s is the id of its server', (id, protocol, kind) => {
    const { vpn } = build({ protocols: [protocol] });
    expect(vpn.server).toBeInstanceOf(kind);
    expect(vpn.server.node.id).toBe(id);
  });

  test('is told without building anything', () => {
    const stack = plant();
    const props = { network: networkOf(stack), zone, clients, protocols: [pptp, wireGuard] };
    const choice = VpnGateway.assess(props);
    expect(choice.assessed.map(({ result }) => result)).toEqual(['unverified', 'works']);
    expect(stack.node.children.map(({ node }) => node.id)).toEqual(['Google', 'Network']);
  });

  test('where nothing works it refuses with every reason', () => {
    const error = refused({ protocols: [pptp, wireGuard], through: [Through.CLOUD_NAT] });
    expect([error.kind, error.code]).toEqual(['refusal', 'NO_INBOUND_CONNECTIONS']);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('where PPTP alone is dropped, it shows what works in its place', () => {
    const error = refused({ through: [Through.CLIENT_CLOUD_NAT] });
    expect(error.code).toBe('GRE_DROPPED_BY_NAT_GATEWAY');
    expect(error.alternatives.join('\n')).toContain('Vpn.wireGuard');
    expect(textOf(error)).toMatchSnapshot();
  });
});

test('a managed server for single users is refused: Cloud VPN is site-to-site only', () => {
  const error = thrown(() => Vpn.ikev2Managed({}));
  expect([error.kind, error.code]).toEqual(['refusal', 'NO_MANAGED_DIAL_IN']);
  expect(textOf(error)).toMatchSnapshot();
});

describe('the servers on the machine', () => {
  const settingsOf = (change: Partial<VpnGatewayProps>, mtu?: number) => filesOf(scriptOf(build(change, mtu).stack));

  test('WireGuard: UDP 51820, and an MTU that fits a network of 1460 bytes', () => {
    const { stack } = build({ protocols: [wireGuard] });
    expect(rulesOf(stack)).toMatchObject({ 'vpn-ingress': 'INGRESS 900 allow udp 51820 203.0.113.0/24' });
    expect(rulesOf(stack)).not.toHaveProperty('vpn-egress');
    const unit = filesOf(scriptOf(stack))['/etc/systemd/system/vpn-gateway-wg.service']?.content;
    expect(unit).toContain('mtu 1380 up');
  });

  test.each([
    [1460, 1380],
    [1500, 1420],
    // Clients come over the internet, whatever the network carries.
    [8896, 1420],
  ])('WireGuard in a network of %i bytes: %i', (mtu, expected) => {
    const files = settingsOf({ protocols: [wireGuard] }, mtu);
    expect(files['/etc/systemd/system/vpn-gateway-wg.service']?.content).toContain(`mtu ${expected} up`);
  });

  test('IKEv2: UDP 500 and 4500 at an external address, ESP too at the machine’s own', () => {
    const protocols = [Vpn.ikev2(ikev2)];
    expect(rulesOf(build({ protocols }).stack)['vpn-ingress']).toBe('INGRESS 900 allow udp 500 4500 203.0.113.0/24');
    const { stack } = build({ protocols, through: [Through.VPC_PEERING] });
    expect(rulesOf(stack)).toMatchObject({
      'vpn-ingress': 'INGRESS 900 allow udp 500 4500, esp 203.0.113.0/24',
      'vpn-egress': 'EGRESS 900 allow esp 203.0.113.0/24',
    });
    const files = filesOf(scriptOf(stack));
    expect(JSON.stringify(files)).toContain('mtu 1375');
    expect(files['/etc/vpn-gateway/settings']?.content).toContain('ikev2_server_name=vpn.plant4.example\n');
  });

  test('OpenVPN: its port and transport, and an MTU for each', () => {
    const open = (more: object) => build({ protocols: [Vpn.openVpn({ ...options, ...more })] }).stack;
    const mtuOf = (stack: ReturnType<typeof open>) =>
      /tun-mtu (\d+)/.exec(JSON.stringify(filesOf(scriptOf(stack))))?.[1];
    expect(rulesOf(open({}))['vpn-ingress']).toBe('INGRESS 900 allow udp 1194 203.0.113.0/24');
    expect(mtuOf(open({}))).toBe('1408');
    const tcp = open({ transport: 'tcp', port: 443 });
    expect(rulesOf(tcp)['vpn-ingress']).toBe('INGRESS 900 allow tcp 443 203.0.113.0/24');
    expect(mtuOf(tcp)).toBe('1382');
  });

  test('RADIUS servers get a rule outwards, for questions and for reports', () => {
    const radius = { servers: ['10.40.1.4', '10.40.1.5'] };
    const { stack, vpn } = build({ protocols: [Vpn.pptp({ ...options, insecure, radius })] });
    expect(rulesOf(stack)['allow-radius']).toBe('EGRESS 900 allow udp 1812 1813 10.40.1.4/32 10.40.1.5/32');
    expect(annotations(vpn.server)[1]).toMatch(/^WARN: RADIUS_SECOND_FACTOR: /);
  });

  test('packages come from a mirror of your own by its port', () => {
    const apt = { proxy: 'http://10.40.1.9:3128' };
    const { stack } = build({ protocols: [Vpn.wireGuard({ ...options, apt })] });
    expect(rulesOf(stack)['allow-machine']).toBe('EGRESS 900 allow tcp 53 443 3128, udp 53 123 0.0.0.0/0');
  });

  test('an image for them can be prepared', () => {
    expect(build({}).vpn.server.imageScript).toContain("packages='pptpd ppp nftables ");
  });
});

describe('bad input', () => {
  test.each<{ what: string; change: object; code: string }>([
    { what: 'no protocols', change: { protocols: undefined }, code: 'PROTOCOLS_EMPTY' },
    { what: 'an empty list', change: { protocols: [] }, code: 'PROTOCOLS_EMPTY' },
    { what: 'a protocol as text', change: { protocols: ['pptp'] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'nothing in the list', change: { protocols: [undefined] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'one twice', change: { protocols: [pptp, pptp] }, code: 'PROTOCOLS_DUPLICATE' },
    {
      what: 'PPTP without a reason',
      change: { protocols: [Vpn.pptp(options as never)] },
      code: 'INSECURE_WITHOUT_REASON',
    },
    { what: 'no network', change: { network: null }, code: 'VPC_NETWORK_MISSING' },
  ])('$what is refused', ({ change, code }) => {
    const error = refused(change);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test.each<{ what: string; change: object; code: string }>([
    { what: 'an MTU that cannot fit', change: { mtu: 1420 }, code: 'HOST_OPTION_INVALID' },
    { what: 'an MTU that is too small', change: { mtu: 1200 }, code: 'HOST_OPTION_INVALID' },
    { what: 'a pool that no client can have', change: { clientPool: '169.254.10.0/24' }, code: 'POOL_NOT_EXPRESSIBLE' },
  ])('WireGuard with $what is refused', ({ change, code }) => {
    const stack = plant();
    const props = { network: networkOf(stack), clients, ...machine, ...change } as WireGuardGatewayProps;
    const error = thrown(() => new WireGuardGateway(stack, 'Vpn', props), stack);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('WireGuard in a network that is too narrow is refused', () => {
    const stack = plant();
    const props = { network: networkOf(stack, { mtu: 1300 }), clients, ...machine };
    const error = thrown(() => new WireGuardGateway(stack, 'Vpn', props), stack);
    expect(error.code).toBe('NETWORK_MTU_TOO_SMALL');
    expect(textOf(error)).toMatchSnapshot();
  });

  test.each<{ what: string; change: object; code: string }>([
    { what: 'no name', change: { serverName: undefined }, code: 'HOST_OPTION_INVALID' },
    { what: 'two EAP methods', change: { authentication: ['eap-tls', 'eap-mschapv2'] }, code: 'IKEV2_ONE_EAP_METHOD' },
    { what: 'SHA-1 without a reason', change: { sha1ForWindows: true }, code: 'INSECURE_WITHOUT_REASON' },
  ])('IKEv2 with $what is refused', ({ change, code }) => {
    const stack = plant();
    const props = { network: networkOf(stack), clients, ...machine, ...ikev2, ...change } as Ikev2GatewayProps;
    expect(thrown(() => new Ikev2Gateway(stack, 'Vpn', props), stack).code).toBe(code);
  });

  test('OpenVPN on another port is refused', () => {
    const stack = plant();
    const props = { network: networkOf(stack), clients, ...machine, port: 1195 } as unknown as OpenVpnGatewayProps;
    expect(thrown(() => new OpenVpnGateway(stack, 'Vpn', props), stack).code).toBe('HOST_OPTION_INVALID');
  });
});

test('the servers say what becomes of them without being built', () => {
  const props = { network: networkOf(plant()), clients, ...machine };
  expect(WireGuardGateway.assess(props)[0]?.result).toBe('works');
  expect(Ikev2Gateway.assess({ ...props, ...ikev2 })[0]?.result).toBe('works');
  expect(OpenVpnGateway.assess(props)[0]?.result).toBe('works');
});
