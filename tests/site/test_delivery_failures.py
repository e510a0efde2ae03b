"""A channel that fails is escalated by the others, once, and cleared when it works again."""

import frappe
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

from verenigingen_maintenance.operations import delivery_failures

THREE_FAILURES = (0, 2, 5)


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
    assert told.title == "E-mail to o***@verenigingen.nl fails"
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
    assert ("E-mail", "") in delivery_failures.failing_channels()
    name = waits(recipient="other@verenigingen.nl", escalation=open_failure().name)
    deliver(minutes=6)
    assert (status(name), row(name).reason) == ("Not Sent", "this channel is what fails")


def test_it_is_cleared_once_when_the_channel_works_again(webhook):
    target = make_target(webhook.url("500"))
    waits("Target", target, make_escalation())
    fail_three_times()
    name = open_failure().name
    assert delivery_failures.failing_channels() == {("Target", target)}
    frappe.get_doc("Notification Target", target).update({"url": webhook.url()}).save()
    for _ in range(3):
        deliver(minutes=30)
    assert delivery_failures.failing_channels() == set()
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
    assert delivery_failures.failing_channels() == {("Target", target)}


def test_what_goes_wrong_in_escalating_keeps_nobody_from_being_told(webhook, monkeypatch):
    monkeypatch.setattr("verenigingen_maintenance.operations.escalations.record", lambda *_any: 1 / 0)
    target = make_target(webhook.url("500"))
    waits("Target", target)
    fail_three_times()
    name = waits("Desk", "operator@example.com")
    deliver(minutes=30)
    assert status(name) == "Delivered"
    assert frappe.db.count("Error Log", {"method": f"Not escalated: Target to {target} fails"})
