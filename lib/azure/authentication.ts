import { X509Certificate } from 'node:crypto';
import type { TerraformVariable } from 'cdktf';
import { invalid } from '../errors';
import { Accepted, isAddress } from '../flows';
import type { AcceptedConsequence } from './annotate';
import { azureName } from './names';
import type { AuthenticationName } from './point-to-site';
import type { VirtualNetworkGatewayVpnClientConfiguration } from './provider';
import { isToken } from './token';

/** A certificate authority whose client certificates may connect. Certificates are public; keys have no place here. */
export interface RootCertificate {
  /** What Azure calls it, unique on the gateway. */
  readonly name: string;
  /** The certificate in PEM, or its Base64 alone; not the key. A token passes unchecked, and must be the Base64 alone. */
  readonly certificate: string;
}

/** A client certificate that may connect no longer. */
export interface RevokedCertificate {
  /** What Azure calls it, unique on the gateway. */
  readonly name: string;
  /** The SHA-1 fingerprint of the certificate: 40 hexadecimal digits. */
  readonly thumbprint: string;
}

/** Options of `Authentication.certificate`. */
export interface CertificateOptions {
  /** At least one. */
  readonly roots: readonly RootCertificate[];
  /** @default - none */
  readonly revoked?: readonly RevokedCertificate[];
}

/** A RADIUS server that the gateway asks. */
export interface RadiusServer {
  /** Its IPv4 address, reachable from the virtual network. */
  readonly address: string;
  /**
   * The secret that it shares with the gateway: a variable of Terraform that is declared `sensitive`. A text would
   * stand in the synthesised JSON.
   */
  readonly secret: TerraformVariable;
  /**
   * Which server is asked first: 1 to 30, the highest first.
   *
   * @default 30
   */
  readonly score?: number;
}

/** Options of `Authentication.radius`. */
export interface RadiusOptions {
  /** At least one. */
  readonly servers: readonly RadiusServer[];
  /**
   * That the shared secrets will stand in clear in the Terraform state: azurerm has no other way to hand them over.
   *
   * @default - refused
   */
  readonly acceptsSecretInState?: Accepted;
}

/** Options of `Authentication.entraId`. */
export interface EntraIdOptions {
  /** The id of the tenant: a GUID, or a token. */
  readonly tenantId: string;
  /**
   * The application id that clients ask a token for.
   *
   * @default 'c632b3df-fb67-4d84-bdcf-b95ad541b5c8' the Azure VPN Client, registered by Microsoft in the public cloud
   */
  readonly audience?: string;
  /**
   * Where users sign in, which differs in the sovereign clouds.
   *
   * @default 'https://login.microsoftonline.com'
   */
  readonly authority?: string;
  /**
   * Who issues the tokens, which differs in some sovereign clouds.
   *
   * @default 'https://sts.windows.net'
   */
  readonly issuer?: string;
}

const AZURE_VPN_CLIENT = 'c632b3df-fb67-4d84-bdcf-b95ad541b5c8';
const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com';
const PUBLIC_ISSUER = 'https://sts.windows.net';

/** The attributes of `vpn_client_configuration` that one type of authentication sets. */
type Attributes = Partial<VirtualNetworkGatewayVpnClientConfiguration>;

/** How clients prove to a VPN gateway who they are. */
export class Authentication {
  /**
   * Client certificates that one of these certificate authorities has signed.
   *
   * @throws InvalidInputError `CERTIFICATE_INVALID`, `CERTIFICATE_HOLDS_KEY`, `THUMBPRINT_INVALID`, `NAME_INVALID`,
   * `AUTHENTICATION_INVALID`
   */
  public static certificate(options: CertificateOptions): Authentication {
    const roots = atLeastOne(
      options?.roots,
      'roots of Authentication.certificate',
      "{ name: 'plant-ca', certificate }",
    );
    const revoked = options.revoked ?? [];
    uniqueNames(roots, 'root certificates');
    uniqueNames(revoked, 'revoked certificates');
    return new Authentication('Certificate', {
      rootCertificate: roots.map(({ name, certificate }) => ({
        name: azureName(name, 'the name of a root certificate'),
        publicCertData: certificateData(certificate, name),
      })),
      ...(revoked.length > 0
        ? {
            revokedCertificate: revoked.map(({ name, thumbprint }) => ({
              name: azureName(name, 'the name of a revoked certificate'),
              thumbprint: checkedThumbprint(thumbprint),
            })),
          }
        : {}),
    });
  }

  /**
   * User names and passwords, or whatever else RADIUS servers decide by.
   *
   * @throws InvalidInputError `SECRET_IN_STATE`, `SECRET_NOT_SENSITIVE`, `RADIUS_SERVER_INVALID`,
   * `AUTHENTICATION_INVALID`
   */
  public static radius(options: RadiusOptions): Authentication {
    const servers = atLeastOne(options?.servers, 'servers of Authentication.radius', "{ address: '10.0.0.4', secret }");
    if (!(options.acceptsSecretInState instanceof Accepted)) {
      invalid({
        code: 'SECRET_IN_STATE',
        what: 'the shared secret of a RADIUS server would stand in clear in the Terraform state: azurerm has no other way to hand it over',
        allowed:
          'certificates, which have no secret; or RADIUS with a written acceptance, a state that is encrypted and few who may read it',
        instead:
          "acceptsSecretInState: Accepted.because('the state lies in an encrypted account that two people may read')",
      });
    }
    return new Authentication(
      'Radius',
      { radiusServer: servers.map(radiusServer) },
      {
        code: 'SECRET_IN_STATE',
        text: `RADIUS secrets in the Terraform state: ${options.acceptsSecretInState.reason}`,
      },
    );
  }

  /**
   * Microsoft Entra ID, for OpenVPN with the Azure VPN Client. It goes with IKEv2 only beside another type.
   *
   * @throws InvalidInputError `ENTRA_ID_INVALID`
   */
  public static entraId(options: EntraIdOptions): Authentication {
    const {
      tenantId,
      audience = AZURE_VPN_CLIENT,
      authority = PUBLIC_AUTHORITY,
      issuer = PUBLIC_ISSUER,
    } = options ?? {};
    const tenant = checkedGuid(tenantId, 'tenantId');
    return new Authentication('AAD', {
      aadTenant: `${checkedHost(authority, 'authority', PUBLIC_AUTHORITY)}/${tenant}/`,
      aadAudience: checkedGuid(audience, 'audience'),
      // The slash at the end belongs to it: without it, every token is refused.
      aadIssuer: `${checkedHost(issuer, 'issuer', PUBLIC_ISSUER)}/${tenant}/`,
    });
  }

  private constructor(
    /** As azurerm spells it in `vpn_auth_types`. */
    public readonly azureName: AuthenticationName,
    /** The attributes of `vpn_client_configuration` that it sets. */
    public readonly attributes: Attributes,
    /** What the user accepted in writing for it. */
    public readonly accepted?: AcceptedConsequence,
  ) {}
}

function atLeastOne<T>(list: readonly T[] | undefined, what: string, example: string): readonly T[] {
  if (!Array.isArray(list) || list.length === 0 || list.some((one) => typeof one !== 'object' || one === null)) {
    invalid({
      code: 'AUTHENTICATION_INVALID',
      what: `${what} is empty or no list of them`,
      allowed: 'at least one',
      instead: `[${example}]`,
    });
  }
  return list;
}

function uniqueNames(list: readonly { readonly name: string }[], what: string): void {
  const names = list.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'AUTHENTICATION_INVALID',
      what: `two ${what} have one name`,
      got: twice,
      allowed: 'names that are unique on the gateway',
      instead: `name: '${twice}-2'`,
    });
  }
}

/** The Base64 of a certificate without markers and line breaks, as Azure wants it. */
function certificateData(text: string, name: string): string {
  if (isToken(text)) {
    return text;
  }
  if (typeof text === 'string' && text.includes('PRIVATE KEY')) {
    invalid({
      code: 'CERTIFICATE_HOLDS_KEY',
      what: `root certificate ${name} holds a private key, which would stand in the synthesised JSON and in the state; treat the key as lost`,
      allowed: 'the certificate alone',
      instead: 'openssl x509 -in plant-ca.pem -outform PEM, on a new certificate authority',
    });
  }
  const known = certificates.get(text);
  if (known !== undefined) {
    return known;
  }
  const data = String(text).replace(/-----(BEGIN|END) CERTIFICATE-----|\s/g, '');
  if (!isCertificate(data)) {
    invalid({
      code: 'CERTIFICATE_INVALID',
      what: `root certificate ${name} is not one X.509 certificate`,
      got: typeof text === 'string' && text.length > 60 ? `${text.length} characters` : text,
      allowed: 'one certificate in PEM, or the Base64 of its DER form',
      instead: "certificate: readFileSync('plant-ca.pem', 'utf8')",
    });
  }
  certificates.set(text, data);
  return data;
}

/** What certificates were read as: an app with many gateways names one authority many times. */
const certificates = new Map<string, string>();

function isCertificate(base64: string): boolean {
  try {
    return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && new X509Certificate(Buffer.from(base64, 'base64')).raw.length > 0;
  } catch {
    return false;
  }
}

function checkedThumbprint(thumbprint: string): string {
  if (!isToken(thumbprint) && !/^[0-9A-Fa-f]{40}$/.test(thumbprint)) {
    const digits = String(thumbprint).replace(/[^0-9A-Fa-f]/g, '');
    invalid({
      code: 'THUMBPRINT_INVALID',
      what: 'a thumbprint is not the SHA-1 fingerprint of a certificate',
      got: thumbprint,
      allowed: '40 hexadecimal digits without colons and spaces',
      instead:
        digits.length === 40
          ? `thumbprint: '${digits}'`
          : 'what `openssl x509 -in client.pem -noout -fingerprint -sha1` prints, without colons',
    });
  }
  return thumbprint;
}

function radiusServer({ address, secret, score = 30 }: RadiusServer): {
  readonly address: string;
  readonly secret: string;
  readonly score: number;
} {
  if (!isToken(address) && (!isAddress(String(address)) || String(address).includes(':'))) {
    invalid({
      code: 'RADIUS_SERVER_INVALID',
      what: 'the address of a RADIUS server is not an IPv4 address',
      got: address,
      allowed: 'an IPv4 address, or a token; azurerm takes no names and no IPv6',
      instead: "address: '10.0.0.4'",
    });
  }
  if (!isToken(score) && (!Number.isInteger(score) || score < 1 || score > 30)) {
    invalid({
      code: 'RADIUS_SERVER_INVALID',
      what: 'the score of a RADIUS server is out of range',
      got: score,
      allowed: 'a whole number from 1 to 30; the highest is asked first',
      instead: 'score: 30',
    });
  }
  if (typeof secret !== 'object' || secret === null || secret.sensitive !== true) {
    invalid({
      code: 'SECRET_NOT_SENSITIVE',
      what: 'the secret of a RADIUS server is not a sensitive variable of Terraform',
      allowed:
        'a TerraformVariable with sensitive: true; its value stays out of the synthesised JSON and of the output of plans',
      instead: "secret: new TerraformVariable(this, 'RadiusSecret', { type: 'string', sensitive: true })",
    });
  }
  return { address, secret: secret.stringValue, score };
}

function checkedGuid(text: string, property: string): string {
  if (!isToken(text) && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    invalid({
      code: 'ENTRA_ID_INVALID',
      what: `${property} of Authentication.entraId is not an id of Microsoft Entra ID`,
      got: text ?? 'undefined',
      allowed: 'a GUID, or a token',
      instead: `${property}: '00000000-0000-0000-0000-000000000000'`,
    });
  }
  return text;
}

function checkedHost(text: string, property: string, example: string): string {
  if (!isToken(text) && !/^https:\/\/[a-z0-9.-]+$/.test(text)) {
    invalid({
      code: 'ENTRA_ID_INVALID',
      what: `${property} of Authentication.entraId is not an address without path`,
      got: text,
      allowed: 'https:// and a host name, without a slash at its end',
      instead: `${property}: '${example}'`,
    });
  }
  return text;
}
