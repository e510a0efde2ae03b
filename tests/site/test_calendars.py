"""The calendars: what was done, what is due, and nothing that they do not know."""

from datetime import datetime, timedelta

import frappe
import pytest
from conftest import active_since

from verenigingen_maintenance import api
from verenigingen_maintenance.core.slots import slots
from verenigingen_maintenance.operations import calendars, open_run, procedures
from verenigingen_maintenance.operations.settings import calendar

MARKUP = "<img src=x onerror=alert(1)>"
RUN, CHANGE, DRILL = "Checklist Run", "Maintenance Change", "Recovery Drill"


@pytest.fixture
def week(procedure, at_nine):
    """Monday was missed, Tuesday's run is open; the app is active since then."""
    frappe.db.set_value("Maintenance Procedure", {"name": ("!=", procedure.name)}, "enabled", 0)
    monday = at_nine - timedelta(days=1)
    active_since(procedure, monday.replace(hour=0))
    found = list(slots(procedures.schedule_of(procedure), calendar(), monday.date(), at_nine.date()))
    open_run.record_missed(procedure, found[0], at_nine)
    run = open_run.open_for_slot(procedure, found[1], at_nine)
    frappe.db.set_value(RUN, run, "verdict", "WARNING")
    return found


def shown(doctype, now, start="2026-11-16", end="2026-11-30"):
    return calendars.events(doctype, f"{start} 00:00:00", f"{end} 00:00:00", now)


def test_a_week_has_what_was_missed_what_is_open_and_what_is_due(week, at_nine):
    found = {event["key"]: event for event in shown(RUN, at_nine)}
    assert [(each["key"][-2:], each["state"], each["color"]) for each in found.values()] == [
        *(("23", "Missed", "red"), ("24", "To do, WARNING", "orange")),
        *(("25", "Due", "gray"), ("26", "Due", "gray"), ("27", "Due", "gray")),
    ]
    missed, due = found["DAILY-2026-11-23"], found["DAILY-2026-11-25"]
    assert missed["title"] == "Daily Maintenance: Missed"
    assert (missed["doctype"], missed["name"]) == (RUN, "DAILY-2026-11-23")
    assert (due["doctype"], due["name"]) == ("Maintenance Procedure", "Daily Maintenance")
    assert due["start"].date() == datetime(2026, 11, 25).date()
    assert due["start"] < due["end"]


def test_an_open_run_is_overdue_once_its_window_is_over_and_slots_before_the_app_are_not_due(week, at_nine):
    evening = at_nine.replace(hour=23)
    words = {each["key"]: each["state"] for each in shown(RUN, evening)}
    assert words["DAILY-2026-11-24"] == "Overdue, WARNING"
    assert min(words) == "DAILY-2026-11-23", "nothing is said of the week before"


def test_a_run_outside_any_slot_is_there_when_it_was_opened_and_markup_is_text(procedure, at_nine):
    name = open_run.open_ad_hoc(procedure, at_nine, drill=True)
    frappe.db.set_value("Maintenance Procedure", procedure.name, "title", MARKUP)
    found = {event["key"]: event for event in shown(RUN, at_nine)}
    assert found[name]["title"] == "Drill: &lt;img src=x onerror=alert(1)&gt;: To do"
    assert found[name]["start"] == datetime(2026, 11, 24, 9)


def test_changes_are_planned_for_a_day_and_applied_at_a_moment(at_nine):
    for name, values in {
        "CH-1": {"status": "Approved", "due_on": "2026-11-23", "title": MARKUP},
        "CH-2": {"status": "Proposed", "due_on": "2026-11-24"},
        "CH-3": {"status": "Applied", "verdict": "Worse", "applied_at": "2026-11-20 10:00:00"},
        "CH-4": {"status": "Proposed"},
        "CH-5": {"status": "Dismissed", "due_on": "2026-11-24"},
    }.items():
        frappe.get_doc({"doctype": CHANGE, "title": name, **values, "name": name}).db_insert()
    events = shown(CHANGE, at_nine)
    found = [(each["key"], each["state"], each["color"], each["all_day"]) for each in events]
    assert found == [
        *(("CH-1", "Overdue", "red", 1), ("CH-2", "Planned", "gray", 1)),
        ("CH-3", "Applied, Worse", "red", 0),
    ]
    assert [each["is_moment"] for each in events] == [0, 0, 1], "a day is the same in every zone"
    assert events[0]["title"] == "&lt;img src=x onerror=alert(1)&gt;: Overdue"


def test_a_drill_that_runs_has_gone_on_until_now(at_nine):
    values = {"title": "Access", "status": "Running", "started_at": "2026-11-10 10:00:00"}
    frappe.get_doc({"doctype": DRILL, **values, "name": "RD-2"}).db_insert()
    (drill,) = shown(DRILL, at_nine)
    assert (drill["state"], drill["end"]) == ("Running", datetime(2026, 11, 24, 9))


def test_a_drill_is_there_while_it_lasted(at_nine):
    times = {"started_at": "2026-11-20 10:00:00", "ended_at": "2026-11-20 12:00:00"}
    values = {"title": "Restore", "status": "Signed", "verdict": "OK", **times}
    frappe.get_doc({"doctype": DRILL, **values, "name": "RD-1"}).db_insert()
    (drill,) = shown(DRILL, at_nine)
    assert (drill["title"], drill["color"]) == ("Restore: Signed, OK", "green")
    assert (drill["start"].hour, drill["end"].hour) == (10, 12)


@pytest.mark.parametrize(
    ("doctype", "start", "end", "message"),
    [
        ("User", "2026-11-01", "2026-11-30", "User has no calendar"),
        (RUN, "yesterday", "2026-11-30", "is no moment"),
        (RUN, "2026-11-30", "2026-11-01", "up to 100 days"),
        (RUN, "2026-01-01", "2026-11-30", "up to 100 days"),
    ],
)
def test_what_a_calendar_cannot_show_is_refused(over_http, doctype, start, end, message):
    frappe.set_user("auditor@example.com")
    with pytest.raises(frappe.ValidationError, match=message):
        api.calendar_events(doctype, start, end)


def test_a_procedure_whose_window_cannot_be_meant_is_told_and_hides_no_run(week, procedure, at_nine):
    procedure.db_set("window_ends", "00:00:00")
    assert [each["state"] for each in shown(RUN, at_nine)] == ["Missed", "To do, WARNING"]
    told = str(frappe.local.message_log)
    assert "When Daily Maintenance is due is not known" in told


def test_the_filters_of_a_list_are_those_of_its_calendar(week, at_nine, over_http):
    times = ("2026-11-16 00:00:00", "2026-11-30 00:00:00")
    frappe.set_user("auditor@example.com")
    filters = '[["Checklist Run", "status", "=", "Missed", false]]'
    (missed,) = api.calendar_events(RUN, *times, filters=filters)
    assert missed["state"] == "Missed", "neither what is due nor what is open"
    with pytest.raises(frappe.ValidationError, match="a list of lists"):
        api.calendar_events(RUN, *times, filters='{"status": "Missed"}')
    with pytest.raises(frappe.ValidationError, match="a list of lists"):
        api.calendar_events(RUN, *times, filters="[[")
