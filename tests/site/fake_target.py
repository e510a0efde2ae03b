"""A web server on loopback that is told things as a chat or a pager is, and fails in all their ways."""

import contextlib
import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fake_server import under_way


@dataclass
class Told:
    """What was taken, as JSON; the path says how the server answers: /200, /302, /500, /hang, /drip."""

    messages: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    port: int = 0

    def url(self, how="200", more=""):
        return f"json://127.0.0.1:{self.port}/{how}{more}"

    @property
    def texts(self):
        return [f"{each['title']}\n{each['message']}" for each in self.messages]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        how = self.path.strip("/").partition("?")[0]
        self.server.told.asked.append(("POST", how))
        with contextlib.suppress(ConnectionError):
            if how in ("hang", "drip"):
                return self.linger(how)
            if how == "200":
                self.server.told.messages.append(json.loads(body))
            self.answer(int(how))
        return None

    def do_GET(self):
        self.server.told.asked.append(("GET", self.path))
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.told.port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def linger(self, how):
        """Says nothing, or a little of its answer every moment."""
        for _ in range(200):
            if how == "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n" if not _ else b"X-Slow: yes\r\n")
                self.wfile.flush()
            time.sleep(0.2)

    def log_message(self, *_arguments):
        """Not into the tests' output."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def serving(port=0):
    """A running server; yields what it was told."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.told = Told(port=server.server_address[1])
    with under_way(server):
        yield server.told
