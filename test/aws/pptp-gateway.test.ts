import { Annotations, App, Aspects, CfnResource, Duration, RemovalPolicy, Size, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Clients } from '../../lib/aws/clients';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import { errorOf } from '../support/messages';
import {
  gatewayWith,
  machineFiles,
  network,
  only,
  propsFor,
  REASON,
  userDataOf,
  warningIdsOf,
  warningsOf,
} from './gateway';

const INSTANCE = 'AWS::EC2::Instance';

describe('the security group of a PptpGateway', () => {
  const { stack } = gatewayWith();
  const { Properties: group } = only(stack, 'AWS::EC2::SecurityGroup');

  test('lets in TCP 1723 and IP protocol 47 from the clients, the latter without ports, and ICMP for path MTU', () => {
    expect(group.SecurityGroupIngress).toEqual([
      {
        CidrIp: '203.0.113.0/24',
        Description: 'TCP 1723 from VPN clients',
        FromPort: 1723,
        IpProtocol: 'tcp',
        ToPort: 1723,
      },
      {
        CidrIp: '203.0.113.0/24',
        Description: 'GRE (IP protocol 47) from VPN clients',
        IpProtocol: '47',
      },
      {
        CidrIp: '0.0.0.0/0',
        Description: 'ICMP fragmentation needed from routers on the way',
        FromPort: 3,
        IpProtocol: 'icmp',
        ToPort: 4,
      },
    ]);
  });

  test('lets out GRE to the clients, packages, APIs, DNS and NTP, and not everything', () => {
    const outbound = group.SecurityGroupEgress.map((rule: Record<string, unknown>) =>
      [rule.IpProtocol, rule.FromPort, rule.CidrIp].join(' '),
    );
    expect(outbound).toEqual([
      '47  203.0.113.0/24',
      'tcp 80 0.0.0.0/0',
      'tcp 443 0.0.0.0/0',
      'udp 53 0.0.0.0/0',
      'tcp 53 0.0.0.0/0',
      'udp 123 0.0.0.0/0',
    ]);
  });

  test('has a description that does not depend on where the gateway stands, since a change would replace it', () => {
    expect(group.GroupDescription).toBe('PPTP gateway: TCP 1723 and GRE (IP protocol 47) from its clients');
  });

  test('opens the port of a package proxy in place of port 80', () => {
    const proxied = gatewayWith({
      apt: { proxy: 'http://proxy.example.com:3128' },
    });
    const ports = only(proxied.stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupEgress.map(
      (rule: Record<string, unknown>) => rule.FromPort,
    );
    expect(ports).toEqual([undefined, 3128, 443, 53, 53, 123]);
  });

  test('stays as users extend it: further groups are attached beside it', () => {
    const { stack: other, vpc } = network();
    const extra = new ec2.SecurityGroup(other, 'Extra', { vpc });
    new PptpGateway(other, 'LegacyVpn', propsFor(vpc, { securityGroups: [extra] }));
    expect(only(other, INSTANCE).Properties.NetworkInterfaces[0].GroupSet).toHaveLength(2);
  });
});

describe('the machine of a PptpGateway', () => {
  const { stack } = gatewayWith();
  const instance = only(stack, INSTANCE);

  test('is a t3.micro with the newest Debian 13 by the public parameter of Debian', () => {
    expect(instance.Properties.InstanceType).toBe('t3.micro');
    const parameter = Template.fromStack(stack).toJSON().Parameters[instance.Properties.ImageId.Ref];
    expect(parameter).toEqual({
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Default: '/aws/service/debian/release/13/latest/amd64',
    });
  });

  test('is arm64 throughout where the instance type is', () => {
    const arm = gatewayWith({
      instanceType: new ec2.InstanceType('t4g.small'),
    });
    const { ImageId, InstanceType } = only(arm.stack, INSTANCE).Properties;
    expect(InstanceType).toBe('t4g.small');
    expect(Template.fromStack(arm.stack).toJSON().Parameters[ImageId.Ref].Default).toBe(
      '/aws/service/debian/release/13/latest/arm64',
    );
    expect(machineFiles(arm.stack).get('/etc/vpn-gateway/settings')).toContain('flavour=arm64');
  });

  test('takes a pinned image', () => {
    const env = { account: '111122223333', region: 'eu-central-1' };
    const pinned = network({ env });
    const machineImage = ec2.MachineImage.genericLinux({
      'eu-central-1': 'ami-0123456789abcdef0',
    });
    new PptpGateway(pinned.stack, 'LegacyVpn', propsFor(pinned.vpc, { machineImage }));
    expect(only(pinned.stack, INSTANCE).Properties.ImageId).toBe('ami-0123456789abcdef0');
  });

  test('has a public address at launch, in the first public subnet, and its own security group', () => {
    expect(instance.Properties.NetworkInterfaces).toEqual([
      {
        AssociatePublicIpAddress: true,
        DeviceIndex: '0',
        SubnetId: { Ref: 'VpcPublicSubnet1Subnet5C2D37C4' },
        GroupSet: [
          {
            'Fn::GetAtt': [only(stack, 'AWS::EC2::SecurityGroup').id, 'GroupId'],
          },
        ],
      },
    ]);
  });

  test('boots only after its subnet has its route to the internet and its role has its policy', () => {
    expect(instance.DependsOn).toEqual(
      expect.arrayContaining([
        'VpcPublicSubnet1DefaultRoute3DA9E72A',
        'VpcPublicSubnet1RouteTableAssociation97140677',
        only(stack, 'AWS::IAM::Policy', 'LegacyVpnRolePolicy').id,
      ]),
    );
  });

  test('speaks IMDSv2 only, one hop away', () => {
    expect(instance.Properties.MetadataOptions).toEqual({
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
  });

  test('has an encrypted root volume, with the key and the size that are given', () => {
    const [volume] = instance.Properties.BlockDeviceMappings;
    expect(volume).toEqual({
      DeviceName: '/dev/xvda',
      Ebs: { Encrypted: true, VolumeSize: 8, VolumeType: 'gp3' },
    });

    const other = network();
    const rootVolumeKey = new kms.Key(other.stack, 'Key');
    new PptpGateway(
      other.stack,
      'LegacyVpn',
      propsFor(other.vpc, { rootVolumeKey, rootVolumeSize: Size.gibibytes(20) }),
    );
    const { Ebs } = only(other.stack, INSTANCE).Properties.BlockDeviceMappings[0];
    expect(Ebs).toMatchObject({
      Encrypted: true,
      VolumeSize: 20,
      KmsKeyId: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] },
    });
  });

  test('must signal before the stack goes on, in 20 minutes or in the time that is given', () => {
    expect(instance.CreationPolicy).toEqual({
      ResourceSignal: { Count: 1, Timeout: 'PT20M' },
    });
    const patient = gatewayWith({ readyTimeout: Duration.minutes(45) });
    expect(only(patient.stack, INSTANCE).CreationPolicy.ResourceSignal.Timeout).toBe('PT45M');
  });

  test('signals for itself by the logical id that it has in the template', () => {
    const text = userDataOf(stack);
    expect(text).toContain(`--logical-resource-id '${instance.id}' --unique-id "$me" --status SUCCESS`);
    expect(text).toContain(`--logical-resource-id '${instance.id}' --unique-id "$me" --status FAILURE`);
    expect(text).toContain(`--stack-name '<{"Ref":"AWS::StackId"}>'`);
  });

  test('gets cloud-init whose first line is exactly #cloud-config', () => {
    expect(userDataOf(stack).split('\n')[0]).toBe('#cloud-config');
  });

  test('carries the reason for PPTP where a reviewer reads it', () => {
    expect(instance.Metadata).toEqual({
      'pptp-constructs': { insecureBecause: REASON },
    });
    const open = gatewayWith({
      clients: Clients.anywhereBecause('roaming sales staff; reviewed 2026-11'),
    });
    expect(only(open.stack, INSTANCE).Metadata['pptp-constructs']).toEqual({
      insecureBecause: REASON,
      anywhereBecause: 'roaming sales staff; reviewed 2026-11',
    });
  });

  test('hands the limits, the upgrade time and the refresh interval to the host', () => {
    const tuned = gatewayWith({
      limits: { idleSeconds: 77, newConnectionsBurst: 333 },
      securityUpgradeRebootTime: '02:30',
      refreshMinutes: 9,
    });
    const files = machineFiles(tuned.stack);
    expect(files.get('/etc/ppp/pptpd-options')).toContain('idle 77\n');
    expect(files.get('/etc/nftables.conf')).toContain('burst 333 packets');
    expect(files.get('/etc/apt/apt.conf.d/90vpn-gateway')).toContain('"02:30"');
    expect(files.get('/etc/systemd/system/vpn-gateway.timer')).toContain('OnUnitInactiveSec=9min');
  });
});

describe('the Elastic IP of a PptpGateway', () => {
  test('is made, kept when the stack goes, and associated once the machine has signalled', () => {
    const { stack, gateway } = gatewayWith();
    const address = only(stack, 'AWS::EC2::EIP');
    expect(address.DeletionPolicy).toBe('Retain');
    expect(address.UpdateReplacePolicy).toBe('Retain');
    expect(only(stack, 'AWS::EC2::EIPAssociation').Properties).toEqual({
      AllocationId: { 'Fn::GetAtt': [address.id, 'AllocationId'] },
      InstanceId: { Ref: only(stack, INSTANCE).id },
    });
    expect(stack.resolve(gateway.address)).toEqual({ Ref: address.id });
    expect(stack.resolve(gateway.elasticIpAllocationId)).toEqual({
      'Fn::GetAtt': [address.id, 'AllocationId'],
    });
  });

  test('goes with the stack where that is asked for', () => {
    const { stack } = gatewayWith({
      elasticIpRemovalPolicy: RemovalPolicy.DESTROY,
    });
    expect(only(stack, 'AWS::EC2::EIP').DeletionPolicy).toBe('Delete');
  });

  test('is an existing one by its allocation id', () => {
    const { stack, gateway } = gatewayWith({
      elasticIpAllocationId: 'eipalloc-0123456789abcdef0',
      elasticIpAddress: '198.51.100.7',
    });
    const elasticIps = Object.keys(Template.fromStack(stack).findResources('AWS::EC2::EIP'));
    expect(elasticIps.filter((id) => id.startsWith('LegacyVpn'))).toEqual([]);
    expect(only(stack, 'AWS::EC2::EIPAssociation').Properties.AllocationId).toBe('eipalloc-0123456789abcdef0');
    expect(gateway.address).toBe('198.51.100.7');
  });

  test('does not invent the address of an existing one', () => {
    const { gateway } = gatewayWith({
      elasticIpAllocationId: 'eipalloc-0123456789abcdef0',
    });
    expect(errorOf(() => gateway.address)).toMatchInlineSnapshot(`
      {
        "code": "ADDRESS_UNKNOWN",
        "text": "Site/LegacyVpn: the address of the gateway is asked for, and the allocation id of an Elastic IP does not tell it.
        allowed  elasticIpAddress beside elasticIpAllocationId
        write    elasticIpAddress: '198.51.100.7'

            at FILE:LINE
            code ADDRESS_UNKNOWN, see docs/diagnostics.md",
      }
    `);
  });

  test('gets a DNS name where a zone and a name are given', () => {
    const { stack, vpc } = network();
    const hostedZone = route53.PublicHostedZone.fromHostedZoneAttributes(stack, 'Zone', {
      hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      zoneName: 'example.com',
    });
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { hostedZone, dnsName: 'vpn' }));
    expect(only(stack, 'AWS::Route53::RecordSet').Properties).toEqual({
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
      Name: 'vpn.example.com.',
      Type: 'A',
      TTL: '300',
      ResourceRecords: [{ Ref: only(stack, 'AWS::EC2::EIP').id }],
    });
  });
});

describe('the role of a PptpGateway', () => {
  const statementsOf = (stack: Stack) =>
    only(stack, 'AWS::IAM::Policy', 'LegacyVpnRolePolicy').Properties.PolicyDocument.Statement.map(
      (statement: Record<string, unknown>) => [statement.Action, statement.Resource],
    );

  test('may read its users, read its policy and signal its own stack, and nothing else', () => {
    const { stack } = gatewayWith();
    const parameter = only(stack, 'AWS::SSM::Parameter').id;
    expect(statementsOf(stack)).toEqual([
      ['secretsmanager:GetSecretValue', { Ref: only(stack, 'AWS::SecretsManager::Secret').id }],
      [
        'ssm:GetParameter',
        {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':ssm:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':parameter/',
              { Ref: parameter },
            ],
          ],
        },
      ],
      ['cloudformation:SignalResource', { Ref: 'AWS::StackId' }],
    ]);
    expect(only(stack, 'AWS::IAM::Role', 'LegacyVpnRole').Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('may write the journal where it is shipped, and keep the channels of Session Manager where that is installed', () => {
    const { stack, vpc } = network();
    const journalLogGroup = new logs.LogGroup(stack, 'Journal');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { journalLogGroup, sessionManagerSigningKey: KEY }));
    expect(statementsOf(stack).slice(3)).toEqual([
      [
        ['logs:CreateLogStream', 'logs:PutLogEvents'],
        {
          'Fn::GetAtt': [only(stack, 'AWS::Logs::LogGroup', 'Journal').id, 'Arn'],
        },
      ],
      [
        [
          'ssm:UpdateInstanceInformation',
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ],
        '*',
      ],
    ]);
  });

  test('has the permissions boundary that is given', () => {
    const { stack, vpc } = network();
    const permissionsBoundary = iam.ManagedPolicy.fromManagedPolicyArn(
      stack,
      'Boundary',
      'arn:aws:iam::111122223333:policy/boundary',
    );
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { permissionsBoundary }));
    expect(only(stack, 'AWS::IAM::Role', 'LegacyVpnRole').Properties.PermissionsBoundary).toBe(
      'arn:aws:iam::111122223333:policy/boundary',
    );
  });

  test('is the user’s own where one is given, with what it lacks added', () => {
    const { stack, vpc } = network();
    const role = new iam.Role(stack, 'Own', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    });
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { role }));
    expect(gateway.role).toBe(role);
    expect(only(stack, 'AWS::IAM::InstanceProfile').Properties.Roles).toEqual([
      { Ref: only(stack, 'AWS::IAM::Role', 'Own').id },
    ]);
    expect(only(stack, 'AWS::IAM::Policy', 'LegacyVpnRolePolicy').Properties.PolicyDocument.Statement).toHaveLength(3);
    expect(warningIdsOf(stack)).not.toContain('ROLE_NOT_CHANGED');
  });

  test('that cannot be changed is left alone, with a warning that lists what it must allow', () => {
    const { stack, vpc } = network();
    const role = iam.Role.fromRoleArn(stack, 'Own', 'arn:aws:iam::111122223333:role/own', { mutable: false });
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { role }));
    expect(warningsOf(stack).find((text) => text.includes('ROLE_NOT_CHANGED'))).toMatchInlineSnapshot(
      `"The role of LegacyVpn cannot be changed by this app. See to it that it allows secretsmanager:GetSecretValue, ssm:GetParameter, cloudformation:SignalResource; without them the machine never serves, and the deployment rolls back. [ack: pptp-constructs:ROLE_NOT_CHANGED]"`,
    );
  });
});

describe('the users of a PptpGateway', () => {
  test('are in a new secret that is kept, without a user, whose value never holds one', () => {
    const { stack, gateway } = gatewayWith();
    const secret = only(stack, 'AWS::SecretsManager::Secret');
    expect(secret.Properties.SecretString).toBe('{"users":[]}');
    expect(secret.DeletionPolicy).toBe('Retain');
    expect(stack.resolve(gateway.usersSecret.secretArn)).toEqual({
      Ref: secret.id,
    });
    expect(userDataOf(stack)).toContain(
      `aws secretsmanager get-secret-value --region '<{"Ref":"AWS::Region"}>' --secret-id '<{"Ref":"${secret.id}"}>'`,
    );
  });

  test('are in the secret of another account, by its complete ARN, its region and its key', () => {
    const { stack, vpc } = network({
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    const usersSecret = secretsmanager.Secret.fromSecretAttributes(stack, 'Users', {
      secretCompleteArn: 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:vpn-users-AbCdEf',
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:444455556666:key/0123'),
    });
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { usersSecret }));
    expect(gateway.usersSecret).toBe(usersSecret);
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(userDataOf(stack)).toContain(
      "aws secretsmanager get-secret-value --region eu-west-1 --secret-id 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:vpn-users-AbCdEf'",
    );
    const [read, decrypt] = only(stack, 'AWS::IAM::Policy', 'LegacyVpnRolePolicy').Properties.PolicyDocument.Statement;
    expect(read).toEqual({
      Action: 'secretsmanager:GetSecretValue',
      Effect: 'Allow',
      Resource: 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:vpn-users-AbCdEf',
    });
    expect(decrypt).toEqual({
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Resource: 'arn:aws:kms:eu-west-1:444455556666:key/0123',
      Condition: {
        StringEquals: {
          'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com',
        },
      },
    });
  });

  test('of a secret known by name alone are allowed whatever its last six characters are', () => {
    const { stack, vpc } = network({
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    const usersSecret = secretsmanager.Secret.fromSecretNameV2(stack, 'Users', 'vpn-users');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { usersSecret }));
    const [statement] = only(stack, 'AWS::IAM::Policy', 'LegacyVpnRolePolicy').Properties.PolicyDocument.Statement;
    expect(JSON.stringify(statement.Resource)).toContain(
      ':secretsmanager:eu-central-1:111122223333:secret:vpn-users-??????',
    );
  });
});

describe('what changes without a new machine', () => {
  const instanceOf = (
    change: (gateway: PptpGateway, vpc: ec2.Vpc) => void,
    clients = Clients.from('203.0.113.0/24'),
  ) => {
    const { stack, vpc } = network();
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients }));
    change(gateway, vpc);
    return {
      instance: only(stack, INSTANCE),
      policy: only(stack, 'AWS::SSM::Parameter').Properties.Value,
    };
  };
  const before = instanceOf(() => undefined);

  test('a destination changes the policy and leaves the machine, its user data and its logical id alone', () => {
    const after = instanceOf((gateway) => gateway.allowClientsTo('10.20.9.0/24', ec2.Port.tcp(443)));
    expect(before.policy).toBe('vpn-gateway policy 1\nclient 203.0.113.0/24\n');
    expect(after.policy).toBe('vpn-gateway policy 1\nclient 203.0.113.0/24\nto 10.20.9.0/24 tcp 443-443\n');
    expect(after.instance).toEqual(before.instance);
  });

  test('so does another range of clients', () => {
    const after = instanceOf(() => undefined, Clients.from('203.0.113.0/24', '198.51.100.0/24'));
    expect(after.policy).toBe('vpn-gateway policy 1\nclient 203.0.113.0/24\nclient 198.51.100.0/24\n');
    expect(after.instance).toEqual(before.instance);
  });
});

describe('what needs a new machine', () => {
  test('another pool replaces the machine and keeps the Elastic IP', () => {
    const [one, other] = ['10.99.0.0/24', '10.98.0.0/24'].map((clientPool) => {
      const { stack } = gatewayWith({ clientPool });
      return {
        instance: only(stack, INSTANCE),
        elasticIp: only(stack, 'AWS::EC2::EIP'),
      };
    });
    expect(one?.instance.id).toMatch(/^LegacyVpn[0-9A-F]{8}[0-9a-f]{16}$/);
    expect(other?.instance.id).toMatch(/^LegacyVpn[0-9A-F]{8}[0-9a-f]{16}$/);
    expect(other?.instance.id).not.toBe(one?.instance.id);
    expect(other?.elasticIp).toEqual(one?.elasticIp);
  });

  test('the same gateway is the same machine, run after run', () => {
    expect(only(gatewayWith().stack, INSTANCE).id).toBe(only(gatewayWith().stack, INSTANCE).id);
  });
});

describe('the flow logs of a PptpGateway', () => {
  test('are on by default, for its subnet', () => {
    const { stack } = gatewayWith();
    expect(only(stack, 'AWS::EC2::FlowLog').Properties).toMatchObject({
      ResourceType: 'Subnet',
      ResourceId: { Ref: 'VpcPublicSubnet1Subnet5C2D37C4' },
      TrafficType: 'ALL',
    });
  });

  test('can be left out', () => {
    const { stack } = gatewayWith({ flowLogs: false });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::FlowLog', 0);
  });
});

describe('boot scripts of a PptpGateway', () => {
  test('lie in parameters, and user data runs exactly their text', () => {
    const { stack, vpc } = network();
    const journalLogGroup = new logs.LogGroup(stack, 'Journal');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { journalLogGroup, sessionManagerSigningKey: KEY }));
    const parameters = Object.entries(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
    const text = userDataOf(stack);
    const scripts = parameters.filter(([, { Properties }]) => !Properties.Value.startsWith('vpn-gateway policy'));
    expect(scripts).toHaveLength(2);
    for (const [id, { Properties }] of scripts) {
      const digest = require('node:crypto').createHash('sha256').update(Properties.Value).digest('hex');
      expect(text).toMatch(new RegExp(`<\\{"Ref":"${id}"\\}>' ${digest} `));
    }
  });
});

describe('connections of a PptpGateway', () => {
  test('open the way for the machine alone, and say so', () => {
    const { stack, vpc, gateway } = gatewayWith();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    gateway.connections.allowTo(database, ec2.Port.tcp(5432));
    expect(warningsOf(stack).find((text) => text.includes('CLIENTS_NOT_FORWARDED'))).toMatchInlineSnapshot(
      `"5432 is opened from the security group of LegacyVpn by hand or by connections: the machine itself may go there, and its clients may not, since its packet filter does not know of it. For clients, write gateway.allowClientsTo(destination, port); for the machine alone, acknowledge this. [ack: pptp-constructs:CLIENTS_NOT_FORWARDED]"`,
    );
    expect(only(stack, 'AWS::EC2::SecurityGroupEgress', 'LegacyVpn').Properties.ToPort).toBe(5432);
  });

  test('say so from the other side as well', () => {
    const { stack, vpc, gateway } = gatewayWith();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    database.connections.allowFrom(gateway, ec2.Port.tcp(5432));
    expect(warningIdsOf(stack)).toContain('CLIENTS_NOT_FORWARDED');
  });

  test('keep quiet about rules that let something in', () => {
    const { stack, vpc, gateway } = gatewayWith();
    const monitor = new ec2.SecurityGroup(stack, 'Monitor', { vpc });
    gateway.connections.allowFrom(monitor, ec2.Port.icmpPing());
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });
});

describe('a PptpGateway among other constructs', () => {
  test('carries a standing warning with the reason, which can be acknowledged', () => {
    const { stack } = gatewayWith();
    expect(warningsOf(stack)).toMatchInlineSnapshot(`
      [
        "LegacyVpn speaks PPTP. Whoever records one login can read and change the calls of that user and log in as that user. Used all the same because: PLCs in plant 4 speak nothing else; replaced by 2027-06 [ack: pptp-constructs:PPTP_INSECURE]",
      ]
    `);
  });

  test('keeps quiet once that is acknowledged', () => {
    const { stack, gateway } = gatewayWith();
    Annotations.of(gateway).acknowledgeWarning('pptp-constructs:PPTP_INSECURE', 'ticket 4711');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('takes tags, aspects and escape hatches', () => {
    const { stack, gateway } = gatewayWith();
    Tags.of(gateway).add('cost-centre', '4711');
    Aspects.of(gateway).add({
      visit: (node) => {
        if (CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::EC2::EIP') {
          node.addPropertyOverride('PublicIpv4Pool', 'ipv4pool-ec2-0123456789abcdef0');
        }
      },
    });
    (gateway.node.defaultChild as ec2.CfnInstance).addPropertyOverride('Monitoring', true);
    expect(only(stack, INSTANCE).Properties.Monitoring).toBe(true);
    expect(only(stack, INSTANCE).Properties.Tags).toEqual([
      { Key: 'cost-centre', Value: '4711' },
      { Key: 'Name', Value: 'Site/LegacyVpn' },
    ]);
    expect(only(stack, 'AWS::EC2::EIP').Properties.PublicIpv4Pool).toBe('ipv4pool-ec2-0123456789abcdef0');
  });

  test('has stable construct ids, which are public API', () => {
    const { gateway } = gatewayWith();
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual([
      'SecurityGroup',
      'Users',
      'Policy',
      'Role',
      'RolePolicy',
      'InstanceProfile',
      'Resource',
      'ElasticIp',
      'ElasticIpAssociation',
      'FlowLogs',
    ]);
  });

  test('stands in a nested scope and beside another one', () => {
    const { stack, vpc } = network();
    new PptpGateway(stack, 'One', propsFor(vpc));
    new PptpGateway(stack, 'Two', propsFor(vpc, { clientPool: '10.98.0.0/24' }));
    Template.fromStack(stack).resourceCountIs(INSTANCE, 2);
  });

  test('is known from elsewhere by its attributes', () => {
    const stack = new Stack(new App(), 'Elsewhere');
    const gateway = PptpGateway.fromPptpGatewayAttributes(stack, 'LegacyVpn', {
      address: '198.51.100.7',
      clientPool: '10.99.0.0/24',
      securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
    });
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    database.connections.allowFrom(gateway, ec2.Port.tcp(5432));
    expect(gateway.address).toBe('198.51.100.7');
    expect(gateway.clientPool).toBe('10.99.0.0/24');
    expect(only(stack, 'AWS::EC2::SecurityGroupIngress', 'Database').Properties.SourceSecurityGroupId).toBe(
      'sg-0123456789abcdef0',
    );
  });
});

/** The form of a key; nobody's. */
const KEY = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '',
  'mQENBGTtIoIBCAD2',
  '=AbCd',
  '-----END PGP PUBLIC KEY BLOCK-----',
].join('\n');
