"""Downtimes: what probes of the dashboard tell, the time in which nobody looked, and what a manager plans."""

from datetime import datetime, timedelta, timezone

import frappe
import pytest
from conftest import AMSTERDAM, fresh, keep_sample, stored

from verenigingen_maintenance.core.availability import Span
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.operations import downtimes, metric_rollups
from verenigingen_maintenance.sources import clock, sampling

DOWNTIME = "Downtime"
NINE = datetime(2026, 11, 24, 9, tzinfo=AMSTERDAM)
EVERY = timedelta(minutes=2)
UP, DOWN = 0, 1
LATER, AGES_AGO = datetime(2060, 6, 1, 10), datetime(2020, 6, 1, 10)
HOUR = timedelta(hours=1)


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def probe(minute, value, last=None):
    """A probe of the dashboard, as a round keeps and tells it: up, down, or why nobody knows."""
    now = at(minute)
    if isinstance(value, str):
        probed = Unknown(value, now)
    else:
        probed = Reading(value, "failures", now, "test", detail="HTTP 503")
    before = downtimes.last_probe(now)
    if isinstance(probed, Reading):
        keep_sample(downtimes.METRIC, value, at=now)
    downtimes.note(probed, before, last, now, EVERY)
    frappe.db.commit()


def probes(*pairs):
    for minute, value in pairs:
        probe(minute, value)


def minute(moment):
    return moment and round((clock.instant(moment) - NINE) / timedelta(minutes=1))


def found():
    """Kind, first and last minute of each downtime, in order."""
    frappe.db.commit()
    rows = frappe.get_all(DOWNTIME, fields=["kind", "begins", "ends"], order_by="begins, kind")
    return [(row.kind, minute(row.begins), minute(row.ends)) for row in rows]


def test_a_dashboard_that_does_not_answer_opens_one_and_that_it_answers_again_closes_it():
    probes((0, UP), (2, DOWN), (4, DOWN))
    assert found() == [("Down", 2, None)]
    probes((6, UP), (8, UP))
    assert found() == [("Down", 2, 6)]
    (row,) = frappe.get_all(DOWNTIME, fields=["seconds", "reason"])
    assert (row.seconds, row.reason) == (240, "HTTP 503")


def test_each_time_that_it_is_down_is_one_of_its_own():
    probes((0, DOWN), (2, UP), (4, DOWN), (6, UP))
    assert found() == [("Down", 0, 2), ("Down", 4, 6)]


def test_what_is_unknown_neither_opens_nor_closes():
    probes((0, UP), (2, "no web server is told"))
    assert found() == []
    probes((4, DOWN), (6, "the probe's user is gone"))
    assert found() == [("Down", 4, None)]


def test_a_round_that_did_not_probe_tells_nothing():
    probes((0, DOWN))
    downtimes.note(None, at(0), None, at(2), EVERY)
    assert found() == [("Down", 0, None)]


def test_from_the_moment_when_a_probe_was_due_until_the_next_nobody_looked():
    probes((0, UP), (20, UP))
    assert found() == [("Not Measured", 2, 20)]


def test_unknown_probes_are_a_time_in_which_nobody_looked():
    probes((0, UP), *((each, "no answer was understood") for each in range(2, 20, 2)), (20, UP))
    assert found() == [("Not Measured", 2, 20)]


def test_one_round_that_is_missing_is_no_gap():
    probes((0, UP), (4, UP), (9, DOWN), (14, UP))
    assert found() == [("Down", 9, 14)]


def test_the_first_probe_of_all_follows_no_gap():
    probes((0, UP))
    assert found() == []


@pytest.mark.parametrize(("value", "after"), [(UP, []), (DOWN, [("Down", 20, None)])])
def test_a_gap_ends_a_downtime_that_lasted_because_nobody_saw_it_last(value, after):
    probes((0, DOWN), (20, value))
    assert found() == [("Down", 0, 2), ("Not Measured", 2, 20), *after]


def test_a_clock_that_was_set_forward_is_no_gap():
    probe(0, UP)
    probe(180, UP, sampling.Round(at(0), EVERY))
    assert found() == []


def test_a_clock_that_was_set_back_hides_no_gap():
    probe(0, UP)
    probe(3, UP, sampling.Round(at(0), timedelta(minutes=63)))
    assert [kind for kind, _begins, _ends in found()] == ["Not Measured"]


def test_a_round_without_a_probe_does_not_tell_when_the_last_probe_was():
    probe(0, UP)
    probe(20, UP, sampling.Round(at(18), EVERY))
    assert found() == [("Not Measured", 2, 20)]


def test_what_is_told_twice_is_there_once():
    for _ in range(2):
        probes((0, DOWN), (20, UP))
        probe(20, UP)
    assert found() == [("Down", 0, 2), ("Not Measured", 2, 20)]


def test_those_that_touch_a_period_are_listed_and_one_that_lasts_ends_with_it():
    probes((0, DOWN), (2, UP), (30, DOWN))
    assert downtimes.spans("Down", at(2), at(40)) == [Span(at(30), at(40))]
    assert downtimes.spans("Down", at(1), at(30)) == [Span(at(0), at(2))]
    assert downtimes.spans("Not Measured", at(0), at(40)) == [Span(at(4), at(30))]


# --- by hand


def declare(user="manager@example.com", **fields):
    """A planned downtime of an hour, one day, as a form saves it."""
    frappe.set_user(user)
    times = {"begins": LATER, "ends": LATER + HOUR}
    return frappe.get_doc({"doctype": DOWNTIME, "reason": "New disks", **times, **fields}).insert()


def measured():
    probes((0, DOWN), (2, UP))
    (name,) = frappe.get_all(DOWNTIME, pluck="name")
    return name


def test_a_manager_plans_one_and_it_says_who_and_when():
    planned = declare()
    assert (planned.kind, planned.declared_by, planned.seconds) == ("Planned", "manager@example.com", 3600)
    assert abs(planned.declared_at - stored()) < timedelta(minutes=1)
    begins, ends = clock.instant(LATER), clock.instant(LATER + HOUR)
    assert downtimes.is_planned(begins + HOUR / 2, ends + HOUR)
    assert not downtimes.is_planned(begins - HOUR, begins)
    assert not downtimes.is_planned(ends, ends + HOUR)


def test_nobody_declares_that_it_was_down():
    assert declare(kind="Down", declared_by="Guest").kind == "Planned"


def test_a_planned_one_has_an_end():
    with pytest.raises(frappe.ValidationError, match="Say until when it is planned"):
        declare(ends=None)


def test_a_planned_one_ends_after_it_begins():
    with pytest.raises(frappe.ValidationError, match=r"cannot end at .* before it begins"):
        declare(ends=LATER - HOUR)


@pytest.mark.parametrize("user", ["operator@example.com", "auditor@example.com", "nobody@example.com"])
def test_nobody_but_a_manager_plans_one(user):
    with pytest.raises(frappe.PermissionError):
        declare(user)


@pytest.mark.parametrize("user", ["manager@example.com", "Administrator"])
def test_a_measured_one_is_neither_changed_nor_deleted_by_hand(user):
    name = measured()
    before = frappe.get_doc(DOWNTIME, name).as_dict()
    frappe.set_user(user)
    for forbidden in (
        lambda: frappe.get_doc(DOWNTIME, name).update({"ends": stored()}).save(),
        lambda: frappe.get_doc(DOWNTIME, name).update({"reason": "It was the weather"}).save(),
        lambda: frappe.get_doc(DOWNTIME, name).update({"kind": "Planned"}).save(),
        lambda: frappe.delete_doc(DOWNTIME, name, force=True),
    ):
        with pytest.raises(frappe.ValidationError, match="is a record"):
            forbidden()
    assert fresh(DOWNTIME, name).as_dict() == before


def test_one_that_has_not_begun_can_be_taken_back():
    planned = declare()
    frappe.delete_doc(DOWNTIME, planned.name)
    assert not frappe.db.exists(DOWNTIME, planned.name)


@pytest.mark.parametrize("user", ["manager@example.com", "Administrator"])
def test_one_that_was_recognised_stays_and_one_that_was_typed_wrongly_is_taken_back(user):
    downtimes.recognise(at(0), at(20), "bench migrate ran")
    recognised = frappe.get_last_doc(DOWNTIME).name
    typed_wrongly = declare(begins=AGES_AGO)
    frappe.set_user(user)
    frappe.delete_doc(DOWNTIME, typed_wrongly.name)
    with pytest.raises(frappe.ValidationError, match="is a record"):
        frappe.delete_doc(DOWNTIME, recognised, force=True)
    assert frappe.db.exists(DOWNTIME, recognised)


def test_in_the_hour_that_october_repeats_a_probe_each_two_minutes_leaves_no_gap():
    begins = datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)
    for each in range(60):
        now = begins + each * EVERY
        before = downtimes.last_probe(now)
        keep_sample(downtimes.METRIC, UP, at=now)
        downtimes.note(Reading(UP, "failures", now, "test"), before, None, now, EVERY)
    assert found() == []


def test_a_gap_longer_than_samples_are_kept_is_a_gap_all_the_same():
    probe(0, UP)
    metric_rollups.make("Metric Hour", clock.stored(at(0)).replace(minute=0))
    frappe.db.delete("Metric Sample")
    probe(30 * 1440, UP)
    assert [kind for kind, _begins, _ends in found()] == ["Not Measured"]


def test_one_that_lasts_can_be_prolonged_and_one_that_is_over_cannot():
    planned = declare(begins=AGES_AGO)
    planned.update({"ends": AGES_AGO + timedelta(days=15_000)}).save()
    assert planned.seconds == 15_000 * 86_400
    over = declare(begins=AGES_AGO - HOUR, ends=AGES_AGO)
    with pytest.raises(frappe.ValidationError, match="is a record"):
        over.update({"ends": stored()}).save()


def test_the_beginning_of_a_planned_one_is_not_moved():
    planned = declare(begins=AGES_AGO)
    with pytest.raises(frappe.ValidationError, match="Begins"):
        planned.update({"begins": LATER}).save()
