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
export { type Fabric, type Passage, type Way, walk } from './way';
export { notOnInternet, type PeerAddresses, World } from './world';
