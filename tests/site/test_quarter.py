"""On a site with a simulated quarter, what the app answers tells what is planted, and its jobs go on.

The site is written once for the files that ask for it (the fixture plan), and emptied after the last of them.
Nothing here changes it but the last test, which lets the scheduler's jobs do what they do.
"""

import time
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import frappe
import pytest
import quarter_alerts
import quarter_runs
from quarter_plan import HOTSPOT, PRESENT, RETURNED, SEPA, USUAL_ERRORS, WEEKS, fact

from verenigingen_maintenance import hooks
from verenigingen_maintenance.operations import (
    alert_review,
    error_review,
    health_tables,
    procedures,
    threshold_proposals,
)
from verenigingen_maintenance.sources import clock, compliance, error_facts, error_reviews, forecasts

REQUESTS, MOST_SECONDS = "Requests", 3
ALL = ("Error Count", "Metric Hour", "Metric Day", "Compliance Assessment", "Metric Forecast")


@pytest.fixture(autouse=True)
def _clean(site):
    """Instead of that of all files, which would empty the site after the first test."""
    frappe.set_user("Administrator")
    yield
    frappe.db.rollback()
    frappe.local.message_log = []


@pytest.fixture
def quickly():
    """What follows is answered within the time that the review of a quarter may take."""
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < MOST_SECONDS


def morning(plan, week):
    """Monday of a week, nine in the morning, when the week before is reviewed."""
    return clock.instant(plan.at(week, 0, 9))


def over(plan):
    """The morning after the last week."""
    return morning(plan, PRESENT)


def values(found, key, value):
    return {each[key]: each[value] for each in found}


def test_errors_of_a_quarter_tell_the_regression_and_what_came_back(plan, quickly):
    found = error_review.review(90, over(plan))
    weeks = Counter()
    for day, errors in found["patterns"]["daily_trends"]["daily_data"].items():
        weeks[plan.week_of(date.fromisoformat(day))] += errors
    assert weeks[7] == fact("errors").number
    assert median(weeks[week] for week in range(2, WEEKS + 1)) == pytest.approx(USUAL_ERRORS, abs=4)
    assert plan.week_of(date.fromisoformat(found["patterns"]["daily_trends"]["peak_day"])) == 7
    critical = fact("new critical pattern").number
    assert found["patterns"]["severity_distribution"]["distribution"]["critical"] == critical
    assert found["error_hotspots"]["critical_hotspots"] == [], "it was resolved in week 8"
    assert not [text for text in found["recommendations"] if "critical hotspots" in text]
    (stands_out,) = [text for text in found["insights"] if "stands out" in text]
    assert stands_out.startswith(f"Week {plan.label(7)} stands out: {fact('errors').number} errors, ")
    assert any(text.startswith("It came down: ") for text in found["insights"])
    states = {each["title"].split()[0]: each["state"] for each in found["error_patterns"]}
    assert (states[SEPA], states[RETURNED]) == ("Resolved", "Regressed")
    returned = frappe.db.get_value("Error Pattern", {"exception": RETURNED}, "regressed_at")
    assert plan.week_of(returned.date()) == fact("came back").week


def test_errors_of_a_week_and_a_month_tell_the_hotspot_and_no_regression(plan, quickly):
    for days in (7, 30):
        found = error_review.review(days, over(plan))
        assert found["error_hotspots"]["hotspots"]["functional_areas"][0]["name"] == HOTSPOT
        assert found["patterns"]["severity_distribution"]["distribution"]["critical"] == 0
    titles = [each["title"].split()[0] for each in found["error_patterns"]]
    assert RETURNED in titles
    assert SEPA not in titles


def test_the_week_after_the_regression_told_it_and_the_week_after_the_last_tells_none(plan):
    told = error_reviews.week_over_week(morning(plan, 8))
    assert told.evidence["errors of that week"] == fact("errors").number
    assert told.value > 150
    facts = error_facts.facts(7, clock.instant(plan.at(8, 0)))
    assert facts.total == fact("errors").number
    assert sum(each.errors for each in facts.patterns) == sum(facts.by_user.values()) == facts.total
    assert error_reviews.week_over_week(over(plan)).value == 0


def test_alerts_of_a_quarter_tell_noise_returns_and_the_third_level(plan, quickly):
    now = over(plan)
    found, known = alert_review.review(90, now), quarter_alerts.alerts()
    since = clock.stored(now - timedelta(days=90))
    known = [each for each in known if plan.at(each.week, each.weekday, each.hour, each.minute) >= since]
    assert (found["alerts"], found["open"]) == (len(known), 0)
    assert found["missing"] == ["drills left out: 1"]
    assert found["false_positive"] == fact("false positives").number
    assert found["answered_late"] == sum(each.ups > 0 for each in known)
    assert [(each["title"], each["flaps"]) for each in found["flapping"]] == [
        ("Cache hit rate: 47 %", fact("flapping").number)
    ]
    assert values(found["by_level"], "name", "alerts")["Level 3, External Support"] == 1
    acknowledged = found["time_to_acknowledge"]
    assert acknowledged["known"] == sum(each.acknowledged is not None for each in known)
    assert acknowledged["longest"] == 60 * max(each.acknowledged or 0 for each in known)


def test_compliance_tells_the_points_lost_and_won_and_the_gaps_between(plan, quickly):
    lost, won = fact("compliance lost"), fact("compliance won")
    at = {each: clock.instant(plan.at(each.week, 3, 23, 50)) for each in (lost, won)}
    assert compliance.points_lost(at[lost]).value == pytest.approx(lost.number, abs=0.05)
    assert compliance.points_lost(at[won]).value == pytest.approx(-won.number, abs=0.05)
    assert compliance.points_lost(clock.now()).value == 0
    quarter = compliance.points_lost_90d(clock.now())
    assert quarter.value == pytest.approx(lost.number, abs=0.05)
    assert f"(week {plan.label(lost.week)}): {lost.text} " in quarter.detail
    assert quarter.detail.endswith("; won back since")
    names = frappe.get_all("Compliance Gap", {"state": "Closed"}, pluck="name")
    assert names
    for name in names:
        gap = frappe.get_doc("Compliance Gap", name)
        assert name.startswith(lost.text)
        assert [(each.event, plan.week_of(each.happened_at.date())) for each in gap.events] == [
            ("Opened", lost.week),
            ("Closed", won.week),
        ]


def test_forecasts_tell_the_week_that_came_otherwise_and_what_grows(plan, quickly):
    sure = {week: forecasts.confidence(morning(plan, week + 1)).value for week in range(1, WEEKS + 1)}
    assert sure[7] < 60 < sure[6]
    assert min(sure[week] for week in range(1, 7)) > 60
    met = forecasts.days_to_a_limit(clock.now())
    assert met.value == pytest.approx(fact("limit to be met").number, abs=5)
    assert "by the trend of 182 days (" in met.detail
    growing = forecasts.moving_to_a_limit(clock.now())
    assert fact("limit to be met").text in growing.evidence["of them"]


def test_metrics_tell_the_slow_week_and_the_index_that_helped(plan, quickly):
    (chart,) = [
        each
        for each in health_tables.charts("365 days", REQUESTS)
        if each.title == "Response time, 95th percentile"
    ]
    weeks = {}
    for moment, value in chart.points:
        weeks.setdefault(plan.week_of(moment.date()), []).append(value)
    slow, quick = fact("api p95", 7).number, fact("api p95", 9).number
    assert median(weeks[7]) == pytest.approx(slow, rel=0.1)
    assert median(weeks[11]) == pytest.approx(quick, rel=0.1)
    (row,) = [
        each
        for each in health_tables.health("30 days", REQUESTS, over(plan))
        if each["metric"] == "traffic.p95_time"
    ]
    assert row["change"] < -25


def test_the_month_tells_its_downtime(plan):
    down = fact("downtime")
    month = frappe.get_doc("Monthly Service Level", f"{plan.at(down.week, 2):%Y-%m}")
    assert down.text in month.downtimes
    assert month.verdict == "WARNING"
    assert "down 3:00:00 h" in month.figures[0].detail


def test_each_slot_that_lapsed_has_its_run_and_two_were_missed(plan):
    runs = dict(frappe.get_all("Checklist Run", fields=["name", "status"], as_list=True, limit=0))
    slots = {each.cadence: quarter_runs.slots(plan, each) for each in procedures.scheduled()}
    assert sorted(runs) == sorted(slot.name for each in slots.values() for slot in each)
    missed = quarter_runs.missed(plan, slots["Daily"])
    assert sorted(name for name, status in runs.items() if status == "Missed") == sorted(missed)
    assert set(runs.values()) == {"Signed", "Missed"}
    assert len(missed) == fact("missed run", 4).number + fact("missed run", 11).number


def test_a_signed_run_of_the_regression_is_printed_with_what_people_noted(plan):
    day = next(day for day in plan.days(plan.day(7, 3)) if frappe.db.exists("Checklist Run", f"DAILY-{day}"))
    printed = frappe.get_print("Checklist Run", f"DAILY-{day}", "Checklist")
    assert quarter_runs.NOTES[7] in printed
    assert "errors" in printed


def test_every_job_of_the_scheduler_goes_on_from_there(plan):
    threshold_proposals.propose(over(plan))
    assert frappe.db.exists("Threshold Proposal", {"check_name": fact("threshold too strict").text})
    before = _past(plan)
    for job in jobs():
        frappe.get_attr(job)()
        frappe.db.commit()
    assert _past(plan) == before
    assert frappe.db.count("Checklist Run", {"status": "Missed"}) == 2
    assert not frappe.db.count("Error Log", {"creation": (">=", plan.now), "method": ("like", "Runs of%")})


def jobs():
    """Each once, under its first name: those that finish what a killed one left do the same."""
    events = hooks.scheduler_events
    named = [job for key, each in events.items() if key != "cron" for job in each]
    named += [job for each in events["cron"].values() for job in each]
    return [job for job in named if ".finish_" not in job]


def _past(plan):
    """What is told of the weeks that are over."""
    end = datetime.combine(plan.monday(PRESENT), datetime.min.time())
    columns = {"Error Count": ("day", "errors"), "Compliance Assessment": ("day", "open_gaps")}
    found = {}
    for doctype in ALL:
        column, value = columns.get(doctype, ("begins", "name"))
        rows = frappe.db.sql(
            f"select count(*), sum(`{value}`) from `tab{doctype}` where `{column}` < %s", end
        )
        found[doctype] = rows[0]
    return found
