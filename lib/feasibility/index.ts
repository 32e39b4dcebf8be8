export * from './assess';
export * from './choose';
export * from './choose-for-fleet';
export * from './explain';
export * from './mtu';
export * from './path';
export * from './refuse';
