"""The calendars of Desk: runs with the slots that are due, changes and recovery drills. They only read."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate

from verenigingen_maintenance.core import calendar_states as states
from verenigingen_maintenance.core.calendar import BusinessCalendar, CalendarError
from verenigingen_maintenance.core.calendar_states import State
from verenigingen_maintenance.core.slots import Slot, slots
from verenigingen_maintenance.operations import procedures, settings
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.recovery_drills import DRILL, RUNNING
from verenigingen_maintenance.operations.refusals import parsed, refuse
from verenigingen_maintenance.sources import clock

LONGEST, MOST = timedelta(days=100), 1_000
SHORTEST = timedelta(minutes=30)  # a calendar shows nothing shorter
PROCEDURE = "Maintenance Procedure"
Event = dict[str, Any]
Filters = list[list[Any]]


def events(doctype: str, start: str, end: str, now: datetime, filters: object = None) -> list[Event]:
    """What happens or is due from `start` until before `end`, by the clock of the site, for a DocType.

    `filters` are those of its list, [[doctype, field, operator, value]], or their JSON. An event has key,
    doctype, name, title (escaped, in the reader's language), state, color, start, end, all_day, and is_moment
    where it is no whole day. Raises frappe.ValidationError for another DocType, and for a time that is none,
    is longer than 100 days or has a thousand of them.
    """
    if doctype not in KINDS:
        refuse(_("{0} has no calendar. There are: {1}."), doctype, ", ".join(KINDS))
    begins, ends = _moment(start), _moment(end)
    if not begins < ends <= begins + LONGEST:
        refuse(_("A calendar shows up to {0} days: choose a later end, or an earlier one."), LONGEST.days)
    return KINDS[doctype](begins, ends, now, _filters(filters))


def _moment(text: str) -> datetime:
    try:
        moment = get_datetime(text)
    except (ValueError, TypeError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo:
        refuse(_("“{0}” is no moment such as 2026-12-31 00:00:00."), text)
    return moment


def _filters(given: object) -> Filters:
    found = parsed(given or [])
    if not isinstance(found, list) or not all(isinstance(each, list) for each in found):
        refuse(_("The filters of a calendar are a list of lists."))
    return [each[:4] for each in found]


# --- runs


def _runs(begins: datetime, ends: datetime, now: datetime, filters: Filters) -> list[Event]:
    """With filters, only runs: what is due is none yet."""
    titles = dict(frappe.get_all(PROCEDURE, fields=["name", "title"], as_list=True, limit=0))
    made = [_run(row, titles, clock.stored(now)) for row in _run_rows(begins, ends, filters)]
    return made if filters else made + _due(begins, ends, now)


def _run_rows(begins: datetime, ends: datetime, filters: Filters) -> list[Any]:
    """In their window, or where they are outside any slot when they were opened."""
    fields = ["name", "procedure", "status", "verdict", "is_drill"]
    fields += ["due_from", "due_until", "opened_at", "closed_at"]
    outside = ["due_from", "is", "not set"]
    in_slots = _found(RUN, fields, "due_from", begins, ends, filters)
    return in_slots + _found(RUN, fields, "opened_at", begins, ends, [*filters, outside])


def _found(
    doctype: str, fields: list[str], field: str, begins: datetime, ends: datetime, filters: Filters
) -> list[Any]:
    """Documents whose `field` is in that time; it refuses where they are too many, for a part of them would
    look like all of them."""
    within = [field, "between", [begins, ends - timedelta(seconds=1)]]
    rows = frappe.get_list(
        doctype, fields=fields, filters=[*filters, within], order_by=f"{field} asc", limit=MOST
    )
    if len(rows) >= MOST:
        refuse(_("There are {0} or more: choose a shorter time."), MOST)
    return rows


def _run(row: Any, titles: dict[str, str], now: datetime) -> Event:
    begun = row.due_from or row.opened_at
    over = row.due_until or row.closed_at or begun
    title = said(titles.get(row.procedure, row.procedure))
    shown = _("Drill: {0}").format(title) if row.is_drill else title
    return _event(
        RUN, row.name, shown, states.of_run(row.status, row.verdict or "", row.due_until, now), begun, over
    )


def _due(begins: datetime, ends: datetime, now: datetime) -> list[Event]:
    """The slots that have no run yet and have not lapsed."""
    calendar, found = settings.calendar(), []
    for procedure in procedures.scheduled():
        found += [(procedure, slot) for slot in _slots(procedure, calendar, begins, ends, now)]
    names = [slot.name for _procedure, slot in found]
    there = set(frappe.get_all(RUN, {"name": ("in", names)}, pluck="name", limit=0)) if names else set()
    return [_due_event(procedure, slot) for procedure, slot in found if slot.name not in there]


def _slots(
    procedure: Any, calendar: BusinessCalendar, begins: datetime, ends: datetime, now: datetime
) -> list[Slot]:
    since = max(
        clock.instant(procedure.active_since) if procedure.active_since else now, clock.instant(begins)
    )
    try:
        every = list(slots(procedures.schedule_of(procedure), calendar, begins.date(), ends.date()))
    except CalendarError as error:
        told = _("When {0} is due is not known: {1}").format(procedure.title, error)
        frappe.msgprint(html.escape(told), indicator="orange", alert=True)
        return []
    until = clock.instant(ends)
    return [
        each for each in every if each.due_until >= since and each.due_from < until and each.lapses_at > now
    ]


def _due_event(procedure: Any, slot: Slot) -> Event:
    """It leads to its procedure: there is no run to lead to."""
    begun, over = clock.stored(slot.due_from), clock.stored(slot.due_until)
    event = _event(PROCEDURE, procedure.name, said(procedure.title), states.DUE, begun, over)
    return {**event, "key": slot.name}


# --- changes


def _changes(begins: datetime, ends: datetime, now: datetime, filters: Filters) -> list[Event]:
    fields = ["name", "title", "status", "verdict", "due_on", "applied_at"]
    planned = [*filters, ["status", "in", ["Proposed", "Approved"]]]
    today = clock.stored(now).date()
    ahead = [_planned_change(row, today) for row in _found(CHANGE, fields, "due_on", begins, ends, planned)]
    applied = _found(CHANGE, fields, "applied_at", begins, ends, filters)
    return ahead + [_applied_change(row) for row in applied]


def _planned_change(row: Any, today: date) -> Event:
    day = datetime.combine(getdate(row.due_on), time())
    state = states.of_planned_change(day.date() < today)
    event = _event(CHANGE, row.name, said(row.title), state, day, day)
    return {**event, "end": day, "all_day": 1, "is_moment": 0}


def _applied_change(row: Any) -> Event:
    state = states.of_applied_change(row.status, row.verdict or "")
    return _event(CHANGE, row.name, said(row.title), state, row.applied_at, row.applied_at)


# --- drills


def _drills(begins: datetime, ends: datetime, now: datetime, filters: Filters) -> list[Event]:
    """Those that began in it, and those that went on until then; one that runs has gone on until now."""
    fields = ["name", "title", "status", "verdict", "started_at", "ended_at"]
    rows = _found(DRILL, fields, "started_at", begins - LONGEST, ends, filters)
    made = [_drill(row, clock.stored(now)) for row in rows]
    return [event for event in made if event["end"] >= begins]


def _drill(row: Any, now: datetime) -> Event:
    state = states.of_drill(row.status, row.verdict or "")
    until = now if row.status == RUNNING else row.started_at
    return _event(DRILL, row.name, said(row.title), state, row.started_at, row.ended_at or until)


# --- an event


def _event(doctype: str, name: str, title: str, state: State, begun: datetime, over: datetime) -> Event:
    word = said(state.word)
    if state.verdict:
        word = _("{0}, {1}").format(word, said(state.verdict))
    shown = html.escape(_("{0}: {1}").format(title, word), quote=False)
    times = {"start": begun, "end": max(over, begun + SHORTEST), "all_day": 0, "is_moment": 1}
    return {
        "key": name,
        "doctype": doctype,
        "name": name,
        "title": shown,
        "state": word,
        "color": state.color,
        **times,
    }


KINDS: dict[str, Callable[[datetime, datetime, datetime, Filters], list[Event]]] = {
    RUN: _runs,
    CHANGE: _changes,
    DRILL: _drills,
}
