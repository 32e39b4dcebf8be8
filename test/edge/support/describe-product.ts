import { type EdgeConfiguration, EdgePlan, type EdgeSiteOptions, renderEdge } from '../../../lib/edge';
import { edgeProduct } from '../../../lib/edge/render';
import type { EdgeRole } from '../../../lib/edge/role';
import { Insecure, IpProtocol } from '../../../lib/flows';
import { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, SSTP, type VpnProtocol, WIREGUARD } from '../../../lib/protocols';
import { Clients } from '../../../lib/rules/clients';
import { type Answer, answer, type Probe, type Reading } from './reading';

export const GATEWAY = '198.51.100.10';
export const INNER = '192.0.2.10';
export const LAN = '192.168.1.0/24';

/** The plans that every product is asked to render. */
export const PLANS: Readonly<Record<string, readonly VpnProtocol[]>> = {
  PPTP: [PPTP],
  'L2TP/IPsec': [L2TP_IPSEC],
  SSTP: [SSTP],
  IKEv2: [IKEV2],
  'IKEv2 with ESP': [IKEV2],
  OpenVPN: [OPENVPN],
  WireGuard: [WIREGUARD],
  'PPTP, IKEv2 and WireGuard': [PPTP, IKEV2, WIREGUARD],
};

/** One or two ranges of clients. */
export const RANGES = [['203.0.113.0/24'], ['203.0.113.0/25', '203.0.114.16/28']] as const;

export function planOf(name: string, ranges: readonly string[] = RANGES[0]): EdgePlan {
  const protocols = PLANS[name] ?? [];
  return EdgePlan.from({
    name: 'plant4',
    protocols,
    ...(name === 'IKEv2 with ESP' ? { flowSets: IKEV2.flowSets } : {}),
    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
    clients: Clients.from(...ranges),
    gateway: GATEWAY,
    tunnelRange: '10.99.0.0/24',
  });
}

/** The sites of a role: with `before-gateway` both publications. */
export function sitesOf(role: EdgeRole): EdgeSiteOptions[] {
  switch (role) {
    case 'before-clients':
      return [{ role, clientNetworks: [LAN] }];
    case 'before-gateway':
      return [
        { role, innerAddress: INNER, publication: 'ports' },
        { role, innerAddress: INNER, publication: 'one-to-one' },
      ];
    default:
      return [{ role }];
  }
}

/** What a product can tell apart; where it cannot, a packet of an allowed client gets through that no call needs. */
export interface Tells {
  /** GRE version 1 from version 0. */
  readonly greVersion: boolean;
  /** GRE of a client with a control connection from GRE of one without. */
  readonly calls: boolean;
}

/** Reads a configuration back from its text alone. */
export type Reader = (configuration: EdgeConfiguration) => Reading;

/**
 * Renders every plan for every role of a product, reads it back and asks about packets: allowed exactly what the plan
 * allows. @param tells what the product can tell apart, in a role
 */
export function describeProduct(id: string, read: Reader, tells: (role: EdgeRole) => Tells): void {
  const roles = Object.keys(edgeProduct(id).roles) as EdgeRole[];
  describe.each(roles.flatMap(sitesOf))(`${id}, $role $publication`, (site) => {
    describe.each(Object.keys(PLANS).flatMap((name) => RANGES.map((ranges) => ({ name, ranges }))))(
      '$name from $ranges',
      ({ name, ranges }) => {
        const plan = planOf(name, ranges);
        // A renderer may refuse: its own test says which plans, and with what text.
        const configuration = attempt(() => renderEdge(plan, id, site));
        if (configuration === undefined) {
          test('is refused', () => {
            expect(() => renderEdge(plan, id, site)).toThrow(expect.objectContaining({ kind: 'refusal' }));
          });
          return;
        }
        const reading = read(configuration);
        const can = tells(site.role);
        // One test for many packets: what is listed is what was answered wrongly.
        const answers = (probes: readonly Probe[], isRight: (given: Answer) => boolean) =>
          probes.flatMap((probe) => (isRight(answer(reading, probe)) ? [] : [probe.what]));
        test('lets through every flow of the plan, both ways', () => {
          expect(answers(wanted(plan, site), (given) => given === 'allow')).toEqual([]);
        });
        test('lets through nothing else to the gateway', () => {
          expect(answers(unwanted(plan, site, can), (given) => given !== 'allow')).toEqual([]);
        });
        test('says nothing of what goes elsewhere', () => {
          expect(answers(unrelated(site), (given) => given === 'left')).toEqual([]);
        });
      },
    );
  });
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if ((error as { code?: string }).code === 'EDGE_FLOW_NOT_EXPRESSIBLE') {
      return undefined;
    }
    throw error;
  }
}

function insiders(plan: EdgePlan, { role }: EdgeSiteOptions): string[] {
  return role === 'before-clients' ? ['192.168.1.20'] : plan.clients.map((one) => one.address(9));
}

/** Somebody far away, and the first address behind each range. */
function outsiders(plan: EdgePlan, { role }: EdgeSiteOptions): string[] {
  return role === 'before-clients'
    ? ['192.168.2.20']
    : ['192.0.2.77', ...plan.clients.map((one) => one.address(one.size))];
}

const GRE1 = { protocol: IpProtocol.GRE, greVersion: 1 } as const;

/** Every flow of the plan, both directions; of GRE whichever end is first. */
export function wanted(plan: EdgePlan, site: EdgeSiteOptions): Probe[] {
  return insiders(plan, site).flatMap((client) =>
    plan.flows.flatMap((flow): Probe[] => {
      const probe = {
        client,
        gateway: GATEWAY,
        protocol: flow.protocol,
        ...(flow.port === undefined ? {} : { port: flow.port }),
      };
      const from = `of ${client}`;
      if (flow.protocol === IpProtocol.GRE) {
        return (['to-gateway', 'to-client'] as const).flatMap((direction) =>
          [true, false].map((starts) => ({
            ...probe,
            ...GRE1,
            hasCall: true,
            direction,
            starts,
            what: `GRE of a call ${from}, ${direction}, ${starts ? 'the first packet' : 'a later packet'}`,
          })),
        );
      }
      return [
        { ...probe, direction: 'to-gateway', starts: true, what: `${flow.label} ${from}` },
        { ...probe, direction: 'to-client', starts: false, what: `what answers ${flow.label} ${from}` },
      ];
    }),
  );
}

/** What is near to the plan and not in it. */
export function unwanted(plan: EdgePlan, site: EdgeSiteOptions, { greVersion, calls }: Tells): Probe[] {
  const { TCP, UDP, GRE, ESP } = IpProtocol;
  const starts = { direction: 'to-gateway', starts: true, gateway: GATEWAY } as const;
  const has = (protocol: number, port?: number) =>
    plan.flows.some((flow) => flow.protocol === protocol && flow.port === port);
  const others = [
    { protocol: TCP, port: 22 },
    { protocol: TCP, port: 47 },
    { protocol: UDP, port: 47 },
    { protocol: TCP, port: 1722 },
    { protocol: TCP, port: 1723 },
    { protocol: TCP, port: 1724 },
    { protocol: UDP, port: 1723 },
    { protocol: UDP, port: 1701 },
    { protocol: TCP, port: 443 },
    { protocol: UDP, port: 51820 },
    { protocol: ESP },
    { protocol: 4 },
  ].filter(({ protocol, port }) => !has(protocol, port));
  const named = ({ protocol, port }: { protocol: number; port?: number }) =>
    port === undefined ? `IP protocol ${protocol}` : `${protocol === TCP ? 'TCP' : 'UDP'} ${port}`;
  const gre = (client: string, more: Partial<Probe>, what: string) => ({ ...starts, ...GRE1, client, ...more, what });
  const clients = insiders(plan, site);
  return [
    ...clients.flatMap((client) =>
      others.map((other) => ({ ...starts, ...other, client, what: `${named(other)} of ${client}` })),
    ),
    ...outsiders(plan, site).flatMap((client) => [
      ...plan.flows
        .filter(({ protocol }) => protocol !== GRE)
        .map(({ protocol, port, label }) => ({
          ...starts,
          protocol,
          ...(port === undefined ? {} : { port }),
          client,
          what: `${label} of the stranger ${client}`,
        })),
      gre(client, { hasCall: false }, `GRE of the stranger ${client}`),
    ]),
    ...clients.flatMap((client) => [
      ...(plan.hasGre ? [] : [gre(client, { hasCall: false }, `GRE of ${client}`)]),
      ...(plan.hasGre && greVersion ? [gre(client, { greVersion: 0, hasCall: true }, `plain GRE of ${client}`)] : []),
      ...(plan.hasGre && calls ? [gre(client, { hasCall: false }, `GRE of ${client} without a call`)] : []),
    ]),
  ];
}

/** Packets between others: whatever is written for this gateway says nothing of them. */
export function unrelated({ role }: EdgeSiteOptions): Probe[] {
  if (role === 'gateway-host') {
    return [];
  }
  const client = role === 'before-clients' ? '192.168.1.20' : '203.0.113.9';
  const other = { direction: 'to-gateway', starts: true, client, gateway: '198.51.100.77' } as const;
  return [
    { ...other, protocol: IpProtocol.TCP, port: 443, what: 'TCP 443 to another server' },
    { ...other, protocol: IpProtocol.UDP, port: 53, what: 'UDP 53 to another server' },
  ];
}
