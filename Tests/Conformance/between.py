"""Stands between functions and DynamoDB, hands everything on, and gets in the way where a test asks for it."""

import contextlib
import http.client
import http.server
import json
import threading
import urllib.parse

THROTTLED = json.dumps({
    "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "as asked"}).encode()


class Between:
    def __init__(self):
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One packet an answer, or each waits for the acknowledgement of its head.
            wbufsize = -1
            disable_nagle_algorithm = True
            upstream = None

            def do_POST(self):
                between.handle(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *arguments):
                pass

        # What is asked for of calls whose operation and body hold all of some texts, and how often it came to that.
        self.throttled, self.lost = (), ()
        self.count = 0
        self.target = None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, request, body):
        call = request.headers["X-Amz-Target"] + body.decode()
        if self.throttled and all(text in call for text in self.throttled):
            self.count += 1
            return self.answer(request, 400, THROTTLED)
        request.upstream = request.upstream or http.client.HTTPConnection(urllib.parse.urlsplit(self.target).netloc)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        request.upstream.request("POST", request.path, body, headers)
        response = request.upstream.getresponse()
        answer = response.read()
        if self.lost and all(text in call for text in self.lost):
            # The write stands.
            self.lost = ()
            self.count += 1
            request.close_connection = True
            return
        self.answer(request, response.status, answer)

    def answer(self, request, status, body):
        request.send_response(status)
        request.send_header("Content-Type", "application/x-amz-json-1.0")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    @contextlib.contextmanager
    def throttling(self, *texts):
        """Refuses every call with those texts; it must come to that."""
        self.throttled, self.count = texts, 0
        yield
        self.throttled = ()
        assert self.count > 0, texts

    @contextlib.contextmanager
    def losing(self, *texts):
        """Loses the answer to the first call with those texts; it must come to that."""
        self.lost, self.count = texts, 0
        yield
        assert self.count == 1, texts

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
