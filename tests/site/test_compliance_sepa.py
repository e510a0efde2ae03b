"""Controls on the app verenigingen: with all of its DocTypes, half of them, none, and a column missing."""

import frappe
import pytest
import sepa_doctypes as sepa
from frappe.custom.doctype.custom_field.custom_field import create_custom_field
from sepa_doctypes import BATCH, ENTRY, INVOICE, LOG, MANDATE, USAGE, batch, day, logged, mandate, used

from verenigingen_maintenance.core.compliance import Found, NotHere, Unmeasured
from verenigingen_maintenance.sources import clock, compliance_sepa, controls

NO_MANDATE = "there is no active mandate"


def asked(key):
    return controls.find(key)(clock.now())


def shares(key):
    found = asked(key)
    assert isinstance(found, Found), found
    return found.count, found.of


def why_unknown(key):
    found = asked(key)
    assert isinstance(found, Unmeasured), found
    return found.reason


@pytest.fixture(scope="class")
def doctypes(site):
    sepa.make(MANDATE, USAGE, LOG, BATCH, ENTRY, INVOICE)
    yield
    sepa.drop(MANDATE, USAGE, LOG, BATCH, ENTRY, INVOICE)


@pytest.mark.usefixtures("doctypes")
class TestWithAllDocTypes:
    def test_without_an_active_mandate_nothing_is_known_of_mandates(self):
        mandate(status="Cancelled")
        for name in ("in_audit_log", "complete", "not_lapsed", "not_expired"):
            assert why_unknown(f"sepa.mandates_{name}") == NO_MANDATE

    def test_an_active_mandate_without_an_entry_in_the_log_is_found(self):
        known, unknown = mandate(), mandate()
        mandate(status="Draft")
        logged(known)
        logged(unknown, doctype="Member")
        found = asked("sepa.mandates_in_audit_log")
        assert (found.count, found.of, found.evidence) == (1, 2, {"first": [unknown]})

    @pytest.mark.parametrize("lacks", ["iban", "mandate_id", "sign_date"])
    def test_a_mandate_that_lacks_what_it_needs_is_found(self, lacks):
        mandate()
        mandate(**{lacks: None})
        assert shares("sepa.mandates_complete") == (1, 2)

    @pytest.mark.parametrize(
        ("signed", "use", "expected"),
        [
            (35, None, 0),
            (37, None, 1),
            (60, (35, "Collected"), 0),
            (60, (37, "Collected"), 1),
            (60, (5, "Returned"), 0),
            (60, (5, "Failed"), 0),
            (60, (5, "Pending"), 1),
            (60, (5, "Cancelled"), 1),
        ],
    )
    def test_a_mandate_lapses_36_months_after_its_last_collection_or_signature(self, signed, use, expected):
        name = mandate(sign_date=day(months=signed))
        if use:
            months, status = use
            used(name, day(months=months), status)
        assert shares("sepa.mandates_not_lapsed") == (expected, 1)

    @pytest.mark.parametrize(("expires", "expected"), [(1, 1), (0, 0), (-9, 0)])
    def test_an_active_mandate_past_its_expiry_is_found(self, expires, expected):
        mandate(expiry_date=day(days=expires))
        mandate(expiry_date=None)
        assert shares("sepa.mandates_not_expired") == (expected, 2)

    def test_failed_entries_and_exceptions_of_thirty_days_are_found_with_how_many_there_are(self):
        assert why_unknown("sepa.entries_not_failed") == "SEPA Audit Log has no entry of 30 days"
        for status in ("Compliant", "Compliant", "Failed", "Exception", "Pending Review"):
            logged(status=status, ago=29)
        logged(status="Failed", ago=31)
        assert shares("sepa.entries_not_failed") == (2, 5)

    @pytest.mark.parametrize(("ago", "expected"), [(6, 0), (8, 1), (900, 1)])
    def test_an_entry_that_waits_for_its_review_for_a_week_is_found(self, ago, expected):
        logged(status="Pending Review", ago=ago)
        assert shares("sepa.entries_reviewed") == (expected, None)

    @pytest.mark.parametrize(("made", "collected", "expected"), [(3, -11, 0), (3, -10, 1), (0, -14, 0)])
    def test_without_invoices_the_notice_begins_when_the_batch_was_made(self, made, collected, expected):
        batch(made=made, collected=collected)
        assert shares("sepa.notice_given") == (expected, 1)

    @pytest.mark.parametrize(("invoices", "expected"), [((20, 12), 0), ((20, 11), 1)])
    def test_with_invoices_the_last_of_them_is_the_notice(self, invoices, expected):
        name = batch(collected=-2, invoices=invoices)
        found = asked("sepa.notice_given")
        assert (found.count, found.of) == (expected, 1)
        assert found.evidence["late"] == [name] * expected
        assert "their last invoice" in found.evidence["compared"]

    def test_a_batch_without_a_status_needs_notice_too(self):
        frappe.db.set_value(BATCH, batch(collected=0), "status", None)
        assert shares("sepa.notice_given") == (1, 1)

    def test_more_batches_than_are_looked_at_are_refused(self, monkeypatch):
        monkeypatch.setattr(compliance_sepa, "MOST_BATCHES", 1)
        batch()
        assert shares("sepa.notice_given") == (0, 1)
        batch()
        with pytest.raises(controls.TooMany, match="more than 1 rows"):
            asked("sepa.notice_given")

    def test_drafts_failed_batches_and_those_of_long_ago_need_no_notice(self):
        batch("Draft", collected=0)
        batch("Failed", collected=0)
        batch(collected=31)
        assert why_unknown("sepa.notice_given") == "there is no batch of the last 30 days or to come"

    @pytest.mark.parametrize(
        ("key", "process", "status"),
        [
            ("processes.batch_generation", "Batch Generation", "Generated"),
            ("processes.bank_submission", "Bank Submission", "Submitted"),
            ("processes.payment_processing", "Payment Processing", "Processed"),
        ],
    )
    def test_a_batch_without_the_entry_of_its_process_is_found(self, key, process, status):
        batch("Draft")
        batch(status, made=91)
        assert "there is no Direct Debit Batch of 90 days" in why_unknown(key)
        known, unknown = batch(status), batch(status)
        logged(known, BATCH, process)
        logged(unknown, BATCH, "Mandate Creation")
        assert shares(key) == (1, 2)
        assert asked(key).evidence == {"process": process, "first": [unknown]}

    def test_a_new_mandate_without_the_entry_of_its_making_is_found_an_old_one_is_not_asked(self):
        mandate(made=91)
        assert "there is no SEPA Mandate of 90 days" in why_unknown("processes.mandate_creation")
        known = mandate()
        mandate()
        logged(known)
        assert shares("processes.mandate_creation") == (1, 2)

    def test_more_rows_than_can_be_compared_are_refused_instead_of_compared_in_part(self, monkeypatch):
        monkeypatch.setattr(controls, "MOST", 2)
        for _ in range(3):
            mandate()
        with pytest.raises(controls.TooMany, match="more than 2 rows"):
            asked("sepa.mandates_in_audit_log")


def test_a_site_without_any_of_the_doctypes_has_no_sepa():
    for key in (
        *("sepa.mandates_in_audit_log", "sepa.mandates_complete", "sepa.entries_not_failed"),
        *("sepa.notice_given", "processes.mandate_creation", "processes.bank_submission"),
    ):
        found = asked(key)
        assert isinstance(found, NotHere), key
        assert found.reason.startswith("this site has no DocType ")


@pytest.fixture
def some_doctypes(site):
    """Makes DocTypes, and drops them afterwards."""
    made = []

    def make(*doctypes, without=()):
        sepa.make(*doctypes, without=without)
        made.extend(doctypes)

    yield make
    frappe.db.rollback()
    sepa.drop(*made)


def test_a_site_with_half_of_them_is_measured_in_that_half(some_doctypes):
    some_doctypes(MANDATE)
    mandate(sign_date=day(months=1))
    mandate(iban="")
    assert shares("sepa.mandates_complete") == (1, 2)
    assert shares("sepa.mandates_not_lapsed") == (0, 2)
    assert asked("sepa.mandates_in_audit_log") == NotHere("this site has no DocType SEPA Audit Log")
    assert asked("sepa.notice_given") == NotHere("this site has no DocType Direct Debit Batch")
    mandate(sign_date=day(months=40))
    assert why_unknown("sepa.mandates_not_lapsed") == (
        "1 mandates are older than 36 months, and their use is not known: "
        "this site has no DocType SEPA Mandate Usage"
    )


def test_a_missing_column_is_an_error_that_names_it_and_the_other_controls_go_on(some_doctypes):
    some_doctypes(MANDATE, without=("expiry_date",))
    mandate()
    with pytest.raises(controls.MissingColumn, match="SEPA Mandate has no field expiry_date"):
        asked("sepa.mandates_not_expired")
    assert shares("sepa.mandates_complete") == (0, 1)


def test_a_custom_field_stands_in_for_a_field_of_its_name(some_doctypes):
    some_doctypes(MANDATE, without=("sign_date",))
    field = {"fieldname": "custom_sign_date", "fieldtype": "Date", "label": "Signed"}
    create_custom_field(MANDATE, field)
    try:
        mandate(sign_date=None, custom_sign_date=day(months=1))
        mandate(sign_date=None, custom_sign_date=None)
        assert shares("sepa.mandates_complete") == (1, 2)
    finally:
        frappe.db.rollback()
        frappe.db.delete("Custom Field", {"dt": MANDATE})


@pytest.mark.parametrize(
    ("key", "doctype", "field", "kind"),
    [
        ("sepa.mandates_not_expired", MANDATE, "expiry_date", "Data"),
        ("sepa.mandates_not_lapsed", MANDATE, "sign_date", "Data"),
        ("sepa.mandates_complete", MANDATE, "status", "Int"),
        ("sepa.notice_given", BATCH, "batch_date", "Data"),
    ],
)
def test_a_custom_field_of_another_type_is_not_compared(some_doctypes, key, doctype, field, kind):
    """As text, 31-12-2020 is later than 2026-11-26; and any text is the number 0."""
    some_doctypes(doctype, without=(field,))
    custom = f"custom_{field}"
    create_custom_field(doctype, {"fieldname": custom, "fieldtype": kind, "label": "X"})
    try:
        with pytest.raises(controls.WrongColumn, match=f"the field {custom} of {doctype} is no "):
            asked(key)
    finally:
        frappe.db.delete("Custom Field", {"dt": doctype})
        frappe.db.commit()
