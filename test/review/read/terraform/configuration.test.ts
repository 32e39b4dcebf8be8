// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { estateOf, formatRange, isKnown, type Subnet, Unknown } from 'pptp-constructs/review';

/** The ranges of a subnet whose prefix is written so. */
function prefixes(written: unknown, rest: object = {}, parameters?: Readonly<Record<string, unknown>>) {
  const estate = estateOf(
    { net: { ...rest, resource: { azurerm_subnet: { vpn: { address_prefixes: written } } } } },
    parameters === undefined ? {} : { parameters },
  );
  const [subnet] = estate.all('subnet') as readonly Subnet[];
  return subnet?.ranges.map((range) => (isKnown(range) ? formatRange(range) : `unknown: ${range.why}`));
}

describe('a configuration in JSON', () => {
  test('is read with its variables at their defaults', () => {
    const variable = { range: { type: 'string', default: '10.1.0.0/16' } };
    expect(prefixes(['${var.range}'], { variable })).toEqual(['10.1.0.0/16']);
  });

  test('is read with the values that are given for variables', () => {
    const variable = { range: { default: '10.1.0.0/16' } };
    expect(prefixes(['${var.range}'], { variable }, { range: '10.2.0.0/16' })).toEqual(['10.2.0.0/16']);
  });

  test('leaves a variable without a default open', () => {
    expect(prefixes(['${var.range}'], { variable: { range: {} } })).toEqual(['unknown: variable range has no default']);
  });

  test('is read with its locals, which may use others', () => {
    const locals = { base: '10.3.0.0/16', subnet: '${cidrsubnet(local.base, 8, 1)}' };
    expect(prefixes(['${local.subnet}'], { locals })).toEqual(['10.3.1.0/24']);
  });

  test('ends where locals go round in circles', () => {
    const locals = { a: '${local.b}', b: '${local.a}' };
    expect(prefixes(['${local.a}'], { locals })).toEqual(['unknown: local.a refers to itself']);
  });

  test('ends where a resource refers to itself', () => {
    expect(prefixes('${azurerm_subnet.vpn.address_prefixes}')).toEqual([
      'unknown: net/azurerm_subnet.vpn refers to itself',
    ]);
  });

  test('is not followed into nesting without end', () => {
    let deep: unknown = '10.0.0.0/8';
    for (let depth = 0; depth < 5000; depth++) {
      deep = [deep];
    }
    expect(prefixes(deep)).toEqual(['unknown: a text was expected']);
  });

  test('names its resources by their addresses, with the path of their construct', () => {
    const written = { '//': { metadata: { path: 'plant4/Vpn/Ip' } }, name: 'ip' };
    const [address] = estateOf({ net: { resource: { azurerm_public_ip: { Ip: written } } } }).all('public-address');
    expect([address?.id, address?.label, address?.origin.pointer, address?.origin.resource]).toEqual([
      'net/azurerm_public_ip.Ip',
      'azurerm_public_ip.Ip',
      '/resource/azurerm_public_ip/Ip',
      { logicalId: 'azurerm_public_ip.Ip', type: 'azurerm_public_ip', constructPath: 'plant4/Vpn/Ip' },
    ]);
  });

  test('leaves it open how many of a resource there are, where only deployment knows', () => {
    const many = { for_each: '${data.x.y.z}' };
    const [address] = estateOf({ net: { resource: { azurerm_public_ip: { Ip: many } } } }).all('public-address');
    expect(address?.condition).toEqual(
      new Unknown('how many azurerm_public_ip.Ip there are is known at deployment: data.x.y.z is known at deployment'),
    );
  });

  test.each([
    [{ count: 0 }, 0],
    [{ count: '${length([])}' }, 0],
    [{ for_each: [] }, 0],
    [{ count: 1 }, 1],
    [{ count: 3 }, 1],
  ])('with %j has %i of a resource', (rest, number) => {
    const all = estateOf({ net: { resource: { azurerm_public_ip: { Ip: rest } } } }).all('public-address');
    expect(all.map(({ condition }) => condition)).toEqual(Array.from({ length: number }, () => undefined));
  });

  test('says that modules are in a plan only', () => {
    const { unread } = estateOf({ net: { module: { inner: { source: './inner' } } } });
    expect(unread.map(({ type, why, origin }) => [type, why, origin.pointer])).toEqual([
      ['module', 'what module inner makes is in a plan only', '/module/inner'],
    ]);
  });

  test('says what it does not read, of what may decide about packets', () => {
    const resource = {
      azurerm_firewall: { one: {} },
      google_compute_firewall_policy_association: { one: {} },
      google_compute_service_attachment: { one: {} },
      google_secret_manager_secret: { one: {} },
      google_compute_disk: { one: {} },
      random_id: { one: {} },
    };
    expect(estateOf({ net: { resource } }).unread.map(({ type, why }) => [type, why])).toEqual([
      ['azurerm_firewall', 'what Azure Firewall passes is not read; routes that lead to it are'],
      ['google_compute_firewall_policy_association', 'a policy of a folder or organisation can deny first'],
      ['google_compute_service_attachment', 'what it does to packets is not read'],
    ]);
  });

  test('takes what another stack of the app gives it', () => {
    const name = 'cross-stack-reference-input-network';
    const estate = estateOf({
      vpn: {
        data: { terraform_remote_state: { [name]: { backend: 'local' } } },
        resource: {
          azurerm_network_interface: {
            nic: { ip_configuration: [{ subnet_id: `\${data.terraform_remote_state.${name}.outputs.subnetId}` }] },
          },
        },
      },
      network: {
        output: { subnetId: { value: '${azurerm_subnet.vpn.id}' } },
        resource: { azurerm_subnet: { vpn: { address_prefixes: ['10.1.0.0/24'] } } },
      },
    });
    expect(estate.all('interface')[0]?.subnet).toBe('network/azurerm_subnet.vpn');
  });

  test('leaves open what a state has that was not read', () => {
    const estate = estateOf({
      vpn: {
        resource: {
          azurerm_network_interface: {
            nic: { ip_configuration: [{ subnet_id: '${data.terraform_remote_state.other.outputs.id}' }] },
          },
        },
      },
    });
    expect(estate.all('interface')[0]?.subnet).toEqual(new Unknown('the state other was not read'));
  });

  test('finds a resource by its name or id, where the file names it so', () => {
    const id = '/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net/subnets/vpn';
    const estate = estateOf({
      net: {
        resource: {
          azurerm_subnet: { vpn: { name: 'vpn' } },
          azurerm_network_interface: { nic: { ip_configuration: { subnet_id: id } } },
        },
      },
    });
    expect(estate.all('interface')[0]?.subnet).toBe('net/azurerm_subnet.vpn');
  });

  test('does not choose among resources of one name', () => {
    const rule = { network_security_group_name: 'vpn', name: 'r', priority: 100 };
    const estate = estateOf({
      net: {
        resource: {
          azurerm_network_security_group: { a: { name: 'vpn' }, b: { name: 'vpn' } },
          azurerm_network_security_rule: { r: rule },
        },
      },
    });
    expect(estate.unread.map(({ why }) => why)).toEqual([
      'it adds a rule to a network security group that is not known',
    ]);
  });
});
