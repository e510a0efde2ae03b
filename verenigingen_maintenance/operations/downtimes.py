"""When the dashboard was down, nobody looked, or it was meant to be down.

A probe tells the state from its moment up to the next one. Where the next one is missing, nobody looked from
the moment at which it was due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from verenigingen_maintenance.core.availability import Span
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import records
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, sampling, stored

DOWNTIME, METRIC = "Downtime", "dashboard.accessible"
DOWN, NOT_MEASURED, PLANNED = "Down", "Not Measured", "Planned"
MISSED, GRACE = 2, timedelta(seconds=60)


def last_probe(now: datetime) -> datetime | None:
    """When the dashboard was probed last; asked before the probe of this round is kept."""
    if kept := stored.last(METRIC, now):
        return kept.observed_at
    hour = frappe.db.sql(f"select max(begins) from `tab{stored.HOUR}` where metric = %s", METRIC)[0][0]
    return clock.instant(hour + timedelta(hours=1)) if hour else None


def note(
    probed: Reading | Unknown | None,
    before: datetime | None,
    last: sampling.Round | None,
    now: datetime,
    every: timedelta,
) -> None:
    """What a probe of the dashboard tells: closes, opens and goes on. What is Unknown tells nothing.

    `before` is the probe that was kept before it.
    """
    if not isinstance(probed, Reading):
        return
    if before and _is_gap(before, last, now, every):
        due = before + every
        _end(due)
        _begin(NOT_MEASURED, due, "No probe of the dashboard was kept.", now)
    if not probed.value:
        _end(now)
    elif not _open():
        _begin(DOWN, now, probed.detail or "The dashboard did not answer as it should.")


def longest_silence(every: timedelta) -> timedelta:
    """How far two samples may lie apart before something is missing between them."""
    return MISSED * every + GRACE


def spans(kind: str, since: datetime, until: datetime) -> list[Span]:
    """The downtimes of a kind that touch a period; one that lasts ends with it."""
    rows = [row for row in listed(since, until) if row.kind == kind]
    return [_span(row.begins, row.ends, until) for row in rows]


def _span(begins: datetime, ends: datetime | None, until: datetime) -> Span:
    """As instants. A clock that is set in between may show an end before the beginning."""
    first = clock.instant(begins)
    return Span(first, max(first, clock.instant(ends) if ends else until))


def listed(since: datetime, until: datetime) -> list[dict]:
    """All of them, as they are stored, in order."""
    table = frappe.qb.DocType(DOWNTIME)
    is_within = (table.begins < clock.stored(until)) & (
        table.ends.isnull() | (table.ends > clock.stored(since))
    )
    fields = (table.name, table.kind, table.begins, table.ends, table.seconds, table.reason)
    return frappe.qb.from_(table).select(*fields).where(is_within).orderby(table.begins).run(as_dict=True)


def is_planned(since: datetime, until: datetime) -> bool:
    """Whether a planned downtime touches a period."""
    return bool(spans(PLANNED, since, until))


def recognise(begins: datetime, ends: datetime, reason: str) -> None:
    """A downtime that tells by itself that it was meant, such as an upgrade."""
    _begin(PLANNED, begins, reason, ends)


def _is_gap(before: datetime, last: sampling.Round | None, now: datetime, every: timedelta) -> bool:
    """A clock that was set makes no gap: where the round before had a probe, its own clock tells."""
    since = last.ago if last and last.observed_at == before else now - before
    return since > longest_silence(every)


def _open() -> str | None:
    return frappe.db.get_value(DOWNTIME, {"kind": DOWN, "ends": ("is", "not set")})


def _begin(kind: str, begins: datetime, reason: str, ends: datetime | None = None) -> None:
    key = f"{kind}:{clock.stored(begins):%Y-%m-%d %H:%M:%S}"
    if not frappe.db.exists(DOWNTIME, {"key": key}):
        times = {"begins": clock.stored(begins), "ends": clock.stored(ends) if ends else None}
        found = frappe.get_doc({"doctype": DOWNTIME, "kind": kind, "key": key, "reason": reason, **times})
        records.insert(found)


def _end(moment: datetime) -> None:
    if name := _open():
        downtime = frappe.get_doc(DOWNTIME, name)
        downtime.ends = max(clock.stored(moment), downtime.begins)
        records.write(downtime)


# --- by hand


def declare(downtime: Document) -> None:
    """For the controller: a manager declares a planned one; what was measured, and what began, stays."""
    begins, ends = get_datetime(downtime.begins), get_datetime(downtime.ends) if downtime.ends else None
    if ends and ends < begins:
        refuse(_("A downtime cannot end at {0}, before it begins at {1}."), ends, begins)
    if not downtime.flags.by_operation:
        _declare_by_hand(downtime, begins, ends)
    span = _span(begins, ends, clock.instant(begins))
    downtime.seconds = round(span.length.total_seconds())


def _declare_by_hand(downtime: Document, begins: datetime, ends: datetime | None) -> None:
    now = clock.stored(clock.now())
    before = downtime.get_doc_before_save()
    if before and (before.kind != PLANNED or (before.ends and before.ends < now)):
        records.refuse_by_hand(downtime)
    if not ends:
        refuse(_("Say until when it is planned: what is open for ever is not measured for ever."))
    downtime.update({"kind": PLANNED, "declared_by": frappe.session.user, "declared_at": now})
    downtime.key = f"{PLANNED}:{begins:%Y-%m-%d %H:%M:%S}"


def refuse_deletion(downtime: Document) -> None:
    """For the controller: what a person declared can be taken back, such as one that was typed wrongly."""
    if downtime.kind != PLANNED or not downtime.declared_by:
        records.refuse_by_hand(downtime)
