"""Runs a server of socketserver beside a test."""

import threading
from contextlib import contextmanager

ROUND = 0.02


@contextmanager
def under_way(server):
    """Until the test is through."""
    with server:
        threading.Thread(target=server.serve_forever, args=(ROUND,), daemon=True).start()
        yield
        server.shutdown()
