export * from './client-ranges';
export * from './flow';
export * from './ip-protocol';
export * from './ip-range';
export * from './reason';
