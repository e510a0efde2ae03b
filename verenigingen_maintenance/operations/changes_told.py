"""Changes as lines of text: what was done since a moment with its values before and after, what is next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import frappe

from verenigingen_maintenance.core.change_states import Status
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import effectiveness
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.sources import clock

MOST, NEXT = 50, 3
JUDGED = ("Better", "Same", "Worse")
ENDS = (Status.KEPT.value, Status.ROLLED_BACK.value)


def implemented(since: datetime, only_judged: bool = False) -> list[str]:
    """Changes that were applied, kept or rolled back since then, one line each; `only_judged`: those of which
    it is known what they brought."""
    rows = [row for row in _since(since) if not only_judged or row.verdict in JUDGED]
    measured = effectiveness.measured([row.name for row in rows])
    return [_told(row, measured.get(row.name, [])) for row in rows]


def next_on_roadmap() -> list[str]:
    """The three of the roadmap from which most is expected."""
    return [_planned(row) for row in effectiveness.roadmap()["changes"][:NEXT]]


def _since(since: datetime) -> list[Any]:
    """The latest of them, in the order in which they were applied."""
    at = clock.stored(since)
    fields = ["name", "title", "status", "verdict", "reason", "applied_at"]
    applied = {"applied_at": (">=", at), "status": ("in", [Status.APPLIED.value, *ENDS])}
    ended = {"decided_at": (">=", at), "status": ("in", ENDS)}
    found = {}
    for filters, order in ((applied, "applied_at desc"), (ended, "decided_at desc")):
        rows = frappe.get_all(CHANGE, filters, fields, order_by=order, limit=MOST)
        found.update({row.name: row for row in rows})
    return sorted(found.values(), key=lambda row: (str(row.applied_at or ""), row.name))


def _told(row: Any, measured: list[dict[str, Any]]) -> str:
    figures = "; ".join(_figures(each) for each in measured if each["after"] is not None)
    verdict = row.verdict if row.verdict in JUDGED else "not judged"
    why = " ".join((row.reason or "").split()) if row.status in ENDS else ""
    told = [f"{row.name} {row.title}: {row.status}", verdict, figures, why]
    return ", ".join(filter(None, told))


def _figures(each: Mapping[str, Any]) -> str:
    change = "" if each["change"] is None else f" ({each['change']:+g} %)"
    before = number(each["before"]) or "not known"
    return f"{each['what']} {before} → {number(each['after'])} {each['unit']}{change}"


def _planned(row: Mapping[str, Any]) -> str:
    gain = ", {} gain expected".format(row["gain_level"].lower()) if row["gain_level"] else ""
    who = row["responsible"] or "nobody yet"
    when = "by {}".format(row["due_on"]) if row["due_on"] else "without a date"
    return f"{row['name']} {row['title']} ({row['status']}{gain}; {who}, {when})"
