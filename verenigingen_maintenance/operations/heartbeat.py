"""An outgoing sign of life, for somebody outside who notices when it stays away.

The address is that of a check at Healthchecks, or of what understands the same: /start when work begins, the
address itself when it went well, /fail when not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import frappe

from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock, http
from verenigingen_maintenance.sources.traffic import LOOPBACK

PATIENCE, MOST_BYTES = 5, 10_000
TAKEN, ASKED, KEPT = "maintenance_heartbeat_taken", "maintenance_health_asked", 86_400
ENDINGS = {"start": "/start", "success": "", "fail": "/fail"}


def tell(what: str = "success") -> None:
    """Sends a sign, where an address is set; what goes wrong is kept, and shown with the site's state."""
    url = (frappe.db.get_single_value(SETTINGS, "heartbeat_url") or "").strip().rstrip("/")
    if url:
        problem = _problem(f"{url}{ENDINGS[what]}")
        _keep(problem)
        if not problem:
            _note(TAKEN)


def note_asked(address: str | None) -> None:
    """Somebody with the token asked for the health address, from this IP address; this host is not
    outside."""
    if address and address not in LOOPBACK:
        _note(ASKED)


def last_outside() -> dict[str, datetime]:
    """When a sign was last `taken` outside, and when somebody outside last `asked`, of the last day; Redis
    keeps it, and forgets it when it is restarted."""
    found = {
        what: frappe.cache.get_value(key, expires=True) for what, key in (("taken", TAKEN), ("asked", ASKED))
    }
    return {what: datetime.fromisoformat(at) for what, at in found.items() if at}


def _note(key: str) -> None:
    frappe.cache.set_value(key, clock.now().isoformat(), expires_in_sec=KEPT)


@contextmanager
def telling() -> Iterator[None]:
    """Tells outside that work begins, and how it went; what failed is undone and goes on failing."""
    tell("start")
    try:
        yield
    except Exception:
        frappe.db.rollback()
        tell("fail")
        raise
    tell()


def _problem(url: str) -> str:
    """Why nobody took it; “” where somebody did."""
    try:
        answer = http.get_whole(url, {}, PATIENCE, MOST_BYTES, "POST")
    except ValueError:
        return "no request can be made to this address"
    if answer.is_late or not answer.status:
        return redact(answer.flaw)
    return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"


def _keep(problem: str) -> None:
    if problem != (frappe.db.get_single_value(SETTINGS, "heartbeat_problem") or ""):
        frappe.db.set_single_value(SETTINGS, "heartbeat_problem", problem, update_modified=False)
        commit()
