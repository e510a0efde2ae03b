"""Writes down whom to tell of an escalation: one row for each person, address or target, once.

Nothing here asks Redis or a mail server while a run is written; a job hands it over (delivery.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from verenigingen_maintenance.core.placeholders import emails
from verenigingen_maintenance.operations import duty, records, settings
from verenigingen_maintenance.operations.escalation_steps import add_event, clock_of, hurry, write
from verenigingen_maintenance.operations.outbox import NOTIFICATION, due_at
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.sources import clock

TARGET = "Notification Target"
LAST_RESORT = ("Maintenance Manager", "System Manager")
TOLD = ("Opened", "Next Level", "Reopened")


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


def tell_holder(escalation: Document) -> None:
    """Whoever acknowledged it is told that more of it broke."""
    user = escalation.acknowledged_by
    for each in (Recipient("Desk", user), *(Recipient("E-mail", to) for to in _addresses((user,)))):
        _write(escalation, "More Broke", each)


def tell_anew(escalation: Document) -> None:
    """It was muted: what was held back is told to who is there now."""
    held = {"escalation": escalation.name, "status": "Waiting", "kind": ("in", (*TOLD, "Reminder"))}
    values = {"status": "Not Sent", "reason": _("held back; told anew when it was muted no longer")}
    frappe.db.set_value(NOTIFICATION, held, values)
    announce(escalation, "Opened")


def announce_over(escalation: Document) -> None:
    """Whoever was told that it began is told that it is over."""
    fields = ["channel", "recipient"]
    filters = {"escalation": escalation.name, "kind": ("in", TOLD), "status": "Delivered"}
    rows = frappe.get_all(NOTIFICATION, filters, fields, distinct=True, order_by="recipient")
    for row in rows:
        if row.recipient != frappe.session.user:
            _write(escalation, "Cleared", Recipient(row.channel, row.recipient))


def recipients(level: str, now: datetime) -> list[Recipient]:
    """Whom to tell at a level, each once; a user by e-mail too."""
    reached = duty.reached(level, now)
    addresses = dict.fromkeys(each.lower() for each in (*_addresses(reached.users), *reached.addresses))
    return [
        *(Recipient("Desk", user) for user in reached.users),
        *(Recipient("E-mail", address) for address in addresses),
        *(Recipient("Target", target) for target in _targets(level, now)),
    ]


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
    title = frappe.db.get_value("Escalation Level", level, "title") or level or _("(none)")
    return _("Nobody can be told at the level {0}: the managers are.").format(title)


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
        return ", ".join(sorted(row.check_name for row in escalation.checks))
    return f"{kept.level} {kept.level_since}"


def _subject(escalation: Document, kind: str) -> str:
    level = frappe.db.get_value("Escalation Level", escalation.level, "title") or escalation.level
    words = {
        "Opened": _("{0} for {1}: {2}"),
        "Reopened": _("{0} for {1}, again: {2}"),
        "Next Level": _("{0} now for {1}: {2}"),
        "More Broke": _("{0}, more of it broke: {2}"),
        "Reminder": _("{0} still waits for {1}: {2}"),
        "Cleared": _("{0} is over: {2}"),
    }[kind]
    subject = words.format(escalation.name, level, escalation.title)
    return _("DRILL: {0}").format(subject) if escalation.is_drill else subject


def _last_notes(escalation: Document) -> Iterator[str]:
    """What broke, and what was said last."""
    for event in escalation.events[-5:]:
        if event.note:
            yield event.note


def _addresses(users: tuple[str, ...]) -> list[str]:
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
