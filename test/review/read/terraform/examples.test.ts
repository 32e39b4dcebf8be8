// The examples as their readers run them: on the built package, through the real CLI of CDK for Terraform.

import { formatRange, review } from 'pptp-constructs/review';
import { runCdktfSynth } from '../../../support/cli';

jest.setTimeout(300_000);

const read = (folder: string) => {
  const { status, outdir } = runCdktfSynth(`examples/${folder}`);
  expect(status).toBe(0);
  return review([outdir], { today: '2026-11-23' });
};

test('google-pptp may serve PPTP: that version 1 of GRE passes is confirmed by nobody', () => {
  const { gateways, findings, unread } = read('google-pptp');
  const [pptp] = gateways.flatMap(({ protocols }) => protocols);
  expect([gateways.length, pptp?.verdict, pptp?.open.map(formatRange)]).toEqual([1, 'unknown', ['203.0.113.0/24']]);
  expect(new Set(pptp?.stops.map(({ flow, hop }) => `${flow.label} ${hop.name}`))).toEqual(
    new Set(['GRE 47 external IP', 'GRE 47 VPC network']),
  );
  expect(findings.map(({ kind, message }) => `${kind.id}: ${message}`)).toEqual([
    'pptp-present: google_compute_instance.LegacyVpn_9C459204 may speak PPTP by external address google_compute_address.LegacyVpn_Address_87034E52. The reason written down: PLCs in plant 4 speak nothing else; replaced by 2027-06. Its last date, 2027-06, is 7 months after 2026-11-23.',
  ]);
  expect(findings[0]?.origin.resource?.constructPath).toBe('plant4/LegacyVpn/Resource');
  expect(unread).toEqual([]);
});

test('azure-wireguard serves WireGuard to its clients and nothing else, and nothing is found', () => {
  const { gateways, findings, unread } = read('azure-wireguard');
  const served = gateways.flatMap(({ protocols }) => protocols).filter(({ verdict }) => verdict !== 'drops');
  expect(served.map(({ protocol, verdict, served: whom }) => [protocol.id, verdict, whom.map(formatRange)])).toEqual([
    ['wireguard', 'passes', ['203.0.113.0/24']],
  ]);
  expect([findings, unread]).toEqual([[], []]);
});

test('azure-replaced serves IKEv2 by VPN Gateway', () => {
  const { estate, answers, findings } = read('azure-replaced');
  const answered = estate.all('managed-vpn').flatMap((vpn) => answers.managed(vpn));
  expect(answered.filter(({ verdict }) => verdict === 'passes').map(({ protocol }) => protocol.id)).toEqual(['ikev2']);
  expect(findings).toEqual([]);
});
