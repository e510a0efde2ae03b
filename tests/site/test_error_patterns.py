"""Patterns: what an error is called, how severe it is, whom it meets, and who may change what."""

from datetime import timedelta

import frappe
import pytest
from conftest import count_errors, insert_errors, stored
from error_books import counted, pattern, totals
from frappe.desk.form import assign_to
from frappe.desk.form.save import savedocs
from test_ingest_errors import RAISED, SEND

from verenigingen_maintenance.operations import error_patterns
from verenigingen_maintenance.sources import clock, errors

TRACEBACK = "Traceback (most recent call last):\n"
OWN = f'{TRACEBACK}  File "apps/verenigingen_maintenance/x/tend.py", line 3, in tend\n    x()\nKeyError: 1'
WORDS = ["red", "green", "blue", "amber", "black", "white", "brown", "pink"]


def test_a_pattern_knows_since_when_how_often_and_whom():
    first, last = stored(days=3), stored(minutes=5)
    insert_errors(4, error=RAISED, creation=first, owner=lambda number: f"u{number % 2}@example.com")
    insert_errors(3, error=RAISED, creation=last, owner=lambda number: f"u{number}@example.com")
    count_errors()
    found = pattern(SEND)
    assert (found.first_at, found.last_at, found.total, found.users) == (first, last, 7, 3)
    assert (found.exception, found.app, found.area) == ("ValueError", "bank", "bank: sepa")
    assert found.place == "bank.sepa.send"
    insert_errors(1, error=RAISED, creation=first - timedelta(days=1), owner="u7@example.com")
    count_errors()
    assert pattern(SEND).users == 3, "the hours before are looked through by the job of the day"


def test_the_sample_has_no_personal_data_and_no_secret():
    text = "https://bank.example/pay?token=s3cretS3cret failed for jan@example.org, NL91 ABNA 0417 1643 00"
    (name,) = insert_errors(1, method=f"Pay: {text}", error=RAISED.format(text))
    count_errors()
    found = pattern(SEND)
    assert found.sample_of == name
    for secret in ("s3cret", "jan@", "0417", "ABNA"):
        assert secret not in found.as_json()
    assert "<e-mail>" in found.sample
    assert "line 7, in send" in found.sample


@pytest.mark.parametrize(
    ("error", "severity", "kind"),
    [
        ("IntegrityError: (1062, 'Duplicate entry')", "Critical", "Database integrity"),
        ("SEPAMandateError: gone", "Critical", "Payments and SEPA"),
        ("PermissionError: not permitted", "Critical", "Permission"),
        ("ReadTimeout: HTTPSConnectionPool timed out", "High", "Time-outs and connections"),
        ("ValidationError: Name is mandatory", "Low", "Input that was refused"),
        ("KeyError: 'x'", "Medium", ""),
    ],
)
def test_the_severity_follows_the_rules(error, severity, kind):
    traceback = RAISED.replace("bank", "club").replace("sepa", "tools").split("ValueError")[0]
    insert_errors(1, method="", error=traceback + error)
    count_errors()
    (found,) = frappe.get_all("Error Pattern", fields=["severity", "kind"])
    assert (found.severity, found.kind or "") == (severity, kind)


def test_a_traceback_that_only_passes_through_a_payment_is_no_payment():
    passing = RAISED.replace("ValueError", "KeyError").format("'x'")
    passing += "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    passing += f'{TRACEBACK}  File "apps/club/club/mail.py", line 3, in send\n    x()\nOSError: no'
    insert_errors(1, method="", error=passing)
    count_errors()
    assert pattern("OSError in club.mail.send").severity == "Medium"


def test_changed_rules_judge_the_patterns_that_are_there_anew():
    insert_errors(1, method="", error=RAISED.replace("sepa", "tools").format("the printer is on fire"))
    insert_errors(1, method="Mandate not found")
    count_errors()
    settings = frappe.get_doc("Maintenance Settings")
    settings.severity_rules = [row for row in settings.severity_rules if row.title != "Payments and SEPA"]
    settings.append("severity_rules", {"title": "Printers", "words": "printer", "severity": "High"})
    settings.save()
    assert (pattern("ValueError in bank.tools.send").severity, pattern("Mandate not found").severity) == (
        "High",
        "Medium",
    )
    assert pattern("ValueError in bank.tools.send").kind == "Printers"


def test_judging_anew_by_the_same_rules_changes_nothing():
    for module in ("payment", "timeout_of_bank", "tools"):
        insert_errors(1, method="", error=RAISED.replace("sepa", module))
        insert_errors(1, method=f"About {module} and permission denied")
    count_errors()
    before = frappe.get_all("Error Pattern", fields=["name", "severity", "kind"], order_by="name")
    error_patterns.judge_severity_anew()
    assert frappe.get_all("Error Pattern", fields=["name", "severity", "kind"], order_by="name") == before


def test_texts_that_are_alike_but_for_a_word_are_one_pattern_with_the_errors_of_all():
    for number, word in enumerate(WORDS):
        insert_errors(2, method=f"The colour {word} is not known", error="", creation=stored(hours=number))
    count_errors()
    insert_errors(5, method="The colour mauve is not known", error="")
    count_errors()
    assert (counted(), list(totals().values())) == (21, [21])
    assert errors.most_repeated(clock.now()).value == 21


def test_an_upgrade_of_the_algorithm_goes_on_with_the_patterns_that_are_there(monkeypatch):
    from verenigingen_maintenance.core import fingerprints

    insert_errors(3, error=RAISED)
    count_errors()
    before = pattern(SEND).name

    def second(title, text):
        found = fingerprints.signature(title, text)
        return found._replace(fingerprint=fingerprints.hashed("second", found.fingerprint, version=2))

    monkeypatch.setitem(fingerprints.VERSIONS, 2, second)
    insert_errors(2, error=RAISED)
    count_errors()
    found = pattern(SEND)
    assert (found.name, found.total) == (before, 5)
    assert [row.fingerprint[:2] for row in found.fingerprints] == ["1-", "2-"]


def test_an_error_of_this_app_itself_is_counted_and_shown_as_its_own():
    insert_errors(2, error=OWN)
    insert_errors(3, error=RAISED)
    count_errors()
    assert (pattern("KeyError in x.tend.tend").own, pattern(SEND).own) == (1, 0)
    reading = errors.last_24_hours(clock.now())
    assert (reading.value, reading.evidence["of these, of this app itself"]) == (5, 2)


@pytest.fixture
def found():
    insert_errors(3, error=RAISED)
    count_errors()
    return pattern(SEND)


CHANGES = {
    "title": "Nothing",
    "state": "Resolved",
    "severity": "Low",
    "kind": "x",
    "total": 0,
    "users": 0,
    "first_at": "2020-01-01 00:00:00",
    "last_at": None,
    "own": 1,
    "sample": "",
    "area": "x",
    "resolved_by": "Administrator",
    "ignored_until": "2099-01-01 00:00:00",
    "ignored_to_total": 9,
    "ceiling": 1,
    "fingerprints": [],
}


@pytest.mark.parametrize("user", ["operator@example.com", "manager@example.com", "Administrator"])
def test_by_hand_nothing_but_the_notes_is_changed(found, user):
    before = frappe.parse_json(found.as_json())
    frappe.set_user(user)
    for field, value in CHANGES.items():
        document = frappe.get_doc("Error Pattern", found.name)
        document.update({field: value, "notes": f"The bank knows of {field}"})
        document.save()
        after = frappe.parse_json(frappe.get_doc("Error Pattern", found.name).as_json())
        assert after.notes == f"The bank knows of {field}"
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        assert changed - {"modified", "modified_by", "fingerprints"} == {"notes"}
        assert [row["name"] for row in after.fingerprints] == [row.name for row in found.fingerprints]


def test_a_form_sends_times_as_text_and_its_notes_are_saved(found):
    frappe.set_user("operator@example.com")
    sent = frappe.parse_json(found.as_json())
    savedocs(frappe.as_json({**sent, "notes": "The bank knows"}), "Save")
    assert frappe.get_doc("Error Pattern", found.name).notes == "The bank knows"


def test_notes_stay_when_more_errors_come(found):
    found.update({"notes": "The bank knows"}).save()
    insert_errors(2, error=RAISED)
    count_errors()
    assert (pattern(SEND).notes, pattern(SEND).total) == ("The bank knows", 5)


@pytest.mark.parametrize("user", ["manager@example.com", "operator@example.com", "Administrator"])
def test_nobody_makes_or_deletes_a_pattern(found, user):
    frappe.set_user(user)
    refused = (frappe.ValidationError, frappe.PermissionError)
    with pytest.raises(refused):
        frappe.get_doc({"doctype": "Error Pattern", "name": "EP-forged", "title": "Forged"}).insert()
    with pytest.raises(refused):
        frappe.copy_doc(found).insert()
    with pytest.raises(refused):
        frappe.delete_doc("Error Pattern", found.name, force=True)
    assert frappe.get_all("Error Pattern", pluck="name") == [found.name]


@pytest.mark.parametrize("doctype", ["Error Count", "Ingested Error"])
def test_not_even_the_administrator_changes_a_count(found, doctype):
    document = frappe.get_doc(doctype, frappe.get_all(doctype, pluck="name")[0])
    for change in (document.save, lambda: document.delete(force=True)):
        with pytest.raises(frappe.ValidationError, match="is a record"):
            change()
    forged = frappe.get_doc({"doctype": doctype, "name": "forged"})
    with pytest.raises(frappe.ValidationError, match="is a record"):
        forged.insert()


def test_a_fingerprint_is_not_changed_apart_from_its_pattern(found):
    row = frappe.get_doc("Error Pattern Fingerprint", found.fingerprints[0].name)
    for change in (lambda: row.update({"words": "x"}).save(), lambda: row.delete(force=True)):
        with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
            change()


def test_the_auditor_reads_patterns_and_writes_none(found):
    frappe.set_user("auditor@example.com")
    document = frappe.get_doc("Error Pattern", found.name)
    document.check_permission("read")
    with pytest.raises(frappe.PermissionError):
        document.update({"notes": "x"}).save()


def test_who_has_no_role_reads_no_pattern(found):
    for user in ("nobody@example.com", "member@example.com", "Guest"):
        assert not frappe.has_permission("Error Pattern", "read", user=user)


def test_a_pattern_is_assigned_to_a_person_by_frappes_own_means(found):
    frappe.set_user("manager@example.com")
    assign_to.add({"doctype": "Error Pattern", "name": found.name, "assign_to": ["operator@example.com"]})
    frappe.set_user("operator@example.com")
    mine = {"allocated_to": "operator@example.com", "status": "Open"}
    assert frappe.get_all("ToDo", mine, pluck="reference_name") == [found.name]
    frappe.set_user("Administrator")
    insert_errors(1, error=RAISED)
    count_errors()
    assert pattern(SEND).total == 4
