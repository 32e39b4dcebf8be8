import { BASE64_PATTERN, PEM_BLOCK_PATTERN, PEM_LABELS } from './pem';

/**
 * The part of `vpn-gateway-apply` for certificates, keys and revocation lists. Its rule is the one of certificate-check.ts;
 * the tests of each protocol give both the same secrets.
 */
export const CERTIFICATES_PYTHON = String.raw`
def openssl(*argv, input): # whether it succeeded, and what it said
	done = subprocess.run(['openssl', *argv], input=input, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
	return done.returncode == 0, done.stdout

def memory(text): # a file for openssl
	at = os.memfd_create('pem')
	os.write(at, text.encode())
	return f'/proc/{os.getpid()}/fd/{at}'

def pem(what, text, label): # its blocks, each written anew
	block = r'${PEM_BLOCK_PATTERN}'.replace('LABEL', label)
	need(type(text) is str and re.fullmatch(f'(?:{block})+[ \t\r\n]*', text), f'{what}: not PEM of its kind')
	blocks = [(name, re.sub(r'\s', '', body)) for name, body in re.findall(block, text)]
	need(all(re.fullmatch('${BASE64_PATTERN}', body) for name, body in blocks), f'{what}: not PEM of its kind')
	return [f'-----BEGIN {name}-----\n' + re.sub('(.{1,64})', r'\1\n', body) + f'-----END {name}-----\n' for name, body in blocks]

def certificates(what, text, ca=False):
	found = pem(what, text, '${PEM_LABELS.certificate}')
	for at, one in enumerate(found, 1):
		ok, said = openssl('x509', '-noout', '-ext', 'basicConstraints', input=one)
		need(ok, f'{what}: {at} cannot be read')
		need(not ca or 'CA:TRUE' in said, f'{what}: {at} is not the certificate of an authority')
	return found

def private_key(text, certificate):
	keys = pem('privateKey', text, '${PEM_LABELS.privateKey}')
	need(len(keys) == 1, 'privateKey: not one key')
	ok, public = openssl('pkey', '-pubout', '-passin', 'pass:', input=keys[0])
	need(ok, 'privateKey: cannot be read')
	need(public == openssl('x509', '-noout', '-pubkey', input=certificate)[1], 'privateKey: not the key of the certificate')
	return keys[0]

def revocations(text, authorities): # the lists, and the serial numbers on them
	lists, serials, trust = pem('crl', text, '${PEM_LABELS.revocationList}'), [], [*map(memory, authorities)]
	for at, one in enumerate(lists, 1):
		said = [openssl('crl', '-noout', '-text', '-verify', '-CAfile', ca, input=one)[1] for ca in trust]
		need(any(each.startswith('verify OK\n') for each in said), f'crl: {at} is not signed by the authority')
		serials += re.findall('Serial Number: *([0-9A-F]+)', said[0])
	return lists, serials
`;
