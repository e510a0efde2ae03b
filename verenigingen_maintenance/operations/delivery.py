"""Hands over what waits to be told: claimed, grouped by recipient, at least once, each attempt kept.

Every group is worked on in transactions of its own, so that a killed worker leaves what another one can take
up (outbox.py). One that fails is tried again later (core/back_off.py) and keeps no other from its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

import frappe

from verenigingen_maintenance.core import back_off
from verenigingen_maintenance.core.language import read_html
from verenigingen_maintenance.core.telling import Act, Decision
from verenigingen_maintenance.core.turns import Turns
from verenigingen_maintenance.core.undelivered import NotDeliveredError, NotToBeSentError
from verenigingen_maintenance.operations import (
    addresses,
    delivery_failures,
    delivery_outcomes,
    mail,
    messages,
    outbox,
    targets,
    telling,
)
from verenigingen_maintenance.operations.delivery_pass import Pass
from verenigingen_maintenance.operations.language import language_of, sayer
from verenigingen_maintenance.operations.outbox import Claimed, Group
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import clock

MOST_AT_ONCE = 200
MOST_GROUPS = 1_000
LONGEST = 45
STRONGER = (Act.SEND, Act.HOLD, Act.DROP)


def deliver(now: datetime) -> None:
    """Hands over what is due. Repeating it, also at the same time, sends nothing twice."""
    commit()
    if groups := outbox.due_groups(now, MOST_GROUPS):
        failing = delivery_failures.failing_channels(now)
        with closing(mail.Post()) as post:
            _deliver_all(groups, Pass(now, post, failing, MOST_AT_ONCE, LONGEST))
    delivery_failures.clear_what_works(now)


def _deliver_all(groups: list[Group], passing: Pass) -> None:
    """What is known to fail comes last: it may take its time-out, and the others have their turn before."""
    _say_why_no_mail(passing)
    for fails in (False, True):
        _in_turns([group for group in groups if _fails(group, passing) is fails], passing)


def _in_turns(groups: list[Group], passing: Pass) -> None:
    """Each channel has its part of the time, however much waits for another one or is held back."""
    turns: Turns[Group] = Turns()
    for group in groups:
        turns.add(group.channel, group)
    while not passing.is_over and (group := turns.next()):
        began = passing.lasted
        if group.channel not in passing.down and _had_more(group, passing):
            turns.add(group.channel, group)
        turns.took(group.channel, passing.lasted - began)


def _fails(group: Group, passing: Pass) -> bool:
    return delivery_failures.fails(group.channel, group.recipient, passing.failing)


def _say_why_no_mail(passing: Pass) -> None:
    if why := mail.why_not():
        outbox.say_why("E-mail", why)
        passing.down.add("E-mail")
        commit()


def _had_more(group: Group, passing: Pass) -> bool:
    """Delivers a group; whatever goes wrong in it is logged, and its claim ends by itself.

    Returns whether more of it may be due.
    """
    whom = delivery_failures.masked(group.recipient)
    try:
        return _deliver_group(group, passing)
    except outbox.LostClaimError:
        frappe.db.rollback()
    except Exception:  # noqa: BLE001 - the next group must have its turn
        frappe.db.rollback()
        frappe.log_error(f"Not delivered: {group.channel} to {whom}"[:140])
        commit()
    return False


def _deliver_group(group: Group, passing: Pass) -> bool:
    """What is only held back does not count as delivered. Returns whether more of the group may be due."""
    asked = passing.left
    claimed = outbox.claim(group, passing.moment, asked)
    if not claimed.rows:
        return False
    if group.email_queue and mail.is_sent(group.email_queue):
        passing.left -= len(claimed.rows)
        delivery_outcomes.delivered(claimed, claimed.rows, passing)
    elif rows := _to_send(claimed, passing):
        passing.left -= len(rows)
        _try(claimed, rows, passing)
    return len(claimed.rows) >= asked


def _to_send(claimed: Claimed, passing: Pass) -> list[frappe._dict]:
    """The rows that are sent now; what becomes of the others is written and committed."""
    decisions = _decisions(claimed, passing)
    by_act: dict[Act, list[frappe._dict]] = {act: [] for act in Act}
    for row in claimed.rows:
        row.reason = decisions[row.name].reason[:140]
        by_act[decisions[row.name].act].append(row)
    _hold(claimed, by_act[Act.HOLD], passing.now)
    for reason in {row.reason for row in by_act[Act.DROP]}:
        alike = [row for row in by_act[Act.DROP] if row.reason == reason]
        outbox.settle(claimed, alike, reason=reason, status="Not Sent")
    passing.left -= len(by_act[Act.DROP])
    if begun := claimed.group.email_queue:
        _keep_frappe_from(begun, by_act, passing.now)
    commit()
    return by_act[Act.SEND]


def _hold(claimed: Claimed, rows: Sequence[frappe._dict], now: datetime) -> None:
    """What is held back is asked about again, ever later: the longer it waited, the longer it may."""
    alike: dict[tuple[str, datetime], list[frappe._dict]] = {}
    for row in rows:
        again = back_off.next_look(clock.instant_before(row.creation, now), now)
        alike.setdefault((row.reason, again), []).append(row)
    for (reason, again), those in alike.items():
        outbox.settle(claimed, those, reason=reason, **outbox.due_at(again))


def _keep_frappe_from(begun: str, by_act: dict[Act, list[frappe._dict]], now: datetime) -> None:
    """A mail that is in the queue already, and is held or dropped, is not sent by Frappe's own job."""
    if by_act[Act.DROP]:
        mail.withdraw(begun)
    if by_act[Act.HOLD]:
        mail.put_off(begun, now)


def _decisions(claimed: Claimed, passing: Pass) -> dict[str, Decision]:
    """One for each row. What is in a mail already goes together: if one is to be sent, all are."""
    about = delivery_failures.about_failures(claimed.rows) if _fails(claimed.group, passing) else set()
    found = {row.name: _decide(row, about, passing) for row in claimed.rows}
    if not claimed.group.email_queue:
        return found
    act = min((each.act for each in found.values()), key=STRONGER.index)
    return {name: Decision(act, each.reason) for name, each in found.items()}


def _decide(row: frappe._dict, about_failures: set[str], passing: Pass) -> Decision:
    """Where deciding itself fails, it is sent: better one too many than nobody told."""
    if row.escalation in about_failures:
        return Decision(Act.DROP, delivery_failures.ITSELF)
    frappe.db.savepoint("decide")
    try:
        if gone := _why_gone(row, passing):
            return Decision(Act.DROP, gone)
        return telling.decide(frappe.get_doc({**row, "doctype": outbox.NOTIFICATION}), passing.now)
    except Exception:  # noqa: BLE001 - it is logged, and the reason says so
        frappe.db.rollback(save_point="decide")
        frappe.log_error(f"Nobody could decide of notification {row.name}")
        return Decision(Act.SEND, "sent because nobody could decide: see Error Log")


def _why_gone(row: frappe._dict, passing: Pass) -> str:
    """Why a mail reaches nobody who is to be told, by its address; looked up once in a pass."""
    if row.channel != "E-mail":
        return ""
    if row.recipient not in passing.gone:
        passing.gone[row.recipient] = addresses.why_gone([row.recipient]).get(row.recipient, "")
    return passing.gone[row.recipient]


def _try(claimed: Claimed, rows: list[frappe._dict], passing: Pass) -> None:
    """An exception becomes the reason why they wait: the next group must have its turn."""
    try:
        _hand_over(claimed, rows, passing)
    except NotToBeSentError as error:
        frappe.db.rollback()
        delivery_outcomes.not_sent(claimed, rows, str(error))
    except NotDeliveredError as error:
        frappe.db.rollback()
        delivery_outcomes.failed(claimed, rows, error, passing)
    except Exception as error:  # noqa: BLE001 - it is stored with the messages, and shown
        frappe.db.rollback()
        delivery_outcomes.failed(
            claimed, rows, NotDeliveredError(f"{type(error).__name__}: {error}"), passing
        )
    else:
        delivery_outcomes.delivered(claimed, rows, passing)


def _hand_over(claimed: Claimed, rows: list[frappe._dict], passing: Pass) -> None:
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
    say = sayer(language_of(rows[0].recipient))
    for log in messages.desk(rows):
        fields = {"type": "Alert", "for_user": rows[0].recipient}
        about = {"document_type": messages.ESCALATION, "document_name": log.escalation}
        texts = {"subject": read_html(log.subject, say), "email_content": read_html(log.content, say)}
        frappe.get_doc({"doctype": "Notification Log", **fields, **about, **texts}).insert(
            ignore_permissions=True
        )
