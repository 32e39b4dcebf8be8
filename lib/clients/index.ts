export * from './client-device';
export * from './client-words';
export { CLIENT_DEVICES, clientDevice, DEVICES, devicesWith } from './devices';
export * from './dial-in-servers';
export * from './fleet';
export type { Site } from './site';
