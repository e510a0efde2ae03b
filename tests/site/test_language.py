"""The compiled catalogue of a real bench, and who reads what in which language."""

import os

import frappe
import pytest
from delivery_on_site import deliver, make_escalation, waits
from frappe.gettext.translate import get_catalog, get_mo_path, get_po_path
from frappe.translate import get_all_translations

from verenigingen_maintenance.core.language import read_html
from verenigingen_maintenance.operations import catalogues
from verenigingen_maintenance.operations.language import (
    CONTEXT,
    figures_within,
    in_figures,
    language_of,
    said,
    sayer,
)
from verenigingen_maintenance.operations.still_to_fill import still_to_fill

APP = catalogues.APP
OPERATOR = "operator@example.com"


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    catalogues.compile_all()


@pytest.fixture
def dutch():
    before, frappe.local.lang = frappe.local.lang, "nl"
    yield
    frappe.local.lang = before


def test_what_bench_build_did_not_compile_is_told_and_made_by_an_upgrade():
    mo, po = get_mo_path(APP, "nl"), get_po_path(APP, "nl")
    os.utime(mo, (0, 0))
    told = [each for each in still_to_fill() if each.startswith("Translations")]
    assert told == [f"Translations: nl of this version is not compiled. Run bench build --app {APP}"]
    mo.unlink()
    assert catalogues.outdated() == ["nl"]
    assert catalogues.compile_all() == []
    assert catalogues.gaps() == []
    assert mo.stat().st_mtime >= po.stat().st_mtime


def test_where_the_bench_may_not_be_written_the_installation_says_so_and_goes_on(monkeypatch):
    monkeypatch.setattr(catalogues, "outdated", lambda: ["nl"])

    def refused(*_any):
        raise PermissionError("sites/assets is read-only")

    monkeypatch.setattr(catalogues, "write_binary", refused)
    assert catalogues.compile_all() == ["nl: sites/assets is read-only"]


def test_the_compiled_form_has_every_entry_of_the_catalogue():
    there = get_all_translations("nl")
    wanted = {
        f"{message.id}:{message.context}" if message.context else message.id: message.string
        for message in get_catalog(APP, "nl")
        if message.id and message.string
    }
    assert len(wanted) > 5000
    assert {key: there.get(key) for key in wanted} == wanted


def test_a_stored_sentence_is_read_in_the_language_of_the_request(dutch):
    text = "3 of 4 areas; not measured"
    frappe.local.lang = "en"
    assert said(text) == text
    frappe.local.lang = "nl"
    assert said("not measured") == "niet gemeten"
    assert said("CRITICAL") == "KRITIEK"
    assert said("Disk used: 80.25 %").endswith("80,25 %" if _comma() else "80.25 %")
    assert said("what somebody wrote") == "what somebody wrote"
    assert said(None) == ""


def _comma():
    return (frappe.db.get_default("number_format") or "").endswith(",##")


def test_a_translation_of_the_site_counts_more_and_is_seen_at_once(dutch):
    fields = {"language": "nl", "source_text": "not measured", "translated_text": "nog niet gemeten"}
    frappe.get_doc({"doctype": "Translation", "context": CONTEXT.removeprefix(":"), **fields}).insert()
    frappe.local.maintenance_phrases = {}  # as in the next request
    assert said("Disk: not measured").endswith("nog niet gemeten")


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [
        ("#.###", ["1.234,5", "0,003", "-0,5", "12"]),
        ("#,###", ["1,234.5", "0.003", "-0.5", "12"]),
        ("#.###,##", ["1.234,5", "0,003", "-0,5", "12"]),
    ],
)
def test_a_measured_value_keeps_its_decimals_in_every_number_format(number_format, expected):
    frappe.db.set_default("number_format", number_format)
    assert list(map(in_figures, (1234.5, 0.003, -0.5, 12.0))) == expected
    assert figures_within("< 99.5") == f"< {in_figures(99.5)}"


def test_each_is_told_in_their_own_language():
    frappe.db.set_value("User", OPERATOR, "language", "nl")
    assert language_of(OPERATOR) == "nl"
    waits("Desk", OPERATOR, make_escalation(), subject="Errors in 60 minutes", message="not measured")
    waits(
        "Desk",
        "manager@example.com",
        make_escalation(),
        subject="Errors in 60 minutes",
        message="not measured",
    )
    deliver()
    found = {
        row.for_user: row.email_content
        for row in frappe.get_all("Notification Log", fields=["for_user", "email_content"])
    }
    assert "niet gemeten" in found[OPERATOR]
    assert "not measured" in found["manager@example.com"]


def test_a_report_is_read_aloud_but_not_what_a_person_wrote_into_it():
    remark, code = '<div class="remark">Not measured</div>', "<pre>not measured</pre>"
    read = read_html(f"<h2>1. Not measured</h2>{remark}<p>mine &lt;b&gt;</p>{code}", sayer("nl"))
    assert read.count("iet gemeten") == 1
    assert remark in read
    assert code in read
    assert "&lt;b&gt;" in read
