// What holds for every product, in every role: whatever somebody writes as a reason stays a comment, and whatever somebody
// writes in place of an option is refused with an error of ours.

import fc from 'fast-check';
import {
  Clients,
  EDGE_PRODUCTS,
  EDGE_ROLES,
  type EdgeConfiguration,
  type EdgeFile,
  EdgePlan,
  type EdgePlanOptions,
  type EdgeRole,
  type EdgeSiteOptions,
  IKEV2,
  Insecure,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  PptpConstructsError,
  renderEdge,
  SSTP,
  WIREGUARD,
} from '../../lib/edge';
import { GATEWAY, sitesOf } from './support/describe-product';

const HARMLESS = 'PLCs in plant 4 speak nothing else';

/** Where one could break out of a comment, a string or a line. */
const HOSTILE = [
  'PLCs in plant 4\npermit ip any any',
  'PLCs in plant 4\r\npermit ip any any',
  'PLCs in plant 4\u2028permit ip any any',
  'PLCs in plant 4\u2029permit ip any any',
  'PLCs in plant 4\u0085permit ip any any',
  'PLCs in plant 4\vpermit\fip any any',
  'PLCs in plant 4 \\\npermit ip any any',
  'PLCs in plant 4 ends so \\',
  'PLCs in plant 4 ends so \\ \\',
  `PLCs in plant 4 ${'x'.repeat(77)}\\ and goes on`,
  'PLCs in plant 4 $(reboot) `reboot` $IFS',
  'PLCs in plant 4 "; reboot; \'; reboot #',
  'PLCs in plant 4 !!! !reboot',
  'PLCs in plant 4 --> <script>alert(1)</script> <!-- ',
  'PLCs in plant 4 */ permit /* #> permit <# ]]> -- ',
  'PLCs in plant 4 %0apermit %COMSPEC% %{x}',
  'PLCs in plant 4 \u202epermit\u2066 \ufeff\u200b',
  'PLCs in plant 4 \0\x07\x1b[2J\x03\x1a',
  'PLCs in plant 4\n\'@\npermit\n"@\npermit',
  'PLCs in plant 4\n```\npermit\n```\n| permit | any |',
  'PLCs in plant 4 {{ permit }} <% permit %> <?permit?>',
];

/** A file without comments, as a reader of its language takes it, who takes whatever may be the end of a line for one. */
function bare({ product }: EdgeConfiguration, { name, text }: EdgeFile): string[] {
  const lines = (all: string) => all.split(/[\n\r\v\f\u0085\u2028\u2029]/).map((line) => line.trimEnd());
  if (name.endsWith('.xml')) {
    // No line of it ends a comment but the last, and nothing within it may be two hyphens.
    return lines(text.replace(/<!--(?:(?!--)[^\n])*-->/g, '')).filter((line) => line !== '');
  }
  const comment = name.endsWith('.md') ? /^>/ : product.startsWith('cisco-') ? /^\s*!/ : /^\s*#/;
  return lines(text).filter((line) => line !== '' && !comment.test(line));
}

const planWith = (reason: string): EdgePlan =>
  EdgePlan.from({
    name: 'plant4',
    protocols: [PPTP],
    insecure: Insecure.because(reason),
    clients: Clients.from('203.0.113.0/24'),
    gateway: GATEWAY,
    tunnelRange: '10.99.0.0/24',
  });

const places = EDGE_PRODUCTS.flatMap(({ id, roles }) =>
  (Object.keys(roles) as EdgeRole[]).flatMap(sitesOf).map((site) => ({ id, site })),
);

/** What a product makes of a plan at a place; nothing where it refuses it. */
function rendered(plan: EdgePlan, id: string, site: EdgeSiteOptions): EdgeConfiguration | undefined {
  try {
    return renderEdge(plan, id, site);
  } catch (error) {
    if (PptpConstructsError.is(error) && error.code === 'EDGE_FLOW_NOT_EXPRESSIBLE') {
      return undefined;
    }
    throw error;
  }
}

describe.each(places)('$id, $site.role $site.publication', ({ id, site }) => {
  const harmless = rendered(planWith(HARMLESS), id, site);
  if (harmless === undefined) {
    test('refuses PPTP here, whatever the reason', () => {
      expect(HOSTILE.map((reason) => rendered(planWith(reason), id, site))).toEqual(HOSTILE.map(() => undefined));
    });
    return;
  }
  const bared = harmless.files.map((file) => bare(harmless, file));

  /** The files of which a reason has changed more than the comments. */
  function changedBy(reason: string): string[] {
    const { files } = rendered(planWith(reason), id, site) ?? { files: [] };
    expect(files).toHaveLength(harmless?.files.length ?? 0);
    return files.flatMap((file, index) =>
      harmless !== undefined && bare(harmless, file).join('\n') === bared[index]?.join('\n') ? [] : [file.name],
    );
  }

  test('keeps the reason for reviewers, in every file', () => {
    const silent = harmless.files.filter(({ text }) => !text.includes('Reason given: PLCs in plant 4'));
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test('lets no reason out of its comments', () => {
    expect(HOSTILE.flatMap((reason) => changedBy(reason).map((name) => `${name}: ${JSON.stringify(reason)}`))).toEqual(
      [],
    );
  });

  test('lets no reason out of its comments, whatever it is', () => {
    const reasons = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), { minLength: 1 });
    fc.assert(
      fc.property(reasons, (parts) => {
        expect(changedBy(`because of PLCs ${parts.join(' ')}`)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  test('has no lines but those of its blocks, and what must come first', () => {
    const strays = harmless.files.flatMap((file, index) => {
      const [head = ''] = file.text.split(/\n\n/);
      const blocks = new Set(file.blocks.flatMap(({ text }) => text.split('\n').map((line) => line.trimEnd())));
      const first = new Set(head.split('\n'));
      return (bared[index] ?? []).filter((line) => !blocks.has(line) && !first.has(line));
    });
    expect(strays).toEqual([]);
  });

  test('is the same however often it is rendered', () => {
    expect(renderEdge(planWith(HARMLESS), id, site)).toEqual(harmless);
  });

  test('has files whose names stay in their folder, each once', () => {
    const names = harmless.files.map(({ name }) => name);
    expect(names.filter((name) => !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || name.length > 80)).toEqual([]);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });

  test('has a configuration, its removal and a check, each with why and on whose word', () => {
    expect(new Set(harmless.files.map(({ purpose }) => purpose))).toEqual(
      new Set(['configuration', 'removal', 'check']),
    );
    const blocks = harmless.files.flatMap((file) => file.blocks);
    expect(blocks.filter(({ text, why, evidence }) => text === '' || why === '' || evidence.length === 0)).toEqual([]);
    expect(blocks.filter(({ why }) => /[\n\r]/.test(why))).toEqual([]);
  });
});

describe.each(EDGE_PRODUCTS.filter(({ interfaces }) => interfaces !== undefined))('$id', ({ interfaces }) => {
  test('takes no name of an interface that could be more than a name', () => {
    const names = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...HOSTILE, 'eth0\n', '-i', 'a b'),
    );
    fc.assert(
      fc.property(names, (name) => {
        expect(interfaces?.pattern.test(name) !== true || /^\w[\w./:@ -]*$/.test(name)).toBe(true);
      }),
    );
    expect(interfaces?.pattern.test(interfaces.usual.inside)).toBe(true);
    expect(interfaces?.pattern.test(interfaces.usual.outside)).toBe(true);
  });
});

describe('whatever is written', () => {
  /** What the errors of an action are, where they are not ours. */
  function foreign(act: () => unknown): unknown {
    try {
      act();
      return undefined;
    } catch (error) {
      return PptpConstructsError.is(error) ? undefined : error;
    }
  }

  const junk = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
    fc.constantFrom(
      null,
      Number.NaN,
      '',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/8',
      '2001:db8::/32',
      'routed',
      Symbol('s'),
      () => 1,
    ),
  );
  const or = <T>(...right: T[]) => fc.option(fc.oneof(fc.constantFrom(...right), junk), { nil: undefined });

  test('as a plan, is refused with an error of ours or is a plan', () => {
    const plans = fc.record({
      name: or('plant4'),
      protocols: or<unknown>([PPTP], [WIREGUARD, OPENVPN], [IKEV2], [null], [{ flowSets: [], standing: {} }]),
      flowSets: or<unknown>(IKEV2.flowSets, OPENVPN.flowSets, [{}], [{ flows: [null] }], [null]),
      insecure: or<unknown>(Insecure.because(HARMLESS), { reason: 4 }),
      clients: or<unknown>(Clients.from('203.0.113.0/24'), Clients.from('2001:db8::/32'), { ranges: [] }),
      gateway: or('198.51.100.10', '2001:db8::1'),
      path: or<unknown>({ hops: [] }, { hops: [{}] }, { hops: [null] }),
      tunnelRange: or('10.99.0.0/24'),
      mss: or(1300),
    });
    fc.assert(
      fc.property(fc.oneof(plans, junk), (options) => {
        expect(foreign(() => EdgePlan.from(options as unknown as EdgePlanOptions))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('as a product and its place, is refused with an error of ours or is rendered', () => {
    const plan = planWith(HARMLESS);
    const wide = EdgePlan.from({
      name: 'plant4',
      protocols: [WIREGUARD, SSTP, L2TP_IPSEC],
      clients: Clients.from('2001:db8::/32', '2001:db9::/48'),
    });
    const sites = fc.record({
      role: or<unknown>(...Object.keys(EDGE_ROLES)),
      clientNetworks: or<unknown>(['192.168.1.0/24'], ['fd00::/64'], [null], []),
      innerAddress: or('192.0.2.10', '2001:db8::10'),
      publication: or('ports', 'one-to-one'),
      management: or<unknown>(['198.51.100.0/24'], ['0.0.0.0/0'], [4]),
      inside: or('lan', 'eth1', 'inside'),
      outside: or('wan', 'eth0', 'outside'),
    });
    const ids = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...EDGE_PRODUCTS.map(({ id }) => id)) }, junk);
    fc.assert(
      fc.property(fc.constantFrom<unknown>(plan, wide, null, {}), ids, fc.oneof(sites, junk), (given, id, site) => {
        expect(foreign(() => renderEdge(given as EdgePlan, id as string, site as EdgeSiteOptions))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test.each(EDGE_PRODUCTS.map(({ id }) => id))(
    'every mixture of protocols and clients is rendered by %s, or refused',
    (id) => {
      const protocols = [PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN, WIREGUARD];
      const mixtures = fc.record({
        protocols: fc.uniqueArray(fc.constantFrom(...protocols), { minLength: 1 }),
        allSets: fc.boolean(),
        clients: fc.constantFrom(
          Clients.from('203.0.113.0/24'),
          Clients.from('203.0.113.7/32', '198.51.100.128/25', '10.0.0.0/8'),
          Clients.from('2001:db8::/32'),
          Clients.anywhereBecause('roaming sales staff; reviewed 2026-11'),
          Clients.from(...Array.from({ length: 120 }, (_, index) => `10.${index >> 8}.${index & 255}.0/26`)),
        ),
        gateway: fc.constantFrom(undefined, '198.51.100.10', '2001:db8:ffff::10'),
      });
      const sites = fc.constantFrom(
        ...(Object.keys(EDGE_PRODUCTS.find((one) => one.id === id)?.roles ?? {}) as EdgeRole[]).flatMap(sitesOf),
      );
      fc.assert(
        fc.property(mixtures, sites, ({ allSets, gateway, ...mixture }, site) => {
          const act = () => {
            const plan = EdgePlan.from({
              ...mixture,
              name: 'plant4',
              insecure: Insecure.because(HARMLESS),
              ...(allSets ? { flowSets: mixture.protocols.flatMap(({ flowSets }) => flowSets) } : {}),
              ...(gateway === undefined ? {} : { gateway }),
            });
            const ipv6 = plan.version === 6;
            return renderEdge(plan, id, {
              ...site,
              ...(site.clientNetworks !== undefined && ipv6 ? { clientNetworks: ['fd00:1::/64'] } : {}),
              ...(site.innerAddress !== undefined && ipv6 ? { innerAddress: '2001:db8:fffe::10' } : {}),
            });
          };
          expect(foreign(act)).toBeUndefined();
        }),
        { numRuns: 25 },
      );
    },
  );
});
