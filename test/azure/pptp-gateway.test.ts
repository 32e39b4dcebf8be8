import { Construct } from 'constructs';
import {
  Clients,
  Insecure,
  PptpGateway,
  type PptpGatewayProps,
  RefusalError,
  Through,
  type Verdict,
} from 'pptp-constructs/azure';
import { clients, insecure, networkOf, plant, synthesised, textOf, thrown } from './support';

/** The refusal of a PPTP gateway whose props are right. */
function refusal(change: Partial<PptpGatewayProps> = {}) {
  const stack = plant();
  const virtualNetwork = networkOf(stack);
  return thrown(() => new PptpGateway(stack, 'LegacyVpn', { virtualNetwork, clients, insecure, ...change }), stack);
}

const ways: { way: string; through: Through[] | undefined }[] = [
  { way: 'over the internet', through: undefined },
  { way: 'through a load balancer', through: [Through.LOAD_BALANCER] },
  { way: 'through a NAT gateway', through: [Through.NAT_GATEWAY] },
  { way: 'through Azure Firewall, with its rule', through: [Through.AZURE_FIREWALL.conditionMet()] },
  { way: "through the clients' NAT gateway", through: [Through.CLIENT_NAT_GATEWAY] },
  { way: 'over ExpressRoute', through: [Through.EXPRESSROUTE] },
  {
    way: 'through a carrier NAT, a home router and an appliance',
    through: [Through.CARRIER_NAT, Through.CLIENT_NAT.conditionMet(), Through.NETWORK_VIRTUAL_APPLIANCE],
  },
];

test.each(ways)('$way, PPTP is refused with every reason and what works', ({ through }) => {
  const error = refusal(through === undefined ? {} : { through });
  expect(error).toBeInstanceOf(RefusalError);
  expect(error.code).toBe('GRE_DROPPED_BY_FABRIC');
  expect(error.kind).toBe('refusal');
  expect(textOf(error)).toMatchSnapshot();
});

test('every reason is there: the public address, the fabric, the enum of the NSG and what * means', () => {
  const { reasons } = refusal();
  expect(reasons).toEqual([
    'GRE (IP protocol 47) dropped by the Azure public IP address, both directions: A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).',
    'GRE (IP protocol 47) dropped by the Azure virtual network, both directions: Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.',
    'GRE (IP protocol 47) dropped by the Azure network security group, both directions: No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.',
  ]);
});

test('the load balancer and the NAT gateway add theirs where they are on the way', () => {
  const { reasons } = refusal({ through: [Through.LOAD_BALANCER, Through.NAT_GATEWAY] });
  expect(reasons.filter((reason) => reason.includes('Azure Load Balancer') && reason.includes('GRE'))).toHaveLength(1);
  expect(reasons.filter((reason) => reason.includes('Azure NAT Gateway') && reason.includes('GRE'))).toHaveLength(1);
});

test('leaves nothing behind, and knows the path that it would have had', () => {
  const stack = plant();
  const site = new Construct(stack, 'Site');
  const virtualNetwork = networkOf(stack);
  const error = thrown(() => new PptpGateway(site, 'LegacyVpn', { virtualNetwork, clients, insecure }), stack);
  expect(error.constructPath).toBe('plant4/Site/LegacyVpn');
  expect(site.node.children).toEqual([]);
  expect(Object.keys(synthesised(stack))).toEqual(['azurerm_virtual_network']);
});

test("shows the user's line, and no frame of the library", () => {
  const error = refusal();
  expect(error.message).toMatch(/at test\/azure\/pptp-gateway\.test\.ts:\d+\n/);
  expect(error.stack).not.toContain('lib/azure');
  expect(Object.keys(error)).toEqual([]);
});

describe('assess', () => {
  const summary = (verdicts: readonly Verdict[]) =>
    verdicts.map(({ result, reasons }) => ({ result, codes: [...new Set(reasons.map(({ code }) => code))] }));

  test('gives the verdict without a construct and without an error', () => {
    const virtualNetwork = networkOf(plant());
    expect(summary(PptpGateway.assess({ virtualNetwork, clients, insecure }))).toEqual([
      { result: 'cannot-work', codes: ['GRE_DROPPED_BY_FABRIC', 'GRE_NOT_A_RULE_PROTOCOL'] },
    ]);
    expect(summary(PptpGateway.assess({ virtualNetwork, clients, insecure, through: [Through.NAT_GATEWAY] }))).toEqual([
      {
        result: 'cannot-work',
        codes: [
          'NO_INBOUND_CONNECTIONS',
          'GRE_DROPPED_BY_NAT_GATEWAY',
          'GRE_DROPPED_BY_FABRIC',
          'GRE_NOT_A_RULE_PROTOCOL',
        ],
      },
    ]);
  });

  test('still refuses what is not well-formed', () => {
    const props = { virtualNetwork: networkOf(plant()), insecure, clients: undefined as unknown as Clients };
    expect(thrown(() => PptpGateway.assess(props)).code).toBe('NO_CLIENTS');
  });
});

describe('what is wrong in itself is said first', () => {
  test.each<{ what: string; change: object; code: string }>([
    { what: 'no virtual network', change: { virtualNetwork: undefined }, code: 'VIRTUAL_NETWORK_MISSING' },
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    { what: 'IPv6 clients', change: { clients: Clients.from('2001:db8::/32') }, code: 'CLIENTS_IPV6_FOR_PPTP' },
    {
      what: 'clients in the network',
      change: { clients: Clients.from('10.40.0.0/24') },
      code: 'CLIENTS_OVERLAP_NETWORK',
    },
    { what: 'no written reason', change: { insecure: undefined }, code: 'INSECURE_WITHOUT_REASON' },
    { what: 'a text for a reason', change: { insecure: 'we know' }, code: 'INSECURE_WITHOUT_REASON' },
    { what: 'a way that is no list', change: { through: Through.LOAD_BALANCER }, code: 'THROUGH_UNKNOWN' },
    { what: 'a way of texts', change: { through: ['load balancer'] }, code: 'THROUGH_UNKNOWN' },
    { what: 'a name that Azure does not take', change: { name: 'vpn plant 4' }, code: 'NAME_INVALID' },
    { what: 'count', change: { count: 2 }, code: 'META_ARGUMENT_NOT_SUPPORTED' },
    { what: 'flow logs to nowhere', change: { flowLogs: {} }, code: 'RESOURCE_ID_INVALID' },
  ])('$what', ({ change, code }) => {
    const error = refusal(change);
    expect(error.code).toBe(code);
    expect(error.kind).toBe('invalid-input');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('a reason of one word', () => {
    expect(thrown(() => Insecure.because('legacy')).code).toBe('REASON_MISSING');
  });
});

test('a client known at deployment only is named as such', () => {
  const text = textOf(refusal({ clients: Clients.from('203.0.113.0/24', '198.51.100.0/24') }));
  expect(text).toContain(
    '  clients 203.0.113.0/24, 198.51.100.0/24 -> internet -> public IP -> virtual network -> NSG',
  );
});
