import { powerShell } from './escape';

/** The lines of PowerShell that send these ranges, and nothing else, through the connection `$name`. */
export function windowsRoutes(routes: readonly string[], options: string): string {
  return routes
    .map((route) => `Add-VpnConnectionRoute -ConnectionName $name -DestinationPrefix ${powerShell(route)}${options}\n`)
    .join('');
}
