import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ClientAddressing } from '../../lib/aws/client-addressing';
import { Clients } from '../../lib/aws/clients';
import { GatewayImage } from '../../lib/aws/gateway-image';
import { Ikev2Gateway } from '../../lib/aws/ikev2-gateway';
import { MigrationGateway } from '../../lib/aws/migration-gateway';
import { OpenVpnGateway } from '../../lib/aws/openvpn-gateway';
import { Successor } from '../../lib/aws/successor';
import { WireGuardGateway } from '../../lib/aws/wireguard-gateway';
import { Insecure } from '../../lib/flows';
import { Sunset } from '../../lib/migration';
import { IKEV2, OPENVPN, PPTP, WIREGUARD } from '../../lib/protocols';
import { network, REASON } from './gateway';

/** The validator is bundled inside of aws-cdk-lib. */
const { CompositeEngine, TemplateFile } = require(
  join(dirname(require.resolve('aws-cdk-lib/package.json')), 'node_modules/@aws/cloudformation-validate'),
);

/** What CloudFormation would refuse or doubt, by AWS's own schemas and rules; remarks are neither. */
function findingsIn(stack: Stack): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  try {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(Template.fromStack(stack).toJSON()));
    const { diagnostics } = new CompositeEngine().validateTemplate(new TemplateFile(file)) as {
      diagnostics: { severity: string; ruleId: string; message: string }[];
    };
    return diagnostics
      .filter(({ severity }) => severity !== 'INFO')
      .map(({ severity, ruleId, message }) => `${severity} ${ruleId} ${message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the validator of aws-cdk-lib finds nothing in the template of', () => {
  const clients = Clients.from('203.0.113.0/24');
  const built: [name: string, make: (stack: Stack, vpc: ec2.IVpc, secret: secretsmanager.ISecret) => void][] = [
    [
      'gateways on machines, made from an image of their own',
      (stack, vpc, secret) => {
        const { machineImage } = new GatewayImage(stack, 'Image', {
          vpc,
          protocols: [PPTP, IKEV2, WIREGUARD, OPENVPN],
        });
        const ikev2 = { serverName: 'vpn.example.com', authentication: ['certificate'], routes: 'everything' } as const;
        new Ikev2Gateway(stack, 'Ikev2', { vpc, clients, secret, machineImage, ...ikev2 });
        new WireGuardGateway(stack, 'WireGuard', { vpc, clients, secret, machineImage, packetFilter: 'iptables' });
        const routed = { addressing: ClientAddressing.routed(), clientPool: '10.98.0.0/24' };
        new OpenVpnGateway(stack, 'OpenVpn', { vpc, clients, secret, machineImage, debian: 12, ...routed });
      },
    ],
    [
      'a migration with everything',
      (stack, vpc, secret) =>
        new MigrationGateway(stack, 'Vpn', {
          vpc,
          clients,
          secret,
          insecure: Insecure.because(REASON),
          successor: Successor.openVpn(),
          sunset: Sunset.on('2027-06-30', { clock: () => new Date('2026-11-22') }),
          addressing: ClientAddressing.routed(),
          journalLogGroup: new logs.LogGroup(stack, 'Journal'),
        }),
    ],
  ];

  test.each(built)('%s', (_, make) => {
    const { stack, vpc } = network();
    make(stack, vpc, secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys'));
    expect(findingsIn(stack)).toEqual([]);
  });
});
