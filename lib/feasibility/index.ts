export * from './assess';
export * from './choose';
export * from './explain';
export * from './path';
