import type { EdgeProduct } from '../product';
import { CISCO_ASA } from './cisco-asa';
import { CISCO_IOS } from './cisco-ios';
import { FORTIGATE } from './fortigate';
import { HOME_ROUTER } from './home-router';
import { IPTABLES } from './iptables';
import { JUNIPER_SRX } from './juniper-srx';
import { MIKROTIK } from './mikrotik';
import { NFTABLES } from './nftables';
import { OPENBSD_PF } from './openbsd-pf';
import { OPENWRT } from './openwrt';
import { PALO_ALTO } from './palo-alto';
import { VYOS } from './vyos';
import { WINDOWS_RRAS } from './windows-rras';

/** Every firewall that a configuration can be rendered for, in the order of the documentation. */
export const EDGE_PRODUCTS: readonly EdgeProduct[] = [
  NFTABLES,
  IPTABLES,
  OPENBSD_PF,
  CISCO_ASA,
  CISCO_IOS,
  PALO_ALTO,
  FORTIGATE,
  JUNIPER_SRX,
  MIKROTIK,
  OPENWRT,
  VYOS,
  WINDOWS_RRAS,
  HOME_ROUTER,
];
