"""Training sessions: prefilled with what happened, confirmed by each who was there, closed when complete."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate

from verenigingen_maintenance.core import access, training
from verenigingen_maintenance.core.training import Participant, Practice
from verenigingen_maintenance.operations import duty, records, training_topics
from verenigingen_maintenance.operations.refusals import refuse, refuse_until
from verenigingen_maintenance.sources import clock, people

SESSION, RUN, ESCALATION = "Training Session", "Checklist Run", "Maintenance Escalation"
OPEN, CLOSED = "Open", "Closed"
OK, PROBLEMS = "OK", "Problems"
MOST_ASKED = 50
CONFIRMED = ("confirmed", "confirmed_at")
ACCESS = ("access", "access_checked_at", "access_found")
KEPT = ("status", "closed_by", "closed_at")


def start(run: str, now: datetime) -> str:
    """The open session of a run (or of today), made now and prefilled unless there is one."""
    if run and not frappe.db.exists(RUN, run):
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    run = run or _open_monthly_run() or ""
    if found := frappe.db.get_value(SESSION, {"status": OPEN, **({"run": run} if run else {})}):
        return found
    today = clock.stored(now).date()
    values = {"date": today, "run": run or None, "led_by": frappe.session.user, "status": OPEN}
    session = frappe.get_doc({"doctype": SESSION, "name": _name(today), **values})
    session.topics = training_topics.since_the_last(now)
    for user in _asked():
        session.append("participants", {"user": user, "role_practised": _role(user)})
    try:
        records.insert(session)
    except frappe.DuplicateEntryError:
        frappe.clear_last_message()
    return session.name


def check_access(name: str, now: datetime) -> dict[str, list[str]]:
    """Looks at the account of each participant who is there; returns the problems of each."""
    session = _open(name)
    there = [row for row in session.participants if row.present]
    if not there:
        refuse(_("Mark first who is present in {0}."), name)
    problems = {row.user: _look_at(row, now) for row in there}
    records.write(session)
    return problems


def confirm(name: str, now: datetime) -> None:
    """The user who is logged in has understood; nobody says so for another.

    Past the document: whoever leads the session writes its topics meanwhile, and may save them.
    """
    session = _open(name)
    rows = [row for row in session.participants if row.user == frappe.session.user]
    if not rows:
        refuse(_("You are no participant of {0}: ask who leads it to add you."), name)
    if not rows[0].present:
        refuse(_("You are not marked as present in {0}: ask who leads it."), name)
    values = {"confirmed": 1, "confirmed_at": clock.stored(now)}
    frappe.db.set_value(rows[0].doctype, rows[0].name, values, update_modified=False)


def close(name: str, now: datetime) -> None:
    """Ends a session for good. Raises frappe.ValidationError with everything that is missing."""
    session = _open(name)
    if needed := still_needed(session):
        refuse_until(_("Before the session can be closed:"), needed)
    session.update(dict(zip(KEPT, (CLOSED, frappe.session.user, clock.stored(now)), strict=True)))
    records.write(session)


def still_needed(session: Document) -> list[str]:
    """What keeps it from being closed, one text for each."""
    to_come = getdate(session.date) > clock.stored(clock.now()).date()
    date = [_("Its date is to come: {0}").format(session.date)] if to_come else []
    participants = [_participant(row) for row in session.participants]
    return date + training.missing(participants, _practised(session), session.not_practised_because or "")


def keep_what_is_told(session: Document) -> None:
    """For the controller: by hand nobody confirms, checks or closes, and a closed session stays as it is."""
    before = session.get_doc_before_save()
    if session.flags.by_operation:
        return
    if before is None:
        records.refuse_by_hand(session)
    if before.status != OPEN:
        refuse(_("{0} is closed and stays as it is. Add a comment instead."), session.name)
    records.keep(session, *KEPT)
    if getdate(session.date) is None:
        refuse(_("“{0}” is no date."), session.date)
    former = {row.name: row for row in before.participants}
    for row in session.participants:
        _keep_row(row, former.get(row.name))
    _refuse_twice(session)


def _keep_row(row: Document, former: Document | None) -> None:
    """Of another user nothing was confirmed or checked yet."""
    is_same = former is not None and former.user == row.user
    for field in (*CONFIRMED, *ACCESS):
        row.set(field, former.get(field) if is_same else None)


def _refuse_twice(session: Document) -> None:
    users = [row.user for row in session.participants]
    if twice := {user for user in users if users.count(user) > 1}:
        refuse(_("Listed twice: {0}."), ", ".join(sorted(twice)))


def _look_at(row: Document, now: datetime) -> list[str]:
    found, today = people.access_of(row.user, now), clock.stored(now).date()
    problems = access.problems(found, today)
    told = [
        *(f"PROBLEM: {each}" for each in problems),
        *(f"REMARK: {each}" for each in access.remarks(found)),
        *access.facts(found),
    ]
    values = {"access": PROBLEMS if problems else OK, "access_found": "\n".join(told)}
    row.update({**values, "access_checked_at": clock.stored(now)})
    return problems


def _participant(row: Document) -> Participant:
    is_ok = {OK: True, PROBLEMS: False}.get(row.access or "")
    return Participant(row.user, bool(row.present), bool(row.confirmed), is_ok, row.note or "")


def _practised(session: Document) -> list[Practice]:
    found = []
    for doctype, name, over in (
        (RUN, session.practised_run, ("Signed",)),
        (ESCALATION, session.practised_escalation, ("Resolved", "Closed")),
    ):
        if name:
            is_drill, status = frappe.db.get_value(doctype, name, ["is_drill", "status"]) or (0, "")
            found.append(Practice(name, bool(cint(is_drill)), status in over))
    return found


def _open(name: str) -> Document:
    if not frappe.db.exists(SESSION, name):
        refuse(_("There is no training session {0}."), name, kind=frappe.DoesNotExistError)
    session = frappe.get_doc(SESSION, name, for_update=True)
    if session.status != OPEN:
        refuse(_("{0} is closed and stays as it is. Add a comment instead."), name)
    return session


def _open_monthly_run() -> str | None:
    monthly = frappe.get_all("Maintenance Procedure", {"cadence": "Monthly"}, pluck="name", limit=0)
    filters = {"procedure": ("in", monthly or [""]), "status": "Open"}
    return frappe.db.get_value(RUN, filters, order_by="due_from desc")


def _asked() -> list[str]:
    """Everybody who works with the app."""
    found = [user for role in duty.ACTING for user in duty.users_with(role)]
    return sorted(set(found))[:MOST_ASKED]


def _role(user: str) -> str:
    return ", ".join(role.split()[-1] for role in duty.ACTING if role in frappe.get_roles(user))


def _name(today) -> str:
    """One a day has the day's name; a second one a number."""
    first = f"TRAIN-{getdate(today)}"
    name, count = first, 1
    while frappe.db.exists(SESSION, name):
        count += 1
        name = f"{first}-{count}"
    return name
