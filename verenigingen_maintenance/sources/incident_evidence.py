"""What was recorded around the beginning of an incident: changes, upgrades, settings, errors, figures, runs.

Each reads a bounded number of rows by time. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import get_datetime

from verenigingen_maintenance.core.incident_factors import CHANGE, SETTING, UPGRADE, Happened, Hour, Near
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.sources import clock, error_patterns

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
DAYS_COMPARED, MOST, LONGEST = 21, 100, 300
NEAR = {"host.disk_used": "disk_used", "host.memory_used": "memory_used"}
OF_SETTINGS = (
    *("Maintenance Check", "Maintenance Procedure", "Maintenance Settings", "Escalation Level"),
    *("System Settings", "Scheduled Job Type", "Email Account", "Log Settings"),
)
# What the app itself writes is no setting of anybody's.
OWN = ("shipped", "seeded", "version", "active_since", "next_review", "migrated_at", "modified")


def changed(until: datetime, since: datetime) -> list[Happened]:
    """Changes applied and taken back, upgrades, and settings changed, from `since` until an instant."""
    return [*_changes(since, until), *_upgrades(since, until), *_settings(since, until)]


def _changes(since: datetime, until: datetime) -> Iterator[Happened]:
    begins, ends = clock.stored(since), clock.stored(until)
    for field, told, states in (
        ("applied_at", "applied", None),
        ("decided_at", "rolled back", "Rolled Back"),
    ):
        filters: dict[str, Any] = {
            field: ("between", [begins, ends]),
            **({"status": states} if states else {}),
        }
        fields = ["name", "title", "kind", "verdict", field]
        for row in frappe.get_all(
            "Maintenance Change", filters, fields, order_by=f"{field} desc", limit=MOST
        ):
            what = f"{row.name} {row.title} was {told}{f' ({row.verdict})' if row.verdict else ''}"
            yield Happened(clock.instant(row[field]), CHANGE, redact(what), f"Maintenance Change {row.name}")


def _upgrades(since: datetime, until: datetime) -> Iterator[Happened]:
    """Patches of one minute are one upgrade; one without patches is known only from the last migrate."""
    filters = {"creation": ("between", [clock.stored(since), clock.stored(until)])}
    rows = frappe.get_all("Patch Log", filters, ["creation"], order_by="creation desc", limit=10 * MOST)
    minutes: dict[datetime, int] = {}
    for row in rows:
        minute = row.creation.replace(second=0, microsecond=0)
        minutes[minute] = minutes.get(minute, 0) + 1
    for minute, count in minutes.items():
        yield Happened(clock.instant(minute), UPGRADE, f"patches of apps that were run: {count}", "Patch Log")
    migrated = frappe.db.get_single_value("Maintenance Settings", "migrated_at")
    at = clock.instant(get_datetime(migrated)) if migrated else None
    if at and since <= at <= until:
        yield Happened(
            at, UPGRADE, "the site was migrated: apps may be of another version", "Maintenance Settings"
        )


def _settings(since: datetime, until: datetime) -> Iterator[Happened]:
    filters = {
        "ref_doctype": ("in", OF_SETTINGS),
        "creation": ("between", [clock.stored(since), clock.stored(until)]),
    }
    fields = ["name", "ref_doctype", "docname", "data", "creation"]
    for row in frappe.get_all("Version", filters, fields, order_by="creation desc", limit=MOST):
        if what := _fields_changed(row):
            name = row.docname if row.docname == row.ref_doctype else f"{row.ref_doctype} {row.docname}"
            at = clock.instant(row.creation)
            yield Happened(at, SETTING, redact(f"{name}: {what}")[:LONGEST], f"Version {row.name}")


def _fields_changed(row: Any) -> str:
    """Which fields; their values may be secret."""
    data = frappe.parse_json(row.data or "{}")
    names = [each[0] for each in data.get("changed", [])]
    names += [each[0] for key in ("added", "removed", "row_changed") for each in data.get(key, [])]
    meta = frappe.get_meta(row.ref_doctype)
    return ", ".join(dict.fromkeys(str(meta.get_label(name)) for name in names if name not in OWN))


def patterns(began: datetime, until: datetime) -> list[Happened]:
    """Errors first seen from an hour before the beginning on."""
    filters = {
        "first_at": ("between", [clock.stored(began - HOUR), clock.stored(until)]),
        "continues_in": ("is", "not set"),
    }
    fields = ["name", "title", "severity", "first_at", "total"]
    rows = frappe.get_all("Error Pattern", filters, fields, order_by="first_at asc", limit=MOST)
    return [
        Happened(
            clock.instant(row.first_at),
            "Error",
            redact(f"“{row.title}” ({row.severity}, {row.total} until now)"),
            f"Error Pattern {row.name}",
        )
        for row in rows
    ]


def runs(began: datetime) -> list[Happened]:
    """Runs that were missed, or opened late, in the seven days before."""
    begins, ends = clock.stored(began - WEEK), clock.stored(began)
    missed = {"status": ("in", ["Missed", "Accepted"]), "lapses_at": ("between", [begins, ends])}
    late = {"opened_late": 1, "opened_at": ("between", [begins, ends])}
    fields = ["name", "lapses_at", "opened_at"]
    found = [("missed", "lapses_at", missed), ("opened late", "opened_at", late)]
    return [
        Happened(clock.instant(row[field]), told, row.name, f"Checklist Run {row.name}")
        for told, field, filters in found
        for row in frappe.get_all(
            "Checklist Run", {**filters, "is_drill": 0}, fields, order_by=f"{field} desc", limit=MOST
        )
    ]


def hours(began: datetime) -> list[Hour]:
    """Each metric in the hour of the beginning, and in the same hour of the three weeks before."""
    hour = clock.stored(began).replace(minute=0, second=0, microsecond=0)
    same = [hour - number * DAY for number in range(DAYS_COMPARED + 1)]
    metrics = {
        row.name: row
        for row in frappe.get_all(
            "Metric", {"kind": ("!=", "Counter"), "enabled": 1}, ["name", "title", "unit", "kind"], limit=0
        )
    }
    rows = frappe.get_all(
        "Metric Hour",
        {"begins": ("in", same), "metric": ("in", [*metrics, ""])},
        ["metric", "begins", "median", "total"],
        limit=len(same) * (len(metrics) + 1),
    )
    values: dict[str, dict[datetime, float]] = {}
    for row in rows:
        figure = row.total if metrics[row.metric].kind == "Count" else row.median
        values.setdefault(row.metric, {})[row.begins] = float(figure)
    return [
        Hour(name, metric.title, metric.unit or "", values[name][hour], _before(values[name], hour))
        for name, metric in metrics.items()
        if hour in values.get(name, {})
    ]


def _before(values: dict[datetime, float], hour: datetime) -> Sequence[float]:
    return [value for begins, value in values.items() if begins < hour]


def near(began: datetime) -> tuple[list[Near], list[str]]:
    """The most of disk and memory around the beginning beside the warning of their checks; and of which
    nothing was sampled."""
    begins, ends = clock.stored(began - HOUR / 4), clock.stored(began + HOUR)
    found, missing = [], []
    for metric, check in NEAR.items():
        rule = frappe.db.get_value(
            "Maintenance Check", check, ["title", "warning", "critical", "unit"], as_dict=True
        )
        limit = _limit(rule)
        filters = {"metric": metric, "observed_at": ("between", [begins, ends])}
        samples = frappe.get_all("Metric Sample", filters, ["value"], order_by="value desc", limit=1)
        if rule and limit is not None and samples:
            source = f"Metric Sample: {metric}"
            found.append(Near(rule.title, rule.unit or "", float(samples[0].value), limit, source))
        else:
            missing.append(f"{metric}: no sample of that hour is kept, or no threshold is set")
    return found, missing


def _limit(rule: Any) -> float | None:
    try:
        return Limit.parse(rule.warning or rule.critical or "").value if rule else None
    except ThresholdError:
        return None


def missing(began: datetime, read: Iterable[Hour]) -> list[str]:
    """What the rules could not look at."""
    found = [] if list(read) else ["figures of that hour: no Metric Hour of it is kept"]
    since = error_patterns.counted_since()
    if since is None or clock.instant(since) > began:
        found.append("new errors: errors were not counted then")
    return found
