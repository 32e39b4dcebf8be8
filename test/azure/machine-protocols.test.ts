// What is particular to IKEv2 and OpenVPN on a machine; machine-gateway.test.ts has what all of them have in common.

import { Token } from 'cdktf';
import {
  Clients,
  FLOW_SLOTS,
  Ikev2Gateway,
  type Ikev2GatewayProps,
  Insecure,
  OpenVpnGateway,
  type OpenVpnGatewayProps,
  Through,
} from 'pptp-constructs/azure';
import {
  annotations,
  clients,
  cloudConfigOf,
  filesOf,
  machine,
  networkOf,
  plant,
  synthesised,
  textOf,
  thrown,
} from './support';

const ikev2 = {
  ...machine,
  serverName: 'vpn.plant4.example',
  authentication: ['eap-mschapv2', 'certificate'],
  routes: 'everything',
} as const;

function buildIkev2(change: Partial<Ikev2GatewayProps> = {}) {
  const stack = plant();
  new Ikev2Gateway(stack, 'Vpn', { virtualNetwork: networkOf(stack), clients, ...ikev2, ...change });
  return stack;
}

function buildOpenVpn(change: Partial<OpenVpnGatewayProps> = {}) {
  const stack = plant();
  new OpenVpnGateway(stack, 'Vpn', { virtualNetwork: networkOf(stack), clients, ...machine, ...change });
  return stack;
}

/** What the machine's network security group lets in from clients. */
function letIn(stack: ReturnType<typeof plant>): string[] {
  return Object.values(synthesised(stack).azurerm_network_security_rule ?? {})
    .filter(({ name }) => String(name).startsWith('allow-vpn'))
    .map(({ protocol, destination_port_range, priority }) => `${protocol} ${destination_port_range} ${priority}`)
    .sort();
}

describe('IKEv2', () => {
  test('comes in by UDP 500 and 4500, and not by ESP where Azure translates the address of the machine', () => {
    expect(letIn(buildIkev2())).toEqual(['Udp 4500 1020', 'Udp 500 1000']);
  });

  test('comes in by ESP too where clients dial the address of the machine itself: no NAT may lie before them', () => {
    const stack = buildIkev2({ through: [Through.VIRTUAL_NETWORK_PEERING], clients: Clients.from('10.50.0.0/16') });
    expect(letIn(stack)).toEqual(['Esp * 1040', 'Udp 4500 1020', 'Udp 500 1000']);
  });

  test('has its name, its methods and its routes in the host', () => {
    const files = filesOf(cloudConfigOf(buildIkev2({ routes: ['10.40.0.0/16'], mtu: 1380 })));
    expect(files['/etc/vpn-gateway/settings']).toContain('ikev2_server_name=vpn.plant4.example\n');
    expect(files['/etc/vpn-gateway/settings']).toContain("ikev2_methods='eap-mschapv2 certificate'");
    expect(files['/etc/swanctl/conf.d/vpn-gateway.conf']).toContain(
      'local_ts = 10.40.0.0/16, 168.63.129.16/32, 10.99.0.1/32\n',
    );
    expect(files['/etc/swanctl/conf.d/vpn-gateway.conf']).toContain('dns = 168.63.129.16');
    expect(filesOf(cloudConfigOf(buildIkev2()))['/etc/swanctl/conf.d/vpn-gateway.conf']).toContain(
      'local_ts = 0.0.0.0/0, ::/0',
    );
  });

  test('takes SHA-1 for Windows with a written reason only', () => {
    const reason = Insecure.because('kiosks without PowerShell remoting; replaced by 2027-06');
    const proposals = (stack: ReturnType<typeof plant>) =>
      filesOf(cloudConfigOf(stack))['/etc/swanctl/conf.d/vpn-gateway.conf'];
    expect(proposals(buildIkev2({ sha1ForWindows: reason }))).toMatch(/sha1/);
    expect(proposals(buildIkev2())).not.toMatch(/sha1/);
  });

  test('asks RADIUS servers by rules of their own', () => {
    const stack = buildIkev2({
      authentication: ['eap-radius'],
      radius: { servers: ['10.40.1.4', '10.40.1.5'], port: 1645 },
    });
    const rules = Object.values(synthesised(stack).azurerm_network_security_rule ?? {}).filter(({ name }) =>
      String(name).startsWith('allow-radius'),
    );
    expect(
      rules.map((rule) => [
        rule.direction,
        rule.protocol,
        rule.destination_address_prefix,
        rule.destination_port_range,
      ]),
    ).toEqual([
      ['Outbound', 'Udp', '10.40.1.4', '1645'],
      ['Outbound', 'Udp', '10.40.1.5', '1645'],
    ]);
    expect(new Set(rules.map(({ priority }) => priority)).size).toBe(2);
    expect(annotations(stack.node.findChild('Vpn'))).toMatchSnapshot();
  });

  test.each<{ what: string; change: object; code: string }>([
    { what: 'no name', change: { serverName: undefined }, code: 'HOST_OPTION_INVALID' },
    { what: 'a name of one label', change: { serverName: 'vpn' }, code: 'HOST_OPTION_INVALID' },
    {
      what: 'a name that is a token',
      change: { serverName: Token.asString({ resolve: () => 'x' }) },
      code: 'TOKEN_NOT_ALLOWED',
    },
    { what: 'no authentication', change: { authentication: undefined }, code: 'HOST_OPTION_INVALID' },
    { what: 'a method that is none', change: { authentication: ['psk'] }, code: 'HOST_OPTION_INVALID' },
    { what: 'two EAP methods', change: { authentication: ['eap-tls', 'eap-mschapv2'] }, code: 'IKEV2_ONE_EAP_METHOD' },
    { what: 'RADIUS without servers', change: { authentication: ['eap-radius'] }, code: 'HOST_OPTION_INVALID' },
    { what: 'servers without RADIUS', change: { radius: { servers: ['10.40.1.4'] } }, code: 'HOST_OPTION_INVALID' },
    { what: 'no routes', change: { routes: undefined }, code: 'HOST_OPTION_INVALID' },
    { what: 'no routes in the list', change: { routes: [] }, code: 'HOST_OPTION_INVALID' },
    { what: 'SHA-1 without a reason', change: { sha1ForWindows: true }, code: 'INSECURE_WITHOUT_REASON' },
  ])('$what is refused', ({ change, code }) => {
    const stack = plant();
    const props = { virtualNetwork: networkOf(stack), clients, ...ikev2, ...change } as Ikev2GatewayProps;
    const error = thrown(() => new Ikev2Gateway(stack, 'Vpn', props), stack);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('is assessed without building anything', () => {
    expect(
      Ikev2Gateway.assess({ virtualNetwork: networkOf(plant()), clients, ...ikev2 }).map(({ result }) => result),
    ).toEqual(['works']);
  });
});

describe('OpenVPN', () => {
  test.each([
    { change: {}, rule: 'Udp 1194 1080' },
    { change: { port: 443 as const }, rule: 'Udp 443 1100' },
    { change: { transport: 'tcp' as const }, rule: 'Tcp 1194 1120' },
    { change: { transport: 'tcp' as const, port: 443 as const }, rule: 'Tcp 443 1060' },
  ])('with $change comes in by $rule and nothing else', ({ change, rule }) => {
    const stack = buildOpenVpn(change);
    expect(letIn(stack)).toEqual([rule]);
    const { transport = 'udp', port = 1194 } = change as OpenVpnGatewayProps;
    const conf = filesOf(cloudConfigOf(stack))['/etc/vpn-gateway/openvpn/server.conf'];
    expect(conf).toContain(`proto ${transport === 'udp' ? 'udp4' : 'tcp4-server'}\n`);
    expect(conf).toContain(`port ${port}\n`);
  });

  test('has its routes, its MTU and its number of clients in the host', () => {
    const stack = buildOpenVpn({ routes: ['10.40.0.0/16'], mtu: 1380, maxClients: 50 });
    const files = filesOf(cloudConfigOf(stack));
    expect(files['/etc/vpn-gateway/openvpn/server.conf']).toContain('tun-mtu 1380\n');
    expect(files['/etc/vpn-gateway/openvpn/server.conf']).toContain('max-clients 50\n');
    expect(files['/etc/vpn-gateway/settings']).toContain("openvpn_routes='10.40.0.0/16 168.63.129.16/32'");
  });

  test('every flow that it can be reached on has a slot', () => {
    expect(FLOW_SLOTS).toEqual(expect.arrayContaining(['udp-1194', 'udp-443', 'tcp-1194', 'tcp-443']));
  });

  test.each<{ what: string; change: object; code: string }>([
    { what: 'another port', change: { port: 8443 }, code: 'HOST_OPTION_INVALID' },
    { what: 'another transport', change: { transport: 'sctp' }, code: 'HOST_OPTION_INVALID' },
    { what: 'an MTU below that of IPv6', change: { mtu: 1200 }, code: 'HOST_OPTION_INVALID' },
    { what: 'an IPv6 route', change: { routes: ['2001:db8::/32'] }, code: 'HOST_OPTION_INVALID' },
  ])('$what is refused', ({ change, code }) => {
    const stack = plant();
    const props = { virtualNetwork: networkOf(stack), clients, ...machine, ...change } as OpenVpnGatewayProps;
    const error = thrown(() => new OpenVpnGateway(stack, 'Vpn', props), stack);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('is assessed without building anything', () => {
    expect(
      OpenVpnGateway.assess({ virtualNetwork: networkOf(plant()), clients, ...machine }).map(({ result }) => result),
    ).toEqual(['works']);
  });
});
