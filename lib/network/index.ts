export * from './aws';
export * from './azure';
export * from './element';
export * from './evidence';
export * from './google';
export * from './internet';
