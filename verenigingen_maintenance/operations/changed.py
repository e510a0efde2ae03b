"""What changed on this site since a moment: apps, thresholds, procedures, settings, levels and contacts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock

VERSION = "Version"
MOST = 300
# Their values are told; of the other DocTypes only which fields were changed.
RULES = {
    "Maintenance Check": ("warning", "critical", "clear", "breaches", "clears", "enabled", "not_applicable")
}
OTHERS = ("Maintenance Procedure", "Maintenance Settings", "Escalation Level", "Emergency Contact")
# What the app itself writes there is no change of anybody's.
OWN = frozenset(
    {
        "version",
        "shipped",
        "seeded",
        "modified",
        "active_since",
        "next_review",
        "agreed_dates",
        "holidays_until",
    }
    | {"errors_counted_from", "heartbeat_problem", "health_token_hash", "migrated_at"}
)


@dataclass(frozen=True)
class Changed:
    """A document that somebody changed: when (as it is stored), which, and what of it in words."""

    moment: datetime
    doctype: str
    name: str
    text: str


def versions() -> dict[str, str]:
    """The version of each installed app."""
    return {app: _version(app) for app in frappe.get_installed_apps()}


def apps(before: Mapping[str, str] | None) -> list[str]:
    """Apps that came, went, or have another version than `before`; None where nobody kept any."""
    if before is None:
        return ["Versions of the apps: no signed run to compare with."]
    now = versions()
    return [
        "{}: version {}, before {}".format(
            app, now.get(app) or phrase("gone"), before.get(app) or phrase("none")
        )
        for app in sorted({*now, *before})
        if now.get(app) != before.get(app)
    ]


def documents(since: datetime) -> list[str]:
    """Changes that people and upgrades made to checks, procedures, settings, levels and contacts."""
    rows = _rows(since)
    told = [redact(f"{text} ({row.creation:%Y-%m-%d})") for row in rows for text in _told(row)]
    cut = [f"Only the first {MOST} changes were read."] if len(rows) >= MOST else []
    return [*dict.fromkeys(told), *cut]


def dated(since: datetime) -> list[Changed]:
    """The same in the reader's language, each with its moment, the last first; 300 at most."""
    return [
        Changed(row.creation, row.ref_doctype, row.docname, redact(text))
        for row in _rows(since, "creation desc")
        for text in _told(row, _)
    ]


def _rows(since: datetime, order: str = "creation asc") -> list[Any]:
    filters = {"ref_doctype": ("in", [*RULES, *OTHERS]), "creation": (">=", clock.stored(since))}
    fields = ["ref_doctype", "docname", "data", "owner", "creation"]
    return frappe.get_all(VERSION, filters, fields, order_by=order, limit=MOST)


def _told(row: Any, say: Callable[[str], str] = str) -> Iterator[str]:
    data = json.loads(row.data or "{}")
    changed = [(each[0], each[1], each[2]) for each in data.get("changed", []) if each[0] not in OWN]
    tables = {each[0] for key in ("added", "removed", "row_changed") for each in data.get(key, [])} - OWN
    rules = RULES.get(row.ref_doctype)
    if rules is not None:
        changed = [each for each in changed if each[0] in rules]
        tables = set()
    if not changed and not tables:
        return
    meta = frappe.get_meta(row.ref_doctype)
    if rules is None:
        fields = (*(each[0] for each in changed), *sorted(tables))
        what = some([say(meta.get_label(field)) for field in fields], 5)
    else:
        what = ", ".join(
            f"{say(meta.get_label(field))} {_value(old)} → {_value(new)}" for field, old, new in changed
        )
    kind = say(row.ref_doctype)
    name = kind if row.ref_doctype == row.docname else f"{kind} {row.docname}"
    yield f"{name}: {what}"


def _value(value: object) -> str:
    return str(value) if value not in (None, "") else "(none)"


def _version(app: str) -> str:
    try:
        module = frappe.get_module(app)
        return str(getattr(module, "__version__", "") or version(app))
    except (ImportError, PackageNotFoundError):
        return "unknown"
