"""What is told about runs: that one begins soon, that its window is over, and the date of a quarterly one.

Each message has a key, so that it is written down once, whatever calls twice. That a window is over is told
again on each business day while the slot lasts, five times at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.calendar import BusinessCalendar, at
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.slots import next_slot
from verenigingen_maintenance.operations import agreed_dates, notifications, procedures
from verenigingen_maintenance.operations.agreed_dates import Date
from verenigingen_maintenance.operations.notifications import Recipient, key_of, write_down
from verenigingen_maintenance.operations.outbox import due_at
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

RUN, EVENT = "Checklist Run", "Event"
DUE, OVERDUE, ANNOUNCED = "Run Due", "Run Overdue", "Run Announced"
ROLES = ("Maintenance Manager", "Maintenance Operator", "Maintenance Auditor")
MOST_TIMES = 5
WEEKDAYS = (
    *(phrase("Monday"), phrase("Tuesday"), phrase("Wednesday"), phrase("Thursday")),
    *(phrase("Friday"), phrase("Saturday"), phrase("Sunday")),
)


def tell(procedure: Document, calendar: BusinessCalendar, now: datetime) -> None:
    """Writes down what is due now about the runs of a procedure. Another one who does so is left to it."""
    with lock(f"notices {procedure.name}") as mine:
        if not mine:
            return
        commit()
        _remind(procedure, calendar, now)
        _tell_overdue(procedure, calendar, now)
        if agreed_dates.is_announced(procedure):
            _announce_if_due(procedure, now)
        commit()


def announce(procedure: Document, found: Date, now: datetime) -> None:
    """Tells everybody with a role of the date of a run, and keeps its event in the calendar of Desk."""
    starts = clock.stored(found.slot.due_from)
    subject = f"{found.slot.name} is on {WEEKDAYS[starts.weekday()]}, {starts:%Y-%m-%d %H:%M}"
    key = (found.slot.name, found.day, *filter(None, [found.agreed_at]))  # who moves it back tells once more
    _write(ANNOUNCED, notifications.ways_to_all_with(ROLES), subject, _about(procedure, found), key, now)
    _keep_event(procedure, found)


def _remind(procedure: Document, calendar: BusinessCalendar, now: datetime) -> None:
    minutes = cint(procedure.remind_minutes_before)
    slot = next_slot(procedures.schedule_of(procedure), calendar, now) if minutes else None
    if slot is None or now < slot.due_from - timedelta(minutes=minutes):
        return
    if frappe.db.get_value(RUN, slot.name, "status") not in (None, "Open"):
        return
    starts, ends = clock.stored(slot.due_from), clock.stored(slot.due_until)
    subject = "{} begins at {}".format(slot.name, f"{starts:%H:%M}")
    text = "{0}: from {1} to {2}, about {3} minutes. Open Runs in the workspace Maintenance has it then."
    message = text.format(procedure.name, f"{starts:%Y-%m-%d %H:%M}", f"{ends:%H:%M}", _estimate(procedure))
    _write(DUE, notifications.first_level(now), subject, message, (slot.name, slot.due_from), now)


def _estimate(procedure: Document) -> int:
    return sum(cint(group.minutes) for group in procedure.task_groups)


def _tell_overdue(procedure: Document, calendar: BusinessCalendar, now: datetime) -> None:
    local = clock.stored(now)
    filters = {
        **{"procedure": procedure.name, "status": "Open", "slot": ("is", "set")},
        **{"due_until": ("<", local), "lapses_at": (">", local)},
    }
    for run in frappe.get_all(RUN, filters, ["name", "due_until", "measured_at"], limit=2):
        times = _business_days(run.due_until, local, calendar)
        is_its_hour = local.time() >= run.due_until.time()
        if is_its_hour and calendar.is_business_day(local.date()) and times <= MOST_TIMES:
            _tell_one_overdue(run, local, now)


def _tell_one_overdue(run: Any, local: datetime, now: datetime) -> None:
    subject = f"{run.name} is overdue: nobody signed it"
    measured = "It was measured." if run.measured_at else "It was not measured."
    message = "Its window was over on {0}. {1} It is in Open Runs in the workspace Maintenance."
    text = message.format(f"{run.due_until:%Y-%m-%d %H:%M}", measured)
    key = (run.name, run.due_until, local.date())
    _write(OVERDUE, notifications.first_level(now), subject, text, key, now)


def _business_days(since: datetime, until: datetime, calendar: BusinessCalendar) -> int:
    """How many there are from the one day to the other, both included."""
    days = (until.date() - since.date()).days + 1
    return sum(calendar.is_business_day(since.date() + timedelta(days=each)) for each in range(days))


def _announce_if_due(procedure: Document, now: datetime) -> None:
    found = agreed_dates.next_date(procedure, now)
    if found is None:
        return
    days = timedelta(days=cint(procedure.announce_days_before))
    if now >= at(found.day - days, time(), clock.zone()):
        announce(procedure, found, now)


def _about(procedure: Document, found: Date) -> str:
    ends = clock.stored(found.slot.due_until)
    lines = [
        "{}, until {}, about {} minutes of work in all.".format(
            procedure.name, f"{ends:%H:%M}", _estimate(procedure)
        ),
        agreed_dates.note(procedure, found.slot),
        "A Maintenance Manager agrees on another day of this quarter in the form of the procedure.",
    ]
    return "\n".join(lines)


def _keep_event(procedure: Document, found: Date) -> None:
    """One event in the calendar for a slot: its name is the slot's, so a second is the first, which moves."""
    values = {
        "subject": f"{procedure.title}: {found.slot.name}",
        "event_category": "Event",
        "event_type": "Public",
        "status": "Open",
        "starts_on": clock.stored(found.slot.due_from),
        "ends_on": clock.stored(found.slot.due_until),
        "description": frappe.utils.escape_html(_about(procedure, found)).replace("\n", "<br>"),
    }
    if not frappe.db.exists(EVENT, found.slot.name):
        frappe.get_doc({"doctype": EVENT, **values}).insert(ignore_permissions=True, set_name=found.slot.name)
        return
    event = frappe.get_doc(EVENT, found.slot.name)
    if any(event.get(field) != values[field] for field in ("starts_on", "ends_on")):
        event.update(values).save(ignore_permissions=True)


def _write(kind: str, whom: Iterable[Recipient], subject: str, text: str, key: tuple, now: datetime) -> None:
    for each in whom:
        written = key_of(kind, *key, each.channel, each.name)
        write_down(kind, each, subject, text, written, **due_at(now))
