"""Silences, planned downtime and causes: nobody is told, the clock stands, and nothing is lost."""

import frappe
import pytest
from escalation_on_site import breach, escalation, events, over, tend, told

from verenigingen_maintenance.operations import telling
from verenigingen_maintenance.sources import clock

pytestmark = pytest.mark.usefixtures("present")
SILENCE = "Maintenance Silence"


def silence(subject="Error Log", hours=1, **more):
    now = clock.stored(clock.now())
    ends = frappe.utils.add_to_date(now, hours=hours)
    times = {"begins": now, "ends": ends, "reason": "the provider works on it"}
    return frappe.get_doc({"doctype": SILENCE, "subject": subject, **times, **more}).insert()


def decision(name):
    """What would become of the first notification of an escalation now."""
    (first, *_rest) = frappe.get_all(
        "Maintenance Notification", {"escalation": name}, pluck="name", order_by="name"
    )
    found = telling.decide(frappe.get_doc("Maintenance Notification", first), clock.now())
    return found.act.value, found.reason


def test_a_silence_holds_what_opens_and_its_clock_begins_when_it_is_over(present):
    kept = silence()
    name = breach()
    assert (escalation(name).next_level_at, events(name)) == (None, ["Opened", "Muted"])
    assert decision(name) == (
        "hold",
        f"{kept.name}: “the provider works on it” until 2026-11-24T11:00:00+01:00",
    )
    present.passes(hours=1)
    tend()
    assert (str(escalation(name).next_level_at), events(name)[-1]) == (
        "2026-11-24 11:30:00",
        "No Longer Muted",
    )
    assert decision(name) == ("send", "due")


def test_a_silence_of_another_subject_mutes_nothing():
    silence("Dashboard")
    assert decision(breach()) == ("send", "due")


def test_a_planned_downtime_is_a_silence_of_everything(present):
    begins = clock.stored(clock.now())
    planned = {"kind": "Planned", "begins": begins, "ends": frappe.utils.add_to_date(begins, hours=2)}
    frappe.get_doc({"doctype": "Downtime", "reason": "bench update", **planned}).insert()
    name = breach()
    assert decision(name)[0] == "hold"
    assert "bench update" in escalation(name).muted_because


def test_in_the_hour_that_october_repeats_a_silence_is_over_the_first_time(present):
    present.set("2026-10-25T01:50")
    silence()
    present.passes(minutes=40)
    name = breach()
    assert decision(name)[0] == "hold", "half past two, in summer time"
    present.passes(minutes=40)
    assert str(clock.stored(clock.now())) == "2026-10-25 02:10:00", "ten past two, in winter time"
    tend()
    assert decision(name)[0] == "send"


def test_in_the_hour_that_october_repeats_a_planned_downtime_lasts_the_second_time_too(present):
    planned = {"kind": "Planned", "begins": "2026-10-25 02:30:00", "ends": "2026-10-25 03:30:00"}
    present.set("2026-10-24T12:00")
    frappe.get_doc({"doctype": "Downtime", "reason": "bench update", **planned}).insert()
    present.set("2026-10-25T02:20")
    assert decision(breach("Before"))[0] == "send"
    present.passes(minutes=50)
    assert str(clock.stored(clock.now())) == "2026-10-25 02:10:00", "ten past two, in winter time"
    assert decision(breach("Within"))[0] == "hold"
    present.set("2026-10-25T03:31")
    assert decision(breach("After"))[0] == "send"


def test_what_follows_from_an_open_cause_waits_until_that_is_over(present):
    cause = breach("Dashboard", "Health")
    name = breach("API response", "Performance")
    act, reason = decision(name)
    assert (act, reason.startswith(f"follows from {cause}, Dashboard: ")) == ("hold", True)
    over("Dashboard")
    present.passes(minutes=1)
    tend()
    assert events(name)[-1] == "No Longer Muted"
    assert told(name, status="Waiting") == [("Opened", "Desk", "manager@example.com")]


def test_what_was_open_before_its_cause_stands_still_from_then_on(present):
    name = breach("API response", "Performance")
    present.passes(minutes=20)
    breach("Dashboard", "Health")
    tend()
    assert (events(name)[-1], escalation(name).next_level_at) == ("Muted", None)
    present.passes(hours=5)
    tend()
    assert escalation(name).level == "level-2"


def test_what_is_over_before_it_could_be_told_is_not_told():
    silence()
    name = breach()
    over()
    assert decision(name) == ("drop", "over before it was told: Resolved")


def test_who_was_told_is_told_that_it_is_over(present):
    name = breach()
    frappe.db.set_value("Maintenance Notification", {"escalation": name}, "status", "Delivered")
    over()
    assert told(name, kind="Cleared") == [("Cleared", "Desk", "operator@example.com")]


def test_who_was_not_told_is_not_told_that_it_is_over():
    name = breach()
    over()
    assert told(name, kind="Cleared") == []


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"hours": -1}, "cannot end at"),
        ({"hours": 0}, "cannot end at"),
        ({"hours": 24 * 91}, "over 90 days hides"),
        ({"begins": "2026-10-24 10:00", "ends": "2026-10-24 12:00"}, "silences nothing"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_silence_has_an_end_and_a_reason(values, refusal):
    with pytest.raises(frappe.ValidationError, match=refusal):
        silence(**values)


def test_a_silence_that_is_over_stays_as_it_was(present):
    kept = silence()
    present.passes(hours=2)
    kept.reason = "something else"
    with pytest.raises(frappe.ValidationError, match="is over and stays as it is"):
        kept.save()


def test_a_silence_says_who_declared_it():
    frappe.set_user("operator@example.com")
    assert silence(declared_by="manager@example.com").declared_by == "operator@example.com"


def test_subjects_that_silence_each_other_are_refused():
    settings = frappe.get_doc("Maintenance Settings")
    settings.append("inhibitions", {"cause": "API response", "silenced": "Dashboard"})
    with pytest.raises(frappe.ValidationError, match=r"silence each other.*API response, Dashboard"):
        settings.save()


def test_a_cause_that_is_over_and_waits_for_a_persons_word_silences_nothing(present):
    for _ in range(4):
        breach("Dashboard", "Health")
        over("Dashboard")
    assert frappe.db.get_value("Maintenance Escalation", {"subject": "Dashboard"}, "status") == "Open"
    assert decision(breach("API response", "Performance")) == ("send", "due")


def test_who_is_on_duty_when_it_is_muted_no_longer_is_told(present):
    level = frappe.get_doc("Escalation Level", "level-2")
    level.update({"rotation_from": "2026-11-17", "handover_at": "20:00:00"})
    for user in ("operator@example.com", "manager@example.com"):
        level.append("rotation", {"user": user})
    level.save()
    present.set("2026-11-24 19:30")
    silence()
    name = breach()
    assert told(name) == [("Opened", "Desk", "operator@example.com")]
    present.passes(hours=1)
    tend()
    assert told(name, status="Waiting") == [("Opened", "Desk", "manager@example.com")]


def test_a_circle_through_an_area_is_refused():
    settings = frappe.get_doc("Maintenance Settings")
    settings.append("inhibitions", {"cause": "Dashboard", "silenced": "Errors"})
    settings.append("inhibitions", {"cause": "Error Log", "silenced": "Dashboard"})
    with pytest.raises(frappe.ValidationError, match="silence each other"):
        settings.save()


def test_a_subject_that_no_check_has_is_refused_with_those_there_are():
    with pytest.raises(frappe.ValidationError, match=r"No check has the subject “error log”.*Error Log"):
        silence("error log")


def test_only_a_manager_silences_everything():
    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.ValidationError, match="only a Maintenance Manager silences everything"):
        silence("")
    frappe.set_user("manager@example.com")
    assert silence("").name


def test_nobody_is_told_that_it_is_over_when_it_broke_again(present):
    name = breach()
    frappe.db.set_value("Maintenance Notification", {"escalation": name}, "status", "Delivered")
    over()
    breach()
    (cleared,) = frappe.get_all(
        "Maintenance Notification", {"escalation": name, "kind": "Cleared"}, pluck="name"
    )
    found = telling.decide(frappe.get_doc("Maintenance Notification", cleared), clock.now())
    assert (found.act.value, found.reason) == ("drop", "open again: Open")
