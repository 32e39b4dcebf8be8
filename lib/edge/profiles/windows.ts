import { powerShell } from '../../keys/escape';
import { windowsIkev2, windowsPptp, windowsRoutes } from '../../keys/windows';
import { POWERSHELL } from '../comment';
import type { ProfileJob } from './profile-options';
import type { ProfileDraft, ProfileSecret, ProfileSystem } from './profile-system';

const AUTHORITY_FILE = 'ca.cer';

/** The built-in client of Windows, set up by PowerShell, whose module VpnClient Windows 7 lacks. */
export const WINDOWS: ProfileSystem = {
  devices: [
    ...['windows-8.1', 'windows-10', 'windows-11'],
    ...['windows-server-2016', 'windows-server-2019', 'windows-server-2022', 'windows-server-2025'],
  ],
  writers: {
    pptp: { takes: ['routes'], write: (job) => script(job, windowsPptp(job.server, job.routes)) },
    'l2tp-ipsec': { takes: ['routes'], write: l2tp },
    sstp: { takes: ['routes', 'authority'], write: sstp },
    ikev2: { takes: ['routes', 'authority', 'authentication'], write: ikev2 },
  },
  unused: {
    user: 'Windows asks for the name together with the password',
    mtu: 'Windows works it out when it connects',
    dnsServers: 'the server tells it',
  },
};

/** Connections of the computer need an administrator, and so does whatever changes the computer itself. */
function script(job: ProfileJob, lines: string, secrets: readonly ProfileSecret[] = [PASSWORD]): ProfileDraft {
  const { name, authority } = job;
  const isForAll = lines.includes('-AllUserConnection');
  const imported =
    authority === undefined
      ? ''
      : `Import-Certificate -FilePath "$PSScriptRoot\\${AUTHORITY_FILE}" -CertStoreLocation Cert:\\LocalMachine\\Root\n`;
  return {
    file: {
      name: 'windows.ps1',
      comments: POWERSHELL,
      text: `${isForAll ? '#Requires -RunAsAdministrator\n' : ''}$ErrorActionPreference = 'Stop'
${imported}$name = ${powerShell(name)}
${lines}`,
    },
    ...(authority === undefined ? {} : { authorityFile: AUTHORITY_FILE }),
    steps: [
      `Run it${isForAll ? ' as administrator' : ''}: powershell -ExecutionPolicy Bypass -File windows.ps1`,
      `To take it back: Remove-VpnConnection -Name ${powerShell(name)}${isForAll ? ' -AllUserConnection' : ''} -Force`,
    ],
    secrets,
  };
}

const PASSWORD: ProfileSecret = {
  secret: 'name and password of the user',
  entered: 'Windows asks for them at the first connection',
};

function l2tp(job: ProfileJob): ProfileDraft {
  const { server, routes } = job;
  const lines = `$key = Read-Host -AsSecureString -Prompt 'Pre-shared key of the server'
Add-VpnConnection -Name $name -ServerAddress ${powerShell(server)} -TunnelType L2tp \`
  -L2tpPsk (New-Object Net.NetworkCredential '', $key).Password -AuthenticationMethod MSChapv2 \`
  -EncryptionLevel Required -AllUserConnection -Force${routes.length > 0 ? ' -SplitTunneling' : ''}
Set-ItemProperty -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent \`
  -Name AssumeUDPEncapsulationContextOnSendRule -Type DWord -Value 2
${windowsRoutes(routes, ' -AllUserConnection')}`;
  const draft = script(job, lines, [
    { secret: 'pre-shared key of the server', entered: 'the script asks for it' },
    PASSWORD,
  ]);
  return { ...draft, steps: [...draft.steps.slice(0, 1), 'Restart Windows once.', ...draft.steps.slice(1)] };
}

function sstp(job: ProfileJob): ProfileDraft {
  const { server, routes, authority } = job;
  const all = authority === undefined ? '' : ' -AllUserConnection';
  return script(
    job,
    `Add-VpnConnection -Name $name -ServerAddress ${powerShell(server)} -TunnelType Sstp \`
  -AuthenticationMethod MSChapv2 -EncryptionLevel Required -RememberCredential${all}${routes.length > 0 ? ' -SplitTunneling' : ''}
${windowsRoutes(routes, all)}`,
  );
}

function ikev2(job: ProfileJob): ProfileDraft {
  const { server, routes, authentication } = job;
  return script(
    job,
    windowsIkev2(server, authentication, routes),
    authentication === 'password'
      ? [PASSWORD]
      : [
          {
            secret: 'certificate of the computer, with its key',
            entered:
              'Import-PfxCertificate -FilePath client.p12 -CertStoreLocation Cert:\\LocalMachine\\My -Password (Read-Host ' +
              '-AsSecureString), before the first connection',
          },
        ],
  );
}
