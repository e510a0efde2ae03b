"""Live checks: judged with each round, told once, cleared by their rule; UNKNOWN that lasts is told."""

from datetime import timedelta

import frappe
import pytest
from conftest import fresh, keep_sample, make_check_critical, stored

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import checks, escalation_actions, live, run_now
from verenigingen_maintenance.sources import clock

CHECK, ESCALATION = "Maintenance Check", "Maintenance Escalation"
DISK = "disk_used"


@pytest.fixture(autouse=True)
def only_one():
    """Of the live checks one is left: the others read what a test does not say."""
    frappe.db.set_value(CHECK, {"name": ("not in", (DISK, "database_response"))}, "live", 0)
    frappe.db.commit()


def judge(values, now=None):
    """One round in which the sources say this: a value, or a reason why there is none."""
    now = now or clock.now()
    watched = [each for each in live.checks_to_judge() if each.spec.name in values]
    readings = {each.spec.source: reading(each.spec, values[each.spec.name], now) for each in watched}
    live.judge_all(watched, readings, now)
    frappe.db.commit()


def reading(spec, value, now):
    if isinstance(value, str):
        return Unknown(value, now, spec.source, learning=value.startswith("young"))
    return Reading(value, spec.unit, now, "test")


def at(minutes):
    """A moment on a full five minutes of the clock, an hour ago and so many minutes."""
    base = clock.now().replace(second=0, microsecond=0) - timedelta(hours=1)
    return base - timedelta(minutes=base.minute % 5) + timedelta(minutes=minutes)


def state(name=DISK):
    return fresh(CHECK, name)


def opened():
    frappe.db.commit()
    return [fresh(ESCALATION, name) for name in frappe.get_all(ESCALATION, pluck="name", order_by="creation")]


def events(escalation):
    return [event.event for event in escalation.events]


def told(escalation):
    return frappe.db.count("Maintenance Notification", {"escalation": escalation.name})


def database(values, first=0, step=2):
    """Rounds of the database's time, a sample each."""
    for number, value in enumerate(values):
        now = at(first + step * number)
        keep_sample("mariadb.response_time", value, at=now)
        judge({"database_response": value}, now)


def test_a_breach_is_told_once_however_long_it_lasts():
    for _ in range(3):
        judge({DISK: 95})
    (escalation,) = opened()
    assert events(escalation) == ["Opened"]
    assert escalation.title == "Disk used"
    assert (state().live_verdict, state().live_value) == ("CRITICAL", "95")


def test_what_was_is_kept_since_when_and_changes_with_the_verdict():
    judge({DISK: 50}, at(0))
    judge({DISK: 50}, at(2))
    assert clock.instant(state().live_since) == at(0)
    assert clock.instant(state().live_at) == at(2)
    judge({DISK: 85}, at(4))
    assert (state().live_verdict, clock.instant(state().live_since)) == ("WARNING", at(4))


def test_when_it_is_over_the_escalation_resolves_by_itself_and_says_so():
    judge({DISK: 95})
    judge({DISK: 50})
    (escalation,) = opened()
    assert (events(escalation), escalation.status) == (["Opened", "Cleared"], "Resolved")
    assert (escalation.cleared_by_itself, escalation.next_level_at) == (1, None)
    assert "Disk used: 50 %" in escalation.events[1].note


def test_a_breach_that_returns_reopens_its_escalation_and_is_counted():
    for value in (95, 50, 96):
        judge({DISK: value})
    (escalation,) = opened()
    assert events(escalation) == ["Opened", "Cleared", "Reopened"]
    assert (escalation.status, escalation.flaps, escalation.checks[0].worst) == ("Open", 1, "96")


def test_one_that_has_to_last_and_returns_reopens_its_escalation_once_it_lasts():
    database([150] * 10, first=-60)
    database([20] * 9, first=-40)
    database([150] * 5, first=-20)
    assert [events(each) for each in opened()] == [["Pending", "Opened", "Cleared"]]
    database([150] * 5, first=-10)
    (escalation,) = opened()
    assert (escalation.status, escalation.flaps, events(escalation)[-1]) == ("Open", 1, "Reopened")


def test_what_a_person_said_is_measured_again_is_over_when_something_else_is_not_measured():
    judge({DISK: "gone", "database_response": 20}, at(-40))
    judge({DISK: "gone", "database_response": 20}, at(-10))
    (escalation,) = opened()
    escalation_actions.resolve(escalation.name, "installed psutil")
    for minutes in range(-8, 2, 2):
        judge({DISK: 50, "database_response": 20}, at(minutes))
    judge({DISK: 50, "database_response": "gone"}, at(2))
    judge({DISK: 50, "database_response": "gone"}, at(32))
    assert opened()[0].status == "Open"
    for minutes in range(34, 60, 2):
        judge({DISK: 50, "database_response": 20}, at(minutes))
    (escalation,) = opened()
    assert (escalation.status, events(escalation)[-1]) == ("Resolved", "Cleared")


def test_one_that_came_back_three_times_stays_open_for_a_person():
    for value in (95, 50) * 4:
        judge({DISK: value})
    (escalation,) = opened()
    assert (escalation.status, escalation.flaps) == ("Open", 3)
    assert "a person has to resolve it" in escalation.events[-1].note


def test_the_worst_value_is_kept_while_it_lasts():
    for value in (95, 99, 93):
        judge({DISK: value})
    assert opened()[0].checks[0].worst == "99"


def test_a_breach_is_over_by_its_own_threshold_where_it_has_one():
    frappe.get_doc(CHECK, DISK).update({"clear": "< 70"}).save()
    judge({DISK: 95})
    judge({DISK: 75})
    assert (state().live_verdict, opened()[0].status) == ("CRITICAL", "Open")
    assert "is not yet < 70" in state().live_reason
    judge({DISK: 69})
    assert (state().live_verdict, opened()[0].status) == ("OK", "Resolved")


def test_a_breach_that_somebody_closed_while_it_lasts_opens_nothing_until_it_was_over():
    judge({DISK: 95})
    escalation_actions.false_positive(opened()[0].name, "The disk is meant to be full")
    judge({DISK: 95})
    assert len(opened()) == 1
    judge({DISK: 50})
    judge({DISK: 95})
    assert len(opened()) == 2


def test_a_run_finds_a_breach_that_somebody_closed():
    make_check_critical("errors_24h")
    frappe.db.set_value(CHECK, "errors_24h", "breach_since", stored(minutes=10))
    frappe.db.commit()
    run_now.run_now("daily", clock.now())
    assert [each.subject for each in opened()] == ["Error Log"]


def test_the_times_from_trigger_and_from_onset_are_kept_as_figures():
    began = clock.now() - timedelta(minutes=20)
    watched = [each for each in live.checks_to_judge() if each.spec.name == DISK]
    now = clock.now() - timedelta(seconds=30)
    live.judge_all(watched, {"host.disk_used": Reading(95, "%", now, "test", began=began)}, now)
    (escalation,) = opened()
    assert 30 <= escalation.trigger_to_escalation <= 40
    assert 20 * 60 <= escalation.onset_to_escalation <= 20 * 60 + 10


def test_consistently_is_three_medians_of_five_minutes_in_a_row():
    database([150] * 5)
    assert state("database_response").live_verdict == "WARNING", "two stretches are over"
    (pending,) = opened()
    assert (pending.status, events(pending), told(pending)) == ("Pending", ["Pending"], 0)
    database([150] * 3, first=10)
    assert (state("database_response").live_verdict, opened()[0].status) == ("WARNING", "Pending")
    database([150], first=16)
    (escalation,) = opened()
    assert (escalation.status, events(escalation)) == ("Open", ["Pending", "Opened"])
    assert told(escalation) > 0
    assert clock.instant(escalation.triggered_at) == at(15)
    assert clock.instant(escalation.onset_at) == at(0)


def test_one_slow_answer_in_each_five_minutes_is_none():
    database([150, 20, 20, 150, 20, 150, 20, 20, 150, 20])
    (never_open,) = opened()
    assert (never_open.status, never_open.opened_at, told(never_open)) == ("Resolved", None, 0)
    assert set(events(never_open)) == {"Pending", "Did Not Last"}


def test_it_is_cleared_by_three_in_a_row_under_target():
    database([150] * 10)
    assert len(opened()) == 1
    database([20] * 7, first=20)
    assert state("database_response").live_verdict == "CRITICAL"
    database([20] * 2, first=34)
    assert state("database_response").live_verdict == "OK"
    (escalation,) = opened()
    assert events(escalation) == ["Pending", "Opened", "Cleared"]
    assert escalation.checks[0].worst == "150", "the worst that lasted"


@pytest.mark.parametrize(("later", "worst"), [([], "105"), ([300] * 10, "300")])
def test_where_a_breach_must_last_one_bad_sample_is_not_its_worst_also_when_a_person_ends_it(later, worst):
    database([105] * 7)
    database([900], first=16)
    database(later, first=18)
    (escalation,) = opened()
    assert (escalation.status, escalation.checks[0].worst) == ("Open", worst)
    escalation_actions.resolve(escalation.name, "It was restarted")
    database([20] * 12, first=40)
    assert opened()[0].checks[0].worst == worst


def test_where_one_value_is_a_breach_and_only_its_end_must_last_the_worst_value_counts():
    frappe.get_doc(CHECK, "database_response").update({"breaches": 1}).save()
    database([20, 20, 900, 20, 950])
    (escalation,) = opened()
    assert (escalation.status, escalation.checks[0].worst) == ("Open", "950")


def test_an_unknown_neither_ends_a_breach_nor_opens_another():
    for value in (95, "psutil may not read", 95):
        judge({DISK: value})
    assert events(opened()[0]) == ["Opened"]
    judge({DISK: 50})
    assert events(opened()[0]) == ["Opened", "Cleared"]


# --- UNKNOWN that lasts


def test_what_is_unknown_for_half_an_hour_escalates_as_itself_and_once():
    judge({DISK: "psutil may not read"}, at(0))
    judge({DISK: "psutil may not read"}, at(28))
    assert opened() == []
    for minute in (30, 32, 34):
        judge({DISK: "psutil may not read"}, at(minute))
    (escalation,) = opened()
    assert escalation.subject == "Not measured"
    assert escalation.title == "Not measured for 30 minutes: Disk used"
    assert events(escalation) == ["Opened"]
    assert escalation.events[0].note == "Disk used: psutil may not read"
    assert escalation.checks[0].worst is None, "nothing was measured: that is no nought"
    assert (clock.instant(escalation.onset_at), clock.instant(escalation.triggered_at)) == (at(0), at(30))


def test_several_share_one_escalation_and_each_says_when_it_is_back():
    both = {DISK: "gone", "database_response": "gone"}
    judge(both, at(0))
    judge(both, at(30))
    for minute in (32, 34, 36, 38):
        judge({DISK: 50, "database_response": "gone"}, at(minute))
    (escalation,) = opened()
    assert events(escalation) == ["Opened", "Cleared"]
    assert escalation.events[0].note.count("gone") == 2
    assert escalation.events[1].note == "Disk used is measured again."


def test_a_value_now_and_then_does_not_hide_that_it_is_not_measured():
    for minute in range(0, 40, 2):
        judge({DISK: 50 if minute % 12 == 10 else "gone"}, at(minute))
    (escalation,) = opened()
    assert events(escalation) == ["Opened"]
    assert clock.instant(escalation.onset_at) == at(0)


def test_a_gap_now_and_then_is_none_that_lasts():
    for minute in range(0, 60, 2):
        judge({DISK: "gone" if minute % 12 == 10 else 50}, at(minute))
    assert opened() == []


def test_what_time_alone_mends_never_escalates():
    for minute in (0, 30, 60):
        judge({DISK: "young: no sample yet"}, at(minute))
    assert opened() == []
    assert state().live_verdict == "UNKNOWN"


def test_the_half_hour_counts_from_when_it_ceased_to_learn():
    judge({DISK: "young: no sample yet"}, at(0))
    judge({DISK: "gone"}, at(20))
    judge({DISK: "gone"}, at(40))
    assert opened() == []


def test_nought_minutes_escalate_nothing_unknown():
    frappe.db.set_single_value("Maintenance Settings", "unknown_minutes", 0)
    judge({DISK: "gone"}, at(0))
    judge({DISK: "gone"}, at(50))
    assert opened() == []


# --- which checks


def test_a_check_that_is_off_not_live_or_not_applicable_is_not_judged():
    names = {each.spec.name for each in live.checks_to_judge()}
    assert names == {DISK, "database_response"}
    for field, value in (("live", 0), ("enabled", 0), ("not_applicable", 1)):
        before = frappe.db.get_value(CHECK, DISK, field)
        frappe.db.set_value(CHECK, DISK, field, value)
        assert DISK not in {each.spec.name for each in live.checks_to_judge()}, field
        frappe.db.set_value(CHECK, DISK, field, before)


def test_a_derived_check_is_never_live():
    frappe.db.set_value(CHECK, "system_status", "live", 1)
    assert "system_status" not in {each.spec.name for each in live.checks_to_judge()}


def test_a_rule_that_cannot_be_meant_is_unknown_and_the_others_are_judged():
    frappe.db.set_value(CHECK, DISK, "warning", "> 99")
    judge({DISK: 50, "database_response": 20})
    assert state().live_verdict == "UNKNOWN"
    assert "cross" in state().live_reason
    assert state("database_response").live_verdict == "OK"


def test_saving_a_check_by_hand_changes_nothing_of_where_it_stands():
    judge({DISK: 95})
    form = frappe.get_doc(CHECK, DISK)
    judge({DISK: 96})
    form.update({"live_verdict": "OK", "live_value": "1", "breach_since": None, "description": "x"}).save()
    assert (state().live_verdict, state().live_value) == ("CRITICAL", "96")
    assert state().breach_since


def test_a_person_who_has_the_form_open_may_save_it_after_a_round():
    form = frappe.get_doc(CHECK, DISK)
    judge({DISK: 95})
    form.critical = "> 92"
    form.save()
    assert state().critical == "> 92"


def test_another_rule_is_judged_anew_and_a_check_that_is_not_live_any_more_stands_nowhere():
    judge({DISK: 95})
    form = state()
    form.update({"warning": "> 96", "critical": "> 97"}).save()
    assert (state().live_verdict, state().breach_since) == (None, None)
    judge({DISK: 95})
    assert state().live_verdict == "OK"
    form = state()
    form.update({"live": 0}).save()
    assert (state().live_verdict, state().live_since) == (None, None)


def test_spec_of_a_row_is_that_of_its_document():
    row = next(each for each in live.checks_to_judge() if each.spec.name == DISK)
    assert row.spec == checks.Spec.of(frappe.get_doc(CHECK, DISK))


def test_a_breach_that_lasts_is_told_under_the_new_subject_of_its_check():
    judge({DISK: 95})
    frappe.get_doc(CHECK, DISK).update({"subject": "Disks"}).save()
    judge({DISK: 95})
    assert [(each.subject, each.status) for each in opened()] == [(DISK, "Resolved"), ("Disks", "Open")]
