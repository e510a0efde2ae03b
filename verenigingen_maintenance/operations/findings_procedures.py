"""Findings from the procedures: due for review, and why; versions that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from frappe.utils import getdate

from verenigingen_maintenance.core import review_marks
from verenigingen_maintenance.core.findings import Finding, Found, Review, worst_first
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import documentation

PROCEDURE, VERSION = documentation.PROCEDURE, documentation.VERSION
BY_CALENDAR, OF_THE_APP, MOST_NAMED = "by the calendar", "versions of the app", 7


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
    """Each of a person's; those that the app brought, of which a new site has seven, together."""
    rows = documentation.drafts()
    yield from _of_the_app([row.name for row in rows if not row.made_by])
    for row in (row for row in rows if row.made_by):
        why = " ".join((row.reason or "").split())
        told = f"in use since {row.made_at:%Y-%m-%d} and not approved; made by {row.made_by}"
        text = ": ".join(filter(None, [told, why]))
        yield Finding(f"version {row.name}", f"Approve {row.name}", text, doctype=VERSION, name=row.name)


def _of_the_app(names: list[str]) -> Iterator[Finding]:
    if names:
        title = "Approve the versions that the app brought"
        about = {"doctype": VERSION, "name": names[0]}
        yield Finding(OF_THE_APP, title, some(names, MOST_NAMED), len(names), "versions", **about)
