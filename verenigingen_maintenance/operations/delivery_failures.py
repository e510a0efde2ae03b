"""A channel that fails is itself escalated, by the other channels, and cleared when it works again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import frappe
from frappe import _
from frappe.query_builder.functions import Max

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.operations import escalations, mail
from verenigingen_maintenance.operations.escalations import ESCALATION, Breach
from verenigingen_maintenance.operations.outbox import CHANNELS, NOTIFICATION, WAITING, Claimed
from verenigingen_maintenance.operations.transactions import commit, lock
from verenigingen_maintenance.sources import clock

SUBJECT = "Notifications"
ITSELF = "this channel is what fails"
EVERYBODY = ""
MOST_NAMED, PATIENCE = 10, 20


def failing_channels() -> set[tuple[str, str]]:
    """Channel and recipient of what failed three times or more and was not taken since.

    The recipient is empty where all of a channel fails: the mail server does.
    """
    table = frappe.qb.DocType(NOTIFICATION)
    tried = (
        frappe.qb.from_(table)
        .select(table.channel, table.recipient, table.waits_because, table.status, Max(table.tried_at))
        .where(table.status.isin((WAITING, "Failed")))
        .where((table.attempts >= back_off.TOLD_AFTER) & table.channel.isin(CHANNELS))
        .groupby(table.channel, table.recipient, table.waits_because, table.status)
    ).run()
    found = set()
    for channel, recipient, why, status, tried_at in tried:
        if status == WAITING or not _worked_since(channel, recipient, tried_at):
            of_all = status == WAITING and (why or "").startswith(mail.SERVER)
            found |= {(channel, recipient), (channel, EVERYBODY if of_all else recipient)}
    return found


def fails(channel: str, recipient: str, failing: set[tuple[str, str]]) -> bool:
    """Whether what goes to a recipient by a channel would not arrive."""
    return bool({(channel, recipient), (channel, EVERYBODY)} & failing)


def about_failures(rows: Sequence[frappe._dict]) -> set[str]:
    """Which of the escalations of `rows` are about channels that fail."""
    names = [row.escalation for row in rows if row.escalation]
    return set(frappe.get_all(ESCALATION, {"name": ("in", names), "subject": SUBJECT}, pluck="name"))


def tell(claimed: Claimed, reason: str, now: datetime) -> None:
    """Escalates that a recipient is not reached, once what failed last has failed often enough.

    A transaction of its own. While another one writes verdicts it is left to the next failed attempt.
    """
    group = claimed.group
    told = sorted({row.escalation or row.subject or "" for row in claimed.rows})
    named = ", ".join(told[:MOST_NAMED]) + (_(" and more") if len(told) > MOST_NAMED else "")
    title = _("{0} to {1} fails").format(group.channel, masked(group.recipient))
    note = _("{0}: {1}. Not told: {2}").format(title, reason, named)
    onset = min((clock.instant_before(row.tried_since, now) for row in claimed.rows), default=now)
    try:
        _record(Breach(SUBJECT, title, note, min(onset, now), now))
    except Exception:  # noqa: BLE001 - the notifications say so themselves, and the others must have their turn
        frappe.db.rollback()
        frappe.log_error(f"Not escalated: {title}"[:140])


def _record(breach: Breach) -> None:
    with lock("writing", PATIENCE) as mine:
        if mine:
            commit()
            escalations.record(breach)
            commit()


def clear_if_all_work() -> None:
    """Resolves the open escalation when no channel fails any more. While another one writes: later."""
    if not frappe.db.exists(ESCALATION, {"open_key": SUBJECT}) or failing_channels():
        return
    with lock("writing") as mine:
        if mine:
            commit()
            told = _("No channel fails any more: what waited was taken, or is not sent.")
            escalations.clear(SUBJECT, SUBJECT, told)
            commit()


def masked(recipient: str) -> str:
    """An address that somebody who knows it recognises, and nobody else."""
    name, at, host = recipient.partition("@")
    return f"{name[:1]}***@{host}" if at else recipient


def _worked_since(channel: str, recipient: str, tried_at: datetime) -> bool:
    """Whether the recipient of one that was given up took another one later."""
    filters = {"channel": channel, "recipient": recipient, "delivered_at": (">", tried_at)}
    return bool(frappe.db.exists(NOTIFICATION, filters))
