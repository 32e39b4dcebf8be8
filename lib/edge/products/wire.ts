import { IpProtocol } from '../../flows';
import { MEASURED } from '../evidence';
import type { EdgeBlock, EdgeJob } from '../product';

/** What tcpdump is to show of the plan's flows, on Linux as on the BSDs. */
export function tcpdumpCheck({ plan, site }: EdgeJob, device: string): EdgeBlock {
  const address = site.role === 'before-gateway' ? site.innerAddress : plan.gateway;
  const what = plan.flows
    .map(({ protocol, port }) =>
      port === undefined ? `ip proto ${protocol}` : `${protocol === IpProtocol.TCP ? 'tcp' : 'udp'} port ${port}`,
    )
    .join(' or ');
  return {
    text: `timeout 30 tcpdump -ni ${device} 'host ${address} and (${what})'`,
    why: plan.hasGre
      ? 'Dial meanwhile. TCP 1723 must be answered, and then GREv1 must be seen in both directions, with two call numbers. GRE in ' +
        'one direction only: the router of the side that is silent drops protocol 47, or has no helper for PPTP. No GRE at ' +
        'all: both, or the call was refused. Clients stop at "verifying user name and password", with error 619, 806 or 807.'
      : 'Connect meanwhile: packets must be seen in both directions.',
    evidence: [MEASURED],
  };
}
