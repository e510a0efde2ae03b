"""What happened since the last signed run: what stands at the head of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.model.document import Document

from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.severity import CRITICAL, SEVERITIES
from verenigingen_maintenance.core.slots import Cadence
from verenigingen_maintenance.operations import measure
from verenigingen_maintenance.operations.escalations import ESCALATION
from verenigingen_maintenance.sources import clock, errors

RUN = "Checklist Run"
FURTHEST_BACK = timedelta(days=14)
FAR_APART = (Cadence.MONTHLY.value, Cadence.QUARTERLY.value)
MOST = 10
SECONDS = 20


def new_errors(run: Document, now: datetime) -> str:
    """The line on error patterns that are new since the last signed run; where they could not be read, why.

    They are looked at for fourteen days at most, unless runs of the procedure are further apart than that.
    """
    since = _since(run)
    cadence = frappe.db.get_value("Maintenance Procedure", run.procedure, "cadence")
    return _errors(since if cadence in FAR_APART else max(since, now - FURTHEST_BACK))


def happened(run: Document, errors: str) -> str:
    """New breaches, `errors`, missed and unsigned runs since the last signed run of the procedure."""
    since = _since(run)
    lines = [*_breaches(since), *_incidents(since), errors, *_runs(run, since)]
    return "\n".join([f"{_head(last_signed(run), since)}:", *(f"- {line}" for line in lines)])


def _since(run: Document) -> datetime:
    signed = last_signed(run)
    return clock.instant((signed.measured_at or signed.closed_at) if signed else _begin(run))


def _head(signed: Document | None, since: datetime) -> str:
    begin = f"{clock.stored(since):%Y-%m-%d %H:%M}"
    if not signed:
        return f"No run of this procedure was signed yet; since {begin}"
    return f"Since {signed.name}, the last signed run, was measured on {begin}"


def last_signed(run: Document) -> Document | None:
    """The last signed run of the procedure before this one: its name, measured_at and closed_at."""
    filters = {"procedure": run.procedure, "status": "Signed", "name": ("!=", run.name), "is_drill": 0}
    return frappe.db.get_value(
        RUN, filters, ["name", "measured_at", "closed_at"], as_dict=True, order_by="measured_at desc"
    )


def _begin(run: Document) -> datetime:
    since = frappe.db.get_value("Maintenance Procedure", run.procedure, "active_since")
    return since or clock.stored(clock.now())


def _breaches(since: datetime) -> list[str]:
    filters = {"opened_at": (">=", clock.stored(since)), "is_drill": 0}
    rows = frappe.get_all(
        ESCALATION, filters=filters, fields=["name", "title", "status"], order_by="opened_at", limit=MOST
    )
    count = frappe.db.count(ESCALATION, filters)
    told = [f"{row.name} {row.title} ({row.status})" for row in rows]
    return [f"New breaches: {_list(told, count)}"]


def _incidents(since: datetime) -> list[str]:
    """None is no news."""
    filters = {"opened_at": (">=", clock.stored(since)), "is_drill": 0}
    fields = ["name", "title", "status"]
    rows = frappe.get_all("Maintenance Incident", filters, fields, order_by="opened_at asc", limit=MOST)
    told = [f"{row.name} {row.title} ({row.status})" for row in rows]
    count = frappe.db.count("Maintenance Incident", filters)
    return [f"Incidents: {_list(told, count)}"] if told else []


def _errors(since: datetime) -> str:
    name = "errors.first_seen_since"
    read = measure.ask(lambda now: errors.first_seen_since(since, now), name, SECONDS)
    if isinstance(read, Unknown):
        return f"New error patterns: not known, {read.reason}"
    titles = [_pattern(each) for each in sorted(read.evidence["new patterns"], key=_severity)]
    begin = f"{clock.stored(since):%Y-%m-%d %H:%M}"
    found = f"New error patterns since {begin}: {_list(titles[:MOST], len(titles))}"
    return f"{found} ({read.at_least})" if read.at_least else found


def _severity(pattern: Mapping[str, Any]) -> int:
    """The worst first."""
    severity = pattern["severity"]
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _pattern(pattern: Mapping[str, Any]) -> str:
    """Its title; of a critical one its state too, where it is one already that was counted."""
    title = f"“{pattern['title']}”"
    if pattern["severity"] != CRITICAL:
        return title
    return f"{title} ({', '.join(filter(None, (CRITICAL, pattern.get('state'))))})"


def _runs(run: Document, since: datetime) -> list[str]:
    """Slots that nobody opened, and runs whose time is over and that nobody signed."""
    period = (clock.stored(since), clock.stored(clock.now()))
    ended = {"lapses_at": ("between", period), "name": ("!=", run.name), "slot": ("is", "set")}
    kinds = {phrase("Missed runs: {0}"): "Missed", phrase("Runs that nobody signed: {0}"): "Open"}
    return [_named(text, {**ended, "status": status}) for text, status in kinds.items()]


def _named(text: str, filters: dict) -> str:
    names = frappe.get_all(RUN, filters=filters, pluck="name", order_by="lapses_at", limit=MOST)
    return text.format(_list(names, frappe.db.count(RUN, filters)))


def _list(texts: Iterable[str], count: int) -> str:
    """ "none", or the number and the first of them."""
    listed = list(texts)
    more = f" and {count - len(listed)} more" if count > len(listed) else ""
    return f"{count}: {', '.join(listed)}{more}" if count else phrase("none")
