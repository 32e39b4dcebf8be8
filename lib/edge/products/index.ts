import type { EdgeProduct } from '../product';

/** Every firewall that a configuration can be rendered for, in the order of the documentation. */
export const EDGE_PRODUCTS: readonly EdgeProduct[] = [];
