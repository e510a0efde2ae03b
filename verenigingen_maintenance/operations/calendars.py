"""The calendars of Desk: runs with the slots that are due, changes and recovery drills. They only read."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
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
from verenigingen_maintenance.operations.recovery_drills import DRILL
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

LONGEST, MOST = timedelta(days=100), 1_000
SHORTEST = timedelta(minutes=30)  # a calendar shows nothing shorter
ONE_DAY = timedelta(days=1)
PROCEDURE = "Maintenance Procedure"
Event = dict[str, Any]


def events(doctype: str, start: str, end: str, now: datetime) -> list[Event]:
    """What happens or is due from `start` until before `end`, by the clock of the site, for a DocType.

    An event has key, doctype, name, title (English texts said in the reader's language, escaped), state,
    color, start, end, all_day. Raises frappe.ValidationError for another DocType, or a time that is none, is
    longer than 100 days or has more than a thousand of them.
    """
    if doctype not in KINDS:
        refuse(_("{0} has no calendar. There are: {1}."), doctype, ", ".join(KINDS))
    begins, ends = _moment(start), _moment(end)
    if not begins < ends <= begins + LONGEST:
        refuse(_("A calendar shows up to {0} days: choose a later end, or an earlier one."), LONGEST.days)
    return KINDS[doctype](begins, ends, now)


def _moment(text: str) -> datetime:
    try:
        moment = get_datetime(text)
    except (ValueError, TypeError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo:
        refuse(_("“{0}” is no moment such as 2026-12-31 00:00:00."), text)
    return moment


# --- runs


def _runs(begins: datetime, ends: datetime, now: datetime) -> list[Event]:
    titles = dict(frappe.get_all(PROCEDURE, fields=["name", "title"], as_list=True, limit=0))
    made = [_run(row, titles, clock.stored(now)) for row in _run_rows(begins, ends)]
    return made + _due(begins, ends, now)


def _run_rows(begins: datetime, ends: datetime) -> list[Any]:
    """In their window, or where they are outside any slot when they were opened."""
    fields = (
        "name",
        "procedure",
        "status",
        "verdict",
        "due_from",
        "due_until",
        "opened_at",
        "closed_at",
        "is_drill",
    )
    rows = []
    for field, more in (("due_from", {}), ("opened_at", {"due_from": ("is", "not set")})):
        within = {field: ("between", [begins, ends - timedelta(seconds=1)]), **more}
        rows += frappe.get_all(RUN, within, fields, order_by=f"{field} asc", limit=MOST)
    return _whole(rows)


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


def _changes(begins: datetime, ends: datetime, now: datetime) -> list[Event]:
    fields = ["name", "title", "status", "verdict", "due_on", "applied_at"]
    planned = {"status": ("in", ("Proposed", "Approved")), "due_on": _days(begins, ends)}
    applied = {"applied_at": ("between", [begins, ends - timedelta(seconds=1)])}
    ahead = frappe.get_all(CHANGE, planned, fields, order_by="due_on asc", limit=MOST)
    done = frappe.get_all(CHANGE, applied, fields, order_by="applied_at asc", limit=MOST)
    today = clock.stored(now).date()
    return [_planned_change(row, today) for row in _whole(ahead)] + [
        _applied_change(row) for row in _whole(done)
    ]


def _planned_change(row: Any, today: date) -> Event:
    day = datetime.combine(getdate(row.due_on), time())
    state = states.of_planned_change(day.date() < today)
    return {**_event(CHANGE, row.name, said(row.title), state, day, day), "all_day": 1, "end": day}


def _applied_change(row: Any) -> Event:
    state = states.of_applied_change(row.status, row.verdict or "")
    return _event(CHANGE, row.name, said(row.title), state, row.applied_at, row.applied_at)


def _days(begins: datetime, ends: datetime) -> tuple[str, list[date]]:
    return "between", [begins.date(), (ends - timedelta(seconds=1)).date()]


# --- drills


def _drills(begins: datetime, ends: datetime, now: datetime) -> list[Event]:
    """Those that began in it, and that which has gone on since before."""
    fields = ["name", "title", "status", "verdict", "started_at", "ended_at"]
    began = {"started_at": ("between", [begins - ONE_DAY, ends - timedelta(seconds=1)])}
    rows = frappe.get_all(DRILL, began, fields, order_by="started_at asc", limit=MOST)
    return [event for event in map(_drill, _whole(rows)) if event["end"] >= begins]


def _drill(row: Any) -> Event:
    state = states.of_drill(row.status, row.verdict or "")
    return _event(DRILL, row.name, said(row.title), state, row.started_at, row.ended_at or row.started_at)


# --- an event


def _event(doctype: str, name: str, title: str, state: State, begun: datetime, over: datetime) -> Event:
    word = _(state.word)
    if state.verdict:
        word = _("{0}, {1}").format(word, _(state.verdict))
    shown = html.escape(_("{0}: {1}").format(title, word), quote=False)
    times = {"start": begun, "end": max(over, begun + SHORTEST), "all_day": 0}
    return {
        "key": name,
        "doctype": doctype,
        "name": name,
        "title": shown,
        "state": word,
        "color": state.color,
        **times,
    }


def _whole(rows: Iterable[Any]) -> list[Any]:
    """A part of them would look like all of them."""
    found = list(rows)
    if len(found) >= MOST:
        refuse(_("There are {0} or more: choose a shorter time."), MOST)
    return found


KINDS: dict[str, Callable[[datetime, datetime, datetime], list[Event]]] = {
    RUN: _runs,
    CHANGE: _changes,
    DRILL: _drills,
}
