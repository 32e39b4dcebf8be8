"""Tells everybody which address they come from."""
import http.server, sys

class WhoAmI(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(('you are ' + self.client_address[0] + '\n').encode())

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer((sys.argv[1], 80), WhoAmI).serve_forever()
