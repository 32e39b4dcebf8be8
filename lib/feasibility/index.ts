export * from './assess';
export * from './choose';
// Its functions wait for what is known of devices; the root exports them.
export type {
  Elsewhere,
  FleetChoice,
  FleetPath,
  FleetQuestion,
  LeftOut,
  Remedy,
  ServerForFleet,
  Service,
} from './choose-for-fleet';
export * from './explain';
export * from './mtu';
export * from './path';
export * from './refuse';
