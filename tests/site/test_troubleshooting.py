"""The guide is what people wrote of errors and escalations; what has no solution is counted."""

import frappe
import pytest
from conftest import stored

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import escalations, records
from verenigingen_maintenance.operations.escalations import Breach, Part
from verenigingen_maintenance.sources import clock, documentation
from verenigingen_maintenance.verenigingen_maintenance.report.troubleshooting_guide import (
    troubleshooting_guide as report,
)

OPERATOR = "operator@example.com"


pytestmark = pytest.mark.usefixtures("over_http")


def pattern(name, title, **values):
    moment = stored(days=1)
    fields = {"state": "Ongoing", "total": 7, "first_at": moment, "last_at": moment, **values}
    document = frappe.get_doc({"doctype": "Error Pattern", "name": name, "title": title, **fields})
    records.insert(document)
    return name


def escalation(subject, title, resolution, review=None, check="database_response"):
    part = Part(check, title, clock.now())
    name = escalations.record(Breach(subject, title, "", clock.now(), parts=(part,)))
    api.resolve(name, resolution)
    if review:
        api.close_escalation(name, "Real", review)
    return name


@pytest.fixture
def met():
    """Two error patterns and two escalations of the database, of which the later has a review."""
    frappe.set_user(OPERATOR)
    pattern("EP-1", "Bank answered <b>500</b>", notes="Ask the bank")
    pattern("EP-2", "Nobody knows")
    pattern("EP-3", "Of no interest", state="Ignored")
    pattern("EP-4", "Long ago", first_at=stored(days=60))
    first = escalation("Database", "Database was slow", "Waited")
    before = {"opened_at": stored(days=2), "closed_at": stored(days=2)}
    frappe.db.set_value("Maintenance Escalation", first, before)
    return first, escalation("Database", "Database is slow", "Added an index", "Look at slow queries first")


def test_the_guide_has_what_helped_first_with_the_steps_of_the_runbook(met):
    entries = api.troubleshooting_guide()["entries"]
    assert [bool(entry["solution"]) for entry in entries] == [True, True, False, False, False]
    (database,) = [entry for entry in entries if entry["kind"] == "Escalation"]
    assert (database["symptom"], database["times"]) == ("Database is slow", 2)
    assert database["solution"] == "Added an index\nLook at slow queries first"
    assert database["steps"][0] == "Critical System Failure: Check database connectivity"
    (bank,) = [entry for entry in entries if entry["document"] == "EP-1"]
    assert (bank["solution"], bank["times"]) == ("Ask the bank", 7)


@pytest.mark.parametrize(
    ("words", "symptoms"),
    [("INDEX slow", ["Database is slow"]), ("bank", ["Bank answered <b>500</b>"]), ("unheard of", [])],
)
def test_words_narrow_it(met, words, symptoms):
    assert [entry["symptom"] for entry in api.troubleshooting_guide(words)["entries"]] == symptoms
    columns, rows, message = report.execute({"words": words})
    assert [row["symptom"] for row in rows] == symptoms
    assert {"symptom", "solution", "steps"} <= {column["fieldname"] for column in columns}
    assert message is None


def test_what_has_no_solution_since_the_last_signed_month_is_counted_and_named(met):
    first, _second = met
    found = documentation.issues_without_solution(clock.now())
    assert found.value == 2
    assert found.evidence["error patterns"] == {"EP-2": "Nobody knows"}
    assert found.evidence["escalations"] == {first: "Database was slow"}
    document = frappe.get_doc("Error Pattern", "EP-2")
    document.update({"notes": "A known fault of the browser"}).save()
    assert documentation.issues_without_solution(clock.now()).value == 1
