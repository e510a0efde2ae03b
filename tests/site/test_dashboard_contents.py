"""What the dashboard says: of a site with nothing, of one with all, of parts that cannot be read."""

import re
from datetime import timedelta
from urllib.parse import unquote

import frappe
import pytest
from alerts_on_site import escalation
from conftest import keep_sample, make_check_critical, stored
from frappe.utils import add_days

from verenigingen_maintenance import api
from verenigingen_maintenance.core.escalation_clock import start
from verenigingen_maintenance.core.pages import read_page
from verenigingen_maintenance.operations import (
    dashboard,
    dashboard_figures,
    dashboard_page,
    dashboard_words,
    escalation_policy,
    incidents,
    run_now,
)
from verenigingen_maintenance.operations.dashboard import describe_dashboard
from verenigingen_maintenance.operations.dashboard_cards import CARDS
from verenigingen_maintenance.sources import clock

HOSTILE = "<img src=x onerror=alert(1)>"
MOST_QUERIES = 90


def opened(title, subject, minutes=5, **values):
    """An open escalation whose clock began so many minutes ago."""
    policy = escalation_policy.present()
    kept = start(policy.levels[0].name, policy, clock.now() - timedelta(minutes=minutes))
    clocked = {"policy": policy.as_json(), "clock": kept.as_json()}
    return escalation("Open", timedelta(minutes=minutes), title=title, subject=subject, **clocked, **values)


def judged_live(check, verdict, value, **ago):
    """A check as the last round of samples judged it."""
    live = {"live_verdict": verdict, "live_value": value, "live_at": stored(**ago), "live_reason": ""}
    frappe.db.set_value("Maintenance Check", check, live)


def card(described, key):
    return next(each for each in described["cards"] if each["key"] == key)


def text_of(html):
    return " ".join(re.sub("<[^>]+>", " ", html).split())


# --- what is not there


def test_a_site_with_nothing_says_of_each_part_why_and_nowhere_nought():
    described = describe_dashboard()
    assert described["failed"] == {}
    assert (described["status"], described["verdict"]) == ("not measured", "UNKNOWN")
    assert described["sentence"] == "Today's checks were not made yet, so nothing can be said."
    assert described["issues"]["count"] is None
    assert {each["value"] for each in described["cards"]} == {"not measured"}
    assert len(described["cards"]) == len(CARDS)
    for part in ("promises", "forecasts", "compliance", "patterns"):
        assert described[part]["why_none"].startswith("not measured: "), part
    assert {each["why_none"] for each in described["charts"]} == {
        "not measured: no round of samples had a value for seven days"
    }
    told = text_of(dashboard_page.render(described))
    assert not re.search(r"(?<![\w.])0(?![\w.:])", told), told


def test_a_part_that_cannot_be_read_says_so_and_the_others_are_there(monkeypatch):
    def broken(_now):
        raise RuntimeError("no <b>luck</b> with treasurer@example.org")

    monkeypatch.setattr(dashboard_figures, "by_area", broken)
    html = dashboard_page.render(describe_dashboard())
    assert "This could not be read: RuntimeError: no &lt;b&gt;luck&lt;/b&gt;" in html
    assert "treasurer@example.org" not in html
    page = read_page(html)
    assert page.section("Compliance by Area").problem == "not measured", "the probe tells of it"
    assert page.section("Open Escalations") is None
    assert "No escalation is open." in html


def test_what_the_status_rests_on_and_cannot_be_read_is_never_healthy(monkeypatch):
    def broken():
        raise frappe.db.OperationalError(1205, "Lock wait timeout exceeded")

    all_is_well()
    watched = {"seconds": 40, "is_late": False, "why": [], "problems": [], "verdict": "OK"}
    monkeypatch.setattr(dashboard.watch, "describe_watch", lambda _now: watched)
    described = describe_dashboard()
    assert (described["status"], described["verdict"]) == ("healthy", "OK")
    assert described["sentence"] == "Everything that is watched works as it should."
    monkeypatch.setattr(dashboard.work, "unresolved", broken)
    described = describe_dashboard()
    assert (described["status"], described["verdict"]) == ("unknown", "UNKNOWN")
    assert described["sentence"].startswith("Nobody can say how the system is")
    assert "Lock wait timeout exceeded" in described["failed"]["escalations"]


def all_is_well():
    """A run that was measured, and a round of samples just now: both judged everything OK."""
    run_now.run_now("daily", clock.now())
    for row in frappe.get_all("Checklist Run Item", {"check_name": ("!=", "")}, ["name", "check_name"]):
        frappe.db.set_value("Checklist Run Item", row.name, {"verdict": "OK", "reason": ""})
    frappe.db.delete("Maintenance Escalation")
    live = {"live_verdict": "OK", "live_value": "1", "live_at": stored(minutes=1), "live_reason": ""}
    frappe.db.set_value("Maintenance Check", {"live": 1}, live)


def critical_of(described):
    """The count of the summary, and what its card says."""
    return described["issues"]["count"], card(described, "critical_issues")["value"]


def test_what_samples_alone_judge_is_part_of_the_status(monkeypatch):
    watched = {"seconds": 40, "is_late": False, "why": [], "problems": [], "verdict": "OK"}
    monkeypatch.setattr(dashboard.watch, "describe_watch", lambda _now: watched)
    judged_live("disk_used", "CRITICAL", "97", minutes=1)
    described = describe_dashboard()
    assert described["sentence"] == "Something is broken, and nobody has taken it on yet: “Disk used”."
    assert critical_of(described) == (1, "1 subject"), "also before the run of the day"
    all_is_well()
    assert describe_dashboard()["verdict"] == "OK"
    judged_live("disk_used", "CRITICAL", "97", minutes=1)
    described = describe_dashboard()
    assert (described["verdict"], critical_of(described)) == ("CRITICAL", (1, "1 subject"))
    assert described["issues"]["lines"] == [{"title": "Disk used", "url": "/app/maintenance-check/disk_used"}]
    judged_live("disk_used", "OK", "40", hours=2)
    assert describe_dashboard()["sentence"] == (
        "It cannot be said that all is well, because this could not be measured: "
        "“Disk used” (no round of samples judged it lately)."
    )


def test_nobody_on_duty_is_told_as_a_gap():
    level = frappe.get_doc("Escalation Level", {"level": 1})
    begins = add_days(clock.stored(clock.now()).date(), 30)
    level.update({"rotation": [{"user": "manager@example.com"}], "rotation_from": begins}).save()
    duty = describe_dashboard()["duty"]
    assert (duty["is_gap"], duty["until"]) == (
        True,
        f"nobody is on duty, so everybody with the role {level.role}",
    )


def test_what_is_worst_comes_first_and_more_leads_to_the_rest():
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", str(stored(days=3)))
    for number, state in enumerate(("Escalating", *["New"] * 60, "Resolved")):
        pattern = {"doctype": "Error Pattern", "title": state, "state": state, "total": 1}
        times = {"first_at": stored(hours=100), "last_at": stored(hours=90 - number)}
        frappe.get_doc({**pattern, "name": f"EP-{number}", **times}).db_insert()
    for number in range(101):
        opened(f"More {number}", f"More {number}")
    described = describe_dashboard()
    patterns, work = described["patterns"], described["escalations"]
    assert (patterns["lines"][0]["state_key"], patterns["more"]) == ("Escalating", 61 - 8)
    assert unquote(patterns["url"]) == (
        '/app/error-pattern?state=["in", ["Escalating", "Regressed", "New"]]&continues_in=["is", "not set"]'
    )
    assert (len(work["lines"]), work["more"]) == (8, 93)
    assert unquote(work["url"]) == (
        '/app/maintenance-escalation?status=["in", ["Open", "Acknowledged"]]&is_drill=["!=", 1]'
    )


def test_errors_say_until_when_they_were_counted():
    run = run_now.run_now("daily", clock.now())
    row = {"parent": run, "check_name": "same_error_24h"}
    frappe.db.set_value("Checklist Run Item", row, {"value": "0", "evidence": '{"most frequent": []}'})
    frappe.db.set_value("Checklist Run Item", row, "observed_at", "2026-11-24 09:00:00")
    told = text_of(dashboard_page.render(describe_dashboard()))
    assert "None in the 24 hours until 24-11-2026 09:00." in told or "2026-11-24 09:00." in told


def test_a_statement_that_takes_too_long_is_ended_and_the_next_one_is_not(monkeypatch):
    monkeypatch.setattr(dashboard, "SECONDS", 0.2)
    monkeypatch.setattr(
        dashboard.figures, "promises", lambda _now: frappe.db.sql("select sleep(5), benchmark(1, 1)")
    )
    described = describe_dashboard()
    assert "max_statement_time" in described["failed"]["promises"]
    assert described["compliance"]["why_none"]
    assert frappe.db.sql("select @@session.max_statement_time = @@global.max_statement_time")[0][0] == 1


# --- what is there


@pytest.fixture
def busy():
    """A site with an emergency, a run that found something, an escalation each way, patterns and a change."""
    make_check_critical("errors_24h")
    run_now.run_now("daily", clock.now())
    opened(HOSTILE, "Batch", minutes=5)
    opened("Late", "Mail", minutes=5000)
    taken = opened("Taken", "Disk", minutes=30)
    frappe.db.set_value(
        "Maintenance Escalation", taken, {"status": "Acknowledged", "acknowledged_by": "operator@example.com"}
    )
    pattern = {
        "doctype": "Error Pattern",
        "title": HOSTILE,
        "state": "New",
        "severity": "High",
        "total": 1234,
    }
    frappe.get_doc(
        {**pattern, "name": "EP-1", "first_at": stored(hours=2), "last_at": stored(hours=1)}
    ).db_insert()
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", str(stored(days=3)))
    check = frappe.get_doc("Maintenance Check", "disk_used")
    check.warning = "> 61"
    check.save()
    for minutes in (90, 60, 3):
        keep_sample("host.disk_used", 40, minutes=minutes)


def test_a_site_with_all_shows_all_and_links_to_its_evidence(busy):
    described = describe_dashboard()
    html = dashboard_page.render(described)
    assert described["failed"] == {}
    assert described["status"] == "critical"
    assert card(described, "critical_alerts")["value"] == "4 escalations", (
        "as it is now, not as the run found it"
    )
    assert described["sentence"].startswith("Some things are broken, and nobody has taken them on yet: “")
    clocks = {each["title"]: each["clock"] for each in described["escalations"]["lines"]}
    assert re.fullmatch(r"2[0-9] min left, then it goes to .+", clocks[HOSTILE]), clocks
    assert " overdue: it goes to " in clocks["Late"]
    assert clocks["Taken"] == "Test has it: the clock stands still"
    (pattern,) = described["patterns"]["lines"]
    assert (pattern["state"], pattern["count"]) == ("New", "0 in 24 hours, 1,234 in all")
    assert pattern["url"] == "/app/error-pattern/EP-1"
    run = described["run"]
    assert card(described, "errors_24h")["url"] == f"/app/checklist-run/{run}?check=errors_24h"
    assert f'href="/app/checklist-run/{run}"' in html
    assert HOSTILE not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") >= 3


def test_a_change_is_marked_on_the_charts_and_told_in_words_below(busy):
    described = describe_dashboard()
    (change,) = [each for each in described["changes"]["lines"] if "disk_used" in each["text"]]
    assert "WARNING when > 80 → > 61" in change["text"]
    assert change["url"].startswith("/app/maintenance-check/")
    disk = next(each for each in described["charts"] if each["title"] == "Disk used")
    assert f"<title>{change['sign']}: Maintenance Check disk_used" in disk["svg"]
    assert "polyline" in disk["svg"]


def test_an_emergency_comes_before_all_else_with_its_clock(busy):
    values = {"title": "No <b>login</b>", "trigger": "By Hand", "procedure": "Critical System Failure"}
    name = incidents.make({**values, "severity": "Critical"}, "No login", clock.now()).name
    described = describe_dashboard()
    html = dashboard_page.render(described)
    assert described["sentence"] == "There is an emergency: “No <b>login</b>”."
    assert html.index(f"/app/maintenance-incident/{name}") < html.index("Executive Summary")
    (incident,) = described["incidents"]
    assert incident["since"].startswith("for ")
    assert re.fullmatch(r"now: .+, \d+ min left", incident["clock"]), incident


def test_a_card_shows_what_was_judged_last_with_its_age():
    run_now.run_now("daily", clock.now())
    frappe.db.set_value(
        "Checklist Run Item", {"check_name": "database_response"}, "observed_at", stored(hours=3)
    )
    judged_live("database_response", "WARNING", "1234.5", minutes=1)
    newest = card(describe_dashboard(), "database_response")
    assert (newest["value"], newest["verdict"], newest["age"]) == ("1,234.5 ms", "WARNING", "1 min ago")
    assert newest["url"] == "/app/maintenance-check/database_response"
    frappe.db.set_default("number_format", "#.###,##")
    assert card(describe_dashboard(), "database_response")["value"] == "1.234,5 ms"
    assert dashboard_words.target("< 0.5", "s") == "< 0,5 s"
    judged_live("database_response", "OK", "1", hours=2)
    assert card(describe_dashboard(), "database_response")["age"] != "2 h 0 min ago", "that is long ago"


# --- how often, and for whom


def test_what_did_not_change_is_answered_without_reading_it(busy, monkeypatch):
    frappe.set_user("auditor@example.com")
    now = clock.now()
    first = dashboard_page.answer("", now)
    assert "Executive Summary" in first["html"]
    monkeypatch.setattr(dashboard_page, "describe_dashboard", None)
    assert dashboard_page.answer(first["stamp"], now) == {
        **{key: first[key] for key in ("stamp", "as_of")},
        "unchanged": True,
    }
    stamps = {first["stamp"], dashboard_page.stamp_of(now + timedelta(minutes=1))}
    opened("Another", "Another")
    stamps.add(dashboard_page.stamp_of(now))
    keep_sample("host.load", 1, minutes=0)
    stamps.add(dashboard_page.stamp_of(now))
    assert len(stamps) == 4


def test_more_of_all_asks_the_database_no_more_often(busy, monkeypatch):
    describe_dashboard()
    few = counted(describe_dashboard, monkeypatch)
    for number in range(20):
        opened(f"More {number}", f"More {number}")
    describe_dashboard()
    many = counted(describe_dashboard, monkeypatch)
    assert many <= few <= MOST_QUERIES


def counted(action, monkeypatch):
    real, statements = frappe.db.sql, []
    with monkeypatch.context() as patched:
        patched.setattr(frappe.db, "sql", lambda *a, **k: statements.append(a[0]) or real(*a, **k))
        action()
    return len(statements)


def test_the_door_is_shut_without_a_role_and_to_the_probe(over_http):
    for user in (
        "nobody@example.com",
        "member@example.com",
        "maintenance-probe@verenigingen-maintenance.invalid",
    ):
        frappe.set_user(user)
        with pytest.raises(frappe.PermissionError):
            api.dashboard()
    frappe.set_user("auditor@example.com")
    assert api.dashboard()["unchanged"] is False


def test_a_round_of_samples_a_run_and_an_escalation_tell_open_dashboards(monkeypatch):
    told = []
    monkeypatch.setattr(frappe, "publish_realtime", lambda event=None, *_a, **k: told.append((event, k)))
    run_now.run_now("daily", clock.now())
    news = [options for event, options in told if event == "maintenance_changed"]
    assert news
    assert {each["room"] for each in news} == {"doctype:Maintenance Escalation"}
    assert all(each["after_commit"] and "message" not in each for each in news)
