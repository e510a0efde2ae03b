"""An escalation is told in Desk and by e-mail; a message waits in the database until it can be delivered."""

import frappe
import pytest
from conftest import fresh, make_check_critical, make_errors
from delivery_on_site import deliver

from verenigingen_maintenance.operations import notifications, run_now
from verenigingen_maintenance.operations.still_to_fill import still_to_fill
from verenigingen_maintenance.sources import clock

LEVEL_OF_NOW = "level-1"


@pytest.fixture(autouse=True)
def _in_business_hours(monkeypatch):
    """Breaches open at level 1, whenever the test is run."""
    monkeypatch.setattr("verenigingen_maintenance.core.calendar.BusinessCalendar.is_open", lambda *_any: True)


def breach():
    make_errors(60)
    run_now.run_now("daily", clock.now())
    return frappe.db.get_value("Maintenance Escalation", {"subject": "Error Log"})


def messages(escalation, **filters):
    fields = ["channel", "recipient", "status", "waits_because", "attempts", "subject"]
    filters = {"escalation": escalation, **filters}
    return frappe.get_all(
        "Maintenance Notification", filters=filters, fields=fields, order_by="channel, recipient"
    )


def contact(address):
    frappe.get_doc("Escalation Level", LEVEL_OF_NOW).update({"contact": address}).save()
    frappe.db.commit()


def test_a_breach_is_told_to_the_users_of_its_level_once():
    escalation = breach()
    run_now.run_now("daily", clock.now())
    told = messages(escalation)
    assert [(row.channel, row.recipient) for row in told] == [("Desk", "operator@example.com")]
    assert told[0].subject == f"{escalation} for Operations Team: Errors in 24 hours and 2 more"


def test_the_message_is_delivered_to_desk_once_however_often_the_job_runs():
    escalation = breach()
    deliver(minutes=1)
    deliver(minutes=1)
    logs = frappe.get_all(
        "Notification Log", filters={"document_name": escalation}, fields=["for_user", "subject"]
    )
    assert [log.for_user for log in logs] == ["operator@example.com"]
    assert escalation in logs[0].subject
    assert [row.status for row in messages(escalation)] == ["Delivered"]


def test_no_mail_goes_to_the_placeholder_of_the_document():
    escalation = breach()
    assert messages(escalation, channel="E-mail") == []


def test_a_mail_waits_with_its_reason_while_there_is_no_account_and_the_site_is_told():
    contact("ops@verenigingen.nl")
    escalation = breach()
    deliver(minutes=1)
    deliver(minutes=1)
    (mail,) = messages(escalation, channel="E-mail")
    assert (mail.status, mail.recipient) == ("Waiting", "ops@verenigingen.nl")
    assert "no outgoing e-mail account" in mail.waits_because
    assert any("no outgoing e-mail account" in each for each in still_to_fill())


def test_it_is_sent_once_there_is_an_account(mail_account):
    contact("ops@verenigingen.nl")
    escalation = breach()
    deliver(minutes=1)
    deliver(minutes=1)
    assert mail_account.recipients == ["ops@verenigingen.nl"]
    assert "Errors in 24 hours: 60 errors" in mail_account.texts[0]
    assert {row.status for row in messages(escalation)} == {"Delivered"}


def test_a_message_that_fails_waits_and_does_not_keep_the_others_from_their_turn(mail_account, monkeypatch):
    def refuse(**_mail):
        raise ConnectionError("smtp://user:secret@mail refused")

    monkeypatch.setattr(frappe, "sendmail", refuse)
    contact("ops@verenigingen.nl")
    escalation = breach()
    deliver(minutes=1)
    states = {row.channel: row for row in messages(escalation)}
    assert states["Desk"].status == "Delivered"
    assert (states["E-mail"].status, states["E-mail"].attempts) == ("Waiting", 1)
    assert "secret" not in states["E-mail"].waits_because


def test_a_run_asks_no_queue_for_what_is_to_be_told(monkeypatch):
    def gone(*_any, **_more):
        raise ConnectionError("Redis is gone")

    make_check_critical()
    monkeypatch.setattr(frappe, "enqueue", gone)
    name = run_now.run_now("daily", clock.now())
    assert fresh("Checklist Run", name).verdict == "CRITICAL"
    assert frappe.db.count("Maintenance Notification", {"status": "Waiting"})


def test_a_disabled_user_is_not_told():
    frappe.db.set_value("User", "operator@example.com", "enabled", 0)
    frappe.db.commit()
    try:
        assert "operator@example.com" not in [row.recipient for row in messages(breach())]
    finally:
        frappe.db.set_value("User", "operator@example.com", "enabled", 1)
        frappe.db.commit()


def test_without_the_level_of_now_the_next_one_is_told():
    frappe.delete_doc("Escalation Level", LEVEL_OF_NOW, force=True)
    frappe.db.commit()
    escalation = breach()
    assert frappe.db.get_value("Maintenance Escalation", escalation, ["status", "level"]) == (
        "Open",
        "level-2",
    )
    assert [row.recipient for row in messages(escalation)] == ["manager@example.com"]


def test_a_site_without_any_level_still_records_the_breach_and_tells_its_managers():
    frappe.db.delete("Escalation Level")
    frappe.db.commit()
    escalation = breach()
    assert frappe.db.get_value("Maintenance Escalation", escalation, ["status", "level"]) == ("Open", None)
    assert [row.recipient for row in messages(escalation)] == ["manager@example.com"]


def test_the_same_address_twice_is_one_mail_and_breaks_nothing(mail_account):
    contact("ops@verenigingen.nl, OPS@verenigingen.nl")
    escalation = breach()
    assert len(messages(escalation, channel="E-mail")) == 1


def test_what_goes_wrong_in_telling_keeps_no_breach_from_being_recorded(monkeypatch):
    def fail(*_any):
        raise RuntimeError("no such role")

    monkeypatch.setattr(notifications, "recipients", fail)
    escalation = breach()
    assert frappe.db.get_value("Maintenance Escalation", escalation, "status") == "Open"
    assert frappe.db.count("Error Log", {"method": f"Nobody is told of {escalation}"}) == 1
