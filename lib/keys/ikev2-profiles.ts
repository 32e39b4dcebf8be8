import { randomUUID } from 'node:crypto';
import { appleIkev2, applePayload } from './apple';
import type { CertificateAuthority, Credential } from './certificate-authority';
import { powerShell, quoted } from './escape';
import { type Gateway, titleOf } from './gateway';
import { type Property, propertyList } from './property-list';
import type { NewFile } from './protocol-keys';
import { windowsIkev2 } from './windows';

/** Who a profile is for, and with what the user logs in. */
export interface Ikev2Client {
  readonly gateway: Gateway;
  readonly authority: CertificateAuthority;
  readonly name: string;
  /** A password, or a certificate with its key; `pkcs12` is the same in one file, encrypted. */
  readonly login: { readonly password: string } | { readonly credential: Credential; readonly pkcs12: Uint8Array };
}

/** The profiles for the systems that have an IKEv2 client, for one user. */
export function ikev2Profiles(client: Ikev2Client): NewFile[] {
  return [
    { path: 'windows.ps1', content: windows(client) },
    { path: 'apple.mobileconfig', content: propertyList(apple(client)) },
    { path: 'android.sswan', content: `${JSON.stringify(android(client), null, 2)}\n` },
    ...linux(client),
  ];
}

function windows({ gateway, login }: Ikev2Client): string {
  const { server, routes = [] } = gateway;
  const hasPassword = 'password' in login;
  const certificate = `$password = Read-Host -AsSecureString -Prompt 'Password of client.p12'
Import-PfxCertificate -FilePath "$PSScriptRoot\\client.p12" -CertStoreLocation Cert:\\LocalMachine\\My -Password $password
`;
  return `#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
Import-Certificate -FilePath "$PSScriptRoot\\ca.cer" -CertStoreLocation Cert:\\LocalMachine\\Root
${hasPassword ? '' : certificate}$name = ${powerShell(titleOf(gateway))}
${windowsIkev2(server, hasPassword ? 'password' : 'certificate', routes)}`;
}

function apple({ gateway, authority, name, login }: Ikev2Client): Property {
  const { server } = gateway;
  const identifier = `pptp-constructs.ikev2.${server}`;
  const title = titleOf(gateway);
  const payload = (type: string, part: string, content: Readonly<Record<string, Property>>) =>
    applePayload({ type, identifier: `${identifier}${part}`, uuid: randomUUID(), title, content });
  const ca = payload('com.apple.security.root', '.ca', { PayloadContent: authority.raw });
  const identity =
    'password' in login
      ? undefined
      : payload('com.apple.security.pkcs12', '.certificate', { PayloadContent: login.pkcs12 });
  const certificateType = { 'rsa-3072': 'RSA', 'ecdsa-p256': 'ECDSA256', 'ecdsa-p384': 'ECDSA384' };
  const vpn = payload('com.apple.vpn.managed', '.vpn', {
    UserDefinedName: title,
    VPNType: 'IKEv2',
    IKEv2: appleIkev2({
      server,
      localIdentifier: name,
      login:
        identity === undefined
          ? { AuthenticationMethod: 'None', ExtendedAuthEnabled: 1, AuthName: name }
          : {
              AuthenticationMethod: 'Certificate',
              CertificateType: certificateType[authority.keyType],
              PayloadCertificateUUID: identity.PayloadUUID,
            },
      issuer: authority.commonName,
    }),
  });
  return payload('Configuration', '', {
    PayloadContent: [ca, ...(identity === undefined ? [] : [identity]), vpn],
  });
}

/** The profile that strongSwan's app imports (its VpnProfileImportActivity, read 2026-11). */
function android({ gateway, authority, name, login }: Ikev2Client): object {
  const { server, routes = [] } = gateway;
  return {
    uuid: randomUUID(),
    name: titleOf(gateway),
    type: 'password' in login ? 'ikev2-eap' : 'ikev2-cert',
    remote: { addr: server, id: server, cert: authority.raw.toString('base64') },
    local: 'password' in login ? { eap_id: name } : { id: name, p12: Buffer.from(login.pkcs12).toString('base64') },
    // With everything else in the tunnel, IPv6 must not leave beside it.
    'split-tunneling': routes.length > 0 ? { subnets: routes } : { 'block-ipv6': true },
  };
}

/** What goes into /etc/swanctl of a Linux client. */
function linux({ gateway, authority, name, login }: Ikev2Client): NewFile[] {
  const { server, routes = ['0.0.0.0/0'] } = gateway;
  const local =
    'password' in login
      ? `auth = eap-mschapv2\n      eap_id = ${quoted(name)}`
      : `auth = pubkey\n      certs = vpn.pem\n      id = ${quoted(name)}`;
  // In Base64: swanctl takes a secret that begins with 0x or 0s for bytes.
  const bytes = 'password' in login ? Buffer.from(login.password).toString('base64') : '';
  const secret =
    'password' in login ? `\nsecrets {\n  eap-vpn {\n    id = ${quoted(name)}\n    secret = 0s${bytes}\n  }\n}\n` : '';
  return [
    {
      path: 'linux/conf.d/vpn.conf',
      content: `# For strongSwan. Copy this folder's own folders into /etc/swanctl, then: swanctl --load-all; swanctl --initiate --child vpn
connections {
  vpn {
    version = 2
    remote_addrs = ${server}
    vips = 0.0.0.0
    proposals = aes256gcm16-prfsha384-ecp384
    local {
      ${local}
    }
    remote {
      auth = pubkey
      id = ${server}
      cacerts = vpn-ca.pem
    }
    children {
      vpn {
        remote_ts = ${routes.join(', ')}
        esp_proposals = aes256gcm16-ecp384
      }
    }
  }
}
${secret}`,
    },
    { path: 'linux/x509ca/vpn-ca.pem', content: authority.certificate },
    ...('password' in login
      ? []
      : [
          { path: 'linux/x509/vpn.pem', content: login.credential.certificate },
          { path: 'linux/private/vpn.pem', content: login.credential.privateKey },
        ]),
  ];
}
