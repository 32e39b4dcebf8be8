export * from '../cdktf/annotate';
