"""What changed on this site since a moment: apps, thresholds, procedures, settings, levels and contacts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import frappe

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
    filters = {"ref_doctype": ("in", [*RULES, *OTHERS]), "creation": (">=", clock.stored(since))}
    fields = ["ref_doctype", "docname", "data", "owner", "creation"]
    rows = frappe.get_all(VERSION, filters, fields, order_by="creation asc", limit=MOST)
    told = [line for row in rows for line in _told(row)]
    cut = [f"Only the first {MOST} changes were read."] if len(rows) >= MOST else []
    return [*dict.fromkeys(told), *cut]


def _told(row: Any) -> Iterator[str]:
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
        what = some([meta.get_label(field) for field in (*(each[0] for each in changed), *sorted(tables))], 5)
    else:
        what = ", ".join(
            f"{meta.get_label(field)} {_value(old)} → {_value(new)}" for field, old, new in changed
        )
    name = row.ref_doctype if row.ref_doctype == row.docname else f"{row.ref_doctype} {row.docname}"
    yield redact(f"{name}: {what} ({row.creation:%Y-%m-%d})")


def _value(value: object) -> str:
    return str(value) if value not in (None, "") else "(none)"


def _version(app: str) -> str:
    try:
        module = frappe.get_module(app)
        return str(getattr(module, "__version__", "") or version(app))
    except (ImportError, PackageNotFoundError):
        return "unknown"
