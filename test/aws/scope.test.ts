import { App, Stack, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { assertCdkScope, assertVpc } from '../../lib/aws/scope';
import { errorOf } from '../support/messages';

describe('assertCdkScope', () => {
  test('takes a stack of AWS CDK, and whatever lies in one', () => {
    const stack = new Stack(new Stage(new App(), 'Plant4'), 'Network');
    expect(() => assertCdkScope(stack, 'PptpGateway')).not.toThrow();
    expect(() => assertCdkScope(new Construct(new Construct(stack, 'A'), 'B'), 'PptpGateway')).not.toThrow();
  });

  test('refuses a stack of CDK for Terraform and names the class for Azure', () => {
    const stack = new TerraformStack(new TerraformApp(), 'network');
    expect(errorOf(() => assertCdkScope(new Construct(stack, 'inner'), 'PptpGateway'))).toMatchInlineSnapshot(`
      {
        "code": "WRONG_KIND_OF_STACK",
        "text": "PptpGateway of pptp-constructs/aws was given a scope of CDK for Terraform.
        got      "network"
        allowed  a scope inside a Stack of aws-cdk-lib; what belongs in a TerraformStack comes from pptp-constructs/azure
        write    import { PptpGateway } from 'pptp-constructs/azure';

            at FILE:LINE
            code WRONG_KIND_OF_STACK, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ['WireGuardGateway', "import { WireGuardGateway } from 'pptp-constructs/azure';"],
    ['Ikev2Gateway', "import { Ikev2Gateway } from 'pptp-constructs/azure';"],
    ['OpenVpnGateway', "import { OpenVpnGateway } from 'pptp-constructs/azure';"],
    ['VpnGateway', "import { VpnGateway } from 'pptp-constructs/azure';"],
    ['ManagedOpenVpnGateway', "import { ManagedIkev2Gateway } from 'pptp-constructs/azure';"],
    ['VpnSecurityGroup', "import { VpnNetworkSecurityGroup } from 'pptp-constructs/azure';"],
  ])('names what stands in for %s on Azure', (className, instead) => {
    const stack = new TerraformStack(new TerraformApp(), 'network');
    expect(errorOf(() => assertCdkScope(stack, className)).text).toContain(`  write    ${instead}\n`);
  });

  test('says where to put a class that Azure has no like of', () => {
    const stack = new TerraformStack(new TerraformApp(), 'network');
    expect(errorOf(() => assertCdkScope(stack, 'VpnNetworkAclEntries')).text).toContain(
      "  write    new VpnNetworkAclEntries(this, 'Vpn', { ... }) // inside a class that extends Stack of aws-cdk-lib\n",
    );
  });

  test('refuses a missing scope', () => {
    expect(errorOf(() => assertCdkScope(undefined, 'VpnGateway'))).toMatchInlineSnapshot(`
      {
        "code": "WRONG_KIND_OF_STACK",
        "text": "VpnGateway was given no construct as its scope.
        allowed  a scope inside a Stack of aws-cdk-lib
        write    new VpnGateway(this, 'Vpn', { ... }) // inside a class that extends Stack of aws-cdk-lib

            at FILE:LINE
            code WRONG_KIND_OF_STACK, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses what is no construct', () => {
    expect(errorOf(() => assertCdkScope({ node: {} }, 'VpnGateway')).code).toBe('WRONG_KIND_OF_STACK');
  });

  test('refuses an app, which is not a stack', () => {
    expect(errorOf(() => assertCdkScope(new App(), 'VpnGateway'))).toMatchInlineSnapshot(`
      {
        "code": "WRONG_KIND_OF_STACK",
        "text": "VpnGateway was given a scope that lies in no stack.
        got      an object of class App
        allowed  a scope inside a Stack of aws-cdk-lib
        write    new VpnGateway(this, 'Vpn', { ... }) // inside a class that extends Stack of aws-cdk-lib

            at FILE:LINE
            code WRONG_KIND_OF_STACK, see docs/diagnostics.md",
      }
    `);
  });
});

describe('assertVpc', () => {
  test('takes a VPC made here and an imported one', () => {
    const stack = new Stack(new App(), 'Network');
    const imported = ec2.Vpc.fromVpcAttributes(stack, 'Old', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
    });
    expect(() => assertVpc(new ec2.Vpc(stack, 'Vpc'), 'PptpGateway')).not.toThrow();
    expect(() => assertVpc(imported, 'PptpGateway')).not.toThrow();
  });

  test('refuses a missing VPC', () => {
    expect(errorOf(() => assertVpc(undefined, 'PptpGateway'))).toMatchInlineSnapshot(`
      {
        "code": "VPC_MISSING",
        "text": "PptpGateway was given no VPC.
        allowed  an IVpc of aws-cdk-lib/aws-ec2, made in this app, imported or looked up
        write    vpc: ec2.Vpc.fromLookup(this, 'Network', { vpcName: 'plant-4' })

            at FILE:LINE
            code VPC_MISSING, see docs/diagnostics.md",
      }
    `);
  });

  test.each([[null], ['vpc-0123456789abcdef0'], [{ vpcId: 'vpc-0123456789abcdef0' }]])('refuses %j', (value) => {
    expect(errorOf(() => assertVpc(value, 'PptpGateway')).code).toBe('VPC_MISSING');
  });
});
