import pytest

from verenigingen_maintenance.core.areas import LIBRARIES, NO_TRACEBACK, area_of
from verenigingen_maintenance.core.fingerprints import NO_FRAME
from verenigingen_maintenance.core.tracebacks import Frame


@pytest.mark.parametrize(
    ("app", "module", "area"),
    [
        ("verenigingen", "verenigingen.verenigingen.doctype.member.member", "verenigingen: Member"),
        ("verenigingen", "verenigingen.doctype.sepa_mandate.sepa_mandate", "verenigingen: Sepa Mandate"),
        ("erpnext", "erpnext.accounts.report.general_ledger.general_ledger", "erpnext: General Ledger"),
        ("frappe", "frappe.desk.page.setup_wizard.setup_wizard", "frappe: Setup Wizard"),
        ("frappe", "frappe.core.doctype.report.report", "frappe: Report"),
        ("frappe", "frappe.core.doctype.page.page", "frappe: Page"),
        ("verenigingen", "verenigingen.utils.sepa.batch", "verenigingen: utils"),
        ("verenigingen", "verenigingen.report", "verenigingen: report"),
        ("verenigingen", "verenigingen.doctype", "verenigingen: doctype"),
        ("verenigingen", "setup", "verenigingen: setup"),
        ("Server Script", "notify_members", "Server Script: notify_members"),
        ("", "requests.api", LIBRARIES),
        ("", "erpnext.doctype.item.item", LIBRARIES),
    ],
)
def test_the_area_is_the_app_and_what_people_call_that_part_of_it(app, module, area):
    assert area_of(Frame(app, module, "function")) == area


def test_without_a_traceback_the_area_is_the_doctype_of_the_log():
    assert area_of(NO_FRAME, "Member") == "Member"
    assert area_of(NO_FRAME) == area_of(NO_FRAME, "") == NO_TRACEBACK


def test_a_traceback_says_more_than_the_doctype_of_the_log():
    assert area_of(Frame("verenigingen", "verenigingen.api", "get"), "Member") == "verenigingen: api"


def test_a_server_script_keeps_its_whole_name():
    assert area_of(Frame("Server Script", "sync_v1.2_nightly", "f")) == "Server Script: sync_v1.2_nightly"
