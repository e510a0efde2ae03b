"""One decision on several documents: what can be done is, what cannot is told, and nothing is half done."""

import json

import frappe
import pytest
from conftest import fresh

from verenigingen_maintenance import api
from verenigingen_maintenance.core.slots import slots
from verenigingen_maintenance.operations import in_bulk, open_run, procedures
from verenigingen_maintenance.operations.settings import calendar
from verenigingen_maintenance.sources import clock

PATTERN, RUN = "Error Pattern", "Checklist Run"
WHY = "The provider was down: <b>nobody</b> could work"


@pytest.fixture
def patterns(over_http):
    """Three of them, committed."""
    for number in range(3):
        values = {"title": f"Payment {number} failed", "state": "New", "total": 5, "severity": "High"}
        frappe.get_doc({"doctype": PATTERN, "name": f"EP-{number}", **values}).db_insert()
    frappe.db.commit()
    frappe.set_user("operator@example.com")
    return [f"EP-{number}" for number in range(3)]


@pytest.fixture
def missed(procedure, at_nine, over_http):
    """Two runs that nobody opened, and one that is open."""
    day = at_nine.date()
    schedule = procedures.schedule_of(procedure)
    found = list(slots(schedule, calendar(), day, day.replace(day=27)))
    names = [open_run.record_missed(procedure, slot, clock.now()) for slot in found[:2]]
    names.append(open_run.open_for_slot(procedure, found[2], at_nine))
    frappe.db.commit()
    frappe.set_user("manager@example.com")
    return names


def states(names):
    return [fresh(PATTERN, name).state for name in names]


def comments(name):
    filters = {"reference_name": name, "comment_type": "Comment"}
    return frappe.get_all("Comment", filters, pluck="content")


def test_what_can_be_done_is_done_and_the_one_that_is_gone_is_told(patterns):
    asked = [patterns[0], "EP-none", patterns[1], patterns[0]]
    answer = api.ignore_error_patterns(json.dumps(asked), WHY, errors="10")
    assert answer["done"] == patterns[:2]
    assert answer["refused"] == [{"name": "EP-none", "reason": "There is no error pattern EP-none."}]
    frappe.db.rollback()
    assert states(patterns) == ["Ignored", "Ignored", "New"]
    assert fresh(PATTERN, patterns[1]).ignored_to_total == 15
    assert comments(patterns[1]) == ["The provider was down: &lt;b&gt;nobody&lt;/b&gt; could work"]
    assert frappe.local.message_log == [], "what was refused is in the answer, and not in a message over it"


def test_one_that_breaks_half_way_is_not_kept_and_those_before_it_are(patterns, monkeypatch):
    def break_after_writing(name):
        frappe.db.set_value(PATTERN, name, "state", "Resolved")
        if name == patterns[1]:
            raise frappe.QueryTimeoutError

    answer = in_bulk.each(patterns, break_after_writing)
    assert (answer["done"], [each["name"] for each in answer["refused"]]) == (
        [patterns[0], patterns[2]],
        [patterns[1]],
    )
    assert "is being worked on just now: try again" in answer["refused"][0]["reason"]
    frappe.db.rollback()
    assert states(patterns) == ["Resolved", "New", "Resolved"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("EP-0", "is a list of names"),
        ('{"EP-0": 1}', "is a list of names"),
        ([["EP-0"]], "is a list of names"),
        ([], "Choose 1 to 100: these are 0"),
        ([f"EP-{number}" for number in range(101)], "Choose 1 to 100: these are 101"),
    ],
)
def test_what_is_no_list_of_up_to_a_hundred_names_is_refused_whole(patterns, names, message):
    with pytest.raises(frappe.ValidationError, match=message):
        api.resolve_error_patterns(names, WHY)
    assert states(patterns) == ["New"] * 3


def test_what_each_would_refuse_is_refused_once(patterns):
    for values, message in (
        ({"note": " "}, "Say why"),
        ({"note": WHY, "until": "2020-01-01"}, "2020-01-01 is over"),
        ({"note": WHY, "errors": 0}, "1 error more"),
    ):
        with pytest.raises(frappe.ValidationError, match=message):
            api.ignore_error_patterns(patterns, **values)
    assert states(patterns) == ["New"] * 3


def test_a_manager_accepts_missed_runs_with_one_comment_and_an_open_one_stays(missed):
    answer = api.accept_missed_runs(missed, WHY)
    assert answer["done"] == missed[:2]
    assert answer["refused"] == [
        {"name": missed[2], "reason": f"{missed[2]} is Open: only a missed run is accepted."}
    ]
    accepted = fresh(RUN, missed[1])
    assert (accepted.status, accepted.closed_by, accepted.closing_comment) == (
        *("Accepted", "manager@example.com"),
        WHY,
    )
    assert fresh(RUN, missed[2]).status == "Open"


def test_escalations_thresholds_and_changes_are_decided_as_each_alone_is(over_http):
    frappe.set_user("manager@example.com")
    for door, words in (
        (lambda names: api.acknowledge_escalations(names), "no escalation"),
        (lambda names: api.dismiss_thresholds(names, WHY), "no proposal"),
        (lambda names: api.dismiss_changes(names, WHY), "no change"),
    ):
        answer = door(["none-1", "none-2"])
        assert answer["done"] == []
        assert [words in each["reason"] for each in answer["refused"]] == [True, True], answer
