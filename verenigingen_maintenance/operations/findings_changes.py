"""Findings from the changes: what hurts or failed, what nobody judged, and what could be better."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from frappe.utils import get_fullname

from verenigingen_maintenance.core.change_states import Status
from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import effectiveness
from verenigingen_maintenance.sources import changes, clock

CHANGE = changes.CHANGE
WHAT_TO_DO = {
    "made something worse": "roll it back",
    "failed": "see Failed With on its form; apply it once more, roll it back, or dismiss it",
    "begun, not finished": "apply it once more to finish it, or roll it back",
    "not measured": "its time is over: measure it, then keep it or roll it back",
    "not enough data": "it cannot be judged by what was measured: look, then keep it or roll it back",
}


def found(_review: Review, now: datetime) -> Found:
    """Changes that made it worse, failed or were not judged; then opportunities, by their expected gain."""
    troubled, unjudged = changes.troubled(now), changes.unjudged(now)
    wrong = {row.name for rows in troubled.values() for row in rows}
    plan = [row for row in effectiveness.roadmap()["changes"] if row["name"] not in wrong]
    each = (*_wrong(troubled, Verdict.CRITICAL), *_wrong(unjudged, Verdict.WARNING), *_open(plan, now))
    is_cut = max(len(rows) for rows in (*troubled.values(), *unjudged.values(), plan)) >= changes.MOST
    cut = f"only {changes.MOST} of a kind were looked at" if is_cut else ""
    missing = "; ".join(filter(None, [_not_looked_for(now), cut]))
    return worst_first(each, missing, None if is_cut else [])


def _wrong(rows: dict[str, list[Any]], severity: Verdict) -> Iterator[Finding]:
    for what, those in rows.items():
        for row in those:
            told = " ".join((row.get("result") or row.get("failure") or "").split())
            text = ". ".join(filter(None, [f"{what}: {WHAT_TO_DO[what]}", told]))
            yield Finding(f"{what} {row.name}", row.title, text, None, "", severity, True, CHANGE, row.name)


def _open(plan: list[dict[str, Any]], now: datetime) -> Iterator[Finding]:
    """What is approved and on time is in order; the rest waits for somebody."""
    today = str(clock.stored(now).date())
    for row in plan[: changes.MOST]:
        is_late = bool(row["due_on"]) and row["due_on"] < today
        on_time = row["status"] == Status.APPROVED.value and row["responsible"] and not is_late
        severity = Verdict.OK if on_time else Verdict.WARNING
        gain = (row["gain"] or "").rstrip(".")
        text = "; ".join(filter(None, [_state(row, is_late), gain, row["finding"]]))
        about = {"doctype": CHANGE, "name": row["name"]}
        yield Finding(f"open {row['name']}", row["title"], text, severity=severity, **about)


def _state(row: dict[str, Any], is_late: bool) -> str:
    gain = f", {row['gain_level'].lower()} gain expected" if row["gain_level"] else ""
    who = get_fullname(row["responsible"]) if row["responsible"] else "no person"  # an address is redacted
    when = f"by {row['due_on']}{', overdue' if is_late else ''}" if row["due_on"] else "no date"
    return f"{row['status'].lower()}{gain}; {who}, {when}"


def _not_looked_for(now: datetime) -> str:
    """What the daily look for opportunities could not measure: there may be more of them."""
    looked = changes.opportunities_open(now)
    return looked.reason if isinstance(looked, Unknown) else looked.at_least
