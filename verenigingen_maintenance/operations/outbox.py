"""What waits to be told: who works on it, and what became of it.

A worker claims rows by one conditional UPDATE and commits that, so that two workers never hand over the same
row, unless one died: its claim expires, and another takes it over. What becomes of a row is written only
while the claim is still one's own.

A claim begins with the second of its end in UTC, and `due` is the second from which a row is due.
`claimed_until` and `send_after` are for people: local times repeat an hour in October, in which a claim must
not end early, and nothing wait an hour longer.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Coalesce, Min
from frappe.utils import cint
from pypika import Case
from pypika.terms import Criterion

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.operations.settings import SETTINGS
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

NOTIFICATION = "Maintenance Notification"
WAITING = "Waiting"
CHANNELS = ("Desk", "E-mail", "Target")
CLAIM = timedelta(seconds=int(os.environ.get("MAINTENANCE_CLAIM_SECONDS", "300")))
SLACK = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class LostClaimError(Exception):
    """Rows that were one's own are another one's now, who tells them."""


@dataclass(frozen=True)
class Group:
    """Rows of one recipient that are due together; those of a mail that was begun stay together."""

    channel: str
    recipient: str
    email_queue: str
    is_new: bool = True


@dataclass(frozen=True)
class Claimed:
    """The rows of a group that are one's own until the claim ends."""

    group: Group
    token: str
    rows: list[frappe._dict]


def waiting() -> int:
    """How many messages wait to be delivered."""
    return frappe.db.count(NOTIFICATION, {"status": WAITING, "channel": ("in", CHANNELS)})


def due_text(moment: datetime) -> str:
    """An instant as `due` keeps it: its second in UTC, which sorts as text."""
    return f"{int(moment.timestamp()):010d}"


def due_at(moment: datetime) -> dict:
    """The values of a row that is due at a moment: for people, and for the outbox."""
    return {"send_after": _local(moment), "due": due_text(moment)}


def due_groups(now: datetime, limit: int) -> list[Group]:
    """Groups with rows that are due and nobody's, so many of each channel: first what nobody looked at yet,
    then the longest due."""
    return [group for channel in CHANNELS for group in _due_of(channel, now, limit)]


def _due_of(channel: str, now: datetime, limit: int) -> list[Group]:
    table = _table()
    queue, was_seen = (
        Coalesce(table.email_queue, ""),
        (table.attempts > 0) | (Coalesce(table.reason, "") != ""),
    )
    seen = Min(Case().when(was_seen, 1).else_(0))
    rows = (
        frappe.qb.from_(table)
        .select(table.recipient, queue.as_("queue"), seen.as_("seen"))
        .where(_is_due(table, now) & (table.channel == channel))
        .groupby(table.recipient, queue)
        .orderby(seen)
        .orderby(Min(Coalesce(table.send_after, table.creation)))
        .limit(limit)
    ).run()
    return [Group(channel, recipient or "", begun, not seen) for recipient, begun, seen in rows]


def claim(group: Group, now: datetime, limit: int) -> Claimed:
    """Makes the due rows of a group one's own, and commits. Another one may have been faster: then none."""
    table, until = _table(), now + CLAIM
    token = f"{due_text(until)}-{frappe.generate_hash(length=12)}"
    names = _names(group, now, limit)
    if names:
        try:
            _update(table.name.isin(names) & _is_free(table, now), claim=token, claimed_until=_local(until))
        except frappe.QueryDeadlockError:  # another one claims the same rows, and has them
            frappe.db.rollback()
    commit()
    mine = {"name": ("in", names), "claim": token, "status": WAITING}
    rows = frappe.get_all(NOTIFICATION, filters=mine, fields=["*"], order_by="name") if names else []
    return Claimed(group, token, rows)


def settle(claimed: Claimed, rows: Sequence[frappe._dict], **values: object) -> int:
    """Writes what became of rows, and lets go of them; another one's, since the claim ended, stay.

    Returns how many were one's own.
    """
    if not rows:
        return 0
    table = _table()
    condition = table.name.isin([row.name for row in rows]) & (table.claim == claimed.token)
    return _update(condition, claim=None, claimed_until=None, **values)


def keep(claimed: Claimed, rows: Sequence[frappe._dict], **values: object) -> None:
    """Writes something of rows that stay one's own, and commits."""
    table = _table()
    _update(table.name.isin([row.name for row in rows]) & (table.claim == claimed.token), **values)
    commit()


def say_why(channel: str, why: str) -> None:
    """Says of the rows of a channel that were never tried why they wait."""
    table = _table()
    is_new = (table.channel == channel) & (Coalesce(table.attempts, 0) == 0)
    condition = is_new & (Coalesce(table.waits_because, "") != why)
    _update(condition, waits_because=why)


def hurry(now: datetime, channel: str, recipient: str) -> None:
    """Somebody is reached again: what failed before need not wait any longer."""
    table = _table()
    condition = (table.channel == channel) & (table.recipient == recipient) & (table.attempts > 0)
    _update(condition & ~_is_in_time(table, now) & _is_free(table, now), **due_at(now))


def hurry_all(now: datetime, channel: str, why: str, since_then: str) -> None:
    """The reason why something failed is there no more: nothing need wait for it, and it says so."""
    table = _table()
    condition = (table.channel == channel) & (table.attempts > 0) & table.waits_because.like(f"{why}%")
    _update(condition & _is_free(table, now), waits_because=since_then, **due_at(now))


def readdress(channel: str, old: str, new: str) -> None:
    """What waits for one recipient is for another one."""
    table = _table()
    _update((table.channel == channel) & (table.recipient == old), recipient=new)


def drop(escalation: str, kinds: Sequence[str], reason: str, now: datetime) -> list[str]:
    """What waits of an escalation and is nobody's is not sent any more. Returns the mails that were begun."""
    table = _table()
    waits = (table.escalation == escalation) & table.kind.isin(kinds) & _is_free(table, now)
    begun = frappe.qb.from_(table).select(table.email_queue).distinct()
    mails = begun.where(waits & (table.status == WAITING) & table.email_queue.isnotnull()).run(pluck=True)
    _update(waits, status="Not Sent", reason=reason)
    return [each for each in mails if each]


def begun_mails(recipient: str) -> list[str]:
    """The mails to an address that were begun and not noted as sent."""
    filters = {"channel": "E-mail", "recipient": recipient, "status": WAITING, "email_queue": ("is", "set")}
    return frappe.get_all(NOTIFICATION, filters, pluck="email_queue", distinct=True)


def forget_mail(begun: str) -> None:
    """What is in a mail is to be put into another one."""
    _update(_table().email_queue == begun, email_queue=None)


def _names(group: Group, now: datetime, limit: int) -> list[str]:
    table = _table()
    return (
        frappe.qb.from_(table)
        .select(table.name)
        .where(_is_due(table, now) & (table.channel == group.channel))
        .where(Coalesce(table.recipient, "") == group.recipient)
        .where(Coalesce(table.email_queue, "") == group.email_queue)
        .orderby(Coalesce(table.send_after, table.creation))
        .orderby(table.name)
        .limit(limit)
    ).run(pluck=True)


def _is_due(table: frappe.qb.DocType, now: datetime) -> Criterion:
    return (table.status == WAITING) & _is_in_time(table, now) & _is_free(table, now)


def _is_in_time(table: frappe.qb.DocType, now: datetime) -> Criterion:
    """Its time has come, or lies further ahead than anything waits: of a clock that was set back since.

    Rows without `due` are compared by their local time.
    """
    due, wait = Coalesce(table.due, ""), _longest_wait()
    by_instant = (due != "") & ((due <= due_text(now)) | (due > due_text(now + wait)))
    until, too_far = _last_local(now), max(_local(now + wait), _local(now) + wait)
    by_local = table.send_after.isnull() | (table.send_after <= until) | (table.send_after > too_far)
    return by_instant | ((due == "") & by_local)


def _longest_wait() -> timedelta:
    together = cint(frappe.db.get_single_value(SETTINGS, "group_seconds"))
    return back_off.LONGEST_WAIT + timedelta(seconds=together) + HOUR


def _last_local(now: datetime) -> datetime:
    """The last of the local times that were there by now: in the hour that October repeats, that of its first
    time, so that what is stored as 02:59 is due then, and not an hour later."""
    times, minute = [_local(now)], now.replace(second=0, microsecond=0)
    if now.astimezone(clock.zone()).fold:
        times += [clock.stored(minute - timedelta(minutes=ago, microseconds=1)) for ago in range(61)]
    return max(times)


def _is_free(table: frappe.qb.DocType, now: datetime) -> Criterion:
    """Nobody's: never claimed, or the claim is over, or it is of a clock that was set back since."""
    over, too_far = due_text(now), due_text(now + CLAIM + SLACK)
    return (Coalesce(table.claim, "") == "") | (table.claim < over) | (table.claim > too_far)


def _update(condition: Criterion, **values: object) -> int:
    """Changes rows that wait; returns how many."""
    table = _table()
    query = frappe.qb.update(table).set(table.modified, _local(clock.now()))
    for field, value in values.items():
        query = query.set(table[field], value)
    query.where(condition & (table.status == WAITING)).run()
    return frappe.db.sql("select row_count()")[0][0]


def _table() -> frappe.qb.DocType:
    return frappe.qb.DocType(NOTIFICATION)


def _local(moment: datetime) -> datetime:
    return clock.stored(moment).replace(microsecond=0)
