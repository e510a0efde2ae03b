"""Findings from the procedures: due for review, and why; versions that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import getdate

from verenigingen_maintenance.core import review_marks
from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.sources import documentation

PROCEDURE, VERSION = documentation.PROCEDURE, documentation.VERSION
BY_CALENDAR = "by the calendar"


def found(_review: Review, now: datetime) -> Found:
    """Enabled procedures whose review is due, and versions in use that wait for approval."""
    return worst_first((*_due(now), *_versions()))


def _due(now: datetime) -> Iterator[Finding]:
    """Known by the day it is due: what is due once more after a review is another finding."""
    for row in documentation.due_rows(now):
        why = _why(row)
        text = f"due for review since {row.next_review}: {'; '.join(why)}"
        about = {"doctype": PROCEDURE, "name": row.name}
        yield Finding(
            f"review {row.next_review} {row.name}", f"Review {row.name}", text, len(why), "reasons", **about
        )


def _why(row: Any) -> list[str]:
    """The marks; the calendar where it is due before the first of them."""
    marks = review_marks.lines_of(row.review_because)
    first = review_marks.since(row.review_because)
    return marks if first and first <= getdate(row.next_review) else [BY_CALENDAR, *marks]


def _versions() -> Iterator[Finding]:
    fields = ["name", "made_at", "made_by", "reason"]
    rows = frappe.get_all(VERSION, {"status": "Draft"}, fields, order_by="made_at asc, name asc", limit=0)
    for row in rows:
        by, why = row.made_by or "the app", " ".join((row.reason or "").split())
        told = f"in use since {row.made_at:%Y-%m-%d} and not approved; made by {by}"
        text = ": ".join(filter(None, [told, why]))
        yield Finding(f"version {row.name}", f"Approve {row.name}", text, doctype=VERSION, name=row.name)
