import * as balancers from './aws-balancers';
import * as filters from './aws-filters';
import * as machines from './aws-machines';
import * as networks from './aws-networks';
import type { Reading, Steps } from './reader';

/** What is read of AWS, in steps: each step may look up what the steps before it have read. */
export const AWS_STEPS: Steps = [
  {
    aws_vpc: networks.vpc,
    aws_internet_gateway: networks.internetGateway,
    aws_nat_gateway: networks.natGateway,
    ...Object.fromEntries(networks.OTHER_GATEWAY_TYPES.map((type) => [type, networks.otherGateway])),
    aws_eip: networks.elasticIp,
    aws_ec2_managed_prefix_list: networks.prefixList,
    aws_network_acl: filters.networkAcl,
    aws_security_group: filters.securityGroup,
    aws_lb: balancers.loadBalancer,
    aws_alb: balancers.loadBalancer,
    aws_ec2_client_vpn_endpoint: balancers.clientVpnEndpoint,
  },
  {
    aws_subnet: networks.subnet,
    aws_vpc_ipv4_cidr_block_association: networks.vpcCidrBlock,
    aws_internet_gateway_attachment: networks.gatewayAttachment,
    aws_route_table: networks.routeTable,
    aws_default_route_table: networks.defaultRouteTable,
    aws_network_acl_rule: filters.networkAclRule,
    aws_default_network_acl: filters.defaultNetworkAcl,
    aws_security_group_rule: filters.securityGroupRule,
    aws_vpc_security_group_ingress_rule: filters.securityGroupRule,
    aws_vpc_security_group_egress_rule: filters.securityGroupRule,
    aws_default_security_group: filters.defaultSecurityGroup,
    aws_ec2_managed_prefix_list_entry: networks.prefixListEntry,
  },
  {
    aws_route: networks.route,
    aws_main_route_table_association: networks.mainRouteTable,
    aws_route_table_association: networks.routeTableAssociation,
    aws_network_acl_association: filters.networkAclAssociation,
    aws_network_interface: machines.networkInterface,
  },
  {
    aws_instance: machines.instance,
    aws_autoscaling_group: machines.autoScalingGroup,
    aws_network_interface_sg_attachment: machines.groupAttachment,
  },
  {
    aws_eip: machines.addressAssociation,
    aws_eip_association: machines.addressAssociation,
    aws_lb_target_group_attachment: balancers.targetAttachment,
    aws_alb_target_group_attachment: balancers.targetAttachment,
    aws_elb: balancers.classicLoadBalancer,
  },
  {
    aws_lb_listener: balancers.listener,
    aws_alb_listener: balancers.listener,
  },
];

/** What every subnet has without a resource. */
export function finishAws(reading: Reading): void {
  filters.subnetAcls(reading);
  networks.mainTables(reading);
}
