import { IpProtocol } from '../flows/ip-protocol';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const SAYS = {
  pptpOverInternet: {
    kind: 'field-report',
    title: 'webdigi/AWS-VPN-Server-Setup, issues 9, 26 and 79',
    source: 'https://github.com/webdigi/AWS-VPN-Server-Setup/issues/26',
    read: '2026-11',
    certainty: 'high',
    caveat:
      'PPTP to EC2 instances, 2015 to 2021. A provider on the way, mobile ones above all, may still filter GRE or translate addresses without a PPTP helper.',
  },
  espOverInternet: {
    kind: 'field-report',
    title: 'StreisandEffect/streisand, issue 311',
    source: 'https://github.com/StreisandEffect/streisand/issues/311',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'IPsec with IP protocol 50 to an EC2 instance. A provider on the way may still filter ESP.',
  },
  everyday: {
    kind: 'field-report',
    title: 'webdigi/AWS-VPN-Server-Setup',
    source: 'https://github.com/webdigi/AWS-VPN-Server-Setup',
    read: '2026-11',
    certainty: 'high',
  },
  natRouter: {
    kind: 'experiment',
    title: 'PPTP through a Linux NAT router, in network namespaces',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Linux 6.18; home routers run older kernels and other systems.',
  },
  symptom: {
    kind: 'field-report',
    title: 'Troubleshooting VPN connections: TCP 1723 connects, then "verifying user name and password" hangs',
    source: 'http://wintivity.wigital.net/blog/2009/03/07/troubleshooting-vpn-connections-client-workstations-laptops/',
    read: '2026-11',
    certainty: 'medium',
  },
} as const satisfies Record<string, Evidence>;

/** The internet between the clients' access and the cloud, without the routers of the clients' own networks. */
export const INTERNET: NetworkElement = {
  id: 'any.internet',
  platform: 'any',
  name: 'internet',
  short: 'internet',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'The internet carries TCP and UDP.',
      evidence: [SAYS.everyday],
    },
    {
      protocols: [GRE],
      carriage: 'carries',
      because: 'The internet carries GRE (IP protocol 47): PPTP over it works.',
      evidence: [SAYS.pptpOverInternet],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'The internet carries ESP (IP protocol 50): IPsec over it works.',
      evidence: [SAYS.espOverInternet],
    },
  ],
  notes: [
    {
      topic: "The clients' side",
      text:
        'Routers that translate addresses in front of the clients need a PPTP helper, and some providers filter GRE. ' +
        'Nobody can see that beforehand. The sign is always the same: TCP 1723 connects, then the client hangs at ' +
        '"verifying user name and password".',
      evidence: [SAYS.natRouter, SAYS.symptom],
    },
  ],
};
