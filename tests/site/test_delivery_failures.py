"""A channel that fails is escalated by the others, once, and cleared when it works again."""

from datetime import timedelta

import frappe
from conftest import fresh
from delivery_on_site import (
    ADDRESS,
    deliver,
    make_escalation,
    make_target,
    open_failure,
    row,
    status,
    waits,
)

from verenigingen_maintenance.operations import delivery_failures, escalation_actions
from verenigingen_maintenance.sources import clock

THREE_FAILURES = (0, 2, 5)


def failing(**later):
    return delivery_failures.failing_channels(clock.now() + timedelta(**later))


def fail_three_times():
    for minutes in THREE_FAILURES:
        deliver(minutes=minutes)


def test_after_three_failures_the_failure_itself_is_escalated_by_another_channel(mail_account):
    mail_account.refused.add(ADDRESS)
    escalation = make_escalation()
    waits(escalation=escalation)
    deliver()
    deliver(minutes=2)
    assert open_failure() is None
    deliver(minutes=5)
    told = open_failure()
    assert told.title == "E-mail to o***@verenigingen.nl #16fa34 fails"
    note = told.events[0].note
    assert "550 5.1.1 no such mailbox" in note
    assert escalation in note
    assert ADDRESS not in note
    deliver(minutes=5)
    assert frappe.db.count("Notification Log", {"document_name": told.name}), "Desk tells of it"


def test_it_is_one_escalation_however_long_it_fails(mail_account):
    mail_account.refused.add(ADDRESS)
    waits()
    fail_three_times()
    deliver(minutes=20)
    assert open_failure().status == "Open"
    assert frappe.db.count("Maintenance Escalation", {"subject": "Notifications"}) == 1


def test_the_channel_that_fails_is_not_used_to_tell_of_it(mail_account):
    mail_account.refused.add(ADDRESS)
    waits()
    fail_three_times()
    name = waits(escalation=open_failure().name)
    other = waits(recipient="other@verenigingen.nl", escalation=open_failure().name)
    deliver(minutes=6)
    assert (status(name), row(name).reason) == ("Not Sent", "this channel is what fails")
    assert status(other) == "Delivered"


def test_where_the_mail_server_fails_no_mail_tells_of_it(mail_account):
    frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", 1)
    waits()
    fail_three_times()
    assert ("E-mail", "") in failing(minutes=5)
    name = waits(recipient="other@verenigingen.nl", escalation=open_failure().name)
    deliver(minutes=6)
    assert (status(name), row(name).reason) == ("Not Sent", "this channel is what fails")


def test_it_is_cleared_once_when_the_channel_works_again(webhook):
    target = make_target(webhook.url("500"))
    waits("Target", target, make_escalation())
    fail_three_times()
    name = open_failure().name
    assert failing() == {("Target", target)}
    frappe.get_doc("Notification Target", target).update({"url": webhook.url()}).save()
    for _ in range(3):
        deliver(minutes=30)
    assert failing() == set()
    resolved = frappe.get_doc("Maintenance Escalation", name)
    assert (resolved.status, [event.event for event in resolved.events]) == (
        "Resolved",
        ["Opened", "Cleared"],
    )


def test_after_a_day_of_trying_it_is_given_up_and_the_channel_still_counts_as_failing(webhook):
    target = make_target(webhook.url("500"))
    name = waits("Target", target)
    fail_three_times()
    deliver(hours=23)
    assert status(name) == "Waiting"
    deliver(hours=25)
    assert (status(name), row(name).attempts) == ("Failed", 5)
    asked = len(webhook.asked)
    deliver(hours=30)
    assert len(webhook.asked) == asked
    assert failing() == {("Target", target)}


def test_what_goes_wrong_in_escalating_keeps_nobody_from_being_told(webhook, monkeypatch):
    monkeypatch.setattr("verenigingen_maintenance.operations.escalations.record", lambda *_any: 1 / 0)
    target = make_target(webhook.url("500"))
    waits("Target", target)
    fail_three_times()
    name = waits("Desk", "operator@example.com")
    deliver(minutes=30)
    assert status(name) == "Delivered"
    assert frappe.db.count("Error Log", {"method": f"Not escalated: Target to {target} fails"})


def parts(escalation):
    """What of the failure lasts, by key."""
    rows = fresh("Maintenance Escalation", escalation.name).checks
    return {part.check_name: not part.cleared_at for part in rows}


def test_each_channel_that_fails_is_a_breach_of_its_own_and_is_over_by_itself(mail_account, webhook):
    target = make_target(webhook.url("500"))
    mail_account.refused.add(ADDRESS)
    waits()
    fail_three_times()
    failure = open_failure()
    mail = delivery_failures.key_of("E-mail", ADDRESS)
    assert parts(failure) == {mail: True}
    waits("Target", target)
    for minutes in (6, 8, 11):
        deliver(minutes=minutes)
    assert parts(failure) == {mail: True, f"Target to {target}": True}
    assert "Target to Chat fails: " in open_failure().events[-1].note
    mail_account.refused.clear()
    deliver(minutes=20)
    assert parts(failure) == {mail: False, f"Target to {target}": True}
    assert open_failure().name == failure.name
    frappe.get_doc("Notification Target", target).update({"url": webhook.url()}).save()
    deliver(minutes=60)
    assert open_failure() is None


def test_an_address_that_is_spelled_in_another_way_is_the_same_one():
    key = delivery_failures.key_of("E-mail", "Jan@Verenigingen.nl")
    assert key == delivery_failures.key_of("E-mail", "jan@verenigingen.nl")
    assert len(delivery_failures.key_of("E-mail", f"jan@{'x' * 200}.nl")) == 140


def test_two_addresses_that_look_alike_are_told_apart_and_each_says_where_it_is_read(mail_account):
    jan, joe = "jan@verenigingen.nl", "joe@verenigingen.nl"
    mail_account.refused |= {jan, joe}
    first = waits(recipient=jan, escalation=make_escalation())
    fail_three_times()
    second = waits(recipient=joe, escalation=make_escalation("Other"))
    for minutes in (6, 8, 11, 16):
        deliver(minutes=minutes)
    failure = open_failure()
    assert list(parts(failure).values()) == [True, True]
    for event, name, address in zip(failure.events, (first, second), (jan, joe), strict=True):
        assert f"notification {name}" in event.note
        assert address not in event.note + event.event
    mail_account.refused.discard(joe)
    deliver(minutes=80)
    assert list(parts(failure).values()) == [True, False]


def test_what_was_told_by_an_earlier_version_is_over_when_it_works_again_and_not_before(mail_account):
    mail_account.refused.add(ADDRESS)
    waits()
    fail_three_times()
    failure, old = open_failure(), "E-mail to o***@verenigingen.nl"
    frappe.db.set_value("Maintenance Escalation Check", failure.checks[0].name, "check_name", old)
    frappe.db.commit()
    deliver(minutes=20)
    assert parts(failure)[old] is True
    mail_account.refused.clear()
    deliver(minutes=80)
    assert open_failure() is None


def test_a_second_channel_that_fails_is_told_though_the_first_was_acknowledged(webhook):
    for title in ("First", "Second"):
        make_target(webhook.url("500"), title)
    waits("Target", "First")
    fail_three_times()
    failure = open_failure()
    escalation_actions.acknowledge(failure.name)
    frappe.db.commit()
    waits("Target", "Second")
    for minutes in (6, 8, 11):
        deliver(minutes=minutes)
    assert parts(failure) == {"Target to First": True, "Target to Second": True}
    told = frappe.get_all("Maintenance Notification", {"escalation": failure.name}, pluck="message")
    assert any("Target to Second fails" in text for text in told)


def test_while_it_lasts_it_is_written_down_once_and_when_it_is_over_too(webhook):
    target = make_target(webhook.url("500"))
    waits("Target", target)
    for minutes in (0, 2, 5, 20, 40, 80, 160):
        deliver(minutes=minutes)
    assert [event.event for event in open_failure().events] == ["Opened"]
    frappe.get_doc("Notification Target", target).update({"enabled": 0}).save()
    for minutes in (230, 231, 232):
        deliver(minutes=minutes)
    assert open_failure() is None


def test_one_that_is_resolved_by_hand_while_it_fails_comes_back(webhook):
    waits("Target", make_target(webhook.url("500")))
    fail_three_times()
    failure = open_failure()
    escalation_actions.acknowledge(failure.name)
    escalation_actions.resolve(failure.name, "mended, I think")
    frappe.db.commit()
    deliver(minutes=20)
    assert open_failure() is not None


def test_one_of_an_earlier_version_that_does_not_say_what_failed_is_over_with_all_of_it(webhook):
    old = make_escalation("Notifications", open_key="Notifications")
    target = make_target(webhook.url("500"))
    waits("Target", target)
    fail_three_times()
    frappe.get_doc("Notification Target", target).update({"enabled": 0}).save()
    deliver(minutes=30)
    assert fresh("Maintenance Escalation", old).status == "Resolved"


def test_a_mail_server_that_fails_is_told_within_minutes_however_many_addresses_wait(mail_account):
    frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", 1)
    names = [waits(recipient=f"a{each}@verenigingen.nl", subject=f"Breach {each}") for each in range(12)]
    for minutes in (0, 1):
        deliver(minutes=minutes)
        assert open_failure() is None
    assert all(row(name).waits_because.startswith("mail server: ") for name in names)
    deliver(minutes=2)
    failure = open_failure()
    assert (failure.title, parts(failure)) == ("E-mail fails: the mail server takes none", {"E-mail": True})
    assert "Not told: Breach 0, Breach 1, " in failure.events[0].note
    assert sorted(row(name).attempts for name in names) == [0] * 9 + [1] * 3
    for minutes in range(3, 12):
        deliver(minutes=minutes)
    assert [event.event for event in open_failure().events] == ["Opened"]


def test_a_mail_server_that_was_started_anew_is_told_to_nobody(mail_account):
    names = [waits(recipient=f"a{number}@verenigingen.nl") for number in range(3)]
    frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", 1)
    for seconds in (0, 60, 90):
        deliver(seconds=seconds)
    assert open_failure() is None
    frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", mail_account.port)
    frappe.clear_document_cache("Email Account", "Maintenance Test Mail")
    deliver(minutes=3)
    deliver(minutes=3)
    assert {status(name) for name in names} == {"Delivered"}
    assert failing(minutes=3) == set()


def test_the_mail_server_is_cleared_when_it_takes_a_mail_again(mail_account):
    frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", 1)
    mail_account.refused.add("bad@verenigingen.nl")
    waits(), waits(recipient="bad@verenigingen.nl")
    for minutes in (0, 1, 2, 3):
        deliver(minutes=minutes)
    failure = open_failure()
    frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", mail_account.port)
    frappe.clear_document_cache("Email Account", "Maintenance Test Mail")
    for minutes in (8, 9):
        deliver(minutes=minutes)
    assert parts(failure)["E-mail"] is False
