export * from './cloud-config';
export * from './gateway-policy';
export * from './host-commands';
export * from './pptp-host';
export * from './pptp-pool';
export * from './user-data';
export * from './users';
