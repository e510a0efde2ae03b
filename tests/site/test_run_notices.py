"""What is told about runs: a reminder before, overdue after, and the date of a quarterly one; each once."""

from datetime import date

import frappe
import pytest
from conftest import fresh
from escalation_on_site import NOTIFICATION

from verenigingen_maintenance.core.slots import open_slot
from verenigingen_maintenance.operations import (
    agreed_dates,
    notifications,
    open_run,
    procedures,
    reports,
    run_dates,
    run_notices,
    settings,
    tend_runs,
)
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.sources import clock

pytestmark = pytest.mark.usefixtures("present")
WEEKLY, QUARTERLY = "Weekly Maintenance", "Quarterly Maintenance"
OPERATOR, MANAGER = "operator@example.com", "manager@example.com"
JANUARY = "QUARTERLY-2027-Q1"


@pytest.fixture(autouse=True)
def _no_measuring(monkeypatch):
    """Runs are opened and told of here; measuring them has tests of its own."""
    monkeypatch.setattr(tend_runs, "measure_if_due", lambda *_: None)
    frappe.db.set_value("Maintenance Procedure", {"enabled": 1}, "active_since", "2026-09-01")
    frappe.db.set_value("Maintenance Procedure", "Daily Maintenance", "enabled", 0)
    frappe.db.commit()


def tell(name=WEEKLY):
    """As the job does, twice at each minute."""
    for _ in range(2):
        procedure = frappe.get_doc("Maintenance Procedure", name)
        run_notices.tell(procedure, settings.calendar(), clock.now())


def told(kind, channel="Desk"):
    frappe.db.commit()
    fields = ["recipient", "subject"]
    filters = {"kind": kind, "channel": channel}
    return [
        (row.recipient, row.subject) for row in frappe.get_all(NOTIFICATION, filters, fields, order_by="name")
    ]


def opened(name=WEEKLY):
    procedure = frappe.get_doc("Maintenance Procedure", name)
    slot = open_slot(procedures.schedule_of(procedure), settings.calendar(), clock.now())
    run = open_run.open_for_slot(procedure, slot, clock.now())
    frappe.db.commit()
    return run


def test_level_1_is_reminded_once_an_hour_before_the_window(present):
    present.set("2026-11-30 06:59")
    tell()
    assert told("Run Due") == []
    for minute in ("07:00", "07:05", "07:59", "08:00"):
        present.set(f"2026-11-30 {minute}")
        tell()
    assert told("Run Due") == [(OPERATOR, "WEEKLY-2026-W49 begins at 08:00")]


def test_a_run_that_nobody_signed_is_overdue_and_told_on_five_business_days_at_most(present):
    present.set("2026-11-30 08:00")
    run = opened()
    tell()
    assert told("Run Overdue") == []
    for day in ("11-30", "12-01", "12-02", "12-03", "12-04", "12-05", "12-06"):
        for hour in ("09:01", "16:00"):
            present.set(f"2026-{day} {hour}")
            tell()
    subjects = [subject for _recipient, subject in told("Run Overdue")]
    assert subjects == [f"{run} is overdue: nobody signed it"] * 5
    latest = {each["run"]: each["is_overdue"] for each in reports.describe_status(clock.now())["procedures"]}
    assert latest[run] is True
    form = fresh(RUN, run)
    form.onload()
    assert form.get("__onload").is_overdue


def test_the_date_of_january_is_announced_in_december_to_everybody_and_once(present, monkeypatch):
    monkeypatch.setattr(notifications, "_addresses", lambda users: [f"{len(users)}@vereniging.test"])
    present.set("2026-12-20 23:59")
    tell(QUARTERLY)
    assert told("Run Announced") == []
    for moment in ("2026-12-21 00:00", "2026-12-21 00:05", "2026-12-29 12:00"):
        present.set(moment)
        tell(QUARTERLY)
    subject = f"{JANUARY} is on Monday, 2027-01-04 09:00"
    everybody = sorted(told("Run Announced"))
    assert everybody == [(f"{who}@example.com", subject) for who in ("auditor", "manager", "operator")]
    assert told("Run Announced", "E-mail") == [("3@vereniging.test", subject)]
    event = frappe.get_doc("Event", JANUARY)
    assert (event.event_type, str(event.starts_on)) == ("Public", "2027-01-04 09:00:00")
    assert frappe.db.count("Event") == 1


def agree(day, reason=""):
    frappe.set_user(MANAGER)
    answer = run_dates.agree(QUARTERLY, day, reason, clock.now())
    frappe.db.commit()
    return answer


def test_an_agreed_day_moves_the_slot_its_event_and_tells_those_who_were_told(present):
    present.set("2026-12-21 09:00")
    tell(QUARTERLY)
    version = frappe.db.get_value("Maintenance Procedure", QUARTERLY, "version")
    assert agree("2027-01-12", "The board meets") == {"slot": JANUARY, "day": "2027-01-12"}
    procedure = frappe.get_doc("Maintenance Procedure", QUARTERLY)
    assert procedure.version == version, "no run is made otherwise"
    assert [(row.slot, row.day, row.agreed_by) for row in procedure.agreed_dates] == [
        (JANUARY, date(2027, 1, 12), MANAGER)
    ]
    assert len(told("Run Announced")) == 6
    assert str(frappe.db.get_value("Event", JANUARY, "starts_on")) == "2027-01-12 09:00:00"
    tend_runs.tend(_at(present, "2027-01-04 12:00"))
    assert not frappe.db.exists(RUN, JANUARY)
    tend_runs.tend(_at(present, "2027-01-12 09:00"))
    run = fresh(RUN, JANUARY)
    assert str(run.due_until) == "2027-01-12 15:00:00"
    assert run.date_note == f"{MANAGER} agreed on 2027-01-12 in place of 2027-01-04: The board meets"


def test_a_date_that_moves_back_is_told_once_more(present):
    present.set("2026-12-21 09:00")
    tell(QUARTERLY)
    for minute, day in enumerate(("2027-01-12", "2027-01-04", "2027-01-12")):
        present.set(f"2026-12-21 10:0{minute}")
        agree(day, "The board meets")
    days = sorted(subject for who, subject in told("Run Announced") if who == OPERATOR)
    first, second = "Monday, 2027-01-04", "Tuesday, 2027-01-12"
    assert days == [f"{JANUARY} is on {day} 09:00" for day in (first, first, second, second)]
    tell(QUARTERLY)
    assert len(told("Run Announced")) == 12


def test_a_date_that_is_agreed_on_while_other_runs_are_measured_is_the_one_that_counts(present, monkeypatch):
    def measure(run, *_):
        if run.startswith("MONTHLY"):
            agree("2027-01-12", "The board meets")
            frappe.set_user("Administrator")

    monkeypatch.setattr(tend_runs, "measure_if_due", measure)
    tend_runs.tend(_at(present, "2027-01-04 09:00"))
    assert frappe.db.exists(RUN, "MONTHLY-2027-01")
    assert not frappe.db.exists(RUN, JANUARY)
    assert str(frappe.db.get_value("Event", JANUARY, "starts_on")) == "2027-01-12 09:00:00"


def _at(present, text):
    frappe.set_user("Administrator")
    present.set(text)
    return clock.now()


def test_where_nobody_agreed_the_default_day_stands_and_the_run_says_so(present):
    tend_runs.tend(_at(present, "2027-01-04 09:00"))
    assert fresh(RUN, JANUARY).date_note == "Nobody agreed on a date: 2027-01-04 is the default one."


@pytest.mark.parametrize(
    ("day", "reason", "refusal"),
    [
        ("2026-12-20", "x", "is past"),
        ("2027-04-01", "x", "not in the quarter"),
        ("2027-01-09", "x", "no business day: 2027-01-11"),
        ("2027-01-01", "x", "no business day: 2027-01-04"),
        ("2027-01-05", "", "less than 14 days ahead"),
        ("2027-01-04", "x", "on 2027-01-04 already"),
        ("next week", "x", "is no date"),
        ("01-12-2027", "x", "is no date"),  # 12 January, or the first of December
        ("99999999999999999999", "x", "is no date"),
        ("", "x", "is no date"),
    ],
)
def test_a_day_that_cannot_be_agreed_on_is_refused_with_what_to_do(present, day, reason, refusal):
    present.set("2026-12-28 12:00")
    with pytest.raises(frappe.ValidationError, match=refusal):
        run_dates.agree(QUARTERLY, day, reason, clock.now())
    assert told("Run Announced") == []


def test_a_run_that_is_open_moves_with_its_date_and_a_signed_one_does_not(present):
    present.set("2027-01-04 16:00")
    run = opened(QUARTERLY)
    agree("2027-01-06", "The lead was ill")
    assert str(fresh(RUN, run).due_until) == "2027-01-06 15:00:00"
    frappe.db.set_value(RUN, run, "status", "Signed")
    with pytest.raises(frappe.ValidationError, match="not in the quarter of QUARTERLY-2027-Q2"):
        agree("2027-01-08", "x")


def test_agreed_dates_are_written_by_nobodys_hand(present):
    frappe.set_user(MANAGER)
    procedure = frappe.get_doc("Maintenance Procedure", QUARTERLY)
    procedure.append("agreed_dates", {"slot": JANUARY, "day": "2027-03-01"})
    procedure.save()
    kept = fresh("Maintenance Procedure", QUARTERLY)
    assert kept.agreed_dates == []
    assert procedures.schedule_of(kept).agreed == {}
    assert "2027-01-04" in agreed_dates.in_words(kept)
