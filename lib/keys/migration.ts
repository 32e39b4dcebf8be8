import { parsePptpUsers } from '../host/pptp/pptp-users';
import { type Gateway, isIpv4, poolOf, pptpPoolOf } from './gateway';
import { randomPassword } from './password';
import { PPTP_KEYS } from './pptp-keys';
import type { GatewaySecret, ProtocolKeys, SecretEntry } from './protocol-keys';

// A machine that serves PPTP and its successor has one list of users. A user belongs to PPTP with a password, and to
// WireGuard with a public key; to IKEv2 and OpenVPN always. The address is of PPTP's pool: with the successor, the user has
// the one at the same place of the successor's pool.

/** The keys of a successor on a machine that serves PPTP as well: everybody gets what both need. */
export function besidePptp(successor: ProtocolKeys): ProtocolKeys {
  return {
    ...successor,

    async user(making, secret, user) {
      const { gateway } = making;
      const { server, routes } = gateway;
      const withPassword = { ...user, password: user.password ?? randomPassword() };
      const old = await PPTP_KEYS.user(
        { ...making, gateway: { protocol: 'pptp', server, routes } },
        secret,
        withPassword,
      );
      const { password, ...withoutPassword } = withPassword;
      const made = await successor.user(making, secret, {
        ...(sharesPasswords(gateway) ? withPassword : withoutPassword),
        address: moved(gateway, user.address),
      });
      return {
        ...made,
        credential: { password, ...made.credential },
        files: [...old.files.map((file) => ({ ...file, path: `pptp/${file.path}` })), ...made.files],
      };
    },

    check(json, gateway, at) {
      const secret = usersOf(json);
      if (secret === undefined) {
        return successor.check(json, gateway, at);
      }
      const dialers = secret.users.filter((user) => 'password' in user);
      const withoutKeys = dialers.map(({ publicKey, presharedKey, ...user }) => user);
      parsePptpUsers(JSON.stringify({ users: withoutKeys }), pptpPoolOf(gateway));
      successor.check(JSON.stringify(afterPptp(gateway, secret)), gateway, at);
    },
  };
}

/** The secret of the successor alone, with its own addresses. */
export function afterPptp(gateway: Gateway, secret: GatewaySecret): GatewaySecret {
  const users = secret.users
    .filter((user) => gateway.protocol !== 'wireguard' || 'publicKey' in user)
    .map(({ password, ...user }): SecretEntry => {
      const kept = sharesPasswords(gateway) && password !== undefined ? { ...user, password } : user;
      return 'address' in kept ? { ...kept, address: moved(gateway, kept.address) } : kept;
    });
  return { ...secret, users };
}

/** Whether users log in to the successor with the password that they have for PPTP. */
function sharesPasswords({ authentication }: Gateway): boolean {
  return authentication?.includes('password') === true;
}

/** The address at the same place of the successor's pool; what is no address of PPTP's pool stays, and fails there. */
function moved(gateway: Gateway, address: string | undefined): string | undefined {
  const { range } = pptpPoolOf(gateway);
  if (!isIpv4(address)) {
    return address;
  }
  const offset = numberOf(address as string) - numberOf(range.address(0));
  return offset >= 0 && offset < Number(range.size) ? poolOf(gateway).range.address(offset) : address;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** A secret whose users are a list of objects: the rest is for each server to check. */
function usersOf(json: string): GatewaySecret | undefined {
  try {
    const secret = JSON.parse(json);
    const isList = Array.isArray(secret.users) && secret.users.every((user: unknown) => Object(user) === user);
    return isList ? secret : undefined;
  } catch {
    return undefined;
  }
}
