import { ifKnown, isToken, known } from '../cdktf/token';
import { invalid } from '../errors';
import { IpRange, isAddress } from '../flows';

/** A VPC network: a `ComputeNetwork` or `DataGoogleComputeNetwork` of @cdktf/provider-google, or these. */
export interface INetwork {
  /** Its id: `projects/plant4/global/networks/plant4`. */
  readonly id: string;
  /**
   * What it carries in bytes.
   *
   * @default 1460, Google's own default
   */
  readonly mtu?: number;
}

/** A subnetwork: a `ComputeSubnetwork` or `DataGoogleComputeSubnetwork` of @cdktf/provider-google, or its id. */
export interface ISubnetwork {
  /** Its id: `projects/plant4/regions/europe-west3/subnetworks/vpn`. */
  readonly id: string;
}

/** A secret of Secret Manager: a `SecretManagerSecret` or `DataGoogleSecretManagerSecret` of the provider, or its id. */
export interface ISecret {
  /** Its id: `projects/plant4/secrets/vpn-users`. */
  readonly id: string;
}

/** A static external address: a `ComputeAddress` or `DataGoogleComputeAddress` of the provider, or the address itself. */
export interface IExternalAddress {
  /** The address: `203.0.113.9`. */
  readonly address: string;
}

/** A service account: a `ServiceAccount` or `DataGoogleServiceAccount` of the provider, or its email address. */
export interface IServiceAccount {
  /** Its email address: `vpn@plant4.iam.gserviceaccount.com`. */
  readonly email: string;
}

/** Ids as Google writes them, by what they are ids of; a self link ends with one. */
const IDS = {
  network: { form: 'projects/<project>/global/networks/<name>', isLink: true },
  subnetwork: { form: 'projects/<project>/regions/<region>/subnetworks/<name>', isLink: true },
  secret: { form: 'projects/<project>/secrets/<name>', isLink: false },
} as const;

/**
 * Checks an id where synth knows it.
 *
 * @throws InvalidInputError `RESOURCE_ID_INVALID`
 */
export function checkedId(id: unknown, kind: keyof typeof IDS): string {
  if (isToken(id)) {
    return id as string;
  }
  const { form, isLink } = IDS[kind];
  const pattern = form.replace(/<\w+>/g, '[\\w.:-]+');
  const link = isLink ? '(?:https://www\\.googleapis\\.com/compute/v1/)?' : '';
  if (typeof id !== 'string' || !new RegExp(`^${link}${pattern}$`).test(id)) {
    invalid({
      code: 'RESOURCE_ID_INVALID',
      what: `${kind}.id is not the id of a ${kind}`,
      got: id ?? 'undefined',
      allowed: 'a reference to the resource, or its id as Google Cloud writes it',
      instead: `${kind}: { id: '${form}' }`,
    });
  }
  return id;
}

/** Google's own default of a network's MTU. */
const DEFAULT_MTU = 1460;

/** What was read of a network. */
export interface CheckedNetwork {
  readonly id: string;
  readonly mtu: number;
}

/**
 * Checks what was written for `network` in the props of a construct.
 *
 * @throws InvalidInputError `VPC_NETWORK_MISSING`, `RESOURCE_ID_INVALID`, `TOKEN_NOT_ALLOWED`
 */
export function checkedNetwork(value: unknown, className: string): CheckedNetwork {
  const network = value as (INetwork & { readonly mtuInput?: number }) | null | undefined;
  if (typeof network !== 'object' || network === null) {
    invalid({
      code: 'VPC_NETWORK_MISSING',
      what: `${className} was given no VPC network`,
      got: value ?? 'undefined',
      allowed: 'a ComputeNetwork or DataGoogleComputeNetwork of @cdktf/provider-google, or an object with its id',
      instead: "network: new ComputeNetwork(this, 'Network', { name: 'plant4', autoCreateSubnetworks: false })",
    });
  }
  // A resource knows its MTU at synth by what was written; its attribute is a reference.
  const mtu = 'mtuInput' in network ? network.mtuInput : ifKnown(network.mtu);
  const number = known(mtu ?? DEFAULT_MTU, 'the MTU of the network', 'network: { id: network.id, mtu: 1460 }');
  return { id: checkedId(network.id, 'network'), mtu: number };
}

/**
 * The region of a zone, which must be known at synth.
 *
 * @throws InvalidInputError `ZONE_INVALID`, `TOKEN_NOT_ALLOWED`
 */
export function regionOf(zone: string, className: string): string {
  const text = known(zone, 'zone', "zone: 'europe-west3-a'");
  const [, region] = /^([a-z]+-[a-z]+\d+)-[a-z]$/.exec(String(text)) ?? [];
  if (region === undefined) {
    invalid({
      code: 'ZONE_INVALID',
      what: `zone of ${className} is not the name of a zone`,
      got: text ?? 'undefined',
      allowed: 'a name as Google Cloud writes it: gcloud compute zones list',
      instead: "zone: 'europe-west3-a'",
    });
  }
  return region;
}

/**
 * Checks the id of a project where synth knows it.
 *
 * @throws InvalidInputError `PROJECT_INVALID`
 */
export function checkProject(project: string | undefined): void {
  if (
    project !== undefined &&
    !isToken(project) &&
    !/^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(String(project))
  ) {
    invalid({
      code: 'PROJECT_INVALID',
      what: 'project is not the id of a project',
      got: project,
      allowed: 'its id: 6 to 30 lower-case letters, digits and hyphens; neither its name nor its number',
      instead: "project: 'plant4-vpn'",
    });
  }
}

/**
 * Checks the address that exists.
 *
 * @throws InvalidInputError `EXTERNAL_ADDRESS_INVALID`
 */
export function checkExternalAddress(external: IExternalAddress | undefined, region: string): void {
  if (external === undefined) {
    return;
  }
  const wrong = (what: string, got: unknown, allowed: string) =>
    invalid({
      code: 'EXTERNAL_ADDRESS_INVALID',
      what,
      got,
      allowed,
      instead: 'no externalAddress, so that one is created',
    });
  const made = external as { readonly addressTypeInput?: string; readonly regionInput?: string };
  if (ifKnown(made.addressTypeInput) === 'INTERNAL') {
    wrong('externalAddress is an internal address, which nobody reaches from the internet', 'INTERNAL', 'EXTERNAL');
  }
  const elsewhere = ifKnown(made.regionInput);
  if (elsewhere !== undefined && elsewhere !== region) {
    wrong('externalAddress lies in another region than the machine', elsewhere, region);
  }
  if (!isToken(external?.address) && !isIpv4(external?.address)) {
    wrong(
      'externalAddress is no external address',
      external?.address ?? external,
      'a ComputeAddress or DataGoogleComputeAddress of @cdktf/provider-google, or an object with a public IPv4 address',
    );
  }
}

function isIpv4(text: unknown): boolean {
  return typeof text === 'string' && isAddress(text) && !text.includes(':') && !IpRange.parse(`${text}/32`).isPrivate;
}

/**
 * Checks the service account that exists.
 *
 * @throws InvalidInputError `SERVICE_ACCOUNT_INVALID`
 */
export function checkServiceAccount(account: IServiceAccount | undefined): void {
  if (account !== undefined && !isToken(account?.email) && !/^[\w.-]+@[\w.-]+\.[a-z]+$/.test(String(account?.email))) {
    invalid({
      code: 'SERVICE_ACCOUNT_INVALID',
      what: 'serviceAccount has no email address',
      got: account?.email ?? account,
      allowed: 'a ServiceAccount or DataGoogleServiceAccount of @cdktf/provider-google, or an object with its email',
      instead: "serviceAccount: { email: 'vpn@plant4.iam.gserviceaccount.com' }",
    });
  }
}
