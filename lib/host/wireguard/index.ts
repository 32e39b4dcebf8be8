export * from './wireguard-secret';
export * from './wireguard-service';
