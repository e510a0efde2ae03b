"""How the site's maintenance is configured: rules and their history, people, schedules, versions.

Neither tokens nor addresses of targets are told: such a field is never read here.
"""

from __future__ import annotations

import json
import platform
from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.report_periods import Period
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import procedures, settings
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.operations.report_facts_work import thresholds_changed
from verenigingen_maintenance.operations.still_to_fill import still_to_fill

APP = "verenigingen_maintenance"
RULE = (
    "enabled",
    "area",
    "source",
    "unit",
    "warning",
    "critical",
    "clear",
    "breaches",
    "clears",
    "live",
    "starting_level",
    "timeout_seconds",
)
SECRET = frozenset(
    {"health_token_hash", "heartbeat_url", "heartbeat_problem", "seeded", "shipped", "migrated_at"}
)
PLAIN = ("Check", "Int", "Float", "Data", "Time", "Select")
SEEDED = (CHECK, "Escalation Level", "Emergency Contact", "Metric", "Maintenance Procedure")
MOST = 500


def facts(period: Period, now: datetime) -> dict[str, Any]:
    """All of it as it is set when this is read, and what was changed in the period."""
    return {
        "checks": _checks(),
        "changes": thresholds_changed(period),
        "levels": _levels(),
        "contacts": frappe.get_all(
            "Emergency Contact",
            fields=["name", "full_name", "phone", "email", "around_the_clock"],
            order_by="name",
            limit=MOST,
        ),
        "targets": frappe.get_all(
            "Notification Target",
            fields=["title", "enabled", "from_level", "hours"],
            order_by="title",
            limit=MOST,
        ),
        "procedures": _procedures(),
        "jobs": _jobs(),
        "metrics": frappe.get_all(
            "Metric",
            fields=["name", "title", "unit", "enabled", "every_minutes", "capacity_limit"],
            order_by="metric_group, title",
            limit=MOST,
        ),
        "settings": _settings(),
        "differs": _differs(),
        "to_fill": still_to_fill(),
        "sources": {
            "checks": "Maintenance Check as it is set",
            "changes": "Version of Maintenance Check: what was changed in the period",
            "people": "Escalation Level, Emergency Contact and Notification Target as they are set",
            "schedules": "Maintenance Procedure as it is set; Scheduled Job Type: when each job ran last",
            "settings": "Maintenance Settings as it is set",
            "differs": "what the runbook of this version ships, against what is set",
            "metrics": "Metric as it is set",
            "to_fill": "Maintenance Settings: Still to fill in or decide",
        },
    }


def stack(period: Period, now: datetime) -> dict[str, Any]:
    """Versions of what the site runs on, as they are when this is read."""
    versions = [
        [app, str(getattr(frappe.get_module(app), "__version__", "")) or "not told"]
        for app in frappe.get_installed_apps()
    ]
    versions += [
        ["MariaDB", str(frappe.db.sql("select version()")[0][0])],
        ["Redis (cache)", str(frappe.cache.info("server")["redis_version"])],
        ["Python", platform.python_version()],
        ["Operating system", _system()],
    ]
    return {
        "versions": versions,
        "sources": {"versions": "installed apps, SELECT VERSION(), Redis INFO and the host"},
    }


def _system() -> str:
    """The distribution where it says so, else the kernel."""
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, kernel {platform.release()}"
    except (OSError, KeyError):
        return platform.platform()


def _checks() -> list[dict[str, Any]]:
    fields = ["name", "title", "version", "not_applicable", "not_applicable_reason", *RULE]
    return frappe.get_all(CHECK, fields=fields, order_by="area, name", limit=MOST)


def _levels() -> list[dict[str, Any]]:
    fields = [
        "level",
        "title",
        "contact",
        "role",
        "response_in_hours",
        "response_after_hours",
        "grace_minutes",
        "phone",
    ]
    return frappe.get_all("Escalation Level", fields=fields, order_by="level", limit=MOST)


def _procedures() -> list[dict[str, Any]]:
    fields = [
        "name",
        "enabled",
        "cadence",
        "weekday",
        "nth",
        "window_starts",
        "window_ends",
        "document_version",
        "version",
        "owner_title",
        "approver_title",
        "last_review",
    ]
    rows = frappe.get_all("Maintenance Procedure", fields=fields, order_by="name", limit=MOST)
    for row in rows:
        review = procedures.next_review(frappe.get_cached_doc("Maintenance Procedure", row.name))
        row.update(
            {
                "window": _window(row),
                "next_review": str(review or ""),
                "last_review": str(row.last_review or ""),
            }
        )
        row.update({"window_starts": None, "window_ends": None})
    return rows


def _window(row: Any) -> str:
    if not row.window_starts or row.cadence == Cadence.EMERGENCY.value:
        return ""
    day = {
        "Weekly": row.weekday,
        "Monthly": f"{row.nth}. {row.weekday}",
        "Quarterly": f"{row.nth}. {row.weekday}",
    }
    starts, ends = (str(each)[:-3] for each in (row.window_starts, row.window_ends))
    return f"{day.get(row.cadence, 'business days')} {starts} to {ends}"


def _jobs() -> list[dict[str, Any]]:
    fields = ["method", "frequency", "cron_format", "last_execution", "stopped"]
    rows = frappe.get_all(
        "Scheduled Job Type", {"method": ("like", f"{APP}.%")}, fields, order_by="method", limit=MOST
    )
    return [
        {
            "job": row.method.rpartition(".")[2],
            "when": row.cron_format or row.frequency,
            "last": str(row.last_execution or "")[:10],
            "stopped": bool(row.stopped),
        }
        for row in rows
    ]


def _settings() -> list[list[str]]:
    document = frappe.get_doc(settings.SETTINGS)
    return [
        [field.label, str(document.get(field.fieldname) if document.get(field.fieldname) is not None else "")]
        for field in document.meta.fields
        if field.fieldtype in PLAIN and field.fieldname not in SECRET
    ]


def _differs() -> list[list[str]]:
    """What was once given by the runbook and is set otherwise: document, field, shipped, set."""
    found = [*_of_document(frappe.get_doc(settings.SETTINGS))]
    for doctype in SEEDED:
        for name in frappe.get_all(
            doctype, {"shipped": ("is", "set")}, pluck="name", order_by="name", limit=MOST
        ):
            found += _of_document(frappe.get_doc(doctype, name))
    return found[:MOST]


def _of_document(document: Document) -> list[list[str]]:
    shipped = json.loads(document.get("shipped") or "{}").get("entry") or {}
    named = document.name if document.doctype == document.name else f"{document.doctype} {document.name}"
    found = []
    for field, value in shipped.items():
        df = document.meta.get_field(field)
        if (
            df
            and field not in SECRET
            and not isinstance(value, list)
            and not _is_same(value, document.get(field))
        ):
            found.append([named, df.label or field, str(value or ""), str(document.get(field) or "")])
    return found


def _is_same(shipped: object, present: object) -> bool:
    """A time and a number are read back in another form than the runbook writes them."""
    first, second = (str(each if each not in (None, False, 0) else "").strip() for each in (shipped, present))
    if first == second or (_number(first) is not None and _number(first) == _number(second)):
        return True
    bare = first.lstrip("0")
    return second in (bare, f"{first}:00", f"{bare}:00")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
