import { expect } from '@jest/globals';
import { matchers, type VpnMatchers } from '../matchers';

export { type Ends, matchers, type ProtocolName, type Serving, type VpnMatchers } from '../matchers';

declare module 'expect' {
  // The type parameters are those of expect.
  interface Matchers<R extends void | Promise<void>, T = unknown> extends VpnMatchers<R> {}
}

expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
