import { type EdgeSiteOptions, renderEdge } from '../../../lib/edge';
import { edgeProduct } from '../../../lib/edge/render';
import type { EdgeRole } from '../../../lib/edge/role';
import { IpProtocol } from '../../../lib/flows';
import { GATEWAY, INNER, planOf, type Reader, sitesOf, unwanted } from './describe-product';
import { type Answer, answer, type Probe } from './reading';

/**
 * What firewalls do whose rules are a list of their owner's: they deny by themselves, before the owner's rules are
 * asked, and say nothing of other servers.
 */
export function describeStrictness(id: string, read: Reader, planName: (site: EdgeSiteOptions) => string): void {
  const roles = Object.keys(edgeProduct(id).roles) as EdgeRole[];
  describe.each(roles.flatMap(sitesOf))(`${id} is strict as $role $publication`, (site) => {
    const isByPorts = site.publication === 'ports';
    const isAlone = site.role === 'routed' || site.role === 'gateway-host' || site.publication === 'one-to-one';
    const names = [...new Set([planName(site), 'IKEv2', 'WireGuard'])].map((name) => ({ name, plan: planOf(name) }));
    describe.each(names)('$name', ({ plan }) => {
      const render = () => read(renderEdge(plan, id, site));
      const wrong = (probes: readonly Probe[], right: Answer) => {
        const reading = render();
        return probes.flatMap((probe) => (answer(reading, probe) === right ? [] : [probe.what]));
      };
      const others = unwanted(plan, site, { greVersion: false, calls: false });

      test('denies strangers what clients may', () => {
        const strangers = others.filter(
          // Of GRE only where it is in the plan; where ports are translated one by one, without a call it is led nowhere.
          ({ what, protocol }) =>
            what.includes('stranger') && (protocol !== IpProtocol.GRE || (plan.hasGre && !isByPorts)),
        );
        expect(strangers.length).toBeGreaterThan(0);
        expect(wrong(strangers, 'deny')).toEqual([]);
      });

      test('denies everything else where the gateway has its address for itself, and leaves it where not', () => {
        const rest = others.filter(({ what, protocol }) => !what.includes('stranger') && protocol !== IpProtocol.GRE);
        expect(wrong(rest, isAlone ? 'deny' : 'left')).toEqual([]);
      });

      test('leaves the same flows to other servers', () => {
        const client = site.role === 'before-clients' ? '192.168.1.20' : '203.0.113.9';
        const elsewhere = plan.flows.map(
          ({ protocol, port, label }): Probe => ({
            what: label,
            protocol,
            ...(port === undefined ? {} : { port }),
            direction: 'to-gateway',
            client,
            gateway: '198.51.100.77',
            starts: true,
            hasCall: false,
            ...(protocol === IpProtocol.GRE ? { greVersion: 1 } : {}),
          }),
        );
        expect(wrong(elsewhere, 'left')).toEqual([]);
      });

      test('translates what the plan lets through and no more', () => {
        const { translations } = render();
        const found = translations
          .map(({ protocol, port, outer, inner }) => ({ protocol, port, outer, inner }))
          .sort((a, b) => (a.port ?? 0) - (b.port ?? 0));
        const ends = { outer: GATEWAY, inner: INNER };
        if (site.role !== 'before-gateway') {
          expect(found).toEqual([]);
        } else if (isByPorts) {
          const ported = plan.flows
            .filter(({ port }) => port !== undefined)
            .sort((a, b) => (a.port ?? 0) - (b.port ?? 0));
          const portless = found.filter(({ port }) => port === undefined);
          expect(found.filter(({ port }) => port !== undefined)).toEqual(
            ported.map(({ protocol, port }) => ({ protocol, port, ...ends })),
          );
          // Products that translate GRE by itself translate GRE alone.
          expect(portless.filter(({ protocol }) => protocol !== IpProtocol.GRE || !plan.hasGre)).toEqual([]);
        } else {
          expect(found).toEqual([{ protocol: 'any', port: undefined, ...ends }]);
        }
      });
    });
  });
}
