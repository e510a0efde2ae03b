"""What the dashboard shows, in Desk and as a page: one description, in parts. Nothing is measured for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core.derived import Cause, Situation
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import age_in_words
from verenigingen_maintenance.operations import dashboard_cards as cards
from verenigingen_maintenance.operations import dashboard_figures as figures
from verenigingen_maintenance.operations import dashboard_series as series
from verenigingen_maintenance.operations import dashboard_summary as summary
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations import dashboard_work as work
from verenigingen_maintenance.operations import watch
from verenigingen_maintenance.operations.dashboard_series import CHARTS
from verenigingen_maintenance.sources import clock

SECONDS = 2


def describe_dashboard(now: datetime | None = None) -> dict[str, Any]:
    """The values of the template, all as text in the reader's language; only what is named svg is HTML.

    A part that cannot be read is `{"failed": why}`, and the others are there all the same.
    """
    now = now or clock.now()
    with _bounded():
        return _described(_Parts(now), now)


class _Parts:
    """Reads parts, one after another; `failed` has the reasons of those that could not be read."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.failed: dict[str, str] = {}

    def read(self, name: str, reader: Callable[[], Any], otherwise: Any = None) -> Any:
        """What `reader` answers; `otherwise` where it fails, and why it did is kept and shown."""
        try:
            return reader()
        except Exception as error:  # noqa: BLE001 - a part may fail in any way; the page says so and goes on
            frappe.logger("verenigingen_maintenance").exception("dashboard: %s", name)
            self.failed[name] = redact(f"{type(error).__name__}: {error}")[:300]
            return otherwise


def _described(parts: _Parts, now: datetime) -> dict[str, Any]:
    watcher = parts.read("watch", lambda: watch.describe_watch(now)) or _UNWATCHED
    daily = parts.read("run", lambda: summary.daily(now)) or summary.Daily(None, None, None)
    run, checks = daily.measured, parts.read("checks", lambda: cards.present_checks(now), {})
    present = parts.read("checks", lambda: cards.present_causes(run, checks))
    going = parts.read("incidents", lambda: summary.incidents(now), [])
    rows = parts.read("escalations", work.unresolved, [])
    lines = parts.read("charts", lambda: _series(checks, now), {})
    changes = parts.read("changes", lambda: work.changes(now), {"lines": [], "more": 0})
    found = parts.read("status", lambda: summary.status(run, present, rows, going, watcher["is_late"]))
    return {
        **_watched(watcher),
        **_of_run(run, now),
        **_status(found, watcher, bool(_NEEDED & set(parts.failed))),
        "incidents": going,
        "issues": parts.read(
            "issues", lambda: summary.issues(present, run, rows), {"count": None, "lines": []}
        ),
        "todays_run": parts.read("run of today", lambda: summary.todays_run(daily, now)),
        "duty": parts.read("duty", lambda: summary.on_duty(now)),
        "cards": parts.read(
            "cards", lambda: cards.cards(run, checks, _situation(present, checks, rows), lines, now), []
        ),
        "recent_errors": parts.read("recent errors", lambda: cards.recent_errors(run, now)),
        "patterns": parts.read("patterns", lambda: work.patterns(now)),
        "escalations": parts.read("escalations", lambda: work.escalations(rows, now)),
        "promises": parts.read("promises", lambda: figures.promises(now)),
        "forecasts": parts.read("forecasts", lambda: figures.ahead(now)),
        "compliance": parts.read("compliance", lambda: figures.by_area(now)),
        "charts": parts.read("charts", lambda: _charts(lines, changes["lines"]), []),
        "changes": changes,
        "failed": parts.failed,
    }


def _situation(present: dict[str, Cause] | None, checks: dict[str, Any], rows: list[Any]) -> Situation:
    """All that was judged, and the subjects of the open escalations."""
    titles = {name: check.title for name, check in checks.items() if not check.subject}
    return Situation(list((present or {}).values()), frozenset(each.subject for each in rows), titles)


_NEEDED = {"watch", "run", "checks", "incidents", "escalations"}
_UNWATCHED = {"seconds": None, "is_late": True, "why": [], "problems": [], "verdict": "UNKNOWN"}


def _watched(watcher: dict[str, Any]) -> dict[str, Any]:
    seconds = watcher["seconds"]
    return {
        "sampled": age_in_words(seconds),
        "sampled_words": "" if seconds is None else _("{0} ago").format(words.length(seconds)),
        "is_late": watcher["is_late"],
        "why": [*watcher["why"], *watcher["problems"]],
    }


def _of_run(run: Any, now: datetime) -> dict[str, Any]:
    """Which run the cards are of, and when it was measured."""
    return {
        "run": run.name if run else None,
        "measured_at": words.at(clock.instant_before(run.measured_at, now), now) if run else "",
        "zone": str(clock.zone()),
        "as_of": f"{clock.stored(now):%H:%M:%S}",
    }


def _status(found: Any, watcher: dict[str, Any], is_incomplete: bool) -> dict[str, Any]:
    """The status and its sentence; where what it rests on could not be read, it is CRITICAL or UNKNOWN."""
    if found is None or (is_incomplete and found.verdict is not Verdict.CRITICAL):
        told = _("Nobody can say how the system is: parts of this page could not be read.")
        return {"status": _("unknown"), "verdict": "UNKNOWN", "sentence": told}
    seconds = watcher["seconds"]
    looked = "" if seconds is None else _("{0} ago").format(words.length(seconds))
    verdict = found.verdict.value if found.verdict else "UNKNOWN"
    return {"status": words.status(found), "verdict": verdict, "sentence": words.sentence(found, looked)}


def _series(checks: dict[str, Any], now: datetime) -> dict[str, series.Series]:
    """The trends of the cards and the lines of the charts."""
    sources = [checks[name].source for name in cards.CARDS if name in checks]
    return {**series.read(sources, now), series.SCORE: series.score(now)}


def _charts(lines: dict[str, series.Series], changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    marks = [(each["moment"], each["sign"], each["text"]) for each in changes]
    found = [lines[name] for name in CHARTS if name in lines]
    return [
        {"title": each.title, "url": each.url, "why_none": each.why_none}
        | ({"svg": each.chart(marks)} if each.points else {})
        for each in found
    ]


@contextmanager
def _bounded() -> Iterator[None]:
    """No statement of it takes longer than that: the database ends it, and its part says so."""
    frappe.db.sql("set session max_statement_time = %s", SECONDS)
    try:
        yield
    finally:
        frappe.db.sql("set session max_statement_time = default")
