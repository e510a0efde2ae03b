"""The monitoring dashboard over HTTP, as a user of its own gets it; the sources of a run share one answer."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime

import frappe
from frappe.utils.password import get_decrypted_password

from verenigingen_maintenance.core.pages import Card, Page, read_page
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import http, source, waits

PROBE_USER = "maintenance-probe@verenigingen-maintenance.invalid"
PROBE_NAME = "maintenance-probe"
PATIENCE = 10
MOST_BYTES = 2_000_000
KEPT_SECONDS = 20
LONGEST = 80
SUMMARY = "Executive Summary"
HTML = {"text/html", "application/xhtml+xml"}
NOT_LOGGED_IN = "answers with the login page: the probe is not logged in"


@dataclass(frozen=True)
class _Look:
    """One look at the dashboard: its page, or why there is none.

    `unseen` says why the probe cannot tell, `failure` what is wrong with the dashboard itself.
    """

    now: datetime
    origin: str
    evidence: dict = field(default_factory=dict)
    seconds: float = 0
    unseen: str = ""
    failure: str = ""
    is_late: bool = False
    page: Page | None = None

    def unknown(self, reason: str = "") -> Unknown:
        return Unknown(reason or self.unseen or self.failure, self.now, self.origin, evidence=self.evidence)

    def reading(self, value: float, unit: str, **more: object) -> Reading:
        return Reading(value, unit, self.now, self.origin, **{"evidence": self.evidence, **more})


_KEPT: dict[tuple[str, str], tuple[float, _Look]] = {}
_LOCK = threading.Lock()


@source
@waits("dashboard")
def accessible(now: datetime) -> Reading | Unknown:
    """0 failures when a whole page came that is no login and no error page, else 1 and what happened."""
    look = _look(now)
    if look.unseen:
        return look.unknown()
    return look.reading(int(bool(look.failure)), "failures", detail=look.failure)


@source
@waits("dashboard")
def load_seconds(now: datetime) -> Reading | Unknown:
    """Seconds until the whole page was there."""
    look = _look(now)
    if look.is_late:
        return look.reading(PATIENCE, "s", at_least=look.failure)
    return look.reading(look.seconds, "s") if look.page else look.unknown()


@source
@waits("dashboard")
def summary_missing(now: datetime) -> Reading | Unknown:
    """0 sections when there is an Executive Summary with data, else 1."""
    look = _look(now)
    if look.page is None:
        return look.unknown()
    card = look.page.section(SUMMARY)
    problem = _told(card) if card else f"there is no section “{SUMMARY}”"
    is_missing = card is None or bool(card.problem)
    return look.reading(int(is_missing), "sections", detail=problem if is_missing else "")


@source
@waits("dashboard")
def cards_without_data(now: datetime) -> Reading | Unknown:
    """How many cards and sections of the dashboard are empty, not measured, or show an error."""
    look = _look(now)
    if look.page is None:
        return look.unknown()
    if not look.page.cards:
        return look.unknown("no card was recognised on the page")
    bad = [card for card in look.page.cards if card.problem]
    more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
    detail = "; ".join(_told(card) for card in bad[:3]) + more
    evidence = {**look.evidence, "cards": [_as_evidence(card) for card in look.page.cards]}
    return look.reading(len(bad), "cards", detail=detail, evidence=evidence)


def path() -> str:
    """The page that is probed: the setting, else verenigingen's dashboard where it is, else our own."""
    setting = frappe.db.get_single_value("Maintenance Settings", "dashboard_path")
    is_there = "verenigingen" in frappe.get_installed_apps()
    return setting or ("/monitoring_dashboard" if is_there else "/maintenance_dashboard")


def probe_key() -> tuple[str, str] | None:
    """Key and secret of the probe's user; None when it is missing, disabled or without a key."""
    user = frappe.db.get_value("User", PROBE_USER, ["enabled", "api_key"], as_dict=True)
    if not user or not user.enabled or not user.api_key:
        return None
    secret = get_decrypted_password("User", PROBE_USER, "api_secret", raise_exception=False)
    return (user.api_key, secret) if secret else None


def forget() -> None:
    """Drop what was fetched: the next source fetches anew."""
    with _LOCK:
        _KEPT.clear()


# --- one look


def _look(now: datetime) -> _Look:
    """The page as it was fetched within the last seconds, else as it is fetched now."""
    base, page = http.address(), path()
    nothing = _Look(now, f"own request to {base}{page}")
    if frappe.flags.maintenance_in_request:
        return replace(nothing, unseen=http.INSIDE_A_REQUEST)
    if refusal := _refusal(base, page):
        return replace(nothing, unseen=refusal)
    key = probe_key()
    if key is None:
        return replace(nothing, unseen="there is no probe user with a key; run bench migrate")
    with _LOCK:
        return _kept(f"{base}{page}") or _keep(f"{base}{page}", _fetch(nothing, f"{base}{page}", key))


def _refusal(base: str, page: str) -> str:
    """Why the probe's key is not sent there; "" when it is."""
    if not http.is_own_address(base):
        return (
            f"“{base}” is not an address of this site, and the probe's key goes nowhere else. Set Address of "
            "this Site in Maintenance Settings to this host, such as http://127.0.0.1:8000, or let an "
            "administrator list the web server's host as “maintenance_web_servers” in site_config.json"
        )
    if not page.startswith("/"):
        return f"“{page}” is not the path of a page: write Path of the Dashboard from the slash on"
    return ""


def _kept(url: str) -> _Look | None:
    at, look = _KEPT.get((frappe.local.site, url), (0, None))
    return look if time.monotonic() - at < KEPT_SECONDS else None


def _keep(url: str, look: _Look) -> _Look:
    _KEPT[frappe.local.site, url] = (time.monotonic(), look)
    return look


def _fetch(nothing: _Look, url: str, key: tuple[str, str]) -> _Look:
    headers = {
        "Host": frappe.local.site,
        "Accept": "text/html",
        "Accept-Encoding": "identity",
        "Authorization": f"token {key[0]}:{key[1]}",
    }
    answer = http.get_whole(url, headers, PATIENCE, MOST_BYTES)
    evidence = {
        "address": url,
        "HTTP status": answer.status or None,
        "bytes": answer.came,
        "seconds": answer.seconds,
        "user": PROBE_NAME,
    }
    look = replace(nothing, evidence=evidence, seconds=answer.seconds, is_late=answer.is_late)
    return _judged(look, answer)


# --- what an answer says


def _judged(look: _Look, answer: http.Answer) -> _Look:
    if unseen := _unseen(answer):
        return replace(look, unseen=unseen)
    if failure := _failure(answer):
        return replace(look, failure=failure)
    page = read_page(answer.body.decode(errors="replace"))
    if page.is_login:
        return replace(look, unseen=NOT_LOGGED_IN)
    if page.is_error_page:
        return replace(look, failure=f"200, but an error page: {page.is_error_page}")
    if not page.is_whole:
        return replace(look, failure=f"200, but {http.broken_off(answer.came)}")
    return replace(look, page=page)


def _unseen(answer: http.Answer) -> str:
    """Why an answer says nothing about the dashboard, but about the probe; "" where it does."""
    if answer.status == 401:
        return "HTTP 401: the web server does not accept the probe's key. Is it this site's web server?"
    if answer.status == 403:
        return f"HTTP 403: the probe's user may not open it. Give {PROBE_NAME} the role it needs"
    return NOT_LOGGED_IN if _moved_to(answer).endswith("/login") else ""


def _failure(answer: http.Answer) -> str:
    """What is wrong before the page is read; "" where nothing is."""
    if answer.is_late or not answer.status:
        return answer.flaw
    if answer.status != 200:
        target = _moved_to(answer)
        return f"HTTP {answer.status}" + (f", a redirect to {target}" if target else "")
    if answer.flaw:
        return f"200, but {answer.flaw}"
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return "" if kind in HTML else f"200, but {kind or 'no type of content'} instead of HTML"


def _moved_to(answer: http.Answer) -> str:
    """The path that a redirect leads to; "" for other answers."""
    target = answer.headers.get("Location", "")
    if not target or not 300 <= answer.status < 400:
        return ""
    path_on = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", "", target, flags=re.I)
    return re.split(r"[?#]", path_on)[0][:LONGEST].rstrip("/") or "/"


def _told(card: Card) -> str:
    return f"“{card.title}”: {card.problem}"


def _as_evidence(card: Card) -> dict[str, str]:
    return {"title": card.title[:LONGEST], "text": card.text[:LONGEST], "problem": card.problem}
