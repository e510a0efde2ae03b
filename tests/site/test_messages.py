"""What a message says: what broke, since when, the evidence, what to do, who is next, and where to answer."""

import json
from datetime import timedelta

import frappe
import pytest
from delivery_on_site import deliver, make_escalation, make_target, row, waits

from verenigingen_maintenance.operations import escalation_policy, messages
from verenigingen_maintenance.operations.runbook_steps import runbook_steps
from verenigingen_maintenance.sources import clock

MARKUP = "<img src=x onerror=alert(1)>"


def now():
    return clock.now()


def breach(**fields):
    check = {"check_name": "errors_24h", "title": "Errors in 24 hours"}
    evidence = {"most": "Payment provider", "second": 2, "third": 3, "fourth": 4, "fifth": 5}
    checks = [{**check, "evidence": json.dumps(evidence)}]
    policy = escalation_policy.present().as_json()
    return make_escalation(checks=checks, policy=policy, **fields)


def mail_of(*names):
    return messages.mail([row(name) for name in names], now())


def short_of(*names):
    return messages.short([row(name) for name in names], now())


def test_a_mail_says_what_broke_since_when_the_evidence_what_to_do_and_where_to_answer():
    began = clock.stored(now()).replace(hour=0, minute=7, second=0, microsecond=0)
    escalation = breach(onset_at=began)
    subject, text = mail_of(waits(escalation=escalation, subject="Errors", message="60 errors\ntarget < 10"))
    assert subject == "Errors"
    assert "60 errors<br>target &lt; 10" in text
    assert "since 00:07" in text
    assert "<li>Errors in 24 hours: most: Payment provider; second: 2; third: 3; fourth: 4</li>" in text
    assert "Daily Maintenance" in text
    form = f"%2Fapp%2Fmaintenance-escalation%2F{escalation}"
    assert f"/login?redirect-to={form}%3Facknowledge%3D1" in text


def test_it_says_who_is_next_and_when_while_it_is_open():
    at = clock.stored(now() + timedelta(days=1)).replace(hour=9, minute=40, second=0, microsecond=0)
    escalation = breach(next_level_at=at)
    expected = f"Unless somebody acknowledges it by {at:%Y-%m-%d} 09:40, it goes to Technical Team."
    assert expected in mail_of(waits(escalation=escalation))[1]
    frappe.db.set_value("Maintenance Escalation", escalation, "status", "Acknowledged")
    acknowledged = mail_of(waits(escalation=escalation))[1]
    assert "Unless somebody acknowledges" not in acknowledged
    assert "acknowledge%3D1" not in acknowledged


def test_at_the_last_level_it_shows_the_contract_and_the_number():
    frappe.db.set_value("Escalation Level", "level-3", {"contract": "No. 4711 <24/7>", "phone": "+31 20 1"})
    text = mail_of(waits(escalation=breach(level="level-3")))[1]
    assert "To call: External Support, +31 20 1, No. 4711 &lt;24/7&gt;" in text
    assert "it goes to" not in text


@pytest.mark.parametrize("marked_on", ["escalation", "notification"])
def test_a_drill_is_said_to_be_one_in_the_subject_and_first(marked_on):
    escalation = breach(is_drill=marked_on == "escalation")
    name = waits(escalation=escalation, subject="Errors", is_drill=int(marked_on == "notification"))
    subject, text = mail_of(name)
    assert subject == "DRILL: Errors"
    assert text.startswith("<p><b>This is a drill: nothing is broken.</b></p>")
    title, told = short_of(name)
    assert (title, told.splitlines()[0]) == ("DRILL: Errors", "DRILL: Errors")


def test_what_breaks_is_shown_as_text_wherever_it_comes_from():
    checks = [{"check_name": "errors_24h", "title": MARKUP, "evidence": MARKUP}]
    name = waits(escalation=make_escalation(checks=checks), subject=MARKUP, message=MARKUP)
    frappe.db.set_value("Escalation Level", "level-1", {"contract": MARKUP, "phone": MARKUP})
    frappe.db.set_value("Maintenance Task", {"title": ("is", "set")}, "instructions", MARKUP)
    text = mail_of(name)[1]
    assert "<img" not in text
    assert text.count("&lt;img") >= 5


def test_two_notifications_of_one_escalation_are_told_once_with_both_references():
    escalation = breach()
    names = [waits(escalation=escalation, subject=subject) for subject in ("Opened", "To Technical Team")]
    subject, text = mail_of(*names)
    assert subject == "To Technical Team"
    assert text.count("Acknowledge it") == 1
    assert all(f"{escalation}/{name}" in text for name in names)


def test_a_chat_is_told_in_a_few_lines_with_a_link_and_the_key():
    escalation = breach()
    name = waits(escalation=escalation, subject="Errors", message="one\n\ntwo\nthree\nfour")
    title, text = short_of(name)
    lines = text.splitlines()
    assert title == lines[0] == "Errors"
    assert lines[1].startswith("since ")
    assert lines[2:5] == ["one", "two", "three"]
    assert lines[5].endswith(f"/app/maintenance-escalation/{escalation}")
    assert lines[6] == f"ref {escalation}/{name}"


def test_what_belongs_to_no_escalation_is_told_too(webhook):
    name = waits("Target", make_target(webhook.url()), subject="Warnings of today", message="3 warnings")
    deliver()
    assert row(name).status == "Delivered"
    assert "3 warnings" in webhook.texts[0]


def test_a_subject_of_several_lines_is_one_line_in_a_mail():
    assert mail_of(waits(subject="Errors\nBcc: x@y.z"))[0] == "Errors Bcc: x@y.z"


def test_the_runbooks_steps_are_those_of_enabled_procedures_that_name_the_check():
    steps = runbook_steps(["errors_24h"])
    assert "Daily Maintenance" in {step.procedure for step in steps}
    assert all(step.task for step in steps)
    frappe.db.set_value("Maintenance Procedure", {"enabled": 1}, "enabled", 0)
    assert runbook_steps(["errors_24h"]) == []
    assert runbook_steps([]) == runbook_steps(["", None]) == []


def test_the_steps_of_an_emergency_come_first():
    procedure = frappe.get_doc("Maintenance Procedure", "Critical System Failure")
    task, box = procedure.tasks[0].title, procedure.boxes.splitlines()[0]
    procedure.append("checks", {"task": task, "check_name": "errors_24h", "box": box})
    procedure.save()
    assert runbook_steps(["errors_24h"])[0].procedure == "Critical System Failure"
