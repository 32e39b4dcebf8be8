export * from '../cdktf/traffic';
