"""An address that is nobody's any more gets no mail; a user who gets another name loses none."""

import frappe
import pytest
from conftest import COMMITTED
from delivery_on_site import (
    ADDRESS,
    deliver,
    give_to_somebody,
    make_escalation,
    open_failure,
    row,
    status,
    waits,
)

from verenigingen_maintenance.operations import delivery_failures
from verenigingen_maintenance.sources import clock
from verenigingen_maintenance.sources import mail as mails

OLD, NEW = "old@verenigingen.nl", "new@verenigingen.nl"


@pytest.fixture
def user():
    forget_users()
    values = {"doctype": "User", "email": OLD, "first_name": "Old", "send_welcome_email": 0}
    frappe.get_doc(values).insert()
    frappe.db.commit()
    yield OLD
    frappe.db.rollback()
    forget_users()


def forget_users():
    for name in frappe.get_all("User", {"name": ("in", (OLD, NEW))}, pluck="name"):
        frappe.delete_doc("User", name, force=True)
    frappe.db.commit()


def nobody_has(address):
    frappe.db.delete("User", {"name": address})
    frappe.db.commit()


def rename():
    COMMITTED.append("a user was renamed")
    frappe.rename_doc("User", OLD, NEW, force=True, show_alert=False)
    frappe.db.commit()


def test_what_waits_for_an_address_that_was_corrected_is_not_sent(mail_account):
    name = waits()
    nobody_has(ADDRESS)
    deliver()
    assert (status(name), row(name).reason) == ("Not Sent", "nobody has this address any more")
    assert mail_account.mails == []


def test_what_waits_for_a_user_who_was_disabled_is_not_sent(mail_account):
    name = waits()
    frappe.db.set_value("User", ADDRESS, "enabled", 0)
    deliver()
    assert (status(name), row(name).reason) == ("Not Sent", "the user was disabled, or is gone")
    assert mail_account.mails == []


@pytest.mark.parametrize(
    "contact", ["Ops <OPS@verenigingen.nl>", "first@verenigingen.nl; ops@verenigingen.nl"]
)
def test_the_contact_of_a_level_is_told_whoever_is_a_user(mail_account, contact):
    name = waits()
    frappe.db.set_value("User", ADDRESS, "enabled", 0)
    frappe.db.set_value("Escalation Level", "level-2", "contact", contact)
    deliver()
    assert (status(name), mail_account.recipients) == ("Delivered", [ADDRESS])


def test_an_address_in_other_letters_and_of_a_second_user_is_somebodys(mail_account):
    name = waits()
    frappe.db.set_value("User", ADDRESS, "enabled", 0)
    give_to_somebody("second@verenigingen.nl")
    frappe.db.set_value("User", "second@verenigingen.nl", "email", ADDRESS.upper())
    deliver()
    assert status(name) == "Delivered"


def test_an_address_that_failed_and_was_corrected_fails_no_more(mail_account):
    mail_account.refused.add(ADDRESS)
    name = waits()
    for minutes in (0, 2, 5):
        deliver(minutes=minutes)
    failure = open_failure().name
    nobody_has(ADDRESS)
    deliver(minutes=10)
    assert (status(name), open_failure()) == ("Not Sent", None)
    assert frappe.db.get_value("Maintenance Escalation", failure, "status") == "Resolved"


@pytest.mark.parametrize(("days", "fails"), [(0.9, True), (1.1, False)])
def test_what_was_given_up_counts_as_failing_for_a_day(mail_account, days, fails):
    now = clock.now()
    name = waits(attempts=25, tried_at=clock.stored(now - days * delivery_failures.RECENT))
    frappe.db.set_value("Maintenance Notification", name, "status", "Failed")
    assert delivery_failures.failing_channels(now) == ({("E-mail", ADDRESS)} if fails else set())
    nobody_has(ADDRESS)
    assert delivery_failures.failing_channels(now) == set()


def test_a_mail_that_is_not_sent_any_more_is_none_that_could_not_be_sent(mail_account):
    mail_account.refused.add(ADDRESS)
    waits()
    deliver()
    nobody_has(ADDRESS)
    deliver(minutes=2)
    assert mails.stuck(clock.now()).value == 0
    assert frappe.db.count("Email Queue Recipient") == 0


def test_a_user_who_is_renamed_gets_what_waited(mail_account, user):
    escalation = make_escalation()
    desk, mail = waits("Desk", OLD, escalation), waits("E-mail", OLD, escalation)
    rename()
    deliver()
    assert (status(desk), row(desk).recipient) == ("Delivered", NEW)
    assert frappe.db.count("Notification Log", {"for_user": NEW, "document_name": escalation}) == 1
    assert (status(mail), mail_account.recipients) == ("Delivered", [NEW])


def test_a_mail_that_failed_before_its_user_was_renamed_is_made_anew(mail_account, user):
    mail_account.refused.add(OLD)
    name = waits("E-mail", OLD)
    deliver()
    rename()
    deliver(minutes=2)
    assert (status(name), mail_account.recipients) == ("Delivered", [NEW])
    assert frappe.db.count("Email Queue") == 1


def test_what_waits_for_the_contact_of_a_level_stays_its_when_a_user_is_renamed(mail_account, user):
    frappe.db.set_value("Escalation Level", "level-2", "contact", OLD)
    name = waits("E-mail", OLD)
    rename()
    deliver()
    assert (status(name), mail_account.recipients) == ("Delivered", [OLD])
