import * as fs from 'node:fs';
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { clientDevice } from '../clients/devices';
import { Fleet, type FleetEntry } from '../clients/fleet';
import { invalid, PptpConstructsError } from '../errors';
import type { Hop } from '../feasibility/path';
import { nearest } from '../nearest';
import type { NetworkElement } from '../network/element';
import { elementNamed } from '../network/registry';
import { contradict, placeOf, type WayHop } from '../network/ways';
import { readAll, type World } from './world';

/** One path of a file. */
export interface FilePath {
  readonly name?: string;
  readonly from: string;
  readonly hops: readonly (WayHop & Pick<Hop, 'label' | 'mtu'>)[];
  readonly to: string;
  /** Who calls over it, where the file says so. */
  readonly fleet?: Fleet;
}

/** No description of paths is larger, in bytes. */
const LARGEST = 1024 * 1024;

/** How deep a path file is nested, at most: an object of paths of hops of values. */
const DEEPEST = 8;

const CONDITIONS = ['met', 'not-met', 'unknown'] as const;

/**
 * Reads a path file.
 *
 * @param file its name, or `-` for standard input
 * @throws InvalidInputError `PATH_FILE_UNREADABLE`, `PATH_FILE_MALFORMED`, `PATH_EMPTY`, `PATH_WITHOUT_GATEWAY`,
 * `ELEMENT_UNKNOWN`, `ELEMENT_OF_OTHER_CLOUD`, `ELEMENTS_CONTRADICT`, and those of `Fleet.of`, all but the first with
 * line and column
 */
export async function readPathFile(file: string, world: Pick<World, 'stdin'>): Promise<readonly FilePath[]> {
  const name = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    text = file === '-' ? await readAll(world.stdin) : readSmall(file);
  } catch (error) {
    return unreadable(name, `could not be read: ${(error as NodeJS.ErrnoException).code ?? 'it is no file'}`);
  }
  if (text.length > LARGEST) {
    return unreadable(name, `has more than ${LARGEST} bytes`);
  }
  return new PathFile(name, text.replace(/^\uFEFF/, '')).paths();
}

function readSmall(file: string): string {
  // A device or a pipe may never end.
  return fs.statSync(file).size > LARGEST ? ' '.repeat(LARGEST + 1) : fs.readFileSync(file, 'utf8');
}

function unreadable(name: string, what: string): never {
  return invalid({
    code: 'PATH_FILE_UNREADABLE',
    what: `the path file ${what}`,
    got: name,
    allowed: 'a JSON file that describes paths',
    instead: '--from path.json, or --from - for standard input',
  });
}

class PathFile {
  public constructor(
    private readonly name: string,
    private readonly text: string,
  ) {}

  public paths(): readonly FilePath[] {
    const root = this.parse();
    const keys = this.object(root, 'the file');
    const version = this.required(keys, 'schemaVersion', root);
    if (version.value !== 1) {
      this.refuse(version, 'this is not a version of the format that is known here', '1', '"schemaVersion": 1');
    }
    const several = keys.get('paths');
    if (several === undefined) {
      return [this.path(root, new Map([...keys].filter(([key]) => key !== 'schemaVersion')))];
    }
    this.known(keys, ['schemaVersion', 'paths']);
    const items = this.list(several, 'paths');
    if (items.length === 0) {
      this.refuse(several, 'there is no path', 'at least one path', '"paths": [{"from": ..., "hops": [...]}]');
    }
    return items.map((item) => this.path(item, this.object(item, 'a path')));
  }

  private path(node: Node, keys: ReadonlyMap<string, Node>): FilePath {
    this.known(keys, ['name', 'from', 'hops', 'to', 'devices']);
    const text = (key: string) => {
      const value = keys.get(key);
      return value === undefined ? undefined : this.string(value, key);
    };
    const name = text('name');
    const list = this.required(keys, 'hops', node);
    const hops = this.list(list, 'hops').map((item) => ({ item, hop: this.hop(item) }));
    if (hops.length === 0) {
      invalid({
        code: 'PATH_EMPTY',
        what: `${this.at(list)}the path has no hops: nothing lies between the client and the gateway`,
        allowed: 'at least one network element',
        instead: '"hops": [{"element": "any.internet"}, {"element": "aws.internet-gateway"}]',
      });
    }
    this.refuseContradictions(hops);
    this.refuseOtherClouds(hops);
    this.refuseOpenEnd(hops);
    const devices = keys.get('devices');
    return {
      ...(name === undefined ? {} : { name }),
      from: text('from') ?? 'client',
      hops: hops.map(({ hop }) => hop),
      to: text('to') ?? 'gateway',
      ...(devices === undefined ? {} : { fleet: this.fleet(devices) }),
    };
  }

  private hop(node: Node): FilePath['hops'][number] {
    const keys = this.object(node, 'a hop');
    this.known(keys, ['element', 'condition', 'label', 'mtu']);
    const named = this.required(keys, 'element', node);
    const element = elementNamed(this.string(named, 'element'), { where: this.at(named) });
    const state = keys.get('condition');
    const condition = CONDITIONS.find((one) => one === (state?.value ?? 'unknown'));
    if (condition === undefined) {
      return this.refuse(state ?? node, 'this is no state of a condition', CONDITIONS.join(', '), '"condition": "met"');
    }
    const [label, mtu] = [keys.get('label'), keys.get('mtu')];
    return {
      element,
      condition,
      ...(label === undefined ? {} : { label: this.string(label, 'label') }),
      ...(mtu === undefined ? {} : { mtu: this.bytes(mtu) }),
    };
  }

  private bytes(node: Node): number {
    const bytes: unknown = node.value;
    return typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 68 && bytes <= 65535
      ? bytes
      : this.refuse(
          node,
          'mtu is not a size of packets',
          'a whole number of bytes from 68 to 65535',
          '"mtu": 1492',
          bytes,
        );
  }

  private fleet(node: Node): Fleet {
    const items = this.list(node, 'devices');
    const entries = items.map((item): FleetEntry => {
      const keys = this.object(item, 'a device');
      this.known(keys, ['device', 'count']);
      const device = this.required(keys, 'device', item);
      const count = keys.get('count');
      const id = this.string(device, 'device');
      this.located(device, () => clientDevice(id));
      const entry = { device: id, ...(count === undefined ? {} : { count: count.value }) };
      this.located(count ?? item, () => Fleet.of(entry));
      return entry;
    });
    return this.located(node, () => Fleet.of(...entries));
  }

  /** One place cannot be two things at once; where there really are two, each has a name of its own. */
  private refuseContradictions(hops: readonly { item: Node; hop: FilePath['hops'][number] }[]): void {
    hops.forEach(({ item, hop }, index) => {
      const before = hops[index - 1]?.hop;
      if (
        before !== undefined &&
        contradict(before.element, hop.element) &&
        (before.label ?? hop.label) === undefined
      ) {
        invalid({
          code: 'ELEMENTS_CONTRADICT',
          what: `${this.at(item)}one place translates addresses either one to one or many to one`,
          got: [before.element.id, hop.element.id],
          allowed: 'one of the two, or two routers that have a label each',
          instead: `{"element": "${hop.element.id}", "label": "second router"}`,
        });
      }
    });
  }

  /** Behind the internet, everything belongs to the gateway's cloud. */
  private refuseOtherClouds(hops: readonly { item: Node; hop: FilePath['hops'][number] }[]): void {
    const internet = hops.findLastIndex(({ hop }) => placeOf(hop.element) === 'internet');
    const inCloud = hops
      .slice(internet + 1)
      .filter(({ hop }) => isOfCloud(hop.element) && placeOf(hop.element) !== 'clients');
    const [first] = inCloud;
    const other = inCloud.find(({ hop }) => hop.element.platform !== first?.hop.element.platform);
    if (first !== undefined && other !== undefined) {
      invalid({
        code: 'ELEMENT_OF_OTHER_CLOUD',
        what: `${this.at(other.item)}the way is in ${first.hop.element.platform}, and this is an element of ${other.hop.element.platform}`,
        got: other.hop.element.id,
        allowed: `elements of ${first.hop.element.platform}, and those that belong to no cloud`,
        instead: 'what the other cloud has there before any.internet, on the side of the clients',
      });
    }
  }

  private refuseOpenEnd(hops: readonly { item: Node; hop: FilePath['hops'][number] }[]): void {
    const last = hops.at(-1);
    if (last !== undefined && ['clients', 'internet', 'crossing'].includes(placeOf(last.hop.element) ?? '')) {
      invalid({
        code: 'PATH_WITHOUT_GATEWAY',
        what: `${this.at(last.item)}the path ends at the ${last.hop.element.name}, where no gateway is`,
        got: last.hop.element.id,
        allowed: 'a last hop at which a gateway can be: an address, a filter or a server',
        instead: '{"element": "any.host-filter", "condition": "met"}',
      });
    }
  }

  private parse(): Node {
    this.refuseDepth();
    const errors: ParseError[] = [];
    const root = parseTree(this.text, errors, { disallowComments: true, allowTrailingComma: false });
    const [first] = errors;
    if (first !== undefined || root === undefined) {
      const words =
        first === undefined ? 'nothing' : printParseErrorCode(first.error).replace(/([a-z])([A-Z])/g, '$1 $2');
      return this.refuse(first ?? { offset: 0 }, `the file is no JSON (${words.toLowerCase()})`, 'JSON', FORM);
    }
    return root;
  }

  /** The parser calls itself for each level: what nobody wrote by hand must not use up its stack. */
  private refuseDepth(): void {
    let depth = 0;
    let inText = false;
    for (let offset = 0; offset < this.text.length; offset++) {
      const letter = this.text[offset] ?? '';
      if (inText) {
        offset += letter === '\\' ? 1 : 0;
        inText = letter !== '"';
      } else {
        inText = letter === '"';
        depth += '{['.includes(letter) ? 1 : '}]'.includes(letter) ? -1 : 0;
      }
      if (depth > DEEPEST) {
        this.refuse({ offset }, 'this is nested too deeply', `${DEEPEST} levels`, FORM);
      }
    }
  }

  private object(node: Node, what: string): Map<string, Node> {
    if (node.type !== 'object') {
      return this.refuse(node, `${what} is no object`, 'an object', FORM);
    }
    const keys = new Map<string, Node>();
    for (const { children: [key, value] = [] } of node.children ?? []) {
      if (key === undefined || value === undefined || keys.has(key.value)) {
        return this.refuse(key ?? node, 'this key is here twice', 'each key once', 'one of the two');
      }
      keys.set(key.value, value);
    }
    return keys;
  }

  private known(keys: ReadonlyMap<string, Node>, allowed: readonly string[]): void {
    for (const [key, value] of keys) {
      if (!allowed.includes(key)) {
        const likely = nearest(key, allowed);
        this.refuse(
          value.parent ?? value,
          'there is no such key here',
          allowed.join(', '),
          likely === undefined ? 'one of these' : `"${likely}"`,
          key,
        );
      }
    }
  }

  private required(keys: ReadonlyMap<string, Node>, key: string, node: Node): Node {
    return keys.get(key) ?? this.refuse(node, `"${key}" is missing`, FORM, FORM);
  }

  private list(node: Node, what: string): readonly Node[] {
    return node.type === 'array' ? (node.children ?? []) : this.refuse(node, `${what} is no list`, 'a list', FORM);
  }

  private string(node: Node, what: string): string {
    const text: unknown = node.value;
    // A name stands on one line of the answer.
    return typeof text === 'string' && text !== '' && text.length <= 200 && !/\p{Cc}/u.test(text)
      ? text
      : this.refuse(
          node,
          `${what} is no text of one line`,
          '1 to 200 characters, none of them for control',
          FORM,
          text,
        );
  }

  /** Lets what it refuses say where it stands. */
  private located<T>(node: Node, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!PptpConstructsError.is(error)) {
        throw error;
      }
      return invalid({
        code: error.code,
        what: `${this.at(node)}${error.reasons[0]}`,
        got: node.type === 'string' || node.type === 'number' ? node.value : undefined,
        allowed: 'devices of docs/clients.md, each once, with how many there are of it: a whole number from 1 on',
        instead: asJson(error.alternatives[0] ?? ''),
      });
    }
  }

  private refuse(
    { offset }: Pick<Node, 'offset'>,
    what: string,
    allowed: string,
    instead: string,
    got?: unknown,
  ): never {
    return invalid({
      code: 'PATH_FILE_MALFORMED',
      what: `${this.at({ offset })}${what}`,
      ...(got === undefined ? {} : { got }),
      allowed,
      instead,
    });
  }

  private at({ offset }: Pick<Node, 'offset'>): string {
    const before = this.text.slice(0, offset).split(/\r\n|\r|\n/);
    return `${this.name}, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: `;
  }
}

const FORM = '{"schemaVersion": 1, "from": "client", "hops": [{"element": "any.internet"}, ...], "to": "gateway"}';

function isOfCloud({ platform }: NetworkElement): boolean {
  return platform !== 'any';
}

/** What to write in TypeScript, as it is written in JSON. */
function asJson(code: string): string {
  return code
    .replace(/^Fleet\.of\((.*)\)$/, '"devices": [$1]')
    .replaceAll("'", '"')
    .replace(/(\w+): /g, '"$1": ');
}
