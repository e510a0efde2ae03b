"""This site as a browser sees it: own requests over HTTP, made by a worker or from the shell."""

from __future__ import annotations

import time
from datetime import datetime
from statistics import median

import frappe
import requests

from verenigingen_maintenance.core.readings import Reading, Unknown

REQUESTS = 3
PATIENCE = 5


def own_request(now: datetime, because: str) -> Reading | Unknown:
    """The median time of three pings to this site's web server in ms; `because` says why not Monitor."""
    origin = f"own request to {address()}/api/method/ping ({because})"
    if frappe.flags.maintenance_in_request:
        return Unknown(
            "an own request is made by a worker or from the shell, not inside a request", now, origin
        )
    try:
        times = [_ping(address()) for _ in range(REQUESTS)]
    except (requests.RequestException, ValueError) as error:
        return Unknown(f"the web server did not answer a ping: {error}", now, origin)
    return Reading(
        round(median(times), 1), "ms", now, origin, {"each (ms)": [round(each, 1) for each in times]}
    )


def refusal_to_answer(now: datetime) -> Unknown | None:
    """Why a ping to this site's web server failed; None when it answered (within a web request: it does)."""
    answer = own_request(now, "does it answer at all?")
    is_failure = isinstance(answer, Unknown) and not frappe.flags.maintenance_in_request
    return answer if is_failure else None


def address() -> str:
    """Where a worker reaches the web server: the setting, else this host and the bench's port."""
    setting = frappe.db.get_single_value("Maintenance Settings", "site_address")
    return (setting or f"http://127.0.0.1:{frappe.conf.webserver_port or 8000}").rstrip("/")


def _ping(base: str) -> float:
    """Milliseconds until the answer. Raises ValueError when it is another answer than Frappe's own."""
    started = time.perf_counter()
    answer = requests.get(
        f"{base}/api/method/ping",
        headers={"Host": frappe.local.site, "Accept": "application/json"},
        timeout=PATIENCE,
        allow_redirects=False,
    )
    elapsed = (time.perf_counter() - started) * 1000
    if answer.status_code != 200 or answer.json() != {"message": "pong"}:
        raise ValueError(f"HTTP {answer.status_code}, not a pong")
    return elapsed
