import { invalid } from '../errors';
import { VPN_PROTOCOLS } from '../protocols';
import type { VpnProtocol, VpnProtocolId } from '../protocols/vpn-protocol';
import { CLIENT_SUPPORTS, type ClientDevice, type ClientSupport } from './client-device';
import { clientDevice, unknownDevice } from './devices';

/** The most that a fleet can have of one device; more is a slip of the pen. */
const MOST = 1_000_000_000;

/** So many devices of one kind. */
export interface FleetMember {
  readonly device: ClientDevice;
  readonly count: number;
}

/** What a user writes for a member. */
export interface FleetEntry {
  /** A device, or the id of a known one: `windows-11`. */
  readonly device: ClientDevice | string;
  /**
   * How many of them, a whole number from 1 on.
   *
   * @default 1
   */
  readonly count?: number;
}

/** How many devices speak a protocol in which way. */
export interface DeviceShare {
  readonly builtIn: number;
  readonly packaged: number;
  readonly app: number;
  /** Those that cannot speak it at all. */
  readonly none: number;
}

/** The part of a fleet that speaks a protocol in one way. */
export interface SupportShare {
  readonly support: ClientSupport;
  readonly count: number;
  readonly members: readonly FleetMember[];
}

interface Spoken {
  readonly supports: readonly SupportShare[];
  readonly share: DeviceShare;
}

/**
 * The devices that are to reach a gateway, with how many there are of each. What they speak is worked out once, per kind
 * of device: ten thousand devices cost as much as ten.
 */
export class Fleet {
  /**
   * A fleet of at least one member.
   *
   * @throws InvalidInputError `FLEET_EMPTY`, `DEVICE_UNKNOWN`, `DEVICE_COUNT_INVALID`, `DEVICE_DUPLICATE`
   */
  public static of(...members: FleetEntry[]): Fleet {
    if (members.length === 0) {
      invalid({
        code: 'FLEET_EMPTY',
        what: 'a fleet without devices: nobody would call the gateway',
        allowed: 'at least one device',
        instead: "Fleet.of({ device: 'windows-11', count: 40 }, { device: 'pptp-only-device', count: 3 })",
      });
    }
    const known: FleetMember[] = [];
    for (const entry of members) {
      const device = deviceOf(entry?.device);
      const count = countOf(entry.count === undefined ? 1 : entry.count, device);
      const twin = known.find((member) => member.device.id === device.id);
      if (twin !== undefined) {
        invalid({
          code: 'DEVICE_DUPLICATE',
          what: `${device.id} is in the fleet twice`,
          got: [`${twin.count} ${device.id}`, `${count} ${device.id}`],
          allowed: 'each device once, with how many there are of it',
          instead: `{ device: '${device.id}', count: ${twin.count + count} }`,
        });
      }
      known.push(Object.freeze({ device, count }));
    }
    return new Fleet(Object.freeze(known));
  }

  /** Every kind of device once, in the order written. */
  public readonly members: readonly FleetMember[];
  /** How many devices there are in all. */
  public readonly count: number;
  private readonly spoken: ReadonlyMap<VpnProtocolId, Spoken>;

  private constructor(members: readonly FleetMember[]) {
    this.members = members;
    this.count = total(members);
    this.spoken = new Map(VPN_PROTOCOLS.map(({ id }) => [id, spokenBy(members, id)]));
  }

  /** Who speaks a protocol how: every kind of support, also those that nobody has. */
  public supports(protocol: VpnProtocol): readonly SupportShare[] {
    return this.of(protocol).supports;
  }

  /** How many devices speak a protocol in which way; the four add up to `count`. */
  public share(protocol: VpnProtocol): DeviceShare {
    return this.of(protocol).share;
  }

  /** The members that cannot speak a protocol at all. */
  public leftOut(protocol: VpnProtocol): readonly FleetMember[] {
    return membersWith(this.of(protocol).supports, 'none');
  }

  private of(protocol: VpnProtocol): Spoken {
    return (
      this.spoken.get(protocol?.id) ??
      invalid({
        code: 'PROTOCOL_UNKNOWN',
        what: 'a fleet was asked about something that is not a VPN protocol of this library',
        got: protocol,
        allowed: 'PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD',
        instead: 'fleet.share(IKEV2)',
      })
    );
  }
}

function deviceOf(device: unknown): ClientDevice {
  if (typeof device === 'string') {
    return clientDevice(device);
  }
  return isDevice(device) ? device : unknownDevice(device);
}

/** Whether it says for every protocol how it is spoken, as a device of the user's own must. */
function isDevice(device: unknown): device is ClientDevice {
  const { id, name, support } = (device ?? {}) as Partial<ClientDevice>;
  return (
    typeof id === 'string' &&
    id !== '' &&
    typeof name === 'string' &&
    VPN_PROTOCOLS.every((protocol) => {
      const how = support?.[protocol.id]?.support;
      return how !== undefined && CLIENT_SUPPORTS.includes(how);
    })
  );
}

function countOf(count: unknown, device: ClientDevice): number {
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MOST) {
    return invalid({
      code: 'DEVICE_COUNT_INVALID',
      what: `the count of ${device.id} is not a positive whole number`,
      got: count,
      allowed: `a whole number from 1 to ${MOST}`,
      instead: `{ device: '${device.id}', count: 10 }`,
    });
  }
  return count;
}

function spokenBy(members: readonly FleetMember[], id: VpnProtocolId): Spoken {
  const supports = CLIENT_SUPPORTS.map((support): SupportShare => {
    const some = members.filter(({ device }) => device.support[id].support === support);
    return Object.freeze({ support, count: total(some), members: Object.freeze(some) });
  });
  const countWith = (support: ClientSupport) => total(membersWith(supports, support));
  return {
    supports: Object.freeze(supports),
    share: Object.freeze({
      builtIn: countWith('built-in'),
      packaged: countWith('package'),
      app: countWith('app'),
      none: countWith('none'),
    }),
  };
}

function membersWith(supports: readonly SupportShare[], support: ClientSupport): readonly FleetMember[] {
  return supports.find((one) => one.support === support)?.members ?? [];
}

function total(members: readonly FleetMember[]): number {
  return members.reduce((sum, { count }) => sum + count, 0);
}
