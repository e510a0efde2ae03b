"""The reports of a simulated quarter of the calendar tell on their first pages what is planted in it."""

import json

import conftest
import frappe
import pytest
import quarter_on_site
from quarter_plan import FRIDAY, OPERATOR, RETURNED, SEPA, THURSDAY, WEDNESDAY, fact

from verenigingen_maintenance import api
from verenigingen_maintenance.core.report import FAILED, MOST_FIRST
from verenigingen_maintenance.operations import report_drafts, report_sections
from verenigingen_maintenance.sources import clock

REPORT, FEWEST = "Maintenance Report", 2


@pytest.fixture(autouse=True)
def _clean(site):
    """Instead of that of all files, which would empty the site after the first test."""
    frappe.set_user("Administrator")
    yield
    frappe.db.rollback()
    frappe.local.message_log = []


@pytest.fixture(scope="module")
def plan(site):
    """The last quarter of the calendar, written once; nothing of it is left for other files."""
    frappe.set_user("Administrator")
    try:
        yield quarter_on_site.write(clock.now(), calendar=True)
    finally:
        frappe.db.rollback()
        for doctype in ("Metric Forecast", "Access Log", REPORT, "Maintenance Report Text"):
            frappe.db.delete(doctype)
        conftest._start_anew()


def first_page(kind, label):
    """The facts of a report that is drafted now."""
    now = clock.now()
    name = report_drafts.ask(kind, label, now, OPERATOR)
    frappe.db.commit()
    report_drafts.work(name, now)
    report = frappe.get_doc(REPORT, name)
    assert report.status == "Draft", (name, report.failure)
    read = json.loads(report.data)["facts"]
    assert [each for each, told in read.items() if FAILED in told] == [], name
    found = [each["text"] for each in api.get_report(name)["facts"]]
    assert FEWEST <= len(found) <= MOST_FIRST, (name, found)
    return found


def quarter(plan):
    day = plan.day(7, WEDNESDAY)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def month(plan, week):
    """The one that has at least five days of a week, or all of them."""
    return f"{plan.day(week, FRIDAY):%Y-%m}"


def tells(facts, *words):
    """The one fact that has all these words."""
    found = [text for text in facts if all(str(word) in text for word in words)]
    assert len(found) == 1, (words, facts)
    return found[0]


def test_the_quarter_tells_each_event_once_and_what_helped(plan):
    found = first_page("QUARTERLY-PERFORMANCE", quarter(plan))
    tells(
        found, f"Became worse in {plan.label(7)} (week ", "errors, 150 against", "3.0 times", "that week only"
    )
    tells(found, "Patterns of errors: new and critical", SEPA, "came back on", RETURNED)
    tells(found, "Alerts: ", "reached Level 3, External Support")
    tells(found, "Compliance: lost 6 points by", plan.day(10, WEDNESDAY), "won back by the end of the period")
    tells(found, "Missed runs: 2 of ")
    tells(found, "promised", "Missed")
    helped, hurt = fact("change that helped"), fact("change that hurt")
    tells(found, "A change helped.", helped.text, "400, then 250 ms (-38 %); kept")
    tells(found, "A change made it worse.", hurt.text, "210, then 340 MB (+62 %); rolled back")


def test_the_week_tells_its_regression_and_nothing_of_what_came_after(plan):
    found = first_page("WEEKLY-ANALYTICS", plan.label(7))
    tells(found, f"Became worse in {plan.label(7)}: errors, 150 against")
    tells(found, SEPA)
    assert not [text for text in found if "since 20" in text and "new and critical" not in text.lower()]
    assert not [text for text in found if "until the end of the period" in text]


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (4, ["Missed run"]),
        (6, ["reached Level 3, External Support"]),
        (10, ["Compliance: lost 6 points"]),
        (12, ["The compliance score won 6 points"]),
        (11, [RETURNED, "came back"]),
    ],
)
def test_other_weeks_tell_what_is_planted_in_them(plan, week, words):
    tells(
        [each.replace("Came back", "came back") for each in first_page("WEEKLY-ANALYTICS", plan.label(week))],
        *words,
    )


def test_the_month_of_a_regression_and_of_a_change_tell_them(plan):
    found = first_page("MONTHLY-PERFORMANCE", month(plan, 7))
    tells(found, f"Became worse in {plan.label(7)}", "errors, 150 against")
    found = first_page("MONTHLY-OPTIMISATION", f"{plan.day(9, WEDNESDAY):%Y-%m}")
    tells(found, "A change helped.", fact("change that helped").text)


def test_capacity_tells_the_nearest_limit_also_where_none_is_met(plan):
    found = first_page("MONTHLY-CAPACITY", month(plan, 13))
    tells(found, "The nearest limit is that of ", "% of it")


def test_security_tells_who_got_power_since_the_last_quarter(plan):
    found = first_page("QUARTERLY-SECURITY", quarter(plan))
    tells(found, f"Since the last quarter: {fact('new power').text}")
    tells(found, "Security findings that are High: Accounts with power")
    html = frappe.db.get_value(REPORT, f"QUARTERLY-SECURITY-{quarter(plan)}", "html")
    assert html.index('id="security"') < html.index('id="compliance"')
    assert f"evidence /private/files/SEC-{plan.day(12, THURSDAY)}.json (SHA-256 " in html


def test_the_plan_tells_what_is_overdue_and_what_is_planned(plan):
    found = first_page("QUARTERLY-PLAN", quarter(plan))
    tells(found, "Actions that are overdue: 1 of ", fact("overdue action").text)
    html = frappe.db.get_value(REPORT, f"QUARTERLY-PLAN-{quarter(plan)}", "html")
    assert fact("opportunity").text in html
    assert f"TRAIN-{plan.day(10, 1)} (closed)" in html


def test_the_other_deliverables_have_something_to_say_first(plan):
    for name, kind in report_sections.kinds().items():
        label = {"Weekly": plan.label(12), "Monthly": month(plan, 10), "Quarterly": quarter(plan)}
        if not frappe.db.exists(REPORT, {"kind": name}):
            first_page(name, label[kind.cadence.value])
