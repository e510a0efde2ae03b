"""Mails go out at once, grouped by recipient, through Frappe's queue; what was left half-way is taken up."""

import time
from datetime import timedelta

import frappe
import pytest
from delivery_on_site import ADDRESS, deliver, make_account, make_escalation, row, status, waits

from verenigingen_maintenance.core.telling import Act, Decision
from verenigingen_maintenance.operations import mail, mail_server, messages, outbox, telling
from verenigingen_maintenance.sources import clock

OTHER = "other@verenigingen.nl"


def queued():
    return frappe.get_all("Email Queue", fields=["name", "status", "send_after", "message_id"])


def put_into_queue(name):
    """As a worker leaves it that was killed right after its first commit: claimed, queued, not sent."""
    claimed = outbox.claim(outbox.Group("E-mail", ADDRESS, ""), clock.now(), 10)
    queue = mail._put_into_queue(claimed.rows, clock.now())
    outbox.keep(claimed, claimed.rows, email_queue=queue)
    assert row(name).email_queue == queue
    return queue


def test_a_mail_is_sent_at_once_and_once_and_is_sent_in_the_queue_too(mail_account):
    name = waits(escalation=make_escalation())
    for _ in range(3):
        deliver()
    assert mail_account.recipients == [ADDRESS]
    (queue,) = queued()
    after = row(name)
    assert (after.status, after.email_queue, queue.status) == ("Delivered", queue.name, "Sent")


def test_what_is_due_together_is_one_mail_with_all_of_it(mail_account):
    names = [waits(escalation=make_escalation(f"Subject {number}")) for number in range(3)]
    other = waits(recipient=OTHER, escalation=row(names[0]).escalation)
    deliver()
    assert sorted(mail_account.recipients) == [ADDRESS, OTHER]
    (text,) = [mail[3] for mail in mail_account.mails if mail[0] == ADDRESS]
    for name in names:
        assert messages.reference(row(name)) in text
        assert row(name).sent_with == str(names[0])
    assert row(other).sent_with == str(other)


def test_of_more_than_twentyfive_the_rest_is_named(mail_account):
    names = [waits(escalation=make_escalation(f"S{number}"), message=f"M{number}") for number in range(28)]
    deliver()
    (text,) = mail_account.texts
    assert "and 3 more" in text
    assert "M24" in text
    assert "M25" not in text
    assert all(messages.reference(row(name)) in text for name in names)
    assert {status(name) for name in names} == {"Delivered"}


def test_muted_suspended_or_without_account_it_waits_and_says_why(mail_account, monkeypatch):
    name = waits()
    monkeypatch.setitem(frappe.local.conf, "mute_emails", 1)
    deliver()
    assert (status(name), row(name).waits_because, row(name).attempts) == ("Waiting", mail.NO_ACCOUNT, 0)
    monkeypatch.delitem(frappe.local.conf, "mute_emails")
    frappe.db.set_default("suspend_email_queue", 1)
    deliver()
    assert (status(name), row(name).waits_because) == ("Waiting", mail.SUSPENDED)
    frappe.db.set_default("suspend_email_queue", 0)
    assert (mail_account.mails, queued()) == ([], [])
    deliver()
    assert (status(name), row(name).waits_because, mail_account.recipients) == ("Delivered", "", [ADDRESS])


def test_an_address_that_is_refused_waits_with_the_servers_words_and_the_others_have_theirs(mail_account):
    mail_account.refused.add(ADDRESS)
    bad, good = waits(), waits(recipient=OTHER)
    deliver()
    assert (status(good), mail_account.recipients) == ("Delivered", [OTHER])
    failed = row(bad)
    assert (failed.status, failed.attempts) == ("Waiting", 1)
    assert "550 5.1.1 no such mailbox" in failed.waits_because
    assert ADDRESS not in failed.waits_because
    for minutes, attempts in [(0, 1), (1.5, 2), (2, 2), (4, 3)]:
        deliver(minutes=minutes)
        assert row(bad).attempts == attempts
    mail_account.refused.clear()
    deliver(minutes=10)
    assert status(bad) == "Delivered"
    assert [mail[0] for mail in mail_account.mails] == [OTHER, ADDRESS]


def test_a_mail_server_that_is_down_costs_one_attempt_and_the_others_wait_for_the_next_pass(mail_server):
    make_account(mail_server.port)
    from delivery_on_site import forget_accounts

    try:
        frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", 1)
        names = [waits(recipient=f"{name}@verenigingen.nl") for name in ("a", "b", "c")]
        deliver()
        assert sorted(row(name).attempts for name in names) == [0, 0, 1]
        (tried,) = [row(name) for name in names if row(name).attempts]
        assert tried.waits_because.startswith("mail server: ")
        frappe.db.set_value("Email Account", "Maintenance Test Mail", "smtp_port", mail_server.port)
        frappe.clear_document_cache("Email Account", "Maintenance Test Mail")
        deliver(seconds=30)
        deliver(seconds=31)
        assert {status(name) for name in names} == {"Delivered"}, "what works again is not waited for"
        assert len(mail_server.mails) == 3
    finally:
        forget_accounts()


@pytest.mark.parametrize("left", ["Not Sent", "Sending", "Error"])
def test_a_mail_whose_sender_was_killed_is_sent_by_the_next_as_the_same_mail(mail_account, left):
    name = waits()
    queue = put_into_queue(name)
    frappe.db.set_value("Email Queue", queue, "status", left)
    deliver(minutes=2)
    assert mail_account.mails == []
    deliver(minutes=6)
    assert (status(name), mail_account.recipients) == ("Delivered", [ADDRESS])
    (kept,) = queued()
    assert (kept.name, kept.status) == (queue, "Sent")
    assert kept.message_id in mail_account.mails[0][1]


def test_a_mail_that_was_sent_before_its_sender_was_killed_is_not_sent_again(mail_account):
    name = waits()
    queue = put_into_queue(name)
    frappe.get_doc("Email Queue", queue).send()
    frappe.db.commit()
    deliver(minutes=6)
    assert (status(name), len(mail_account.mails), len(queued())) == ("Delivered", 1, 1)


def test_a_mail_that_is_gone_from_the_queue_is_made_anew(mail_account):
    name = waits()
    queue = put_into_queue(name)
    frappe.db.delete("Email Queue", {"name": queue})
    deliver(minutes=6)
    assert (status(name), mail_account.recipients) == ("Delivered", [ADDRESS])


def test_frappes_own_job_leaves_a_mail_of_ours_alone(mail_account):
    from frappe.email.queue import flush

    mail_account.refused.add(ADDRESS)
    name = waits()
    deliver()
    mail_account.refused.clear()
    flush()
    assert (status(name), mail_account.mails) == ("Waiting", [])


def test_a_mail_that_is_dropped_after_it_failed_is_not_sent_by_frappes_job_either(mail_account, monkeypatch):
    from frappe.email.queue import flush

    mail_account.refused.add(ADDRESS)
    name = waits()
    deliver()
    monkeypatch.setattr(telling, "decide", lambda *_any: Decision(Act.DROP, "acknowledged before"))
    deliver(minutes=2)
    mail_account.refused.clear()
    assert queued() == [], "it is no mail that could not be sent"
    flush()
    assert (status(name), mail_account.mails) == ("Not Sent", [])


def test_a_mail_that_was_given_up_is_not_sent_days_later_by_frappes_job(mail_account):
    from frappe.email.queue import flush

    mail_account.refused.add(ADDRESS)
    name = waits(escalation=make_escalation())
    for hours in (0, 1, 3, 8, 16, 25):
        deliver(hours=hours)
    assert "550 5.1.1 no such mailbox" in row(name).waits_because
    mail_account.refused.clear()
    frappe.db.sql("update `tabEmail Queue` set send_after = null")
    frappe.db.commit()
    flush()
    assert (status(name), mail_account.mails, queued()) == ("Failed", [], [])


def test_what_is_in_a_mail_with_one_that_is_given_up_is_sent_without_it(mail_account):
    mail_account.refused.add(ADDRESS)
    old, young = waits(message="long over"), waits(message="of today")
    deliver()
    yesterday = clock.stored(clock.now() - timedelta(days=1))
    frappe.db.set_value(outbox.NOTIFICATION, old, "tried_since", yesterday)
    frappe.db.commit()
    deliver(minutes=2)
    mail_account.refused.clear()
    deliver(minutes=10)
    assert (status(old), status(young)) == ("Failed", "Delivered")
    (text,) = mail_account.texts
    assert "of today" in text
    assert "long over" not in text


def test_an_address_that_is_none_fails_alone_and_without_a_mail(mail_account):
    bad, good = waits(recipient="not..one@verenigingen.nl"), waits(recipient=OTHER)
    deliver()
    assert (status(bad), row(bad).attempts, status(good)) == ("Waiting", 1, "Delivered")


def test_who_has_unsubscribed_from_all_mail_is_a_failure_that_shows(mail_account):
    frappe.get_doc({"doctype": "Email Unsubscribe", "email": ADDRESS, "global_unsubscribe": 1}).insert()
    name = waits()
    try:
        deliver()
        assert (status(name), row(name).attempts) == ("Waiting", 1)
        assert "unsubscribed" in row(name).waits_because
    finally:
        frappe.db.delete("Email Unsubscribe")
        frappe.db.commit()


@pytest.mark.parametrize("where", ["EHLO", "RCPT", "DATA"])
def test_a_mail_server_that_hangs_is_left_long_before_the_claim_is_over(mail_account, monkeypatch, where):
    assert outbox.CLAIM.total_seconds() > mail_server.PATIENCE * 5
    monkeypatch.setattr(mail_server, "PATIENCE", 0.5)
    mail_account.hangs_at = where
    name, began = waits(), time.monotonic()
    deliver()
    assert time.monotonic() - began < 20
    assert (status(name), row(name).attempts) == ("Waiting", 1)
    assert row(name).waits_because.startswith("mail server: ")
    mail_account.hangs_at = ""
    deliver(minutes=2)
    assert status(name) == "Delivered"
