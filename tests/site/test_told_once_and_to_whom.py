"""Messages over the life of an escalation: none twice, none lost, each to who has it by then."""

import frappe
import pytest
from delivery_on_site import ADDRESS
from escalation_on_site import NOTIFICATION, breach, escalation, events, over, tend, told
from test_mutes import silence

from verenigingen_maintenance.operations import delivery, drills, escalation_actions, escalation_form
from verenigingen_maintenance.sources import clock

pytestmark = pytest.mark.usefixtures("present")
OPERATOR, MANAGER = "operator@example.com", "manager@example.com"


def deliver():
    delivery.deliver(clock.now())
    frappe.db.commit()


def acknowledge(name, user=OPERATOR):
    frappe.set_user(user)
    escalation_actions.acknowledge(name)
    frappe.set_user("Administrator")
    frappe.db.commit()


def delivered(name, kind):
    """To whom messages of a kind went in Desk."""
    filters = {"escalation": name, "kind": kind, "status": "Delivered", "channel": "Desk"}
    return frappe.get_all(NOTIFICATION, filters, pluck="recipient", order_by="recipient")


def messages(name, kind):
    return frappe.get_all(NOTIFICATION, {"escalation": name, "kind": kind}, pluck="message", order_by="name")


def contact_of(level, address):
    frappe.get_doc("Escalation Level", level).update({"contact": address}).save()
    frappe.db.commit()


# --- mutes


@pytest.mark.parametrize(
    "jobs",
    [(deliver, tend), (tend, deliver), (deliver,)],
    ids=["delivery first", "clocks first", "no clocks"],
)
def test_at_the_end_of_a_mute_people_are_told_once_whichever_job_is_first_or_dead(present, jobs):
    silence()
    name = breach()
    for _ in range(75):
        present.passes(minutes=1)
        for job in jobs:
            job()
    assert delivered(name, "Opened") == [OPERATOR]


def test_a_mail_that_was_begun_before_a_mute_is_not_sent_after_it_beside_the_new_one(present, mail_account):
    contact_of("level-1", ADDRESS)
    name = breach()
    mail_account.refused.add(ADDRESS)
    present.passes(minutes=1)
    deliver()
    assert frappe.db.count("Email Queue") == 1
    silence()
    tend()
    mail_account.refused.clear()
    present.passes(hours=1)
    tend()
    present.passes(minutes=1)
    deliver()
    assert told(name, channel="E-mail", status="Delivered") == [("Opened", "E-mail", ADDRESS)]
    assert frappe.get_all("Email Queue", pluck="status") == ["Sent"]


def test_what_was_muted_by_day_and_is_no_more_at_night_starts_where_a_breach_starts_at_night(present):
    present.set("2026-11-27 16:30")
    silence(hours=2)
    name = breach(key="errors_24h")
    assert escalation(name).level == "level-1"
    present.passes(hours=2)
    tend()
    assert escalation(name).level == "level-2"
    assert told(name, status="Waiting") == [("Opened", "Desk", MANAGER)]


def test_what_is_handed_on_while_it_is_muted_stays_muted(present):
    name = breach()
    silence()
    tend()
    escalation_actions.hand_on(name, "restarted it")
    after = escalation(name)
    assert (after.level, after.next_level_at, bool(after.muted_because)) == ("level-2", None, True)


# --- who has it


def test_who_has_it_is_told_when_more_of_it_breaks_that_takes_it_higher():
    name = breach()
    acknowledge(name)
    breach(area="Performance", key="api")
    after = escalation(name)
    assert (after.level, after.status, after.acknowledged_by) == ("level-2", "Open", None)
    assert told(name, kind="More Broke") == [("More Broke", "Desk", OPERATOR)]
    assert told(name, kind="Next Level") == [("Next Level", "Desk", MANAGER)]


def test_more_that_breaks_once_more_is_told_once_more(present):
    name = breach()
    acknowledge(name)
    for _ in range(2):
        breach(key="another")
        present.passes(hours=30)
        over(key="another")
    assert len(told(name, kind="More Broke")) == 2


def test_where_who_has_it_was_disabled_the_level_is_told_that_more_broke():
    contact_of("level-1", ADDRESS)
    name = breach()
    acknowledge(name, MANAGER)
    frappe.db.set_value("User", MANAGER, "enabled", 0)
    try:
        breach(key="another")
    finally:
        frappe.db.set_value("User", MANAGER, "enabled", 1)
        frappe.db.commit()
    recipients = {recipient for _kind, _channel, recipient in told(name, kind="More Broke")}
    assert recipients == {OPERATOR, ADDRESS}


# --- that it is over


def test_who_was_only_reminded_is_told_that_it_is_over(present):
    level = frappe.get_doc("Escalation Level", "level-1")
    level.update({"rotation_from": "2026-11-17", "handover_at": "10:10:00"})
    for user in (OPERATOR, MANAGER):
        level.append("rotation", {"user": user})
    level.save()
    name = breach()
    for minutes in (1, 15, 1):
        present.passes(minutes=minutes)
        tend()
        deliver()
    (reminded,) = delivered(name, "Reminder")
    assert reminded not in delivered(name, "Opened")
    over()
    assert {row[2] for row in told(name, kind="Cleared")} == {OPERATOR, MANAGER}


def test_who_has_it_is_told_that_it_is_over_though_nobody_told_them_of_it():
    name = breach()
    acknowledge(name, MANAGER)
    over()
    assert MANAGER in {row[2] for row in told(name, kind="Cleared")}


def test_who_is_being_told_while_it_ends_is_told_that_it_is_over(present, monkeypatch):
    name = breach()
    real = delivery._hand_over

    def ends_meanwhile(*arguments):
        over()
        real(*arguments)

    monkeypatch.setattr(delivery, "_hand_over", ends_meanwhile)
    present.passes(minutes=1)
    deliver()
    assert delivered(name, "Opened") == [OPERATOR]
    assert told(name, kind="Cleared") == [("Cleared", "Desk", OPERATOR)]


# --- what they are told


def test_every_message_says_what_broke_however_long_it_lasts(present):
    present.set("2026-11-24 20:00")
    name = breach()
    for _ in range(25):
        present.passes(minutes=15)
        tend()
    assert len(messages(name, "Reminder")) > 10
    for message in (*messages(name, "Reminder"), *messages(name, "Next Level")):
        assert "60 of 50" in message


# --- levels


def test_of_two_who_hand_it_on_the_second_is_told_where_it_is():
    name = breach()
    escalation_actions.hand_on(name, "restarted it", "level-1")
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match=f"{name} is with Technical Team meanwhile"):
        escalation_actions.hand_on(name, "restarted it too", "level-1")
    frappe.db.rollback()
    assert (escalation(name).level, events(name, "Handed On")) == ("level-2", ["Handed On"])


def test_a_drill_is_not_handed_on():
    name = drills.begin(5, 2, "Quarterly")
    with pytest.raises(frappe.ValidationError, match=f"{name} is a drill"):
        escalation_actions.hand_on(name, "not me")


def test_the_head_says_who_has_it(present):
    name = breach()
    acknowledge(name)
    told_now = escalation_form.describe(name, clock.now())
    assert told_now["next"] == f"{OPERATOR} has it since 2026-11-24 10:00: nobody is reminded."


def test_each_return_of_one_that_waits_for_a_person_is_counted():
    for _ in range(6):
        name = breach()
        over()
    assert (escalation(name).status, escalation(name).flaps) == ("Open", 5)
