import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readHomeRouter } from '../readers/home-router';
import { describeProduct, INNER, LAN, planOf, RANGES } from '../support/describe-product';
import { answers, handWritten, textOf } from '../support/hand-written';

const CLIENTS: EdgeSiteOptions = {
  role: 'before-clients',
  clientNetworks: [LAN],
};
const GATEWAY: EdgeSiteOptions = {
  role: 'before-gateway',
  innerAddress: INNER,
};

// A home router knows nothing of GRE but where it comes from.
describeProduct('home-router', readHomeRouter, () => ({
  greVersion: false,
  calls: false,
}));

describe('What a home router is to be set to', () => {
  const rendered = (site: EdgeSiteOptions, name = 'PPTP') => renderEdge(planOf(name), 'home-router', site);

  test.each([CLIENTS, GATEWAY])('is this, whole, for $role', (site) => {
    expect(rendered(site).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test.each([CLIENTS, GATEWAY])('says for $role that 47 is no port, and that pass-through must be on', (site) => {
    const text = textOf(rendered(site), 'configuration');
    expect(text).toMatch(/Do not write 47 into any field for a port|never TCP or UDP with port 47/);
    expect(text).toContain('| PPTP pass-through (PPTP ALG, VPN pass-through, NAT helper) | on |');
    expect(text).not.toMatch(/\| (?:TCP|UDP) \| 47 \|/);
  });

  test.each(['WireGuard', 'OpenVPN', 'IKEv2'])('says nothing of pass-through or GRE for %s', (name) => {
    for (const site of [CLIENTS, GATEWAY]) {
      const text = rendered(site, name)
        .files.map((file) => file.text)
        .join('\n');
      expect(text).not.toMatch(/PPTP|GRE\b/);
    }
  });

  test('stops where the router cannot tell from where packets come, and forwards from the ranges alone', () => {
    const text = textOf(renderEdge(planOf('PPTP', RANGES[1]), 'home-router', GATEWAY), 'configuration');
    expect(text).toContain('Where the router has no such field and "From" is not everywhere, stop here');
    expect(text).toContain('| TCP | 1723 | 203.0.113.0/25 | 198.51.100.10 | 192.0.2.10 |\n');
    expect(text).toContain('| GRE (IP protocol 47) | has none | 203.0.114.16/28 | 198.51.100.10 | 192.0.2.10 |\n');
  });

  test('forwards from everywhere where everybody may call', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('road warriors without fixed addresses'),
    });
    expect(textOf(renderEdge(plan, 'home-router', GATEWAY), 'configuration')).toContain(
      '| UDP | 500 | everywhere | GATEWAY_ADDRESS | 192.0.2.10 |\n',
    );
  });

  test('says what a broken ALG looks like, and what proves nothing', () => {
    const text = textOf(rendered(CLIENTS), 'check').replace(/ -->\n<!-- /g, ' ');
    expect(text).toContain(
      'What a broken ALG looks like: the client connects, says "verifying user name and password"',
    );
    expect(text).toContain('Do not take a port scan of TCP 47');
  });

  test('is refused where the gateway is to have the address for itself', () => {
    expect(errorOf(() => rendered({ ...GATEWAY, publication: 'one-to-one' }))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Home router cannot let TCP 1723 through, and nothing wider is written in its place: it has one address, which it shares; its "DMZ" or "exposed host" gets every packet that arrives, from everybody.

        In its place: publication: 'ports', or a firewall that has an address for the gateway.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('is refused for ESP, which has no ports', () => {
    expect(errorOf(() => rendered(CLIENTS, 'IKEv2 with ESP'))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Home router cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
    expect(errorOf(() => rendered(GATEWAY, 'IKEv2 with ESP')).code).toBe('EDGE_FLOW_NOT_EXPRESSIBLE');
  });
});

describe('The reader of these steps', () => {
  const head = '| Protocol | Port | From | To | Forward to |\n| --- | --- | --- | --- | --- |\n';
  const read = (rows: string, setting = '') =>
    answers(
      readHomeRouter(
        handWritten(
          'before-gateway',
          `${head}${rows}\n\n| Setting | Must be |\n| --- | --- |\n| PPTP pass-through | off |\n${setting}\n`,
        ),
      ),
    );
  const TCP = '| TCP | 1723 | 203.0.113.0/24 | 198.51.100.10 | 192.0.2.10 |';

  test('knows that TCP 1723 alone carries no call, and that port 47 carries none either', () => {
    const port47 = '| TCP | 47 | 203.0.113.0/24 | 198.51.100.10 | 192.0.2.10 |';
    expect(read(TCP)).toMatchObject({
      'TCP 1723': 'allow',
      'GRE of a call': 'left',
    });
    expect(read(`${TCP}\n${port47}`)).toMatchObject({
      'TCP 1723': 'allow',
      'GRE of a call': 'left',
    });
  });

  test('sees a forward from everywhere, and an exposed host', () => {
    expect(read(TCP.replace('203.0.113.0/24', 'everywhere'))).toMatchObject({
      'TCP 1723 of a stranger': 'allow',
    });
    expect(read(TCP, '| DMZ host | on |')).toMatchObject({
      'TCP 22': 'allow',
      'GRE of a stranger': 'allow',
    });
  });

  test('reads nothing out of quotations', () => {
    expect(read(`> ${TCP}`)).toMatchObject({ 'TCP 1723': 'left' });
  });

  test('takes no row that is not whole', () => {
    expect(() => read('| TCP | 1723 | everywhere |')).toThrow(/no row/);
    expect(() => read(TCP.replace('TCP', 'ALL'))).toThrow(/no protocol/);
  });
});
