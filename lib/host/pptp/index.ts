export * from './pptp-pool';
export * from './pptp-service';
export * from './pptp-users';
export { parsePptpRadiusSecret } from './radius';
