"""Escalation is switched on once everybody can be reached, and off with a reason."""

import json

import frappe
import pytest
from conftest import run_bench

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import activation, applicability, mail, settings
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.operations.still_to_fill import still_to_fill

NOT_ACTIVE = "Escalation is not active: people are told of what opens, but nothing goes to the next level by"
NO_CONTACT = "a placeholder or no full address or telephone number"


@pytest.fixture
def filled_in(monkeypatch):
    """Every contact is real, and there is an account for e-mail."""
    for number in (1, 2, 3):
        contact = {"contact": f"level{number}@verenigingen.nl"}
        frappe.get_doc("Escalation Level", f"level-{number}").update(contact).save()
    person = {"full_name": "A. Bakker", "phone": "020 123 45 67", "email": "a.bakker@verenigingen.nl"}
    for name in frappe.get_all("Emergency Contact", pluck="name"):
        frappe.get_doc("Emergency Contact", name).update(person).save()
    monkeypatch.setattr(mail, "has_mail_account", lambda: True)


def refusal():
    with pytest.raises(frappe.ValidationError) as refused:
        activation.activate()
    return plain(refused.value)


def comments():
    filters = {"reference_doctype": settings.SETTINGS, "reference_name": settings.SETTINGS}
    return frappe.get_all("Comment", filters=filters, fields=["content", "owner"], order_by="creation")


def test_a_new_site_is_refused_with_the_whole_list():
    told = refusal()
    lines = told.splitlines()
    assert lines[0] == "Before escalation can be activated:"
    for line in (
        "- Escalation Level 1, Operations Team: the contact is operations@vereniging.nl, a placeholder",
        "- Escalation Level 2, Technical Team: the contact is tech-team@vereniging.nl, a placeholder",
        "- Escalation Level 3, External Support: the contact is support-vendor@company.com, a placeholder",
        "- Emergency Contact Technical Lead: name, telephone, e-mail to fill in",
        "- Emergency Contact 24/7 Support: telephone to fill in",
        "- E-mail: this site has no outgoing e-mail account",
    ):
        assert [each for each in lines if each.startswith(line)], told
    assert not activation.is_active()


def test_a_proposal_or_a_review_that_is_due_is_in_nobodys_way(filled_in):
    applicability.propose()
    assert [each for each in still_to_fill() if "decide on the proposal" in each]
    activation.activate()
    assert activation.is_active()


@pytest.mark.parametrize(
    ("doctype", "name", "values", "told"),
    [
        ("Escalation Level", "level-2", {"contact": ""}, "Level 2, Technical Team: the contact is blank"),
        *(
            (
                "Escalation Level",
                "level-3",
                {"contact": written},
                f"Support: the contact is {written}, {NO_CONTACT}",
            )
            for written in ("support", "TBD", "?")
        ),
        (
            "Emergency Contact",
            "DevOps Engineer",
            {"phone": "-"},
            "Emergency Contact DevOps Engineer: telephone to fill in",
        ),
        (
            "Emergency Contact",
            "DevOps Engineer",
            {"phone": "[Phone]"},
            "Emergency Contact DevOps Engineer: telephone to fill in",
        ),
        (
            "Escalation Level",
            "level-1",
            {"contact": "020 123 45 67", "role": "Newsletter Manager"},
            "Level 1, Operations Team: it reaches nobody: nobody has the role Newsletter Manager",
        ),
    ],
)
def test_a_single_thing_that_is_blank_is_refused_by_name(filled_in, doctype, name, values, told):
    frappe.get_doc(doctype, name).update(values).save()
    lines = refusal().splitlines()
    assert len(lines) == 2
    assert told in lines[1]


def test_a_site_without_levels_is_refused(filled_in):
    for name in frappe.get_all("Escalation Level", pluck="name"):
        frappe.delete_doc("Escalation Level", name, force=True)
    assert "Escalation Level: there is none" in refusal()


def test_what_a_refusal_quotes_is_text_in_desk(filled_in):
    frappe.db.set_value("Escalation Level", "level-1", {"title": "<img src=x onerror=y>", "contact": ""})
    with pytest.raises(frappe.ValidationError) as refused:
        activation.activate()
    assert "&lt;img src=x onerror=y&gt;" in str(refused.value)
    assert "<img" not in str(refused.value)


def test_a_manager_switches_it_on_and_off_and_the_reason_is_kept(filled_in):
    frappe.set_user("manager@example.com")
    assert api.activate_escalation() == {"escalation_active": True}
    assert activation.is_active()
    assert NOT_ACTIVE not in "\n".join(still_to_fill())
    assert api.deactivate_escalation("The <b>vendor</b> moves") == {"escalation_active": False}
    assert not activation.is_active()
    assert still_to_fill()[0].startswith(NOT_ACTIVE)
    told = [(each.content, each.owner) for each in comments()]
    assert told == [
        ("Escalation was activated.", "manager@example.com"),
        ("Escalation was switched off: The &lt;b&gt;vendor&lt;/b&gt; moves", "manager@example.com"),
    ]


def test_switching_it_on_twice_is_noted_once(filled_in):
    activation.activate()
    activation.activate()
    assert len(comments()) == 1


@pytest.mark.parametrize("reason", ["", "   ", None])
def test_it_is_not_switched_off_without_a_reason(filled_in, reason):
    activation.activate()
    with pytest.raises(frappe.ValidationError, match="Say why escalation is switched off"):
        activation.deactivate(reason)
    assert activation.is_active()


def test_what_is_not_active_is_not_switched_off():
    with pytest.raises(frappe.ValidationError, match="Escalation is not active"):
        activation.deactivate("x")


def test_it_is_switched_off_whatever_else_is_wrong_with_the_settings(filled_in):
    activation.activate()
    frappe.db.set_single_value(settings.SETTINGS, "business_day_ends", "01:00:00")
    activation.deactivate("Something is wrong")
    assert not activation.is_active()


def test_a_contact_that_becomes_blank_while_it_is_active_is_told_first(filled_in):
    activation.activate()
    assert not [each for each in still_to_fill() if each.startswith("Escalation is")]
    frappe.get_doc("Escalation Level", "level-1").update({"contact": ""}).save()
    found = still_to_fill()
    assert found[0] == (
        "Escalation is active, but not everybody can be reached: the next line is to be mended"
    )
    assert found[1] == "Escalation Level 1, Operations Team: the contact is blank"


def test_saving_the_settings_switches_nothing(filled_in):
    activation.activate()
    frappe.get_doc(settings.SETTINGS).update({"escalation_active": 0, "remind_minutes": 20}).save()
    assert activation.is_active()


def test_from_the_shell_the_refusal_is_a_list_to_read_and_success_an_answer(filled_in):
    frappe.db.commit()
    refused = run_bench("execute", "verenigingen_maintenance.api.activate_escalation")
    assert refused.stdout.startswith("Before escalation can be activated:\n- E-mail: this site has no")
    assert "<" not in refused.stdout
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    account = {"smtp_server": "127.0.0.1", "enable_outgoing": 1, "default_outgoing": 1}
    mail = {"doctype": "Email Account", "email_account_name": "Test", "email_id": "a@verenigingen.nl"}
    made = frappe.get_doc({**mail, **account, "no_smtp_authentication": 1})
    made.flags.ignore_validate = True
    made.db_insert()
    frappe.db.commit()
    try:
        done = run_bench("execute", "verenigingen_maintenance.api.activate_escalation")
        assert json.loads(done.stdout) == {"escalation_active": True}
        assert done.returncode == 0
    finally:
        made.delete(force=True)
        frappe.db.commit()
    assert activation.is_active()
