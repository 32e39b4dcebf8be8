import { powerShell } from './escape';

/** The lines of PowerShell that send these ranges, and nothing else, through the connection `$name`. */
export function windowsRoutes(routes: readonly string[], options: string): string {
  return routes
    .map((route) => `Add-VpnConnectionRoute -ConnectionName $name -DestinationPrefix ${powerShell(route)}${options}\n`)
    .join('');
}

/**
 * The lines of PowerShell that make the IKEv2 connection `$name`. Windows offers 1024-bit Diffie-Hellman and SHA-1 until it
 * is told otherwise. Its certificate logs in the computer, before and without any user's own login.
 */
export function windowsIkev2(server: string, login: 'password' | 'certificate', routes: readonly string[]): string {
  const method =
    login === 'password' ? 'Eap -EapConfigXmlStream (New-EapConfiguration).EapConfigXmlStream' : 'MachineCertificate';
  return `Add-VpnConnection -Name $name -ServerAddress ${powerShell(server)} -TunnelType Ikev2 -EncryptionLevel Required \`
  -AuthenticationMethod ${method} -AllUserConnection${routes.length > 0 ? ' -SplitTunneling' : ''}
Set-VpnConnectionIPsecConfiguration -ConnectionName $name -AllUserConnection \`
  -AuthenticationTransformConstants GCMAES256 -CipherTransformConstants GCMAES256 -EncryptionMethod AES256 \`
  -IntegrityCheckMethod SHA384 -DHGroup ECP384 -PfsGroup ECP384 -Force
${windowsRoutes(routes, ' -AllUserConnection')}`;
}

/** The lines of PowerShell that make the PPTP connection `$name`: MS-CHAPv2 and 128 bits, or none. */
export function windowsPptp(server: string, routes: readonly string[]): string {
  return `Add-VpnConnection -Name $name -ServerAddress ${powerShell(server)} -TunnelType Pptp \`
  -AuthenticationMethod MSChapv2 -EncryptionLevel Maximum -RememberCredential${routes.length > 0 ? ' -SplitTunneling' : ''}
${windowsRoutes(routes, '')}`;
}
