// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { Flow, PPTP, WIREGUARD } from 'pptp-constructs';
import { formatRange, type Review, reach, serves } from 'pptp-constructs/review';
import { type Blocks, googleGateway, ingress, PPTP_INGRESS, reviewed } from '../support/terraform';

const GATEWAY = 'google_compute_instance.vpn';
const wireguard = (rest: object = {}) => ingress([{ protocol: 'udp', ports: ['51820'] }], rest);

function hops({ answers }: Review, flow: Flow, from = '203.0.113.0/24'): string[] {
  const { ways } = reach(answers, { flow, from, to: GATEWAY });
  const [passage] = ways[0]?.passages ?? [];
  return (passage?.hops ?? []).map(
    ({ direction, verdict, name, because }) => `${direction} ${verdict} ${name}: ${because}`,
  );
}

const verdict = ({ answers }: Review, flow: Flow = Flow.udp(51820), from = '203.0.113.0/24') =>
  reach(answers, { flow, from, to: GATEWAY }).verdict;

const served = ({ answers }: Review, protocol = WIREGUARD) => {
  const answer = serves(answers, { protocol, gateway: GATEWAY });
  return [answer.verdict, ...answer.served.map(formatRange)];
};

/** What the filters do to GRE towards the clients. */
const greOut = (review: Review) =>
  hops(review, Flow.GRE).filter((hop) => /^to-client \w+ (VPC firewall|firewall)/.test(hop));

describe('a machine with an external address', () => {
  const review = reviewed(googleGateway({ wireguard: wireguard() }));

  test('serves whom a rule names', () => {
    expect(served(review)).toEqual(['passes', '203.0.113.0/24']);
  });

  test('serves nobody else: the implied rule denies', () => {
    expect(hops(review, Flow.udp(51820), '198.51.100.0/24')[2]).toBe(
      'to-gateway drops VPC firewall: Rule 65535 implied deny ingress (everything from everywhere) denies UDP 51820.',
    );
  });

  test('tells every hop', () => {
    expect(hops(review, Flow.udp(51820))).toEqual([
      'to-gateway passes external IP: An external address carries TCP and UDP between a machine and the internet.',
      'to-gateway passes VPC network: A VPC network carries TCP and UDP.',
      'to-gateway passes VPC firewall: Rule 1000 wireguard (UDP 51820 from 203.0.113.0/24) allows UDP 51820.',
      'to-client passes VPC firewall: The VPC firewall keeps state and lets the answers to what it let in pass.',
      'to-client passes VPC network: A VPC network carries TCP and UDP.',
      'to-client passes external IP: An external address carries TCP and UDP between a machine and the internet.',
    ]);
  });

  test('may get GRE: nobody says that version 1 passes, and it counts neither as allowed nor as denied', () => {
    const pptp = reviewed(googleGateway({ pptp: PPTP_INGRESS }));
    const answer = serves(pptp.answers, { protocol: PPTP, gateway: GATEWAY });
    expect([answer.verdict, answer.served, answer.open.map(formatRange)]).toEqual(['unknown', [], ['203.0.113.0/24']]);
  });

  test('without an external address is reached by nobody', () => {
    const network_interface = [{ subnetwork: '${google_compute_subnetwork.vpn.id}' }];
    expect(hops(reviewed(googleGateway({ wireguard: wireguard() }, { network_interface })), Flow.udp(51820))[0]).toBe(
      'to-gateway drops external IP: It has no external address, so that nothing on the internet can send to it.',
    );
  });

  test('that names its network alone is in that network', () => {
    const network_interface = [{ network: '${google_compute_network.net.name}', access_config: [{}] }];
    expect(served(reviewed(googleGateway({ wireguard: wireguard() }, { network_interface })))).toEqual([
      'passes',
      '203.0.113.0/24',
    ]);
  });

  test('in a network that was not read is open', () => {
    const network_interface = [{ network: 'default', access_config: [{}] }];
    expect(verdict(reviewed(googleGateway({}, { network_interface })))).toBe('unknown');
  });
});

describe('a firewall rule', () => {
  test.each([
    [{ target_tags: ['vpn'] }, 'passes'],
    [{ target_tags: ['web'] }, 'drops'],
    [{ target_tags: undefined }, 'passes'],
    [{ target_tags: undefined, target_service_accounts: ['vpn@plant4.iam.gserviceaccount.com'] }, 'passes'],
    [{ target_tags: undefined, target_service_accounts: ['web@plant4.iam.gserviceaccount.com'] }, 'drops'],
    [{ target_tags: ['${var.tag}'] }, 'unknown'],
    [{ disabled: true }, 'drops'],
    [{ disabled: '${var.off}' }, 'unknown'],
    [{ source_ranges: ['0.0.0.0/0'] }, 'passes'],
    [{ source_ranges: undefined }, 'passes'],
    [{ source_ranges: undefined, source_tags: ['web'] }, 'drops'],
    [{ source_ranges: ['${var.clients}'] }, 'unknown'],
    [{ destination_ranges: ['10.40.254.0/28'] }, 'passes'],
    [{ destination_ranges: ['10.41.0.0/16'] }, 'drops'],
    [{ allow: [{ protocol: 'all' }] }, 'passes'],
    [{ allow: [{ protocol: 'udp' }] }, 'passes'],
    [{ allow: [{ protocol: '17', ports: ['51000-52000'] }] }, 'passes'],
    [{ allow: [{ protocol: 'UDP', ports: ['51820'] }] }, 'passes'],
    [{ allow: [{ protocol: 'tcp' }] }, 'drops'],
    [{ allow: { protocol: 'udp', ports: ['51820'] } }, 'passes'],
    [{ direction: undefined }, 'passes'],
    [{ direction: 'EGRESS' }, 'drops'],
  ])('with %j: %s', (rest, expected) => {
    const machine = { service_account: [{ email: 'vpn@plant4.iam.gserviceaccount.com', scopes: [] }] };
    expect(verdict(reviewed(googleGateway({ wireguard: wireguard(rest) }, machine)))).toBe(expected);
  });

  test('for an account that is made here is for the machines that run as it', () => {
    const email = '${google_service_account.vpn.email}';
    const rule = wireguard({ target_tags: undefined, target_service_accounts: [email] });
    const review = reviewed(googleGateway({ rule }, { service_account: [{ email }] }), {
      google_service_account: { vpn: { account_id: 'vpn' } },
    });
    expect(verdict(review)).toBe('passes');
  });

  test('that denies wins among rules of one priority', () => {
    const deny = { direction: 'INGRESS', source_ranges: ['203.0.113.0/25'], deny: [{ protocol: 'all' }] };
    const with_ = (priority: number) =>
      served(reviewed(googleGateway({ allow: wireguard(), deny: { ...deny, priority } })));
    expect(with_(1000)).toEqual(['passes', '203.0.113.128/25']);
    expect(with_(1001)).toEqual(['passes', '203.0.113.0/24']);
    expect(with_(999)).toEqual(['passes', '203.0.113.128/25']);
  });

  const NO_EGRESS = { direction: 'EGRESS', destination_ranges: ['0.0.0.0/0'], deny: [{ protocol: 'all' }] };

  test('against egress stops GRE, which either end may send first, and no answers over TCP', () => {
    const review = reviewed(googleGateway({ pptp: PPTP_INGRESS, out: NO_EGRESS }));
    expect(verdict(review, Flow.tcp(1723))).toBe('passes');
    expect(greOut(review)).toEqual([
      'to-client drops VPC firewall: Rule 1000 out (everything to 0.0.0.0/0) denies GRE (IP protocol 47).',
    ]);
  });

  test('that would let it out has a priority before the one that denies', () => {
    const review = reviewed(googleGateway({ pptp: PPTP_INGRESS, out: NO_EGRESS }));
    const { stops } = serves(review.answers, { protocol: PPTP, gateway: GATEWAY });
    const [stop] = stops.filter(({ hop }) => hop.verdict === 'drops');
    expect(stop?.change?.text).toBe(
      'add to firewall of google_compute_network.net an egress rule that allows protocol "47" without ports to 203.0.113.0/24, with a priority below 1000',
    );
    expect(stop?.change?.snippets).toEqual([
      {
        resource: {
          google_compute_firewall: {
            'allow-47-egress': {
              name: 'allow-47-egress',
              network: '${google_compute_network.net.id}',
              priority: 999,
              direction: 'EGRESS',
              allow: [{ protocol: '47' }],
              destination_ranges: ['203.0.113.0/24'],
              target_tags: ['vpn'],
            },
          },
        },
      },
    ]);
  });
});

describe('a firewall policy', () => {
  const rule = (action: string, rest: object = {}) => ({
    firewall_policy: '${google_compute_network_firewall_policy.p.name}',
    priority: 100,
    action,
    direction: 'INGRESS',
    match: { src_ip_ranges: ['203.0.113.0/25'], layer4_configs: [{ ip_protocol: 'all' }] },
    ...rest,
  });
  const policies = (rules: Readonly<Record<string, object>>, order?: string): Blocks => ({
    google_compute_network_firewall_policy: { p: { name: 'p' } },
    google_compute_network_firewall_policy_rule: rules,
    google_compute_network_firewall_policy_association: {
      p: {
        name: 'p',
        firewall_policy: '${google_compute_network_firewall_policy.p.id}',
        attachment_target: '${google_compute_network.net.id}',
      },
    },
    google_compute_network: {
      net: { name: 'net', ...(order === undefined ? {} : { network_firewall_policy_enforcement_order: order }) },
    },
  });

  test('decides after the rules of the network, unless the network says otherwise', () => {
    const with_ = (order?: string) =>
      served(reviewed(googleGateway({ allow: wireguard() }), policies({ deny: rule('deny') }, order)));
    expect(with_()).toEqual(['passes', '203.0.113.0/24']);
    expect(with_('AFTER_CLASSIC_FIREWALL')).toEqual(['passes', '203.0.113.0/24']);
    expect(with_('BEFORE_CLASSIC_FIREWALL')).toEqual(['passes', '203.0.113.128/25']);
  });

  test('lets in what no rule of the network decides about, before the implied rules', () => {
    const review = reviewed(googleGateway(), policies({ allow: rule('allow') }));
    expect(hops(review, Flow.udp(51820), '203.0.113.0/25')[2]).toBe(
      'to-gateway passes firewall policy: Rule 100 (everything from 203.0.113.0/25) allows UDP 51820.',
    );
    expect(verdict(review, Flow.udp(51820), '203.0.113.128/25')).toBe('drops');
  });

  test('hands on what goto_next says', () => {
    const rules = { next: rule('goto_next', { priority: 50 }), deny: rule('deny') };
    const review = reviewed(googleGateway({ allow: wireguard() }), policies(rules, 'BEFORE_CLASSIC_FIREWALL'));
    expect(served(review)).toEqual(['passes', '203.0.113.0/24']);
  });

  test('that was not read leaves it open', () => {
    const review = reviewed(googleGateway({ allow: wireguard() }), {
      google_compute_network_firewall_policy_association: {
        p: { firewall_policy: 'shared', attachment_target: '${google_compute_network.net.id}' },
      },
    });
    expect(verdict(review)).toBe('unknown');
  });

  test('with a rule that asks for what is not read leaves that open', () => {
    const match = { src_threat_intelligences: ['iplist-tor'], layer4_configs: [{ ip_protocol: 'all' }] };
    const rules = { deny: rule('deny', { match }) };
    const review = reviewed(googleGateway({ allow: wireguard() }), policies(rules, 'BEFORE_CLASSIC_FIREWALL'));
    expect(verdict(review)).toBe('unknown');
  });
});

describe('the routes of a network', () => {
  test('without the default route drop answers', () => {
    const review = reviewed(googleGateway({ allow: wireguard() }), {
      google_compute_network: { net: { name: 'net', delete_default_routes_on_create: true } },
    });
    expect(hops(review, Flow.udp(51820)).at(-1)).toBe(
      'to-client drops routes: No route leads to the clients: answers are dropped.',
    );
  });

  const route = (rest: object): Blocks => ({
    google_compute_network: { net: { name: 'net', delete_default_routes_on_create: true } },
    google_compute_route: {
      out: { network: '${google_compute_network.net.id}', dest_range: '0.0.0.0/0', ...rest },
    },
  });

  test.each([
    [{ next_hop_gateway: 'default-internet-gateway' }, 'passes'],
    [{ next_hop_gateway: 'default-internet-gateway', tags: ['vpn'] }, 'passes'],
    [{ next_hop_gateway: 'default-internet-gateway', tags: ['web'] }, 'drops'],
    [{ next_hop_ip: '10.40.0.4' }, 'unknown'],
    [{ next_hop_instance: '${google_compute_instance.vpn.self_link}' }, 'unknown'],
  ])('that has %j: %s', (rest, expected) => {
    expect(verdict(reviewed(googleGateway({ allow: wireguard() }), route(rest)))).toBe(expected);
  });

  test('of two to the same range: the lower priority wins', () => {
    const review = reviewed(googleGateway({ allow: wireguard() }), {
      google_compute_route: {
        out: {
          network: '${google_compute_network.net.id}',
          dest_range: '0.0.0.0/0',
          priority: 900,
          next_hop_ip: '10.40.0.4',
        },
      },
    });
    expect(verdict(review)).toBe('unknown');
  });
});

describe('Cloud NAT', () => {
  const nat = (rest: object = {}): Blocks => ({
    google_compute_router: { r: { name: 'r', region: 'europe-west3', network: '${google_compute_network.net.id}' } },
    google_compute_router_nat: {
      nat: {
        router: '${google_compute_router.r.name}',
        region: 'europe-west3',
        source_subnetwork_ip_ranges_to_nat: 'ALL_SUBNETWORKS_ALL_IP_RANGES',
        ...rest,
      },
    },
  });
  const inside = { network_interface: [{ subnetwork: '${google_compute_subnetwork.vpn.id}' }] };
  const first = (rest?: object) =>
    hops(reviewed(googleGateway({ pptp: PPTP_INGRESS }, inside), nat(rest)), Flow.tcp(1723))[0];

  test('in front of a machine without an external address lets nobody in, and that is found', () => {
    expect(first()).toBe(
      'to-gateway drops Cloud NAT: Cloud NAT takes no connections from outside, so a server behind it cannot be reached.',
    );
    const { findings } = reviewed(googleGateway({ pptp: PPTP_INGRESS }, inside), nat());
    expect(findings.map(({ kind }) => kind.id)).toEqual(['gateway-behind-nat', 'pptp-present']);
  });

  test.each([
    [{ source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS', subnetwork: [{ name: 'other' }] }],
    [{ region: 'us-east1' }],
  ])('that is for others (%j) is not in front of it', (rest) => {
    expect(first(rest)).toBe(
      'to-gateway drops external IP: It has no external address, so that nothing on the internet can send to it.',
    );
  });
});

describe('a machine behind a forwarding rule', () => {
  const inside = { network_interface: [{ subnetwork: '${google_compute_subnetwork.vpn.id}' }] };
  const forwarded = (rule: object, service: object = {}): Review =>
    reviewed(googleGateway({ pptp: PPTP_INGRESS }, inside), {
      google_compute_instance_group: {
        g: { instances: ['${google_compute_instance.vpn.id}'], zone: 'europe-west3-a' },
      },
      google_compute_region_backend_service: {
        b: {
          load_balancing_scheme: 'EXTERNAL',
          protocol: 'UNSPECIFIED',
          session_affinity: 'CLIENT_IP',
          backend: [{ group: '${google_compute_instance_group.g.id}' }],
          ...service,
        },
      },
      google_compute_target_instance: { t: { instance: '${google_compute_instance.vpn.id}' } },
      google_compute_target_pool: { p: { instances: ['${google_compute_instance.vpn.self_link}'] } },
      google_compute_forwarding_rule: { f: { load_balancing_scheme: 'EXTERNAL', ...rule } },
    });
  const BACKEND = { backend_service: '${google_compute_region_backend_service.b.id}' };
  const ANY = { ip_protocol: 'L3_DEFAULT', all_ports: true };
  /** What the forwarding rule does, towards the machine. */
  const front = ({ answers }: Review, flow: Flow) =>
    reach(answers, { flow, from: '203.0.113.0/24', to: GATEWAY })
      .ways.flatMap(({ passages }) => passages[0]?.hops ?? [])
      .filter(({ label, direction, element }) => {
        return label === 'google_compute_forwarding_rule.f' && direction === 'to-gateway' && element !== undefined;
      })
      .map(({ direction, verdict, name, because }) => `${direction} ${verdict} ${name}: ${because}`);

  test('takes TCP by a rule for it, and GRE in one form alone', () => {
    const tcp = forwarded({ ...BACKEND, ip_protocol: 'TCP', ports: ['1723'] });
    expect(verdict(tcp, Flow.tcp(1723))).toBe('passes');
    expect(verdict(tcp, Flow.GRE)).toBe('drops');
    const any = forwarded({ ...BACKEND, ...ANY });
    expect(verdict(any, Flow.tcp(1723))).toBe('passes');
    expect(verdict(any, Flow.GRE)).toBe('unknown');
    expect(front(any, Flow.GRE)).toEqual([
      'to-gateway passes passthrough LB: google_compute_forwarding_rule.f takes GRE (IP protocol 47) and hands it to the machine.',
    ]);
  });

  test('gets nothing by L3_DEFAULT over a backend service for TCP', () => {
    expect(verdict(forwarded({ ...BACKEND, ...ANY }, { protocol: 'TCP' }), Flow.GRE)).toBe('drops');
  });

  test('takes every protocol by protocol forwarding with L3_DEFAULT', () => {
    const review = forwarded({ ...ANY, target: '${google_compute_target_instance.t.id}' });
    expect(front(review, Flow.GRE)).toEqual([
      'to-gateway passes protocol forwarding: google_compute_forwarding_rule.f takes GRE (IP protocol 47) and hands it to the machine.',
    ]);
  });

  test('gets no GRE by a target pool', () => {
    const review = forwarded({ target: '${google_compute_target_pool.p.id}', port_range: '1723' });
    expect(verdict(review, Flow.tcp(1723))).toBe('passes');
    expect(front(review, Flow.GRE)).toEqual([
      'to-gateway drops target pool LB: A target pool takes TCP and UDP only, so GRE (IP protocol 47) ends there.',
    ]);
    expect(review.findings.map(({ kind }) => kind.id)).toContain('load-balancer-listener-for-pptp');
  });

  test('is not reached from the internet by an internal one', () => {
    const internal = { ...BACKEND, load_balancing_scheme: 'INTERNAL', ip_protocol: 'TCP', ports: ['1723'] };
    expect(verdict(forwarded(internal), Flow.tcp(1723))).toBe('drops');
  });
});

describe('an instance group', () => {
  test('starts machines from its template', () => {
    const { google_compute_instance: instances, ...rest } = googleGateway({ wireguard: wireguard() });
    const review = reviewed(rest, {
      google_compute_instance_template: { t: { ...(instances?.vpn as object), name: 't' } },
      google_compute_region_instance_group_manager: {
        g: { version: [{ instance_template: '${google_compute_instance_template.t.id}' }] },
      },
    });
    expect(
      review.gateways.map(({ machine, protocols }) => [
        machine.label,
        machine.many,
        protocols.find(({ protocol }) => protocol === WIREGUARD)?.verdict,
      ]),
    ).toEqual([['google_compute_region_instance_group_manager.g', true, 'passes']]);
  });
});
