"""An outgoing sign of life, for somebody outside who notices when it stays away.

The address is that of a check at Healthchecks, or of what understands the same: /start when work begins, the
address itself when it went well, /fail when not.
"""

from __future__ import annotations

import frappe
import requests

from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit

PATIENCE = 5
ENDINGS = {"start": "/start", "success": "", "fail": "/fail"}


def tell(what: str = "success") -> None:
    """Sends a sign, where an address is set; what goes wrong is kept, and shown with the site's state."""
    url = (frappe.db.get_single_value(SETTINGS, "heartbeat_url") or "").strip().rstrip("/")
    if url:
        _keep(_problem(f"{url}{ENDINGS[what]}"))


def _problem(url: str) -> str:
    """Why nobody took it; “” where somebody did."""
    try:
        answer = requests.post(url, timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        return redact(f"{type(error).__name__}: nobody answers")
    return "" if answer.ok and not answer.is_redirect else f"HTTP {answer.status_code}"


def _keep(problem: str) -> None:
    if problem != (frappe.db.get_single_value(SETTINGS, "heartbeat_problem") or ""):
        frappe.db.set_single_value(SETTINGS, "heartbeat_problem", problem, update_modified=False)
        commit()
