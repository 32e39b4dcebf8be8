// What is around a product: the files with their comments, and what is refused before a product is asked.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgePlan, type EdgePlanOptions, renderEdge } from '../../lib/edge';
import { refuseFlow } from '../../lib/edge/refusal';
import { Flow, Insecure } from '../../lib/flows';
import { PPTP, WIREGUARD } from '../../lib/protocols';
import { Clients } from '../../lib/rules/clients';
import { errorOf } from '../support/messages';

jest.mock('../../lib/edge/products', () => {
  const { BARE, SCRIPTED, TOY } = jest.requireActual('./support/toy-product');
  return { EDGE_PRODUCTS: [TOY, BARE, SCRIPTED] };
});

const options: EdgePlanOptions = {
  name: 'plant4',
  protocols: [PPTP],
  insecure: Insecure.because('PLCs in plant 4 speak nothing else'),
  clients: Clients.from('203.0.113.0/24'),
  gateway: '198.51.100.10',
};
const plan = EdgePlan.from(options);
const routed = { role: 'routed' } as const;

const refused = (...args: unknown[]) => errorOf(() => renderEdge(...(args as Parameters<typeof renderEdge>)));

const configurationOf = (...args: Parameters<typeof renderEdge>) => renderEdge(...args).files[0] ?? { text: '' };

describe('a configuration', () => {
  test('has the product, the role and the files of the product', () => {
    const { product, role, files } = renderEdge(plan, 'toy-wall', routed);
    expect([product, role]).toEqual(['toy-wall', 'routed']);
    expect(files.map(({ name, purpose }) => [name, purpose])).toEqual([
      ['toy.conf', 'configuration'],
      ['toy-remove.conf', 'removal'],
      ['check.txt', 'check'],
    ]);
  });

  test('has a header that says what it lets through and why, and a comment before each block', () => {
    const [configuration, removal] = renderEdge(plan, 'toy-wall', routed).files;
    expect(configuration?.text).toMatchInlineSnapshot(`
      "#!toy
      # Toy Wall as a firewall in the middle, which translates nothing. For Toy OS 1.
      # Lets through PPTP of plant4: TCP 1723, GRE 47, to 198.51.100.10.
      # Reason given: PLCs in plant 4 speak nothing else

      # It says what it was given.
      {"role":"routed","clientNetworks":[],"innerAddress":"198.51.100.10","publication":"ports","management":[],"inside":"lan","outside":"wan","clients":["203.0.113.0/24"]}

      # It ends. [From memory: no document was read that says it. Try it before you rely on it.]
      end
      "
    `);
    expect(removal?.text.split('\n').slice(0, 2)).toEqual([
      '# Toy Wall as a firewall in the middle, which translates nothing. For Toy OS 1.',
      '# Takes back what lets through PPTP of plant4: TCP 1723, GRE 47, to 198.51.100.10.',
    ]);
  });

  test('marks what nobody has read of, and nothing else', () => {
    const { text } = configurationOf(plan, 'toy-wall', routed);
    expect(text.match(/^.*From memory.*$/gm)).toEqual([
      '# It ends. [From memory: no document was read that says it. Try it before you rely on it.]',
    ]);
  });

  test('says that the address must be put in where it is not known', () => {
    const { gateway, ...unknown } = options;
    const { text } = configurationOf(EdgePlan.from(unknown), 'toy-wall', routed);
    expect(text).toContain("# Put the gateway's address in the place of GATEWAY_ADDRESS first.\n");
    expect(text).toContain('"innerAddress":"GATEWAY_ADDRESS"');
  });

  test('hands out the blocks as the product made them', () => {
    const [configuration] = renderEdge(plan, 'toy-wall', routed).files;
    expect(configuration?.blocks.map(({ why }) => why)).toEqual(['It says what it was given.', 'It ends.']);
    expect(configuration?.blocks.every(({ text }) => configuration.text.includes(`\n${text}\n`))).toBe(true);
  });

  test('is the same however often it is rendered', () => {
    expect(renderEdge(plan, 'toy-wall', routed)).toEqual(renderEdge(EdgePlan.from(options), 'toy-wall', routed));
  });
});

describe('a script', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const { gateway, ...unknown } = options;
  const [script, check] = renderEdge(EdgePlan.from(unknown), 'scripted-wall', routed).files;
  const run = (shell: string, text = '') => {
    const file = join(folder, 'wall.sh');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(shell, [file], { encoding: 'utf8' });
    return [status, stdout, stderr];
  };

  test.each(['sh', 'bash'])('does nothing without the address, and all of it with the address: %s', (shell) => {
    expect(run(shell, script?.text)).toEqual([
      1,
      '',
      "put the gateway's address in the place of GATEWAY ADDRESS first\n",
    ]);
    // As docs/edge.md has it: everywhere, in the comments too.
    const everywhere = script?.text.replaceAll('GATEWAY_ADDRESS', '198.51.100.10');
    expect(run(shell, everywhere)).toEqual([0, 'rule to 198.51.100.10\n', '']);
    // By hand, in the rules alone.
    const inRules = script?.text.replace(/^(?!#)(.*)GATEWAY_ADDRESS/gm, '$1198.51.100.10');
    expect(inRules).toContain('GATEWAY_ADDRESS');
    expect(run(shell, inRules)).toEqual([0, 'rule to 198.51.100.10\n', '']);
  });

  test('has no guard where the address is known, or where it says nothing of it', () => {
    const [known] = renderEdge(plan, 'scripted-wall', routed).files;
    expect([known?.text, check?.text].filter((text) => text?.includes('exit 1'))).toEqual([]);
  });
});

describe('a configuration is refused', () => {
  test.each([undefined, null, {}, 'plant4', options])('without a plan: %#', (given) => {
    expect(refused(given, 'toy-wall', routed).code).toBe('EDGE_PLAN_INVALID');
  });

  test('without a plan, with what to write', () => {
    expect(refused({ name: 'plant4' }, 'toy-wall', routed).text).toMatchInlineSnapshot(`
      "a configuration was asked for without a plan of what to let through.
        got      an object of class Object
        allowed  what EdgePlan.from returns
        write    renderEdge(EdgePlan.from({ name: 'plant4', protocols: [PPTP], ... }), 'nftables', { role: 'routed' })

            at FILE:LINE
            code EDGE_PLAN_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each([undefined, null, 47, [], 'constructor', ''])('for the product %j', (product) => {
    expect(refused(plan, product, routed).code).toBe('EDGE_PRODUCT_UNKNOWN');
  });

  test('for a product that is not known, with the nearest name', () => {
    expect(refused(plan, 'bar-wall', routed).text).toMatchInlineSnapshot(`
      "no firewall has this id.
        got      "bar-wall"
        allowed  toy-wall, bare-wall, scripted-wall
        write    'bare-wall'

            at FILE:LINE
            code EDGE_PRODUCT_UNKNOWN, see docs/diagnostics.md"
    `);
  });

  test('without a site', () => {
    expect(refused(plan, 'toy-wall').code).toBe('EDGE_ROLE_UNKNOWN');
    expect(refused(plan, 'toy-wall', null).code).toBe('EDGE_ROLE_UNKNOWN');
  });

  test('for more ranges than the product holds', () => {
    const clients = Clients.from('203.0.113.0/26', '203.0.113.128/26', '198.51.100.0/26');
    const { code, text } = refused(EdgePlan.from({ ...options, clients }), 'toy-wall', routed);
    expect(code).toBe('EDGE_TOO_MANY_RANGES');
    expect(text).toMatchInlineSnapshot(`
      "Toy Wall holds fewer client ranges in one object than there are.
        got      3
        allowed  at most 2 ranges
        write    ranges that lie side by side as one, or a plan for each part of them

            at FILE:LINE
            code EDGE_TOO_MANY_RANGES, see docs/diagnostics.md"
    `);
  });

  test('for more networks of clients than the product holds, and not for ranges that it is not told', () => {
    const clients = Clients.from('203.0.113.0/26', '203.0.113.128/26', '198.51.100.0/26');
    const many = EdgePlan.from({ ...options, clients });
    const networks = ['192.168.1.0/24', '192.168.3.0/24', '192.168.5.0/24'];
    const site = { role: 'before-clients', clientNetworks: networks };
    expect(refused(many, 'toy-wall', site).code).toBe('EDGE_TOO_MANY_RANGES');
    const two = {
      role: 'before-clients',
      clientNetworks: networks.slice(1),
    } as const;
    expect(renderEdge(many, 'toy-wall', two).files).toHaveLength(3);
  });

  test('for a version of IP that the product is not rendered for', () => {
    const ipv6 = EdgePlan.from({
      name: 'plant4',
      protocols: [WIREGUARD],
      clients: Clients.from('2001:db8::/32'),
    });
    expect(renderEdge(ipv6, 'bare-wall', routed).files).toHaveLength(3);
    const { code, text } = refused(ipv6, 'toy-wall', routed);
    expect(code).toBe('EDGE_IP_VERSION_NOT_SUPPORTED');
    expect(text).toMatchInlineSnapshot(`
      "Toy Wall is not rendered for IPv6 by this library.
        got      ["2001:db8::/32"]
        allowed  IPv4
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code EDGE_IP_VERSION_NOT_SUPPORTED, see docs/diagnostics.md"
    `);
  });

  test('for a flow that the product cannot express, naming both', () => {
    const { code, text } = errorOf(() =>
      refuseFlow({ name: 'Toy Wall' }, Flow.GRE, 'its rules have ports alone.', 'WireGuard, which is one UDP port.'),
    );
    expect(code).toBe('EDGE_FLOW_NOT_EXPRESSIBLE');
    expect(text).toMatchInlineSnapshot(`
      "Toy Wall cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: its rules have ports alone.

        In its place: WireGuard, which is one UDP port.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md"
    `);
  });
});
