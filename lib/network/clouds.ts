// The clouds for which this library has facts and rules, and no constructs.
export * from './alibaba';
export * from './digitalocean';
export * from './exoscale';
export * from './hetzner';
export * from './huawei';
export * from './ibm';
export * from './linode';
export * from './open-telekom-cloud';
export * from './openstack';
export * from './oracle';
export * from './ovh';
export * from './scaleway';
export * from './tencent';
export * from './upcloud';
export * from './vultr';
export * from './yandex';
