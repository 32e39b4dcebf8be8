export * from './sunset';
