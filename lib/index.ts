export * from './diagnostics';
export * from './errors';
export * from './feasibility';
export * from './flows';
export * from './network';
export * from './protocols';
