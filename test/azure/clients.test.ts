import { Fn, TerraformVariable, Token } from 'cdktf';
import { Clients } from 'pptp-constructs/azure';
import { plant, textOf, thrown } from './support';

test('keeps every range once, in the order given, and tells tokens apart', () => {
  const office = new TerraformVariable(plant(), 'Office', { type: 'string' }).stringValue;
  const clients = Clients.from('203.0.113.0/24', '2001:db8::/32', office, '203.0.113.0/24');
  expect(clients.ranges.map(String)).toEqual(['203.0.113.0/24', '2001:db8::/32']);
  expect(clients.tokens).toEqual([office]);
  expect(clients.cidrs).toEqual(['203.0.113.0/24', '2001:db8::/32', office]);
  expect(String(clients)).toBe('203.0.113.0/24, 2001:db8::/32, 1 known at deployment');
});

test('a text that holds a token is a token', () => {
  expect(Clients.from(Fn.join('/', ['203.0.113.0', '24'])).tokens).toHaveLength(1);
  expect(Clients.from(`${Token.asString({ resolve: () => '203.0.113.0' })}/24`).tokens).toHaveLength(1);
});

test('anywhere is the IPv4 internet, with its reason', () => {
  const clients = Clients.anywhereBecause('roaming sales staff on mobile networks');
  expect(clients.cidrs).toEqual(['0.0.0.0/0']);
  expect(clients.anywhereReason).toBe('roaming sales staff on mobile networks');
  expect(String(clients)).toBe('anywhere');
});

test.each([
  { what: 'no range', act: () => Clients.from(), code: 'NO_CLIENTS' },
  { what: 'an address without a mask', act: () => Clients.from('203.0.113.7'), code: 'CIDR_WITHOUT_MASK' },
  { what: 'host bits', act: () => Clients.from('203.0.113.7/24'), code: 'CIDR_HOST_BITS' },
  { what: 'a name', act: () => Clients.from('office.example.org'), code: 'CIDR_INVALID' },
  { what: 'the whole internet', act: () => Clients.from('0.0.0.0/0'), code: 'CLIENTS_ANYWHERE_WITHOUT_REASON' },
  { what: 'a reason that says nothing', act: () => Clients.anywhereBecause('todo'), code: 'REASON_MISSING' },
  { what: 'no clients in props', act: () => Clients.check(undefined, 'VpnGateway'), code: 'NO_CLIENTS' },
  { what: 'a text in props', act: () => Clients.check('203.0.113.0/24', 'VpnGateway'), code: 'NO_CLIENTS' },
  {
    what: 'IPv6 for PPTP',
    act: () => Clients.from('2001:db8::/32').requireIpv4('PptpGateway'),
    code: 'CLIENTS_IPV6_FOR_PPTP',
  },
])('refuses $what', ({ act, code }) => {
  const error = thrown(act);
  expect(error.code).toBe(code);
  expect(textOf(error)).toMatchSnapshot();
});
