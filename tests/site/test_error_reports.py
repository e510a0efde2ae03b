"""The reports on errors: what they tell, to whom, and what they answer where a filter makes no sense."""

import html
from datetime import timedelta

import frappe
import pytest
from conftest import counted_from
from frappe.desk.form import assign_to
from frappe.desk.query_report import run

from verenigingen_maintenance.operations import ingest_errors
from verenigingen_maintenance.sources import clock

PATTERNS, HOTSPOTS = "Error Patterns", "Error Hotspots"
PAYMENT = """Traceback (most recent call last):
  File "apps/verenigingen/verenigingen/doctype/member/member.py", line 12, in pay
    provider.pay()
PaymentRefused: the provider refused
"""
OWN = """Traceback (most recent call last):
  File "apps/verenigingen_maintenance/verenigingen_maintenance/operations/measure.py", line 3, in read
    raise KeyError("value")
KeyError: 'value'
"""
COLUMNS = [
    "pattern",
    "title",
    "state",
    "severity",
    "area",
    "errors",
    "share",
    "users",
    "first_at",
    "last_at",
    "own",
]
REFUSED = "Days must be a whole number from 1 to 400: “{}” is not."


@pytest.fixture
def counted():
    """Six errors of a payment (two of them three days ago), three without a traceback, one of this app."""
    log("Payment failed", PAYMENT, 4)
    log("Payment failed", PAYMENT, 2, ago=timedelta(days=3))
    log("The mailbox is full", "The mailbox of the office is full today", 3)
    log("Measuring failed", OWN)
    ingest_errors.ingest(clock.now())


def log(title, text, times=1, ago=timedelta()):
    for _each in range(times):
        row = frappe.log_error(title, text)
        moment = clock.stored(clock.now() - ago)
        row.db_set({"creation": moment, "modified": moment}, update_modified=False)
    frappe.db.commit()


def rows_of(report, **filters):
    return run(report, filters=filters)["result"]


def test_error_patterns_has_a_row_for_each_pattern_the_most_frequent_first(counted):
    counted_from(days=30)
    found = run(PATTERNS, filters={"days": 7})

    assert [column["fieldname"] for column in found["columns"]] == COLUMNS
    rows = found["result"]
    assert [(row["errors"], row["share"], row["own"]) for row in rows] == [
        (6, 60.0, False),
        (3, 30.0, False),
        (1, 10.0, True),
    ]
    payment = rows[0]
    assert (payment["area"], payment["users"]) == ("verenigingen: Member", 1)
    assert payment["title"] == "PaymentRefused in verenigingen.doctype.member.member.pay"
    assert payment["last_at"] - payment["first_at"] > timedelta(days=2)
    assert frappe.db.get_value("Error Pattern", payment["pattern"], "title") == payment["title"]
    assert found["message"] is None
    assert [each["value"] for each in found["report_summary"]] == [10, 10, 3]


def test_the_period_is_the_days_asked_for(counted):
    assert [row["errors"] for row in rows_of(PATTERNS, days=2)] == [4, 3, 1]
    assert [row["errors"] for row in rows_of(PATTERNS, days="2")] == [4, 3, 1]
    assert [row["errors"] for row in rows_of(PATTERNS)] == [6, 3, 1]


def test_the_filters_choose_patterns_and_leave_the_total_as_it_is(counted):
    (payment, mailbox, _own) = rows_of(PATTERNS)
    frappe.db.set_value("Error Pattern", payment["pattern"], {"state": "Escalating", "severity": "Critical"})
    frappe.db.set_value("Error Pattern", mailbox["pattern"], {"severity": "Low"})

    for filters in ({"state": "Escalating"}, {"severity": "Critical"}, {"area": "MEMBER"}):
        found = run(PATTERNS, filters={"days": 7, **filters})
        assert [row["pattern"] for row in found["result"]] == [payment["pattern"]]
        assert [each["value"] for each in found["report_summary"]] == [10, 6, 1]
    assert rows_of(PATTERNS, state="Escalating", severity="Low") == []


@pytest.mark.parametrize(
    ("days", "bars", "name"),
    [(7, 8, "All Errors by Day"), (30, 31, "All Errors by Day"), (400, 14, "All Errors by Month")],
)
def test_the_chart_has_a_bar_for_each_day_week_or_month(days, bars, name, counted):
    counted_from(days=400)
    data = run(PATTERNS, filters={"days": days})["chart"]["data"]

    (dataset,) = data["datasets"]
    assert (dataset["name"], sum(dataset["values"])) == (name, 10)
    assert len(data["labels"]) == len(dataset["values"])
    assert abs(len(data["labels"]) - bars) <= (days == 400)


def test_the_chart_of_ninety_days_has_weeks_that_begin_on_mondays(counted):
    counted_from(days=400)
    data = run(PATTERNS, filters={"days": 90})["chart"]["data"]

    today = clock.stored(clock.now()).date()
    assert data["labels"][-1] == f"{today - timedelta(days=today.weekday()):%d-%m}"
    assert len(data["labels"]) in (13, 14)
    assert sum(data["datasets"][0]["values"]) == 10


def test_the_chart_begins_with_the_first_day_that_was_counted(counted):
    labels = run(PATTERNS, filters={"days": 30})["chart"]["data"]["labels"]
    first = clock.stored(clock.now() - timedelta(days=3))
    assert (labels[0], len(labels)) == (f"{first:%d-%m}", 4)


def test_error_hotspots_tells_where_errors_gather_by_kind(counted):
    found = run(HOTSPOTS, filters={"days": 7})

    spots = {(row["kind"], row["name"]): row for row in found["result"]}
    area = spots["Area", "verenigingen: Member"]
    assert (area["errors"], area["share"]) == (6, 60.0)
    assert area["most_frequent"] == "PaymentRefused in verenigingen.doctype.member.member.pay"
    assert spots["App", "verenigingen_maintenance"]["errors"] == 1
    assert spots["Type of Error", "PaymentRefused"]["errors"] == 6
    assert spots["Kind of User", "System User"]["errors"] == 10
    assert sum(row["errors"] for (kind, _name), row in spots.items() if kind == "Hour") == 10
    chart = found["chart"]["data"]
    assert (chart["labels"][0], chart["datasets"][0]["values"][0]) == ("verenigingen: Member", 6)


@pytest.mark.parametrize("kind", ["Area", "App", "Type of Error", "Kind of User", "Hour"])
def test_error_hotspots_of_one_kind(kind, counted):
    assert {row["kind"] for row in rows_of(HOTSPOTS, days=7, kind=kind)} == {kind}


def test_without_errors_the_reports_are_empty_and_say_nothing_else(site):
    counted_from(days=30)
    for report in (PATTERNS, HOTSPOTS):
        found = run(report, filters={"days": 7})
        assert (found["result"], found["message"]) == ([], None)


@pytest.mark.parametrize("report", [PATTERNS, HOTSPOTS])
def test_of_the_time_before_counting_began_nothing_is_known_and_that_is_told(report, counted):
    first = clock.stored(clock.now() - timedelta(days=3))
    message = run(report, filters={"days": 7})["message"]
    assert message.startswith(f"Errors are counted since {first:%d-%m-%Y}")
    assert message.endswith("; of the time before nothing is known.")
    assert run(report, filters={"days": 2})["message"] is None


def test_what_is_not_counted_yet_is_told(counted):
    counted_from(days=30)
    log("Later", "This one is not counted yet, it came later", ago=-timedelta(minutes=1))

    for report in (PATTERNS, HOTSPOTS):
        assert run(report)["message"] == "1 rows of Error Log are not counted yet."


@pytest.mark.parametrize("report", [PATTERNS, HOTSPOTS])
def test_days_that_make_no_sense_are_refused_in_a_sentence_and_are_no_error_themselves(report, counted):
    before = frappe.db.count("Error Log")
    for days in (0, 401, 1000, -1, 7.5, "soon", "", None, [7], "9" * 5000, "<b>7</b>"):
        found = run(report, filters={"days": days})
        assert found["message"] == REFUSED.format(html.escape(str(days)))
        assert (found["result"], found["chart"]) == ([], None), days
    assert frappe.db.count("Error Log") == before


def test_a_title_that_would_be_a_formula_is_text_in_a_spreadsheet_and_figures_stay_figures(counted):
    name = run(PATTERNS, filters={"days": 7})["result"][0]["pattern"]
    frappe.db.set_value("Error Pattern", name, "title", "=HYPERLINK(1)", update_modified=False)
    (row,) = [row for row in run(PATTERNS, filters={"days": 7})["result"] if row["pattern"] == name]
    assert row["title"] == "'=HYPERLINK(1)"
    assert (type(row["errors"]), row["severity_color"]) == (int, "red")


def test_labels_of_the_chart_are_escaped(counted):
    area = "<img src=x onerror=window.pwned=1>"
    frappe.db.set_value("Error Pattern", rows_of(PATTERNS)[0]["pattern"], "area", area)

    found = run(HOTSPOTS)

    assert found["chart"]["data"]["labels"][0] == html.escape(area)
    assert found["result"][0]["name"] == area  # the form of the column escapes it


@pytest.mark.parametrize("report", [PATTERNS, HOTSPOTS])
@pytest.mark.parametrize("role", ["manager", "operator", "auditor"])
def test_each_role_may_read_the_reports(report, role, counted):
    frappe.set_user(f"{role}@example.com")

    assert rows_of(report, days=7)


@pytest.mark.parametrize("report", [PATTERNS, HOTSPOTS])
@pytest.mark.parametrize("user", ["nobody@example.com", "member@example.com", "Guest"])
def test_nobody_else_may(report, user, counted):
    frappe.set_user(user)

    with pytest.raises(frappe.PermissionError):
        run(report, filters={"days": 7})


def test_an_operator_assigns_a_pattern_to_somebody(counted):
    (payment, *_others) = rows_of(PATTERNS)
    frappe.set_user("operator@example.com")

    task = {"doctype": "Error Pattern", "name": payment["pattern"], "assign_to": ["manager@example.com"]}
    assert [each.owner for each in assign_to.add(task)] == ["manager@example.com"]
    filters = {"reference_type": "Error Pattern", "reference_name": payment["pattern"]}
    assert frappe.get_all("ToDo", filters=filters, pluck="allocated_to") == ["manager@example.com"]
