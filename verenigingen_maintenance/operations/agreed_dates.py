"""The date of a quarterly run: announced ahead, and moved to a day that people agree on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.slots import Cadence, Slot, default_day, is_within, slots
from verenigingen_maintenance.operations import procedures, records, settings
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

PROCEDURE, RUN = "Maintenance Procedure", "Checklist Run"


@dataclass(frozen=True)
class Date:
    """When a slot is due: its day, the default one, and who agreed on another, where somebody did."""

    slot: Slot
    day: date
    default: date | None
    agreed_by: str = ""
    reason: str = ""
    agreed_at: datetime | None = None


def is_announced(procedure: Document) -> bool:
    return procedure.cadence == Cadence.QUARTERLY.value and cint(procedure.announce_days_before) > 0


def dates(procedure: Document, now: datetime) -> list[Date]:
    """Of the slots whose window is not over, or whose run is still open, in this quarter and the next."""
    found = [_date(procedure, slot) for slot in _slots(procedure, now)]
    return [each for each in found if _is_ahead(each.slot, now)]


def next_date(procedure: Document, now: datetime) -> Date | None:
    """The first whose window has not begun."""
    return next((each for each in dates(procedure, now) if each.slot.due_from > now), None)


def agree(name: str, day: object, reason: str, now: datetime) -> Date:
    """The slot is due on another day of its quarter. Returns the new date.

    Raises frappe.ValidationError for a day that is past, no business day or of another quarter, for one that
    is near without a reason, and where the run is closed already.
    """
    if not frappe.db.exists(PROCEDURE, name):
        refuse(_("There is no procedure {0}."), name, kind=frappe.DoesNotExistError)
    procedure = frappe.get_doc(PROCEDURE, name, for_update=True)
    if not is_announced(procedure) or not procedure.enabled:
        refuse(_("{0} is not due by notice: it has no date to agree on."), name)
    wanted = _day(day)
    present = _of_quarter(procedure, wanted, now)
    _refuse_day(procedure, present, wanted, reason, now)
    _write(procedure, present, wanted, reason, now)
    agreed = _of_quarter(procedure, wanted, now)
    _move_open_run(procedure, agreed)
    return agreed


def _of_quarter(procedure: Document, wanted: date, now: datetime) -> Date:
    """The date of the slot in whose quarter a day is; where that has none ahead, the first that is."""
    ahead = dates(procedure, now)
    if not ahead:
        refuse(_("{0} has no run ahead."), procedure.name)
    schedule = procedures.schedule_of(procedure)
    return next((each for each in ahead if is_within(schedule, each.slot.name, wanted)), ahead[0])


def note(procedure: Document, slot: Slot) -> str:
    """What a run says about its date; empty where it is not announced."""
    if not is_announced(procedure):
        return ""
    found = _date(procedure, slot)
    if found.agreed_by or found.day != found.default:
        why = _(": {0}").format(found.reason) if found.reason else "."
        who = found.agreed_by or _("Somebody who is not on this site")
        return _("{0} agreed on {1} in place of {2}{3}").format(who, found.day, found.default, why)
    return _("Nobody agreed on a date: {0} is the default one.").format(found.day)


def set_window(run: Document, slot: Slot) -> None:
    """The times of its slot, by the clock of the site."""
    run.slot = slot.name
    run.due_from, run.due_until = clock.stored(slot.due_from), clock.stored(slot.due_until)
    run.lapses_at = clock.stored(slot.lapses_at)


def move_open_runs(name: str, now: datetime) -> None:
    """After dates were imported: a run that is open already takes its window."""
    procedure = frappe.get_doc(PROCEDURE, name)
    for each in dates(procedure, now):
        _move_open_run(procedure, each)


def in_words(procedure: Document) -> str:
    """The next date for the form of the procedure; empty where none is announced."""
    now = clock.now()
    found = next_date(procedure, now) if is_announced(procedure) and procedure.enabled else None
    if not found:
        return ""
    ends = found.slot.due_until.astimezone(clock.zone())
    when = f"{clock.stored(found.slot.due_from):%Y-%m-%d %H:%M}-{ends:%H:%M}"
    days = cint(procedure.announce_days_before)
    announced = found.day - timedelta(days=days)
    return _("{0} is on {1}. {2} It is announced on {3}.").format(
        found.slot.name, when, note(procedure, found.slot), announced
    )


def _slots(procedure: Document, now: datetime) -> list[Slot]:
    today = clock.stored(now).date()
    schedule = procedures.schedule_of(procedure)
    return list(slots(schedule, settings.calendar(), today, today + timedelta(days=93)))


def _is_ahead(slot: Slot, now: datetime) -> bool:
    status = frappe.db.get_value(RUN, slot.name, "status")
    return status == "Open" or (status is None and slot.due_until > now)


def _date(procedure: Document, slot: Slot) -> Date:
    day = clock.stored(slot.due_from).date()
    default = default_day(procedures.schedule_of(procedure), settings.calendar(), slot.name)
    row = next((each for each in procedure.agreed_dates if each.slot == slot.name), None)
    if row is None:
        return Date(slot, day, default)
    return Date(slot, day, default, row.agreed_by or "", row.reason or "", row.agreed_at)


def _refuse_day(procedure: Document, present: Date, wanted: date, reason: str, now: datetime) -> None:
    calendar, name = settings.calendar(), present.slot.name
    today, days = clock.stored(now).date(), cint(procedure.announce_days_before)
    schedule = procedures.schedule_of(procedure)
    is_over = wanted == today and clock.stored(now).time() >= schedule.ends
    if wanted < today or is_over:
        refuse(_("{0} is past: choose a day to come."), wanted)
    if not is_within(schedule, name, wanted):
        refuse(_("{0} is not in the quarter of {1}: choose a day of that quarter."), wanted, name)
    if not calendar.is_business_day(wanted):
        message = _("{0} is no business day: {1} would be one.")
        refuse(message, wanted, calendar.next_business_day(wanted))
    if wanted == present.day:
        refuse(_("{0} is on {1} already."), name, wanted)
    if wanted < today + timedelta(days=days) and not (reason or "").strip():
        refuse(_("{0} is less than {1} days ahead: say why it cannot be later."), wanted, days)


def _write(procedure: Document, present: Date, wanted: date, reason: str, now: datetime) -> None:
    row = next((each for each in procedure.agreed_dates if each.slot == present.slot.name), None)
    row = row or procedure.append("agreed_dates", {"slot": present.slot.name})
    by = {"agreed_by": frappe.session.user, "agreed_at": clock.stored(now)}
    row.update({"day": wanted, "reason": (reason or "").strip(), **by})
    records.write(procedure)
    text = "{}: {} in place of {}. {}".format(present.slot.name, wanted, present.day, (reason or "").strip())
    procedure.add_comment("Comment", frappe.utils.escape_html(text.strip()))


def _move_open_run(procedure: Document, agreed: Date) -> None:
    """Who opened it before the date was agreed on keeps what they wrote."""
    if frappe.db.get_value(RUN, agreed.slot.name, "status") != "Open":
        return
    run = frappe.get_doc(RUN, agreed.slot.name, for_update=True)
    set_window(run, agreed.slot)
    run.update({"opened_late": 0, "date_note": note(procedure, agreed.slot)})
    records.write(run)


def _day(value: object) -> date:
    """Written as ISO has it: of 12-01-2027 nobody knows the month."""
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        refuse(_("“{0}” is no date. Write it as 2027-01-11."), value or "")
