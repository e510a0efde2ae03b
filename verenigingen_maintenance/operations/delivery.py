"""Hands over what waits to be told: claimed, grouped by recipient, at least once, each attempt kept.

Every group is worked on in transactions of its own, so that a killed worker leaves what another one can take
up (outbox.py). One that fails is tried again later (core/back_off.py) and keeps no other from its turn.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.telling import Act, Decision
from verenigingen_maintenance.core.undelivered import NotDeliveredError, NotToBeSentError
from verenigingen_maintenance.operations import delivery_failures, mail, messages, outbox, targets, telling
from verenigingen_maintenance.operations.outbox import Claimed, Group
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

MOST_AT_ONCE = 200
LONGEST = 45
STRONGER = (Act.SEND, Act.HOLD, Act.DROP)


@dataclass
class _Pass:
    """One round of delivering: how long it may go on, and what was found not to work meanwhile."""

    now: datetime
    post: mail.Post
    failing: set[tuple[str, str]]
    left: int = MOST_AT_ONCE
    down: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)

    @property
    def lasted(self) -> float:
        return time.monotonic() - self.began

    @property
    def moment(self) -> datetime:
        """The present, by the clock that was given."""
        return self.now + timedelta(seconds=self.lasted)

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or self.lasted >= LONGEST


def deliver(now: datetime) -> None:
    """Hands over what is due. Repeating it, also at the same time, sends nothing twice."""
    commit()
    if groups := outbox.due_groups(now, MOST_AT_ONCE):
        with closing(mail.Post()) as post:
            _deliver_all(groups, _Pass(now, post, delivery_failures.failing_channels()))
    delivery_failures.clear_if_all_work()


def _deliver_all(groups: list[Group], passing: _Pass) -> None:
    """What is known to fail comes last: it may take its time-out, and the others have their turn before."""
    _say_why_no_mail(passing)
    for group in sorted(groups, key=lambda group: _fails(group, passing)):
        if passing.is_over:
            break
        if group.channel not in passing.down:
            _deliver_group(group, passing)


def _fails(group: Group, passing: _Pass) -> bool:
    return delivery_failures.fails(group.channel, group.recipient, passing.failing)


def _say_why_no_mail(passing: _Pass) -> None:
    if why := mail.why_not():
        outbox.say_why("E-mail", why)
        passing.down.add("E-mail")
        commit()


def _deliver_group(group: Group, passing: _Pass) -> None:
    claimed = outbox.claim(group, passing.moment, passing.left)
    passing.left -= len(claimed.rows)
    if not claimed.rows:
        return
    if group.email_queue and mail.is_sent(group.email_queue):
        _settle_delivered(claimed, claimed.rows, passing)
    elif rows := _to_send(claimed, passing):
        _try(claimed, rows, passing)


def _to_send(claimed: Claimed, passing: _Pass) -> list[frappe._dict]:
    """The rows that are sent now; what becomes of the others is written and committed."""
    decisions = _decisions(claimed, passing)
    by_act: dict[Act, list[frappe._dict]] = {act: [] for act in Act}
    for row in claimed.rows:
        row.reason = decisions[row.name].reason[:140]
        by_act[decisions[row.name].act].append(row)
    for row in by_act[Act.HOLD]:
        again = clock.stored(back_off.next_try(1, passing.now))
        outbox.settle(claimed, [row], reason=row.reason, send_after=again)
    for row in by_act[Act.DROP]:
        outbox.settle(claimed, [row], reason=row.reason, status="Not Sent")
    if begun := claimed.group.email_queue:
        _keep_frappe_from(begun, by_act, passing.now)
    commit()
    return by_act[Act.SEND]


def _keep_frappe_from(begun: str, by_act: dict[Act, list[frappe._dict]], now: datetime) -> None:
    """A mail that is in the queue already, and is held or dropped, is not sent by Frappe's own job."""
    if by_act[Act.DROP]:
        mail.withdraw(begun, by_act[Act.DROP][0].reason)
    if by_act[Act.HOLD]:
        mail.put_off(begun, now)


def _decisions(claimed: Claimed, passing: _Pass) -> dict[str, Decision]:
    """One for each row. What is in a mail already goes together: if one is to be sent, all are."""
    about = delivery_failures.about_failures(claimed.rows) if _fails(claimed.group, passing) else set()
    found = {row.name: _decide(row, about, passing.now) for row in claimed.rows}
    if not claimed.group.email_queue:
        return found
    act = min((each.act for each in found.values()), key=STRONGER.index)
    return {name: Decision(act, each.reason) for name, each in found.items()}


def _decide(row: frappe._dict, about_failures: set[str], now: datetime) -> Decision:
    """Where deciding itself fails, it is sent: better one too many than nobody told."""
    if row.escalation in about_failures:
        return Decision(Act.DROP, delivery_failures.ITSELF)
    frappe.db.savepoint("decide")
    try:
        return telling.decide(frappe.get_doc({**row, "doctype": outbox.NOTIFICATION}), now)
    except Exception:  # noqa: BLE001 - it is logged, and the reason says so
        frappe.db.rollback(save_point="decide")
        frappe.log_error(f"Nobody could decide of notification {row.name}")
        return Decision(Act.SEND, "sent because nobody could decide: see Error Log")


def _try(claimed: Claimed, rows: list[frappe._dict], passing: _Pass) -> None:
    """An exception becomes the reason why they wait: the next group must have its turn."""
    try:
        _hand_over(claimed, rows, passing)
    except NotToBeSentError as error:
        frappe.db.rollback()
        _settle_each(claimed, rows, status="Not Sent", reason=str(error)[:140])
    except NotDeliveredError as error:
        frappe.db.rollback()
        _settle_failed(claimed, rows, error, passing)
    except Exception as error:  # noqa: BLE001 - it is stored with the messages, and shown
        frappe.db.rollback()
        _settle_failed(claimed, rows, NotDeliveredError(f"{type(error).__name__}: {error}"), passing)
    else:
        _settle_delivered(claimed, rows, passing)


def _hand_over(claimed: Claimed, rows: list[frappe._dict], passing: _Pass) -> None:
    channel = claimed.group.channel
    if channel == "Desk":
        _tell_in_desk(rows)
    elif channel == "E-mail":
        mail.hand_over(
            rows, passing.now, passing.post, lambda name: outbox.keep(claimed, rows, email_queue=name)
        )
    else:
        targets.hand_over(rows, passing.now)


def _tell_in_desk(rows: Sequence[frappe._dict]) -> None:
    """In the transaction that makes them Delivered: exactly once."""
    for log in messages.desk(rows):
        fields = {"type": "Alert", "for_user": rows[0].recipient}
        about = {"document_type": messages.ESCALATION, "document_name": log.escalation}
        texts = {"subject": log.subject, "email_content": log.content}
        frappe.get_doc({"doctype": "Notification Log", **fields, **about, **texts}).insert(
            ignore_permissions=True
        )


def _settle_delivered(claimed: Claimed, rows: Sequence[frappe._dict], passing: _Pass) -> None:
    group, at = claimed.group, clock.stored(passing.moment)
    values = {"status": "Delivered", "delivered_at": at, "waits_because": "", "sent_with": str(rows[0].name)}
    _settle_each(claimed, rows, **values)
    if group.channel == "Target":
        targets.note_problem(group.recipient, "")
    outbox.hurry(passing.now, group.channel, recipient=group.recipient)
    if group.channel == "E-mail":
        outbox.hurry(passing.now, group.channel, why=mail.SERVER)
    commit()


def _settle_failed(
    claimed: Claimed, rows: Sequence[frappe._dict], error: NotDeliveredError, passing: _Pass
) -> None:
    """Keeps the attempt and its reason; from the third on the failure itself is escalated."""
    group, reason = claimed.group, redact(error.reason)
    if group.channel == "E-mail" and error.is_connection:
        reason, passing.down = f"{mail.SERVER}{reason}", {*passing.down, group.channel}
    for row in rows:
        row.attempts = (row.attempts or 0) + 1
        row.tried_since = row.tried_since or clock.stored(passing.now)
        outbox.settle(claimed, [row], **_after_failing(row, reason, passing.moment))
    if group.channel == "Target" and frappe.db.exists(targets.TARGET, group.recipient):
        targets.note_problem(group.recipient, reason)
    commit()
    if back_off.is_failing(max(row.attempts for row in rows)):
        delivery_failures.tell(Claimed(group, claimed.token, list(rows)), reason, passing.now)


def _after_failing(row: frappe._dict, reason: str, now: datetime) -> dict:
    given_up = back_off.is_given_up(clock.instant(row.tried_since), now)
    return {
        "status": "Failed" if given_up else outbox.WAITING,
        "attempts": row.attempts,
        "tried_since": row.tried_since,
        "tried_at": clock.stored(now),
        "waits_because": reason,
        "reason": row.reason,
        "send_after": clock.stored(back_off.next_try(row.attempts, now)),
    }


def _settle_each(claimed: Claimed, rows: Sequence[frappe._dict], **values: object) -> None:
    """All alike, but each with the reason that was decided for it."""
    for reason in {row.reason for row in rows}:
        alike = [row for row in rows if row.reason == reason]
        outbox.settle(claimed, alike, **{"reason": reason, **values})
    commit()
