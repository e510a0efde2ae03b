"""Writes down whom to tell of an escalation: one row for each person, address or target, once.

Nothing here asks Redis or a mail server while a run is written; a job hands it over (delivery.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.language import quoted
from verenigingen_maintenance.core.placeholders import emails
from verenigingen_maintenance.operations import duty, mail, outbox, records, settings
from verenigingen_maintenance.operations.escalation_steps import add_event, clock_of, hurry, write
from verenigingen_maintenance.operations.outbox import NOTIFICATION, due_at
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

TARGET = "Notification Target"
LAST_RESORT = ("Maintenance Manager", "System Manager")
TOLD = ("Opened", "Next Level", "Reopened")
OF_PEOPLE = ("Acknowledged", "Handed On", "Note", "Resolved", "False Positive", "Closed")


@dataclass(frozen=True)
class Recipient:
    """Who is told, and how: a user in Desk, an address by e-mail, a target through Apprise."""

    channel: str
    name: str


def announce(escalation: Document, kind: str) -> None:
    """Writes down whom to tell at its level. What goes wrong is logged, and the managers are told in Desk: it
    must keep no breach from being recorded, and no clock from running."""
    frappe.db.savepoint("announce")
    try:
        _announce(escalation, kind)
    except Exception:  # noqa: BLE001 - the escalation stands in its list all the same
        frappe.db.rollback(save_point="announce")
        frappe.log_error(f"Nobody is told of {escalation.name}"[:140])
        _announce_to_managers(escalation, kind)


def _announce_to_managers(escalation: Document, kind: str) -> None:
    frappe.db.savepoint("managers")
    try:
        for each in _managers():
            _write(escalation, kind, each)
    except Exception:  # noqa: BLE001 - as above; the audit of the clocks finds it
        frappe.db.rollback(save_point="managers")
        frappe.log_error(f"Not even the managers are told of {escalation.name}"[:140])


def tell_holder(escalation: Document, holder: str) -> None:
    """Whoever acknowledged it is told that more of it broke; where nobody can be, the level is."""
    if duty.unfit([holder]):
        announce(escalation, "More Broke")
        return
    for each in _ways_to([holder]):
        _write(escalation, "More Broke", each)


def tell_anew(escalation: Document) -> None:
    """It was muted: what was held back, also in a mail that was begun, is told to who is there now."""
    why = "held back; told anew when it was muted no longer"
    for begun in outbox.drop(escalation.name, (*TOLD, "Reminder"), why, clock.now()):
        mail.withdraw(begun)
        outbox.forget_mail(begun)
    announce(escalation, "Opened")


def announce_over(escalation: Document) -> None:
    """Whoever was told of it is told that it is over: also who is being told just now, and who has it."""
    filters = {"escalation": escalation.name, "kind": ("in", (*TOLD, "Reminder", "More Broke"))}
    told = {"status": "Delivered", "claim": ("is", "set")}
    fields = ["channel", "recipient"]
    rows = frappe.get_all(NOTIFICATION, filters, fields, or_filters=told, distinct=True, order_by="recipient")
    holder = _ways_to([escalation.acknowledged_by]) if escalation.acknowledged_by else []
    for each in dict.fromkeys([*(Recipient(row.channel, row.recipient) for row in rows), *holder]):
        if each.name != frappe.session.user:
            _write(escalation, "Cleared", each)


def recipients(level: str, now: datetime) -> list[Recipient]:
    """Whom to tell at a level, each once; a user by e-mail too."""
    reached = duty.reached(level, now)
    targets = [Recipient("Target", target) for target in _targets(level, now)]
    return [*_ways_to(reached.users, reached.addresses), *targets]


def first_level(now: datetime) -> list[Recipient]:
    """The people of the first level, but for chats and pagers."""
    levels = frappe.get_all("Escalation Level", pluck="name", order_by="level asc", limit=1)
    return [each for level in levels for each in recipients(level, now) if each.channel != "Target"]


def ways_to_all_with(roles: Sequence[str]) -> list[Recipient]:
    """Everybody with one of some roles, in Desk and by e-mail."""
    return _ways_to(list(dict.fromkeys(user for role in roles for user in duty.users_with(role))))


def _ways_to(users: Sequence[str], more: Sequence[str] = ()) -> list[Recipient]:
    """Users in Desk and by e-mail, with addresses more; each address once."""
    addresses = dict.fromkeys(each.lower() for each in (*_addresses(users), *more))
    in_desk = [Recipient("Desk", user) for user in users]
    return [*in_desk, *(Recipient("E-mail", address) for address in addresses)]


def key_of(*parts: object) -> str:
    """The key of a message: the same message twice has the same one."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:40]


def write_down(kind: str, recipient: Recipient, subject: str, message: str, key: str, **more: object) -> None:
    """One message to one recipient, unless it was written down already."""
    if frappe.db.exists(NOTIFICATION, {"key": key}):
        return
    told = {"kind": kind, "channel": recipient.channel, "recipient": recipient.name}
    text = {"subject": subject[:140], "message": message, "key": key, "status": "Waiting"}
    notification = frappe.get_doc({"doctype": NOTIFICATION, **told, **text, **more})
    notification.flags.ignore_links = True  # its level may have been deleted since the escalation opened
    records.insert(notification)


def _announce(escalation: Document, kind: str) -> None:
    """A chat or a pager alone is nobody."""
    found = recipients(escalation.level, clock.now())
    if all(each.channel == "Target" for each in found):
        add_event(escalation, "Nobody There", _nobody(escalation.level))
        hurry(escalation, clock.now())
        write(escalation)
        found = [*found, *_managers()]
    for each in dict.fromkeys(found):
        _write(escalation, kind, each)


def _managers() -> list[Recipient]:
    users = (user for role in LAST_RESORT for user in duty.users_with(role))
    return [Recipient("Desk", user) for user in dict.fromkeys(users)]


def _nobody(level: str | None) -> str:
    title = frappe.db.get_value("Escalation Level", level, "title") or level or "(none)"
    return f"Nobody can be told at the level {title}: the managers are."


def _write(escalation: Document, kind: str, recipient: Recipient) -> None:
    wait = 0 if escalation.is_drill else cint(frappe.db.get_single_value(SETTINGS, "group_seconds"))
    due = due_at(clock.now() + timedelta(seconds=wait))
    more = {"escalation": escalation.name, "level": escalation.level, "is_drill": escalation.is_drill}
    subject, message = _subject(escalation, kind), "\n".join(_last_notes(escalation))
    key = key_of(escalation.name, kind, _occasion(escalation, kind), recipient.channel, recipient.name)
    write_down(kind, recipient, subject, message, key, **due, **more)


def _occasion(escalation: Document, kind: str) -> str:
    """What tells one message from the last of its kind: the turn of a level, the reminder, the breach."""
    if not escalation.clock:  # one of an earlier version, which a person ends before its clock begins
        return str(escalation.opened_at)
    kept = clock_of(escalation)
    if kind == "Reminder":
        return f"{kept.level} {kept.next_reminder_at}"
    if kind == "More Broke":
        broken = ", ".join(sorted(row.check_name for row in escalation.checks))
        return f"{broken} {max(event.happened_at for event in escalation.events)}"
    return f"{kept.level} {kept.level_since}"


def _subject(escalation: Document, kind: str) -> str:
    level = frappe.db.get_value("Escalation Level", escalation.level, "title") or escalation.level
    words = {
        "Opened": "{0} for {1}: {2}",
        "Reopened": "{0} for {1}, again: {2}",
        "Next Level": "{0} now for {1}: {2}",
        "More Broke": "{0}, more of it broke: {2}",
        "Reminder": "{0} still waits for {1}: {2}",
        "Cleared": "{0} is over: {2}",
    }[kind]
    subject = words.format(escalation.name, level, escalation.title)
    return f"DRILL: {subject}" if escalation.is_drill else subject


def _last_notes(escalation: Document) -> list[str]:
    """What broke, and what was said last."""
    said = sorted((each for each in escalation.events if each.note), key=lambda each: each.happened_at)
    began = [each for each in said if each.event in ("Opened", "Reopened")][-1:]
    return [_told(each) for each in (*began, *(last for last in said[-4:] if last not in began))]


def _told(event: Document) -> str:
    is_of_a_person = event.event in OF_PEOPLE and event.by_user != "Administrator"
    return quoted(event.note) if is_of_a_person else event.note


def _addresses(users: Sequence[str]) -> list[str]:
    rows = frappe.get_all("User", {"name": ("in", [*users, ""])}, ["name", "email"])
    found = {row.name: row.email for row in rows}
    return [address for user in users for address in emails(found.get(user))]


def _targets(level: str, now: datetime) -> list[str]:
    """The targets that are told of a level at this hour."""
    number = cint(frappe.db.get_value("Escalation Level", level, "level"))
    rows = frappe.get_all(TARGET, {"enabled": 1}, ["name", "from_level", "hours"], order_by="name")
    is_open = settings.calendar().is_open(now)
    return [
        row.name
        for row in rows
        if cint(row.from_level) <= number and not (is_open and row.hours == "Outside business hours")
    ]
