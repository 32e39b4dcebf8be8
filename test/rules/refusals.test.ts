// What no rule can say is refused, with the reason and with what a rule there can say.

import { RefusalError } from '../../lib/errors';
import * as rules from '../../lib/rules';

const { Clients, IKEV2, Insecure, L2TP_IPSEC, PPTP } = rules;

const clients = Clients.from('203.0.113.0/24');
const pptp = { protocols: [PPTP], clients, insecure: Insecure.because('PLCs in plant 4') };
const esp = { protocols: [IKEV2], flowSets: IKEV2.flowSets.slice(1, 2), clients };

function refusal(run: () => unknown): RefusalError {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusalError) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The message without the line of this file. */
function text(error: RefusalError): string {
  return error.message.replace(/^ +at .*\n/m, '');
}

test('DigitalOcean: no rule can name GRE', () => {
  const error = refusal(() => rules.digitalOceanRules(pptp));
  expect(text(error)).toBe(
    `digitalOceanRules cannot let PPTP in: no rule there is for GRE (IP protocol 47) alone.

  TCP 1723  a rule can name it
  GRE 47    A DigitalOcean Cloud Firewall drops what no rule allows, and no rule can allow GRE (IP protocol 47):
            its protocols are tcp, udp and icmp.
            [Terraform provider for DigitalOcean: digitalocean_firewall, read 2026-08]

  What rules there can let in:
    IKEv2      UDP 500 and UDP 4500: digitalOceanRules({ protocols: [IKEV2], clients })
    WireGuard  UDP 51820: digitalOceanRules({ protocols: [WIREGUARD], clients })
    OpenVPN    UDP 1194: digitalOceanRules({ protocols: [OPENVPN], clients })

      code GRE_NOT_A_RULE_PROTOCOL, see docs/diagnostics.md`,
  );
  expect(error.code).toBe('GRE_NOT_A_RULE_PROTOCOL');
  expect(error.reasons).toEqual([
    'A DigitalOcean Cloud Firewall drops what no rule allows, and no rule can allow GRE (IP protocol 47): its protocols are tcp, udp and icmp.',
  ]);
  expect(error.alternatives).toEqual([
    'digitalOceanRules({ protocols: [IKEV2], clients })',
    'digitalOceanRules({ protocols: [WIREGUARD], clients })',
    'digitalOceanRules({ protocols: [OPENVPN], clients })',
  ]);
});

test('Linode: no rule can name GRE, and IPENCAP is not GRE', () => {
  expect(text(refusal(() => rules.linodeRules(pptp)))).toBe(
    `linodeRules cannot let PPTP in: no rule there is for GRE (IP protocol 47) alone.

  TCP 1723  a rule can name it
  GRE 47    A Linode Cloud Firewall drops what no rule allows, and no rule can allow GRE (IP protocol 47): its
            protocols are TCP, UDP, ICMP and IPENCAP (which is IP protocol 4).
            [Terraform provider for Linode: linode_firewall, read 2026-05]

  What rules there can let in:
    IKEv2      UDP 500 and UDP 4500: linodeRules({ protocols: [IKEV2], clients })
    WireGuard  UDP 51820: linodeRules({ protocols: [WIREGUARD], clients })
    OpenVPN    UDP 1194: linodeRules({ protocols: [OPENVPN], clients })

      code GRE_NOT_A_RULE_PROTOCOL, see docs/diagnostics.md`,
  );
});

test.each([
  { of: rules.scalewayRules, name: 'scalewayRules', filter: 'a Scaleway security group', all: 'protocol "ANY"' },
  { of: rules.yandexRules, name: 'yandexRules', filter: 'a Yandex Cloud security group', all: 'protocol "ANY"' },
  { of: rules.upCloudRules, name: 'upCloudRules', filter: 'an UpCloud firewall', all: 'an empty protocol' },
])('$name: only a rule that opens everything might let GRE in, and none is written', ({ of, name, filter, all }) => {
  const error = refusal(() => of(pptp));
  expect(error.code).toBe('RULE_WOULD_OPEN_EVERYTHING');
  expect(text(error).replace(/\n {12}/g, ' ')).toBe(
    `${name} cannot let PPTP in: no rule there is for GRE (IP protocol 47) alone.

  TCP 1723  a rule can name it
  GRE 47    No rule of ${filter} can name GRE (IP protocol 47); only one with ${all} may let it pass, and that one lets everything pass. [By the word: a rule for any protocol is one for IP protocols 47 and 50 too, read 2026-11]

  What rules there can let in:
    IKEv2      UDP 500 and UDP 4500: ${name}({ protocols: [IKEV2], clients })
    WireGuard  UDP 51820: ${name}({ protocols: [WIREGUARD], clients })
    OpenVPN    UDP 1194: ${name}({ protocols: [OPENVPN], clients })

      code RULE_WOULD_OPEN_EVERYTHING, see docs/diagnostics.md`,
  );
});

test('Alibaba Cloud: ESP is refused, and the flows of IKEv2 that need none are offered', () => {
  expect(text(refusal(() => rules.alibabaRules(esp)))).toBe(
    `alibabaRules cannot let IKEv2 in: no rule there is for ESP (IP protocol 50) alone.

  UDP 500  a rule can name it
  ESP 50   An Alibaba Cloud security group drops what no rule allows, and no rule can allow ESP (IP protocol
           50): its protocols are tcp, udp, icmp, icmpv6 and gre, besides all.
           [Terraform provider for Alibaba Cloud: alicloud_security_group_rule, read 2026-08]

  What rules there can let in:
    IKEv2      UDP 500 and UDP 4500: alibabaRules({ protocols: [IKEV2], clients })
    WireGuard  UDP 51820: alibabaRules({ protocols: [WIREGUARD], clients })
    OpenVPN    UDP 1194: alibabaRules({ protocols: [OPENVPN], clients })

      code ESP_NOT_A_RULE_PROTOCOL, see docs/diagnostics.md`,
  );
});

test.each([
  { of: rules.digitalOceanRules, code: 'ESP_NOT_A_RULE_PROTOCOL' },
  { of: rules.linodeRules, code: 'ESP_NOT_A_RULE_PROTOCOL' },
  { of: rules.tencentRules, code: 'ESP_NOT_A_RULE_PROTOCOL' },
  { of: rules.scalewayRules, code: 'RULE_WOULD_OPEN_EVERYTHING' },
  { of: rules.yandexRules, code: 'RULE_WOULD_OPEN_EVERYTHING' },
  { of: rules.upCloudRules, code: 'RULE_WOULD_OPEN_EVERYTHING' },
])('$of.name refuses ESP with $code, of L2TP/IPsec too', ({ of, code }) => {
  const l2tp = { ...esp, protocols: [L2TP_IPSEC], flowSets: L2TP_IPSEC.flowSets.slice(1, 2) };
  expect(refusal(() => of(esp)).code).toBe(code);
  expect(text(refusal(() => of(l2tp)))).toContain(
    'cannot let L2TP/IPsec in: no rule there is for ESP (IP protocol 50) alone.',
  );
});

test('everything that no rule can name is told at once', () => {
  const error = refusal(() => rules.digitalOceanRules({ ...esp, ...pptp, protocols: [IKEV2, PPTP] }));
  expect(error.message.split('\n')[0]).toBe(
    'digitalOceanRules cannot let IKEv2 and PPTP in: no rule there is for ESP (IP protocol 50) or for GRE (IP protocol 47) alone.',
  );
  expect(error.reasons).toHaveLength(2);
});

test('the direction does not matter: what cannot come in is not let out either', () => {
  expect(refusal(() => rules.tencentRules({ ...esp, direction: 'to-client' })).code).toBe('ESP_NOT_A_RULE_PROTOCOL');
});
