"""The clocks of escalations on a site: levels, times, reminders, policy that is copied, people who answer."""

from datetime import timedelta

import frappe
import pytest
from conftest import connect
from escalation_on_site import breach, escalation, events, over, tend, told

from verenigingen_maintenance.operations import (
    clearing,
    escalation_actions,
    escalation_steps,
    escalations,
    tend_escalations,
)
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.sources import alert_rows, clock

pytestmark = pytest.mark.usefixtures("present")
LEVEL = "Escalation Level"


def test_what_nobody_acknowledges_goes_from_level_to_level_in_their_times(present):
    name, seen = breach(), []
    for minute in range(0, 160, 2):
        tend()
        seen.append((minute, escalation(name).level))
        present.passes(minutes=2)
    assert {level: minute for minute, level in reversed(seen)} == {
        "level-1": 0,
        "level-2": 30,
        "level-3": 150,
    }
    assert events(name, "Opened", "Next Level") == ["Opened", "Next Level", "Next Level"]
    assert escalation(name).next_level_at is None


def test_each_level_is_told_once_when_it_is_its_turn(present):
    name = breach()
    assert told(name) == [("Opened", "Desk", "operator@example.com")]
    present.passes(minutes=30)
    tend()
    tend()
    assert told(name, kind="Next Level") == [("Next Level", "Desk", "manager@example.com")]


def test_by_night_it_starts_at_level_two_which_has_four_hours(present):
    present.set("2026-11-24 22:00")
    name = breach()
    assert (escalation(name).level, str(escalation(name).next_level_at)) == ("level-2", "2026-11-25 02:00:00")


def test_acknowledging_ends_the_reminders_and_the_way_up(present):
    name = breach()
    present.passes(minutes=15)
    tend()
    assert told(name, kind="Reminder") == [("Reminder", "Desk", "operator@example.com")]
    escalation_actions.acknowledge(name, "On it")
    for _ in range(100):
        present.passes(minutes=10)
        tend()
    assert (escalation(name).level, len(told(name, kind="Reminder"))) == ("level-1", 1)
    assert escalation(name).next_level_at is None


def test_the_last_level_is_reminded_and_goes_nowhere(present):
    name = breach(area="Data Loss")
    present.passes(minutes=15)
    tend()
    assert escalation(name).level == "level-3"
    assert events(name) == ["Opened", "Reminded"]


def test_a_change_of_the_policy_changes_no_clock_that_runs(present):
    name = breach()
    frappe.get_doc(LEVEL, "level-1").update({"grace_minutes": 300}).save()
    frappe.get_doc("Maintenance Settings").update({"business_day_ends": "11:00:00"}).save()
    frappe.db.commit()
    present.passes(minutes=30)
    tend()
    assert (escalation(name).level, str(escalation(name).next_level_at)) == ("level-2", "2026-11-24 12:30:00")
    later = breach("Another")
    assert str(escalation(later).next_level_at) == "2026-11-24 15:30:00"


def test_while_escalation_is_not_active_people_are_reminded_and_nothing_goes_up(present):
    frappe.db.set_single_value("Maintenance Settings", "escalation_active", 0)
    name = breach()
    present.passes(hours=9)
    tend()
    assert (escalation(name).level, events(name)) == ("level-1", ["Opened", "Reminded"])
    frappe.db.set_single_value("Maintenance Settings", "escalation_active", 1)
    tend()
    assert escalation(name).next_level_at, "switched on, its clock begins"


def test_a_person_hands_it_on_and_the_next_level_has_its_whole_time(present):
    name = breach()
    escalation_actions.acknowledge(name)
    present.passes(minutes=5)
    escalation_actions.hand_on(name, "Restarted the worker twice")
    assert events(name)[-1] == "Handed On"
    after = escalation(name)
    assert (after.status, after.level, str(after.next_level_at)) == ("Open", "level-2", "2026-11-24 12:05:00")
    assert told(name, kind="Next Level") == [("Next Level", "Desk", "manager@example.com")]


def test_there_is_nobody_to_hand_on_to_at_the_last_level():
    name = breach(area="Data Loss")
    with pytest.raises(frappe.ValidationError, match="at the last level: call the contacts"):
        escalation_actions.hand_on(name, "x")


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2027-03-27 23:00", "2027-03-28 04:00:00"),  # the clock skips an hour
        ("2026-10-24 23:00", "2026-10-25 02:00:00"),  # the clock shows an hour twice
    ],
)
def test_in_the_nights_in_which_clocks_change_four_hours_are_four_hours(present, opened, due):
    present.set(opened)
    name = breach()
    assert str(escalation(name).next_level_at) == due
    present.passes(hours=3, minutes=58)
    tend()
    assert escalation(name).level == "level-2"
    present.passes(minutes=2)
    tend()
    assert escalation(name).level == "level-3"


def test_after_a_standstill_it_says_how_late_it_is_and_tells_one_level(present):
    name = breach()
    present.passes(hours=10)
    tend()
    tend()
    assert escalation(name).level == "level-2"
    assert escalation(name).events[-1].note == "not acknowledged in time; 570 min late"


def test_a_clock_that_is_set_back_tells_nobody_twice(present):
    name = breach()
    present.passes(minutes=30)
    tend()
    before = told(name)
    present.passes(hours=-3)
    tend()
    assert told(name) == before


def test_one_of_an_earlier_version_gets_a_clock_where_it_stands(present):
    name = breach()
    frappe.db.set_value(
        "Maintenance Escalation", name, {"clock": None, "policy": None, "next_level_at": None}
    )
    frappe.db.commit()
    tend()
    assert str(escalation(name).next_level_at) == "2026-11-24 10:30:00"


def test_one_that_cannot_be_tended_keeps_no_other_from_its_turn(present):
    broken, whole = breach("Broken"), breach("Whole")
    frappe.db.set_value("Maintenance Escalation", broken, "clock", "{")
    frappe.db.commit()
    present.passes(minutes=30)
    with pytest.raises(RuntimeError, match=f"Not tended, see Error Log: {broken}"):
        tend()
    assert escalation(whole).level == "level-2"


def test_a_level_that_was_deleted_meanwhile_stops_nothing(present):
    name = breach()
    frappe.delete_doc(LEVEL, "level-2", force=True)
    frappe.db.commit()
    present.passes(minutes=30)
    tend()
    assert events(name)[-2:] == ["Next Level", "Nobody There"]
    present.passes(minutes=2)
    tend()
    assert escalation(name).level == "level-3"


def test_a_check_with_a_level_of_its_own_starts_there():
    from verenigingen_maintenance.operations import checks, escalations

    check = frappe.get_doc("Maintenance Check", "errors_24h")
    check.update({"warning": "", "critical": ">= 0", "clear": "", "starting_level": 3}).save()
    frappe.db.commit()
    names = escalations.record_breaches([checks.run("errors_24h")])
    assert escalation(names["Error Log"]).level == "level-3"


def test_the_settings_say_where_an_area_starts():
    settings = frappe.get_doc("Maintenance Settings")
    next(row for row in settings.starting_levels if row.area == "Errors").in_hours = 3
    settings.save()
    frappe.db.commit()
    assert escalation(breach()).level == "level-3"


def test_a_job_that_fires_twice_moves_a_clock_once(present):
    name = breach()
    present.passes(minutes=30)
    tend_escalations.tend(clock.now())
    tend_escalations.tend(clock.now())
    assert events(name, "Next Level") == ["Next Level"]


def test_what_came_back_is_asked_for_anew(present):
    name = breach()
    escalation_actions.acknowledge(name)
    over()
    present.passes(minutes=10)
    assert breach() == name
    after = escalation(name)
    assert (after.status, after.level, str(after.next_level_at)) == ("Open", "level-1", "2026-11-24 10:40:00")
    assert told(name, kind="Reopened") == [("Reopened", "Desk", "operator@example.com")]


def test_a_breach_while_a_person_resolves_reopens_although_a_round_still_sees_it_open(present):
    name = breach()
    assert frappe.db.count("Maintenance Escalation") == 1, "what this transaction reads from now on is of now"
    with connect(frappe.conf) as other, other.cursor() as cursor:
        sets = "status = 'Resolved', open_key = null, closed_at = %s"
        resolved = f"update `tabMaintenance Escalation` set {sets} where name = %s"
        cursor.execute(resolved, (clock.stored(clock.now()), name))
    assert breach() == name
    assert (escalation(name).status, escalation(name).flaps) == ("Open", 1)


@pytest.mark.parametrize(("minutes", "is_same"), [(40, True), (70, False)])
def test_what_was_over_in_the_hour_that_october_repeats_returns_by_its_instants(present, minutes, is_same):
    present.set("2026-10-25T02:10")
    present.passes(hours=1)
    name = breach()
    over()
    present.passes(minutes=minutes)
    assert (breach() == name) is is_same


def test_what_flaps_in_the_hour_that_october_repeats_was_not_long_over(present):
    present.set("2026-10-25T02:55")
    for _ in range(4):
        name = breach()
        over()
        present.passes(minutes=5)
    assert (str(escalation(name).cleared_at), escalation(name).flaps) == ("2026-10-25 02:10:00", 3)
    present.passes(minutes=30)
    before = len(told(name, kind="Reopened"))
    breach()
    assert len(told(name, kind="Reopened")) == before
    over()
    present.passes(minutes=61)
    breach()
    assert len(told(name, kind="Reopened")) == before + 1


def test_a_review_closes_it_for_good(present):
    name = breach()
    for wrong in ("", "Perhaps"):
        with pytest.raises(frappe.ValidationError, match="The outcome is one of: Real"):
            escalation_actions.close(name, wrong, "x")
    with pytest.raises(frappe.ValidationError, match="is Open: that does not follow"):
        escalation_actions.close(name, "Real", "A disk")
    escalation_actions.resolve(name, "Replaced")
    escalation_actions.close(name, "Real", "Order disks earlier")
    after = escalation(name)
    assert (after.status, after.outcome, after.review) == ("Closed", "Real", "Order disks earlier")
    assert breach() != name, "what is closed is not reopened"


def test_reminders_go_on_however_long_nobody_answers(present, monkeypatch):
    monkeypatch.setattr(escalation_steps, "MOST_EVENTS", 10)
    name = breach(area="Data Loss")
    for _ in range(15):
        present.passes(minutes=15)
        tend()
    assert len(told(name, kind="Reminder")) == 15


def test_a_second_check_of_the_subject_that_starts_higher_takes_it_there(present):
    name = breach()
    assert breach(area="Data Loss", key="backups") == name
    assert escalation(name).level == "level-3"
    assert events(name)[-1] == "Raised"
    assert told(name, kind="Next Level") == [("Next Level", "Desk", "manager@example.com")]


def test_who_has_it_is_told_when_more_of_it_breaks(present):
    name = breach()
    frappe.set_user("operator@example.com")
    escalation_actions.acknowledge(name)
    frappe.set_user("Administrator")
    breach(key="another check")
    breach(key="another check")
    assert told(name, kind="More Broke") == [("More Broke", "Desk", "operator@example.com")]


def test_one_that_waits_for_a_persons_word_and_breaks_days_later_is_told_anew(present):
    for _ in range(4):
        name = breach()
        over()
        present.passes(minutes=5)
    assert (escalation(name).status, escalation(name).flaps) == ("Open", 3)
    before = len(told(name, kind="Reopened"))
    breach()
    assert len(told(name, kind="Reopened")) == before, "it flaps: that is known"
    over()
    present.passes(days=4)
    escalation_actions.acknowledge(name)
    breach()
    assert (escalation(name).status, len(told(name, kind="Reopened"))) == ("Open", before + 1)


@pytest.mark.parametrize(
    "change", [{"enabled": 0}, {"not_applicable": 1}, {"subject": "Elsewhere"}, "delete"], ids=str
)
def test_what_nobody_watches_any_more_is_over(present, change):
    name = breach("disk_used", "Health")
    if change == "delete":
        frappe.db.delete("Maintenance Check", {"name": "disk_used"})
    else:
        frappe.db.set_value("Maintenance Check", "disk_used", change)
    clearing.clear_unwatched()
    after = escalation(name)
    assert (after.status, after.events[-1].note) == ("Resolved", "disk_used is not watched any more.")


def test_what_is_no_check_is_watched_for_all_that(present):
    name = breach("Sampling", "Health")
    clearing.clear_unwatched()
    assert escalation(name).status == "Open"


def test_one_that_was_pending_brings_nothing_of_its_past(present):
    part = Part("old", "An old one", clock.now(), worst=9999.0, critical="> 1")
    escalations.pend(escalations.Breach("Error Log", "Old", "9999", clock.now(), parts=(part,)))
    escalations.did_not_last([])
    frappe.db.commit()
    present.passes(days=7)
    after = escalation(breach())
    assert (after.status, after.cleared_by_itself, after.closed_at) == ("Open", 0, None)
    assert [row.check_name for row in after.checks] == ["Error Log"]


def test_an_earlier_one_is_over_when_its_checks_are(present):
    name = breach()
    frappe.db.set_value(
        "Maintenance Escalation", name, {"clock": None, "policy": None, "status": "Acknowledged"}
    )
    frappe.db.delete("Maintenance Escalation Check")
    frappe.db.commit()
    with pytest.raises(frappe.ValidationError, match="begins within a minute"):
        escalation_actions.hand_on(name, "x")
    frappe.db.rollback()
    tend()
    after = escalation(name)
    assert {row.check_name for row in after.checks} == {"errors_24h", "errors_60min", "same_error_24h"}
    assert (after.status, after.next_level_at) == ("Acknowledged", None)
    assert len(told(name)) == 1, "nobody is told again"


def test_an_earlier_one_can_be_resolved_before_its_clock_begins(present):
    name = breach()
    frappe.db.set_value("Maintenance Escalation", name, {"clock": None, "policy": None})
    frappe.db.set_value("Maintenance Notification", {"escalation": name}, "status", "Delivered")
    frappe.db.commit()
    frappe.set_user("manager@example.com")
    escalation_actions.resolve(name, "It was mended before the upgrade")
    assert escalation(name).status == "Resolved"
    assert told(name, kind="Cleared") == [("Cleared", "Desk", "operator@example.com")]


def test_what_a_person_handed_on_or_what_rose_is_no_late_answer(present):
    handed, rose, late = breach("Handed"), breach("Rose"), breach("Late")
    escalation_actions.hand_on(handed, "Not mine")
    breach("Rose", "Data Loss", key="backups")
    present.passes(minutes=30)
    tend()
    assert went_up() == {handed: 0, rose: 0, late: 1}


def test_that_nobody_is_at_a_level_is_no_late_answer_and_at_the_next_one_it_is(present):
    frappe.db.set_value("Escalation Level", "level-1", {"role": None, "contact": None})
    frappe.db.commit()
    name = breach()
    present.passes(minutes=1)
    tend()
    assert events(name)[:3] == ["Opened", "Nobody There", "Next Level"]
    assert went_up() == {name: 0}
    present.passes(hours=4)
    tend()
    assert went_up() == {name: 1}


def went_up():
    found = alert_rows.escalations(clock.now() - timedelta(days=1), clock.now() + timedelta(minutes=1)).alerts
    return {alert.name: alert.went_up for alert in found}
