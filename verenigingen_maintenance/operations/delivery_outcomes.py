"""Writes down what became of what was handed over: it was taken, it failed, or it is not to be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import frappe

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.undelivered import NotDeliveredError
from verenigingen_maintenance.operations import delivery_failures, mail, outbox, targets
from verenigingen_maintenance.operations.delivery_pass import Pass
from verenigingen_maintenance.operations.outbox import Claimed, Group
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

TRIES = 3


def delivered(claimed: Claimed, rows: Sequence[frappe._dict], passing: Pass) -> None:
    """In Desk the entries and this are one transaction; what was sent elsewhere cannot be taken back."""
    at, first = clock.stored(passing.moment), str(rows[0].name)
    values = {"status": "Delivered", "delivered_at": at, "waits_because": "", "sent_with": first}
    if claimed.group.channel != "Desk":
        _surely(lambda: _settle_each(claimed, rows, **values))
    elif _settle_each(claimed, rows, **values) != len(rows):
        raise outbox.LostClaimError
    commit()
    _hurry_others(claimed.group, passing.now)


def _surely(write: Callable[[], int]) -> None:
    """What was sent is noted, or it would be sent again: a deadlock is no reason not to."""
    for _attempt in range(TRIES - 1):
        try:
            write()
            return commit()
        except frappe.QueryDeadlockError:
            frappe.db.rollback()
    write()
    return commit()


def _hurry_others(group: Group, now: datetime) -> None:
    """It works: nothing else need wait because it did not."""
    if group.channel == "Target":
        targets.note_problem(group.recipient, "")
    outbox.hurry(now, group.channel, group.recipient)
    if group.channel == "E-mail":
        outbox.hurry_all(now, group.channel, mail.SERVER, mail.WORKS_AGAIN)
    commit()


def not_sent(claimed: Claimed, rows: Sequence[frappe._dict], reason: str) -> None:
    """There is nothing to send it to."""
    _settle_each(claimed, rows, status="Not Sent", reason=reason[:140])
    commit()


def failed(claimed: Claimed, rows: Sequence[frappe._dict], error: NotDeliveredError, passing: Pass) -> None:
    """Keeps the attempt and its reason; one that goes on is escalated itself."""
    group, reason = claimed.group, redact(error.reason)
    is_server = group.channel == "E-mail" and error.is_connection
    reason = f"{mail.SERVER}{reason}" if is_server else reason
    for row in rows:
        _settle_failed(claimed, row, reason, passing)
    if group.channel == "Target" and frappe.db.exists(targets.TARGET, group.recipient):
        targets.note_problem(group.recipient, reason)
    commit()
    if is_server:
        _no_more_mail(reason, passing)
    elif back_off.is_failing(max(row.attempts for row in rows)):
        delivery_failures.tell(Claimed(group, claimed.token, list(rows)), reason, passing.now)


def _settle_failed(claimed: Claimed, row: frappe._dict, reason: str, passing: Pass) -> None:
    """What is given up is withdrawn: Frappe would send it when it is long over. What else was in that mail is
    put into another one."""
    row.attempts = (row.attempts or 0) + 1
    row.tried_since = row.tried_since or clock.stored(passing.now)
    values = _after_failing(row, reason, passing.moment)
    if outbox.settle(claimed, [row], **values) and values["status"] == "Failed":
        mail.withdraw(frappe.db.get_value(outbox.NOTIFICATION, row.name, "email_queue"))


def _no_more_mail(reason: str, passing: Pass) -> None:
    """The mail server fails: the others wait for the next pass, and say why."""
    passing.down.add("E-mail")
    outbox.say_why("E-mail", reason)
    commit()
    delivery_failures.tell_of_mail(reason, passing.now)


def _after_failing(row: frappe._dict, reason: str, now: datetime) -> dict:
    given_up = back_off.is_given_up(clock.instant(row.tried_since), now)
    return {
        "status": "Failed" if given_up else outbox.WAITING,
        "attempts": row.attempts,
        "tried_since": row.tried_since,
        "tried_at": clock.stored(now),
        "waits_because": reason,
        "reason": row.reason,
        **outbox.due_at(back_off.next_try(row.attempts, now)),
    }


def _settle_each(claimed: Claimed, rows: Sequence[frappe._dict], **values: object) -> int:
    """All alike, but each with the reason that was decided for it. Returns how many were still one's own."""
    return sum(
        outbox.settle(claimed, [row for row in rows if row.reason == reason], **{"reason": reason, **values})
        for reason in {row.reason for row in rows}
    )
