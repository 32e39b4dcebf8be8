import type { EdgeProduct } from '../product';
import { CHECK_POINT } from './check-point';
import { CISCO_ASA } from './cisco-asa';
import { CISCO_IOS } from './cisco-ios';
import { EDGEOS } from './edgeos';
import { FIREWALLD } from './firewalld';
import { FORTIGATE } from './fortigate';
import { FREEBSD_IPFW } from './freebsd-ipfw';
import { HOME_ROUTER } from './home-router';
import { IPTABLES } from './iptables';
import { JUNIPER_SRX } from './juniper-srx';
import { MIKROTIK } from './mikrotik';
import { NFTABLES } from './nftables';
import { OPENBSD_PF } from './openbsd-pf';
import { OPENWRT } from './openwrt';
import { PALO_ALTO } from './palo-alto';
import { PFSENSE } from './pfsense';
import { SONICWALL } from './sonicwall';
import { UNIFI } from './unifi';
import { VYOS } from './vyos';
import { WINDOWS_RRAS } from './windows-rras';

/** Every firewall that a configuration can be rendered for, in the order of the documentation. */
export const EDGE_PRODUCTS: readonly EdgeProduct[] = [
  NFTABLES,
  IPTABLES,
  FIREWALLD,
  OPENBSD_PF,
  PFSENSE,
  FREEBSD_IPFW,
  CISCO_ASA,
  CISCO_IOS,
  PALO_ALTO,
  FORTIGATE,
  JUNIPER_SRX,
  CHECK_POINT,
  SONICWALL,
  MIKROTIK,
  OPENWRT,
  VYOS,
  EDGEOS,
  UNIFI,
  WINDOWS_RRAS,
  HOME_ROUTER,
];
