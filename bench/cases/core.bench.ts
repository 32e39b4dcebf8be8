import { Fleet } from '../../lib/clients';
import { assess, type FleetPath, type Hop, pathOf } from '../../lib/feasibility';
import { chooseForFleet } from '../../lib/feasibility/choose-for-fleet';
import { AWS, HOST_FILTER, INTERNET } from '../../lib/network';
import { VPN_PROTOCOLS } from '../../lib/protocols';
import type { Case } from '../harness';

// A real path: the one that aws.PptpGateway assesses.
const hops: Hop[] = [
  { element: INTERNET },
  { element: AWS.INTERNET_GATEWAY },
  { element: AWS.NETWORK_ACL, condition: 'met' },
  { element: AWS.SECURITY_GROUP, condition: 'met' },
  { element: HOST_FILTER, condition: 'met' },
];
const path = pathOf('client 203.0.113.0/24', hops);
const json = JSON.stringify(path);

const assessAll = () => {
  for (const protocol of VPN_PROTOCOLS) {
    assess(protocol, path);
  }
};

// Fifty paths that differ; on each as many clients, of up to five kinds.
const KINDS = ['windows-11', 'macos', 'ios', 'android-12', 'pptp-only-device'];
const fleetOf = (clients: number): FleetPath[] =>
  Array.from({ length: 50 }, (_, index) => ({
    path: pathOf(`branch ${index}`, [{ element: INTERNET, label: `provider ${index}` }, ...hops.slice(1)]),
    fleet: Fleet.of(
      ...KINDS.slice(0, clients / 50).map((device, _, { length }) => ({ device, count: clients / 50 / length })),
    ),
  }));

const [many, few] = [fleetOf(10_000), fleetOf(50)];

const cases: Case[] = [
  {
    name: 'choose among six protocols on 50 paths for 10,000 clients / for 50',
    bound: 1.5,
    rounds: 51,
    quantity: 'processor',
    ours: () => chooseForFleet({ paths: many }),
    reference: () => chooseForFleet({ paths: few }),
  },
  {
    name: 'assess one path for six protocols / JSON.parse of that path',
    bound: 20,
    ours: assessAll,
    reference: () => JSON.parse(json),
  },
  {
    name: 'assessments of one protocol on one path',
    unit: 'a second',
    record: () => {
      const rounds = 20_000;
      const start = process.hrtime.bigint();
      for (let round = 0; round < rounds; round++) {
        assessAll();
      }
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      return Math.round((rounds * VPN_PROTOCOLS.length) / seconds);
    },
  },
];

export default cases;
