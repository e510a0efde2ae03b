"""What the free fields of a review are drafted from beside its rows: findings, actions, what changed."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core import drafts
from verenigingen_maintenance.core.drafts import CHANGES, FOCUS, FOLLOW_UP, IMPLEMENTED, IMPROVEMENTS, Told
from verenigingen_maintenance.core.improvements import Mean, improvements
from verenigingen_maintenance.core.thresholds import Limit, ThresholdError
from verenigingen_maintenance.operations import changed, changes_told, health_tables, run_actions
from verenigingen_maintenance.operations.checks import CHECK
from verenigingen_maintenance.operations.since import last_signed
from verenigingen_maintenance.sources import clock

# These are read when a run is measured only: saving it must not take longer for them.
WHEN_MEASURED = (CHANGES, IMPROVEMENTS)
MONTH = timedelta(days=30)


def of(run: Document, kinds: Collection[str], is_measured: bool) -> drafts.Review:
    """As much of it as these kinds of free fields need."""
    now, wanted = clock.now(), set(kinds)
    return drafts.Review(
        findings=_findings(run) if wanted & {drafts.FINDINGS, FOCUS} else (),
        open_actions=_open(run, now) if wanted & {FOLLOW_UP, FOCUS} else (),
        done=_done(run, _since(run)) if IMPLEMENTED in wanted else (),
        changes=_changes(run, _since(run)) if CHANGES in wanted and is_measured else (),
        improvements=_improvements(_since(run), now) if IMPROVEMENTS in wanted and is_measured else (),
        roadmap=changes_told.next_on_roadmap() if FOCUS in wanted else (),
    )


def versions() -> str:
    """The versions of the installed apps, as JSON."""
    return json.dumps(changed.versions(), indent=1)


def _since(run: Document) -> datetime:
    """When the last signed run of the procedure was measured; else when the procedure began."""
    last = last_signed(run)
    begin = frappe.db.get_value("Maintenance Procedure", run.procedure, "active_since")
    stored = (last.measured_at or last.closed_at) if last else begin
    return clock.instant(stored) if stored else clock.now()


def _findings(run: Document) -> list[Told]:
    return [
        Told(f"{row.title}: {row.text}" if row.text else row.title, row.severity, row.since_last)
        for row in run.findings
    ]


def _open(run: Document, now: datetime) -> list[str]:
    today = clock.stored(now).date()
    rows = [row.as_dict() for row in run.run_actions if row.state == run_actions.OPEN]
    return [run_actions.in_words(row, today) for row in rows]


def _done(run: Document, since: datetime) -> list[str]:
    closed = run_actions.done_since(run.procedure, since)
    told = ["{} (done {:%Y-%m-%d})".format(each["title"], each["closed_at"]) for each in closed]
    return [*changes_told.implemented(since), *told]


def _changes(run: Document, since: datetime) -> list[str]:
    last = last_signed(run)
    before = frappe.db.get_value("Checklist Run", last.name, "versions") if last else None
    apps = changed.apps(json.loads(before) if before else None)
    return [*apps, *changes_told.implemented(since), *changed.documents(since)]


def _improvements(since: datetime, now: datetime) -> list[str]:
    directions = _directions()
    rows = [row for row in health_tables.compared(MONTH, None, now) if row["metric"] in directions]
    means = [
        Mean(row["title"], row["unit"], row["middle"], row["before"], directions[row["metric"]])
        for row in rows
    ]
    told = improvements(means, f"{MONTH.days} days")
    return [*changes_told.implemented(since, only_judged=True), *told]


def _directions() -> dict[str, bool]:
    """Whether more is worse, of each metric that a check about performance judges."""
    found: dict[str, bool] = {}
    filters = {"enabled": 1, "not_applicable": 0, "area": ("in", ("Performance", "Optimisation"))}
    for row in frappe.get_all(CHECK, filters, ["source", "warning", "critical"], order_by="name", limit=0):
        try:
            limit = Limit.parse(row.warning or row.critical or "")
        except ThresholdError:
            continue  # its own row says that it cannot be read
        found[row.source] = limit.higher_is_worse
    return found
