"""A channel that fails is itself escalated, by the other channels, and cleared when it works again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Coalesce, Max, Min
from pypika.terms import Criterion

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.operations import addresses, breaches, escalations, mail, targets
from verenigingen_maintenance.operations.breaches import PART, Part
from verenigingen_maintenance.operations.escalation_steps import ESCALATION, get, write
from verenigingen_maintenance.operations.escalations import Breach
from verenigingen_maintenance.operations.outbox import CHANNELS, NOTIFICATION, WAITING, Claimed
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

SUBJECT = "Notifications"
ITSELF = "this channel is what fails"
EVERYBODY = ""
MOST_NAMED, PATIENCE = 10, 20
MARK = 6
RECENT = timedelta(days=1)


def failing_channels(now: datetime) -> set[tuple[str, str]]:
    """Channel and recipient of what failed three times or more, the last time within a day, and was not taken
    since; whom nobody reaches that way any more is not among them.

    The recipient is empty where all of a channel fails: the mail server does.
    """
    table = frappe.qb.DocType(NOTIFICATION)
    tried = (
        frappe.qb.from_(table)
        .select(table.channel, table.recipient, table.status, Max(table.tried_at))
        .where(_was_tried(table, now) & (table.attempts >= back_off.TOLD_AFTER))
        .where(table.channel.isin(CHANNELS))
        .groupby(table.channel, table.recipient, table.status)
    ).run()
    gone = _gone({(channel, recipient) for channel, recipient, _status, _at in tried})
    found = {
        (channel, recipient)
        for channel, recipient, status, tried_at in tried
        if (channel, recipient) not in gone
        and (status == WAITING or not _worked_since(channel, tried_at, recipient=recipient))
    }
    return found | ({("E-mail", EVERYBODY)} if mail_fails_since(now) else set())


def mail_fails_since(now: datetime) -> datetime | None:
    """Since when the mail server fails, if that is no hiccup: whoever the attempts were for, they count."""
    table = frappe.qb.DocType(NOTIFICATION)
    of_server = (table.channel == "E-mail") & table.waits_because.like(f"{mail.SERVER}%")
    begun = Coalesce(table.email_queue, "")
    columns = Max(table.attempts), Min(table.tried_since), Max(table.tried_at)
    query = frappe.qb.from_(table).select(table.status, *columns).where(_was_tried(table, now) & of_server)
    found = [
        (attempts, since)
        for status, attempts, since, tried_at in query.groupby(table.status, table.recipient, begun).run()
        if status == WAITING or not _worked_since("E-mail", tried_at)
    ]
    since = min((clock.instant_before(began, now) for _attempts, began in found if began), default=None)
    attempts = sum(attempts for attempts, _began in found)
    return since if since and back_off.is_outage(attempts, since, now) else None


def fails(channel: str, recipient: str, failing: set[tuple[str, str]]) -> bool:
    """Whether what goes to a recipient by a channel would not arrive."""
    return bool({(channel, recipient), (channel, EVERYBODY)} & failing)


def about_failures(rows: Sequence[frappe._dict]) -> set[str]:
    """Which of the escalations of `rows` are about channels that fail."""
    names = [row.escalation for row in rows if row.escalation]
    return set(frappe.get_all(ESCALATION, {"name": ("in", names), "subject": SUBJECT}, pluck="name"))


def tell(claimed: Claimed, reason: str, now: datetime) -> None:
    """Escalates that a recipient is not reached, once what failed last has failed often enough."""
    key = key_of(claimed.group.channel, claimed.group.recipient)
    onset = min((clock.instant_before(row.tried_since, now) for row in claimed.rows), default=now)
    part = Part(key, f"{key} fails", min(onset, now))
    _tell(part, f"{reason}{_whom(claimed)}", claimed.rows, now)


def _whom(claimed: Claimed) -> str:
    """Where those read the address who may: in a message that goes out it is not repeated."""
    if "@" not in claimed.group.recipient:
        return ""
    return f" (to whom: see notification {claimed.rows[0].name})"


def tell_of_mail(reason: str, now: datetime) -> None:
    """Escalates that the mail server fails, once it does for some minutes."""
    if since := mail_fails_since(now):
        filters = {"channel": "E-mail", "status": WAITING}
        rows = frappe.get_all(NOTIFICATION, filters, ["escalation", "subject"], order_by="name", limit=500)
        title = "E-mail fails: the mail server takes none"
        _tell(Part(key_of("E-mail", EVERYBODY), title, min(since, now)), reason, rows, now)


def clear_what_works(now: datetime) -> None:
    """Clears each channel that fails no more: with the last, the escalation is over. While another one
    writes: later."""
    if not (lasting := _lasting()):
        return
    failing = {key for each in failing_channels(now) for key in (key_of(*each), _earlier_key_of(*each))}
    over = [key for key in lasting if key not in failing and not (key == SUBJECT and failing)]
    if over:
        with lock("writing") as mine:
            if mine:
                commit()
                _clear(over)
                commit()


def key_of(channel: str, recipient: str) -> str:
    """What tells a part of the escalation from the others; it is shown, and repeats no address. Those that
    look alike without it have a mark, which is the same however somebody spells the address."""
    if "@" not in recipient:
        return _earlier_key_of(channel, recipient)
    address = recipient.strip().casefold()
    mark = hashlib.sha256(address.encode()).hexdigest()[:MARK]
    return f"{_earlier_key_of(channel, address)[: 140 - MARK - 2]} #{mark}"


def _earlier_key_of(channel: str, recipient: str) -> str:
    """As earlier versions wrote it down: two addresses may have the same one."""
    return f"{channel} to {masked(recipient)}"[:140] if recipient else channel


def masked(recipient: str) -> str:
    """An address that somebody who knows it recognises, and nobody else."""
    name, at, host = recipient.partition("@")
    return f"{name[:1]}***@{host}" if at else recipient


def _tell(part: Part, reason: str, rows: Sequence[frappe._dict], now: datetime) -> None:
    """Once for each channel as long as it fails: reminding is the escalation's. A transaction of its own;
    while another one writes verdicts it is left to the next failed attempt."""
    if (SUBJECT, part.key) in breaches.uncleared():
        return
    told = sorted({row.escalation or row.subject or "" for row in rows})
    named = ", ".join(told[:MOST_NAMED]) + (" and more" if len(told) > MOST_NAMED else "")
    note = f"{part.title}: {reason}. Not told: {named}"
    try:
        _record(Breach(SUBJECT, part.title, note, part.began, now, parts=(part,)))
    except Exception:  # noqa: BLE001 - the notifications say so themselves, and the others must have their turn
        frappe.db.rollback()
        frappe.log_error(f"Not escalated: {part.title}"[:140])


def _record(breach: Breach) -> None:
    with lock("writing", PATIENCE) as mine:
        if mine:
            commit()
            escalations.record(breach)
            commit()


def _lasting() -> list[str]:
    """The channels that fail, by the open escalation; all as one where it is of an earlier version."""
    fields = ["name", "cleared_at"]
    found = frappe.db.get_value(ESCALATION, {"open_key": SUBJECT}, fields, as_dict=True)
    if not found or found.cleared_at:
        return []
    parts = frappe.get_all(PART, {"parent": found.name}, ["check_name", "cleared_at"])
    return [row.check_name for row in parts if not row.cleared_at] if parts else [SUBJECT]


def _clear(over: Sequence[str]) -> None:
    for key in over:
        if key == SUBJECT:
            _say_what_failed()
        what = "Each channel" if key == SUBJECT else key
        told = "{0} fails no more: what waited was taken or is not sent, or nothing was tried for a day."
        escalations.clear(SUBJECT, key, told.format(what))


def _say_what_failed() -> None:
    """One of an earlier version does not say what failed: all of it."""
    escalation = get(frappe.db.get_value(ESCALATION, {"open_key": SUBJECT}))
    if not escalation.checks:
        breaches.put(escalation, [Part(SUBJECT, escalation.title, clock.now())])
        write(escalation)


def _was_tried(table: frappe.qb.DocType, now: datetime) -> Criterion:
    """It failed within the last day, and waits for its next attempt or was given up."""
    has_failed = table.status.isin((WAITING, "Failed")) & (table.attempts > 0)
    return has_failed & (table.tried_at >= clock.stored(now - RECENT))


def _gone(asked: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those whom a message does not go to any more: addresses that nobody has, targets that are off."""
    mails = addresses.why_gone(recipient for channel, recipient in asked if channel == "E-mail")
    names = [recipient for channel, recipient in asked if channel == "Target"]
    enabled = frappe.get_all(targets.TARGET, {"name": ("in", [*names, ""]), "enabled": 1}, pluck="name")
    return {("E-mail", each) for each in mails} | {("Target", each) for each in names if each not in enabled}


def _worked_since(channel: str, tried_at: datetime, **whom: str) -> bool:
    """Whether another one was taken after one that was given up."""
    return bool(frappe.db.exists(NOTIFICATION, {"channel": channel, "delivered_at": (">", tried_at), **whom}))
