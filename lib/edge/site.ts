import { invalid } from '../errors';
import { broadestOf, IpRange } from '../flows';
import { canonical, type EdgePlan, isHostAddress } from './plan';
import type { EdgeProduct, InterfaceNames } from './product';
import { EDGE_ROLES, type EdgeRole, type Publication } from './role';

/** Where a firewall stands, and what its network is called there. */
export interface EdgeSiteOptions {
  readonly role: EdgeRole;
  /**
   * The networks behind the firewall in which the clients are, in CIDR notation. Needed with `before-clients`, and only
   * there.
   */
  readonly clientNetworks?: readonly string[];
  /** The gateway's own address behind the firewall. Needed with `before-gateway`, and only there. */
  readonly innerAddress?: string;
  /**
   * How the gateway is published; with `before-gateway` only.
   *
   * @default 'ports'
   */
  readonly publication?: Publication;
  /**
   * From where the machine may be administered over SSH (TCP 22); with `gateway-host` only, where everything else that is
   * sent to the machine is dropped.
   *
   * @default - from nowhere: keep a console
   */
  readonly management?: readonly string[];
  /** The interface or zone towards the gateway's network, or the clients'. @default - the product's usual name */
  readonly inside?: string;
  /** The interface or zone towards the internet. @default - the product's usual name */
  readonly outside?: string;
}

/** The same, checked for one plan and one product. */
export interface EdgeSite {
  readonly role: EdgeRole;
  /** Of `before-clients`; empty elsewhere. */
  readonly clientNetworks: readonly IpRange[];
  /** The address that the gateway has where the firewall forwards to it: behind a translation, its own. */
  readonly innerAddress: string;
  readonly publication: Publication;
  readonly management: readonly IpRange[];
  readonly inside: string;
  readonly outside: string;
}

/**
 * @throws InvalidInputError `EDGE_ROLE_UNKNOWN`, `EDGE_ROLE_NOT_PLAYED`, `EDGE_OPTION_MISSING`, `EDGE_OPTION_UNUSED`,
 * `EDGE_OPTION_INVALID`, `EDGE_INTERFACE_INVALID`, and those of `IpRange.parse`
 */
export function checkedSite(plan: EdgePlan, product: EdgeProduct, options: EdgeSiteOptions): EdgeSite {
  const { role, clientNetworks, innerAddress, publication, management } = options;
  checkRole(product, role);
  need('clientNetworks', clientNetworks, role === 'before-clients', role, "clientNetworks: ['192.168.1.0/24']");
  need('innerAddress', innerAddress, role === 'before-gateway', role, example(plan));
  refuseUnused('publication', publication, role === 'before-gateway', role);
  refuseUnused('management', management, role === 'gateway-host', role);
  if (innerAddress !== undefined && !isHostAddress(innerAddress, plan.version)) {
    refuseOption('innerAddress', innerAddress, `one IPv${plan.version} address`, example(plan));
  }
  if (publication !== undefined && publication !== 'one-to-one' && publication !== 'ports') {
    refuseOption('publication', publication, "'ports' or 'one-to-one'", "publication: 'ports'");
  }
  return {
    role,
    clientNetworks: ranges('clientNetworks', clientNetworks, plan),
    innerAddress: innerAddress === undefined ? plan.gateway : canonical(innerAddress, plan.version),
    publication: publication ?? 'ports',
    management: ranges('management', management, plan),
    inside: interfaceName(product, 'inside', options),
    outside: interfaceName(product, 'outside', options),
  };
}

function example({ version }: EdgePlan): string {
  return version === 4 ? "innerAddress: '192.0.2.10'" : "innerAddress: '2001:db8::10'";
}

function checkRole(product: EdgeProduct, role: EdgeRole): void {
  const known = Object.keys(EDGE_ROLES);
  if (!known.includes(role)) {
    invalid({
      code: 'EDGE_ROLE_UNKNOWN',
      what: 'role is none that a firewall plays on the way to a gateway',
      got: role,
      allowed: known.map((one) => `'${one}'`).join(', '),
      instead: "role: 'before-gateway'",
    });
  }
  const played = Object.keys(product.roles);
  if (!played.includes(role)) {
    invalid({
      code: 'EDGE_ROLE_NOT_PLAYED',
      what: `${product.name} cannot be ${EDGE_ROLES[role]}${because(product, role)}`,
      got: role,
      allowed: played.map((one) => `'${one}'`).join(', '),
      instead: `role: '${played[0]}'`,
    });
  }
}

function because({ notPlayed = {} }: EdgeProduct, role: EdgeRole): string {
  return notPlayed[role] === undefined ? '' : `: ${notPlayed[role]}`;
}

function need(option: string, value: unknown, isNeeded: boolean, role: EdgeRole, instead: string): void {
  refuseUnused(option, value, isNeeded, role);
  if (isNeeded && (value === undefined || (Array.isArray(value) && value.length === 0))) {
    invalid({
      code: 'EDGE_OPTION_MISSING',
      what: `${option} is missing, and the role ${role} cannot be played without it`,
      got: value,
      allowed: option === 'innerAddress' ? 'the address of the gateway behind the firewall' : 'ranges in CIDR notation',
      instead,
    });
  }
}

/** An option that a role has no use for stands for something that the user expects and would not get. */
function refuseUnused(option: string, value: unknown, isUsed: boolean, role: EdgeRole): void {
  if (!isUsed && value !== undefined) {
    invalid({
      code: 'EDGE_OPTION_UNUSED',
      what: `${option} means nothing in the role ${role}`,
      got: value,
      allowed: `no ${option} in this role`,
      instead: `{ role: '${role}' }`,
    });
  }
}

function ranges(option: string, texts: readonly string[] = [], { version }: EdgePlan): readonly IpRange[] {
  if (!Array.isArray(texts)) {
    refuseOption(option, texts, 'a list of ranges in CIDR notation', `${option}: ['192.168.1.0/24']`);
  }
  const parsed = texts.map((text) => IpRange.parse(text, option));
  const stranger = parsed.find((range) => range.version !== version || range.isEverything);
  if (stranger !== undefined) {
    refuseOption(option, stranger.cidr, `IPv${version} ranges, and not every address`, `${option}: ['192.168.1.0/24']`);
  }
  return broadestOf(parsed);
}

function interfaceName(
  { name, interfaces }: EdgeProduct,
  side: keyof InterfaceNames,
  options: EdgeSiteOptions,
): string {
  const written = options[side];
  const named = interfaces?.named?.[options.role] ?? ['inside', 'outside'];
  if (interfaces === undefined || !named.includes(side)) {
    if (written !== undefined) {
      const hasNone = interfaces === undefined;
      invalid({
        code: 'EDGE_OPTION_UNUSED',
        what: `${side} means nothing to ${name}${
          hasNone
            ? ', whose configuration names no interfaces'
            : ` in the role ${options.role}: its configuration does not name it`
        }`,
        got: written,
        allowed: `no ${side} ${hasNone ? 'with this product' : 'in this role'}`,
        instead: `{ role: '${options.role}' }`,
      });
    }
    return '';
  }
  const { pattern, allowed } = interfaces;
  const usual = interfaces.usual[side];
  if (written !== undefined && (typeof written !== 'string' || !pattern.test(written))) {
    invalid({
      code: 'EDGE_INTERFACE_INVALID',
      what: `${side} is no name of an interface or zone that ${name} takes`,
      got: written,
      allowed,
      instead: `${side}: '${usual}'`,
    });
  }
  return written ?? usual;
}

function refuseOption(option: string, got: unknown, allowed: string, instead: string): never {
  return invalid({
    code: 'EDGE_OPTION_INVALID',
    what: `${option} is not what this role can use`,
    got,
    allowed,
    instead,
  });
}
