"""What the workspace shows: figures that never make 0 of what is not known, charts with gaps, links that lead
somewhere, set-up that is measured, and documents that an administrator may change."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlsplit

import frappe
import pytest
from conftest import stored
from frappe.utils import format_datetime
from frappe.utils.dashboard import make_records_in_module

from verenigingen_maintenance import api, install
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.operations import (
    activation,
    heartbeat,
    mail,
    restore_begin,
    setup_measures,
    site_setup,
    watch,
    workspace_charts,
    workspace_guide,
)
from verenigingen_maintenance.operations.checks import LIVE
from verenigingen_maintenance.operations.workspace_figures import FIGURES, shown
from verenigingen_maintenance.sources import clock, monitor, trends
from verenigingen_maintenance.www import maintenance_today

CARD = "Maintenance Open Escalations"
HOSTILE = "<img src=x onerror=alert(1)>"
pytestmark = pytest.mark.usefixtures("over_http")


def figure(name):
    frappe.db.value_cache.clear()
    return shown(name, clock.now())


def escalated(subject, opened_at, status="Closed"):
    values = {"title": "x", "subject": subject, "opened_at": opened_at, "status": status}
    frappe.get_doc({"doctype": "Maintenance Escalation", "level": "level-1", **values}).db_insert()


def rolled_up(day, median):
    values = {"metric": trends.DATABASE, "begins": day, "median": median, "samples": 1}
    frappe.get_doc({"doctype": "Metric Day", "name": round(median), **values}).db_insert()


def watched(monkeypatch, is_so=True):
    monkeypatch.setattr(watch, "is_watching", lambda _now: is_so)


# --- figures


def test_on_a_site_where_nothing_was_measured_no_figure_is_nought():
    assert set(FIGURES) == {
        json.loads(each)["figure"]
        for each in frappe.get_all("Number Card", {"name": ("like", "Maintenance %")}, pluck="filters_json")
    }
    unknown = [name for name in FIGURES if ">not known</a>" in figure(name)]
    assert unknown == [name for name in FIGURES if name != "todays_run"]
    assert ">No run</a>" in figure("todays_run")


def test_counts_are_known_while_samples_come_and_at_least_so_many_when_they_stop(monkeypatch):
    watched(monkeypatch)
    assert ">0</a>" in figure("open_escalations")
    assert "Nothing is escalated." in figure("open_escalations")
    for number in (1, 2):
        escalated(f"s{number}", clock.stored(clock.now()), "Open")
    assert ">2</a>" in figure("open_escalations")
    watched(monkeypatch, False)
    assert ">2 or more</a>" in figure("open_escalations")
    assert "No samples come" in figure("open_escalations")


def test_what_a_live_check_does_not_know_may_be_critical_too(monkeypatch):
    watched(monkeypatch)
    frappe.db.set_value("Maintenance Check", LIVE, "live_verdict", "OK")
    assert ">0</a>" in figure("critical_checks")
    frappe.db.set_value("Maintenance Check", "errors_24h", {"live": 1, "live_verdict": "UNKNOWN"})
    assert ">not known</a>" in figure("critical_checks")
    assert "Not known of 1 live checks" in figure("critical_checks")
    frappe.db.set_value("Maintenance Check", "disk_used", {"live": 1, "live_verdict": None})
    assert "Not known of 2 live checks" in figure("critical_checks"), "nor of one that was never judged"
    frappe.db.set_value("Maintenance Check", "errors_60min", {"live": 1, "live_verdict": "CRITICAL"})
    assert ">1 or more</a>" in figure("critical_checks")


def test_a_title_full_of_html_is_shown_as_text(monkeypatch):
    watched(monkeypatch)
    frappe.db.set_value("Maintenance Check", LIVE, "live_verdict", "OK")
    values = {"live": 1, "live_verdict": "CRITICAL", "title": HOSTILE, "not_applicable": 0}
    frappe.db.set_value("Maintenance Check", "errors_24h", values)
    assert ">1</a>" in figure("critical_checks")
    assert "&lt;img src=x" in figure("critical_checks")
    assert "<img" not in figure("critical_checks")


def test_the_card_of_todays_run_leads_to_it_and_says_how_much_waits(monkeypatch, procedure):
    run = frappe.get_doc({"doctype": "Checklist Run", "procedure": procedure.name, "status": "Open"})
    today = clock.stored(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0)
    run.update({"name": f"DAILY-{today:%Y-%m-%d}", "slot": f"DAILY-{today:%Y-%m-%d}", "due_from": today})
    run.append("items", {"title": "Look", "by_hand": 1})
    run.flags.name_set = True
    run.db_insert()
    run.items[0].update({"parent": run.name, "parenttype": run.doctype, "parentfield": "items"})
    run.items[0].db_insert()
    assert "was not measured yet" in figure("todays_run")
    frappe.db.set_value("Checklist Run", run.name, "measured_at", today)
    assert f'href="/app/checklist-run/{run.name}">1</a>' in figure("todays_run")
    frappe.db.set_value("Checklist Run Item", run.items[0].name, "result", "Done")
    assert ">Ready</a>" in figure("todays_run")
    assert leads_to("operator@example.com") == f"/app/checklist-run/{run.name}"


def test_compliance_says_when_it_was_assessed_and_is_not_known_when_that_is_long_ago():
    values = {"day": stored(hours=2).date(), "score": "80.5", "measured": "12 of 12"}
    assessed = frappe.get_doc({"doctype": "Compliance Assessment", "name": "CA-1", **values})
    assessed.update({"assessed_at": stored(hours=2)}).db_insert()
    assert ">80.5 %</a>" in figure("compliance_score")
    assert f"Assessed at {format_datetime(stored(hours=2))[:-3]}" in figure("compliance_score")
    frappe.db.set_value("Compliance Assessment", "CA-1", "assessed_at", stored(hours=7))
    assert ">not known</a>" in figure("compliance_score")
    assert "not assessed since" in figure("compliance_score")


def leads_to(user):
    frappe.set_user(user)
    with pytest.raises(frappe.Redirect) as redirected:
        maintenance_today.get_context(frappe._dict())
    assert redirected.value.http_status_code == 302, "a browser would keep it for tomorrow"
    return frappe.local.flags.redirect_location


def test_without_a_run_today_the_address_leads_to_the_open_ones_and_a_guest_logs_in_first():
    assert leads_to("auditor@example.com") == "/app/checklist-run?status=Open"
    assert leads_to("Guest") == "/login?redirect-to=/maintenance_today"
    frappe.set_user("nobody@example.com")
    with pytest.raises(frappe.PermissionError):
        maintenance_today.get_context(frappe._dict())


@pytest.mark.parametrize("filters", ["[]", "{", '{"figure": "x"}', "{}", None, '{"figure": ["x"]}'])
def test_a_card_that_asks_for_no_figure_is_told_which_there_are(filters):
    with pytest.raises(frappe.ValidationError, match="open_escalations"):
        api.workspace_figure(filters)


# --- charts


def on(day, now):
    return clock.stored(now).date() - timedelta(days=day)


def test_a_day_that_was_not_counted_or_measured_is_a_gap_and_a_quiet_one_is_nought(monkeypatch):
    now = clock.now()
    frappe.db.set_single_value("Maintenance Settings", "errors_counted_from", str(stored(days=6)))
    for day, errors, stale in ((5, 7, 0), (3, 9, 1)):
        values = {"name": f"D{on(day, now):%Y%m%d}", "span": "Day", "day": on(day, now)}
        frappe.get_doc({"doctype": "Error Count", **values, "errors": errors, "stale": stale}).db_insert()
    assert trends.errors(30, now) == {on(5, now): 7, on(4, now): 0, on(2, now): 0, on(1, now): 0}
    waits = clock.stored(now) - timedelta(2)
    monkeypatch.setattr(trends.error_patterns, "oldest_uncounted", lambda: waits)
    assert trends.errors(30, now) == {on(5, now): 7, on(4, now): 0}, "the rest waits to be counted"

    for day, median in ((5, 2.0), (4, 3.0), (1, 4.0)):
        rolled_up(on(day, now), median)
    assert trends.database_response(30, now) == {on(5, now): 2.0, on(4, now): 3.0, on(1, now): 4.0}
    svg = next(each["svg"] for each in workspace_charts.describe(now) if "Database" in each["title"])
    assert (svg.count("<polyline"), svg.count("<circle")) == (1, 1), "two lines with a gap between them"


def test_a_week_that_nobody_watched_is_not_one_without_escalations():
    now = clock.now()
    monday = on(0, now) - timedelta(days=on(0, now).weekday())
    last, before, third = (monday - timedelta(weeks=each) for each in (1, 2, 3))
    for number, opened in enumerate((last, last, third)):
        escalated(f"s{number}", datetime.combine(opened, datetime.min.time()))
    assert trends.escalations(12, now) == {last: 2, third: 1}
    rolled_up(before, 1.0)
    assert trends.escalations(12, now) == {last: 2, before: 0, third: 1}
    rolled_up(third - timedelta(days=3), 2.0)
    assert trends.escalations(12, now) == {last: 2, before: 0, third: 1}, "it began within that week"
    rolled_up(third - timedelta(days=8), 3.0)
    assert trends.escalations(12, now)[third - timedelta(weeks=1)] == 0, "it was watched before"


def test_what_is_kept_of_the_scratch_server_is_read_in_the_language_of_each(monkeypatch):
    def asked(*_arguments):
        return {"scratch": setup_measures.Measured("done", f"told in {frappe.local.lang}")}

    monkeypatch.setattr(setup_measures.measure, "ask_all", asked)
    setup_measures.forget()
    for lang in ("en", "nl", "en"):
        monkeypatch.setattr(frappe.local, "lang", lang)
        assert setup_measures.scratch(clock.now()).told == f"told in {lang}"
    setup_measures.forget()


def test_a_chart_without_a_figure_says_so_and_draws_nothing():
    charts = api.get_workspace_charts()
    assert {each["svg"] for each in charts} == {""}
    assert [each["told"] for each in charts] == [
        "No whole day was counted yet.",
        "No whole day was measured yet.",
        "Nothing was assessed yet.",
        "No whole week was watched yet.",
    ]


# --- what to do when


def test_each_link_leads_to_what_is_there_and_filters_by_fields_that_there_are():
    links = [link for situation in workspace_guide.describe() for link in situation["links"]]
    assert len(links) >= 30
    doctypes = {name.lower().replace(" ", "-"): name for name in frappe.get_all("DocType", pluck="name")}
    for link in links:
        address = urlsplit(link["route"])
        parts = unquote(address.path).strip("/").split("/")
        assert parts[0] == "app", link
        if frappe.db.exists("Page", parts[1]):
            continue
        if parts[1] == "query-report":
            assert frappe.db.exists("Report", parts[2]), link
        else:
            meta = frappe.get_meta(doctypes[parts[1]])
            assert len(parts) == 2 or frappe.db.exists(meta.name, parts[2]), link
            for field, value in parse_qsl(address.query):
                wanted = json.loads(value) if value.startswith("[") else ["in", [value]]
                is_select = meta.get_field(field).fieldtype == "Select"
                options = set((meta.get_field(field).options or "").split("\n"))
                assert not is_select or set(wanted[1]) <= options, link


# --- setting up a site


def states():
    return {each["key"]: each["state"] for each in site_setup.describe(clock.now(), True)["steps"]}


def test_a_new_site_is_told_what_to_do_and_who_may_and_an_operator_gets_no_button():
    frappe.set_user("operator@example.com")
    found = api.setup_steps()
    steps = {each["key"]: each for each in found["steps"]}
    assert (found["of"], found["done"]) == (10, sum(each["state"] == "done" for each in found["steps"]))
    assert [key for key, each in steps.items() if each["state"] == "done"][:1] == ["time_zone"]
    for key in ("contacts", "outgoing_mail", "escalation", "heartbeat", "scratch"):
        assert steps[key]["state"] == "to do", steps[key]
    assert "CREATE DATABASE" in steps["scratch"]["command"]
    assert {each["route"] for each in found["steps"]} == {""}
    frappe.set_user("manager@example.com")
    routes = {each["key"]: each["route"] for each in api.setup_steps()["steps"]}
    assert routes["contacts"] == "/app/emergency-contact"


def test_a_step_is_done_when_it_is_so_and_comes_back_when_it_is_no_more(monkeypatch):
    now = clock.now()
    ways = {
        "contacts": lambda so: monkeypatch.setattr(
            activation, "who_is_not_reached", lambda: [] if so else ["x"]
        ),
        "escalation": lambda so: frappe.db.set_single_value("Maintenance Settings", "escalation_active", so),
        "request_monitor": lambda so: (
            monkeypatch.setitem(frappe.local.conf, "monitor", int(so)),
            monkeypatch.setattr(monitor, "newest", lambda: now),
        ),
        "heartbeat": lambda so: (
            frappe.cache.delete_value(heartbeat.ASKED),
            heartbeat.note_asked("192.0.2.7" if so else "127.0.0.1"),
        ),
        "scratch": lambda so: monkeypatch.setattr(
            restore_begin, "why_not_ready", lambda _at: None if so else restore_begin.NotReady("no room")
        ),
        "people": lambda so: frappe.db.set_value("User", "operator@example.com", "enabled", so),
        "working_hours": lambda so: monkeypatch.setattr(
            setup_measures.settings, "gap_of_holidays", lambda: "" if so else "the list is gone"
        ),
        "time_zone": lambda so: monkeypatch.setattr(
            frappe, "get_system_settings", lambda _key: "Europe/Amsterdam" if so else ""
        ),
    }
    for key, make in ways.items():
        make(True)
        frappe.db.value_cache.clear()
        assert states()[key] == "done", key
        make(False)
        frappe.db.value_cache.clear()
        assert states()[key] == "to do", key
    assert set(states().values()) == {"to do", "not known"}, "without a time zone no stored time can be read"


def test_a_mail_account_alone_is_not_enough_until_a_message_was_sent(monkeypatch):
    with pytest.raises(frappe.ValidationError, match="No message can be sent: this site has no outgoing"):
        api.send_test_mail()
    monkeypatch.setattr(mail, "why_not", lambda: "")
    found = setup_measures.outgoing_mail(clock.now())
    assert (found.state, found.may_test) == ("to do", True)
    frappe.get_doc({"doctype": "Email Queue", "sender": "a@example.com", "status": "Sent"}).db_insert()
    assert setup_measures.outgoing_mail(clock.now()).state == "done"


def test_a_scheduler_that_is_on_and_begins_nothing_is_to_do(monkeypatch):
    monkeypatch.setattr(setup_measures.jobs, "switched", lambda _now: SimpleNamespace(off="", dormant=""))
    for age, state in ((SimpleNamespace(value=2), "done"), (SimpleNamespace(value=40), "to do")):
        monkeypatch.setattr(setup_measures.jobs, "age", lambda _now, age=age: age)
        assert setup_measures.scheduler(clock.now()).state == state
    monkeypatch.setattr(setup_measures.jobs, "age", lambda now: Unknown("no job was ever begun", now))
    assert setup_measures.scheduler(clock.now()).told == "No job was ever begun"


def test_a_scratch_server_that_never_answers_is_not_known(monkeypatch):
    monkeypatch.setattr(setup_measures, "_scratch", lambda _lang: 1 / 0)
    setup_measures.forget()
    found = setup_measures.scratch(clock.now())
    assert (found.state, found.told) == ("not known", "ZeroDivisionError: division by zero")


# --- documents of Frappe


def sync_cards():
    module = "verenigingen_maintenance"
    make_records_in_module(module, module)
    return frappe.db.get_value("Number Card", CARD, "label")


def test_what_an_administrator_changed_of_a_card_stays_until_the_app_ships_a_newer_one():
    card = frappe.get_doc("Number Card", CARD)
    card.update({"label": "Ours"}).save()
    assert sync_cards() == "Ours"
    frappe.db.set_value("Number Card", CARD, "modified", "2026-01-01", update_modified=False)
    assert sync_cards() == "Open Escalations"


def test_the_blocks_are_for_the_three_roles_and_go_with_the_app():
    roles = set(frappe.get_all("Has Role", {"parenttype": "Custom HTML Block"}, pluck="role"))
    assert roles == {"Maintenance Manager", "Maintenance Operator", "Maintenance Auditor"}
    blocks = frappe.get_all("Workspace Custom Block", {"parent": "Maintenance"}, pluck="custom_block_name")
    assert len([each for each in blocks if frappe.db.exists("Custom HTML Block", each)]) == 3
    install.before_uninstall()
    assert not [each for each in blocks if frappe.db.exists("Custom HTML Block", each)]
