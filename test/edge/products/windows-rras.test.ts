import {
  Clients,
  EdgePlan,
  type EdgeSiteOptions,
  IKEV2,
  Insecure,
  PPTP,
  renderEdge,
  WIREGUARD,
} from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readPowerShell } from '../readers/powershell';
import { readScripts, readWindowsRras } from '../readers/windows-rras';
import { describeProduct, planOf } from '../support/describe-product';
import { describeGoldens } from '../support/goldens';
import { answers, textOf } from '../support/hand-written';
import { answer } from '../support/reading';

const HOST: EdgeSiteOptions = { role: 'gateway-host' };

// No rule of Windows Firewall sees the version of GRE, nor whether there is a call.
describeProduct('windows-rras', readWindowsRras, () => ({
  greVersion: false,
  calls: false,
}));
describeGoldens('windows-rras');

describe('What Windows Server is told', () => {
  const rendered = (name = 'PPTP', site = HOST) => renderEdge(planOf(name), 'windows-rras', site);
  const files = (name?: string, site?: EdgeSiteOptions) => rendered(name, site).files.map(({ name: file }) => file);

  test('names GRE by its number, for the clients, and blocks it for everybody else', () => {
    const rules = readPowerShell(rendered().files[0]!.text).filter(({ name }) => name === 'New-NetFirewallRule');
    const gre = rules.filter(({ parameters }) => parameters.protocol?.[0]?.text === '47');
    expect(
      gre.map(({ parameters }) => [
        parameters.direction?.[0]?.text,
        parameters.action?.[0]?.text,
        parameters.remoteaddress?.map(({ text }) => text),
      ]),
    ).toEqual([
      [
        'Inbound',
        'Block',
        ['0.0.0.0-203.0.112.255', '203.0.114.0-255.255.255.255', '2000::/3', 'fc00::/7', 'fe80::/10'],
      ],
      ['Inbound', 'Allow', ['203.0.113.0/24']],
      ['Outbound', 'Allow', ['203.0.113.0/24']],
    ]);
    expect(rules.filter(({ parameters }) => parameters.protocol?.[0]?.text === 'Any')).toEqual([]);
  });

  test('opens the ports of RRAS that Windows Server 2025 leaves closed, and closes those of other protocols', () => {
    const text = textOf(rendered(), 'configuration');
    for (const [device, state] of [
      ['PPTP', 'enabled'],
      ['L2TP', 'disabled'],
      ['SSTP', 'disabled'],
      ['IKEv2', 'disabled'],
    ]) {
      expect(text).toContain(
        `netsh ras set wanports 'device=WAN Miniport (${device})' rasinonly=${state} ddinout=disabled ddoutonly=disabled`,
      );
    }
  });

  test('takes MS-CHAPv2 for PPTP and nothing else, and leaves EAP and certificates to IKEv2', () => {
    const methods = (name: string) =>
      textOf(rendered(name), 'configuration')
        .split('\n')
        .filter((line) => line.startsWith('netsh') && line.includes('authtype'));
    expect(methods('PPTP')).toEqual([
      'netsh ras add authtype type=MSCHAPv2',
      'netsh ras delete authtype type=PAP',
      'netsh ras delete authtype type=MD5CHAP',
      'netsh ras delete authtype type=EAP',
      'netsh ras delete authtype type=CERT',
    ]);
    expect(methods('PPTP, IKEv2 and WireGuard')).toEqual([
      'netsh ras add authtype type=MSCHAPv2',
      'netsh ras delete authtype type=PAP',
      'netsh ras delete authtype type=MD5CHAP',
    ]);
  });

  test('has a step for 128 bits alone, because NPS has no command for it', () => {
    const nps = rendered().files.find(({ name }) => name === 'plant4-nps.md')!.text;
    expect(nps).toContain('5. Settings, Encryption: Strongest encryption (MPPE 128-bit) alone.');
    expect(nps).toContain('4. Authentication methods: MS-CHAP-v2 alone.');
    expect(nps).toContain('[From memory: no document was read that says it. Try it before you rely on it.]');
  });

  test('sets RRAS up only for what RRAS serves', () => {
    expect(files('WireGuard')).toEqual(['plant4-firewall.ps1', 'plant4-remove.ps1', 'plant4-check.ps1']);
    expect(files('IKEv2')).toEqual([
      'plant4-firewall.ps1',
      'plant4-rras.ps1',
      'plant4-remove.ps1',
      'plant4-remove-rras.ps1',
      'plant4-check.ps1',
    ]);
    expect(files('PPTP')).toContain('plant4-nps.md');
  });

  test('gives RRAS the addresses inside of the tunnel', () => {
    expect(textOf(rendered(), 'configuration')).toContain(
      "Install-RemoteAccess -VpnType Vpn -IPAddressRange @('10.99.0.1', '10.99.0.254')\n",
    );
  });

  test('lets L2TP in only where IPsec has authenticated it', () => {
    const lines = textOf(rendered('L2TP/IPsec'), 'configuration')
      .split('\n')
      .filter((line) => line.includes('-LocalPort 1701'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/ -Action Allow .* -Authentication Required$/);
  });

  test('lets SSH in from where it is administered, and from nowhere else', () => {
    const ssh = (site: EdgeSiteOptions, client: string) =>
      answer(readWindowsRras(rendered('PPTP', site)), {
        ...{
          what: 'SSH',
          direction: 'to-gateway',
          protocol: 6,
          port: 22,
          client,
          gateway: '198.51.100.10',
          starts: true,
        },
      });
    const managed: EdgeSiteOptions = { ...HOST, management: ['192.0.2.0/28'] };
    expect([ssh(managed, '192.0.2.9'), ssh(managed, '192.0.2.16'), ssh(HOST, '192.0.2.9')]).toEqual([
      'allow',
      'deny',
      'deny',
    ]);
  });

  test('leaves no rule behind, and what it puts in is put in once, however often it runs', () => {
    const { files: all } = rendered();
    const text = (file: string) => all.find(({ name }) => name === file)!.text;
    const firewall = text('plant4-firewall.ps1');
    expect(readScripts([firewall, firewall])).toEqual(readScripts([firewall]));
    expect(readScripts([firewall]).rules).toHaveLength(7);
    expect(readScripts([firewall, text('plant4-remove.ps1')])).toEqual(readScripts([]));
  });

  test('blocks even what another rule lets in from everywhere', () => {
    const firewall = rendered().files[0]!.text;
    const both = readScripts(['Enable-NetFirewallRule -Name RRAS-PPTP-In-TCP, RRAS-GRE-In', firewall]);
    expect(answers(both)).toMatchObject({
      'TCP 1723': 'allow',
      'TCP 1723 of a stranger': 'deny',
      'GRE of a call': 'allow',
      'GRE of a stranger': 'deny',
    });
  });

  test('blocks nobody where everybody may call', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('road warriors without fixed addresses'),
    });
    const rules = readPowerShell(renderEdge(plan, 'windows-rras', HOST).files[0]!.text).filter(
      ({ name }) => name === 'New-NetFirewallRule',
    );
    expect(rules.map(({ parameters }) => parameters.remoteaddress?.map(({ text }) => text))).toEqual([
      ['2000::/3', 'fc00::/7', 'fe80::/10'],
      ['2000::/3', 'fc00::/7', 'fe80::/10'],
      ['Any'],
      ['Any'],
      ['Any'],
    ]);
  });

  test('is refused for IPv6, and for what it cannot be', () => {
    const six = EdgePlan.from({
      name: 'plant4',
      protocols: [WIREGUARD],
      clients: Clients.from('2001:db8::/32'),
    });
    expect(errorOf(() => renderEdge(six, 'windows-rras', HOST)).text).toMatchInlineSnapshot(`
      "Windows Server with RRAS is not rendered for IPv6 by this library.
        got      ["2001:db8::/32"]
        allowed  IPv4
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code EDGE_IP_VERSION_NOT_SUPPORTED, see docs/diagnostics.md"
    `);
    expect(
      errorOf(() =>
        renderEdge(planOf('PPTP'), 'windows-rras', {
          role: 'before-clients',
          clientNetworks: ['10.0.0.0/8'],
        }),
      ).text,
    ).toMatchInlineSnapshot(`
      "Windows Server with RRAS cannot be the router of a network with clients in it, which hides them behind its own address: its NAT has an editor for PPTP, but who may call through it is a matter of static filters, which have one action for all of an interface and cannot be written for GRE or ESP by a script.
        got      "before-clients"
        allowed  'gateway-host'
        write    role: 'gateway-host'

            at FILE:LINE
            code EDGE_ROLE_NOT_PLAYED, see docs/diagnostics.md"
    `);
  });

  test('holds no reason that could end a comment', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [PPTP],
      insecure: Insecure.because("because'; whoami #>\n`n$(whoami)\u2028whoami -->"),
      clients: Clients.from('203.0.113.0/24'),
    });
    const { files: all } = renderEdge(plan, 'windows-rras', HOST);
    const harmless = rendered('PPTP').files;
    for (const [index, { name, text }] of all.entries()) {
      if (name.endsWith('.ps1') && !name.endsWith('check.ps1')) {
        const said = (script: string) =>
          readPowerShell(script).map(({ name: command, parameters }) => [command, parameters]);
        expect(said(text).filter(([command]) => command !== 'Install-RemoteAccess')).toEqual(
          said(harmless[index]!.text).filter(([command]) => command !== 'Install-RemoteAccess'),
        );
      }
    }
  });
});

describe('The reader of Windows Firewall', () => {
  const rule = (what: string) => `New-NetFirewallRule -Name x -DisplayName x ${what}`;
  const allowed = (script: string) =>
    Object.entries(answers(readScripts([script])))
      .filter(([what, given]) => given === 'allow' && !what.endsWith('to the client'))
      .map(([what]) => what);

  test('knows that a block beats an allow, whatever the order', () => {
    const allow = rule('-Direction Inbound -Protocol 47 -RemoteAddress 203.0.113.0/24 -Action Allow');
    const block = 'New-NetFirewallRule -Name y -DisplayName y -Direction Inbound -Action Block -Protocol Any';
    expect(allowed(allow)).toEqual(['GRE of a call', 'GRE without a call']);
    expect(allowed(`${allow}\n${block}`)).toEqual([]);
  });

  test.each([
    ['GRE that was turned into anything', rule('-Direction Inbound -Protocol Any -Action Allow'), 'TCP 22'],
    [
      'a mask that is too short',
      rule('-Direction Inbound -Protocol 47 -RemoteAddress 192.0.0.0/4'),
      'GRE of a stranger',
    ],
    ['a range of ports', rule('-Direction Inbound -Protocol TCP -LocalPort 1-1724'), 'TCP 1724'],
    ['rules for everybody', 'Enable-NetFirewallRule -Name RRAS-GRE-In', 'GRE of a stranger'],
    ['a default that lets in', 'Set-NetFirewallProfile -All -DefaultInboundAction Allow', 'TCP 22'],
  ])('sees %s', (_, script, what) => {
    expect(allowed(script)).toContain(what);
  });

  test.each([
    ['a rule for what goes out', rule('-Direction Outbound -Protocol 47 -Action Allow')],
    ['a rule that is off', rule('-Direction Inbound -Protocol 47 -Enabled False')],
    ['a rule for what IPsec has authenticated', rule('-Direction Inbound -Protocol 47 -Authentication Required')],
  ])('sees that %s lets nothing in', (_, script) => {
    expect(allowed(script)).toEqual([]);
  });

  test.each([
    ['a protocol by a name that Windows does not have', rule('-Direction Inbound -Protocol gre'), /no protocol/],
    ['a port of GRE', rule('-Direction Inbound -Protocol 47 -LocalPort 1723'), /a port without/],
    ['a variable', rule('-Direction Inbound -Protocol $x'), /not one plain value/],
    ['a command that it does not know', 'Invoke-Expression x', /does not know/],
    ['a block of code', 'if ($x) { whoami }', /does not know/],
  ])('takes no %s', (_, script, message) => {
    expect(() => readScripts([script])).toThrow(message);
  });
});
