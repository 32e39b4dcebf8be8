import { CertificateAuthority, type Credential } from '../../../lib/keys/certificate-authority';
import { Sandbox, SERVER } from './support';

const now = new Date();
const USERS = 'etc/swanctl/conf.d/vpn-gateway-users.conf';

describe('what the machine makes of a secret', () => {
  let authority: CertificateAuthority;
  let own: Credential;
  let sandbox: Sandbox;

  beforeAll(async () => {
    authority = await CertificateAuthority.create(SERVER, 'ecdsa-p256', {
      now,
      days: 90,
    });
    own = await authority.server(SERVER, { now, days: 90 });
  }, 60_000);
  beforeEach(() => {
    sandbox = new Sandbox(['eap-mschapv2', 'certificate']);
  });
  afterEach(() => sandbox.remove());

  const apply = (users: object[], more = {}) => sandbox.users(JSON.stringify({ ...own, ...more, users }));

  test('is a connection that asks, one for each user with an address or a certificate, and one for everybody else', async () => {
    const users = [
      { name: 'alice', password: 'pass "word"' },
      { name: 'say "hi\\"', password: 'p', address: '10.99.2.6' },
      { name: 'bob' },
    ];
    await apply(users, { clientCa: authority.certificate });
    expect(sandbox.read(USERS)).toMatchInlineSnapshot(`
      "shared {
      	pools = a2, a3, a4, a5, ip6
      }
      connections {
      	identify : gateway.connection, shared {
      		remote_addrs = 0.0.0.0/2, 64.0.0.0/2, 128.0.0.0/2, 192.0.0.0/2
      		remote {
      			auth = eap-mschapv2
      			id = %any
      			eap_id = %any
      			groups = nobody
      		}
      	}
      	everybody : gateway.connection, shared {
      		remote_addrs = %any
      		remote {
      			auth = eap-mschapv2
      			id = %any
      			eap_id = %any
      		}
      	}
      	user-ddda9051c20fc9ea : gateway.connection {
      		remote_addrs = 0.0.0.0/1, 128.0.0.0/1
      		pools = a6, ip6
      		remote {
      			auth = eap-mschapv2
      			id = %any
      			eap_id = "say \\"hi\\\\\\""
      		}
      	}
      	user-1b0ed536deb39ddc-name : gateway.connection, shared {
      		remote_addrs = %any
      		remote {
      			auth = pubkey
      			cacerts = vpn-gateway-client-0.pem
      			id = "bob"
      		}
      	}
      	user-1b0ed536deb39ddc-subject : gateway.connection, shared {
      		remote_addrs = %any
      		remote {
      			auth = pubkey
      			cacerts = vpn-gateway-client-0.pem
      			id = "CN=bob"
      		}
      	}
      }
      pools {
      	a2 : gateway.pool {
      		addrs = 10.99.2.2/32
      	}
      	a3 : gateway.pool {
      		addrs = 10.99.2.3/32
      	}
      	a4 : gateway.pool {
      		addrs = 10.99.2.4/32
      	}
      	a5 : gateway.pool {
      		addrs = 10.99.2.5/32
      	}
      	a6 : gateway.pool {
      		addrs = 10.99.2.6/32
      	}
      	ip6 {
      		addrs = fd76:706e:6777::/112
      	}
      }
      secrets {
      	eap-0a50500b2a3435fe {
      		id = "alice"
      		secret = 0scGFzcyAid29yZCI=
      	}
      	eap-ddda9051c20fc9ea {
      		id = "say \\"hi\\\\\\""
      		secret = 0scA==
      	}
      }
      "
    `);
  });

  test('are files for certificates and keys, one for each certificate, and none that is left over', async () => {
    const crl = await authority.revocationList(now, undefined, []);
    await apply([], {
      certificate: own.certificate + authority.certificate,
      clientCa: authority.certificate,
      crl,
    });
    expect(sandbox.read('etc/swanctl/x509/vpn-gateway.pem')).toBe(own.certificate);
    expect(sandbox.read('etc/swanctl/private/vpn-gateway.pem')).toBe(own.privateKey);
    expect(sandbox.read('etc/swanctl/x509ca/vpn-gateway-chain-0.pem')).toBe(authority.certificate);
    expect(sandbox.read('etc/swanctl/x509ca/vpn-gateway-client-0.pem')).toBe(authority.certificate);
    expect(sandbox.read('etc/swanctl/x509crl/vpn-gateway-0.pem')?.trim()).toBe(crl.trim());
    await apply([]);
    for (const gone of ['x509ca/vpn-gateway-chain-0', 'x509ca/vpn-gateway-client-0', 'x509crl/vpn-gateway-0']) {
      expect(sandbox.read(`etc/swanctl/${gone}.pem`)).toBeUndefined();
    }
  });

  test('is said once, and not again while nothing changes', async () => {
    const users = [{ name: 'alice', password: 'p' }];
    expect((await apply(users)).stdout).toBe('ikev2: 1 users, 0 sessions ended\n');
    expect((await apply(users)).stdout).toBe('');
    expect((await apply([])).stdout).toBe('ikev2: no users, 0 sessions ended\n');
  });
});
