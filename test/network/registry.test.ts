import * as network from '../../lib/network';
import {
  cloudNamed,
  elementNamed,
  type NetworkElement,
  PLATFORM_IDS,
  placeOf,
  platformFacts,
  shortId,
} from '../../lib/network';

/** Every element that the package exports, in whichever constant. */
const exported = [
  ...new Set(
    Object.values(network as object)
      .flatMap((value): unknown[] => [
        value,
        ...(typeof value === 'object' && value !== null ? Object.values(value) : []),
      ])
      .filter((value): value is NetworkElement => Array.isArray((value as NetworkElement | undefined)?.facts)),
  ),
];
const registered = PLATFORM_IDS.flatMap((id) => platformFacts(id).elements);

function message(wrong: () => unknown): string {
  try {
    wrong();
  } catch (error) {
    return (error as Error).message.replace(/^ {6}at .*\n/m, '');
  }
  throw new Error('nothing was refused');
}

describe('the register of elements', () => {
  test('has every element that the package exports, each once', () => {
    const ids = (elements: readonly NetworkElement[]) => elements.map(({ id }) => id).sort();
    expect(exported.length).toBeGreaterThan(90);
    expect(ids(registered)).toEqual(ids(exported));
  });

  test('finds every element by its id, wherever it is looked for', () => {
    expect(registered.filter((element) => elementNamed(element.id) !== element)).toEqual([]);
    expect(registered.filter((element) => elementNamed(element.id, { cloud: 'azure' }) !== element)).toEqual([]);
  });

  test('finds every element of a cloud by what stands behind the dot', () => {
    expect(registered.filter((one) => elementNamed(shortId(one), { cloud: one.platform }) !== one)).toEqual([]);
  });

  test('keeps the elements of each platform together, under ids that begin with it', () => {
    const strays = PLATFORM_IDS.flatMap((id) =>
      platformFacts(id).elements.filter((element) => element.platform !== id || !element.id.startsWith(`${id}.`)),
    );
    expect(strays).toEqual([]);
  });

  test('knows where every element lies', () => {
    expect(registered.filter((element) => placeOf(element) === undefined).map(({ id }) => id)).toEqual([]);
  });

  test.each([
    ['internet', undefined, 'any.internet'],
    ['host-filter', undefined, 'any.host-filter'],
    ['network-load-balancer', undefined, 'aws.network-load-balancer'],
    ['nat-gateway', 'azure', 'azure.nat-gateway'],
    ['nat-gateway', 'aws', 'aws.nat-gateway'],
    ['carrier-nat', 'google', 'any.carrier-nat'],
    ['firewall', 'hetzner', 'hetzner.firewall'],
    ['firewall', 'aws', 'any.firewall'],
  ] as const)('takes %s on %s for %s', (name, cloud, id) => {
    expect(elementNamed(name, { cloud }).id).toBe(id);
  });
});

describe('a cloud', () => {
  test.each([
    ...PLATFORM_IDS.map((id) => [id, id] as const),
    ['gcp', 'google'],
    ['GCP', 'google'],
    ['AWS', 'aws'],
    ['oci', 'oracle'],
    ['otc', 'open-telekom-cloud'],
    ['akamai', 'linode'],
  ] as const)('%s is %s', (name, id) => {
    expect(cloudNamed(name)).toBe(id);
  });

  test('that is unknown is refused with the nearest name', () => {
    expect(message(() => cloudNamed('azzure'))).toMatchInlineSnapshot(`
      "there is no cloud of this name here.
        got      "azzure"
        allowed  aws, azure, google, oracle, alibaba, tencent, huawei, ibm, digitalocean, hetzner, linode, vultr, openstack, ovh, open-telekom-cloud, scaleway, exoscale, yandex, upcloud, any, which is a machine at no cloud
        write    azure

            code CLOUD_UNKNOWN, see docs/diagnostics.md"
    `);
    expect(message(() => cloudNamed('hetzner-cloud'))).toContain('  write    one of these');
    expect(message(() => cloudNamed('toString'))).toContain('code CLOUD_UNKNOWN');
    expect(message(() => cloudNamed(undefined as never))).toContain('code CLOUD_UNKNOWN');
  });
});

describe('an element that is unknown', () => {
  test('is refused with the nearest id of the cloud', () => {
    expect(message(() => elementNamed('nat-gatway', { cloud: 'hetzner' }))).toMatchInlineSnapshot(`
      "there is no element of this name.
        got      "nat-gatway"
        allowed  hetzner.public-ip, hetzner.firewall, any.client-device, any.windows-firewall, any.client-nat, any.client-nat-with-helper, any.client-nat-without-helper, any.client-nat-by-address, any.client-nat-to-one-client, any.client-one-to-one-nat, any.carrier-nat, any.client-firewall, any.client-firewall-with-helper, any.internet, any.one-to-one-nat, any.port-forward, any.port-forward-with-gre, any.port-forward-with-helper, any.cisco-asa, any.pan-os, any.fortigate, any.juniper-srx, any.huawei-usg, any.check-point, any.sonicwall, any.routeros, any.openwrt, any.vyos, any.edgeos, any.firewalld, any.pf, any.ipfw, any.windows-rras, any.firewall, any.firewall-with-helper, any.established-only-filter, any.host-filter
        write    one of these

            code ELEMENT_UNKNOWN, see docs/diagnostics.md"
    `);
    expect(message(() => elementNamed('aws.nat-gatway'))).toContain('\n  write    aws.nat-gateway\n');
    expect(message(() => elementNamed('netork-acl', { cloud: 'aws' }))).toContain('\n  write    aws.network-acl\n');
  });

  test('is refused where several clouds have it', () => {
    expect(message(() => elementNamed('network-acl'))).toMatchInlineSnapshot(`
      "several clouds have an element of this name.
        got      "network-acl"
        allowed  aws.network-acl, ibm.network-acl
        write    aws.network-acl

            code ELEMENT_UNKNOWN, see docs/diagnostics.md"
    `);
  });

  test('is refused where there is no cloud to look in', () => {
    expect(message(() => elementNamed('carier-nat'))).toMatchInlineSnapshot(`
      "there is no element of this name.
        got      "carier-nat"
        allowed  the id of an element, as docs/what-works-where.md has them
        write    any.carrier-nat

            code ELEMENT_UNKNOWN, see docs/diagnostics.md"
    `);
  });

  test.each([[''], ['.'], ['aws.'], ['__proto__'], ['any.constructor'], [undefined], [7], [{}]])(
    'is refused and nothing else: %j',
    (name) => {
      expect(message(() => elementNamed(name as never))).toContain('code ELEMENT_UNKNOWN');
    },
  );

  test('says where it was written', () => {
    expect(message(() => elementNamed('x', { where: 'path.json, line 3, column 7: ' }))).toMatch(
      /^path\.json, line 3, column 7: there is no element of this name\.\n/,
    );
  });
});
