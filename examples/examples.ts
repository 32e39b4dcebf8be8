/** What every example asks for and what must come of it; `npm start` and the tests hold the examples to it. */
export interface Example {
  /** The folder beside this file. It holds app.ts and the configuration of its CLI, where it has one. */
  readonly folder: string;
  readonly cloud: 'AWS' | 'Azure' | 'Google' | 'any';
  /** `tsx` for an app that writes its files by itself, into the folder that it is given. */
  readonly cli: 'cdk' | 'cdktf' | 'tsx';
  /** The VPN protocol that the app asks for, or several in order of preference. */
  readonly asked: string;
  readonly expect: Expectation;
}

export type Expectation =
  /** The synthesised assembly holds `builds`: the gateway that was asked for, perhaps with a warning that nobody can tell whether it works, or another in its place. */
  | { readonly verdict: 'works' | 'unverified' | 'replaced'; readonly builds: string }
  /** The app writes a folder of this name, and others like it. */
  | { readonly verdict: 'rendered'; readonly writes: string }
  /** Synthesis fails, with this code from docs/diagnostics.md. */
  | { readonly verdict: 'refused'; readonly code: string };

export const examples: readonly Example[] = [
  {
    folder: 'aws-pptp',
    cloud: 'AWS',
    cli: 'cdk',
    asked: 'PPTP',
    expect: { verdict: 'works', builds: 'AWS::EC2::Instance' },
  },
  {
    folder: 'aws-pptp-private-subnet',
    cloud: 'AWS',
    cli: 'cdk',
    asked: 'PPTP',
    expect: { verdict: 'refused', code: 'NO_INTERNET_ROUTE' },
  },
  {
    folder: 'aws-migration',
    cloud: 'AWS',
    cli: 'cdk',
    asked: 'PPTP beside WireGuard',
    expect: { verdict: 'works', builds: 'AWS::EC2::Instance' },
  },
  {
    folder: 'aws-fleet',
    cloud: 'AWS',
    cli: 'cdk',
    asked: 'IKEv2, then PPTP, for two sites',
    expect: { verdict: 'replaced', builds: 'AWS::EC2::Instance' },
  },
  {
    folder: 'azure-refused',
    cloud: 'Azure',
    cli: 'cdktf',
    asked: 'PPTP',
    expect: { verdict: 'refused', code: 'GRE_DROPPED_BY_FABRIC' },
  },
  {
    folder: 'azure-replaced',
    cloud: 'Azure',
    cli: 'cdktf',
    asked: 'PPTP, then IKEv2',
    expect: { verdict: 'replaced', builds: 'azurerm_virtual_network_gateway' },
  },
  {
    folder: 'azure-wireguard',
    cloud: 'Azure',
    cli: 'cdktf',
    asked: 'WireGuard',
    expect: { verdict: 'works', builds: 'azurerm_linux_virtual_machine' },
  },
  {
    folder: 'google-pptp',
    cloud: 'Google',
    cli: 'cdktf',
    asked: 'PPTP',
    expect: { verdict: 'unverified', builds: 'google_compute_instance' },
  },
  {
    folder: 'google-behind-cloud-nat',
    cloud: 'Google',
    cli: 'cdktf',
    asked: 'PPTP',
    expect: { verdict: 'refused', code: 'NO_INBOUND_CONNECTIONS' },
  },
  {
    folder: 'edge',
    cloud: 'any',
    cli: 'tsx',
    asked: 'firewalls for PPTP',
    expect: { verdict: 'rendered', writes: 'nftables-routed' },
  },
];
