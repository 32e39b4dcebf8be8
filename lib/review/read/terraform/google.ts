import * as balancers from './google-balancers';
import * as filters from './google-filters';
import * as machines from './google-machines';
import * as networks from './google-networks';
import type { Reading, Steps } from './reader';

/** What is read of Google Cloud, in steps: each step may look up what the steps before it have read. */
export const GOOGLE_STEPS: Steps = [
  {
    google_compute_network: networks.network,
    google_compute_address: networks.address,
    google_compute_global_address: networks.address,
    google_compute_network_firewall_policy: filters.policy,
    google_compute_region_network_firewall_policy: filters.policy,
    google_compute_network_firewall_policy_with_rules: filters.policy,
  },
  {
    google_compute_subnetwork: networks.subnetwork,
    google_compute_firewall: filters.firewall,
    google_compute_network_firewall_policy_rule: filters.policyRule,
    google_compute_region_network_firewall_policy_rule: filters.policyRule,
    google_compute_network_firewall_policy_association: filters.policyAssociation,
    google_compute_region_network_firewall_policy_association: filters.policyAssociation,
  },
  {
    google_compute_router_nat: networks.routerNat,
  },
  {
    google_compute_instance: machines.instance,
    google_compute_instance_group_manager: machines.groupManager,
    google_compute_region_instance_group_manager: machines.groupManager,
  },
  {
    google_compute_route: networks.route,
    google_compute_forwarding_rule: balancers.forwardingRule,
    google_compute_global_forwarding_rule: balancers.forwardingRule,
  },
];

/** What every network has without a resource: its implied rules, its default route. */
export function finishGoogle(reading: Reading): void {
  filters.impliedRules(reading);
  filters.chains(reading);
  machines.reasons(reading);
}
