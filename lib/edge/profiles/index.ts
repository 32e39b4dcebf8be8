import { type ClientDevice, clientDevice, DIAL_IN_SERVERS } from '../../clients';
import { invalid, RefusalError, raise } from '../../errors';
import type { Evidence } from '../../network/evidence';
import { openFlows, VPN_PROTOCOLS, type VpnProtocol, type VpnProtocolId } from '../../protocols';
import { comment } from '../comment';
import { APPLE } from './apple';
import { NETWORK_MANAGER } from './network-manager';
import { checkedJob, type ProfileOptions } from './profile-options';
import type { ProfileSecret, ProfileSystem, ProfileWriter } from './profile-system';
import { ROUTEROS_6, ROUTEROS_7 } from './router-os';
import { WINDOWS } from './windows';

export type { ProfileOptions } from './profile-options';
export type { ProfileSecret } from './profile-system';

/** The systems whose own clients are configured by a file. */
export const PROFILE_SYSTEMS: readonly ProfileSystem[] = [WINDOWS, APPLE, NETWORK_MANAGER, ROUTEROS_6, ROUTEROS_7];

/** A file of a profile. None holds a secret. */
export interface ProfileFile {
  /** Its name without folder: `windows.ps1`. */
  readonly name: string;
  readonly text: string;
}

/** A connection profile for one device, without anything secret in it: the same for every user but for the name. */
export interface Profile {
  /** The device's id: `windows-11`. */
  readonly device: string;
  /** `IKEv2`. */
  readonly protocol: string;
  /** The profile, which comes first, and the certificate of the authority where the profile reads one beside it. */
  readonly files: readonly ProfileFile[];
  /** What is secret and in none of the files, with the place where it is entered. */
  readonly secrets: readonly ProfileSecret[];
}

/**
 * Renders what makes a device's own client dial a gateway: the same text for the same options, however often.
 *
 * @throws RefusalError `PROFILE_NOT_WRITTEN` where the device has no client of its own for the protocol
 * @throws InvalidInputError `DEVICE_UNKNOWN`, `PROTOCOL_UNKNOWN`, `INSECURE_WITHOUT_REASON`, `PROFILE_OPTION_MISSING`,
 * `PROFILE_OPTION_UNUSED`, `PROFILE_OPTION_INVALID`
 */
export function renderProfile(options: ProfileOptions): Profile {
  const written: Partial<ProfileOptions> = options ?? {};
  const device = clientDevice(written.device as string);
  const protocol = checkedProtocol(written);
  const { writer, unused } = writerOf(device, protocol, written.tlsCrypt);
  const job = checkedJob(written as ProfileOptions, device, protocol, writer, unused);
  const { file, authorityFile, steps, secrets } = writer.write(job);
  const reason = written.insecure?.reason;
  const header = [
    `${job.name}: ${protocol.name} to ${job.server}, for ${device.name}. There is no secret in it.`,
    ...(reason === undefined ? [] : [`Reason given: ${reason}`]),
    ...(writer.fromMemory === undefined ? [] : [`From memory: ${writer.fromMemory}. Try it before you rely on it.`]),
    ...steps,
    ...secrets.map(({ secret, entered }) => `Secret: ${secret}. ${capital(entered)}.`),
    ...device.support[protocol.id].notes.map(({ text, evidence }) => `Known: ${text}${basis(evidence)}`),
  ].flatMap((text) => comment(text, file.comments));
  const lines = [...(file.firstLine === undefined ? [] : [file.firstLine]), ...header, file.text];
  return {
    device: device.id,
    protocol: protocol.name,
    files: [
      { name: file.name, text: lines.join('\n') },
      ...(authorityFile === undefined ? [] : [{ name: authorityFile, text: job.authority?.pem ?? '' }]),
    ],
    secrets,
  };
}

function checkedProtocol({ protocol, insecure }: Partial<ProfileOptions>): VpnProtocol {
  const known = VPN_PROTOCOLS.find(({ id }) => id === protocol?.id);
  if (known === undefined) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: 'renderProfile was given something that is not a VPN protocol of this library',
      got: protocol,
      allowed: 'PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD',
      instead: 'protocol: IKEV2',
    });
  }
  if (known.standing.level !== 'broken' && insecure !== undefined) {
    invalid({
      code: 'PROFILE_OPTION_UNUSED',
      what: `insecure means nothing with ${known.name}, whose cryptography is not broken`,
      allowed: 'no insecure',
      instead: 'renderProfile({ ... }) without insecure',
    });
  }
  openFlows({ protocols: [known], ...(insecure === undefined ? {} : { insecure }) }, 'renderProfile');
  return known;
}

interface Found {
  readonly writer: ProfileWriter;
  readonly unused: NonNullable<ProfileSystem['unused']>;
}

function writerOf(device: ClientDevice, protocol: VpnProtocol, tlsCrypt: unknown): Found {
  const system = PROFILE_SYSTEMS.find(({ devices }) => devices.includes(device.id));
  const { support, by } = device.support[protocol.id];
  const writer = system?.writers[protocol.id];
  if (support === 'none') {
    refuse(device, protocol, `${device.name} has no client for ${protocol.name}.`, system);
  }
  if (support === 'app') {
    refuse(device, protocol, `${device.name} speaks ${protocol.name} by a program alone: ${by}.`, system);
  }
  if (writer === undefined || system === undefined) {
    refuse(device, protocol, `No file of this library sets up ${protocol.name} on ${device.name}.`, system);
  }
  const foreign = foreignTo(device, protocol.id);
  if (foreign !== undefined && tlsCrypt !== false) {
    const elsewhere = 'For a server of somebody else that asks for none: tlsCrypt: false.';
    refuse(device, protocol, `${device.name} ${foreign} ${elsewhere}`, system);
  }
  return { writer, unused: system.unused ?? {} };
}

/** Whose files `npx pptp-constructs keys` writes, for the programs that import them. */
const KEYS: readonly string[] = ['pptp', 'wireguard', 'ikev2', 'openvpn'];

/** What serves instead: what the device has itself and a profile sets up, sound cryptography first; else a person. */
function refuse(device: ClientDevice, protocol: VpnProtocol, reason: string, system: ProfileSystem | undefined): never {
  const { support } = device.support[protocol.id];
  const served = VPN_PROTOCOLS.filter(({ id, standing }) => {
    const how = device.support[id].support;
    return (
      id !== protocol.id &&
      standing.level !== 'broken' &&
      (how === 'built-in' || how === 'package') &&
      system?.writers[id] !== undefined &&
      !foreignTo(device, id)
    );
  }).sort((one, other) => Number(other.standing.level === 'sound') - Number(one.standing.level === 'sound'));
  const alternatives = [
    ...served.map(({ name }) => `${name}, which renderProfile sets up on it`),
    ...(support === 'app' && KEYS.includes(protocol.id)
      ? [`npx pptp-constructs keys ${protocol.id}, which writes what the program imports, with the keys in it`]
      : []),
    ...(support !== 'app' && support !== 'none' && system?.writers[protocol.id] === undefined
      ? ['the settings of the device itself, by hand']
      : []),
  ];
  return raise(
    new RefusalError({
      code: 'PROFILE_NOT_WRITTEN',
      explanation: [
        reason,
        ...(alternatives.length > 0 ? ['', ...alternatives.map((one) => `  In its place: ${one}`)] : []),
      ].join('\n'),
      reasons: [reason],
      alternatives,
    }),
  );
}

/** Why the gateways of this library do not serve it, where they do not. */
function foreignTo(device: ClientDevice, id: VpnProtocolId): string | undefined {
  const exclusion = DIAL_IN_SERVERS[`${id}-machine`]?.leavesOut[id];
  return exclusion?.devices.includes(device.id) ? exclusion.because : undefined;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function basis(evidence: readonly Evidence[]): string {
  return evidence.every(({ kind, certainty }) => kind === 'inference' && certainty === 'low') ? ' [From memory.]' : '';
}
