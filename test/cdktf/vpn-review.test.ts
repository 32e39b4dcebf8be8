import { NetworkSecurityGroup } from '@cdktf/provider-azurerm/lib/network-security-group';
import { ComputeFirewall } from '@cdktf/provider-google/lib/compute-firewall';
import { type App, Aspects, type TerraformStack, Testing } from 'cdktf';
import type { IConstruct } from 'constructs';
import * as azure from 'pptp-constructs/azure';
import { PptpGateway, VpnReview, type VpnReviewProps, WireGuardGateway } from 'pptp-constructs/google';
import { plant as azurePlant } from '../azure/support';
import { clients, insecure, machine, networkOf, plant } from '../google/support';

const TODAY = { today: '2026-11-23' };

function legacy(): { stack: TerraformStack; gateway: PptpGateway } {
  const stack = plant();
  const gateway = new PptpGateway(stack, 'LegacyVpn', { network: networkOf(stack), clients, insecure, ...machine });
  return { stack, gateway };
}

/** A colleague's rule: TCP 1723 from everywhere, without GRE. */
function widen(stack: TerraformStack): ComputeFirewall {
  return new ComputeFirewall(stack, 'Widened', {
    name: 'widened',
    network: (stack.node.findChild('Network') as unknown as { id: string }).id,
    sourceRanges: ['0.0.0.0/0'],
    allow: [{ protocol: 'tcp', ports: ['1723'] }],
  });
}

/** What a review says of a stack, one line for each finding. */
function said(stack: TerraformStack, props: VpnReviewProps = {}): string[] {
  VpnReview.attachTo(stack, { ...TODAY, ...props });
  Testing.synth(stack, true);
  return annotations(stack);
}

function annotations(stack: TerraformStack): string[] {
  return stack.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ data }) => String(data).startsWith('pptp-constructs::'))
        .map(({ type, data }) => `${type.replace('@cdktf/', '')} ${node.path} ${data}`),
    );
}

describe('attached to a stack', () => {
  test('a gateway of ours that is sound is nothing to find', () => {
    const stack = plant();
    new WireGuardGateway(stack, 'Vpn', { network: networkOf(stack), clients, ...machine });
    expect(said(stack)).toEqual([]);
  });

  test('a gateway with a reason is a warning on its machine, with the place in the code that made it', () => {
    const { stack } = legacy();
    const lines = said(stack);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn plant4\/LegacyVpn\/Resource pptp-constructs::pptp-present: /);
    expect(lines[0]).toMatch(/ \(test\/cdktf\/vpn-review\.test\.ts:\d+\)$/);
  });

  test("a colleague's rule is an error on it, and stops the synthesis of an app", () => {
    const { stack } = legacy();
    widen(stack);
    expect(said(stack)).toContainEqual(
      expect.stringMatching(
        /^error plant4\/Widened pptp-constructs::pptp-open-to-the-world: .* lets TCP 1723 in from 0\.0\.0\.0\/0\. Fix: /,
      ),
    );
    expect(() => (stack.node.root as App).synth()).toThrow(
      /plant4\/Widened\] pptp-constructs::pptp-open-to-the-world: /,
    );
  });

  test('sees what aspects make of it that come after', () => {
    const { stack } = legacy();
    VpnReview.attachTo(stack, TODAY);
    Aspects.of(stack).add({
      visit: (node: IConstruct) => {
        if (node.node.path.endsWith('LegacyVpn/Firewall/ingress')) {
          (node as ComputeFirewall).addOverride('source_ranges', ['0.0.0.0/0']);
        }
      },
    });
    Testing.synth(stack, true);
    expect(annotations(stack)).toContainEqual(expect.stringContaining('pptp-constructs::pptp-open-to-the-world'));
  });

  test('says each thing once, also when it is attached to the app too', () => {
    const { stack } = legacy();
    const review = VpnReview.attachTo(stack, TODAY);
    Aspects.of(stack.node.root).add(review);
    Testing.synth(stack, true);
    expect(annotations(stack)).toHaveLength(1);
  });

  test('looks at Azure alike', () => {
    const stack = azurePlant('plant5');
    azure.VpnReview.attachTo(stack, TODAY);
    const group = { name: 'plant5', resourceGroupName: 'plant5', location: 'westeurope' };
    new NetworkSecurityGroup(stack, 'Widened', {
      ...group,
      securityRule: [
        {
          name: 'pptp',
          priority: 100,
          direction: 'Inbound',
          access: 'Allow',
          protocol: 'Tcp',
          sourcePortRange: '*',
          sourceAddressPrefix: '0.0.0.0/0',
          destinationPortRange: '1723',
          destinationAddressPrefix: '*',
        },
      ],
    });
    Testing.synth(stack, true);
    expect(annotations(stack)).toContainEqual(
      expect.stringMatching(/^error plant5\/Widened pptp-constructs::pptp-open-to-the-world: /),
    );
  });
});

describe('failOn', () => {
  test.each([
    ['error', 'warn'],
    ['warning', 'error'],
    ['never', 'warn'],
  ] as const)('%s makes of a warning: %s', (failOn, level) => {
    expect(said(legacy().stack, { failOn })).toEqual([expect.stringMatching(`^${level} `)]);
  });
});

describe('acknowledging', () => {
  const reason = 'the tills, until 2027-06';

  test('keeps a finding in sight, with the reason, and lets it stop nothing', () => {
    for (const on of ['construct', 'stack'] as const) {
      const { stack, gateway } = legacy();
      VpnReview.acknowledge(on === 'stack' ? stack : gateway, { id: 'pptp-constructs::pptp-present', reason });
      const lines = said(stack, { failOn: 'note' });
      expect(lines).toEqual([expect.stringMatching(/^info .* Acknowledged: the tills, until 2027-06$/)]);
    }
  });

  test('elsewhere changes nothing', () => {
    const { stack } = legacy();
    VpnReview.acknowledge(stack.node.findChild('Network'), { id: 'pptp-present', reason });
    expect(said(stack)).toEqual([expect.stringMatching(/^warn /)]);
  });

  test.each([
    ['an id that no finding has', { id: 'pptp-presnt', reason }],
    ['no reason', { id: 'pptp-present', reason: ' ' }],
  ])('with %s is refused', (_, acknowledgement) => {
    const { gateway } = legacy();
    let message = '';
    try {
      VpnReview.acknowledge(gateway, acknowledgement);
    } catch (error) {
      message = (error as Error).message.replace(/^ {6}at .*:\d+\n/m, '');
    }
    expect(message).toMatchSnapshot();
  });
});
