"""A breach opens one escalation; people acknowledge and close it."""

import re
from contextlib import contextmanager
from datetime import timedelta

import frappe
import pytest
from conftest import connect, fresh, make_errors
from escalation_on_site import breach

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import (
    breaches,
    checks,
    escalation_actions,
    escalations,
    records,
    run_now,
)
from verenigingen_maintenance.sources import clock


def run_today():
    return run_now.run_now("daily", clock.now())


def escalations_there_are():
    frappe.db.commit()
    return frappe.get_all("Maintenance Escalation", pluck="name", order_by="name")


@pytest.fixture
def escalation():
    make_errors(51)
    run_today()
    (name,) = escalations_there_are()
    return name


def events(name):
    return [(event.event, event.note) for event in fresh("Maintenance Escalation", name).events]


def test_a_time_to_answer_that_was_entered_before_there_was_a_longest_keeps_nothing_from_opening(present):
    endless = {"response_in_hours": 3_000_000, "response_after_hours": 2_000_000_000}
    frappe.db.set_value("Escalation Level", "level-1", {**endless, "grace_minutes": 2_000_000_000})
    opened = fresh("Maintenance Escalation", breach())
    assert (opened.status, str(opened.next_level_at)) == ("Open", "2026-12-24 10:00:00")


def test_sixty_errors_and_three_runs_make_one_escalation_with_three_events():
    make_errors(60)
    for _ in range(3):
        run = run_today()
    (name,) = escalations_there_are()
    note = (
        "Errors in 24 hours: 60 errors, critical > 50, target < 10\n"
        "Errors in 60 minutes: 60 errors, target <= 20 (from 2026-11-24 09:00)\n"
        "Same error in 24 hours: 60 errors, critical > 10, target <= 5 (“Payment provider answered …”)"
    )
    assert [event for event, _note in events(name)] == ["Opened", "Still Critical", "Still Critical"]
    for _event, told in events(name):
        assert re.sub(r"from [^)]*", "from 2026-11-24 09:00", told) == note
    opened = frappe.db.get_value("Maintenance Escalation", name, ["status", "subject", "checklist_run"])
    assert opened == ("Open", "Error Log", run)


def test_checks_without_a_common_subject_escalate_apart():
    make_errors(51)
    frappe.get_doc("Maintenance Check", "same_error_24h").update({"subject": ""}).save()
    frappe.db.commit()
    run_today()
    frappe.db.commit()
    subjects = frappe.get_all("Maintenance Escalation", pluck="subject", order_by="subject")
    assert subjects == ["Error Log", "same_error_24h"]


def test_it_knows_when_it_was_triggered_and_when_it_was_opened(escalation):
    opened = fresh("Maintenance Escalation", escalation)
    observed = frappe.db.get_value("Checklist Run Item", {"check_name": "errors_24h"}, "observed_at")
    assert opened.triggered_at == observed
    assert opened.opened_at >= opened.triggered_at


def test_a_warning_opens_none():
    for title in ("One", "Two", "Three"):
        make_errors(5, title)
    run_today()
    assert escalations_there_are() == []


def test_acknowledging_names_who_has_it_and_later_breaches_still_add_to_it(escalation):
    escalation_actions.acknowledge(escalation, "On it")
    run_today()
    after = fresh("Maintenance Escalation", escalation)
    assert (after.status, after.acknowledged_by) == ("Acknowledged", "Administrator")
    assert [event.event for event in after.events] == ["Opened", "Acknowledged", "Still Critical"]


def test_a_breach_that_returns_soon_reopens_its_escalation(escalation):
    escalation_actions.acknowledge(escalation)
    escalation_actions.resolve(escalation, "Bank is back")
    run_today()
    (name,) = escalations_there_are()
    after = fresh("Maintenance Escalation", name)
    assert (after.status, after.flaps, after.acknowledged_by, after.closed_at) == ("Open", 1, None, None)
    assert [event.event for event in after.events][-2:] == ["Resolved", "Reopened"]


@pytest.mark.parametrize(
    ("close", "minutes"), [("resolve", 61), ("false_positive", 0), ("resolve and switch reopening off", 0)]
)
def test_a_breach_later_or_after_a_false_positive_opens_another(escalation, close, minutes):
    act = escalation_actions.false_positive if close == "false_positive" else escalation_actions.resolve
    act(escalation, "Bank is back")
    if "off" in close:
        frappe.db.set_single_value("Maintenance Settings", "reopen_minutes", 0)
    closed_at = fresh("Maintenance Escalation", escalation).closed_at
    frappe.db.set_value(
        "Maintenance Escalation", escalation, "closed_at", closed_at - timedelta(minutes=minutes)
    )
    frappe.db.commit()
    run_today()
    assert len(escalations_there_are()) == 2


def test_closing_needs_a_note(escalation):
    for close in (escalation_actions.resolve, escalation_actions.false_positive):
        for note in ("", "  "):
            with pytest.raises(frappe.ValidationError, match="Say in a note why"):
                close(escalation, note)


def test_what_is_closed_cannot_be_acknowledged_or_closed_again(escalation):
    escalation_actions.resolve(escalation, "Done")
    for act in (escalation_actions.acknowledge, escalation_actions.resolve, escalation_actions.hand_on):
        with pytest.raises(frappe.ValidationError, match="is Resolved already, by Administrator at"):
            act(escalation, "Mine")


def test_the_second_of_two_who_acknowledge_is_told_who_was_first(escalation):
    frappe.set_user("operator@example.com")
    escalation_actions.acknowledge(escalation, "Mine")
    frappe.set_user("manager@example.com")
    with pytest.raises(frappe.ValidationError, match=r"Acknowledged already, by operator@example\.com at"):
        escalation_actions.acknowledge(escalation, "Mine")
    assert fresh("Maintenance Escalation", escalation).acknowledged_by == "operator@example.com"


def test_an_escalation_that_is_not_there_is_said_so():
    with pytest.raises(frappe.DoesNotExistError, match="There is no escalation ESC-0"):
        escalation_actions.acknowledge("ESC-0")


def test_the_database_admits_one_open_escalation_of_a_check(escalation):
    second = frappe.copy_doc(frappe.get_doc("Maintenance Escalation", escalation))
    second.open_key = "Error Log"
    with pytest.raises(frappe.UniqueValidationError):
        records.insert(second)


def test_the_level_follows_the_area_and_the_clock(monkeypatch, at_nine):
    at_night = at_nine.replace(hour=22)
    for moment, check, level in [
        (at_nine, "errors_24h", "level-1"),
        (at_night, "errors_24h", "level-2"),
        (at_nine, "database_response", "level-2"),
    ]:
        frappe.get_doc("Maintenance Check", check).update(
            {"warning": "", "critical": ">= 0", "clear": "", "breaches": 1, "clears": 1}
        ).save()
        frappe.db.commit()
        result = checks.run(check)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        escalations.record_breaches([result], None)
        monkeypatch.undo()
        (name,) = frappe.get_all("Maintenance Escalation", filters={"status": "Open"}, pluck="name")
        assert frappe.db.get_value("Maintenance Escalation", name, "level") == level
        escalation_actions.resolve(name, "Next")


@pytest.mark.parametrize(
    ("door", "arguments", "message"),
    [
        (api.acknowledge, ("ESC-0",), "There is no escalation ESC-0."),
        (api.resolve, ("ESC-0", ""), "Say in a note why ESC-0 is closed"),
        (api.false_positive, ("ESC-0", "x"), "There is no escalation ESC-0."),
        (api.accept_missed, ("DAILY-1999-01-01", "x"), "There is no run DAILY-1999-01-01."),
        (api.get_run, ("DAILY-1999-01-01",), "DAILY-1999-01-01 not found"),
    ],
)
def test_the_shell_is_told_what_was_wrong_instead_of_an_exception(door, arguments, message, capsys):
    assert door(*arguments) is None
    assert message in capsys.readouterr().out


def test_the_worst_value_of_a_breach_waits_for_who_writes_its_escalation(escalation):
    """Locking rows first would stop an action, which locks the document first and its rows then."""
    part = fresh("Maintenance Escalation", escalation).checks[0]
    with writing(escalation):
        frappe.db.sql("set innodb_lock_wait_timeout = 1")
        with pytest.raises(frappe.QueryTimeoutError):
            breaches.keep_worst("Error Log", part.check_name, 999, part.critical)
    frappe.db.sql("set innodb_lock_wait_timeout = default")
    breaches.keep_worst("Error Log", part.check_name, 999, part.critical)
    assert fresh("Maintenance Escalation", escalation).checks[0].worst == "999"


@contextmanager
def writing(escalation):
    """Another connection has the document of an escalation locked."""
    with connect(frappe.conf) as other, other.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("select name from `tabMaintenance Escalation` where name = %s for update", escalation)
        yield
