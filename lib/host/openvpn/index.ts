export * from './openvpn-secret';
export * from './openvpn-service';
