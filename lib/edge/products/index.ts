import type { EdgeProduct } from '../product';
import { CISCO_ASA } from './cisco-asa';
import { FORTIGATE } from './fortigate';
import { IPTABLES } from './iptables';
import { JUNIPER_SRX } from './juniper-srx';
import { MIKROTIK } from './mikrotik';
import { NFTABLES } from './nftables';
import { OPENWRT } from './openwrt';

/** Every firewall that a configuration can be rendered for, in the order of the documentation. */
export const EDGE_PRODUCTS: readonly EdgeProduct[] = [
  NFTABLES,
  IPTABLES,
  CISCO_ASA,
  FORTIGATE,
  JUNIPER_SRX,
  MIKROTIK,
  OPENWRT,
];
