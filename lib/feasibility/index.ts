export * from './assess';
export * from './choose';
export * from './explain';
export * from './mtu';
export * from './path';
