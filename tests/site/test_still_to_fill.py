"""Contacts that are blank or placeholders are listed until somebody fills them in."""

import frappe
import pytest

from verenigingen_maintenance import install
from verenigingen_maintenance.operations.still_to_fill import still_to_fill


def test_a_new_site_lists_every_level_and_every_contact_of_the_document():
    found = "\n".join(still_to_fill())
    for level, contact in (
        ("1, Operations Team", "operations@vereniging.nl"),
        ("2, Technical Team", "tech-team@vereniging.nl"),
        ("3, External Support", "support-vendor@company.com"),
    ):
        assert f"Escalation Level {level}: the contact is {contact}, a placeholder" in found
    assert "Emergency Contact Technical Lead: name, telephone, e-mail to fill in" in found
    assert "Emergency Contact 24/7 Support: telephone to fill in" in found


def test_what_is_filled_in_is_no_longer_listed():
    frappe.get_doc("Escalation Level", "level-1").update({"contact": "ops@verenigingen.nl"}).save()
    person = {"full_name": "A. Bakker", "phone": "[Phone]", "email": "a.bakker@verenigingen.nl"}
    frappe.get_doc("Emergency Contact", "Technical Lead").update(person).save()
    found = still_to_fill()
    assert not [each for each in found if "Level 1" in each]
    assert "Emergency Contact Technical Lead: telephone to fill in" in found


def test_an_installation_says_what_is_to_fill_in(capsys):
    install.after_sync()
    assert (
        "- Emergency Contact DevOps Engineer: name, telephone, e-mail to fill in" in capsys.readouterr().out
    )


def test_a_procedure_whose_review_is_due_is_listed():
    procedure = frappe.get_doc("Maintenance Procedure", "Weekly Maintenance")
    assert procedure.next_review == frappe.utils.getdate(frappe.utils.add_months(frappe.utils.today(), 1))
    procedure.last_review = "2025-01-06"
    procedure.save()
    assert str(procedure.next_review) == "2025-02-06"
    assert "Maintenance Procedure Weekly Maintenance: its review is due" in still_to_fill()


def test_reviewing_a_procedure_is_no_new_version_of_it():
    procedure = frappe.get_doc("Maintenance Procedure", "Weekly Maintenance")
    before = procedure.version
    procedure.last_review = frappe.utils.today()
    procedure.save()
    assert procedure.version == before


@pytest.mark.parametrize("address", ["operations@vereniging.nl", "[Email]", "someone@example.com"])
def test_a_placeholder_is_recognised_wherever_it_is_entered(address):
    frappe.get_doc("Escalation Level", "level-2").update({"contact": address}).save()
    assert f"Level 2, Technical Team: the contact is {address}, a placeholder" in "\n".join(still_to_fill())


@pytest.mark.parametrize("field", ["contract", "phone"])
def test_the_last_level_has_something_to_call(field):
    missing = "Escalation Level 3, External Support: it has neither a contract nor a telephone to show"
    assert missing in still_to_fill()
    frappe.get_doc("Escalation Level", "level-3").update({field: "No. 4711"}).save()
    assert missing not in still_to_fill()
