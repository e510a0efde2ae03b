"""The checklist runs of the simulated quarter: each slot that lapsed is signed, but for two that were missed.

Rows have what was measured that day where the quarter knows it, and else what its target asks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import frappe
from frappe.model.document import Document
from quarter_errors import errors
from quarter_metrics import SHAPES, day_of
from quarter_plan import FRIDAY, OPERATOR, THURSDAY, Plan
from quarter_sql import insert

from verenigingen_maintenance.core.slots import Slot, lapsed_slots
from verenigingen_maintenance.core.thresholds import Limit
from verenigingen_maintenance.operations import open_run, procedures, settings
from verenigingen_maintenance.operations.roll_up import roll_up
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

RUN, PROCEDURE = open_run.RUN, "Maintenance Procedure"
ROWS = {
    "boxes": "Checklist Run Box",
    "items": "Checklist Run Item",
    "notes": "Checklist Run Note",
    "times": "Checklist Run Time",
}
MISSED = {4: THURSDAY, 11: FRIDAY}
ASSESSED = ("compliance.score", "compliance.open_gaps")
MINUTES = {"Daily": (7, 14), "Weekly": (38, 65), "Monthly": (160, 220), "Quarterly": (300, 420)}
NOTES = {
    7: "The bank refused the SEPA batches; the mandates that are missing are asked for.",
    9: "The index on Error Log is there since Wednesday: the API answers faster.",
    10: "Compliance lost points with the import of volunteers.",
    11: "Expenses of volunteers fail again.",
}


@dataclass(frozen=True)
class Known:
    """What the quarter knows of each day: the value of a source, by day."""

    plan: Plan
    errors: Mapping[date, int]
    assessed: Mapping[date, tuple[float, float]]

    def value(self, source: str, day: date) -> float | None:
        before = day - timedelta(days=1)
        if source in ASSESSED:
            found = self.assessed.get(before)
            return found[ASSESSED.index(source)] if found else None
        if source == "errors.last_24_hours":
            return float(self.errors.get(before, 0))
        return round(day_of(self.plan, source, before), 2) if source in SHAPES else None


def slots(plan: Plan, procedure: Document) -> list[Slot]:
    """Those that lapsed, of the quarter and the present week; of the quarter before, none of each day."""
    first = plan.begins if procedure.cadence == "Daily" else plan.first
    since, now = (clock.instant(each) for each in (datetime.combine(first, time()), plan.now))
    return list(lapsed_slots(procedures.schedule_of(procedure), settings.calendar(), since, now))


def missed(plan: Plan, daily: list[Slot]) -> list[str]:
    """The names of the daily runs that nobody opened; the next business day's where that one is a holiday."""
    days = [f"DAILY-{plan.day(week, weekday)}" for week, weekday in MISSED.items()]
    return [min(slot.name for slot in daily if slot.name >= day) for day in days]


# --- on a site


def write(plan: Plan) -> None:
    active = datetime.combine(plan.first, time())
    known = Known(plan, Counter(each.moment.date() for each in errors(plan)), _assessed())
    for procedure in procedures.scheduled():
        procedure.db_set("active_since", active, update_modified=False)
        found = slots(plan, procedure)
        gone = missed(plan, found) if procedure.cadence == "Daily" else []
        _write(known, procedure, found, gone)
        commit()


def _assessed() -> dict[date, tuple[float, float]]:
    rows = frappe.get_all("Compliance Assessment", fields=["day", "score", "open_gaps"], limit=0)
    return {row.day: (float(row.score), row.open_gaps) for row in rows if row.score}


def _write(known: Known, procedure: Document, found: list[Slot], gone: list[str]) -> None:
    for slot in found:
        if slot.name in gone:
            open_run.record_missed(procedure, slot, slot.lapses_at)
    signed = [slot for slot in found if slot.name not in gone]
    if not signed:
        return
    run = _opened(procedure, signed[0])
    rows: dict[str, list[dict]] = {RUN: [], **{doctype: [] for doctype in ROWS.values()}}
    for slot in signed:
        for doctype, each in _rows(_signed(known, run, procedure, slot)):
            rows[doctype].append(each)
    for doctype, each in rows.items():
        insert(doctype, each[0] if each else (), (tuple(row.values()) for row in each))


def _opened(procedure: Document, slot: Slot) -> Document:
    """A run as the app opens it, and not in the database any more."""
    name = open_run.open_for_slot(procedure, slot, slot.due_from)
    run = frappe.get_doc(RUN, name)
    frappe.db.delete(RUN, {"name": name})
    for doctype in ROWS.values():
        frappe.db.delete(doctype, {"parent": name})
    return run


def _signed(known: Known, run: Document, procedure: Document, slot: Slot) -> Document:
    """The run of a slot as people left it."""
    begins, plan = clock.stored(slot.due_from), known.plan
    day, chance = begins.date(), plan.random(slot.name)
    ends = begins + timedelta(minutes=chance.randint(*MINUTES[procedure.cadence]))
    for item in run.items:
        _answer(item, known, day, begins)
    roll_up(run)
    for each in run.times:
        each.measured = str(max(round(each.estimated * chance.uniform(0.8, 1.3)), 1))
    note = NOTES.get(plan.week_of(day), "")
    for each in run.notes:
        each.text = each.draft = note
    at = {"opened_at": begins - timedelta(minutes=10), "measured_at": begins - timedelta(minutes=9)}
    window = {"due_from": begins, "due_until": clock.stored(slot.due_until), "creation": at["opened_at"]}
    closed = {"closed_by": OPERATOR, "closed_at": ends, "modified": ends, "status": "Signed", "docstatus": 1}
    own = {"name": slot.name, "slot": slot.name, "lapses_at": clock.stored(slot.lapses_at)}
    run.update({**at, **window, **closed, **own, "measured_by": "Administrator"})
    return run


def _answer(item: Document, known: Known, day: date, begins: datetime) -> None:
    if item.not_applicable:
        return
    if item.by_hand:
        item.update({"result": "Done", "done_by": OPERATOR, "done_at": begins + timedelta(minutes=5)})
        return
    rule = json.loads(item.rule)
    value = known.value(rule["source"], day)
    if value is None:
        value = _on_target(rule)
    verdict, note = _verdict(rule, value), ""
    if verdict != "OK":
        note = NOTES.get(known.plan.week_of(day), "Looked into; no action needed.")
    item.update({"value": f"{value:g}", "verdict": verdict, "note": note, "source": rule["source"]})
    item.update({"observed_at": begins - timedelta(minutes=9)})


def _on_target(rule: Mapping) -> float:
    """A value that breaks neither limit."""
    texts = [each for each in (rule["warning"], rule["critical"]) if each]
    least = any(not Limit.parse(text).higher_is_worse for text in texts)
    return max((Limit.parse(text).value for text in texts), default=0) + 5 if least else 0.0


def _verdict(rule: Mapping, value: float) -> str:
    for verdict in ("CRITICAL", "WARNING"):
        limit = rule[verdict.lower()]
        if limit and Limit.parse(limit).is_breached_by(value):
            return verdict
    return "OK"


def _rows(run: Document) -> Iterator[tuple[str, dict]]:
    """The run and its rows as the database has them; a row's name is its run's and its place."""
    yield RUN, run.get_valid_dict(convert_dates_to_str=True)
    for field, doctype in ROWS.items():
        for each in run.get(field):
            own = {"name": f"{run.name}-{field}-{each.idx}", "parent": run.name}
            yield doctype, {**each.get_valid_dict(convert_dates_to_str=True), **own}
