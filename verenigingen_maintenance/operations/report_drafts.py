"""Drafts reports: asked for by a person or the scheduler, made by a job, finished by the next where it died.

What people wrote survives each draft. An approved report is never drafted again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core import report_html
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.report import build
from verenigingen_maintenance.core.report_periods import Period, PeriodError, completed_before, parse
from verenigingen_maintenance.core.report_sections import entry
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import records, report_sections, report_snapshot
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.report_sections import Kind
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources.reports import measured_since

REPORT = "Maintenance Report"
QUEUED, DRAFTING, DRAFT, APPROVED, FAILED = "Queued", "Drafting", "Draft", "Approved", "Failed"
EVENT = "maintenance_report_progress"
WORKER = "verenigingen_maintenance.operations.report_drafts.work"
LONGEST = 900


def ask(kind_key: str, label: str | None, now: datetime, author: str | None) -> str:
    """Queues a draft of a report and returns its name; without a label it is of the last period that is over.

    One that is on its way is left. Raises frappe.ValidationError for a kind or a period that there is not,
    for one that is to come or before anything was measured, and for an approved report.
    """
    kind = report_sections.find(kind_key)
    period = _period(kind, label, now)
    name = f"{kind.key}-{period.label}"
    if not frappe.db.exists(REPORT, name):
        _make(name, kind, period, author)
    report = frappe.get_doc(REPORT, name, for_update=True)
    if report.status == APPROVED:
        message = _(
            "{0} was approved by {1} on {2} and stays as it is. What changed since belongs in the next one."
        )
        refuse(message, name, report.approved_by, report.approved_at)
    if report.status not in (QUEUED, DRAFTING) or not _is_held(name):
        _queue(report)
    return name


def find_approved(kind_key: str, label: str | None, now: datetime) -> str | None:
    """The report of a period where it was approved: it stays as it is. Raises as `ask`."""
    kind = report_sections.find(kind_key)
    name = f"{kind.key}-{_period(kind, label, now).label}"
    return name if frappe.db.get_value(REPORT, name, "status") == APPROVED else None


def _period(kind: Kind, label: str | None, now: datetime) -> Period:
    today = clock.stored(now).date()
    if not (label or "").strip():
        return _refuse_unmeasured(completed_before(kind.cadence, today))
    try:
        period = parse(kind.cadence, str(label))
    except PeriodError as error:
        refuse("{0}", error)
    if period.begins >= today:
        message = _("{0} has not begun: the last period that is over is {1}.")
        if period.begins == today:
            message = _("{0} begins today: the last period that is over is {1}.")
        refuse(message, period.label, completed_before(kind.cadence, today).label)
    return _refuse_unmeasured(period)


def _refuse_unmeasured(period: Period) -> Period:
    since = measured_since()
    if since is None:
        refuse(_("Nothing was measured on this site yet. A report needs a day that was."))
    if period.ends <= since.date():
        message = _(
            "Nothing was measured in {0}: this site is measured since {1}. A report of it would be empty."
        )
        refuse(message, period.label, since.date())
    return period


def _make(name: str, kind: Kind, period: Period, author: str | None) -> None:
    values = {"kind": kind.key, "title": f"{kind.title} {period.label}", "cadence": kind.cadence.value}
    values |= {"period": period.label, "period_from": period.begins, "period_until": period.last}
    values |= {"author": author, "approver_title": _approver(kind.cadence)}
    try:
        records.insert(frappe.get_doc({"doctype": REPORT, "name": name, "status": QUEUED, **values}))
    except frappe.DuplicateEntryError:
        frappe.clear_last_message()


def _approver(cadence: Cadence) -> str:
    """Whose approval the procedure of that cadence asks for."""
    title = frappe.db.get_value(
        "Maintenance Procedure", {"cadence": cadence.value, "enabled": 1}, "approver_title"
    )
    return title or "Technical Lead"


def _is_held(name: str) -> bool:
    """Whether a job drafts it just now."""
    with lock(_lock(name)) as free:
        return not free


def _lock(name: str) -> str:
    return f"report {name}"


def _queue(report: Document) -> None:
    report.update({"status": QUEUED, "progress": 0, "progress_text": "waits for a worker", "failure": None})
    report.queued_at = clock.stored(clock.now())
    records.write(report)
    frappe.enqueue(WORKER, queue="long", timeout=LONGEST, enqueue_after_commit=True, name=report.name)


# --- the job


def work(name: str, now: datetime | None = None) -> None:
    """Drafts a report that waits for it. Another job that does so already is left alone; whatever goes wrong
    leaves the report Failed, with the reason."""
    with lock(_lock(name)) as mine:
        if not mine:
            return
        commit()
        report = frappe.get_doc(REPORT, name, for_update=True)
        if report.status not in (QUEUED, DRAFTING):
            return
        try:
            _draft(report, now or clock.now())
        except Exception as error:  # noqa: BLE001 - the form shows it, and it is in the Error Log
            frappe.db.rollback()
            frappe.log_error(f"Report {name} was not drafted"[:140])
            _fail(name, redact(f"{type(error).__name__}: {error}"))
        commit()
        _publish(name, 100, "")


def _draft(report: Document, now: datetime) -> None:
    report.update({"status": DRAFTING, "started_at": clock.stored(now), "progress": 0})
    records.write(report)
    commit()
    kind = report_sections.find(report.kind)
    period = parse(kind.cadence, report.period)
    data = report_snapshot.read(kind, period, now, lambda done, text: _tell(report.name, done, text))
    _tell(report.name, 92, "report")
    _keep(report.name, data, now)


def _tell(name: str, done: int, text: str) -> None:
    """Where it is, in the document and over the socket; the form asks where there is none."""
    text = f"reads {text}" if done < 92 else "writes the report"
    frappe.db.set_value(REPORT, name, {"progress": done, "progress_text": text}, update_modified=False)
    commit()
    _publish(name, done, text)


def _publish(name: str, done: int, text: str) -> None:
    frappe.publish_realtime(
        EVENT, {"name": name, "progress": done, "text": text}, doctype=REPORT, docname=name
    )


def _keep(name: str, data: Mapping[str, Any], now: datetime) -> None:
    report = frappe.get_doc(REPORT, name, for_update=True)
    former = json.loads(report.data) if report.data else None
    _keep_rows(report, data["sections"])
    differs = what_differs(former, data) if former else []
    report.update({"data": json.dumps(data, indent=1, sort_keys=True), "drafted_at": clock.stored(now)})
    report.update({"status": DRAFT, "progress": 100, "progress_text": "", "failure": None})
    report.data_changed = bool(differs)
    told = "Read again at {0}: other than what was read at {1} are {2}."
    report.changed_text = (
        told.format(data["read_at"], former["read_at"], ", ".join(differs)) if differs and former else ""
    )
    show(report)
    records.write(report)


def _keep_rows(report: Document, sections: list[str]) -> None:
    """A row for each section; what somebody wrote on one that is gone stays, at the end."""
    known = {row.section: row for row in report.texts}
    for key in sections:
        if key not in known:
            report.append("texts", {"section": key, "title": entry(key).title})
    for row in list(report.texts):
        if row.section not in sections and not (row.text or "").strip():
            report.remove(row)
    order = {key: index for index, key in enumerate(sections)}
    report.texts.sort(key=lambda row: order.get(row.section, len(order)))
    for index, row in enumerate(report.texts, 1):
        row.idx = index


def what_differs(former: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """Which facts are other than before, whenever they were read."""
    names = sorted({*former["facts"], *data["facts"]})
    return [name for name in names if former["facts"].get(name) != data["facts"].get(name)]


def show(report: Document) -> None:
    """Writes the report from its data and texts: the same ones make the same report."""
    texts = [{"section": row.section, "title": row.title, "text": row.text or ""} for row in report.texts]
    built = build(json.loads(report.data), texts)
    report.html = report_html.render(built, _approval(report))
    report.verdict, report.measured = built.verdict.value, built.measured
    report.sha256 = fingerprint(report)


def _approval(report: Document) -> dict[str, str] | None:
    if not report.approved_by:
        return None
    name = frappe.db.get_value("User", report.approved_by, "full_name") or report.approved_by
    return {"by": name, "title": report.approver_title or "", "at": str(report.approved_at)[:16]}


def fingerprint(report: Document) -> str:
    """Of what is shown and what it rests on."""
    return hashlib.sha256(f"{report.html}\n{report.data}".encode()).hexdigest()


def _fail(name: str, reason: str) -> None:
    report = frappe.get_doc(REPORT, name, for_update=True)
    report.update({"status": FAILED, "progress_text": "", "failure": reason[:1000]})
    records.write(report)


# --- what was left


PATIENCE = timedelta(minutes=10)


def take_up(now: datetime) -> list[str]:
    """Queues anew what waits for ten minutes and nobody drafts: its job was killed, or lost with Redis."""
    filters = {"status": ("in", [QUEUED, DRAFTING]), "queued_at": ("<", clock.stored(now - PATIENCE))}
    names = frappe.get_all(REPORT, filters, pluck="name", order_by="name")
    return [name for name in names if not _is_held(name) and _queue_anew(name)]


def _queue_anew(name: str) -> bool:
    """Not one that was finished since it was found: it may be approved by now."""
    report = frappe.get_doc(REPORT, name, for_update=True)
    is_left = report.status in (QUEUED, DRAFTING)
    if is_left:
        _queue(report)
    commit()
    return is_left
