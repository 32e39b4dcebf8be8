import { Origin } from '../../model';
import type { Format } from '../format';
import { isRecord, recordOf } from '../values';
import { AWS_STEPS, finishAws } from './aws';
import { AZURE_STEPS, finishAzure } from './azure';
import { Configuration } from './configuration';
import { finishGoogle, GOOGLE_STEPS } from './google';
import { Plan } from './plan';
import { type Reading, type Steps, unread } from './reader';
import { cloudOf, Resources } from './resource';

const isPlan = (data: unknown) =>
  isRecord(data) && typeof data.format_version === 'string' && (isRecord(data.planned_values) || isRecord(data.values));

/** What a configuration in JSON may have at its top. */
const TOP = new Set([
  ...['//', 'check', 'data', 'ephemeral', 'import', 'locals', 'module', 'moved', 'output', 'provider'],
  ...['removed', 'resource', 'terraform', 'variable'],
]);

const isConfiguration = (data: unknown) =>
  isRecord(data) &&
  Object.keys(data).every((key) => TOP.has(key)) &&
  ['resource', 'data', 'module', 'terraform'].some((key) => isRecord(data[key]));

/** Configurations in Terraform's JSON syntax, and plans and states as `terraform show -json` writes them. */
export const TERRAFORM: Format = {
  id: 'terraform',
  title: 'Terraform JSON (cdk.tf.json, or what terraform show -json writes)',
  recognises: (data) => isPlan(data) || isConfiguration(data),
  read: (inputs, estate, { parameters }) => {
    const resources = new Resources();
    const others = new Map<string, Configuration>();
    for (const { document, scope } of inputs) {
      estate.documents.push(document);
      if (isPlan(document.data)) {
        new Plan({ document, scope, resources });
      } else {
        const settings = { document, scope, others, resources };
        others.set(scope, new Configuration(parameters === undefined ? settings : { ...settings, parameters }));
        for (const name of Object.keys(recordOf(recordOf(document.data).module))) {
          estate.unread.push({
            origin: Origin.of(document).at('module').at(name),
            type: 'module',
            why: `what module ${name} makes is in a plan only`,
          });
        }
      }
    }
    const reading: Reading = { estate, resources, targets: new Map() };
    for (const steps of [AZURE_STEPS, GOOGLE_STEPS, AWS_STEPS]) {
      readAll(steps, reading);
    }
    finishAzure(reading);
    finishGoogle(reading);
    finishAws(reading);
    notRead(reading);
  },
};

function readAll(steps: Steps, reading: Reading): void {
  for (const step of steps) {
    for (const [type, read] of Object.entries(step)) {
      for (const resource of reading.resources.ofType(type)) {
        read(resource, reading);
      }
    }
  }
}

/** Families of which each type may decide about packets. */
const DECIDES =
  /^(google_compute_|google_network_|google_vpc_access|azurerm_(network|virtual_|subnet|lb|nat_|route|firewall|public_ip|application_gateway|bastion|express_route|vpn_|private_|point_to_site|web_application_firewall|frontdoor|cdn_frontdoor|traffic_manager|linux_virtual|windows_virtual|orchestrated_virtual|ip_group)|aws_(vpc|subnet|security_group|network_|route|internet_gateway|egress_only|nat_gateway|eip|instance|lb|alb|elb|networkfirewall|ec2_|globalaccelerator|ec2_client_vpn|dx_|vpn_|customer_gateway|spot_|launch_|autoscaling_|default_|main_route|prefix_list))/;

/** Nothing in them decides about packets, or they are read where something refers to them. */
const HARMLESS =
  /^(google_compute_(address|global_address|disk|resource_policy|image|snapshot|health_check|region_health_check|http_health_check|https_health_check|ssl_certificate|managed_ssl_certificate|project_metadata\w*|instance_template|region_instance_template|instance_group|target_instance|target_pool|target_\w+_proxy|url_map|region_url_map|backend_service|region_backend_service|router|autoscaler|region_autoscaler|.*_iam_\w+|packet_mirroring|shared_vpc_\w+|attached_disk|disk_\w+|firewall_policy|network_firewall_policy|region_network_firewall_policy|network_firewall_policy_with_rules)|google_network_(management|connectivity|services)_\w+|azurerm_(network_watcher\w*|network_ddos_protection_plan|lb_probe|lb_backend_address_pool\w*|lb_outbound_rule|public_ip_prefix|virtual_machine_(extension|data_disk_attachment|run_command)|virtual_machine_scale_set_extension|virtual_desktop_\w+|private_dns_\w+|application_security_group|nat_gateway_public_ip\w*|virtual_network_dns_servers)|aws_(vpc_dhcp_options\w*|vpc_endpoint_\w+|ec2_tag|ec2_serial\w*|route53_\w+|launch_template|launch_configuration|ec2_capacity\w*|ec2_host|ec2_instance_state|lb_target_group|alb_target_group|autoscaling_(policy|schedule|lifecycle_hook|notification|group_tag)|security_group_rules?_settings|ec2_client_vpn_(authorization_rule|route|network_association)|network_interface_attachment|lb_listener_certificate|eip_domain_name))$/;

/** What is worth saying of types that are not read; everything else gets a plain sentence. */
const NOT_READ: Readonly<Record<string, string>> = {
  azurerm_firewall: 'what Azure Firewall passes is not read; routes that lead to it are',
  azurerm_virtual_network_peering: 'what comes over a peering is not read',
  google_compute_firewall_policy_rule:
    'whether the project is below the folder or organisation of the policy is not known',
  google_compute_firewall_policy_association: 'a policy of a folder or organisation can deny first',
  google_compute_network_peering: 'what comes over a peering is not read',
  google_compute_vpn_tunnel: 'what comes out of a tunnel is not read',
};

function notRead(reading: Reading): void {
  const read = new Set([...AZURE_STEPS, ...GOOGLE_STEPS, ...AWS_STEPS].flatMap((step) => Object.keys(step)));
  for (const resource of reading.resources.all) {
    const { type, isData } = resource;
    if (!isData && cloudOf(type) !== undefined && !read.has(type)) {
      if (NOT_READ[type] !== undefined || (DECIDES.test(type) && !HARMLESS.test(type))) {
        unread(reading, resource, NOT_READ[type] ?? 'what it does to packets is not read');
      }
    }
  }
}
