"""What waits is claimed, decided of, grouped and handed over once; two workers share the work."""

from datetime import timedelta

import frappe
import pytest
from delivery_on_site import NOTIFICATION, deliver, make_escalation, row, status, waits

from verenigingen_maintenance.core.telling import Act, Decision
from verenigingen_maintenance.operations import delivery, outbox, telling
from verenigingen_maintenance.sources import clock

OPERATOR = "operator@example.com"


def in_desk(user=OPERATOR):
    return frappe.get_all(
        "Notification Log", {"for_user": user}, ["subject", "email_content", "document_name"]
    )


def decide(monkeypatch, act, reason="because"):
    monkeypatch.setattr(telling, "decide", lambda *_any: Decision(act, reason))


def claim(name, now):
    group = outbox.Group("Desk", OPERATOR, "")
    claimed = outbox.claim(group, now, 10)
    assert [each.name for each in claimed.rows] == [name]
    return claimed


def test_what_is_due_reaches_desk_once_however_often_it_is_delivered():
    name = waits("Desk", OPERATOR, make_escalation())
    for _ in range(3):
        deliver()
    assert len(in_desk()) == 1
    after = row(name)
    assert (after.status, after.reason, after.sent_with) == ("Delivered", "due", str(name))
    assert after.delivered_at
    assert not after.claim


def test_what_is_not_due_yet_and_a_digest_are_left_alone():
    later = waits("Desk", OPERATOR, send_after=clock.stored(clock.now() + timedelta(minutes=5)))
    digest = waits("Digest", OPERATOR)
    deliver()
    assert (status(later), status(digest), in_desk()) == ("Waiting", "Waiting", [])
    deliver(minutes=6)
    assert (status(later), status(digest), len(in_desk())) == ("Delivered", "Waiting", 1)


def test_what_is_held_waits_with_its_reason_and_is_asked_about_again(monkeypatch):
    name = waits("Desk", OPERATOR)
    decide(monkeypatch, Act.HOLD, "a maintenance window until 10:00")
    deliver()
    held = row(name)
    assert (held.status, held.reason, held.attempts) == ("Waiting", "a maintenance window until 10:00", 0)
    assert not held.claim
    monkeypatch.undo()
    deliver(minutes=2)
    assert (status(name), len(in_desk())) == ("Delivered", 1)


def test_what_is_dropped_is_not_sent_and_says_why(monkeypatch):
    name = waits("Desk", OPERATOR)
    decide(monkeypatch, Act.DROP, "acknowledged before")
    deliver()
    deliver(minutes=5)
    assert (status(name), row(name).reason, in_desk()) == ("Not Sent", "acknowledged before", [])


def test_where_deciding_breaks_it_is_sent_and_logged(monkeypatch):
    name = waits("Desk", OPERATOR)
    monkeypatch.setattr(telling, "decide", lambda *_any: 1 / 0)
    deliver()
    assert (status(name), len(in_desk())) == ("Delivered", 1)
    assert "nobody could decide" in row(name).reason
    assert frappe.db.count("Error Log", {"method": f"Nobody could decide of notification {name}"}) == 1


def test_two_hundred_that_are_held_keep_no_other_from_its_turn(monkeypatch):
    monkeypatch.setattr(delivery, "MOST_AT_ONCE", 3)
    held = [waits("Desk", OPERATOR, message=f"held {number}") for number in range(5)]
    name = waits("Desk", "manager@example.com")

    def decide(notification, _now):
        return Decision(Act.HOLD if notification.message.startswith("held") else Act.SEND, "due")

    monkeypatch.setattr(telling, "decide", decide)
    for minute in range(4):
        deliver(minutes=minute)
    assert {status(each) for each in held} == {"Waiting"}
    assert status(name) == "Delivered"


def test_a_pass_that_takes_long_leaves_the_rest_to_the_next(monkeypatch):
    names = [waits("Desk", user) for user in (OPERATOR, "manager@example.com")]
    monkeypatch.setattr(delivery, "LONGEST", 0)
    deliver()
    assert [status(name) for name in names] == ["Waiting", "Waiting"]
    monkeypatch.undo()
    deliver()
    assert [status(name) for name in names] == ["Delivered", "Delivered"]


def test_what_another_one_has_claimed_is_left_to_it_until_its_claim_is_over():
    now = clock.now()
    name = waits("Desk", OPERATOR)
    claim(name, now)
    assert outbox.due_groups(now, 10) == []
    deliver(minutes=4)
    assert (status(name), in_desk()) == ("Waiting", [])
    deliver(minutes=6)
    assert (status(name), len(in_desk())) == ("Delivered", 1)


def test_who_lost_its_claim_writes_nothing_any_more():
    name = waits("Desk", OPERATOR)
    late = claim(name, clock.now())
    other = claim(name, clock.now() + timedelta(minutes=6))
    outbox.settle(late, late.rows, status="Failed")
    assert status(name) == "Waiting"
    outbox.settle(other, other.rows, status="Delivered")
    assert status(name) == "Delivered"


def test_a_claim_of_a_clock_that_was_set_back_since_holds_nothing_up():
    name = waits("Desk", OPERATOR)
    claim(name, clock.now() + timedelta(hours=3))
    deliver()
    assert status(name) == "Delivered"


def test_a_claim_outlasts_the_hour_that_october_repeats():
    """At 02:58 summer time it ends at 02:03 by the site's clock, which is earlier only in figures."""
    from datetime import datetime, timezone

    before_three = datetime(2026, 10, 25, 0, 58, tzinfo=timezone.utc)
    name = waits("Desk", OPERATOR, send_after="2026-10-25 02:00:00")
    claim(name, before_three)
    assert outbox.due_groups(before_three + timedelta(minutes=1), 10) == []
    assert len(outbox.due_groups(before_three + timedelta(minutes=6), 10)) == 1


def test_of_more_than_five_escalations_at_once_desk_gets_one_entry():
    for number in range(5):
        waits("Desk", OPERATOR, make_escalation(f"Subject {number}"))
    deliver()
    assert len(in_desk()) == 5
    frappe.db.delete("Notification Log")
    names = [waits("Desk", OPERATOR, make_escalation(f"Further {number}")) for number in range(6)]
    deliver()
    (log,) = in_desk()
    assert "and 5 more" in log.subject
    for name in names:
        assert row(name).escalation in log.email_content
        assert row(name).sent_with == str(names[0])


def test_a_user_who_is_gone_is_not_told_and_keeps_no_other_from_its_turn():
    gone, there = waits("Desk", "gone@example.com"), waits("Desk", OPERATOR)
    deliver()
    assert (status(gone), status(there)) == ("Not Sent", "Delivered")
    assert row(gone).reason == "the user was disabled, or is gone"


def test_markup_in_what_broke_is_shown_as_text_in_desk():
    escalation = make_escalation()
    waits("Desk", OPERATOR, escalation, subject="<img src=x onerror=alert(1)>", message="<b>x</b>")
    deliver()
    (log,) = in_desk()
    assert "<img" not in log.subject
    assert "<b>x" not in log.email_content


@pytest.mark.parametrize("state", ["Delivered", "Not Sent", "Failed"])
def test_what_came_to_an_end_long_ago_is_dropped_and_what_waits_stays(state):
    old = {"modified": clock.stored(clock.now() - timedelta(days=366))}
    ended, waiting, recent = (waits("Desk", OPERATOR) for _ in range(3))
    frappe.db.set_value(NOTIFICATION, ended, {"status": state, **old}, update_modified=False)
    frappe.db.set_value(NOTIFICATION, waiting, old, update_modified=False)
    frappe.db.set_value(NOTIFICATION, recent, "status", state)
    frappe.get_meta(NOTIFICATION)
    frappe.model.base_document.get_controller(NOTIFICATION).clear_old_logs(365)
    frappe.db.commit()
    assert sorted(frappe.get_all(NOTIFICATION, pluck="name")) == sorted([waiting, recent])
