"""The review of alerts on a site: figures, the rows of the runs, the report, the doors, and claims beside."""

import json
from datetime import timedelta

import frappe
import pytest
from alerts_on_site import escalation
from conftest import as_json, keep_sample, run_bench
from escalation_on_site import breach, over
from frappe.core.doctype.doctype.test_doctype import new_doctype
from frappe.desk.query_report import run as run_report

from verenigingen_maintenance import api
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import alert_review, escalation_actions, run_now
from verenigingen_maintenance.sources import alert_rows, alerts, clock
from verenigingen_maintenance.sources.sampling import CLOCK

REPORT, SYSTEM_ALERT = "Escalation Review", "System Alert"
DAY = timedelta(days=1)
SOURCES = {
    "alerts_7d": alerts.of_7_days,
    "flapping_alerts_7d": alerts.flapping_of_7_days,
    "alerts_answered_late_7d": alerts.answered_late_of_7_days,
    "slow_resolutions_7d": alerts.resolved_slowly_of_7_days,
    "false_positives_7d": alerts.false_positives_of_7_days,
    "alerts_nobody_acted_on_7d": alerts.nobody_acted_on_of_7_days,
    "degradation_alerts_7d": alerts.degradation_of_7_days,
}


@pytest.fixture
def week():
    """Six alerts of a week, and beside them a drill, what did not last, and one that is open from before."""
    names = {
        "real": escalation(
            acknowledged=2, closed=32, checks=["errors_24h", "errors_60min"], subject="Errors"
        ),
        "late": escalation("Closed", acknowledged=50, closed=1500, checks=["database_response"], ups=1),
        "wrong": escalation("False Positive", acknowledged=6, closed=8, checks=["errors_24h"]),
        "itself": escalation(closed=9, cleared_by_itself=1, checks=["errors_24h"], level="level-2"),
        "flaps": escalation("Open", 6 * DAY, flaps=3, checks=["workers_alive"]),
        "unneeded": escalation(closed=3, outcome="No Action Needed", subject="Analytics component errors"),
        "before": escalation("Open", 9 * DAY),
    }
    escalation("Open", is_drill=1)
    escalation("Pending")
    frappe.db.commit()
    return names


def value(check):
    return SOURCES[check](clock.now()).value


def test_each_alert_of_the_week_is_of_one_class_with_its_times(week):
    found = alert_review.review(7, clock.now())
    kinds = ("real", "false_positive", "nobody_acted", "no_action_needed", "open")
    assert [found[kind] for kind in kinds] == [2, 1, 1, 1, 1]
    assert found["alerts"] == 6
    assert found["open_from_before"] == 1
    assert found["time_to_acknowledge"] == {"known": 3, "median": 360, "ninety": 3000, "longest": 3000}
    assert found["time_to_resolve"]["longest"] == 1500 * 60
    assert found["false_positive_share"] == 20
    by_check = {row["name"]: row for row in found["by_check"]}
    assert (by_check["errors_24h"]["alerts"], by_check["errors_24h"]["false_positive_share"]) == (3, 33.3)
    assert by_check["(no check)"]["no_action_needed"] == 1
    assert [row["name"] for row in found["by_level"]] == [
        "Level 1, Operations Team",
        "Level 2, Technical Team",
    ]
    assert [each["name"] for each in found["flapping"]] == [week["flaps"]]
    assert [each["name"] for each in found["nobody_acted_on"]] == [week["itself"]]
    assert found["missing"] == [
        "drills left out: 1",
        "alerts that name no check: 1",
    ]
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("days", ["0", "401", "-1", "x", "7.5", ""])
def test_a_number_of_days_that_makes_no_sense_is_refused(days):
    with pytest.raises(frappe.ValidationError, match="Days must be a whole number from 1 to 400"):
        alert_review.review(days, clock.now())


def test_a_time_before_the_alert_began_is_told_and_counts_for_nothing():
    escalation(acknowledged=-5, closed=-1, checks=["errors_24h"])
    found = alert_review.review(7, clock.now())
    assert found["time_to_acknowledge"]["median"] is found["time_to_resolve"]["median"] is None
    assert "alerts that end before they begin, because a clock was set back: 1" in found["missing"]


CHECKS_CUT = "only the latest {} checks of alerts are told; earlier alerts name fewer, or none"
MAY_BE_OFF = "alerts with a time in the hour that a clock set back repeats, which may be an hour off: 1"


def test_what_is_answered_after_october_set_the_clock_back_took_its_minutes_and_is_told_at_once(present):
    present.set("2026-10-25T02:50")
    name = breach()
    present.passes(minutes=15)
    escalation_actions.acknowledge(name)
    present.passes(minutes=10)
    over()
    found = alert_review.review(7, clock.now())
    assert str(clock.stored(clock.now())) == "2026-10-25 02:15:00", "its own 02:50 comes again"
    times = [found[each]["longest"] for each in ("time_to_acknowledge", "time_to_resolve")]
    assert (found["alerts"], times) == (1, [900, 1500])
    assert found["missing"] == [MAY_BE_OFF, "alerts that name no check: 1"]


def test_what_opened_when_the_hour_came_again_may_have_taken_an_hour_less_and_that_is_told(present):
    present.set("2026-10-25T02:10")
    present.passes(hours=1)
    name = breach()
    present.passes(minutes=60)
    escalation_actions.acknowledge(name)
    assert MAY_BE_OFF in alert_review.review(7, clock.now())["missing"]


@pytest.mark.parametrize("subject", ["Sampling", "Escalation clocks", "E-mail to jan@example.com"])
def test_what_is_about_no_check_is_grouped_so_and_a_check_that_is_gone_stays_one(present, subject):
    breach(subject)
    gone = escalation(ago=timedelta(minutes=5), checks=["errors_24h"])
    frappe.db.set_value("Maintenance Escalation Check", {"parent": gone}, "check_name", "was_deleted")
    present.passes(minutes=1)
    found = alert_review.review(7, clock.now())
    assert [row["name"] for row in found["by_check"]] == ["(no check)", "was_deleted"]
    assert found["missing"] == ["alerts that name no check: 1"]


@pytest.mark.parametrize(
    ("most", "told"),
    [
        (5, [CHECKS_CUT.format(5)]),
        (3, ["only the latest 3 alerts are told", CHECKS_CUT.format(3)]),
    ],
)
def test_where_not_all_is_read_that_is_told(monkeypatch, most, told):
    for _ in range(3):
        escalation(closed=5, checks=["errors_24h", "errors_60min"])
    monkeypatch.setattr(alert_rows, "MOST", most)
    missing = alert_review.review(7, clock.now())["missing"]
    assert [text for text in missing if text.startswith("only")] == told


# --- the rows of the weekly run


def test_the_rows_of_the_week_count_what_they_say(week):
    assert {check: value(check) for check in SOURCES} == {
        "alerts_7d": 6,
        "flapping_alerts_7d": 1,
        "alerts_answered_late_7d": 1,
        "slow_resolutions_7d": 2,
        "false_positives_7d": 1,
        "alerts_nobody_acted_on_7d": 1,
        "degradation_alerts_7d": 1,
    }


def test_their_evidence_has_medians_shares_and_names(week):
    now = clock.now()
    late = alerts.answered_late_of_7_days(now)
    assert late.evidence["acknowledged"] == {
        "known of": "3 of 6",
        "median": "6 min",
        "90 % within": "50 min",
        "longest": "50 min",
    }
    assert late.evidence["alerts"] == [week["late"]]
    assert late.detail == f"{week['late']} Slow"
    wrong = alerts.false_positives_of_7_days(now)
    assert wrong.evidence["by check"] == {"errors_24h": "1 of 3"}
    assert wrong.evidence["share of decided alerts (%)"] == 20
    all_ = alerts.of_7_days(now)
    assert all_.evidence["by subject"] == {"API response": 4, "Errors": 1, "Analytics component errors": 1}
    assert all_.evidence["open from before"] == 1


def test_a_quiet_week_is_nought_and_one_in_which_nothing_was_measured_is_unknown():
    escalation("Open", 8 * DAY)
    for check, source in SOURCES.items():
        found = source(clock.now())
        assert isinstance(found, Unknown), check
        assert "nothing was measured in these 7 days" in found.reason
    keep_sample(CLOCK, 1, server="host", days=6)
    assert {check: value(check) for check in SOURCES} == dict.fromkeys(SOURCES, 0)


def test_an_alert_that_names_no_check_is_judged_by_the_area_of_its_subject():
    escalation(subject="database_response")
    escalation(subject="API response")
    escalation(subject="Something else")
    assert value("degradation_alerts_7d") == 2


def test_the_weekly_run_shows_them_and_waits_for_a_person(week):
    run = frappe.get_doc("Checklist Run", run_now.run_now("weekly", clock.now()))
    items = {item.check_name: item for item in run.items if item.check_name}
    assert {items[check].verdict for check in SOURCES} == {"WARNING"}
    assert items["slow_resolutions_7d"].value == "2"
    tasks = {item.title: item for item in run.items if item.by_hand}
    for title in ("Check alert resolution times", "Identify false positive alerts", "Analyze alert patterns"):
        assert not tasks[title].result
    assert frappe.db.count("Maintenance Escalation", {"checklist_run": run.name}) == 0


# --- System Alert of verenigingen


FIELDS = {
    **{"alert_type": "Data", "severity": "Data", "message": "Small Text", "status": "Data"},
    **{"timestamp": "Datetime", "acknowledged_at": "Datetime", "resolved_at": "Datetime"},
    "resolved_by": "Data",
}


@pytest.fixture
def system_alert():
    """Makes the DocType with its fields, but for some; gone afterwards."""

    def make(*without):
        kept = {name: kind for name, kind in FIELDS.items() if name not in without}
        fields = [{"fieldname": name, "fieldtype": kind, "label": name} for name, kind in kept.items()]
        new_doctype(SYSTEM_ALERT, fields=fields, autoname="hash").insert()
        frappe.db.commit()

    yield make
    frappe.delete_doc("DocType", SYSTEM_ALERT, force=True)
    frappe.db.sql_ddl(f"drop table if exists `tab{SYSTEM_ALERT}`")
    frappe.db.commit()


def claim(ago=DAY, **values):
    """A System Alert that was made so long ago."""
    document = frappe.get_doc({"doctype": SYSTEM_ALERT, "severity": "HIGH", "status": "Active", **values})
    document.set_new_name()
    document.db_insert()
    moment = clock.stored(clock.now() - ago)
    document.db_set({"creation": moment, "modified": moment}, update_modified=False)
    return document.name


def test_system_alerts_stand_beside_as_claims_and_change_no_row_of_the_run(system_alert, week):
    system_alert()
    opened = clock.stored(clock.now() - DAY)
    claim(alert_type="Error Rate", message="Mail to jan@example.com failed", timestamp=opened)
    claim(
        severity="CRITICAL",
        status="Resolved",
        timestamp=opened,
        acknowledged_at=opened + timedelta(minutes=4),
        resolved_at=opened + timedelta(minutes=9),
        resolved_by="jan@example.com",
    )
    claim(status="Resolved")
    claim(ago=8 * DAY)
    found = alert_review.review(7, clock.now())
    assert (found["alerts"], found["claims_of_verenigingen"]) == (9, 3)
    levels = {row["name"]: row for row in found["by_level"]}
    assert (levels["System Alert, HIGH"]["open"], levels["System Alert, HIGH"]["nobody_acted"]) == (1, 1)
    critical = levels["System Alert, CRITICAL"]
    assert (critical["real"], critical["time_to_resolve"]["median"]) == (1, 540)
    assert critical["time_to_acknowledge"]["median"] == 240
    (told,) = [each for each in found["still_open"] if each["source"] == SYSTEM_ALERT]
    assert (told["title"], told["subject"]) == ("Mail to <e-mail> failed", "System Alert: Error Rate")
    assert not any("System Alert" in text for text in found["missing"])
    all_ = alerts.of_7_days(clock.now())
    assert (all_.value, all_.evidence["System Alerts of verenigingen (claims)"]) == (6, 3)


def test_fields_that_a_system_alert_does_not_have_are_not_read_and_told(system_alert):
    system_alert("alert_type", "timestamp", "acknowledged_at", "resolved_at", "resolved_by")
    claim(status="Resolved", message="x")
    found = alert_review.review(7, clock.now())
    assert (found["real"], found["time_to_resolve"]["median"]) == (1, None)
    assert found["by_subject"][0]["name"] == SYSTEM_ALERT
    gone = "alert_type, timestamp, acknowledged_at, resolved_at, resolved_by"
    assert found["missing"] == [f"the DocType System Alert has no field {gone}"]


def test_where_the_app_is_without_its_doctype_that_is_told_and_no_nought_stands_for_it(app, week):
    found = alert_review.review(7, clock.now())
    assert "no System Alert is told: this site has no DocType System Alert" in found["missing"]
    assert not [name for name in alerts.of_7_days(clock.now()).evidence if "System Alert" in name]


def test_a_system_alert_without_severity_is_none_that_could_be_told(system_alert):
    system_alert("severity")
    found = alert_review.review(7, clock.now())
    assert found["missing"] == ["no System Alert is told: the DocType System Alert has no field severity"]


# --- report, doors, shell


def rows_of(**filters):
    return {row["group"]: row for row in run_report(REPORT, filters=filters)["result"]}


def test_the_report_groups_alerts_each_way_with_minutes_and_nothing_where_nothing_is_known(week):
    by_level = rows_of(days="7")
    assert list(by_level) == ["Level 1, Operations Team", "Level 2, Technical Team"]
    assert (by_level["Level 1, Operations Team"]["alerts"], by_level["Level 2, Technical Team"]["real"]) == (
        5,
        0,
    )
    assert by_level["Level 1, Operations Team"]["acknowledge_median"] == 6
    assert by_level["Level 2, Technical Team"]["acknowledge_median"] is None
    assert by_level["Level 2, Technical Team"]["resolve_ninety"] == 9
    assert rows_of(days=7, group="Check")["Errors in 24 hours (errors_24h)"]["false_positive_share"] == 33.3
    assert "Analytics component errors" in rows_of(days=7, group="Subject")
    weeks = rows_of(days=30, group="Week")
    assert sum(row["alerts"] for row in weeks.values()) == 7
    assert all(name[:1] == "2" and name[4:6] == "-W" for name in weeks)


def test_the_report_has_bars_of_each_class_cards_and_what_is_missing(week):
    found = run_report(REPORT, filters={"days": 7, "group": "Level"})
    data = found["chart"]["data"]
    assert found["chart"]["barOptions"] == {"stacked": 1}
    assert {each["name"]: sum(each["values"]) for each in data["datasets"]} == {
        "Real": 2,
        "False Positive": 1,
        "No Action Needed": 1,
        "Nobody Acted": 1,
        "Open": 1,
    }
    assert len(data["labels"]) == 8, "today and seven days back"
    cards = {card["label"]: card["value"] for card in found["report_summary"]}
    assert cards["Noise"] == 3
    assert cards["Acknowledged, Median"] == "6 min"
    assert found["message"].startswith("open from before: 1; ")
    by_week = run_report(REPORT, filters={"days": 60, "group": "Level"})["chart"]["data"]
    assert 9 <= len(by_week["labels"]) <= 10
    assert sum(sum(each["values"]) for each in by_week["datasets"]) == 7


def test_shell_report_and_evidence_round_a_time_alike():
    escalation(acknowledged=157.8 / 60, closed=5401 / 60, checks=["errors_24h"], ups=1)
    frappe.db.commit()
    shell = run_bench("maintenance", "escalations").stdout
    assert "to acknowledge  median 2.6 min," in shell
    assert "to resolve      median 1 h 30 min," in shell
    found = run_report(REPORT, filters={"days": 7, "group": "Level"})
    assert found["result"][0]["acknowledge_median"] == 2.6
    cards = {card["label"]: card["value"] for card in found["report_summary"]}
    assert (cards["Acknowledged, Median"], cards["Resolved, Median"]) == ("2.6 min", "1 h 30 min")
    evidence = alerts.answered_late_of_7_days(clock.now()).evidence
    assert evidence["acknowledged"]["median"] == "2.6 min"


def test_a_report_without_alerts_has_no_chart_and_no_time_of_nought():
    found = run_report(REPORT, filters={"days": 7, "group": "Level"})
    assert (found["result"], found["chart"]) == ([], None)
    cards = {card["label"]: card["value"] for card in found["report_summary"]}
    assert (cards["Alerts"], cards["Resolved, Median"]) == (0, "-")


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        ({"days": "many"}, "Days must be a whole number from 1 to 400: “many” is not."),
        (
            {"days": 7, "group": "<b>"},
            "Alerts are grouped by Level, Subject, Check, Week, not by “&lt;b&gt;”.",
        ),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_above_an_empty_report(filters, why):
    found = run_report(REPORT, filters=filters)
    assert (found["result"], found["message"]) == ([], why)


@pytest.mark.parametrize("user", ["manager@example.com", "operator@example.com", "auditor@example.com"])
def test_each_role_reads_the_review_and_the_report(week, user):
    frappe.set_user(user)
    assert api.review_escalations(days="7")["alerts"] == 6
    assert len(run_report(REPORT, filters={"days": 7, "group": "Level"})["result"]) == 2


def test_in_a_shell_it_is_text_or_data_and_judges_nothing(week):
    ran = run_bench("maintenance", "escalations")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("6 alerts  (from ")
    assert "open from before: 1" in ran.stdout
    assert "to acknowledge  median 6 min, 90 % within 50 min, longest 50 min (of 3)" in ran.stdout
    ran = run_bench("maintenance", "escalations", "--days", "30", "--json")
    assert (as_json(ran)["alerts"], ran.returncode) == (7, 0)
    ran = run_bench("maintenance", "escalations", "--days", "0")
    assert (ran.returncode, "Days must be a whole number" in ran.stdout) == (3, True)
