import { invalid } from '../errors';
import { nearest } from '../nearest';
import { comment } from './comment';
import { isFromMemory } from './evidence';
import { EdgePlan, GATEWAY_ADDRESS } from './plan';
import type { EdgeBlock, EdgeDraft, EdgeProduct, EdgePurpose } from './product';
import { EDGE_PRODUCTS } from './products';
import { EDGE_ROLES, type EdgeRole } from './role';
import { checkedSite, type EdgeSite, type EdgeSiteOptions } from './site';

/** A file for a firewall, with a comment before each block that says why it is there. */
export interface EdgeFile {
  /** Its name without folder: `rules.v4`. */
  readonly name: string;
  readonly purpose: EdgePurpose;
  /** The whole file, with the comments. */
  readonly text: string;
  /** The same block by block. */
  readonly blocks: readonly EdgeBlock[];
}

/** What a firewall is to be told, how to take it back, and how to see that it works. */
export interface EdgeConfiguration {
  /** The product's id: `cisco-asa`. */
  readonly product: string;
  readonly role: EdgeRole;
  readonly files: readonly EdgeFile[];
}

/**
 * Renders the configuration of a firewall that lets the plan's flows through, and nothing else: no other packet to the
 * gateway gets in by it, and packets that have nothing to do with the gateway are left to the rules that are there.
 *
 * @param product the product's id; see `EDGE_PRODUCTS`
 * @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` where the product cannot express a flow
 * @throws InvalidInputError `EDGE_PLAN_INVALID`, `EDGE_PRODUCT_UNKNOWN`, `EDGE_TOO_MANY_RANGES`,
 * `EDGE_IP_VERSION_NOT_SUPPORTED`, and those of the site: `EDGE_ROLE_UNKNOWN`, `EDGE_ROLE_NOT_PLAYED`,
 * `EDGE_OPTION_MISSING`, `EDGE_OPTION_UNUSED`, `EDGE_OPTION_INVALID`, `EDGE_INTERFACE_INVALID`
 */
export function renderEdge(plan: EdgePlan, product: string, options: EdgeSiteOptions): EdgeConfiguration {
  if (!(plan instanceof EdgePlan)) {
    invalid({
      code: 'EDGE_PLAN_INVALID',
      what: 'a configuration was asked for without a plan of what to let through',
      got: plan,
      allowed: 'what EdgePlan.from returns',
      instead: "renderEdge(EdgePlan.from({ name: 'plant4', protocols: [PPTP], ... }), 'nftables', { role: 'routed' })",
    });
  }
  const found = edgeProduct(product);
  const site = checkedSite(plan, found, options ?? {});
  checkCapacity(plan, site, found);
  const drafts = found.render({ plan, site });
  return { product: found.id, role: site.role, files: drafts.map((draft) => written(draft, found, plan, site.role)) };
}

/** @throws InvalidInputError `EDGE_PRODUCT_UNKNOWN`, with the nearest known id */
export function edgeProduct(id: string): EdgeProduct {
  const found = EDGE_PRODUCTS.find((product) => product.id === id);
  if (found === undefined) {
    const ids = EDGE_PRODUCTS.map((product) => product.id);
    const meant = typeof id === 'string' ? nearest(id, ids) : undefined;
    invalid({
      code: 'EDGE_PRODUCT_UNKNOWN',
      what: 'no firewall has this id',
      got: id,
      allowed: ids.join(', '),
      instead: `'${meant ?? ids[0]}'`,
    });
  }
  return found;
}

function checkCapacity(plan: EdgePlan, { role, clientNetworks }: EdgeSite, product: EdgeProduct): void {
  const { name, mostRanges = Number.POSITIVE_INFINITY, versions } = product;
  const ranges = role === 'before-clients' ? clientNetworks : plan.clients;
  if (ranges.length > mostRanges) {
    invalid({
      code: 'EDGE_TOO_MANY_RANGES',
      what: `${name} holds fewer client ranges in one object than there are`,
      got: ranges.length,
      allowed: `at most ${mostRanges} ranges`,
      instead: 'ranges that lie side by side as one, or a plan for each part of them',
    });
  }
  if (!versions.includes(plan.version)) {
    invalid({
      code: 'EDGE_IP_VERSION_NOT_SUPPORTED',
      what: `${name} is not rendered for IPv${plan.version} by this library`,
      got: plan.clients.map(({ cidr }) => cidr),
      allowed: versions.map((version) => `IPv${version}`).join(' and '),
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
}

const PURPOSES: Readonly<Record<EdgePurpose, string>> = {
  configuration: 'Lets through',
  removal: 'Takes back what lets through',
  check: 'How to see that it works: what lets through',
};

/**
 * A shell goes on after a line that its firewall refused for want of an address, and what is left of a rule may be wider than
 * the rule. Brackets keep the guard from finding itself, and whoever puts the address in from changing it.
 */
const GUARD: EdgeBlock = {
  text: [
    `if grep -v '^#' "$0" | grep -q '${GATEWAY_ADDRESS.replace('_', '[_]')}'; then`,
    `  echo "put the gateway's address in the place of ${GATEWAY_ADDRESS.split('_').join(' ')} first" >&2`,
    '  exit 1',
    'fi',
  ].join('\n'),
  why: 'Without the address, what is left of a rule could be wider than the rule: nothing is done then.',
  evidence: [
    {
      kind: 'experiment',
      title: 'Scripts run by sh and bash, without the address and with it',
      read: '2026-11',
      certainty: 'high',
    },
  ],
};

function isShell({ firstLine = '' }: EdgeDraft): boolean {
  return /^#!\/bin\/\w*sh$/.test(firstLine);
}

function written(draft: EdgeDraft, product: EdgeProduct, plan: EdgePlan, role: EdgeRole): EdgeFile {
  const { name, purpose, comments, firstLine } = draft;
  const lacksAddress = draft.blocks.some(({ text }) => text.includes(GATEWAY_ADDRESS));
  const blocks = lacksAddress && isShell(draft) ? [GUARD, ...draft.blocks] : draft.blocks;
  const flows = plan.flows.map(({ label }) => label).join(', ');
  const header = [
    `${product.name} as ${EDGE_ROLES[role]}. For ${product.version}.`,
    `${PURPOSES[purpose]} ${plan.protocolNames.join(', ')} of ${plan.name}: ${flows}, to ${plan.gateway}.`,
    ...(lacksAddress ? [`Put the gateway's address in the place of ${GATEWAY_ADDRESS} first.`] : []),
    ...plan.reasons.map((reason) => `Reason given: ${reason}`),
  ].flatMap((text) => comment(text, comments));
  const gap = comments.standsApart ? [''] : [];
  const body = blocks.map((block) =>
    [...comment(`${block.why}${basis(block)}`, comments), ...gap, block.text].join('\n'),
  );
  const text = [[...(firstLine === undefined ? [] : [firstLine]), ...header].join('\n'), ...body].join('\n\n');
  return { name, purpose, text: `${text}\n`, blocks };
}

/** What a reader of the file must know of a block that nobody has seen to work. */
function basis({ evidence }: EdgeBlock): string {
  if (isFromMemory(evidence)) {
    return ' [From memory: no document was read that says it. Try it before you rely on it.]';
  }
  return '';
}
