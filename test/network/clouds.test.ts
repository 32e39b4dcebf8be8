// The clouds without constructs, row by row: what their network and their filters do to the flows of a VPN. A cell has one
// word for both directions, or 'to the gateway / to the client'; a conditional cell has the code that it gets when the
// condition does not hold.

import { assess, type Hop, pathOf } from '../../lib/feasibility';
import { type Direction, Flow } from '../../lib/flows';
import { COMMON, factFor, type NetworkElement } from '../../lib/network';
import * as clouds from '../../lib/network/clouds';
import { IKEV2, PPTP, WIREGUARD } from '../../lib/protocols';

const {
  ALIBABA,
  DIGITALOCEAN,
  EXOSCALE,
  HETZNER,
  HUAWEI,
  IBM,
  LINODE,
  OPENSTACK,
  OPEN_TELEKOM_CLOUD,
  ORACLE,
  OVH,
  SCALEWAY,
  TENCENT,
  UPCLOUD,
  VULTR,
  YANDEX,
} = clouds;

const RULE = 'conditional RULE_MISSING';
const IN_BY_RULE = `${RULE} / carries`;
const NO_RULE = 'drops GRE_NOT_A_RULE_PROTOCOL';
const NO_ESP_RULE = 'drops ESP_NOT_A_RULE_PROTOCOL';
const EVERYTHING = 'conditional RULE_WOULD_OPEN_EVERYTHING by inference';

type Row = [row: string, element: NetworkElement, tcp1723: string, gre: string, udp4500: string, esp: string];

const ROWS: Row[] = [
  ['Oracle Cloud', ORACLE.PUBLIC_IP, 'carries', 'carries by inference', 'carries', 'carries by inference'],
  ['Oracle Cloud, security rules', ORACLE.SECURITY_RULES, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  [
    'Oracle Cloud, NAT gateway',
    ORACLE.NAT_GATEWAY,
    'drops NO_INBOUND_CONNECTIONS / carries',
    'drops GRE_DROPPED_BY_NAT_GATEWAY',
    'drops NO_INBOUND_CONNECTIONS / carries',
    'drops ESP_DROPPED',
  ],
  ['Alibaba Cloud', ALIBABA.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['Alibaba Cloud, security group', ALIBABA.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, NO_ESP_RULE],
  ['Tencent Cloud', TENCENT.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['Tencent Cloud, security group', TENCENT.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, NO_ESP_RULE],
  ['Huawei Cloud', HUAWEI.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['Huawei Cloud, security group', HUAWEI.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  ['IBM Cloud', IBM.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'carries'],
  ['IBM Cloud, security group', IBM.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  ['IBM Cloud, network ACL', IBM.NETWORK_ACL, RULE, RULE, RULE, RULE],
  ['DigitalOcean', DIGITALOCEAN.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['DigitalOcean, Cloud Firewall', DIGITALOCEAN.FIREWALL, IN_BY_RULE, NO_RULE, IN_BY_RULE, NO_ESP_RULE],
  ['Hetzner Cloud', HETZNER.PUBLIC_IP, 'carries', 'carries', 'carries', 'carries'],
  ['Hetzner Cloud, Cloud Firewall', HETZNER.FIREWALL, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  ['Linode', LINODE.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['Linode, Cloud Firewall', LINODE.FIREWALL, IN_BY_RULE, NO_RULE, IN_BY_RULE, NO_ESP_RULE],
  ['Vultr', VULTR.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'carries'],
  ['Vultr, firewall', VULTR.FIREWALL, IN_BY_RULE, IN_BY_RULE, IN_BY_RULE, IN_BY_RULE],
  [
    'Vultr, NAT gateway',
    VULTR.NAT_GATEWAY,
    IN_BY_RULE,
    'drops GRE_DROPPED_BY_NAT_GATEWAY',
    IN_BY_RULE,
    'drops ESP_DROPPED',
  ],
  ['OpenStack', OPENSTACK.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'carries'],
  ['OpenStack, security group', OPENSTACK.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  ['OVHcloud', OVH.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'carries'],
  ['OVHcloud, security group', OVH.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  ['OVHcloud, edge', OVH.EDGE_NETWORK_FIREWALL, IN_BY_RULE, IN_BY_RULE, IN_BY_RULE, IN_BY_RULE],
  ['Open Telekom Cloud', OPEN_TELEKOM_CLOUD.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'carries'],
  ['Open Telekom Cloud, group', OPEN_TELEKOM_CLOUD.SECURITY_GROUP, IN_BY_RULE, RULE, IN_BY_RULE, IN_BY_RULE],
  ['Scaleway', SCALEWAY.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['Scaleway, security group', SCALEWAY.SECURITY_GROUP, IN_BY_RULE, EVERYTHING, IN_BY_RULE, EVERYTHING],
  ['Exoscale', EXOSCALE.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'carries'],
  ['Exoscale, security group', EXOSCALE.SECURITY_GROUP, RULE, RULE, RULE, RULE],
  ['Yandex Cloud', YANDEX.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['Yandex Cloud, security group', YANDEX.SECURITY_GROUP, IN_BY_RULE, EVERYTHING, IN_BY_RULE, EVERYTHING],
  ['UpCloud', UPCLOUD.PUBLIC_IP, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['UpCloud, firewall', UPCLOUD.FIREWALL, RULE, EVERYTHING, RULE, EVERYTHING],
];

function carriage(element: NetworkElement, flow: Flow): string {
  const [to, back] = (['to-gateway', 'to-client'] as const).map((direction) => one(element, flow, direction));
  return to === back ? `${to}` : `${to} / ${back}`;
}

function one(element: NetworkElement, flow: Flow, direction: Direction): string {
  const fact = factFor(element, flow, direction);
  if (fact === undefined || fact.carriage === 'undocumented') {
    return fact?.carriage ?? 'nothing';
  }
  const inference = fact.evidence.every(({ kind }) => kind === 'inference') ? ' by inference' : '';
  return `${[fact.carriage, fact.code].filter((word) => word !== undefined).join(' ')}${inference}`;
}

test.each(ROWS)('%s', (_, element, tcp1723, gre, udp4500, esp) => {
  expect([Flow.tcp(1723), Flow.GRE, Flow.udp(4500), Flow.ESP].map((flow) => carriage(element, flow))).toEqual([
    tcp1723,
    gre,
    udp4500,
    esp,
  ]);
});

test('every element of these clouds has its row', () => {
  const elements = Object.values(clouds).flatMap((cloud): NetworkElement[] => Object.values(cloud));
  expect(elements.map(({ id }) => id).toSorted()).toEqual(ROWS.map(([, { id }]) => id).toSorted());
});

describe('a gateway with a public address behind the filter of its cloud, whose rules are there', () => {
  const verdict = (filter: NetworkElement, address: NetworkElement, condition: 'met' | 'not-met' = 'met') => {
    const hops: Hop[] = [{ element: COMMON.INTERNET }, { element: address }, { element: filter, condition }];
    const path = pathOf('client 203.0.113.0/24', hops);
    return [PPTP, IKEV2, WIREGUARD].map((protocol) => assess(protocol, path).result).join(' ');
  };

  test.each([
    { cloud: 'Hetzner Cloud', filter: HETZNER.FIREWALL, address: HETZNER.PUBLIC_IP, pptp: 'works' },
    { cloud: 'Exoscale', filter: EXOSCALE.SECURITY_GROUP, address: EXOSCALE.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'Vultr', filter: VULTR.FIREWALL, address: VULTR.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'Alibaba Cloud', filter: ALIBABA.SECURITY_GROUP, address: ALIBABA.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'IBM Cloud', filter: IBM.SECURITY_GROUP, address: IBM.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'OpenStack', filter: OPENSTACK.SECURITY_GROUP, address: OPENSTACK.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'OVHcloud', filter: OVH.SECURITY_GROUP, address: OVH.PUBLIC_IP, pptp: 'unverified' },
    {
      cloud: 'Open Telekom Cloud',
      filter: OPEN_TELEKOM_CLOUD.SECURITY_GROUP,
      address: OPEN_TELEKOM_CLOUD.PUBLIC_IP,
      pptp: 'unverified',
    },
    { cloud: 'Oracle Cloud', filter: ORACLE.SECURITY_RULES, address: ORACLE.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'Tencent Cloud', filter: TENCENT.SECURITY_GROUP, address: TENCENT.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'Huawei Cloud', filter: HUAWEI.SECURITY_GROUP, address: HUAWEI.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'Scaleway', filter: SCALEWAY.SECURITY_GROUP, address: SCALEWAY.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'Yandex Cloud', filter: YANDEX.SECURITY_GROUP, address: YANDEX.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'UpCloud', filter: UPCLOUD.FIREWALL, address: UPCLOUD.PUBLIC_IP, pptp: 'unverified' },
    { cloud: 'DigitalOcean', filter: DIGITALOCEAN.FIREWALL, address: DIGITALOCEAN.PUBLIC_IP, pptp: 'cannot-work' },
    { cloud: 'Linode', filter: LINODE.FIREWALL, address: LINODE.PUBLIC_IP, pptp: 'cannot-work' },
  ])('$cloud: PPTP $pptp, IKEv2 and WireGuard work, and nothing without its rules', ({ filter, address, pptp }) => {
    expect(verdict(filter, address)).toBe(`${pptp} works works`);
    expect(verdict(filter, address, 'not-met')).toBe('cannot-work cannot-work cannot-work');
  });

  test('no network that was not vouched for makes PPTP work, whatever stands in front of it', () => {
    const unknown = [DIGITALOCEAN, LINODE, SCALEWAY, YANDEX, UPCLOUD, TENCENT, HUAWEI, ORACLE];
    const results = unknown.map(({ PUBLIC_IP }) => {
      const path = pathOf('client', [{ element: COMMON.INTERNET }, { element: PUBLIC_IP }]);
      return assess(PPTP, path).result;
    });
    expect(results).toEqual(unknown.map(() => 'unverified'));
  });
});

describe('the evidence', () => {
  test('of a network that sells rules for GRE names the protocol, and makes nothing work: version 1 is not named', () => {
    const vouched = [EXOSCALE, VULTR, ALIBABA, IBM, OPENSTACK, OVH, OPEN_TELEKOM_CLOUD];
    for (const { PUBLIC_IP } of vouched) {
      const fact = factFor(PUBLIC_IP, Flow.GRE, 'to-gateway');
      expect(fact?.because).toMatch(
        /on its vendor's word, since "(gre|GRE)" is a protocol that its filter has rules for; that version 1 of it, which is PPTP's, passes too is confirmed by nobody\. /,
      );
      expect(fact?.carriage).toBe('undocumented');
      expect(fact?.evidence.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['vendor', 'inference']));
    }
  });

  test('of Hetzner Cloud is its vendor naming PPTP itself', () => {
    const fact = factFor(HETZNER.PUBLIC_IP, Flow.GRE, 'to-gateway');
    expect(fact?.evidence[0]?.title).toBe('Hetzner Docs: Cloud Firewalls, FAQ');
    expect(fact?.because).toMatch(/names PPTP/);
  });

  test('of what only a rule for everything might let in is an inference', () => {
    for (const filter of [SCALEWAY.SECURITY_GROUP, YANDEX.SECURITY_GROUP, UPCLOUD.FIREWALL]) {
      expect(factFor(filter, Flow.GRE, 'to-gateway')?.evidence.map(({ kind }) => kind)).toEqual(['inference']);
    }
  });
});

describe('a remedy says how a rule is spelled', () => {
  test.each<[NetworkElement, string]>([
    [ORACLE.SECURITY_RULES, 'protocol "47" and no options'],
    [ALIBABA.SECURITY_GROUP, 'ip_protocol "gre" and port_range "-1/-1"'],
    [TENCENT.SECURITY_GROUP, 'the protocol_template of a tencentcloud_protocol_template with protocols ["gre"]'],
    [HUAWEI.SECURITY_GROUP, 'protocol "47" and no ports'],
    [IBM.SECURITY_GROUP, 'protocol "gre" and no ports'],
    [IBM.NETWORK_ACL, 'protocol "gre" and no ports'],
    [HETZNER.FIREWALL, 'protocol "gre" and no port'],
    [VULTR.FIREWALL, 'protocol "gre" and no port'],
    [OPENSTACK.SECURITY_GROUP, 'protocol "gre" and no ports'],
    [OPEN_TELEKOM_CLOUD.SECURITY_GROUP, 'protocol "gre" and no ports'],
    [OVH.EDGE_NETWORK_FIREWALL, 'protocol "gre" and no port'],
    [EXOSCALE.SECURITY_GROUP, 'protocol "GRE" and no ports'],
  ])('$id', (element, spelling) => {
    expect(factFor(element, Flow.GRE, 'to-gateway')?.remedy).toContain(spelling);
  });
});
