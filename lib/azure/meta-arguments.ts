export * from '../cdktf/meta-arguments';
