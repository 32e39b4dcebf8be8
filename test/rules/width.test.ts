// No rule of any cloud is wider than what was asked for, and together they let in all of it.

import fc from 'fast-check';
import { type Flow, IpProtocol, IpRange } from '../../lib/flows';
import { type OpenProtocols, openFlows } from '../../lib/protocols';
import * as rules from '../../lib/rules';

const { Clients, IKEV2, Insecure, L2TP_IPSEC, OPENVPN, PPTP, SSTP, WIREGUARD } = rules;
const PROTOCOLS = [PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN, WIREGUARD];
const GATEWAY = '10.9.8.0/24';
const insecure = Insecure.because('every rule is compared with its flow');

/** A rule in words that are the same for every cloud. */
interface Plain {
  readonly inbound: boolean;
  readonly protocol: string;
  /** The port at the gateway's end; `none` for the protocols without ports. */
  readonly port: string;
  /** The ports at the client's end, where the rule has some. */
  readonly clientPorts?: string | undefined;
  readonly ranges: readonly string[];
}

type Asked = rules.RuleOptions & { readonly direction?: rules.Direction };
type Anything = Readonly<Record<string, unknown>>;

interface Cloud {
  readonly cloud: string;
  readonly of: (options: Asked) => Readonly<Record<string, object>>;
  readonly plain: (rule: Anything) => Plain;
  /** What its rules cannot name. */
  readonly without?: readonly Flow['protocol'][];
  readonly ipv4Only?: boolean;
  /** `both`: a rule in each direction; `in`: inbound rules alone. Default: the direction asked for. */
  readonly ways?: 'both' | 'in';
}

/** Exactly these attributes and no others: what a table below does not know would make a rule wider or narrower. */
function attributes(rule: Anything, ...known: string[]): void {
  expect(Object.keys(rule).filter((name) => !known.includes(name))).toEqual([]);
  expect(Object.values(rule).filter((value) => value === undefined || value === '')).toEqual([]);
}

function same(first: unknown, last: unknown): string {
  expect(first).toEqual(last);
  return first === undefined ? 'none' : String(first);
}

const text = (value: unknown) => (value === undefined ? 'none' : String(value));
const list = (value: unknown) => value as readonly string[];
const neutron = (rule: Anything): Plain => {
  attributes(
    rule,
    'direction',
    'ethertype',
    'protocol',
    'portRangeMin',
    'portRangeMax',
    'remoteIpPrefix',
    'description',
  );
  expect(rule.ethertype).toBe(String(rule.remoteIpPrefix).includes(':') ? 'IPv6' : 'IPv4');
  return {
    inbound: rule.direction === 'ingress',
    protocol: String(rule.protocol),
    port: same(rule.portRangeMin, rule.portRangeMax),
    ranges: [String(rule.remoteIpPrefix)],
  };
};
const oracle = (rule: Anything, port: (options: Anything) => Anything, inbound: boolean): Plain => {
  expect([rule.sourceType ?? rule.destinationType, rule.stateless]).toEqual(['CIDR_BLOCK', false]);
  expect([rule.source === undefined, rule.destination === undefined]).toEqual([!inbound, inbound]);
  expect([rule.tcpOptions !== undefined, rule.udpOptions !== undefined]).toEqual([
    rule.protocol === '6',
    rule.protocol === '17',
  ]);
  const options = (rule.tcpOptions ?? rule.udpOptions) as Anything | undefined;
  const { min, max } = options === undefined ? {} : port(options);
  return {
    inbound,
    protocol: String(rule.protocol),
    port: same(min, max),
    ranges: [String(rule.source ?? rule.destination)],
  };
};

const CLOUDS: readonly Cloud[] = [
  {
    cloud: 'Hetzner Cloud',
    of: rules.hetznerRules,
    plain: (rule) => {
      attributes(rule, 'direction', 'protocol', 'port', 'sourceIps', 'destinationIps', 'description');
      const inbound = rule.direction === 'in';
      expect((inbound ? rule.destinationIps : rule.sourceIps) === undefined).toBe(true);
      const ranges = list(inbound ? rule.sourceIps : rule.destinationIps);
      return { inbound, protocol: String(rule.protocol), port: text(rule.port), ranges };
    },
  },
  {
    cloud: 'Exoscale',
    of: rules.exoscaleRules,
    plain: (rule) => {
      attributes(rule, 'type', 'protocol', 'cidr', 'startPort', 'endPort', 'description');
      const port = same(rule.startPort, rule.endPort);
      return { inbound: rule.type === 'INGRESS', protocol: String(rule.protocol), port, ranges: [String(rule.cidr)] };
    },
  },
  {
    cloud: 'Oracle Cloud, network security group',
    of: rules.oracleNetworkSecurityGroupRules,
    plain: (rule) =>
      oracle(rule, ({ destinationPortRange }) => destinationPortRange as Anything, rule.direction === 'INGRESS'),
  },
  {
    cloud: 'Oracle Cloud, security list',
    of: rules.oracleSecurityListRules,
    plain: (rule) => oracle(rule, (ports) => ports, rule.source !== undefined),
  },
  {
    cloud: 'Alibaba Cloud',
    of: rules.alibabaRules,
    plain: (rule) => {
      attributes(rule, 'type', 'ipProtocol', 'portRange', 'nicType', 'policy', 'cidrIp', 'ipv6CidrIp', 'description');
      const [first, last] = String(rule.portRange).split('/');
      const port = same(first, last);
      expect(port === '-1').toBe(rule.ipProtocol === 'gre');
      return {
        inbound: rule.type === 'ingress',
        protocol: String(rule.ipProtocol),
        port: port === '-1' ? 'none' : port,
        ranges: [String(rule.cidrIp ?? rule.ipv6CidrIp)],
      };
    },
    without: [IpProtocol.ESP],
  },
  {
    cloud: 'IBM Cloud, security group',
    of: rules.ibmSecurityGroupRules,
    plain: (rule) => {
      attributes(rule, 'direction', 'protocol', 'ipVersion', 'remote', 'portMin', 'portMax');
      const port = same(rule.portMin, rule.portMax);
      return {
        inbound: rule.direction === 'inbound',
        protocol: String(rule.protocol),
        port,
        ranges: [String(rule.remote)],
      };
    },
    ipv4Only: true,
  },
  {
    cloud: 'IBM Cloud, network ACL',
    of: (options) => rules.ibmNetworkAclRules({ ...options, gateway: GATEWAY }),
    plain: (rule) => {
      const ports = ['portMin', 'portMax', 'sourcePortMin', 'sourcePortMax'];
      attributes(rule, 'name', 'action', 'direction', 'protocol', 'source', 'destination', ...ports);
      const inbound = rule.direction === 'inbound';
      const [clients, gateway] = inbound ? [rule.source, rule.destination] : [rule.destination, rule.source];
      expect([rule.action, gateway]).toEqual(['allow', GATEWAY]);
      return {
        inbound,
        protocol: String(rule.protocol),
        port: inbound ? same(rule.portMin, rule.portMax) : same(rule.sourcePortMin, rule.sourcePortMax),
        clientPorts: inbound ? text(rule.sourcePortMin) : `${text(rule.portMin)}-${text(rule.portMax)}`,
        ranges: [String(clients)],
      };
    },
    ipv4Only: true,
    ways: 'both',
  },
  { cloud: 'OpenStack', of: rules.openstackRules, plain: neutron },
  { cloud: 'Open Telekom Cloud', of: rules.openTelekomCloudRules, plain: neutron },
  { cloud: 'Huawei Cloud', of: rules.huaweiRules, plain: neutron },
  {
    cloud: 'OVHcloud, Edge Network Firewall',
    of: rules.ovhEdgeFirewallRules,
    plain: (rule) => {
      attributes(rule, 'sequence', 'action', 'protocol', 'source', 'destinationPort');
      expect(rule.action).toBe('permit');
      return {
        inbound: true,
        protocol: String(rule.protocol),
        port: text(rule.destinationPort),
        ranges: [String(rule.source)],
      };
    },
    ipv4Only: true,
    ways: 'in',
  },
  {
    cloud: 'Vultr',
    of: rules.vultrRules,
    plain: (rule) => {
      attributes(rule, 'ipType', 'protocol', 'subnet', 'subnetSize', 'port', 'notes');
      expect(rule.ipType).toBe(String(rule.subnet).includes(':') ? 'v6' : 'v4');
      const ranges = [`${rule.subnet}/${rule.subnetSize}`];
      return { inbound: true, protocol: String(rule.protocol), port: text(rule.port), ranges };
    },
    ways: 'in',
  },
  {
    cloud: 'Tencent Cloud',
    of: (options) => {
      const gre = options.protocols.includes(PPTP) ? { greTemplateId: 'ppm-gre' } : {};
      return rules.tencentRules({ ...options, ...gre });
    },
    plain: (rule) => {
      attributes(rule, 'type', 'policy', 'cidrIp', 'ipProtocol', 'portRange', 'protocolTemplate', 'description');
      expect((rule.ipProtocol === undefined) === (rule.protocolTemplate !== undefined)).toBe(true);
      if (rule.protocolTemplate !== undefined) {
        expect(rule.protocolTemplate).toEqual({ templateId: 'ppm-gre' });
      }
      return {
        inbound: rule.type === 'ingress',
        protocol: rule.protocolTemplate === undefined ? String(rule.ipProtocol) : 'gre',
        port: text(rule.portRange),
        ranges: [String(rule.cidrIp)],
      };
    },
    without: [IpProtocol.ESP],
    ipv4Only: true,
  },
  {
    cloud: 'DigitalOcean',
    of: rules.digitalOceanRules,
    plain: (rule) => {
      attributes(rule, 'protocol', 'portRange', 'sourceAddresses');
      const ranges = list(rule.sourceAddresses);
      return { inbound: true, protocol: String(rule.protocol), port: text(rule.portRange), ranges };
    },
    without: [IpProtocol.GRE, IpProtocol.ESP],
    ways: 'in',
  },
  {
    cloud: 'Linode',
    of: rules.linodeRules,
    plain: (rule) => {
      attributes(rule, 'label', 'action', 'protocol', 'ports', 'ipv4', 'ipv6', 'description');
      expect([rule.action, String(rule.label).length <= 32]).toEqual(['ACCEPT', true]);
      const ranges = [...list(rule.ipv4 ?? []), ...list(rule.ipv6 ?? [])];
      expect(ranges).not.toEqual([]);
      return { inbound: true, protocol: String(rule.protocol), port: text(rule.ports), ranges };
    },
    without: [IpProtocol.GRE, IpProtocol.ESP],
    ways: 'in',
  },
  {
    cloud: 'Scaleway',
    of: rules.scalewayRules,
    plain: (rule) => {
      attributes(rule, 'action', 'protocol', 'port', 'ipRange');
      return { inbound: true, protocol: String(rule.protocol), port: text(rule.port), ranges: [String(rule.ipRange)] };
    },
    without: [IpProtocol.GRE, IpProtocol.ESP],
    ways: 'in',
  },
  {
    cloud: 'Yandex Cloud',
    of: rules.yandexRules,
    plain: (rule) => {
      attributes(rule, 'direction', 'protocol', 'port', 'v4CidrBlocks', 'description');
      expect(rule.direction).toBe('ingress');
      return { inbound: true, protocol: String(rule.protocol), port: text(rule.port), ranges: list(rule.v4CidrBlocks) };
    },
    without: [IpProtocol.GRE, IpProtocol.ESP],
    ipv4Only: true,
    ways: 'in',
  },
  {
    cloud: 'UpCloud',
    of: rules.upCloudRules,
    plain: (rule) => {
      const inbound = rule.direction === 'in';
      const [here, there] = inbound ? ['destination', 'source'] : ['source', 'destination'];
      const ends = [`${here}PortStart`, `${here}PortEnd`, `${there}AddressStart`, `${there}AddressEnd`];
      const answers = inbound ? [] : [`${there}PortStart`, `${there}PortEnd`];
      attributes(rule, 'action', 'direction', 'family', 'protocol', ...ends, ...answers, 'comment');
      const [first, last] = [String(rule[`${there}AddressStart`]), String(rule[`${there}AddressEnd`])];
      return {
        inbound,
        protocol: String(rule.protocol),
        port: same(rule[`${here}PortStart`], rule[`${here}PortEnd`]),
        clientPorts: inbound ? 'none' : `${rule[`${there}PortStart`]}-${rule[`${there}PortEnd`]}`,
        ranges: [rangeBetween(first, last)],
      };
    },
    without: [IpProtocol.GRE, IpProtocol.ESP],
    ways: 'both',
  },
];

/** The one range that begins and ends with these addresses. */
function rangeBetween(first: string, last: string): string {
  const bits = first.includes(':') ? 128 : 32;
  for (let length = 0; length <= bits; length++) {
    try {
      const range = IpRange.parse(`${first}/${length}`);
      if (range.address(range.size - 1n) === last) {
        return range.cidr;
      }
    } catch {
      // host bits: a range of this length does not begin there
    }
  }
  throw new Error(`no range from ${first} to ${last}`);
}

/** The names that clouds have for the protocols; anything else, all and any above all, is none of them. */
const NAMES: Readonly<Record<string, Flow['protocol']>> = {
  tcp: 6,
  '6': 6,
  udp: 17,
  '17': 17,
  gre: 47,
  '47': 47,
  esp: 50,
  '50': 50,
};

const ranges4 = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 32 }))
  .map(([address, length]) => {
    const network = length === 32 ? address : address - (address % 2 ** (32 - length));
    return `${[24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.')}/${length}`;
  });
const ranges6 = fc
  .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0xffff }))
  .map(([a, b]) => IpRange.parse(`2001:${a.toString(16)}:${b.toString(16)}::/48`).cidr);

/** Protocols, each with one of its sets of flows, clients and a direction. */
const asked = fc.record({
  protocols: fc.subarray(PROTOCOLS, { minLength: 1 }),
  set: fc.nat({ max: 3 }),
  ipv4: fc.uniqueArray(ranges4, { minLength: 1, maxLength: 2 }),
  ipv6: fc.uniqueArray(ranges6, { maxLength: 2 }),
  anywhere: fc.boolean(),
  direction: fc.constantFrom<rules.Direction>('to-gateway', 'to-client'),
});

describe.each(CLOUDS)('$cloud', ({ of, plain, without = [], ipv4Only = false, ways }) => {
  test('has a rule for each flow, direction and client range that was asked for, and no rule says more', () => {
    let made = 0;
    fc.assert(
      fc.property(asked, ({ protocols: wanted, set, ipv4, ipv6, anywhere, direction }) => {
        const usable = (index: number) => (protocol: rules.VpnProtocol) =>
          (protocol.flowSets[index] ?? protocol.flowSets[0])?.flows.every((flow) => !without.includes(flow.protocol));
        const protocols = wanted.filter(usable(set));
        if (protocols.length === 0) {
          return;
        }
        const flowSets = protocols
          .flatMap(({ flowSets: [first, ...more] }) => [[first, ...more][set] ?? first])
          .filter((one) => one !== undefined);
        const cidrs = anywhere
          ? ['0.0.0.0/0']
          : [...ipv4, ...(ipv4Only || protocols.includes(PPTP) ? [] : ipv6)].slice(0, 3);
        const clients = anywhere ? Clients.anywhereBecause('every range is compared') : Clients.from(...cidrs);
        const options = { protocols, flowSets, clients, insecure } satisfies Asked & OpenProtocols;
        const flows = openFlows(options, 'the test');
        const out = ways === undefined && direction === 'to-client';
        if (ways === 'in' && flows.length * cidrs.length > 19) {
          return;
        }
        const found = Object.values(of(ways === undefined ? { ...options, direction } : options)).map((rule) =>
          plain(rule as Anything),
        );

        const passages = found.flatMap(({ inbound, protocol, port, ranges }) =>
          ranges.map((range) => `${inbound ? 'in' : 'out'} ${NAMES[protocol.toLowerCase()]} ${port} ${range}`),
        );
        const expected = (out ? flows.filter(({ startsAtEitherEnd }) => startsAtEitherEnd) : flows).flatMap((flow) =>
          cidrs.flatMap((cidr) =>
            (ways === 'both' ? ['in', 'out'] : [out ? 'out' : 'in']).map(
              (way) => `${way} ${flow.protocol} ${flow.port ?? 'none'} ${cidr}`,
            ),
          ),
        );
        expect(passages.toSorted()).toEqual(expected.toSorted());
        for (const { inbound, protocol, port, clientPorts } of found) {
          if (clientPorts !== undefined) {
            const first = protocol === 'udp' ? Math.min(Number(port), 1024) : 1024;
            expect(clientPorts).toBe(inbound ? 'none' : port === 'none' ? 'none-none' : `${first}-65535`);
          }
        }
        made += found.length;
      }),
      { numRuns: 60 },
    );
    expect(made).toBeGreaterThan(50);
  });
});
