"""A first daily run: it measures, judges, records and escalates."""

import re
from datetime import datetime, timedelta

import frappe
import pytest
from conftest import AMSTERDAM, fresh, items_of, make_errors

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import escalation_actions, measure_run, reports, run_now, seed
from verenigingen_maintenance.sources import clock, stored

DAILY = seed.read_runbook("*ly.yaml")["Daily Maintenance"]
CHECKS = {row["check_name"] for row in DAILY["checks"]}


def run_today():
    return run_now.run_now("daily", clock.now())


def close(run, status):
    frappe.db.set_value("Checklist Run", run, {"status": status, "closed_at": frappe.utils.now()})
    frappe.db.commit()


def test_every_check_of_the_procedure_is_measured_into_an_item_with_its_provenance():
    items = items_of(run_today())
    assert set(items) == CHECKS
    for item in items.values():
        assert item.verdict in ("OK", "WARNING", "CRITICAL", "UNKNOWN")
        assert item.observed_at
        assert item.done_by == "Administrator"
        assert item.source
        assert item.value or item.reason, f"{item.check_name} has neither a value nor a reason"


def test_the_error_counts_equal_independent_queries_of_the_same_thing():
    make_errors(7, "Timeout at the bank")
    make_errors(4, "Mandate not found")
    items = items_of(run_today())
    since = frappe.utils.add_to_date(frappe.utils.now_datetime(), hours=-24)
    counted = frappe.db.sql("select count(*) from `tabError Log` where creation >= %s", since)[0][0]
    assert counted == 11
    assert items["errors_24h"].value == "11"
    assert items["errors_60min"].value == "11"
    assert items["same_error_24h"].value == "7"
    assert [items[name].verdict for name in ("errors_24h", "errors_60min", "same_error_24h")] == [
        "WARNING",
        "OK",
        "WARNING",
    ]


def test_a_box_is_the_worst_of_its_items_and_the_run_the_worst_of_all():
    make_errors(12, "Timeout at the bank")
    run = fresh("Checklist Run", run_today())
    verdicts = {item.check_name: item.verdict for item in run.items}
    boxes = {box.box: box.verdict for box in run.boxes}
    assert verdicts["same_error_24h"] == "CRITICAL"
    assert boxes["No recurring errors identified"] == "CRITICAL"
    assert boxes["Error count (24h) < 10"] == "WARNING"
    assert run.verdict == "CRITICAL"


def test_a_box_whose_checks_are_all_switched_off_is_unknown_and_so_is_the_run():
    for name in CHECKS - {"database_response"}:
        frappe.get_doc("Maintenance Check", name).update({"enabled": 0}).save()
    frappe.db.commit()
    run = fresh("Checklist Run", run_today())
    assert [item.verdict for item in run.items if item.check_name] == ["OK"]
    assert {box.box: box.verdict for box in run.boxes}["Error count (24h) < 10"] == "UNKNOWN"
    assert run.verdict == "UNKNOWN"


def test_an_item_keeps_the_texts_of_its_step():
    item = items_of(run_today())["database_response"]
    assert (item.priority, item.minutes, item.task_group) == ("Medium", 1, "Performance Metrics Spot Check")
    assert "Database response: < 50ms" in item.expected_result
    assert "Database response > 100ms consistently" in item.escalation_criteria


def test_a_run_whose_day_is_over_is_not_measured(capsys):
    moment = datetime(2026, 11, 23, 9, 5, tzinfo=AMSTERDAM)
    name = run_now.run_now("daily", moment)
    measured = fresh("Checklist Run", name).measured_at
    with pytest.raises(frappe.ValidationError, match=f"The time of {name} is over"):
        measure_run.measure(name, moment + timedelta(days=1))
    assert fresh("Checklist Run", name).measured_at == measured


def test_an_open_run_is_measured_again_and_keeps_its_notes():
    name = run_today()
    run = frappe.get_doc("Checklist Run", name)
    run.notes[0].text = "The bank was down"
    errors = next(item for item in run.items if item.check_name == "errors_24h")
    errors.note = "Known"
    run.save()
    frappe.db.commit()
    make_errors(11)
    assert run_today() == name
    run, item = fresh("Checklist Run", name), items_of(name)["errors_24h"]
    assert (run.notes[0].text, item.note, item.value) == ("The bank was down", "Known", "11")


def test_the_history_of_a_run_shows_what_people_wrote_and_not_each_measuring():
    name = run_today()
    run_today()
    run = fresh("Checklist Run", name)
    run.notes[0].text = "The bank was down"
    run.save()
    (version,) = frappe.get_all("Version", filters={"ref_doctype": "Checklist Run"}, pluck="data")
    assert "The bank was down" in version
    assert "measured_at" not in version


def test_an_open_run_is_judged_by_the_thresholds_it_was_made_with():
    make_errors(5)
    name = run_today()
    frappe.get_doc("Maintenance Check", "errors_24h").update(
        {"warning": "> 1", "critical": "> 2", "clear": ""}
    ).save()
    frappe.db.commit()
    assert items_of(run_today())["errors_24h"].verdict == "OK"
    close(name, "Signed")
    assert items_of(run_today())["errors_24h"].verdict == "CRITICAL"


def test_when_the_slot_is_signed_a_run_by_hand_is_ad_hoc_and_satisfies_no_slot():
    moment = datetime(2026, 11, 24, 14, 0, tzinfo=AMSTERDAM)
    slot = run_now.run_now("daily", moment)
    assert slot == "DAILY-2026-11-24"
    close(slot, "Signed")
    first = run_now.run_now("daily", moment)
    assert first == "AD-HOC-DAILY-2026-11-24"
    assert run_now.run_now("daily", moment) == first, "an open one is measured again"
    close(first, "Signed")
    assert run_now.run_now("daily", moment) == "AD-HOC-DAILY-2026-11-24-2"
    assert not frappe.db.get_value("Checklist Run", first, "slot")


def test_on_a_saturday_there_is_no_slot():
    saturday = datetime(2026, 11, 28, 9, 5, tzinfo=AMSTERDAM)
    assert run_now.run_now("daily", saturday) == "AD-HOC-DAILY-2026-11-28"


def test_a_signed_run_is_neither_measured_nor_changed():
    name = run_today()
    close(name, "Signed")
    before = fresh("Checklist Run", name).as_json()
    api.measure(name)
    assert fresh("Checklist Run", name).as_json() == before


def test_the_shell_is_told_what_was_wrong_instead_of_an_exception(capsys):
    api.measure("DAILY-1999-01-01")
    assert "DAILY-1999-01-01 is not there: only an open run is measured." in capsys.readouterr().out


def test_run_daily_prints_a_summary(capsys):
    make_errors(3)
    assert api.run_daily() is None
    printed = capsys.readouterr().out
    assert re.search(r"OK +Errors in 24 hours +3 errors", printed)
    assert "to do     Check Executive Summary" in printed
    assert "No escalation is open." in printed


def test_the_description_has_null_where_nothing_was_measured():
    frappe.db.set_value("Maintenance Check", "errors_24h", "source", "mariadb.response_time")
    frappe.db.commit()
    described = reports.describe_run(run_today())
    item = next(item for item in described["items"] if item["check"] == "errors_24h")
    assert item["verdict"] == "UNKNOWN"
    assert item["value"] is None
    assert "measured in “ms”, while the thresholds are in “errors”" in item["reason"]


@pytest.fixture
def slow_database():
    """A rule that any database breaks, three times in a row."""
    check = frappe.get_doc("Maintenance Check", "database_response")
    check.update({"warning": ">= 0", "critical": "> 0"}).save()
    frappe.db.commit()


def let_time_pass(**by):
    interval = timedelta(**by).total_seconds()
    frappe.db.sql("update `tabMetric Sample` set observed_at = observed_at - interval %s second", interval)
    frappe.db.commit()


def database_verdict():
    return items_of(run_today())["database_response"].verdict


def test_three_slow_stretches_of_five_minutes_are_critical_once_they_are_over(slow_database):
    verdicts = []
    for _ in range(4):
        verdicts.append(database_verdict())
        let_time_pass(minutes=5)
    assert verdicts == ["WARNING", "WARNING", "WARNING", "CRITICAL"]


def test_measuring_three_times_at_once_is_one_slow_stretch(slow_database, monkeypatch, at_nine):
    monkeypatch.setattr(clock, "now", lambda: at_nine)
    assert [database_verdict() for _ in range(3)] == ["WARNING"] * 3


def test_samples_of_yesterday_are_not_in_a_row_with_those_of_today(slow_database):
    for _ in range(2):
        database_verdict()
        let_time_pass(minutes=5)
    let_time_pass(hours=24)
    assert database_verdict() == "WARNING"
    assert len(stored.latest("mariadb.response_time", clock.now() - timedelta(hours=1))) == 1


def test_a_worker_passes_over_a_run_that_was_signed_since_it_was_asked_for():
    name = run_today()
    close(name, "Signed")
    before = fresh("Checklist Run", name).as_json()
    api._measure_in_worker(name)
    assert fresh("Checklist Run", name).as_json() == before


def test_a_worker_passes_over_no_other_failure():
    name = run_today()
    frappe.db.set_single_value("System Settings", "time_zone", "Mars/Olympus")
    frappe.db.commit()
    frappe.clear_cache()
    with pytest.raises(frappe.ValidationError, match="is not a time zone"):
        api._measure_in_worker(name)


def raise_threshold(critical, warning, **more):
    """Of how often the same error may happen, by a manager."""
    check = frappe.get_doc("Maintenance Check", "same_error_24h")
    check.update({"critical": critical, "warning": warning, **more}).save()
    frappe.db.commit()


def of_same_error():
    frappe.db.commit()
    return frappe.get_all("Maintenance Escalation", fields=["name", "status", "flaps"])


def test_measured_again_an_open_run_opens_no_escalation_by_a_threshold_that_was_raised_since():
    raise_threshold("> 10", "> 5", subject="Same error")
    make_errors(12, "Printing took long")
    name = run_now.run_now("daily", clock.now())
    (escalation,) = of_same_error()
    raise_threshold("> 100", "> 90")
    escalation_actions.resolve(escalation.name, "twelve are none by the new threshold")
    measure_run.measure(name, clock.now())
    assert [(each.status, each.flaps) for each in of_same_error()] == [("Resolved", 0)]
    assert items_of(name)["same_error_24h"].verdict == "CRITICAL", "by the threshold that the run keeps"


def test_measured_again_an_open_run_ends_no_escalation_by_a_threshold_that_was_lowered_since():
    raise_threshold("> 100", "> 90", subject="Same error", clear="")
    make_errors(12, "Printing took long")
    name = run_now.run_now("daily", clock.now())
    assert of_same_error() == []
    raise_threshold("> 10", "> 5")
    measure_run.measure(name, clock.now())
    measure_run.measure(name, clock.now())
    assert [each.status for each in of_same_error()] == ["Open"]
