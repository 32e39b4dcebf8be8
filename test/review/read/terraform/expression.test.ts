// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { Unknown } from 'pptp-constructs/review';
import { evaluateText, type Names, stepInto } from '../../../../lib/review/read/terraform/expression';

const VALUES: Readonly<Record<string, unknown>> = {
  var: { ranges: ['203.0.113.0/24', '198.51.100.0/24'], name: 'plant4', map: { a: { b: 1 } }, yes: true },
  open: new Unknown('it is known at deployment'),
};

const names: Names = {
  plain: (value) => value,
  lookUp: ([root, ...rest]) => stepInto(VALUES[String(root)] ?? new Unknown(`no ${String(root)}`), rest, names),
};

const value = (text: string, lenient = false) => {
  const found = evaluateText(text, names, 0, lenient);
  return found instanceof Unknown ? `unknown: ${found.why}` : found;
};

describe('a text of Terraform', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['${var.name}', 'plant4'],
    ['${var.ranges}', ['203.0.113.0/24', '198.51.100.0/24']],
    ['a-${var.name}-b', 'a-plant4-b'],
    ['$${var.name}', '${var.name}'],
    ['${var.ranges[1]}', '198.51.100.0/24'],
    ['${var.ranges.1}', '198.51.100.0/24'],
    ['${var.map["a"].b}', 1],
    ['${var["name"]}', 'plant4'],
    ['${var.ranges[*]}', ['203.0.113.0/24', '198.51.100.0/24']],
    ['${"in ${var.name}"}', 'in plant4'],
    ['${"a\\"b\\n"}', 'a"b\n'],
    ['${var.yes ? "y" : "n"}', 'y'],
    ['${!var.yes ? "y" : "n"}', 'n'],
    ['${1 + 2 * 3}', 7],
    ['${-1 + 2}', 1],
    ['${var.name == "plant4" && 2 > 1}', true],
    ['${[1, "a", var.name]}', [1, 'a', 'plant4']],
    ['${{a = 1, "b" = var.name}}', { a: 1, b: 'plant4' }],
    ['${concat(var.ranges, ["10.0.0.0/8"])}', ['203.0.113.0/24', '198.51.100.0/24', '10.0.0.0/8']],
    ['${join(",", var.ranges)}', '203.0.113.0/24,198.51.100.0/24'],
    ['${split("/", "a/b")[1]}', 'b'],
    ['${base64encode("x ${var.name}")}', 'eCBwbGFudDQ='],
    ['${cidrsubnet("10.40.0.0/16", 8, 2)}', '10.40.2.0/24'],
    ['${cidrhost("10.40.0.0/16", 4)}', '10.40.0.4'],
    ['${element(var.ranges, 3)}', '198.51.100.0/24'],
    ['${tolist(toset(["a", "a"]))}', ['a']],
    ['${lookup(var.map, "c", "none")}', 'none'],
    ['${format("%s-%d", var.name, 3)}', 'plant4-3'],
    ['${length(var.ranges)}', 2],
    ['${try(open.x, "else")}', 'else'],
  ])('%s gives %j', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test.each([
    ['${open.id}', 'unknown: it is known at deployment'],
    ['a ${open.id}', 'unknown: it is known at deployment'],
    ['${concat(["a"], open)}', 'unknown: it is known at deployment'],
    ['${open ? 1 : 2}', 'unknown: it is known at deployment'],
    ['${filesha256("x")}', 'unknown: filesha256() is not worked out'],
    ['${constructor("x")}', 'unknown: constructor() is not worked out'],
    ['${[for r in var.ranges : "${r}]"]}', 'unknown: a for expression is not worked out'],
    ['${{for k, v in var.map : k => v}}', 'unknown: a for expression is not worked out'],
    ['%{ if true }x%{ endif }', 'unknown: a directive in a text is worked out at deployment'],
    ['${var.map.c}', 'unknown: there is no c in the value'],
    ['${var.name', 'unknown: the expression "${var.name" is not understood'],
    ['${var.}', 'unknown: the expression "${var.}" is not understood'],
    ['${cidrsubnet("fd00::/48", 16, 2)}', 'unknown: cidrsubnet() is worked out for IPv4 only'],
  ])('%s is not known, and says why', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test('keeps what is known of a script, where it is asked to', () => {
    expect(value('vault ${open.uri}\nsecret ${var.name}', true)).toBe('vault ${...}\nsecret plant4');
  });

  test('of brackets in brackets in brackets ends, and is not understood', () => {
    expect(value(`\${${'('.repeat(50_000)}1${')'.repeat(50_000)}}`)).toMatch(/^unknown: the expression/);
    expect(value(`\${${'!'.repeat(50_000)}true}`)).toMatch(/^unknown: the expression/);
    expect(value('${"'.repeat(2_000))).toMatch(/^unknown: the expression/);
  });
});
