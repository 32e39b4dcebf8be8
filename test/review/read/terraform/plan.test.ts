import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Flow, WIREGUARD } from 'pptp-constructs';
import { formatRange, parseDocument, reach, review, Unknown } from 'pptp-constructs/review';
import { Plan } from '../../../../lib/review/read/terraform/plan';
import { Attribute, Resources } from '../../../../lib/review/read/terraform/resource';

const folder = join(__dirname, 'plans');

describe('a plan that Terraform wrote', () => {
  const file = 'terraform-data.json';
  const resources = new Resources();
  new Plan({
    document: parseDocument(readFileSync(join(folder, file), 'utf8'), file),
    scope: 'plan',
    resources,
  });
  const get = (address: string, attribute: string) => {
    const value = resources.get(`plan/${address}`)?.get(attribute);
    return value instanceof Attribute ? `${value.owner} ${value.steps.join('.')}`.trimEnd() : value;
  };

  test('has every resource under its address', () => {
    expect(resources.all.map(({ address }) => address)).toEqual([
      'terraform_data.either',
      'terraform_data.face[0]',
      'terraform_data.face[1]',
      'terraform_data.machine',
      'terraform_data.network',
      'terraform_data.rule["198.51.100.0/24"]',
      'terraform_data.rule["203.0.113.0/24"]',
      'terraform_data.subnet[0]',
      'terraform_data.subnet[1]',
      'module.inner["a"].terraform_data.vm',
      'module.inner["b"].terraform_data.vm',
    ]);
  });

  test('has the values that Terraform worked out', () => {
    expect(get('terraform_data.subnet[1]', 'input')).toBe('10.40.1.0/24');
    expect(get('terraform_data.rule["203.0.113.0/24"]', 'input')).toBe('203.0.113.0/24');
    expect(get('module.inner["b"].terraform_data.vm', 'triggers_replace')).toBe('b');
  });

  test('tells what the values are that only deployment knows', () => {
    expect(get('terraform_data.rule["203.0.113.0/24"]', 'triggers_replace')).toBe('plan/terraform_data.subnet[1] id');
  });

  test('takes the member with the same index, which plans do not keep', () => {
    expect(get('terraform_data.face[0]', 'input')).toBe('plan/terraform_data.subnet[0]');
    expect(get('terraform_data.face[1]', 'input')).toBe('plan/terraform_data.subnet[1]');
  });

  test('follows a value into a module, and out of it', () => {
    expect(get('module.inner["a"].terraform_data.vm', 'input')).toBe('plan/terraform_data.subnet[1] id');
    expect(get('terraform_data.machine', 'input')).toBe('plan/module.inner["a"].terraform_data.vm id');
  });

  test('tells the items of a list apart', () => {
    const list = resources.get('plan/terraform_data.face[1]')?.get('triggers_replace');
    expect((list as Attribute[]).map(String)).toEqual(['plan/terraform_data.subnet[0]', 'plan/terraform_data.network']);
  });

  test('does not choose where an expression refers to two things', () => {
    expect(get('terraform_data.either', 'input')).toEqual(
      new Unknown('a value of terraform_data.either is known at deployment'),
    );
  });

  test('has a place for each resource', () => {
    const place = resources.get('plan/terraform_data.subnet[1]')?.origin;
    expect([place?.pointer, place?.resource?.logicalId]).toEqual([
      '/planned_values/root_module/resources/8',
      'terraform_data.subnet[1]',
    ]);
  });
});

describe('a plan for Azure, with members of count and for_each and a module', () => {
  const { answers, gateways, findings, unread } = review([join(folder, 'azure.synthetic.json')]);

  test('has two gateways that serve whom the rules of the module name', () => {
    expect(
      gateways.map(({ machine, protocols }) => [
        machine.label,
        ...(protocols.find(({ protocol }) => protocol === WIREGUARD)?.served ?? []).map(formatRange),
      ]),
    ).toEqual([
      ['azurerm_linux_virtual_machine.vpn[0]', '198.51.100.0/24', '203.0.113.0/24'],
      ['azurerm_linux_virtual_machine.vpn[1]', '198.51.100.0/24', '203.0.113.0/24'],
    ]);
    expect([findings, unread]).toEqual([[], []]);
  });

  test('names the rule that decides by its address, key and all', () => {
    const question = { flow: Flow.udp(51820), from: '203.0.113.0/24', to: 'azurerm_linux_virtual_machine.vpn[1]' };
    const [way] = reach(answers, question).ways;
    expect(way?.way.dials).toBe('public IP azurerm_public_ip.vpn[1]');
    expect(way?.passages[0]?.hops[2]?.origin?.resource?.logicalId).toBe(
      'module.rules.azurerm_network_security_rule.wireguard["203.0.113.0/24"]',
    );
  });
});

describe('a plan for Google Cloud', () => {
  const { findings, gateways } = review([join(folder, 'google.synthetic.json')], { today: '2026-11-23' });

  test('has the gateways, one of them with an address that nobody wrote down, and that PPTP is there', () => {
    expect(findings.map(({ kind }) => kind.id)).toEqual(['pptp-present', 'pptp-present']);
    expect(
      gateways.map(({ machine, protocols }) => [machine.label, protocols[0]?.verdict, protocols[0]?.dials]),
    ).toEqual([
      ['google_compute_instance.ephemeral', 'unknown', 'the external address that it gets at each start'],
      ['google_compute_instance.vpn', 'unknown', 'external address google_compute_address.vpn'],
    ]);
  });
});

test('plans that no Terraform wrote say so', () => {
  for (const name of ['azure', 'google']) {
    const { '//': header } = JSON.parse(readFileSync(join(folder, `${name}.synthetic.json`), 'utf8'));
    expect(header).toMatch(/^synthetic: /);
  }
});
