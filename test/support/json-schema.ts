// As much of JSON Schema as the schemas of this project use; a keyword beyond that is an error, not passed over.

type Schema = Readonly<Record<string, unknown>>;

/** What in `value` breaks the schema, as `path: what`; empty where nothing does. */
export function breaches(value: unknown, root: Schema, schema: Schema = root, at = '$'): string[] {
  return Object.entries(schema as Readonly<Record<string, never>>).flatMap(([keyword, rule]) => {
    const own = KEYWORDS[keyword];
    if (own === undefined) throw new Error(`${at}: keyword ${keyword}`);
    return own(value, rule, { root, schema, at });
  });
}

interface Place {
  readonly root: Schema;
  readonly schema: Schema;
  readonly at: string;
}

const nothing = () => [];
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const unless = (isRight: boolean, { at }: Place, what: string) => (isRight ? [] : [`${at}: ${what}`]);

const KEYWORDS: Readonly<Record<string, (value: unknown, rule: never, place: Place) => string[]>> = {
  $schema: nothing,
  $defs: nothing,
  title: nothing,
  description: nothing,
  $ref: (value, rule: string, { root, at }) => {
    const target = (root.$defs as Record<string, Schema>)[rule.replace('#/$defs/', '')];
    if (target === undefined) throw new Error(`${at}: no ${rule}`);
    return breaches(value, root, target, at);
  },
  oneOf: (value, rule: readonly Schema[], place) => {
    const fits = rule.filter((one) => breaches(value, place.root, one, place.at).length === 0);
    const reasons = rule.flatMap((one) => breaches(value, place.root, one, place.at));
    return fits.length === 1 ? [] : [`${place.at}: fits ${fits.length} of oneOf`, ...reasons];
  },
  enum: (value, rule: readonly unknown[], place) => unless(rule.includes(value), place, `${value} is none of ${rule}`),
  const: (value, rule: unknown, place) => unless(value === rule, place, `${value} is not ${rule}`),
  type: (value, rule: string, place) => {
    const is: Record<string, boolean> = {
      object: isObject(value),
      array: Array.isArray(value),
      string: typeof value === 'string',
      integer: Number.isInteger(value),
      boolean: typeof value === 'boolean',
    };
    if (is[rule] === undefined) throw new Error(`${place.at}: type ${rule}`);
    return unless(is[rule], place, `is no ${rule}`);
  },
  required: (value, rule: readonly string[], place) =>
    isObject(value) ? rule.flatMap((key) => unless(Object.hasOwn(value, key), place, `${key} is missing`)) : [],
  properties: (value, rule: Readonly<Record<string, Schema>>, { root, at }) =>
    isObject(value)
      ? Object.entries(rule).flatMap(([key, one]) =>
          Object.hasOwn(value, key) ? breaches(value[key], root, one, `${at}.${key}`) : [],
        )
      : [],
  additionalProperties: (value, rule: boolean, place) => {
    if (rule !== false) throw new Error(`${place.at}: additionalProperties other than false`);
    const known = Object.keys((place.schema.properties as object | undefined) ?? {});
    return isObject(value)
      ? Object.keys(value).flatMap((key) => unless(known.includes(key), place, `${key} is not described`))
      : [];
  },
  items: (value, rule: Schema, { root, at }) =>
    Array.isArray(value) ? value.flatMap((item, index) => breaches(item, root, rule, `${at}[${index}]`)) : [],
  minItems: (value, rule: number, place) =>
    Array.isArray(value) ? unless(value.length >= rule, place, `has less than ${rule}`) : [],
  minLength: (value, rule: number, place) =>
    typeof value === 'string' ? unless(value.length >= rule, place, 'is too short') : [],
  minimum: (value, rule: number, place) =>
    typeof value === 'number' ? unless(value >= rule, place, `is less than ${rule}`) : [],
  pattern: (value, rule: string, place) =>
    typeof value === 'string' ? unless(new RegExp(rule).test(value), place, `is not like ${rule}`) : [],
};
