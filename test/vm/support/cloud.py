"""What the cloud answers to the gateway, from files in /cloud; /cloud/asked and /cloud/signals tell what it was asked."""
import http.server, json, os, time

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

class Cloud(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        argv = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        note('asked', argv)
        try:
            if os.path.exists('/cloud/down'):
                raise LookupError('ServiceUnavailable')
            status, text = 200, aws(argv)
        except (LookupError, OSError) as error:
            status, text = 400, repr(error)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(('169.254.169.254', 8000), Cloud).serve_forever()
