export * from './client-device';
export { CLIENT_DEVICES, clientDevice, DEVICES, devicesWith } from './devices';
export * from './fleet';
