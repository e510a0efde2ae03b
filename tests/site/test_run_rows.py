"""One row of a run: measured again alone, beside what the run before had, and proposed as not applicable."""

import json
from datetime import timedelta

import frappe
import pytest
from conftest import items_of, make_errors

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import measure_row, measure_run, previous, run_now, sign
from verenigingen_maintenance.sources import clock


@pytest.fixture
def run():
    """Today's run over 60 errors, of which that row alone was measured."""
    make_errors(60)
    frappe.db.commit()
    name = run_now.find_or_open("daily", clock.now())
    again(name, "errors_24h")
    return name


def again(run, check):
    measure_row.measure_row(run, items_of(run)[check].name, clock.now())


def document(run):
    return frappe.get_doc("Checklist Run", run)


def test_a_row_is_measured_alone_and_what_follows_from_it_is_judged_anew(run):
    again(run, "database_response")
    before = items_of(run)
    assert (before["errors_24h"].value, before["errors_24h"].verdict) == ("60", "CRITICAL")
    make_errors(3)
    frappe.db.commit()
    again(run, "errors_24h")
    now, after = document(run), items_of(run)
    assert after["errors_24h"].value == "63"
    assert after["errors_24h"].escalation == before["errors_24h"].escalation
    assert json.loads(after["errors_24h"].earlier) == [
        {
            **{"verdict": "CRITICAL", "value": "60", "unit": "errors"},
            **{"reason": before["errors_24h"].reason or "", "done_by": "Administrator"},
            "observed_at": str(before["errors_24h"].observed_at),
        }
    ]
    assert now.measured_at is None, "the run as a whole was not measured"
    assert after["database_response"].done_at == before["database_response"].done_at
    assert (after["active_members"].verdict or "") == ""
    assert any("63 errors" in (note.text or "") for note in now.notes), "the draft follows the row"


def test_a_row_that_is_mended_lets_its_box_and_the_derived_rows_follow_and_keeps_what_it_was(run):
    again(run, "same_error_24h")
    box = next(item.box for item in document(run).items if item.check_name == "errors_24h")
    verdict = {row.box: row.verdict for row in document(run).boxes}
    assert verdict[box] == "CRITICAL"
    frappe.db.delete("Error Log")
    for table in ("Error Count", "Ingested Error", "Error Pattern", "Error Pattern Fingerprint"):
        frappe.db.delete(table)
    frappe.db.commit()
    again(run, "errors_24h")
    after = items_of(run)
    assert (after["errors_24h"].verdict, after["errors_24h"].value) == ("OK", "0")
    assert {row.box: row.verdict for row in document(run).boxes}[box] == "OK"
    assert "CRITICAL" in after["errors_24h"].earlier
    again(run, "critical_issues")
    assert after["same_error_24h"].verdict == "CRITICAL", "nobody measured that one"
    assert items_of(run)["critical_issues"].verdict == "CRITICAL"


def test_asked_twice_it_is_measured_once_and_what_a_person_wrote_stays(run, monkeypatch):
    item = items_of(run)["errors_24h"]
    saved = document(run)
    saved.items[item.idx - 1].note = "Typed meanwhile"
    saved.save()
    asked, asked_for = clock.now(), []
    real = measure_row.checks.run_spec
    monkeypatch.setattr(
        measure_row.checks, "run_spec", lambda spec: asked_for.append(spec.name) or real(spec)
    )
    for _each in range(2):
        api._measure_row_in_worker(run, item.name, asked)
    assert asked_for == ["errors_24h"]
    assert items_of(run)["errors_24h"].note == "Typed meanwhile"
    assert len(json.loads(items_of(run)["errors_24h"].earlier)) == 1


def test_a_row_is_refused_where_the_run_is_closed_over_or_nobody_measures_it(run, over_http):
    rows = document(run).items
    by_hand = next(each for each in rows if each.by_hand)
    measured = items_of(run)["errors_24h"]
    with pytest.raises(measure_run.NotToBeMeasured, match="answered by a person"):
        api.measure_row(run, by_hand.name)
    with pytest.raises(frappe.DoesNotExistError, match="has no row"):
        api.measure_row(run, "another")
    with pytest.raises(frappe.DoesNotExistError, match="no run"):
        api.measure_row("DAILY-1999-01-01", measured.name)
    for values in ({"lapses_at": "2001-01-01"}, {"status": "Signed"}):
        frappe.db.set_value("Checklist Run", run, values)
        with pytest.raises(measure_run.NotToBeMeasured, match=r"is over|only an open run"):
            api.measure_row(run, measured.name)
    frappe.set_user("auditor@example.com")
    with pytest.raises(frappe.PermissionError):
        api.measure_row(run, measured.name)


def test_the_run_before_stands_beside_each_row_with_two_queries_for_all(run, monkeypatch):
    assert previous.beside(document(run)) is None
    again(run, "active_members")
    frappe.db.set_value(
        "Checklist Run", run, {"opened_at": clock.stored(clock.now() - timedelta(days=1)), "status": "Signed"}
    )
    make_errors(5)
    frappe.db.commit()
    later = run_now.find_or_open("daily", clock.now())
    assert later != run
    again(later, "errors_24h")
    asked = []
    real = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda query, *args, **kw: asked.append(query) or real(query, *args, **kw)
    )
    found = previous.beside(document(later))
    monkeypatch.undo()
    of_rows = [query for query in asked if "tabChecklist Run Item" in str(query)]
    assert len(of_rows) == 2, "one for the document itself, one for all rows of the run before"
    rows = items_of(later)
    assert (found["run"], found["status"]) == (run, "Signed")
    errors = found["rows"][rows["errors_24h"].name]
    assert (errors["value"], errors["unit"], errors["change"]) == ("60", "errors", "Worse")
    members = found["rows"][rows["active_members"].name]
    assert (members["value"], members["verdict"], members["change"]) == ("", "UNKNOWN", ""), "never a nought"


def test_the_form_knows_what_each_row_needs_with_and_without_a_note(run):
    again(run, "active_members")
    needs = sign.needs(document(run))
    rows = items_of(run)
    by_hand = next(each for each in document(run).items if each.by_hand)
    assert needs[rows["active_members"].name][""] == {"bare": "a note on what is not known", "noted": ""}
    assert needs[rows["errors_24h"].name][""] == {"bare": "", "noted": ""}
    assert needs[by_hand.name] == {
        "": {"bare": "Done or Failed", "noted": "Done or Failed"},
        "Done": {"bare": "", "noted": ""},
        "Failed": {"bare": "a note on what failed", "noted": ""},
    }


def test_an_operator_proposes_and_a_manager_decides_or_dismisses(over_http):
    check = "errors_24h"
    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.ValidationError, match="Say why"):
        api.propose_not_applicable(check, " ")
    api.propose_not_applicable(check, "Counted elsewhere")
    proposed = frappe.get_doc("Maintenance Check", check)
    assert (proposed.proposal, proposed.proposed_by) == (
        "Not applicable: Counted elsewhere",
        "operator@example.com",
    )
    assert not proposed.not_applicable
    frappe.set_user("manager@example.com")
    api.withdraw_not_applicable(check)
    assert not frappe.get_doc("Maintenance Check", check).proposal
    api.propose_not_applicable(check, "Counted elsewhere")
    api.declare_not_applicable(check, "So it is")
    decided = frappe.get_doc("Maintenance Check", check)
    assert (decided.not_applicable, decided.proposal or "", decided.proposed_by) == (1, "", None)
    with pytest.raises(frappe.ValidationError, match="already"):
        api.propose_not_applicable(check, "Once more")
