export * from './diagnostics';
export * from './errors';
export * from './feasibility';
export * from './flows';
export * from './host';
export * from './migration';
export * from './network';
export * from './protocols';
