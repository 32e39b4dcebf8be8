export * from './ikev2-secret';
export * from './ikev2-service';
