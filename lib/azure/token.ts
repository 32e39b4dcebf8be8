export * from '../cdktf/token';
