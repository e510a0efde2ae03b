"""A drill walks the levels, marked as one, and keeps who answered when."""

import frappe
import pytest
from conftest import run_bench
from escalation_on_site import NOTIFICATION, breach, escalation, events, tend, told

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import drills, escalation_actions, open_escalations

pytestmark = pytest.mark.usefixtures("present")


def test_an_answer_of_each_level_and_how_long_it_took(present):
    name = drills.begin(5, 2, "Quarterly")
    frappe.set_user("operator@example.com")
    present.passes(seconds=40)
    escalation_actions.acknowledge(name, "Here")
    assert escalation(name).level == "level-2"
    frappe.set_user("manager@example.com")
    present.passes(seconds=90)
    escalation_actions.acknowledge(name)
    after = escalation(name)
    assert (after.status, events(name, "Answered")) == ("Resolved", ["Answered", "Answered"])
    assert after.events[-1].note.splitlines() == [
        "Operations Team: operator@example.com answered after 40 s. Here",
        "Technical Team: manager@example.com answered after 90 s.",
        "The drill took 130 s.",
    ]


def test_silence_goes_on_to_the_next_level_and_is_written_down(present):
    name = drills.begin(5, 2, "Quarterly")
    for _ in range(6):
        present.passes(minutes=2)
        tend()
    after = escalation(name)
    assert after.status == "Resolved"
    assert "Operations Team: nobody answered\nTechnical Team: nobody answered" in after.events[-1].note
    assert [row[0] for row in told(name)] == ["Opened", "Next Level"]


def test_every_message_of_it_says_that_it_is_a_drill():
    name = drills.begin(5, 1, "Quarterly")
    rows = frappe.get_all(NOTIFICATION, {"escalation": name}, ["subject", "is_drill"])
    assert rows
    assert all(row.is_drill and row.subject.startswith("DRILL: ") for row in rows)


def test_it_counts_as_no_alert_and_silences_nothing():
    drills.begin(5, 2, "Quarterly")
    assert (open_escalations.open_ones(), open_escalations.first_open()) == ([], None)


def test_one_at_a_time():
    name = drills.begin(5, 2, "Quarterly")
    with pytest.raises(frappe.ValidationError, match=f"{name} is under way"):
        drills.begin(5, 2, "Once more")


def test_of_two_begun_at_once_the_second_is_told(monkeypatch):
    drills.begin(5, 2, "Quarterly")
    real = frappe.db.get_value
    seen = {"open_key": drills.SUBJECT}
    monkeypatch.setattr(
        frappe.db, "get_value", lambda *a, **options: None if seen in a else real(*a, **options)
    )
    with pytest.raises(frappe.ValidationError, match="Another drill began just now"):
        drills.begin(5, 2, "Once more")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ((0, 2, "x"), "1 to 240 minutes"),
        ((241, 2, "x"), "1 to 240 minutes"),
        ((5, 2, " "), "Say what the drill is for"),
        ((5, 0, "x"), "There is no level up to 0"),
        ((5, 9, "x"), "There is no level 9: the highest is 3, External Support"),
    ],
)
def test_a_drill_that_cannot_be_meant_is_refused(arguments, refusal):
    with pytest.raises(frappe.ValidationError, match=refusal):
        drills.begin(*arguments)


def test_from_the_shell_it_says_its_name(capsys):
    name = api.start_drill("Quarterly", "5", "1")["escalation"]
    assert name in capsys.readouterr().out


def test_bench_execute_fails_with_the_refusal_and_without_a_traceback():
    ran = run_bench("execute", "verenigingen_maintenance.api.start_drill", "--kwargs", "{'reason': ' '}")
    assert (ran.returncode, "Traceback" in ran.stdout + ran.stderr) == (1, False)
    assert ran.stdout.startswith("Say what the drill is for")


def test_a_real_breach_beside_a_drill_opens_as_always():
    drills.begin(5, 2, "Quarterly")
    assert events(breach()) == ["Opened"]


def test_who_is_not_at_the_level_that_is_asked_does_not_answer_for_it():
    name = drills.begin(5, 2, "Quarterly")
    frappe.set_user("operator@example.com")
    escalation_actions.acknowledge(name)
    with pytest.raises(frappe.ValidationError, match=f"{name} asks Technical Team now"):
        escalation_actions.acknowledge(name)
    assert (escalation(name).level, escalation(name).status) == ("level-2", "Open")
