/** A name as Terraform writes it: `sourceIps` becomes `source_ips`. */
type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** A rule with its attributes as Terraform writes them. */
export type Terraform<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Name in keyof Value as Name extends string ? SnakeCase<Name> : Name]: Terraform<Value[Name]> }
    : Value;

/**
 * A rule with its attributes as Terraform writes them, for bindings and templates that do not use camelCase:
 * `{ sourceIps: [...] }` becomes `{ source_ips: [...] }`, nested blocks included.
 */
export function terraform<Rule extends object>(rule: Rule): Terraform<Rule> {
  return Object.fromEntries(
    Object.entries(rule).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === 'object' && value !== null && !Array.isArray(value) ? terraform(value) : value,
    ]),
  ) as Terraform<Rule>;
}
