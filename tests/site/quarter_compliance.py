"""Compliance in the simulated quarter: as this site is, but for what was lost in week 10 and won in week 12.

What the site really answers is read once, so that the app goes on from a history that is its own. It is
assessed by the app where something changed; the days between are copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

import frappe
from quarter_plan import MONDAY, WEDNESDAY, Plan, fact
from quarter_sql import insert

from verenigingen_maintenance.core.compliance import Area, Assessment, Outcome, State
from verenigingen_maintenance.operations import compliance
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

ASSESSMENT, AREA = "Compliance Assessment", "Compliance Area"
MADE = (ASSESSMENT, AREA, "Compliance Gap", "Compliance Gap Event")
AT, OF = time(23, 34), 1_000


def write(plan: Plan) -> None:
    lost, won = fact("compliance lost"), fact("compliance won")
    real = compliance.read(clock.now())
    for doctype in MADE:  # a gap that was found today would be new all quarter
        frappe.db.delete(doctype)
        frappe.db.delete("ToDo", {"reference_type": doctype})
    changes = [
        (plan.first, real),
        (plan.day(lost.week, WEDNESDAY), without(real, lost.text, lost.number)),
        (plan.day(won.week, MONDAY), real),
    ]
    ends = [*(day for day, _found in changes[1:]), plan.today]
    for (day, found), end in zip(changes, ends, strict=True):
        name = _assess(found, day)
        _copy(name, _days_between(plan, day, end))
    commit()
    compliance.assess(clock.now())


def without(found: Assessment, area: str, points: float) -> Assessment:
    """The same with so many points less: what is met of one area is broken in part."""
    loss = points * len(found.measured)
    return Assessment([_broken(each, loss) if each.key == area else each for each in found.areas])


def _broken(area: Area, loss: float) -> Area:
    """The area with a score that is lower by `loss`, shared by all its controls that are met."""
    weights = {State.MET: 0, State.BROKEN: 0}
    for each in area.measured:
        weights[each.state] += each.control.weight
    share = loss / 100 * sum(weights.values()) / weights[State.MET]
    assert share <= 1, f"{area.key} cannot lose {loss} points"
    return replace(area, outcomes=[_in_part(each, share) for each in area.outcomes])


def _in_part(outcome: Outcome, share: float) -> Outcome:
    if outcome.state is not State.MET:
        return outcome
    count = round(OF * share)
    told = f"{count} of {OF} after the import of volunteers"
    return replace(outcome, state=State.BROKEN, count=count, of=OF, told=told)


def _assess(found: Assessment, day: date) -> str:
    """As the app would have assessed it late that day."""
    with patch.object(compliance, "read", lambda _now: found):
        name = compliance.assess(clock.instant(datetime.combine(day, AT)))
    assert name, "another process assesses compliance"
    return name


def _days_between(plan: Plan, day: date, end: date) -> Sequence[date]:
    """Each day of the quarter; of the one before, each Monday."""
    days = (day + timedelta(days=each) for each in range(1, (end - day).days))
    return [each for each in days if each >= plan.begins - timedelta(days=1) or each.weekday() == MONDAY]


def _copy(name: str, days: Sequence[date]) -> None:
    """The day's assessment with its areas, under the name of each of these days."""
    of_area, of_day = (_columns(doctype) for doctype in (AREA, ASSESSMENT))
    parent = frappe.db.sql(f"select {_listed(of_day)} from `tab{ASSESSMENT}` where name = %s", name)[0]
    areas = frappe.db.sql(f"select {_listed(of_area)} from `tab{AREA}` where parent = %s", name)
    assessments, rows = [], []
    for day in days:
        copy = f"COMPLIANCE-{day:%Y-%m-%d}"
        at = datetime.combine(day, AT)
        own = {"name": copy, "day": day, "assessed_at": at, "first_at": at, "creation": at, "modified": at}
        assessments.append(tuple((dict(zip(of_day, parent, strict=True)) | own).values()))
        for number, area in enumerate(areas):
            mine = {"name": f"{copy}-{number}", "parent": copy}
            rows.append(tuple((dict(zip(of_area, area, strict=True)) | mine).values()))
    insert(ASSESSMENT, of_day, assessments)
    insert(AREA, of_area, rows)


def _columns(doctype: str) -> list[str]:
    return [row[0] for row in frappe.db.sql(f"show columns from `tab{doctype}`")]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in columns)
