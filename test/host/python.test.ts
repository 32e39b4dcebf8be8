import { spawnSync } from 'node:child_process';
import { CERTIFICATES_PYTHON } from '../../lib/host/certificates/certificates-python';
import { IKEV2_PYTHON } from '../../lib/host/ikev2/ikev2-python';
import { OPENVPN_PYTHON } from '../../lib/host/openvpn/openvpn-python';
import { PACKET_FILTERS } from '../../lib/host/packet-filter';
import { PPTP_PYTHON } from '../../lib/host/pptp/pptp-python';
import { PPTP_RADIUS_PYTHON } from '../../lib/host/pptp/radius';
import { withoutComments } from '../../lib/host/python';
import { WIREGUARD_PYTHON } from '../../lib/host/wireguard/wireguard-python';

/** What Python makes of a text, and how many comments it has. */
function parsed(text: string): { tree: string; comments: number } {
  const program = `
import ast, io, json, sys, tokenize
text = sys.stdin.read()
comments = sum(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(text).readline))
print(json.dumps({'tree': ast.dump(ast.parse(text)), 'comments': comments}))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('a program for the machine', () => {
  test.each(
    Object.entries({
      certificates: CERTIFICATES_PYTHON,
      IKEv2: IKEV2_PYTHON,
      OpenVPN: OPENVPN_PYTHON,
      PPTP: PPTP_PYTHON,
      'PPTP with RADIUS': PPTP_RADIUS_PYTHON,
      WireGuard: WIREGUARD_PYTHON,
      nftables: PACKET_FILTERS.nftables.python,
      iptables: PACKET_FILTERS.iptables.python,
    }),
  )('is the same to Python without its comments: %s', (_, python) => {
    expect(parsed(withoutComments(python))).toEqual({ tree: parsed(python).tree, comments: 0 });
  });

  test('loses comments and no text', () => {
    expect(withoutComments("#!/usr/bin/python3\n# whole\n\t# lines\nif x: # why\n\ty = \"#1\" + '# z' # 'w'\n")).toBe(
      '#!/usr/bin/python3\nif x:\n\ty = "#1" + \'# z\'\n',
    );
  });
});
