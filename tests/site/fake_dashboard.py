"""A web server on loopback that answers for the dashboard in every way a web server can fail."""

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEAD = "<!DOCTYPE html><html><head><title>{}</title></head><body>"
END = "</body></html>\n"
ROUND = 0.02


def own_page(summary='<p class="value">healthy</p>', errors='<p class="value">3 errors</p>', more=""):
    """This app's own page."""
    return (
        HEAD.format("Maintenance Dashboard")
        + f'<section data-card="Executive Summary" {more}><h2>Executive Summary</h2>{summary}</section>'
        + f'<section data-card="Errors (24h)"><h2>Errors (24h)</h2>{errors}</section>'
        + END
    )


def other_page(summary="<p>System status: healthy</p>", members="41"):
    """A page built as verenigingen builds its own."""
    return (
        HEAD.format("System Monitoring Dashboard")
        + '<div class="monitoring-dashboard"><h2 class="section-header">System Metrics</h2><div class="row">'
        + '<div class="metric-card"><div class="metric-label">Active Members</div>'
        + f'<div class="metric-number">{members}</div></div></div>'
        + '<h2 class="section-header">Recent Errors (Last 24 Hours)</h2><div class="metric-card">'
        + "<table><tr><td><code>Error: refused</code></td></tr></table></div>"
        + f'<h2 class="section-header">Executive Summary</h2><div>{summary}</div></div>'
        + END
    )


def message_page(title, text=""):
    """Frappe's message page."""
    head = f'<h5 class="page-card-head"><span class="indicator red">{title}</span></h5>'
    return HEAD.format(title) + f'<div class="page-card">{head}<p>{text}</p></div>' + END


TRACEBACK = f"{HEAD.format('Dashboard')}<pre>Traceback (most recent call last):\n  File “x”</pre>{END}"
LOGIN = f"{HEAD.format('Login')}<form><input name=usr><input type=password name=pwd></form>{END}"
FAILED = '<div class="alert alert-danger">Failed to load executive summary: (1054, "no column")</div>'
LATER = '<p class="value">not measured</p>'

PAGES = {
    "good": own_page(),
    "good, verenigingen's": other_page(),
    "200 login page": LOGIN,
    "200 error page": message_page("Server Error", "There was an error building this page"),
    "200 not permitted": message_page("Not Permitted"),
    "200 traceback": TRACEBACK,
    "an error in a card": own_page(errors='<p class="value">Error: no connection</p>'),
    "an error in the summary": other_page(summary=FAILED),
    "an empty card": own_page(errors='<p class="value"></p>'),
    "None in a card": other_page(members="None"),
    "a summary not measured": own_page(LATER, more='data-state="not-measured"'),
    "an empty summary": other_page(summary=""),
    "no summary": own_page().replace("Executive Summary", "Analytics Summary"),
    "no cards": f"{HEAD.format('About us')}<p>Welcome</p>{END}",
    "empty": "",
    "huge": own_page() + " " * 2_100_000,
}
STATUSES = {"401": 401, "403": 403, "404": 404, "500": 500, "503": 503, "204": 204}
REDIRECTS = {
    "redirect to login": "/login?redirect-to=/maintenance_dashboard",
    "redirect to login elsewhere": "https://other.example/login",
    "redirect elsewhere": "http://other.example/moved?token=abc",
    "redirect to the front": "/",
}


class Handler(BaseHTTPRequestHandler):
    """Answers as `server.way` says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.close_connection = True
        way = self.server.way
        with suppress(OSError):
            if way in PAGES:
                self.whole(200, PAGES[way])
            elif way in STATUSES:
                self.whole(STATUSES[way], message_page("A message"))
            elif way in REDIRECTS:
                self.whole(302, "", Location=REDIRECTS[way])
            else:
                getattr(self, way.replace(" ", "_"))()

    def whole(self, status, text, kind="text/html; charset=utf-8", **headers):
        body = text.encode()
        self.head(status, kind, **{"Content-Length": str(len(body)), **headers})
        self.wfile.write(body)

    def head(self, status=200, kind="text/html; charset=utf-8", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def json(self):
        self.whole(200, '{"message": "pong"}', "application/json")

    def slow(self):
        self.server.stopped.wait(self.server.delay)
        self.whole(200, own_page())

    def hangs(self):
        self.server.stopped.wait()

    def hangs_in_the_page(self):
        self.head()
        self.wfile.write(own_page().encode()[:100])
        self.server.stopped.wait()

    def drips(self):
        self.head(**{"Content-Length": "1000000"})
        self.drip(b"x")

    def drips_in_chunks(self):
        self.head(**{"Transfer-Encoding": "chunked"})
        self.drip(b"1\r\nx\r\n")

    def drips_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
        self.drip(b"X-Drip: 1\r\n")

    def drip(self, piece):
        while not self.server.stopped.wait(ROUND):
            self.wfile.write(piece)

    def half_a_page(self):
        page = own_page().encode()
        self.head(**{"Content-Length": str(len(page))})
        self.wfile.write(page[:100])

    def half_a_page_in_chunks(self):
        self.head(**{"Transfer-Encoding": "chunked"})
        self.wfile.write(b"64\r\n" + own_page().encode()[:100] + b"\r\n")

    def half_a_page_of_unknown_length(self):
        self.head()
        self.wfile.write(own_page().encode()[:100])

    def a_page_without_its_last_line(self):
        page = own_page().encode()
        self.head(**{"Content-Length": str(len(page))})
        self.wfile.write(page[:-1])

    def hangs_up(self):
        """No answer at all."""

    def no_HTTP(self):
        self.wfile.write(b"220 mail ready\r\n")

    def log_message(self, *_arguments):
        """Quiet."""


class Server(ThreadingHTTPServer):
    """`way` is how it answers, `delay` the seconds of a slow answer, `seen` the path and headers of each."""

    daemon_threads = True
    block_on_close = False
    way = "good"
    delay = 0.5

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen, self.stopped = [], threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_arguments):
        """Quiet: a client that was cut off is wanted here."""


@contextmanager
def serving():
    """A server under way, with all its answers ended afterwards."""
    server = Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": ROUND}, daemon=True).start()
    yield server
    server.stopped.set()
    server.shutdown()
    server.server_close()


def closed_address():
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"
