"""What the clouds answer to the gateway, from files in /cloud; /cloud/asked and /cloud/signals tell what was asked."""
import http.server, json, os, socket, ssl, struct, threading, time

AZURE_TOKEN = 'a-token-of-the-laboratory'

def read(path):
    with open('/cloud/' + path) as file:
        return file.read()

def note(path, what):
    with open('/cloud/' + path, 'a') as file:
        file.write(json.dumps(what) + '\n')

def aws(argv):
    service, command, options = argv[0], argv[1], dict(zip(argv[2::2], argv[3::2]))
    match service, command:
        case 'secretsmanager', 'get-secret-value':
            return read('secret')
        case 'ssm', 'get-parameter':
            return read('parameters/' + options['--name'])
        case 'cloudformation', 'describe-stack-resource':
            return read('metadata/' + options['--logical-resource-id'])
        case 'cloudformation', 'signal-resource':
            note('signals', {'at': time.time(), **options})
            return ''
    raise LookupError('UnknownCommand')

class Answer(http.server.BaseHTTPRequestHandler):
    def give(self, what, *args):
        try:
            if os.path.exists('/cloud/down'):
                raise LookupError('ServiceUnavailable')
            status, text = 200, what(*args)
        except (LookupError, OSError) as error:
            status, text = 400, repr(error)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass

class Aws(Answer):
    def do_POST(self):
        argv = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        note('asked', argv)
        self.give(aws, argv)

class AzureMetadata(Answer):
    def do_GET(self):
        note('asked', self.path)
        self.give(self.answer)

    def answer(self):
        if self.headers['Metadata'] != 'true':
            raise LookupError('Metadata: true is missing')
        match self.path.partition('?')[0]:
            case '/metadata/instance/compute/userData':
                return read('azure-user-data')
            case '/metadata/instance/compute/name':
                return 'vpn'
            case '/metadata/identity/oauth2/token':
                return json.dumps({'access_token': AZURE_TOKEN})
        raise LookupError('NotFound')

class KeyVault(Answer):
    def do_GET(self):
        note('asked', self.path)
        self.give(self.answer)

    def answer(self):
        if self.headers['Authorization'] != 'Bearer ' + AZURE_TOKEN or not self.path.startswith('/secrets/vpn-users?'):
            raise LookupError('Unauthorized')
        return json.dumps({'value': read('secret')})

def vault():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('/root/vault.pem', '/root/vault.key')
    server = http.server.ThreadingHTTPServer(('169.254.169.254', 443), KeyVault)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()

def dns(): # whatever is asked for in the domain of Azure is here; nothing else is known
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(('10.20.0.2', 53))
        while True:
            query, client = server.recvfrom(512)
            end = query.index(0, 12) + 5
            here = query[12:end - 4].endswith(b'\x05azure\x03net\x00') and query[end - 4:end - 2] == b'\x00\x01'
            head = query[:2] + struct.pack('!HHHHH', 0x8180 if here else 0x8183, 1, here, 0, 0)
            answer = b'\xc0\x0c' + struct.pack('!HHIH', 1, 1, 60, 4) + socket.inet_aton('169.254.169.254') if here else b''
            server.sendto(head + query[12:end] + answer, client)

def serve(port, handler):
    http.server.ThreadingHTTPServer(('169.254.169.254', port), handler).serve_forever()

for target, args in ((vault, ()), (dns, ()), (serve, (80, AzureMetadata))):
    threading.Thread(target=target, args=args, daemon=True).start()
serve(8000, Aws)
