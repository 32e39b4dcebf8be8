import { matchers, type VpnMatchers } from './matchers';

export { type Ends, matchers, type ProtocolName, type Serving, type VpnMatchers } from './matchers';

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the type parameters are those of @types/jest
    interface Matchers<R, T = {}> extends VpnMatchers<R> {}
  }
}

// Jest gives every test file an `expect` of its own, and whoever loads this file wants the matchers there. Without a global
// one (`injectGlobals: false`) `expect.extend(matchers)` does the same.
const { expect } = globalThis as { expect?: { extend?: (all: typeof matchers) => void } };
expect?.extend?.(matchers);
