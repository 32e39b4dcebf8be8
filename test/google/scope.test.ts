import * as cdk from 'aws-cdk-lib';
import { Testing } from 'cdktf';
import {
  Ikev2Gateway,
  OpenVpnGateway,
  PptpGateway,
  VpnFirewall,
  VpnGateway,
  WireGuardGateway,
} from 'pptp-constructs/google';
import { textOf, thrown } from './support';

// The scope is checked before anything else, so the props do not matter here.
const CLASSES = {
  PptpGateway,
  VpnGateway,
  VpnFirewall,
  WireGuardGateway,
  Ikev2Gateway,
  OpenVpnGateway,
};
const make = (name: keyof typeof CLASSES, scope: unknown) =>
  new (CLASSES[name] as new (scope: unknown, id: string, props: object) => unknown)(scope, 'Vpn', {});
const names = Object.keys(CLASSES) as (keyof typeof CLASSES)[];

test.each(names)('%s refuses a stack of AWS CDK, where its resources would silently vanish', (name) => {
  const stack = new cdk.Stack(new cdk.App(), 'Plant4');
  expect(thrown(() => make(name, stack)).code).toBe('WRONG_KIND_OF_STACK');
  expect(stack.node.children).toEqual([]);
});

test('says from where to import in a stack of AWS CDK', () => {
  const stack = new cdk.Stack(new cdk.App(), 'Plant4');
  expect(textOf(thrown(() => make('VpnFirewall', stack)))).toMatchInlineSnapshot(`
    "VpnFirewall of pptp-constructs/google was given a scope of AWS CDK, which would drop its resources without a word.
      got      "Plant4"
      allowed  a scope inside a TerraformStack of cdktf; what belongs in a Stack of aws-cdk-lib comes from pptp-constructs/aws
      write    import { VpnSecurityGroup } from 'pptp-constructs/aws';

          at <the line of the user>
          code WRONG_KIND_OF_STACK, see docs/diagnostics.md"
  `);
});

test.each(names)('%s refuses a scope that lies in no stack, and what is no scope', (name) => {
  expect(textOf(thrown(() => make(name, Testing.app())))).toContain(`${name} was given a scope that lies in no stack.`);
  expect(textOf(thrown(() => make(name, undefined)))).toContain(`${name} was given no construct as its scope.`);
});
