import { type Candidate, choose, pathOf } from '../../lib/feasibility';
import { IKEV2, OPENVPN, PPTP, type VpnProtocol } from '../../lib/protocols';
import { element, fact, WIRE } from './elements';

const through = (hop: typeof WIRE) => [pathOf('client', [{ element: hop }])];
const candidate = (protocol: VpnProtocol, hop: typeof WIRE): Candidate => ({
  protocol,
  paths: through(hop),
  builtBy: 'a server',
  takes: 'a minute to create',
  cost: 'free',
  clients: 'any',
  code: 'new Server()',
});
const wall = element('wall', fact('drops'));
const dark = element('dark', fact('undocumented'));

describe('the choice among the protocols that a user allows', () => {
  test('is the first that works, in the order of the user', () => {
    const { chosen, passedOver } = choose([candidate(PPTP, wall), candidate(IKEV2, WIRE), candidate(OPENVPN, WIRE)]);
    expect(chosen?.candidate.protocol).toBe(IKEV2);
    expect(passedOver.map(({ candidate: { protocol } }) => protocol)).toEqual([PPTP]);
  });

  test('prefers what works to what nobody can verify, even when that comes later', () => {
    const { chosen } = choose([candidate(PPTP, dark), candidate(IKEV2, WIRE)]);
    expect(chosen?.candidate.protocol).toBe(IKEV2);
  });

  test('takes the first unverified one when nothing certainly works', () => {
    const { chosen, passedOver } = choose([candidate(PPTP, wall), candidate(IKEV2, dark), candidate(OPENVPN, dark)]);
    expect(chosen?.candidate.protocol).toBe(IKEV2);
    expect(passedOver).toHaveLength(1);
  });

  test('is nothing when every protocol is ruled out', () => {
    const { chosen, assessed, passedOver } = choose([candidate(PPTP, wall), candidate(IKEV2, wall)]);
    expect(chosen).toBeUndefined();
    expect(assessed.map(({ result }) => result)).toEqual(['cannot-work', 'cannot-work']);
    expect(passedOver).toHaveLength(2);
  });

  test('rules a protocol out that fails on one of several paths', () => {
    const two = { ...candidate(PPTP, WIRE), paths: [...through(WIRE), ...through(wall)] };
    expect(choose([two]).chosen).toBeUndefined();
  });
});
