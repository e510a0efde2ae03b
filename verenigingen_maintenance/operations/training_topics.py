"""What a training session is about: what happened, and what is new, since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

import frappe
from frappe.utils import getdate

from verenigingen_maintenance.sources import clock, documentation

SESSION, ESCALATION, INCIDENT = "Training Session", "Maintenance Escalation", "Maintenance Incident"
MONTH = timedelta(days=31)
MOST = 20
FIELDS = ("name", "title", "status", "review", "reason", "description", "root_cause", "lessons")


def since_the_last(now: datetime) -> str:
    """Lines under headings: alerts, incidents, procedures that changed, new checks; too many are counted."""
    since = _begin(now)
    head = "Since {}:".format(f"{since:%Y-%m-%d}")
    parts = (_still_open(), _over(since), _incidents(since), _changed(since), _new_checks(since), _due(now))
    return "\n".join([head, *(line for part in parts for line in part)])


def _begin(now: datetime) -> datetime:
    """The day of the last closed session; a month ago where there was none. As stored."""
    last = frappe.db.get_value(SESSION, {"status": "Closed"}, "date", order_by="date desc")
    return datetime.combine(getdate(last), time()) if last else clock.stored(now - MONTH)


def _still_open() -> list[str]:
    filters = {"status": ("in", ("Open", "Acknowledged")), "is_drill": 0}
    return _listed("Escalations that are open", ESCALATION, filters, "{name} {title} ({status})")


def _over(since: datetime) -> list[str]:
    filters = {"closed_at": (">=", since), "opened_at": ("is", "set"), "is_drill": 0}
    return _listed("Escalations that are over", ESCALATION, filters, "{name} {title}: {review}")


def _incidents(since: datetime) -> list[str]:
    """What was learnt of each; of one that nobody reviewed yet, its state."""
    reviewed = {"opened_at": (">=", since), "is_drill": 0, "status": "Reviewed"}
    others = {**reviewed, "status": ("!=", "Reviewed")}
    return [
        *_listed(
            "Incidents that were reviewed", INCIDENT, reviewed, "{name} {title}: {root_cause} {lessons}"
        ),
        *_listed("Incidents that were not reviewed yet", INCIDENT, others, "{name} {title} ({status})"),
    ]


def _changed(since: datetime) -> list[str]:
    filters = {"made_at": (">=", since), "diff": ("is", "set")}
    return _listed("Procedures that changed", "Procedure Version", filters, "{name}: {reason}")


def _new_checks(since: datetime) -> list[str]:
    filters = {"creation": (">=", since), "enabled": 1}
    return _listed("New checks", "Maintenance Check", filters, "{title}: {description}")


def _due(now: datetime) -> list[str]:
    """By what changed, and by the calendar."""
    filters = {"name": ("in", [row.name for row in documentation.due_rows(now)] or [""])}
    return _listed("Procedures due for review", "Maintenance Procedure", filters, "{name}")


def _listed(head: str, doctype: str, filters: Mapping, told: str) -> list[str]:
    fields = [each for each in FIELDS if f"{{{each}}}" in told]
    rows = frappe.get_all(doctype, filters, fields, order_by="creation desc, name asc")
    texts = (told.format(**{key: value or "" for key, value in row.items()}) for row in rows[:MOST])
    lines = [f"- {_one_line(text)}" for text in texts]
    more = [f"- and {len(rows) - MOST} more"] if len(rows) > MOST else []
    return ["", f"{head}: {len(rows)}", *lines, *more]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(" :")
