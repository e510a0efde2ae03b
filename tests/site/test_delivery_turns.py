"""None keeps another from its turn: what is held back, a group that breaks, a clock that jumps."""

from datetime import datetime, timedelta, timezone

import frappe
import pytest
from delivery_on_site import ADDRESS, NOTIFICATION, deliver, make_target, row, status, waits

from verenigingen_maintenance.core.telling import Act, Decision
from verenigingen_maintenance.operations import delivery, outbox, telling
from verenigingen_maintenance.sources import clock

OPERATOR, MANAGER = "operator@example.com", "manager@example.com"
BEFORE_THREE = datetime(2026, 10, 25, 0, 59, 20, tzinfo=timezone.utc)  # 02:59:20, summer time


@pytest.fixture
def hold(monkeypatch):
    """What says so is held back."""

    def decide(notification, _now):
        is_held = (notification.message or "").startswith("held")
        return Decision(Act.HOLD if is_held else Act.SEND, "muted" if is_held else "due")

    monkeypatch.setattr(telling, "decide", decide)


def wait_held(user, count):
    """So many that are held back, past all that makes one: it takes long."""
    name = waits("Desk", user, message="held")
    copies = frappe.db.get_value(NOTIFICATION, name, "*", as_dict=True)
    fields = [field for field in copies if field not in ("name", "key")]
    first = frappe.db.sql(f"select max(name) from `tab{NOTIFICATION}`")[0][0] + 1
    rows = [
        (first + number, frappe.generate_hash(), *(copies[each] for each in fields))
        for number in range(count - 1)
    ]
    frappe.db.bulk_insert(NOTIFICATION, ["name", "key", *fields], rows)
    frappe.db.sql_ddl(f"alter sequence `{frappe.scrub(NOTIFICATION)}_id_seq` restart {first + count}")
    frappe.db.commit()


def in_desk(user=OPERATOR):
    return frappe.db.count("Notification Log", {"for_user": user})


def due(moment):
    return len(outbox.due_groups(moment, 10))


def deadlock(*_any, **_values):
    raise frappe.QueryDeadlockError


def logged():
    return frappe.get_all("Error Log", {"method": ("like", "Not delivered%")}, pluck="method")


def test_hundreds_that_are_held_keep_no_pager_from_its_turn(webhook, hold):
    for user in (OPERATOR, MANAGER):
        wait_held(user, 150)
    pager, loud = waits("Target", make_target(webhook.url())), waits("Desk", MANAGER)
    deliver()
    assert (status(pager), status(loud)) == ("Delivered", "Delivered")
    left = frappe.get_all(NOTIFICATION, {"message": "held"}, ["status", "reason", "attempts"], distinct=True)
    assert left == [{"status": "Waiting", "reason": "muted", "attempts": 0}]


def test_what_is_new_comes_before_what_was_held_before(monkeypatch, hold):
    held, failed = waits("Desk", OPERATOR, message="held"), waits("Desk", "auditor@example.com", attempts=1)
    deliver()
    frappe.db.set_value(NOTIFICATION, failed, "status", "Waiting")
    new = waits("Desk", MANAGER)
    found = [group.recipient for group in outbox.due_groups(clock.now() + timedelta(minutes=6), 10)]
    assert found[0] == row(new).recipient
    assert row(held).recipient in found[1:]


def test_the_end_of_a_mute_is_noticed_within_five_minutes(monkeypatch, hold):
    name = waits("Desk", OPERATOR, message="held")
    day_old = {"creation": clock.stored(clock.now() - timedelta(days=1))}
    frappe.db.set_value(NOTIFICATION, name, day_old, update_modified=False)
    deliver()
    deliver(minutes=2)
    assert (status(name), due(clock.now() + timedelta(minutes=4, seconds=50))) == ("Waiting", 0)
    monkeypatch.undo()
    deliver(minutes=5)
    assert status(name) == "Delivered"


def test_a_group_whose_decisions_break_is_logged_and_the_next_has_its_turn(monkeypatch, hold):
    real = outbox.settle

    def settle(claimed, rows, **values):
        return deadlock() if claimed.group.recipient == OPERATOR else real(claimed, rows, **values)

    monkeypatch.setattr(outbox, "settle", settle)
    first, second = waits("Desk", OPERATOR, message="held"), waits("Desk", MANAGER)
    deliver()
    assert (status(first), status(second)) == ("Waiting", "Delivered")
    assert logged() == ["Not delivered: Desk to o***@example.com"]


def test_where_noting_it_breaks_desk_has_no_entry_and_gets_one_later(monkeypatch):
    name, real = waits("Desk", OPERATOR), outbox.settle
    monkeypatch.setattr(outbox, "settle", deadlock)
    deliver()
    assert (status(name), in_desk()) == ("Waiting", 0)
    monkeypatch.setattr(outbox, "settle", real)
    deliver(minutes=6)
    assert (status(name), in_desk()) == ("Delivered", 1)


def test_where_the_claim_was_lost_meanwhile_desk_has_no_entry(monkeypatch):
    name, real = waits("Desk", OPERATOR), delivery._tell_in_desk

    def tell_late(rows):
        real(rows)
        frappe.db.set_value(NOTIFICATION, name, "claim", "another one's")

    monkeypatch.setattr(delivery, "_tell_in_desk", tell_late)
    deliver()
    assert (status(name), in_desk(), logged()) == ("Waiting", 0, [])
    monkeypatch.setattr(delivery, "_tell_in_desk", real)
    deliver(minutes=6)
    assert (status(name), in_desk()) == ("Delivered", 1)


def test_what_was_sent_is_noted_though_a_deadlock_comes_between(mail_account, monkeypatch):
    name, real, fails = waits(), outbox.settle, [1]

    def settle(*rows, **values):
        return deadlock() if fails and fails.pop() else real(*rows, **values)

    monkeypatch.setattr(outbox, "settle", settle)
    deliver()
    assert (status(name), mail_account.recipients) == ("Delivered", [ADDRESS])


def test_where_hurrying_others_breaks_what_was_told_stays_told(monkeypatch):
    names = [waits("Desk", user) for user in (OPERATOR, MANAGER)]
    monkeypatch.setattr(outbox, "hurry", deadlock)
    deliver()
    assert [status(name) for name in names] == ["Delivered", "Delivered"]
    assert (in_desk(), in_desk(MANAGER), len(logged())) == (1, 1, 2)


@pytest.mark.parametrize("keeps_instant", [True, False])
def test_what_is_due_before_three_in_the_october_night_does_not_wait_an_hour_longer(keeps_instant):
    moment = BEFORE_THREE + timedelta(seconds=30)
    instant = {"due": outbox.due_text(moment)} if keeps_instant else {}
    waits("Desk", OPERATOR, send_after=clock.stored(moment), **instant)
    assert due(BEFORE_THREE) == 0
    assert due(BEFORE_THREE + timedelta(seconds=41)) == 1


def test_what_is_due_at_the_second_half_past_two_waits_for_it():
    moment = BEFORE_THREE + timedelta(minutes=31)
    waits("Desk", OPERATOR, **outbox.due_at(moment))
    assert [due(moment - timedelta(minutes=minutes)) for minutes in (59, 30, 1, 0)] == [0, 0, 0, 1]


def test_an_attempt_that_fails_in_the_october_night_is_tried_again_a_minute_later(webhook):
    waits("Target", make_target(webhook.url("500")), send_after="2026-10-25 01:00:00")
    at = BEFORE_THREE
    for asked, minutes in [(1, 1), (2, 2), (3, 4)]:
        delivery.deliver(at)
        assert len(webhook.asked) == asked
        at += timedelta(minutes=minutes, seconds=1)


@pytest.mark.parametrize("keeps_instant", [True, False])
def test_what_a_clock_that_ran_ahead_put_off_for_hours_is_due_when_it_was_set_right(keeps_instant):
    far, near = waits("Desk", OPERATOR), waits("Desk", MANAGER)
    for name, hours in [(far, 2.5), (near, 1)]:
        values = outbox.due_at(clock.now() + timedelta(hours=hours))
        frappe.db.set_value(NOTIFICATION, name, values if keeps_instant else {**values, "due": None})
    deliver()
    assert (status(far), status(near)) == ("Delivered", "Waiting")


def test_what_is_an_hour_ahead_in_the_october_night_waits_for_it():
    waits("Desk", OPERATOR, send_after="2026-10-25 02:45:00")
    assert due(BEFORE_THREE - timedelta(minutes=89)) == 0
