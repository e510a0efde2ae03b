"""The troubleshooting guide: what was met on this site before, and what helped.

Nothing is written twice: it is made of the notes of error patterns, and of what people wrote of escalations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.operations.escalation_steps import ESCALATION
from verenigingen_maintenance.operations.runbook_steps import runbook_steps
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.error_patterns import PATTERN

DAYS = timedelta(days=400)
MOST_PATTERNS, MOST_ESCALATIONS, MOST_SUBJECTS = 300, 500, 60
LONGEST = 2_000
EVENT = "Maintenance Escalation Event"
Entry = dict[str, Any]


def guide(words: str) -> dict[str, Any]:
    """The entries with all of `words` in them: those with a solution first, then the latest.

    An entry has kind (Error, Escalation), symptom, document, doctype, times, last_seen, state, solution and
    steps. `missing` says what was left out.
    """
    since = clock.stored(clock.now() - DAYS)
    patterns, escalations = _patterns(since), _escalations(since)
    subjects = _by_subject(escalations)
    entries = [*map(_of_pattern, patterns), *_of_subjects(subjects)]
    found = [entry for entry in entries if _has(entry, words)]
    latest = sorted(found, key=lambda each: str(each["last_seen"]), reverse=True)
    return {
        "entries": sorted(latest, key=lambda each: not each["solution"]),
        "missing": _left_out(patterns, escalations, subjects),
    }


def _patterns(since: datetime) -> list[Mapping]:
    filters = {"last_at": (">=", since), "continues_in": ("is", "not set")}
    fields = ["name", "title", "total", "last_at", "notes", "state"]
    return frappe.get_all(PATTERN, filters, fields, order_by="last_at desc", limit=MOST_PATTERNS)


def _of_pattern(row: Mapping) -> Entry:
    told = {"kind": "Error", "symptom": row["title"], "document": row["name"], "doctype": PATTERN}
    seen = {"times": row["total"], "last_seen": row["last_at"], "state": row["state"]}
    return {**told, **seen, "solution": (row["notes"] or "")[:LONGEST], "steps": []}


def _escalations(since: datetime) -> list[Mapping]:
    filters = {"opened_at": (">=", since), "is_drill": 0}
    fields = ["name", "subject", "title", "opened_at", "status", "outcome", "review"]
    return frappe.get_all(ESCALATION, filters, fields, order_by="opened_at desc", limit=MOST_ESCALATIONS)


def _by_subject(rows: Iterable[Mapping]) -> dict[str, list[Mapping]]:
    found: dict[str, list[Mapping]] = defaultdict(list)
    for row in rows:
        found[row["subject"]].append(row)
    return found


def _of_subjects(subjects: Mapping[str, list[Mapping]]) -> list[Entry]:
    shown = list(subjects.values())[:MOST_SUBJECTS]
    names = [row["name"] for rows in shown for row in rows]
    notes, checks = _resolutions(names), _checks(names)
    return [_of_subject(rows, notes, checks) for rows in shown]


def _of_subject(rows: list[Mapping], notes: Mapping[str, str], checks: Mapping[str, list[str]]) -> Entry:
    """The newest one names it; what helped is the newest that somebody wrote."""
    newest = rows[0]
    told = [_helped(row, notes) for row in rows if row["outcome"] != "False Positive"]
    steps = runbook_steps(check for row in rows for check in checks.get(row["name"], []))
    return {
        **{
            "kind": "Escalation",
            "symptom": newest["title"],
            "document": newest["name"],
            "doctype": ESCALATION,
        },
        **{"times": len(rows), "last_seen": newest["opened_at"], "state": newest["status"]},
        "solution": next((text for text in told if text), "")[:LONGEST],
        "steps": [f"{step.procedure}: {step.task}" for step in steps],
    }


def _helped(row: Mapping, notes: Mapping[str, str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, [notes.get(row["name"], ""), row["review"] or ""])))


def _resolutions(names: list[str]) -> dict[str, str]:
    """What people wrote when they resolved these; what ended by itself says nothing of a solution."""
    filters = {"parent": ("in", names or [""]), "event": "Resolved", "note": ("is", "set")}
    fields, most = ["parent", "note"], 4 * MOST_ESCALATIONS
    rows = frappe.get_all(EVENT, filters, fields, order_by="idx asc", limit=most)
    return {row.parent: row.note for row in rows}


def _checks(names: list[str]) -> dict[str, list[str]]:
    filters = {"parent": ("in", names or [""])}
    rows = frappe.get_all(
        "Maintenance Escalation Check", filters, ["parent", "check_name"], limit=4 * MOST_ESCALATIONS
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.parent].append(row.check_name)
    return found


def _has(entry: Entry, words: str) -> bool:
    text = f"{entry['symptom']} {entry['solution']} {' '.join(entry['steps'])}".lower()
    return all(word in text for word in (words or "").lower().split())


def _left_out(patterns: list, escalations: list, subjects: Mapping) -> list[str]:
    told = {
        _("only the latest {0} error patterns are shown"): (len(patterns), MOST_PATTERNS),
        _("only the latest {0} escalations are counted"): (len(escalations), MOST_ESCALATIONS),
        _("only the latest {0} subjects are shown"): (len(subjects) - 1, MOST_SUBJECTS),
    }
    return [text.format(most) for text, (count, most) in told.items() if count >= most]
