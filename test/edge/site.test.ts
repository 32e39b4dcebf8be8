// Where a firewall stands: what each role needs, and what is refused.

import { EdgePlan, type EdgeSiteOptions } from '../../lib/edge';
import { checkedSite, type EdgeSite } from '../../lib/edge/site';
import { WIREGUARD } from '../../lib/protocols';
import { Clients } from '../../lib/rules/clients';
import { errorOf } from '../support/messages';
import { BARE, TOY } from './support/toy-product';

const plan = EdgePlan.from({
  name: 'plant4',
  protocols: [WIREGUARD],
  clients: Clients.from('203.0.113.0/24'),
  gateway: '198.51.100.10',
});
const plan6 = EdgePlan.from({
  name: 'plant4',
  protocols: [WIREGUARD],
  clients: Clients.from('2001:db8:1::/48'),
});

const site = (options: EdgeSiteOptions, product = TOY): EdgeSite => checkedSite(plan, product, options);
const refused = (options: object, product = TOY, of = plan) =>
  errorOf(() => checkedSite(of, product, options as EdgeSiteOptions));

const LAN = ['192.168.1.0/24'];

describe('a site', () => {
  test('before clients has their networks, each address once', () => {
    const { clientNetworks, innerAddress } = site({
      role: 'before-clients',
      clientNetworks: ['192.168.1.0/25', '192.168.1.0/24', '192.168.1.0/24', '192.168.3.0/24'],
    });
    expect(clientNetworks.map(String)).toEqual(['192.168.1.0/24', '192.168.3.0/24']);
    expect(innerAddress).toBe('198.51.100.10');
  });

  test('before the gateway has the address behind the translation, and shares ports unless told otherwise', () => {
    const given = {
      role: 'before-gateway',
      innerAddress: '192.0.2.10',
    } as const;
    expect(site(given)).toMatchObject({
      innerAddress: '192.0.2.10',
      publication: 'ports',
    });
    expect(site({ ...given, publication: 'one-to-one' }).publication).toBe('one-to-one');
  });

  test('writes an IPv6 address in one way', () => {
    const options: EdgeSiteOptions = {
      role: 'before-gateway',
      innerAddress: '2001:DB8:0::0010',
    };
    expect(checkedSite(plan6, BARE, options).innerAddress).toBe('2001:db8::10');
  });

  test('has the usual names of interfaces where none are written, and the written ones where they are', () => {
    expect(site({ role: 'routed' })).toMatchObject({
      inside: 'lan',
      outside: 'wan',
    });
    expect(site({ role: 'routed', outside: 'dsl0' })).toMatchObject({
      inside: 'lan',
      outside: 'dsl0',
    });
    expect(site({ role: 'routed' }, BARE)).toMatchObject({
      inside: '',
      outside: '',
    });
  });

  test('on the gateway has those who may administer it', () => {
    const host = { ...TOY, roles: { 'gateway-host': 'reader' } } as const;
    const management = ['198.51.100.128/25'];
    expect(site({ role: 'gateway-host', management }, host).management.map(String)).toEqual(management);
    expect(site({ role: 'gateway-host' }, host).management).toEqual([]);
  });
});

describe('a site is refused', () => {
  test.each([undefined, null, 'router', 47, {}, ['routed'], 'toString'])('for the role %j', (role) => {
    expect(refused({ role }).code).toBe('EDGE_ROLE_UNKNOWN');
  });

  test('for a role that no firewall plays', () => {
    expect(refused({ role: 'behind-gateway' }).text).toMatchInlineSnapshot(`
      "role is none that a firewall plays on the way to a gateway.
        got      "behind-gateway"
        allowed  'before-clients', 'routed', 'before-gateway', 'gateway-host'
        write    role: 'before-gateway'

            at FILE:LINE
            code EDGE_ROLE_UNKNOWN, see docs/diagnostics.md"
    `);
  });

  test('for a role that this product does not play, with why', () => {
    const { code, text } = refused({ role: 'gateway-host' });
    expect(code).toBe('EDGE_ROLE_NOT_PLAYED');
    expect(text).toMatchInlineSnapshot(`
      "Toy Wall cannot be the machine that the gateway runs on: no server runs on a toy.
        got      "gateway-host"
        allowed  'before-clients', 'before-gateway', 'routed'
        write    role: 'before-clients'

            at FILE:LINE
            code EDGE_ROLE_NOT_PLAYED, see docs/diagnostics.md"
    `);
  });

  test('for a role that this product does not play, where nothing says why', () => {
    const { notPlayed, ...silent } = TOY;
    expect(refused({ role: 'gateway-host' }, silent).text).toContain(
      'Toy Wall cannot be the machine that the gateway runs on.\n',
    );
  });

  test.each([
    ['EDGE_OPTION_MISSING', { role: 'before-clients' }],
    ['EDGE_OPTION_MISSING', { role: 'before-clients', clientNetworks: [] }],
    ['EDGE_OPTION_INVALID', { role: 'before-clients', clientNetworks: '192.168.1.0/24' }],
    ['EDGE_OPTION_INVALID', { role: 'before-clients', clientNetworks: null }],
    ['EDGE_OPTION_INVALID', { role: 'before-clients', clientNetworks: ['0.0.0.0/0'] }],
    ['EDGE_OPTION_INVALID', { role: 'before-clients', clientNetworks: ['fd00::/64'] }],
    ['CIDR_INVALID', { role: 'before-clients', clientNetworks: [47] }],
    ['CIDR_INVALID', { role: 'before-clients', clientNetworks: [null] }],
    ['CIDR_HOST_BITS', { role: 'before-clients', clientNetworks: ['192.168.1.1/24'] }],
    [
      'EDGE_OPTION_UNUSED',
      {
        role: 'before-clients',
        clientNetworks: LAN,
        innerAddress: '192.0.2.10',
      },
    ],
    ['EDGE_OPTION_UNUSED', { role: 'before-clients', clientNetworks: LAN, publication: 'ports' }],
    ['EDGE_OPTION_MISSING', { role: 'before-gateway' }],
    ['EDGE_OPTION_INVALID', { role: 'before-gateway', innerAddress: '192.0.2.10/32' }],
    ['EDGE_OPTION_INVALID', { role: 'before-gateway', innerAddress: '0.0.0.0' }],
    ['EDGE_OPTION_INVALID', { role: 'before-gateway', innerAddress: '2001:db8::10' }],
    ['EDGE_OPTION_INVALID', { role: 'before-gateway', innerAddress: 47 }],
    ['EDGE_OPTION_INVALID', { role: 'before-gateway', innerAddress: null }],
    [
      'EDGE_OPTION_INVALID',
      {
        role: 'before-gateway',
        innerAddress: '192.0.2.10',
        publication: 'nat',
      },
    ],
    ['EDGE_OPTION_INVALID', { role: 'before-gateway', innerAddress: '192.0.2.10', publication: null }],
    [
      'EDGE_OPTION_UNUSED',
      {
        role: 'before-gateway',
        innerAddress: '192.0.2.10',
        clientNetworks: LAN,
      },
    ],
    ['EDGE_OPTION_UNUSED', { role: 'before-gateway', innerAddress: '192.0.2.10', management: LAN }],
    ['EDGE_OPTION_UNUSED', { role: 'routed', clientNetworks: [] }],
    ['EDGE_OPTION_UNUSED', { role: 'routed', management: [] }],
    ['EDGE_OPTION_UNUSED', { role: 'routed', publication: 'ports' }],
    ['EDGE_INTERFACE_INVALID', { role: 'routed', inside: '' }],
    ['EDGE_INTERFACE_INVALID', { role: 'routed', inside: 'lan; reboot' }],
    ['EDGE_INTERFACE_INVALID', { role: 'routed', inside: 'lan\n' }],
    ['EDGE_INTERFACE_INVALID', { role: 'routed', outside: 47 }],
    ['EDGE_INTERFACE_INVALID', { role: 'routed', outside: null }],
  ])('with %s for %j', (code, options) => {
    expect(refused(options).code).toBe(code);
  });

  test.each([
    ['everybody', ['0.0.0.0/0']],
    ['the other version of IP', ['fd00::/64']],
    ['a text in place of a list', '198.51.100.0/24'],
  ])('for management by %s', (_, management) => {
    const host = { ...TOY, roles: { 'gateway-host': 'reader' } } as const;
    expect(refused({ role: 'gateway-host', management }, host).code).toBe('EDGE_OPTION_INVALID');
  });

  test('where the role lacks networks', () => {
    expect(refused({ role: 'before-clients' }).text).toMatchInlineSnapshot(`
      "clientNetworks is missing, and the role before-clients cannot be played without it.
        allowed  ranges in CIDR notation
        write    clientNetworks: ['192.168.1.0/24']

            at FILE:LINE
            code EDGE_OPTION_MISSING, see docs/diagnostics.md"
    `);
  });

  test('where the role lacks an address, with one of the version that is needed', () => {
    expect(refused({ role: 'before-gateway' }, BARE, plan6).text).toMatchInlineSnapshot(`
      "innerAddress is missing, and the role before-gateway cannot be played without it.
        allowed  the address of the gateway behind the firewall
        write    innerAddress: '2001:db8::10'

            at FILE:LINE
            code EDGE_OPTION_MISSING, see docs/diagnostics.md"
    `);
  });

  test('for an option that means nothing in the role', () => {
    expect(refused({ role: 'routed', clientNetworks: LAN }).text).toMatchInlineSnapshot(`
      "clientNetworks means nothing in the role routed.
        got      ["192.168.1.0/24"]
        allowed  no clientNetworks in this role
        write    { role: 'routed' }

            at FILE:LINE
            code EDGE_OPTION_UNUSED, see docs/diagnostics.md"
    `);
  });

  test('for networks that are every address', () => {
    expect(refused({ role: 'before-clients', clientNetworks: ['0.0.0.0/0'] }).text).toMatchInlineSnapshot(`
      "clientNetworks is not what this role can use.
        got      "0.0.0.0/0"
        allowed  IPv4 ranges, and not every address
        write    clientNetworks: ['192.168.1.0/24']

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for an address that is none', () => {
    expect(refused({ role: 'before-gateway', innerAddress: 'inner' }).text).toMatchInlineSnapshot(`
      "innerAddress is not what this role can use.
        got      "inner"
        allowed  one IPv4 address
        write    innerAddress: '192.0.2.10'

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for another publication', () => {
    const options = {
      role: 'before-gateway',
      innerAddress: '192.0.2.10',
      publication: 'port 47',
    };
    expect(refused(options).text).toMatchInlineSnapshot(`
      "publication is not what this role can use.
        got      "port 47"
        allowed  'ports' or 'one-to-one'
        write    publication: 'ports'

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for the name of an interface', () => {
    expect(refused({ role: 'routed', outside: 'GigabitEthernet0/0' }).text).toMatchInlineSnapshot(`
      "outside is no name of an interface or zone that Toy Wall takes.
        got      "GigabitEthernet0/0"
        allowed  up to 8 small letters and a digit
        write    outside: 'wan'

            at FILE:LINE
            code EDGE_INTERFACE_INVALID, see docs/diagnostics.md"
    `);
  });

  test('for the name of an interface where the product names none', () => {
    const { code, text } = refused({ role: 'routed', outside: 'wan' }, BARE);
    expect(code).toBe('EDGE_OPTION_UNUSED');
    expect(text).toMatchInlineSnapshot(`
      "outside means nothing to Bare Wall, whose configuration names no interfaces.
        got      "wan"
        allowed  no outside with this product
        write    { role: 'routed' }

            at FILE:LINE
            code EDGE_OPTION_UNUSED, see docs/diagnostics.md"
    `);
  });
});
