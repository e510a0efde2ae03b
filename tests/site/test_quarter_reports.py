"""The reports of a simulated quarter of the calendar tell on their first pages what is planted in it."""

import json
import re

import frappe
import pytest
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


def first_page(kind, label):
    """The facts of a report that is drafted now."""
    now = clock.now()
    name = report_drafts.ask(kind, label, now, OPERATOR)
    frappe.db.commit()
    report_drafts.work(name, now)
    report = frappe.get_doc(REPORT, name)
    assert report.status == "Draft", (name, report.failure)
    read = json.loads(report.data)["facts"]
    assert {each: told[FAILED] for each, told in read.items() if FAILED in told} == {}, name
    found = [each["text"] for each in api.get_report(name)["facts"]]
    assert FEWEST <= len(found) <= MOST_FIRST, (name, found)
    return found


def quarter(plan):
    day = plan.day(7, WEDNESDAY)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def month(plan, week):
    """The one that has at least five days of a week, or all of them."""
    return f"{plan.day(week, FRIDAY):%Y-%m}"


def telling(facts, *words):
    """The facts that have all these words."""
    return [text for text in facts if all(str(word) in text for word in words)]


def test_the_quarter_tells_each_event_once_and_what_helped(plan):
    found = first_page("QUARTERLY-PERFORMANCE", quarter(plan))
    assert (
        len(
            telling(
                found,
                f"Became worse in {plan.label(7)} (week ",
                "errors, 150 against a usual ",
                "that week only",
            )
        )
        == 1
    ), found
    assert len(telling(found, "Patterns of errors: new and critical", SEPA, "came back on", RETURNED)) == 1, (
        found
    )
    assert len(telling(found, "Alerts: ", "reached Level 3, External Support")) == 1, found
    (lost,) = telling(
        found, "ompliance", "won back by the end of the period", f"by {plan.day(10, WEDNESDAY)}"
    )
    points = float(re.search(r"lost ([\d.]+) points", lost)[1])
    assert points == pytest.approx(fact("compliance lost").number, abs=0.15)
    assert len(telling(found, "Missed runs: 2 of ")) == 1, found
    assert len(telling(found, "promised", "Missed")) == 1, found
    helped, hurt = fact("change that helped"), fact("change that hurt")
    assert len(telling(found, "A change helped.", helped.text, "400, then 250 ms (-38 %); kept")) == 1, found
    assert (
        len(telling(found, "A change made it worse.", hurt.text, "210, then 340 MB (+62 %); rolled back"))
        == 1
    ), found


def test_the_week_tells_its_regression_and_nothing_of_what_came_after(plan):
    found = first_page("WEEKLY-ANALYTICS", plan.label(7))
    assert len(telling(found, f"Became worse in {plan.label(7)}: errors, 150 against")) == 1, found
    assert len(telling(found, SEPA)) == 1, found
    told = " ".join(found)
    assert not [words for words in ("end of the period", "recovered", "come down", "still") if words in told]


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (4, ["Missed run"]),
        (6, ["reached Level 3, External Support"]),
        (10, ["ompliance", " lost ", " points, to "]),
        (12, ["The compliance score won ", " points, to "]),
        (11, [RETURNED, "came back"]),
    ],
)
def test_other_weeks_tell_what_is_planted_in_them(plan, week, words):
    found = first_page("WEEKLY-ANALYTICS", plan.label(week))
    assert len(telling([each.replace("Came back", "came back") for each in found], *words)) == 1, found


def test_the_month_of_a_regression_and_of_a_change_tell_them(plan):
    found = first_page("MONTHLY-PERFORMANCE", month(plan, 7))
    assert len(telling(found, f"Became worse in {plan.label(7)}", "errors, ")) == 1, found
    found = first_page("MONTHLY-OPTIMISATION", f"{plan.day(9, WEDNESDAY):%Y-%m}")
    assert len(telling(found, "A change helped.", fact("change that helped").text)) == 1, found


def test_capacity_tells_the_nearest_limit_also_where_none_is_met(plan):
    found = first_page("MONTHLY-CAPACITY", month(plan, 13))
    assert len(telling(found, "The nearest limit is that of ", "% of it")) == 1, found


def test_security_tells_who_got_power_since_the_last_quarter(plan):
    found = first_page("QUARTERLY-SECURITY", quarter(plan))
    assert len(telling(found, f"Since the last quarter: {fact('new power').text}")) == 1, found
    assert len(telling(found, "Security findings that are High: Accounts with power")) == 1, found
    html = frappe.db.get_value(REPORT, f"QUARTERLY-SECURITY-{quarter(plan)}", "html")
    assert html.index('id="security"') < html.index('id="compliance"')
    assert f"evidence /private/files/SEC-{plan.day(12, THURSDAY)}.json (SHA-256 " in html


def test_the_plan_tells_what_is_overdue_and_what_is_planned(plan):
    found = first_page("QUARTERLY-PLAN", quarter(plan))
    assert len(telling(found, "Actions that are overdue: ", f": {fact('overdue action').text}")) == 1, found
    html = frappe.db.get_value(REPORT, f"QUARTERLY-PLAN-{quarter(plan)}", "html")
    assert fact("opportunity").text in html
    assert f"TRAIN-{plan.day(10, 1)} (closed)" in html


def test_the_other_deliverables_have_something_to_say_first(plan):
    for name in set(report_sections.kinds()) - set(drafted()):
        cadence = report_sections.find(name).cadence.value
        first_page(
            name, {"Weekly": plan.label(12), "Monthly": month(plan, 10), "Quarterly": quarter(plan)}[cadence]
        )
    assert sorted(drafted()) == sorted(report_sections.kinds())


def drafted():
    """The kinds of reports of which there is a draft; what other files left may be of any state."""
    return frappe.get_all(REPORT, {"status": "Draft"}, pluck="kind", distinct=True)
