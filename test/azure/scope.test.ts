import * as cdk from 'aws-cdk-lib';
import { Testing } from 'cdktf';
import { Construct } from 'constructs';
import {
  Ikev2Gateway,
  ManagedIkev2Gateway,
  OpenVpnGateway,
  PptpGateway,
  VirtualNetworkFlowLog,
  VpnGateway,
  VpnNetworkSecurityGroup,
  WireGuardGateway,
} from 'pptp-constructs/azure';
import { clients, managed, networkOf, plant, synthesised, textOf, thrown } from './support';

// The scope is checked before anything else, so the props do not matter here.
const CLASSES = {
  PptpGateway,
  VpnGateway,
  ManagedIkev2Gateway,
  VpnNetworkSecurityGroup,
  VirtualNetworkFlowLog,
  WireGuardGateway,
  Ikev2Gateway,
  OpenVpnGateway,
};
const make = (name: keyof typeof CLASSES, scope: unknown) =>
  new (CLASSES[name] as new (scope: unknown, id: string, props: object) => unknown)(scope, 'Vpn', {});
const names = Object.keys(CLASSES) as (keyof typeof CLASSES)[];

test.each(names)('%s refuses a stack of AWS CDK, where its resources would silently vanish', (name) => {
  const stack = new cdk.Stack(new cdk.App(), 'Plant4');
  const error = thrown(() => make(name, stack));
  expect(error.code).toBe('WRONG_KIND_OF_STACK');
  expect(stack.node.children).toEqual([]);
});

test('says from where to import in a stack of AWS CDK', () => {
  const construct = new Construct(new cdk.Stack(new cdk.App(), 'Plant4'), 'Site');
  expect(textOf(thrown(() => make('ManagedIkev2Gateway', construct)))).toMatchInlineSnapshot(`
    "ManagedIkev2Gateway of pptp-constructs/azure was given a scope of AWS CDK, which would drop its resources without a word.
      got      "Plant4"
      allowed  a scope inside a TerraformStack of cdktf; what belongs in a Stack of aws-cdk-lib comes from pptp-constructs/aws
      write    import { ManagedOpenVpnGateway } from 'pptp-constructs/aws';

          at <the line of the user>
          code WRONG_KIND_OF_STACK, see docs/diagnostics.md"
  `);
});

test('refuses a scope that lies in no stack', () => {
  expect(textOf(thrown(() => make('VpnGateway', Testing.app())))).toMatchInlineSnapshot(`
    "VpnGateway was given a scope that lies in no stack.
      got      an object of class App
      allowed  a scope inside a TerraformStack of cdktf
      write    new VpnGateway(this, 'Vpn', { ... }) // inside a class that extends TerraformStack of cdktf

          at <the line of the user>
          code WRONG_KIND_OF_STACK, see docs/diagnostics.md"
  `);
});

test('refuses a scope that is no construct', () => {
  expect(textOf(thrown(() => make('VpnGateway', undefined)))).toMatchInlineSnapshot(`
    "VpnGateway was given no construct as its scope.
      got      "undefined"
      allowed  a scope inside a TerraformStack of cdktf
      write    new VpnGateway(this, 'Vpn', { ... }) // inside a class that extends TerraformStack of cdktf

          at <the line of the user>
          code WRONG_KIND_OF_STACK, see docs/diagnostics.md"
  `);
});

test('what has no twin on AWS says what to write here', () => {
  const stack = new cdk.Stack(new cdk.App(), 'Plant4');
  expect(textOf(thrown(() => make('VirtualNetworkFlowLog', stack)))).toMatchInlineSnapshot(`
    "VirtualNetworkFlowLog of pptp-constructs/azure was given a scope of AWS CDK, which would drop its resources without a word.
      got      "Plant4"
      allowed  a scope inside a TerraformStack of cdktf; what belongs in a Stack of aws-cdk-lib comes from pptp-constructs/aws
      write    new VirtualNetworkFlowLog(this, 'Vpn', { ... }) // inside a class that extends TerraformStack of cdktf

          at <the line of the user>
          code WRONG_KIND_OF_STACK, see docs/diagnostics.md"
  `);
});

test('takes a construct deep inside a stack of CDK for Terraform', () => {
  const stack = plant();
  const site = new Construct(new Construct(stack, 'Sites'), 'Plant4');
  new ManagedIkev2Gateway(site, 'Vpn', {
    virtualNetwork: networkOf(stack),
    clients,
    ...managed,
  });
  expect(Object.keys(synthesised(stack))).toContain('azurerm_virtual_network_gateway');
});
