import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformSync } from '@swc/core';
import type * as Review from 'pptp-constructs/review';

/** A change of one place of the source. */
interface Change {
  /** The file, in lib/review. */
  readonly file: string;
  /** Stands in it exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A bug. */
export interface Mutant extends Change {
  /** What is wrong. */
  readonly bug: string;
  /** What has to be changed besides, where the source is right twice. */
  readonly and?: Change;
}

const FILTER = 'evaluate/filter.ts';
const STATIONS = 'evaluate/stations.ts';
const WORLD = 'evaluate/world.ts';
const SET = 'model/address-set.ts';
const SEMANTICS = 'model/rule-set.ts';
const AWS_FILTERS = 'read/cloudformation/filters.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    bug: 'directions swapped',
    file: STATIONS,
    find: "direction: direction === 'to-gateway' ? 'in' : 'out',\n          protocol",
    replace: "direction: direction === 'to-gateway' ? 'out' : 'in',\n          protocol",
  },
  {
    bug: 'outbound entries of a network ACL read as inbound',
    file: AWS_FILTERS,
    find: "([egress ? 'out' : 'in'] as const)",
    replace: "([egress ? 'in' : 'in'] as const)",
  },
  {
    bug: 'priority ignored: the first rule of the file decides',
    file: WORLD,
    find: "set.semantics.decides === 'any-allow' ? set.rules",
    replace: 'true ? set.rules',
  },
  {
    bug: 'the highest number first',
    file: WORLD,
    find: 'return first < second ? -1 : 1;',
    replace: 'return first < second ? 1 : -1;',
  },
  {
    bug: 'allow before deny among equals',
    file: WORLD,
    find: "Number(a.action !== 'deny') - Number(b.action !== 'deny')",
    replace: "Number(a.action === 'deny') - Number(b.action === 'deny')",
  },
  {
    bug: 'deny before allow ignored: the order of the file among equals',
    file: WORLD,
    find: "const denyFirst = set.semantics.decides === 'deny-before-allow';",
    replace: 'const denyFirst = false;',
  },
  {
    bug: 'a deny wins whatever its number',
    file: WORLD,
    find: 'if (first !== second) {',
    replace: 'if (first !== second && !denyFirst) {',
  },
  {
    bug: 'a rule without ports taken for one for all ports of every protocol',
    file: FILTER,
    find: "if (rule.protocol !== 'any' && rule.protocol !== protocol) {",
    replace: "if (rule.protocol !== 'any' && rule.protocol !== protocol && rule.protocol !== 47) {",
    and: {
      file: WORLD,
      find: '|| rule.protocol === protocol);',
      replace: '|| rule.protocol === protocol || rule.protocol === 47);',
    },
  },
  {
    bug: 'a rule for every protocol fits only those with ports',
    file: FILTER,
    find: "return rule.ports === 'any' || ports === undefined ? 'yes'",
    replace:
      "return ports === undefined && rule.protocol === 'any' ? 'no' : rule.ports === 'any' || ports === undefined ? 'yes'",
  },
  {
    bug: 'ports ignored',
    file: FILTER,
    find: 'range.from <= from && to <= range.to',
    replace: 'true',
  },
  {
    bug: 'ports that a protocol without ports is written with are compared',
    file: 'read/cloudformation/ports.ts',
    find: "if (typeof protocol !== 'number' || !HAS_PORTS.has(protocol)) {",
    replace: "if (typeof protocol !== 'number') {",
    and: {
      file: FILTER,
      find: "return rule.ports === 'any' || ports === undefined ? 'yes' : covers(rule.ports, ports);",
      replace: "return rule.ports === 'any' ? 'yes' : covers(rule.ports, ports ?? { from: 0, to: 0 });",
    },
  },
  {
    bug: 'the last port of a range left out',
    file: FILTER,
    find: 'range.from <= from && to <= range.to',
    replace: 'range.from <= from && to < range.to',
  },
  {
    bug: 'the first port of a range left out',
    file: FILTER,
    find: 'range.from <= from && to <= range.to',
    replace: 'range.from < from && to <= range.to',
  },
  {
    bug: 'a port behind a range counted in',
    file: FILTER,
    find: 'range.from <= from && to <= range.to',
    replace: 'range.from <= from && to <= range.to + 1',
  },
  {
    bug: 'one port of the answers is enough',
    file: FILTER,
    find: 'SEVERITY[other.decision.action] > SEVERITY[one.decision.action]',
    replace: 'SEVERITY[other.decision.action] < SEVERITY[one.decision.action]',
  },
  {
    bug: 'answers go to ports from 32768 only',
    file: STATIONS,
    find: '{ from: 1024, to: 65535 }',
    replace: '{ from: 32768, to: 65535 }',
  },
  {
    bug: 'answers of IKE to port 500 forgotten',
    file: STATIONS,
    find: 'flow.protocol === 17 && flow.port < 1024',
    replace: 'flow.protocol === 0',
  },
  {
    bug: 'ranges of answers split one port too early',
    file: FILTER,
    find: 'starts.add(from).add(to + 1);',
    replace: 'starts.add(from).add(to);',
  },
  {
    bug: 'ports at the source ignored',
    file: FILTER,
    find: "if (sourcePorts === 'any' || asked === undefined) {",
    replace: 'if (true) {',
  },
  {
    bug: 'every /0 forgotten',
    file: 'model/address.ts',
    find: 'if (length < 0) {',
    replace: 'if (length <= 0) {',
  },
  {
    bug: 'a prefix one bit too long',
    file: 'model/address.ts',
    find: 'const size = 2 ** (32 - length);',
    replace: 'const size = 2 ** Math.max(0, 31 - length);',
  },
  {
    bug: 'the last address of a range left out',
    file: 'model/address.ts',
    find: 'return { version, first, last: first + size - 1 };',
    replace: 'return { version, first, last: first + Math.max(1, size - 1) - 1 };',
  },
  {
    bug: 'IPv6 masks read from the wrong end',
    file: 'model/address.ts',
    find: 'const host = (1n << BigInt(128 - length)) - 1n;',
    replace: 'const host = (1n << BigInt(length)) - 1n;',
  },
  {
    bug: 'rules of one IP version fit the other: lone ranges',
    file: WORLD,
    find: 'return peer.version === version ? { certain: rule.peers as AddressSet, perhaps: [] } : NOBODY;',
    replace:
      'return { certain: peer.version === version ? rule.peers as AddressSet : [everyAddress(version)], perhaps: [] };',
  },
  {
    bug: 'rules of one IP version fit the other: lists of ranges',
    file: WORLD,
    find: 'return peer.version === version ? { certain: [peer], perhaps: [] } : NOBODY;',
    replace: 'return { certain: [peer.version === version ? peer : everyAddress(version)], perhaps: [] };',
  },
  {
    bug: 'of several ranges the first only',
    file: WORLD,
    find: 'joined(rule.peers.map((peer)',
    replace: 'joined(rule.peers.slice(0, 1).map((peer)',
  },
  {
    bug: 'stateful taken for stateless',
    file: STATIONS,
    find: "if (direction === 'to-client' && keepsState",
    replace: "if (direction === 'to-client' && !keepsState && keepsState",
  },
  {
    bug: 'stateless taken for stateful',
    file: SEMANTICS,
    find: "decides: 'first-match',\n  stateful: false,",
    replace: "decides: 'first-match',\n  stateful: true,",
  },
  {
    bug: 'what the gateway sends first taken for answers',
    file: STATIONS,
    find: 'keepsState && !flow.startsAtEitherEnd',
    replace: 'keepsState',
  },
  {
    bug: 'what no rule allows passes a security group',
    file: SEMANTICS,
    find: "decides: 'any-allow',\n  stateful: true,\n  otherwise: { in: 'deny', out: 'deny' },",
    replace: "decides: 'any-allow',\n  stateful: true,\n  otherwise: { in: 'allow', out: 'deny' },",
  },
  {
    bug: 'what no rule fits leaves a VPC of Google never',
    file: SEMANTICS,
    find: "decides: 'deny-before-allow',\n  stateful: true,\n  otherwise: { in: 'deny', out: 'allow' },",
    replace: "decides: 'deny-before-allow',\n  stateful: true,\n  otherwise: { in: 'deny', out: 'deny' },",
  },
  {
    bug: 'of several security groups the first only',
    file: FILTER,
    find: 'for (const set of sets) {\n    for (const rule of world.rulesFor(set, direction, packets.protocol, isVpn)) {',
    replace:
      'for (const set of sets.slice(0, 1)) {\n    for (const rule of world.rulesFor(set, direction, packets.protocol, isVpn)) {',
  },
  {
    bug: 'each of several security groups must allow',
    file: FILTER,
    find: 'for (const set of sets) {\n    for (const rule of world.rulesFor(set, direction, packets.protocol, isVpn)) {',
    replace:
      'if (sets.length > 1) {\n    return sets.map((set) => decideAt([set], packets, ports, world)).reduce((a, b) => worse(a, b, { from: 0, to: 0 }));\n  }\n  for (const set of sets) {\n    for (const rule of world.rulesFor(set, direction, packets.protocol, isVpn)) {',
  },
  {
    bug: 'a deny rule taken for an allow rule',
    file: AWS_FILTERS,
    find: "action: action === 'deny' ? 'deny' : 'allow',",
    replace: "action: 'allow',",
  },
  {
    bug: 'unknown counted as allowed',
    file: STATIONS,
    find: "unknown: 'unknown',",
    replace: "unknown: 'passes',",
  },
  {
    bug: 'unknown counted as denied',
    file: STATIONS,
    find: "unknown: 'unknown',",
    replace: "unknown: 'drops',",
  },
  {
    bug: 'a rule that may not exist counted as there',
    file: FILTER,
    find: "fit === 'unknown' || rule.condition !== undefined",
    replace: "fit === 'unknown'",
  },
  {
    bug: 'a range that is not known counted as nobody',
    file: WORLD,
    find: 'if (isUnknown(peer)) {\n      return { certain: [], perhaps: [everyAddress(version)] };',
    replace: 'if (isUnknown(peer)) {\n      return NOBODY;',
  },
  {
    bug: 'a protocol that is not known fits none',
    file: FILTER,
    find: "if (isUnknown(rule.protocol)) {\n    return 'unknown';",
    replace: "if (isUnknown(rule.protocol)) {\n    return 'no';",
  },
  {
    bug: 'a later rule decides again about what an earlier one decided',
    file: FILTER,
    find: 'left.take(certain)',
    replace: 'left.of(certain)',
  },
  {
    bug: 'one address lost where a range is split',
    file: SET,
    find: '{ version: own.version, first: next(last), last: own.last }',
    replace: '{ version: own.version, first: next(next(last)), last: own.last }',
  },
  {
    bug: 'the verdict of the last hop counts',
    file: 'evaluate/hop.ts',
    find: "return a === 'drops' || b === 'drops' ? 'drops'",
    replace: "return b === 'drops' ? 'drops'",
  },
];

const LIB = path.join(__dirname, '..', '..', '..', 'lib');
const REVIEW = path.join(LIB, 'review');

/** The library's review with a bug in it; everything outside lib/review is the library's own. */
export function reviewWith(mutant: Mutant): typeof Review {
  const changes = mutant.and === undefined ? [mutant] : [mutant, mutant.and];
  const changed = new Map<string, string>();
  for (const { file, find, replace } of changes) {
    const name = path.join(REVIEW, file);
    const parts = (changed.get(name) ?? fs.readFileSync(name, 'utf8')).split(find);
    if (parts.length !== 2) {
      throw new Error(`${mutant.bug}: its place is ${parts.length - 1} times in ${file}; name it anew`);
    }
    changed.set(name, parts.join(replace));
  }
  const modules = new Map<string, { exports: unknown }>();
  const load = (name: string): unknown => {
    if (!name.startsWith(REVIEW)) {
      return require(name);
    }
    const known = modules.get(name);
    if (known !== undefined) {
      return known.exports;
    }
    const module = { exports: {} };
    modules.set(name, module);
    const text = changed.get(name);
    const code = text === undefined ? original(name) : compiled(text, name);
    const requires = (request: string) =>
      request.startsWith('.') ? load(resolved(path.resolve(path.dirname(name), request))) : require(request);
    new Function('exports', 'require', 'module', code)(module.exports, requires, module);
    return module.exports;
  };
  return load(path.join(REVIEW, 'index.ts')) as typeof Review;
}

const ORIGINALS = new Map<string, string>();

function original(name: string): string {
  let code = ORIGINALS.get(name);
  if (code === undefined) {
    code = compiled(fs.readFileSync(name, 'utf8'), name);
    ORIGINALS.set(name, code);
  }
  return code;
}

function compiled(text: string, filename: string): string {
  return transformSync(text, {
    filename,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    swcrc: false,
  }).code;
}

function resolved(name: string): string {
  return fs.existsSync(`${name}.ts`) ? `${name}.ts` : path.join(name, 'index.ts');
}
