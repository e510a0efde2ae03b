"""What a user may not save of an escalation level, and what to write instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, getdate

from verenigingen_maintenance.core import response_clock
from verenigingen_maintenance.operations.duty import HANDOVER, unfit
from verenigingen_maintenance.operations.refusals import refuse, refuse_no_times_of_day
from verenigingen_maintenance.sources import clock

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
LONGEST = timedelta(days=366)
RESPONSES, GRACE = ("response_in_hours", "response_after_hours"), "grace_minutes"
MOST_MINUTES = response_clock.LONGEST // timedelta(minutes=1)


def refuse_bad_level(level: Document) -> None:
    """Times, a rotation or a stand-in that cannot be meant. Fills in what a rotation needs."""
    if cint(level.level) < 1:
        refuse(_("A level is a number from 1: 1 is told first."))
    _refuse_taken_number(level)
    _refuse_bad_times(level)
    refuse_no_times_of_day(level)
    _fill_in(level)
    _refuse_bad_first_day(level)
    _refuse_unfit(level)
    for row in level.stand_ins:
        _refuse_bad_stand_in(level, row)
    _refuse_overlaps(level)


def _refuse_taken_number(level: Document) -> None:
    """The database refuses it too, in words that nobody can use."""
    others = {"level": cint(level.level), "name": ("!=", level.name or "")}
    if other := frappe.db.get_value("Escalation Level", others, "title"):
        refuse(_("“{0}” is level {1} already: give one of them another number."), other, cint(level.level))


def _refuse_bad_times(level: Document) -> None:
    """Below zero, or so long that the next level is never told."""
    for field in (*RESPONSES, GRACE):
        if cint(level.get(field)) < 0:
            refuse(_("{0} is 0 or more minutes."), level.meta.get_label(field))
    for field in RESPONSES:
        if cint(level.get(field)) + cint(level.get(GRACE)) > MOST_MINUTES:
            labels = level.meta.get_label(field), level.meta.get_label(GRACE)
            message = _("{0} and {1} are at most {2} minutes together, which is {3} days.")
            refuse(message, *labels, MOST_MINUTES, response_clock.LONGEST.days)


def _fill_in(level: Document) -> None:
    """A rotation without a first day begins on Monday of this week; it is handed over at nine."""
    if level.handover_at is None:
        level.handover_at = HANDOVER.isoformat()
    if level.rotation and not level.rotation_from:
        today = clock.stored(clock.now()).date()
        level.rotation_from = today - timedelta(days=today.weekday())


def _refuse_bad_first_day(level: Document) -> None:
    if not level.rotation_from:
        return
    first, today = getdate(level.rotation_from), clock.stored(clock.now()).date()
    if not EARLIEST <= first <= today + LONGEST:
        refuse(_("The first week of the rotation begins on {0}, which is too far away."), first)


def _refuse_unfit(level: Document) -> None:
    """Only of people who are entered now: one who was disabled later keeps nobody from saving."""
    before = level.get_doc_before_save()
    entered: set[str] = set()
    for table in ("rotation", "stand_ins"):
        entered |= _users(level.get(table)) - _users(before.get(table) if before else ())
    for user, why in sorted(unfit(entered).items()):
        refuse(_("{0} {1}, and cannot be on duty. Choose an enabled user of Desk."), user, why)


def _users(rows: Iterable[Document]) -> set[str]:
    return {row.user for row in rows if row.user}


def _refuse_bad_stand_in(level: Document, row: Document) -> None:
    begins, ends = get_datetime(row.begins), get_datetime(row.ends)
    if begins >= ends:
        message = _("Row {0} of the stand-ins ends at {1}, before it begins at {2}.")
        refuse(message, row.idx, _minutes(ends), _minutes(begins))
    if ends - begins > LONGEST:
        refuse(_("Row {0} of the stand-ins lasts more than a year. Change the rotation instead."), row.idx)
    if not EARLIEST <= begins.date() <= LATEST:
        refuse(_("Row {0} of the stand-ins begins at {1}: check the year."), row.idx, _minutes(begins))
    if row.user == row.instead_of:
        refuse(_("Row {0} of the stand-ins: {1} cannot stand in for themselves."), row.idx, row.user)
    if ends > clock.stored(clock.now()):
        _refuse_if_it_never_counts(level, row)


def _minutes(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _refuse_if_it_never_counts(level: Document, row: Document) -> None:
    if not level.rotation:
        refuse(_("Row {0} of the stand-ins: there is no rotation. List first whose week it is."), row.idx)
    listed = _users(level.rotation) | _users(level.stand_ins)
    if row.instead_of and row.instead_of not in listed:
        message = _("Row {0} of the stand-ins: {1} is never on duty, so nobody can stand in for them.")
        refuse(message, row.idx, row.instead_of)


def _refuse_overlaps(level: Document) -> None:
    """Two at a time for one person (or for whoever is on duty): nobody could say which is meant."""
    rows: dict[str, list[Document]] = defaultdict(list)
    for row in sorted(level.stand_ins, key=lambda row: get_datetime(row.begins)):
        rows[row.instead_of or ""].append(row)
    for first, second in (pair for theirs in rows.values() for pair in pairwise(theirs)):
        if get_datetime(second.begins) < get_datetime(first.ends):
            whom = first.instead_of or _("whoever is on duty")
            message = _("{0} and {1} both stand in for {2} from {3} on. Let one end when the other begins.")
            refuse(message, first.user, second.user, whom, _minutes(get_datetime(second.begins)))
