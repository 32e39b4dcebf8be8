import { invalid } from '../errors';
import { nearest } from '../nearest';
import type { VpnProtocol } from '../protocols/vpn-protocol';
import { ANDROID_DEVICES } from './android';
import { APPLE_DEVICES } from './apple';
import { APPLIANCES } from './appliances';
import type { ClientDevice, ClientSupport } from './client-device';
import { LINUX_DEVICES } from './linux';
import { WINDOWS_DEVICES } from './windows';

/** Every client device that the library knows. */
export const DEVICES = {
  ...WINDOWS_DEVICES,
  ...APPLE_DEVICES,
  ...ANDROID_DEVICES,
  ...LINUX_DEVICES,
  ...APPLIANCES,
} as const satisfies Record<string, ClientDevice>;

/** The same as a list, family by family. */
export const CLIENT_DEVICES: readonly ClientDevice[] = Object.values(DEVICES);

const BY_ID: ReadonlyMap<string, ClientDevice> = new Map(CLIENT_DEVICES.map((device) => [device.id, device]));

/**
 * The device with this id.
 *
 * @param id such as `windows-11`
 * @throws InvalidInputError `DEVICE_UNKNOWN`, with the nearest known id
 */
export function clientDevice(id: string): ClientDevice {
  return BY_ID.get(id) ?? unknownDevice(id);
}

/** The devices that speak a protocol in this way, in the order of the list. */
export function devicesWith(protocol: VpnProtocol, support: ClientSupport): readonly ClientDevice[] {
  return CLIENT_DEVICES.filter((device) => device.support[protocol.id]?.support === support);
}

/** Refuses what was written for a device. */
export function unknownDevice(got: unknown): never {
  const meant = typeof got === 'string' ? nearest(got, BY_ID.keys()) : undefined;
  return invalid({
    code: 'DEVICE_UNKNOWN',
    what: meant === undefined ? 'no such client device is known' : `no such client device is known; ${meant} is`,
    got,
    allowed: `${[...BY_ID.keys()].join(', ')}, or a ClientDevice of your own`,
    instead: `{ device: '${meant ?? 'windows-11'}', count: 10 }`,
  });
}
