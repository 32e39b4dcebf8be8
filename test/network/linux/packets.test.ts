// Connection tracking as the model has it, against what real packets did in network namespaces: a row for each rule set that
// was tried, with the packets that arrived of three, in turn.

import type { Direction } from '../../../lib/flows';
import { Call, type CallSetup, type Machine } from '../../../lib/network/linux/call';
import {
  ANYTHING,
  Edge,
  Filter,
  type GreRule,
  Masquerade,
  type MasqueradeRules,
} from '../../../lib/network/linux/machines';

const CLIENT = '198.51.100.1';
const GATEWAY = '192.0.2.1';
const STRANGER = '198.51.100.99';
const SETUP: CallSetup = { client: CLIENT, gateway: GATEWAY, clientCallId: 0x1111, gatewayCallId: 0x2222 };

const TO_GATEWAY: Direction = 'to-gateway';
const TO_CLIENT: Direction = 'to-client';
const CLIENT_FIRST = [TO_GATEWAY, TO_CLIENT, TO_GATEWAY];
const GATEWAY_FIRST = [TO_CLIENT, TO_GATEWAY];

/** How many of three packets arrive, each time. */
function arrive(call: Call, directions: readonly Direction[], version: 0 | 1 = 1): number[] {
  return directions.map((direction) => [1, 2, 3].filter(() => call.send(direction, version) === undefined).length);
}

const established: GreRule = { states: ['established'] };
const related: GreRule = { states: ['related'] };
const both: GreRule = { states: ['established', 'related'] };
const fresh: GreRule = { states: ['new'] };

/** The filter of the gateway's own machine, which lets out whatever it sends. */
const host = (toGateway: readonly GreRule[], hasHelper = false) =>
  new Filter({ hasHelper, toGateway, toClient: ANYTHING });
const helper = true;

interface Row {
  readonly id: string;
  readonly filter: () => Filter;
  readonly clientFirst: readonly number[];
  readonly gatewayFirst: readonly number[];
  readonly stranger: number;
  readonly plainGre: number;
  /** Not tried where no call comes up. */
  readonly afterFlush?: number;
}

const [DOWN, RACE, UP] = [
  { clientFirst: [0, 3, 0], gatewayFirst: [3, 0] },
  { clientFirst: [0, 3, 0], gatewayFirst: [3, 3] },
  { clientFirst: [3, 3, 3], gatewayFirst: [3, 3] },
];
const CLOSED = { stranger: 0, plainGre: 0 };
const OPEN = { stranger: 3, plainGre: 3, afterFlush: 3 };

describe('a gateway with a public address, whose filter drops what no rule accepts', () => {
  test.each<Row>([
    { id: 'D00 no filter', filter: () => host(ANYTHING), ...UP, ...OPEN },
    { id: 'D01 iptables, GRE only ESTABLISHED', filter: () => host([established]), ...DOWN, ...CLOSED },
    { id: 'D02 nft, GRE only established', filter: () => host([established]), ...DOWN, ...CLOSED },
    { id: 'D03 iptables, RELATED,ESTABLISHED without helper', filter: () => host([both]), ...DOWN, ...CLOSED },
    { id: 'D04 nft, established,related without helper', filter: () => host([both]), ...DOWN, ...CLOSED },
    { id: 'D05 iptables, ESTABLISHED with helper', filter: () => host([established], helper), ...RACE, ...CLOSED },
    { id: 'D06 nft, established with helper', filter: () => host([established], helper), ...RACE, ...CLOSED },
    {
      id: 'D07 iptables, RELATED,ESTABLISHED with helper',
      filter: () => host([both], helper),
      ...{ ...UP, ...CLOSED, afterFlush: 0 },
    },
    {
      id: 'D08 nft, established,related with helper',
      filter: () => host([both], helper),
      ...{ ...UP, ...CLOSED, afterFlush: 0 },
    },
    {
      id: 'D09 nft, established,related of the helper alone',
      filter: () => host([{ ...both, ofHelper: true }], helper),
      ...{ ...UP, ...CLOSED, afterFlush: 0 },
    },
    {
      id: 'D09b iptables, RELATED of the helper, and ESTABLISHED',
      filter: () => host([{ ...related, ofHelper: true }, established], helper),
      ...{ ...UP, ...CLOSED, afterFlush: 0 },
    },
    { id: 'D10 iptables, GRE accepted', filter: () => host(ANYTHING), ...UP, ...OPEN },
    { id: 'D11 nft, GRE accepted', filter: () => host(ANYTHING), ...UP, ...OPEN },
    { id: 'D12 iptables, NEW,ESTABLISHED,RELATED', filter: () => host([fresh, both]), ...UP, ...OPEN },
    { id: 'D13 nft, established,related, and new', filter: () => host([both, fresh]), ...UP, ...OPEN },
    {
      id: 'D14 nft, GRE from a range in which the stranger is too',
      filter: () => host([{ from: [CLIENT, STRANGER] }]),
      ...{ ...UP, ...OPEN },
    },
    {
      id: 'D15 what is invalid is dropped before D13: no GRE of PPTP is',
      filter: () => host([both, fresh]),
      ...UP,
      ...OPEN,
    },
    { id: 'D16 not tracked, and accepted', filter: () => host(ANYTHING), ...UP, ...OPEN },
    {
      id: 'D17 nft, the gate: from those who speak on TCP 1723',
      filter: () => host([{ ofSpeakers: true }]),
      ...{ ...UP, stranger: 0, plainGre: 3, afterFlush: 3 },
    },
    {
      id: 'D18 iptables, the gate',
      filter: () => host([{ ofSpeakers: true }]),
      ...{ ...UP, stranger: 0, plainGre: 3, afterFlush: 3 },
    },
    {
      id: 'D19 the helper attached in the input chain',
      filter: () => host([both], helper),
      ...{ ...UP, ...CLOSED, afterFlush: 0 },
    },
    {
      id: 'D20 helper, and RELATED alone',
      filter: () => host([related], helper),
      ...{ clientFirst: [3, 3, 0], gatewayFirst: [3, 0], ...CLOSED },
    },
    {
      id: "this library's gate: GRE version 1 alone",
      filter: () => host([{ ofSpeakers: true, ofVersion1: true }]),
      ...{ ...UP, stranger: 0, plainGre: 0, afterFlush: 3 },
    },
  ])('$id', ({ filter, clientFirst, gatewayFirst, stranger, plainGre, afterFlush }) => {
    expect(arrive(new Call([filter()], SETUP), CLIENT_FIRST)).toEqual(clientFirst);
    expect(arrive(new Call([filter()], SETUP), GATEWAY_FIRST)).toEqual(gatewayFirst);

    const machine = filter();
    const call = new Call([machine], SETUP);
    arrive(call, CLIENT_FIRST);
    const foreign = { from: STRANGER, to: GATEWAY, version: 1, callId: SETUP.gatewayCallId } as const;
    expect([1, 2, 3].filter(() => typeof machine.carry(foreign, TO_GATEWAY) !== 'string')).toHaveLength(stranger);
    expect(arrive(new Call([filter()], SETUP), [TO_GATEWAY], 0)).toEqual([plainGre]);
    if (afterFlush !== undefined) {
      machine.flush();
      expect(arrive(call, [TO_GATEWAY])).toEqual([afterFlush]);
    }
  });
});

describe('corner cases', () => {
  const withIds = (clientCallId: number, gatewayCallId: number) =>
    new Call([host([established])], { ...SETUP, clientCallId, gatewayCallId });

  test('E1 a rule for what is established works where both Call IDs are 0 and the gateway was first, and else never', () => {
    expect(arrive(withIds(0, 0), GATEWAY_FIRST)).toEqual([3, 3]);
    expect([withIds(7, 0), withIds(0, 7), withIds(7, 7)].map((call) => arrive(call, GATEWAY_FIRST))).toEqual([
      [3, 0],
      [3, 0],
      [3, 0],
    ]);
  });

  test('E2 a plain tunnel gets through a rule for what is established once the gateway has sent', () => {
    const call = new Call([host([established])], SETUP);
    expect(arrive(call, [TO_GATEWAY, TO_CLIENT, TO_GATEWAY], 0)).toEqual([0, 3, 3]);
  });

  test.each([
    { id: 'helper', filter: () => host([both], helper), after: [0, 3, 0] },
    { id: 'no helper, GRE accepted', filter: () => host([{ from: [CLIENT] }]), after: [3, 3, 3] },
    { id: 'the gate', filter: () => host([{ ofSpeakers: true }]), after: [3, 3, 3] },
  ])('E3 after a pause longer than connections are kept, $id: $after', ({ filter, after }) => {
    const machine = filter();
    const call = new Call([machine], SETUP);
    expect(arrive(call, CLIENT_FIRST)).toEqual([3, 3, 3]);
    machine.flush();
    expect(arrive(call, CLIENT_FIRST)).toEqual(after);
  });

  test.each([
    { id: 'without helper', hasHelper: false, first: [3, 0] },
    { id: 'with helper', hasHelper: true, first: [3, 3] },
  ])('E6 a gateway that also drops what it sends, unless established or related, $id', ({ hasHelper, first }) => {
    const filter = new Filter({ hasHelper, toGateway: ANYTHING, toClient: [both] });
    expect(arrive(new Call([filter], SETUP), [TO_GATEWAY, TO_CLIENT])).toEqual(first);
  });

  test.each([
    { id: 'established,related without helper', rules: [both], hasHelper: false, toClient: 0 },
    { id: 'established,related with the helper on what it sends', rules: [both], hasHelper: true, toClient: 3 },
    { id: 'GRE from the gateway', rules: [{ from: [GATEWAY] }], hasHelper: false, toClient: 3 },
  ])("E8 a client's own filter, $id: $toClient from the gateway", ({ rules, hasHelper, toClient }) => {
    const filter = new Filter({ hasHelper, toGateway: ANYTHING, toClient: rules });
    expect(arrive(new Call([filter], SETUP), [TO_GATEWAY, TO_CLIENT])).toEqual([3, toClient]);
  });
});

describe('a router that translates the addresses of clients', () => {
  const ROUTER = '203.0.113.40';
  const second: CallSetup = { ...SETUP, client: '198.51.100.2', gatewayCallId: 0x2223 };
  const masquerade =
    (rules: Partial<MasqueradeRules> = {}) =>
    () =>
      new Masquerade({ address: ROUTER, hasHelper: false, toClient: ANYTHING, ...rules });
  const calls = (router: Machine, clientCallId: number) => [
    new Call([router], SETUP),
    new Call([router], { ...second, clientCallId }),
  ];
  const works = [3, 3, 3];
  const deaf = [3, 0, 3];

  test.each([
    {
      id: 'N0 plain routing',
      router: () => new Filter({ hasHelper: false, toGateway: ANYTHING, toClient: ANYTHING }),
      each: works,
    },
    { id: 'N1 masquerade, no helper', router: masquerade(), each: deaf },
    { id: 'N2 masquerade with helper', router: masquerade({ hasHelper: true }), each: works },
    { id: 'N3 no helper, only established,related forwarded', router: masquerade({ toClient: [both] }), each: deaf },
    { id: 'N4 no helper, and all GRE forwarded', router: masquerade({ toClient: [both, {}] }), each: deaf },
    { id: 'N5 helper, established,related', router: masquerade({ hasHelper: true, toClient: [both] }), each: works },
    { id: 'N7 iptables, no helper, RELATED,ESTABLISHED', router: masquerade({ toClient: [both] }), each: deaf },
    { id: 'N8 iptables with helper', router: masquerade({ hasHelper: true, toClient: [both] }), each: works },
  ])('$id: one client, two with Call IDs of their own, two with the same', ({ router, each }) => {
    expect(arrive(new Call([router()], SETUP), CLIENT_FIRST)).toEqual(each);
    for (const clientCallId of [0x3333, SETUP.clientCallId]) {
      expect(calls(router(), clientCallId).map((call) => arrive(call, CLIENT_FIRST))).toEqual([each, each]);
    }
  });

  test('N2 masquerade with helper: works in calls in which the gateway is first too', () => {
    const call = new Call([masquerade({ hasHelper: true })()], SETUP);
    expect(arrive(call, [TO_CLIENT, TO_GATEWAY, TO_CLIENT])).toEqual(works);
  });

  test('N6 helper, and only what is established: a call works if its client is first', () => {
    const router = masquerade({ hasHelper: true, toClient: [established] });
    expect(arrive(new Call([router()], SETUP), CLIENT_FIRST)).toEqual([3, 3, 3]);
    expect(arrive(new Call([router()], SETUP), [TO_CLIENT, TO_GATEWAY, TO_CLIENT])).toEqual([0, 3, 0]);
  });

  test('N9 no helper, GRE passed through to one client: that one has a call, the other none', () => {
    const router = masquerade({ passesThroughTo: CLIENT })();
    expect(calls(router, 0x3333).map((call) => arrive(call, CLIENT_FIRST))).toEqual([works, deaf]);
  });
});

describe('a router that publishes a gateway', () => {
  const INNER = '10.0.0.10';
  const other: CallSetup = { ...SETUP, client: '198.51.100.2', gatewayCallId: 0x2223 };

  test.each([
    { id: 'P1 TCP 1723 alone, no helper', forwardsGre: false, hasHelper: false, toGateway: 0 },
    { id: 'P2 TCP 1723 and IP protocol 47', forwardsGre: true, hasHelper: false, toGateway: 3 },
    { id: 'P3 TCP 1723 alone, with helper', forwardsGre: false, hasHelper: true, toGateway: 3 },
    { id: 'P4 both, with helper', forwardsGre: true, hasHelper: true, toGateway: 3 },
    { id: 'P5 one to one, stateful', forwardsGre: true, hasHelper: false, toGateway: 3 },
    { id: 'P6 one to one, stateless', forwardsGre: true, hasHelper: false, toGateway: 3 },
  ])('$id: two clients with the same Call ID, whoever is first', ({ toGateway, ...rules }) => {
    for (const order of [CLIENT_FIRST, GATEWAY_FIRST]) {
      const edge = new Edge({ address: GATEWAY, ...rules }, INNER);
      const expected = order.map((direction) => (direction === TO_GATEWAY ? toGateway : 3));
      const [a, b] = [new Call([edge], SETUP), new Call([edge], other)];
      expect([arrive(a, order), arrive(b, order)]).toEqual([expected, expected]);
    }
  });

  test('P6 one to one before the rule for what is established: nothing reaches the gateway', () => {
    const edge = new Edge({ address: GATEWAY, forwardsGre: true, hasHelper: false }, INNER);
    expect(arrive(new Call([edge, host([established])], SETUP), CLIENT_FIRST)).toEqual([0, 3, 0]);
  });

  test.each([
    { id: 'no helper', hasHelper: false, each: [3, 0, 3] },
    { id: 'helper', hasHelper: true, each: [3, 3, 3] },
  ])(
    'Q two clients behind a router with $id, one to one before the gateway, each of its filters',
    ({ hasHelper, each }) => {
      for (const filter of [() => host([both], helper), () => host(ANYTHING), () => host([{ ofSpeakers: true }])]) {
        const edge = new Edge({ address: GATEWAY, forwardsGre: true, hasHelper: false }, INNER);
        const router = new Masquerade({ address: '203.0.113.40', hasHelper, toClient: ANYTHING });
        const machines = [router, edge, filter()];
        const [a, b] = [
          new Call(machines, SETUP),
          new Call(machines, { ...SETUP, client: '198.51.100.2', gatewayCallId: 9 }),
        ];
        expect([arrive(a, CLIENT_FIRST), arrive(b, CLIENT_FIRST)]).toEqual([each, each]);
      }
    },
  );
});
