export * from './address';
export * from './address-set';
export * from './estate';
export * from './network';
export * from './origin';
export * from './rule-set';
export * from './thing';
export * from './unknown';
