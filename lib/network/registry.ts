import { invalid } from '../errors';
import { nearest } from '../nearest';
import type { NetworkElement, Platform } from './element';

/** The elements of a platform under the names of its constant: those of `AWS`, of `AZURE`. */
type Elements = Readonly<Record<string, NetworkElement>>;

interface Entry {
  /** As people call it: `Google Cloud`. */
  readonly title: string;
  /**
   * Loads its facts when they are asked for: whoever asks about one cloud does not wait for the others.
   */
  readonly load: () => Elements;
  /** Other names that people have for it. */
  readonly aliases?: readonly string[];
}

/** Every platform with its facts; the compiler sees to it that none is missing. */
const PLATFORMS: Readonly<Record<Platform, Entry>> = {
  aws: { title: 'AWS', load: () => (require('./aws') as typeof import('./aws')).AWS, aliases: ['amazon', 'ec2'] },
  azure: { title: 'Azure', load: () => (require('./azure') as typeof import('./azure')).AZURE, aliases: ['microsoft'] },
  google: {
    title: 'Google Cloud',
    load: () => (require('./google') as typeof import('./google')).GOOGLE,
    aliases: ['gcp', 'gce', 'google-cloud'],
  },
  oracle: {
    title: 'Oracle Cloud',
    load: () => (require('./oracle') as typeof import('./oracle')).ORACLE,
    aliases: ['oci'],
  },
  alibaba: {
    title: 'Alibaba Cloud',
    load: () => (require('./alibaba') as typeof import('./alibaba')).ALIBABA,
    aliases: ['aliyun'],
  },
  tencent: { title: 'Tencent Cloud', load: () => (require('./tencent') as typeof import('./tencent')).TENCENT },
  huawei: { title: 'Huawei Cloud', load: () => (require('./huawei') as typeof import('./huawei')).HUAWEI },
  ibm: { title: 'IBM Cloud', load: () => (require('./ibm') as typeof import('./ibm')).IBM },
  digitalocean: {
    title: 'DigitalOcean',
    load: () => (require('./digitalocean') as typeof import('./digitalocean')).DIGITALOCEAN,
  },
  hetzner: {
    title: 'Hetzner Cloud',
    load: () => (require('./hetzner') as typeof import('./hetzner')).HETZNER,
    aliases: ['hcloud'],
  },
  linode: {
    title: 'Linode',
    load: () => (require('./linode') as typeof import('./linode')).LINODE,
    aliases: ['akamai'],
  },
  vultr: { title: 'Vultr', load: () => (require('./vultr') as typeof import('./vultr')).VULTR },
  openstack: { title: 'OpenStack', load: () => (require('./openstack') as typeof import('./openstack')).OPENSTACK },
  ovh: { title: 'OVHcloud', load: () => (require('./ovh') as typeof import('./ovh')).OVH, aliases: ['ovhcloud'] },
  'open-telekom-cloud': {
    title: 'Open Telekom Cloud',
    load: () => (require('./open-telekom-cloud') as typeof import('./open-telekom-cloud')).OPEN_TELEKOM_CLOUD,
    aliases: ['otc', 'opentelekomcloud'],
  },
  scaleway: { title: 'Scaleway', load: () => (require('./scaleway') as typeof import('./scaleway')).SCALEWAY },
  exoscale: { title: 'Exoscale', load: () => (require('./exoscale') as typeof import('./exoscale')).EXOSCALE },
  yandex: { title: 'Yandex Cloud', load: () => (require('./yandex') as typeof import('./yandex')).YANDEX },
  upcloud: { title: 'UpCloud', load: () => (require('./upcloud') as typeof import('./upcloud')).UPCLOUD },
  any: {
    title: 'No cloud',
    load: () => ({
      ...(require('./common') as typeof import('./common')).COMMON,
      ...(require('./firewalls') as typeof import('./firewalls')).FIREWALLS,
      WINDOWS_FIREWALL: (require('./windows-firewall') as typeof import('./windows-firewall')).WINDOWS_FIREWALL,
    }),
  },
};

/** A platform with everything that the library knows of it. */
export interface PlatformFacts {
  readonly id: Platform;
  /** As people call it: `Google Cloud`. */
  readonly title: string;
  readonly elements: readonly NetworkElement[];
}

/** The ids of every platform: each cloud, and last `any`, which holds what belongs to none. */
export const PLATFORM_IDS: readonly Platform[] = Object.keys(PLATFORMS) as Platform[];

const loaded = new Map<Platform, PlatformFacts>();

/** A platform with its elements. */
export function platformFacts(id: Platform): PlatformFacts {
  const known = loaded.get(id);
  if (known !== undefined) {
    return known;
  }
  const { title, load } = PLATFORMS[id];
  const facts = { id, title, elements: Object.values(load()) };
  loaded.set(id, facts);
  return facts;
}

/**
 * The platform that a name stands for.
 *
 * @param name its id, or another name that people have for it: `google`, `gcp`; `any` for a machine at no cloud
 * @throws InvalidInputError `CLOUD_UNKNOWN`, with the nearest known name
 */
export function cloudNamed(name: string): Platform {
  const wanted = typeof name === 'string' ? name.toLowerCase() : '';
  return (
    PLATFORM_IDS.find((id) => id === wanted || PLATFORMS[id].aliases?.includes(wanted)) ??
    invalid({
      code: 'CLOUD_UNKNOWN',
      what: 'there is no cloud of this name here',
      got: name,
      allowed: `${PLATFORM_IDS.join(', ')}, which is a machine at no cloud`,
      instead: nearest(wanted, PLATFORM_IDS) ?? 'one of these, or the way hop by hop in a path file',
    })
  );
}

/** Where a name is looked up. */
export interface ElementScope {
  /** The platform whose elements a name without a platform stands for first. */
  readonly cloud?: Platform | undefined;
  /** Where the name was written, before the sentence that refuses it: `path.json, line 3, column 16: `. */
  readonly where?: string;
}

/**
 * The element that a name stands for: its id, `aws.nat-gateway`, or what stands behind the dot where that says which one
 * is meant: of the cloud in `scope`, else of no cloud, else of the only cloud that has one.
 *
 * @throws InvalidInputError `ELEMENT_UNKNOWN`, with the nearest known name
 */
export function elementNamed(name: string, { cloud, where = '' }: ElementScope = {}): NetworkElement {
  const text = typeof name === 'string' ? name : '';
  const prefix = PLATFORM_IDS.find((id) => text.startsWith(`${id}.`));
  const scopes: readonly (readonly Platform[])[] =
    prefix !== undefined ? [[prefix]] : cloud !== undefined ? [[cloud], ['any']] : [['any'], PLATFORM_IDS];
  for (const scope of scopes) {
    const [one, ...others] = elementsOf(scope).filter((element) => element.id === text || shortId(element) === text);
    if (one !== undefined && others.length > 0) {
      const ids = [one, ...others].map(({ id }) => id);
      refuse(`${where}several clouds have an element of this name`, name, ids.join(', '), one.id);
    }
    if (one !== undefined) {
      return one;
    }
  }
  const known = elementsOf(scopes.flat());
  const likely = nearest(
    text,
    known.map(({ id }) => id),
  );
  return refuse(
    `${where}there is no element of this name`,
    name,
    scopes.flat().length > 2 ? 'the id of an element, as docs/what-works-where.md has them' : listed(known),
    likely ?? known.find((element) => shortId(element) === nearest(text, known.map(shortId)))?.id ?? 'one of these',
  );
}

/** The name of an element without its platform: `nat-gateway` of `aws.nat-gateway`. */
export function shortId({ id }: Pick<NetworkElement, 'id'>): string {
  return id.slice(id.indexOf('.') + 1);
}

function elementsOf(ids: readonly Platform[]): readonly NetworkElement[] {
  return [...new Set(ids)].flatMap((id) => platformFacts(id).elements);
}

function listed(elements: readonly NetworkElement[]): string {
  return elements.map(({ id }) => id).join(', ');
}

function refuse(what: string, got: unknown, allowed: string, instead: string): never {
  return invalid({ code: 'ELEMENT_UNKNOWN', what, got, allowed, instead });
}
