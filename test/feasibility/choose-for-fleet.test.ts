import { Fleet } from '../../lib/clients';
import { type FleetPath, type Hop, pathOf } from '../../lib/feasibility';
import { chooseForFleet, explainFleetChoice } from '../../lib/feasibility/choose-for-fleet';
import { AWS, AZURE, COMMON, type NetworkElement } from '../../lib/network';
import { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, SSTP, WIREGUARD } from '../../lib/protocols';
import { errorOf } from '../support/messages';

const met = (element: NetworkElement): Hop => ({ element, condition: 'met' });

const onAws = (from: string, ...before: NetworkElement[]) =>
  pathOf(from, [
    ...before.map((element) => met(element)),
    { element: COMMON.INTERNET },
    { element: AWS.INTERNET_GATEWAY },
    met(AWS.SECURITY_GROUP),
    met(COMMON.HOST_FILTER),
  ]);
const onAzure = (from: string) =>
  pathOf(from, [
    { element: COMMON.INTERNET },
    { element: AZURE.PUBLIC_IP, condition: 'met' },
    { element: AZURE.VIRTUAL_NETWORK },
    { element: AZURE.NETWORK_SECURITY_GROUP, condition: 'met' },
  ]);

const windows = Fleet.of({ device: 'windows-11', count: 40 });
const plant = Fleet.of({ device: 'pptp-only-device', count: 3 });
const ranking = (paths: readonly FleetPath[], ...protocols: (typeof PPTP)[]) =>
  chooseForFleet({ paths, protocols }).ranked.map(({ protocol }) => protocol.id);

describe('the choice for a fleet', () => {
  test('is what works for everybody, before what more devices have built in and what is stronger', () => {
    const paths = [
      {
        path: onAws('plant'),
        fleet: Fleet.of({ device: 'windows-11' }, { device: 'pptp-only-device' }),
      },
    ];
    const { chosen, ranked } = chooseForFleet({
      paths,
      protocols: [WIREGUARD, IKEV2, PPTP],
    });
    expect(chosen?.protocol.id).toBe('pptp');
    expect(ranked.map(({ protocol, served, builtIn }) => [protocol.id, served, builtIn])).toEqual([
      ['pptp', 2, 2],
      ['ikev2', 1, 1],
      ['wireguard', 1, 0],
    ]);
  });

  test('is, of what works for everybody, what is built into most devices', () => {
    expect(ranking([{ path: onAws('office'), fleet: windows }], WIREGUARD, IKEV2)).toEqual(['ikev2', 'wireguard']);
  });

  test('is, of what is built into as many devices, what is strongest', () => {
    expect(ranking([{ path: onAws('office'), fleet: windows }], PPTP, L2TP_IPSEC, SSTP)).toEqual([
      'sstp',
      'l2tp-ipsec',
      'pptp',
    ]);
  });

  test("keeps the user's order where all else is equal", () => {
    const paths = [{ path: onAws('office'), fleet: windows }];
    expect(ranking(paths, IKEV2, SSTP)).toEqual(['ikev2', 'sstp']);
    expect(ranking(paths, SSTP, IKEV2)).toEqual(['sstp', 'ikev2']);
  });

  test('puts what certainly works before what may', () => {
    const paths = [{ path: onAws('mobile', COMMON.CARRIER_NAT), fleet: windows }];
    const { chosen, ranked } = chooseForFleet({
      paths,
      protocols: [PPTP, OPENVPN],
    });
    expect(ranked.map(({ protocol, result }) => [protocol.id, result])).toEqual([
      ['openvpn', 'works'],
      ['pptp', 'unverified'],
    ]);
    expect(chosen?.result).toBe('works');
  });

  test('may be one that nobody can rule out, where none certainly works', () => {
    const paths = [{ path: onAws('mobile', COMMON.CARRIER_NAT), fleet: windows }];
    expect(chooseForFleet({ paths, protocols: [PPTP] }).chosen).toMatchObject({
      result: 'unverified',
    });
  });

  test('is none where somebody is left out by each', () => {
    const paths = [
      { path: onAzure('office'), fleet: windows },
      { path: onAzure('plant'), fleet: plant },
    ];
    const { chosen, ranked, count } = chooseForFleet({
      paths,
      protocols: [PPTP, IKEV2],
    });
    expect(chosen).toBeUndefined();
    expect(count).toBe(43);
    expect(
      ranked.map(({ protocol, served, leftOut }) => [protocol.id, served, leftOut.map((one) => one.because)]),
    ).toEqual([
      ['ikev2', 40, ['device']],
      ['pptp', 0, ['path', 'path']],
    ]);
  });
});

describe('who is left out', () => {
  const paths = [
    { path: onAzure('office'), fleet: windows },
    { path: onAzure('plant'), fleet: plant },
  ];

  test('is told with why and with what would serve them, each with its cost', () => {
    const elsewhere = [
      {
        where: 'an EC2 instance with an Elastic IP',
        cost: 'a second gateway, billed by the hour',
        paths: [onAws('office'), onAws('plant')],
      },
    ];
    expect(explainFleetChoice(chooseForFleet({ paths, protocols: [PPTP, IKEV2], elsewhere }))).toMatchInlineSnapshot(`
      "No protocol serves every client.

      IKEv2 serves 40 of 43 devices, 40 of them with it built in.
        Left out: 3 devices from plant (device that speaks only PPTP (PLC, camera, old router): 3)
          Device that speaks only PPTP (PLC, camera, old router) has no client for IKEv2.
          To serve them: put a gateway for PPTP on an EC2 instance with an Elastic IP. Cost: a second gateway, billed by the hour.

      PPTP serves 0 of 43 devices, 0 of them with it built in.
        Left out: 40 devices from office (Windows 11: 40)
          A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).
          Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.
          No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.
          To serve them: offer IKEv2 beside it. Cost: a second server to run.
          To serve them: put a gateway for PPTP on an EC2 instance with an Elastic IP. Cost: a second gateway, billed by the hour.
        Left out: 3 devices from plant (device that speaks only PPTP (PLC, camera, old router): 3)
          A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).
          Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.
          No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.
          To serve them: put a gateway for PPTP on an EC2 instance with an Elastic IP. Cost: a second gateway, billed by the hour."
    `);
  });

  test('is told when nothing here would serve them', () => {
    const text = explainFleetChoice(chooseForFleet({ paths: paths.slice(1), protocols: [WIREGUARD] }));
    expect(text).toMatchInlineSnapshot(`
      "No protocol serves every client.

      WireGuard serves 0 of 3 devices, 0 of them with it built in.
        Left out: 3 devices from plant (device that speaks only PPTP (PLC, camera, old router): 3)
          Device that speaks only PPTP (PLC, camera, old router) has no client for WireGuard.
          Nothing here would serve them."
    `);
  });

  test('is told with what to change at the hop that stops it', () => {
    const path = onAws('branch', COMMON.CLIENT_NAT_WITHOUT_HELPER);
    const [pptp] = chooseForFleet({
      paths: [{ path, fleet: plant }],
      protocols: [PPTP],
    }).ranked;
    expect(pptp?.leftOut[0]?.remedies).toEqual([
      {
        kind: 'changed-hop',
        what: 'at the clients\' NAT router without a PPTP helper, switch PPTP passthrough on, or on Linux attach the helper to TCP 1723 (nft "ct helper set")',
        cost: 'whoever runs that hop must agree',
        members: plant.members,
      },
    ]);
  });
});

test('each path of a gateway has its own verdict', () => {
  const paths = [
    onAws('office'),
    onAws('branch', COMMON.CLIENT_NAT_WITHOUT_HELPER),
    onAws('mobile', COMMON.CARRIER_NAT),
  ];
  const [pptp] = chooseForFleet({
    paths: paths.map((path) => ({ path, fleet: windows })),
    protocols: [PPTP],
  }).ranked;
  expect(pptp?.verdicts.map(({ result }) => result)).toEqual(['works', 'cannot-work', 'unverified']);
  expect(pptp).toMatchObject({ result: 'cannot-work', served: 80 });
});

test('a choice without paths is refused', () => {
  expect(errorOf(() => chooseForFleet({ paths: [] })).text).toMatchInlineSnapshot(`
    "a choice without paths: no client comes to the gateway.
      got      []
      allowed  at least one path with its fleet
      write    chooseForFleet({ paths: [{ path, fleet: Fleet.of({ device: 'windows-11' }) }] })

          at FILE:LINE
          code PATH_EMPTY, see docs/diagnostics.md"
  `);
});

test('a choice among no protocols is refused', () => {
  const paths = [{ path: onAws('office'), fleet: windows }];
  expect(errorOf(() => chooseForFleet({ paths, protocols: [] })).text).toMatchInlineSnapshot(`
    "a choice among no protocols.
      got      []
      allowed  at least one VPN protocol
      write    protocols: [PPTP, IKEV2, WIREGUARD]

          at FILE:LINE
          code PROTOCOLS_EMPTY, see docs/diagnostics.md"
  `);
});
