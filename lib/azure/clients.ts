export * from '../cdktf/clients';
