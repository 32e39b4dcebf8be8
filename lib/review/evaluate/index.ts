export * from './answer';
export { type Decision, decide, fits, type Packets } from './filter';
export * from './hop';
export {
  type ChangedRule,
  clientsText,
  type FilterSettings,
  factStation,
  factStations,
  filterStation,
  isWholeInternet,
  type Named,
  protocolName,
  replyPorts,
  ruleText,
  type Station,
  station,
  trafficText,
  type WriteRule,
} from './stations';
export { aboutPorts, portsOf, VPN_FLOWS, VPN_ONLY } from './vpn-flows';
export { type Fabric, type Passage, type Way, walk } from './way';
export { notOnInternet, type PeerAddresses, World } from './world';
