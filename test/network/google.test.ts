// The table of facts about Google Cloud, row by row; written like the tables in tables.test.ts.

import { assess, type ConditionState, type Hop, pathOf } from '../../lib/feasibility';
import { DIRECTIONS, type Direction, Flow } from '../../lib/flows';
import { COMMON, factFor, GOOGLE, type NetworkElement } from '../../lib/network';
import { IKEV2, OPENVPN, PPTP, type VPN_PROTOCOLS, WIREGUARD } from '../../lib/protocols';

const RULE = 'conditional RULE_MISSING';
const IN_ONLY_BY_RULE = `${RULE} / carries`;
const NOTHING_IN = 'drops NO_INBOUND_CONNECTIONS / carries';
const NAT = 'drops GRE_DROPPED_BY_NAT_GATEWAY';
const BALANCER = 'drops GRE_DROPPED_BY_LOAD_BALANCER';
const FORM = 'conditional GRE_DROPPED_BY_LOAD_BALANCER';
const UNCONFIRMED = 'undocumented';
const ESP_ENDS = 'drops ESP_DROPPED';

type Row = [row: string, element: NetworkElement, tcp1723: string, gre: string, udp4500: string, esp: string];

const ROWS: Row[] = [
  ['VPC network', GOOGLE.VPC_NETWORK, 'carries', UNCONFIRMED, 'carries', 'carries'],
  ['external address', GOOGLE.EXTERNAL_IP, 'carries', UNCONFIRMED, 'carries', 'carries'],
  ['VPC firewall', GOOGLE.VPC_FIREWALL, IN_ONLY_BY_RULE, RULE, IN_ONLY_BY_RULE, IN_ONLY_BY_RULE],
  ['firewall policy', GOOGLE.FIREWALL_POLICY, IN_ONLY_BY_RULE, RULE, IN_ONLY_BY_RULE, IN_ONLY_BY_RULE],
  ['passthrough LB', GOOGLE.PASSTHROUGH_LOAD_BALANCER, RULE, FORM, RULE, 'conditional ESP_DROPPED'],
  ['internal one', GOOGLE.INTERNAL_PASSTHROUGH_LOAD_BALANCER, RULE, FORM, RULE, 'conditional ESP_DROPPED'],
  ['protocol forwarding', GOOGLE.PROTOCOL_FORWARDING, RULE, FORM, RULE, 'conditional ESP_DROPPED'],
  ['target pool', GOOGLE.TARGET_POOL_LOAD_BALANCER, RULE, BALANCER, RULE, ESP_ENDS],
  ['proxy LB', GOOGLE.PROXY_LOAD_BALANCER, RULE, BALANCER, 'drops UDP_DROPPED', ESP_ENDS],
  ['application LB', GOOGLE.APPLICATION_LOAD_BALANCER, 'drops TCP_DROPPED', BALANCER, 'drops UDP_DROPPED', ESP_ENDS],
  [
    'Cloud NAT, server behind it',
    GOOGLE.CLOUD_NAT,
    NOTHING_IN,
    NAT,
    NOTHING_IN,
    'drops NO_INBOUND_CONNECTIONS / undocumented',
  ],
  ['Cloud NAT, client behind it', GOOGLE.CLIENT_CLOUD_NAT, 'carries', NAT, 'carries', 'undocumented'],
  ['Cloud VPN', GOOGLE.CLOUD_VPN, 'carries', UNCONFIRMED, 'carries', 'undocumented'],
  ['Cloud Interconnect', GOOGLE.CLOUD_INTERCONNECT, 'carries', UNCONFIRMED, 'carries', 'undocumented'],
  ['VPC peering', GOOGLE.VPC_PEERING, 'carries', UNCONFIRMED, 'carries', 'undocumented'],
];

function cell(element: NetworkElement, flow: Flow): string {
  const half = (direction: Direction) => {
    const fact = factFor(element, flow, direction);
    return fact === undefined ? 'nothing' : [fact.carriage, ...(fact.code ? [fact.code] : [])].join(' ');
  };
  const [there, back] = [half('to-gateway'), half('to-client')];
  return there === back ? there : `${there} / ${back}`;
}

describe('the table of Google Cloud', () => {
  test.each(ROWS)('%s', (_row, element, tcp1723, gre, udp4500, esp) => {
    expect([Flow.tcp(1723), Flow.GRE, Flow.udp(4500), Flow.ESP].map((flow) => cell(element, flow))).toEqual([
      tcp1723,
      gre,
      udp4500,
      esp,
    ]);
  });

  test('has a row for every element', () => {
    const ids = (elements: readonly NetworkElement[]) => elements.map(({ id }) => id).sort();
    expect(ids(ROWS.map(([, element]) => element))).toEqual(ids(Object.values(GOOGLE)));
  });
});

/** A way from the internet to a machine, with every condition in one state. */
function way(condition: ConditionState, ...elements: readonly NetworkElement[]): Hop[] {
  return [COMMON.INTERNET, ...elements, GOOGLE.VPC_NETWORK, GOOGLE.VPC_FIREWALL].map((element) => ({
    element,
    condition,
  }));
}

const verdict = (protocol: (typeof VPN_PROTOCOLS)[number], hops: readonly Hop[]) =>
  assess(protocol, pathOf('client', hops)).result;

describe('PPTP', () => {
  test('is unverified at an external address, with all rules in place: version 1 of GRE is confirmed by nobody', () => {
    const { result, reasons } = assess(PPTP, pathOf('client', way('met', GOOGLE.EXTERNAL_IP)));
    expect(result).toBe('unverified');
    expect(reasons.map(({ hop, flow, direction }) => [hop.element.id, flow.id, direction])).toEqual([
      ['google.external-ip', 'gre', 'to-gateway'],
      ['google.external-ip', 'gre', 'to-client'],
      ['google.vpc-network', 'gre', 'to-gateway'],
      ['google.vpc-network', 'gre', 'to-client'],
    ]);
  });

  test.each([
    ['passthrough', GOOGLE.PASSTHROUGH_LOAD_BALANCER],
    ['internal passthrough', GOOGLE.INTERNAL_PASSTHROUGH_LOAD_BALANCER],
    ['protocol forwarding', GOOGLE.PROTOCOL_FORWARDING],
  ])('by %s cannot work in another form, and is unverified in the right one, even by itself', (_, element) => {
    expect(verdict(PPTP, way('not-met', element))).toBe('cannot-work');
    expect(verdict(PPTP, way('unknown', element))).toBe('unverified');
    expect(verdict(PPTP, way('met', element))).toBe('unverified');
    expect(verdict(PPTP, [{ element, condition: 'met' }])).toBe('unverified');
  });

  test('works on no way that Google has, whatever conditions hold', () => {
    const works = Object.values<NetworkElement>(GOOGLE).filter(
      (element) => verdict(PPTP, [{ element: COMMON.INTERNET }, { element, condition: 'met' }]) === 'works',
    );
    expect(works.map(({ id }) => id)).toEqual(['google.vpc-firewall', 'google.firewall-policy']);
    // Filters alone are no way: what is behind them is.
    for (const element of works) {
      expect(verdict(PPTP, [{ element, condition: 'met' }, { element: GOOGLE.VPC_NETWORK }])).toBe('unverified');
    }
  });

  test.each([
    ['Cloud NAT', GOOGLE.CLOUD_NAT],
    ['Cloud NAT before the clients', GOOGLE.CLIENT_CLOUD_NAT],
    ['a target pool', GOOGLE.TARGET_POOL_LOAD_BALANCER],
    ['a proxy load balancer', GOOGLE.PROXY_LOAD_BALANCER],
    ['an application load balancer', GOOGLE.APPLICATION_LOAD_BALANCER],
  ])('cannot work through %s', (_, element) => {
    expect(verdict(PPTP, way('met', element))).toBe('cannot-work');
  });
});

test.each([WIREGUARD, IKEV2, OPENVPN])('$name works at an external address', (protocol) => {
  expect(verdict(protocol, way('met', GOOGLE.EXTERNAL_IP))).toBe('works');
});

test('the remedy for a rule names protocol "47" and no port, in both directions', () => {
  for (const direction of DIRECTIONS) {
    const remedy = factFor(GOOGLE.VPC_FIREWALL, Flow.GRE, direction)?.remedy;
    expect(remedy).toContain('protocol "47", without ports');
  }
});

const notes = new Set(
  Object.values<NetworkElement>(GOOGLE).flatMap((element) => element.notes.map(({ text }) => text)),
);

test.each([
  ['that the name of GRE is its number', '"47" and never "gre"'],
  ['that firewall rules logging shows no GRE', 'It records TCP and UDP only'],
  ['how long connections are tracked', 'every 10 minutes'],
  ['the MTU', '1460 unless set'],
  ['that nothing managed takes clients', 'takes no client that dials in'],
  ['that version 0 proves nothing', 'sends version 0'],
  ['the session affinity', 'CLIENT_IP'],
  ['that "GRE" is no value of a forwarding rule', '"GRE" fails at plan'],
])('the notes say %s', (_, text) => {
  expect([...notes].filter((note) => note.includes(text))).toHaveLength(1);
});
