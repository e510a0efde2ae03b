"""Not applicable: proposed by the app, declared by a manager, shown and counted, without a verdict."""

import frappe
import pytest
from conftest import fresh, items_of
from frappe.core.doctype.doctype.test_doctype import new_doctype

from verenigingen_maintenance import api, install
from verenigingen_maintenance.operations import applicability, run_now
from verenigingen_maintenance.sources import clock

DAILY = ("active_members", "members_off_usual", "monitoring_alerts")
SEPA = ("sepa_rate", "audit_completeness")
NEEDY = (*DAILY, *SEPA, "mandates_off_usual", "invoices_off_usual", "payments_off_usual")


def check(name="active_members"):
    return frappe.get_doc("Maintenance Check", name)


def run_today():
    frappe.db.commit()
    return run_now.run_now("daily", clock.now())


@pytest.fixture
def member():
    """A DocType as the app verenigingen has it, with three active members; gone afterwards."""
    fields = [{"fieldname": "status", "fieldtype": "Data", "label": "Status"}]
    doctype = new_doctype("Member", fields=fields, autoname="autoincrement")
    doctype.insert()
    for status in ("Active", "Active", "Active", "Expired"):
        frappe.get_doc({"doctype": "Member", "status": status}).insert()
    frappe.db.commit()
    yield
    frappe.delete_doc("DocType", "Member", force=True)
    frappe.db.sql_ddl("drop table if exists `tabMember`")
    frappe.db.commit()


def test_a_site_without_the_doctypes_gets_proposals_at_install_and_declares_nothing_by_itself():
    install.after_migrate()
    assert {row.name for row in applicability.proposals()} == set(NEEDY)
    assert check().proposal == "Not applicable: this site has no DocType Member"
    assert not check().not_applicable


def test_until_it_is_declared_the_row_is_unknown_and_says_why():
    item = items_of(run_today())["active_members"]
    assert (item.verdict, item.value) == ("UNKNOWN", "")
    assert item.reason == "this site has no DocType Member"


def test_a_manager_declares_with_reason_and_date_and_the_proposal_is_settled():
    install.after_migrate()
    frappe.set_user("manager@example.com")
    api.declare_not_applicable("active_members", "No members are kept here")
    declared = check()
    assert (declared.not_applicable, declared.not_applicable_by) == (1, "manager@example.com")
    assert declared.not_applicable_reason == "No members are kept here"
    assert declared.not_applicable_since
    assert not declared.proposal


def test_a_proposal_stands_until_it_is_decided_and_a_stale_form_takes_no_decision_back(monkeypatch):
    frappe.set_user("operator@example.com")
    with monkeypatch.context() as reading:
        reading.setattr(frappe.local, "lang", "nl")
        applicability.suggest("active_members", "Not kept")
    assert check().proposal == "Not applicable: Not kept", "stored in English"
    frappe.set_user("manager@example.com")
    with pytest.raises(frappe.ValidationError, match=r"operator@example\.com"):
        applicability.suggest("active_members", "Another reason")
    api.declare_not_applicable("active_members", "No members are kept here")
    with pytest.raises(frappe.ValidationError, match="decided on this proposal"):
        applicability.dismiss("active_members", "Not applicable: Not kept")
    assert check().not_applicable
    api.withdraw_not_applicable("active_members")
    assert not check().not_applicable


@pytest.mark.parametrize("reason", ["", "   ", None])
def test_without_a_reason_it_is_refused(reason):
    with pytest.raises(frappe.ValidationError, match="Say why active_members is not applicable"):
        applicability.declare("active_members", reason)


def test_nobody_ticks_it_by_hand():
    frappe.set_user("manager@example.com")
    check().update({"not_applicable": 1, "not_applicable_reason": "x"}).save()
    assert not check().not_applicable


def test_a_declared_row_is_shown_without_a_verdict_and_neither_box_nor_run_suffers():
    for name in NEEDY:
        applicability.declare(name, "Not kept here")
    run = fresh("Checklist Run", run_today())
    left_out = [item for item in run.items if item.not_applicable]
    assert {item.check_name for item in left_out} == set(DAILY)
    assert {(item.verdict or "", item.reason) for item in left_out} == {("", "Not kept here")}
    assert next(item for item in run.items if item.check_name == "critical_alerts").verdict == "OK"


def test_a_declaration_reaches_the_run_that_is_open():
    name = run_today()
    applicability.declare("active_members", "Not kept here")
    run_today()
    item = items_of(name)["active_members"]
    assert (item.not_applicable, item.verdict or "", item.reason) == (1, "", "Not kept here")


def test_a_box_of_nothing_else_is_not_applicable():
    applicability.declare("compliance_score", "Nobody asks for it")
    run = fresh("Checklist Run", run_today())
    box = next(box for box in run.boxes if box.box == "Compliance score > 90%")
    assert (box.not_applicable, box.verdict or "") == (1, "")


def test_when_the_app_comes_the_return_is_proposed_and_a_withdrawn_row_is_measured(member):
    applicability.declare("active_members", "Not kept here")
    frappe.clear_cache(doctype="Member")
    install.after_app_change("verenigingen")
    assert check().proposal == "Applicable again: this site has the DocType Member now"
    applicability.withdraw("active_members")
    item = items_of(run_today())["active_members"]
    assert (item.verdict, item.value) == ("OK", "3")


def test_half_of_the_app_answers_for_the_half_that_is_there(member):
    items = items_of(run_today())
    assert items["active_members"].value == "3"
    assert items["monitoring_alerts"].reason == "this site has no DocType System Alert"
    learning = items["members_off_usual"].reason
    assert learning.startswith("learning: 3 members; what is usual is known from 20")
