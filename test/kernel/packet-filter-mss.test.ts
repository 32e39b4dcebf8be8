import { type Backend, loadRules, renderFilter } from './support/filters';
import { GatewayNetwork, type TunnelClient } from './support/gateway-network';

let network: GatewayNetwork;
let alice: TunnelClient;

/** A tunnel of 1400 bytes between links of 1500, and a web server whose side filters the ICMP that would tell it so. */
beforeAll(async () => {
  network = await GatewayNetwork.start([{ name: 'ppp0', gateway: '10.99.0.1', client: '10.99.0.2' }]);
  [alice] = network.clients as [TunnelClient];
  await network.onOutside.do('serve', { port: 8080, how: 'pour' });
  network.outside.run(['nft', '-f', '-'], {
    input: `table ip deaf {
      chain input { type filter hook input priority filter
        icmp type destination-unreachable drop
      }
    }\n`,
  });
}, 300_000);

afterAll(() => network?.stop());

/** The MSS that the web server and the client are told, and the bytes of a download of 200,000. */
async function measure(whole: boolean): Promise<(number | undefined)[]> {
  await network.tcpArrived(network.onOutside);
  await network.tcpArrived(alice.agent);
  expect(await network.tcp(alice.agent, alice.address, '10.20.0.5', 8080, true, 'download')).toBe(true);
  const syn = (await network.tcpArrived(network.onOutside)).find(({ flags }) => flags === 'S');
  const answer = (await network.tcpArrived(alice.agent)).find(({ flags }) => flags === 'SA');
  const bytes = await alice.agent.do<number>('read', { name: 'download', length: 200_000, timeout: whole ? 10 : 1 });
  await alice.agent.do('close', { name: 'download' });
  return [syn?.mss, answer?.mss, bytes];
}

const nft = (rule: string) => `table inet clamp {
  chain forward { type filter hook forward priority filter
    ${rule}
  }
}
`;
const iptables = (match: string) =>
  `*mangle\n-A FORWARD ${match}-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\nCOMMIT\n`;
const CLAMP = 'tcp flags syn tcp option maxseg size set rt mtu';

describe('a download through the tunnel, where ICMP is filtered', () => {
  test.each<[string, Backend, string, number, number, number]>([
    ['nothing', 'nft', nft(''), 1460, 1460, 0],
    ['TCPMSS in both directions', 'iptables-nft', iptables(''), 1360, 1360, 200_000],
    ['TCPMSS in both directions', 'iptables-legacy', iptables(''), 1360, 1360, 200_000],
    ['rt mtu in both directions', 'nft', nft(CLAMP), 1360, 1360, 200_000],
    ['TCPMSS towards the tunnel', 'iptables-nft', iptables('-o ppp+ '), 1460, 1360, 0],
    ['rt mtu towards the tunnel', 'nft', nft(`oifname "ppp*" ${CLAMP}`), 1460, 1360, 0],
    [
      'rt mtu from the tunnel, which leaves uploads unprotected',
      'nft',
      nft(`iifname "ppp*" ${CLAMP}`),
      1360,
      1460,
      200_000,
    ],
    ['a number', 'nft', nft('tcp flags syn tcp option maxseg size set 1360'), 1360, 1360, 200_000],
  ])('clamped by %s, %s', async (_, backend, rules, syn, answer, bytes) => {
    loadRules(network.gateway, backend, rules);
    expect(await measure(bytes > 0)).toEqual([syn, answer, bytes]);
  });

  test.each(['nft', 'iptables-nft', 'iptables-legacy'] as const)(
    'clamped by the rendered filter, %s',
    async (backend) => {
      const service = { tunnel: 'ppp*', pool: '10.99.0.0/24', gateway: '10.99.0.1', opens: [] };
      network.boot(renderFilter([service], backend), backend);
      network.load({ clients: [], destinations: [['0.0.0.0/0', null, null]], reach: [] });
      expect(await measure(true)).toEqual([1360, 1360, 200_000]);
    },
  );
});
