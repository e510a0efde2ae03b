"""What waits to be told: who works on it, and what became of it.

A worker claims rows by one conditional UPDATE and commits that, so that two workers never hand over the same
row, unless one died: its claim expires, and another takes it over. What becomes of a row is written only
while the claim is still one's own.

A claim begins with the second of its end in UTC. `claimed_until` is for people: local times repeat an hour in
October, and a claim must not end early in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe.query_builder.functions import Coalesce, Count, Min
from pypika.terms import Criterion

from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

NOTIFICATION = "Maintenance Notification"
WAITING = "Waiting"
CHANNELS = ("Desk", "E-mail", "Target")
CLAIM = timedelta(seconds=int(os.environ.get("MAINTENANCE_CLAIM_SECONDS", "300")))
SLACK = timedelta(minutes=1)


@dataclass(frozen=True)
class Group:
    """Rows of one recipient that are due together; those of a mail that was begun stay together."""

    channel: str
    recipient: str
    email_queue: str
    attempts: int = 0


@dataclass(frozen=True)
class Claimed:
    """The rows of a group that are one's own until the claim ends."""

    group: Group
    token: str
    rows: list[frappe._dict]


def waiting() -> int:
    """How many messages wait to be delivered."""
    return frappe.db.count(NOTIFICATION, {"status": WAITING, "channel": ("in", CHANNELS)})


def due_groups(now: datetime, limit: int) -> list[Group]:
    """Groups with rows that are due and nobody's: those never tried first, then Desk, the longest due."""
    table = _table()
    queue = Coalesce(table.email_queue, "")
    rows = (
        frappe.qb.from_(table)
        .select(table.channel, table.recipient, queue.as_("queue"), Min(table.attempts), Count("*"))
        .where(_is_due(table, now) & table.channel.isin(CHANNELS))
        .groupby(table.channel, table.recipient, queue)
        .orderby(Min(Coalesce(table.send_after, table.creation)))
        .limit(limit)
    ).run()
    found = [Group(channel, recipient or "", begun, tried) for channel, recipient, begun, tried, _ in rows]
    return sorted(found, key=lambda group: (group.attempts > 0, CHANNELS.index(group.channel)))


def claim(group: Group, now: datetime, limit: int) -> Claimed:
    """Makes the due rows of a group one's own, and commits. Another one may have been faster: then none."""
    table, until = _table(), now + CLAIM
    token = f"{until.timestamp():010.0f}-{frappe.generate_hash(length=12)}"
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


def settle(claimed: Claimed, rows: Sequence[frappe._dict], **values: object) -> None:
    """Writes what became of rows, and lets go of them; another one's, since the claim ended, stay."""
    if rows:
        table = _table()
        condition = table.name.isin([row.name for row in rows]) & (table.claim == claimed.token)
        _update(condition, claim=None, claimed_until=None, **values)


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


def hurry(now: datetime, channel: str, *, recipient: str | None = None, why: str | None = None) -> None:
    """It works again: what failed before, of a recipient or for a reason, need not wait any longer."""
    table = _table()
    condition = (table.channel == channel) & (table.attempts > 0) & (table.send_after > _local(now))
    if recipient is not None:
        condition &= table.recipient == recipient
    if why is not None:
        condition &= table.waits_because.like(f"{why}%")
    _update(condition & _is_free(table, now), send_after=_local(now))


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
    in_time = table.send_after.isnull() | (table.send_after <= _local(now))
    return (table.status == WAITING) & in_time & _is_free(table, now)


def _is_free(table: frappe.qb.DocType, now: datetime) -> Criterion:
    """Nobody's: never claimed, or the claim is over, or it is of a clock that was set back since."""
    over, too_far = (f"{moment.timestamp():010.0f}" for moment in (now, now + CLAIM + SLACK))
    return (Coalesce(table.claim, "") == "") | (table.claim < over) | (table.claim > too_far)


def _update(condition: Criterion, **values: object) -> None:
    table = _table()
    query = frappe.qb.update(table).set(table.modified, _local(clock.now()))
    for field, value in values.items():
        query = query.set(table[field], value)
    query.where(condition & (table.status == WAITING)).run()


def _table() -> frappe.qb.DocType:
    return frappe.qb.DocType(NOTIFICATION)


def _local(moment: datetime) -> datetime:
    return clock.stored(moment).replace(microsecond=0)
