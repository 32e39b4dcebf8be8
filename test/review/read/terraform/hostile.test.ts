// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { reviewTemplates } from 'pptp-constructs/review';
import { azureGateway, type Blocks, googleGateway, merged, nsgRule, PPTP_INGRESS } from '../../support/terraform';

/** Every type that is read, as the sources name them. */
const folder = join(__dirname, '../../../../lib/review/read/terraform');
const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const TYPES = [...new Set(sources.flatMap((text) => text.match(/\b(?:azurerm|google|aws)_[a-z0-9_]+/g) ?? []))].filter(
  (type) => /^[a-z0-9_]*[a-z0-9]$/.test(type),
);
const ATTRIBUTES = [
  ...new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/(?:get\(|values\.|'|\.)([a-z][a-z0-9_]{3,40})\b/g)].map(([, name]) => name ?? ''),
    ),
  ),
];

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    ...[
      '${',
      '${a',
      '${var.x}',
      '${local.a.b}',
      '${azurerm_subnet.a.id}',
      '${google_compute_network.a.id}',
      '%{if',
      '*',
    ],
    ...['${aws_vpc.a.default_security_group_id}', '${aws_vpc.a[0].id}', '10.0.0.0/8', '300.0.0.0/8', '-1', '70000', ''],
    ...['${data.terraform_remote_state.b.outputs.c}', '${each.value["x"].y}', '${concat([1], [[2]])...}', '__proto__'],
  ),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...ATTRIBUTES), fc.constantFrom('__proto__', 'constructor')), tie('any'), {
      maxKeys: 4,
    }),
  ),
})).any;
const resource = fc.dictionary(fc.constantFrom(...ATTRIBUTES, 'count', 'for_each', 'dynamic', '//'), value, {
  maxKeys: 12,
});

test('there are types and attributes to try', () => {
  expect(TYPES).toEqual(
    expect.arrayContaining(['azurerm_network_security_rule', 'google_compute_firewall', 'aws_vpc']),
  );
  expect(ATTRIBUTES).toEqual(expect.arrayContaining(['source_address_prefix', 'network_interface', 'cidr_block']));
});

const NEVER = { seed: 20261123, numRuns: 400 } as const;

test('a configuration with anything in its resources is reviewed, and never ends in an error of ours', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(resource, value)), {
        minKeys: 1,
        maxKeys: 8,
      }),
      fc.dictionary(fc.constantFrom('a', 'x'), value),
      (all, locals) => {
        expect(reviewTemplates({ net: { resource: all, locals } }).estate).toBeDefined();
      },
    ),
    NEVER,
  );
});

const NSG = [nsgRule('wireguard', 1000, { protocol: 'Udp', destination_port_range: '51820' })];
const WHOLE = merged([azureGateway(NSG), googleGateway({ pptp: PPTP_INGRESS })]);

test('a whole estate with one attribute that is anything is reviewed, and never ends in an error of ours', () => {
  const places = Object.entries(WHOLE).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, values]) =>
      Object.keys(values as object).map((attribute) => ({ type, name, attribute })),
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, ({ type, name, attribute }, anything) => {
      const changed: Blocks = {
        ...WHOLE,
        [type]: { ...WHOLE[type], [name]: { ...(WHOLE[type]?.[name] as object), [attribute]: anything } },
      };
      expect(reviewTemplates({ net: { resource: changed } }).gateways).toBeDefined();
    }),
    NEVER,
  );
});

test('a plan with anything in it is reviewed, and never ends in an error of ours', () => {
  const expression = fc.oneof(
    value,
    fc.record({
      references: fc.array(fc.oneof(text, fc.constantFrom('azurerm_subnet.a', 'module.m.o', 'var.x', 'each.key'))),
    }),
    fc.record({ constant_value: value }),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ type: fc.constantFrom(...TYPES), index: fc.option(fc.oneof(fc.nat(2), text)), values: resource }),
        {
          maxLength: 6,
        },
      ),
      fc.dictionary(fc.constantFrom(...ATTRIBUTES), expression),
      fc.dictionary(fc.constantFrom(...ATTRIBUTES), value),
      value,
      (resources, expressions, unknown, calls) => {
        const written = resources.map(({ type, index, values }) => ({
          address: `${type}.a${index === null ? '' : `[${JSON.stringify(index)}]`}`,
          mode: 'managed',
          type,
          name: 'a',
          index: index ?? undefined,
          values,
        }));
        const plan = {
          format_version: '1.2',
          planned_values: { root_module: { resources: written, child_modules: calls } },
          resource_changes: written.map(({ address }) => ({ address, change: { after_unknown: unknown } })),
          configuration: {
            root_module: {
              resources: resources.map(({ type }) => ({ address: `${type}.a`, expressions })),
              module_calls: calls,
            },
          },
        };
        expect(reviewTemplates({ net: plan }).estate).toBeDefined();
      },
    ),
    NEVER,
  );
});
