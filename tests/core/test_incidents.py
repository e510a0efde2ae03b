"""The rules of incidents: what opens which, the clock of the procedure, states, what is told and captured."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.captures import (
    Captured,
    headline,
    state,
    without_secrets,
)
from verenigingen_maintenance.core.emergency_sheet import Sheet, as_note, as_text
from verenigingen_maintenance.core.incident_actions import ACTIONS, RESTART
from verenigingen_maintenance.core.incident_captures import not_read
from verenigingen_maintenance.core.incident_clock import Step, next_step, phases
from verenigingen_maintenance.core.incident_messages import DONE, Facts, draft, was_done
from verenigingen_maintenance.core.incident_states import ONGOING, TRANSITIONS, Status, after
from verenigingen_maintenance.core.incident_triggers import Breach, Trigger, emergencies
from verenigingen_maintenance.core.incident_wording import listed, told
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.service_processes import proof
from verenigingen_maintenance.core.transitions import TransitionError

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=timezone.utc)
TRIGGERS = [
    Trigger("dashboard", "Failure", "Dashboard Down", "Critical"),
    Trigger("system_status", "Failure", "Status Critical", "Major", 15),
    Trigger("api", "Slow", "Slow Responses", "Major"),
]


def breach(check, minutes, escalation="ESC-1"):
    return Breach(escalation, check, f"{check} is broken", NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("breaches", "found"),
    [
        ([], []),
        ([("disk", 14)], []),
        ([("disk", 15)], [("Failure", "Status Critical", "Major")]),
        ([("dashboard", 0)], [("Failure", "Dashboard Down", "Critical")]),
        ([("disk", 20), ("dashboard", 1)], [("Failure", "Status Critical", "Critical")]),
        (
            [("api", 0), ("disk", 20)],
            [("Failure", "Status Critical", "Major"), ("Slow", "Slow Responses", "Major")],
        ),
    ],
)
def test_what_is_broken_calls_for_its_procedure(breaches, found):
    called = emergencies([breach(*each) for each in breaches], TRIGGERS, NOW)
    assert [(each.procedure, each.trigger, each.severity) for each in called] == found


def test_without_a_line_for_the_status_only_what_is_named_opens_an_incident():
    assert emergencies([breach("disk", 60)], TRIGGERS[:1], NOW) == []


@pytest.mark.parametrize("event", TRANSITIONS)
@pytest.mark.parametrize("status", Status)
def test_only_what_follows_may_happen(status, event):
    allowed, leads_to = TRANSITIONS[event]
    if status in allowed:
        assert after(status, event) is leads_to
    else:
        with pytest.raises(TransitionError):
            after(status, event)


def test_nothing_follows_a_review_and_what_is_open_can_be_ended():
    assert all(Status.REVIEWED not in allowed for allowed, _leads_to in TRANSITIONS.values())
    assert all(status in TRANSITIONS["Resolved"][0] for status in ONGOING)


GROUPS = {"First": 5, "Then": 25}
STEPS = [Step("First", "look"), Step("First", "restart"), Step("Then", "learn")]


def answered(*titles):
    return [Step(each.group, each.title, answered_at=NOW if each.title in titles else None) for each in STEPS]


@pytest.mark.parametrize(
    ("minutes", "done", "left"),
    [
        (0, (), [300, 1800]),
        (6, (), [-60, 1440]),
        (6, ("look", "restart"), [None, 1440]),
        (31, ("look",), [-1560, -60]),
    ],
)
def test_each_group_has_its_minutes_one_after_the_other(minutes, done, left):
    found = phases(GROUPS, answered(*done), NOW - timedelta(minutes=minutes), NOW)
    assert [each.seconds_left for each in found] == left
    assert [(each.begins, each.until) for each in found] == [(0, 5), (5, 30)]


def test_a_group_without_minutes_has_no_clock_and_neither_has_what_follows():
    found = phases({"First": 0, "Then": 25}, STEPS, NOW, NOW)
    assert [(each.until, each.seconds_left) for each in found] == [(None, None), (None, None)]


def test_a_step_of_a_group_that_was_renamed_meanwhile_still_waits():
    found = phases({"First anew": 5}, [Step("First", "look")], NOW, NOW)
    assert next_step(found).title == "look"
    assert found[-1].seconds_left is None


def test_the_next_step_is_the_first_that_waits_for_a_person():
    checked = [Step("First", "a check", by_itself=True), *STEPS]
    assert next_step(phases(GROUPS, checked, NOW, NOW)).title == "look"
    assert next_step(phases(GROUPS, answered("look"), NOW, NOW)).title == "restart"
    assert next_step(phases(GROUPS, answered("look", "restart", "learn"), NOW, NOW)) is None


@pytest.mark.parametrize(
    ("status", "severity", "state", "said", "not_said"),
    [
        ("Open", "Critical", "is being worked on", "Next message: at 03:30", "How it ended"),
        ("Mitigated", "Major", "works again, under watch", "Next message: at 04:00", "How it ended"),
        ("Resolved", "Minor", "is over", "How it ended: Redis was started", "Next message"),
    ],
)
def test_a_message_says_what_people_notice_and_when_the_next_one_comes(
    status, severity, state, said, not_said
):
    facts = Facts(
        "INC-1",
        "No dashboard. Desk is slow too.",
        status,
        severity,
        NOW,
        resolution="Redis was started",
        actions=["Clear Cache", "Something new"],
    )
    subject, text = draft(facts, NOW)
    assert subject == f"INC-1 {state}: No dashboard. Desk is slow too"
    assert said in text
    assert not_said not in text
    assert "Done so far: stored pages were thrown away; something new." in text


def test_what_was_done_is_told_in_words_for_members_and_not_by_the_names_of_buttons():
    assert set(DONE) == {*ACTIONS, RESTART}


WAS, IS, OTHER = ({"pid": pid, "started": "03:00"} for pid in (1, 2, 3))


@pytest.mark.parametrize(
    ("before", "came", "is_told"),
    [
        ([WAS], [IS], True),
        ([], [IS], True),
        ([WAS, OTHER], [IS, OTHER], True),
        ([WAS], [WAS], False),
        ([WAS], [], False),
        (None, [IS], False),
        ([], [], False),
    ],
    ids=["restarted", "started", "in part", "the same runs", "it is gone", "not read before", "none is seen"],
)
def test_a_restart_by_hand_is_told_to_members_only_where_its_processes_prove_it(before, came, is_told):
    result = f"{proof(before, came).text}\nRestarted: that is what was pasted"
    assert was_done("By Hand", result) is is_told
    assert not was_done("Not Done: Drill", result)


@pytest.mark.parametrize(("outcome", "is_told"), [("Done", True), ("Failed", False), ("Running", False)])
def test_what_the_app_did_is_told_to_members_once_it_is_done(outcome, is_told):
    assert was_done(outcome, "3 keys before, 0 after") is is_told


def test_a_message_of_a_drill_says_so_twice():
    subject, text = draft(Facts("INC-1", "x", "Open", "Major", NOW, is_drill=True), NOW)
    assert subject.startswith("DRILL: ")
    assert "Nothing is broken" in text


def test_a_part_that_could_not_be_read_is_told_with_its_reason():
    found = state(
        {"redis": Unknown("ConnectionError: refused", NOW), "host": Captured({"disk used (%)": 40})}
    )
    assert not_read(found) == {"Redis": "ConnectionError: refused"}
    assert headline(found) == "1 of 2 parts read; not read: Redis"
    assert found["parts"]["redis"]["figures"] == {}


def test_a_capture_has_no_secrets_and_says_who_changed_a_setting():
    part = Captured(
        {"url": "https://a:secret@host/"},
        [{"command": "x" * 900, "by": "jan@example.com", "mail": "jan@example.com"}],
    )
    clean = part.redacted()
    assert "secret" not in str(clean.figures)
    (row,) = clean.rows
    assert row["by"] == "jan@example.com"
    assert "jan@" not in row["mail"]
    assert len(row["command"]) < 420


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("redis-cli -a hunter22 ping", "redis-cli -a … ping"),
        ("mysqldump -phunter22 db", "mysqldump -p… db"),
        ("bench restore --root-password=hunter22 x", "bench restore --root-password=… x"),
        ("bench worker --queue long", "bench worker --queue long"),
    ],
)
def test_a_command_is_shown_without_its_secrets(command, shown):
    assert without_secrets(command) == shown


TASK = {"group": "First", "title": "Look", "instructions": "Look closely.", "command": "df -h\nfree -m"}


def test_the_sheet_has_the_steps_with_their_commands_whom_to_call_and_where_notes_are():
    text = as_text(Sheet({"Failure": [TASK]}, ["Level 2, +31 20"], "2026-11-27 09:00"), "Failure", "/notes")
    for said in ("== First", "1. Look", "$ df -h", "$ free -m", "Level 2, +31 20", "2026-11-27", "/notes"):
        assert said in text
    assert "never wrote it down" in as_text(Sheet({"Failure": [TASK]}), "Other", "")


def kept(how, **more):
    return {"how": how, "as_user": "mysql", "restart": "", "start": "", "why": "", **more}


def test_the_sheet_begins_with_how_this_host_runs_the_database():
    usual = {**TASK, "title": "Restart database", "command": "sudo service mariadb restart"}
    services = {"MariaDB": kept("By Hand", start="(cd /srv && nohup mariadbd &)")}
    services |= {
        f"Redis {each}": kept("By Hand", start="(nohup redis-server &)") for each in ("Cache", "Queue")
    }
    services["Web Server"] = kept("systemd", restart="sudo systemctl restart web.service")
    text = as_text(Sheet({"Failure": [TASK, usual]}, services=services), "Failure", "")
    first, rest = text.split("Then what does not run of these:")
    assert "MariaDB (By Hand, as mysql)\n      $ (cd /srv && nohup mariadbd &)" in first
    assert first.startswith("First the database:")
    assert "$ sudo systemctl restart web.service" in rest
    assert rest.count("redis-server") == 1
    assert "Redis Queue: with Redis Cache, by the same command" in rest
    assert ("Scheduler: How this host runs it was never seen" in rest, "service mariadb" in rest) == (
        True,
        False,
    )
    elsewhere = {"MariaDB": kept("Another Host", why="It is on db.example.com: restart it there.")}
    assert "db.example.com" in as_text(Sheet({"Failure": [TASK]}, services=elsewhere), "Failure", "")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("systemctl status mariadb", ["$ systemctl status mariadb"]),
        ("df -h\nsudo systemctl restart mysql.service\nfree -m", ["$ df -h", "$ KEPT", "$ free -m"]),
        ("if true; then\n  service mysql restart\nfi", ["$ if true; then", "  KEPT", "fi"]),
        ("service mariadb restart && df -h", ["$ service mariadb restart && df -h"]),
        ("sudo service mariadb restart-now", ["$ sudo service mariadb restart-now"]),
    ],
)
def test_of_a_procedure_only_the_lines_that_restart_the_database_give_way(command, lines):
    services = {"MariaDB": kept("systemd", restart="KEPT")}
    text = as_text(Sheet({"Failure": [{**TASK, "command": command}]}, services=services), "Failure", "")
    assert "\n".join(f"      {line}" for line in lines) in text.split("1. Look")[1]
    never_seen = as_text(Sheet({"Failure": [{**TASK, "command": "service mysql restart"}]}), "Failure", "")
    assert "$ service mysql restart" in never_seen


def test_of_a_note_only_where_it_is_kept_is_said_and_first():
    first, second = as_note("/notes", "bench incident status").splitlines()
    assert (first.startswith("What you wrote is kept in /notes"), "incident status" in second) == (True, True)


def test_an_incident_in_a_shell():
    row = {
        "incident": "INC-1",
        "severity": "Major",
        "status": "Open",
        "title": "No page",
        "commander": "",
        "is_drill": False,
    }
    assert "nobody commands it" in listed([row])
    assert "No incident is open" in listed([])
    phase = {"title": "First", "answered": 1, "steps": 3, "seconds_left": -61}
    step = {
        "title": "Look",
        "instructions": "Closely.",
        "command": "mariadb -e 'select 1\nlimit 3'",
        "changes_system": True,
    }
    event = {"at": "2026-11-28 03:00:00", "event": "Note", "note": "first\nsecond", "by": ""}
    more = {
        "minutes": 7,
        "procedure": "Failure",
        "escalations": [],
        "phases": [phase],
        "next": step,
        "captured": None,
        "run": "R",
        "still_paused": [],
    }
    text = told({**row, **more, "timeline": [event], "call": []})
    for said in (
        "1:01 over its time",
        "Next: Look.  It changes the system",
        "    $ mariadb -e 'select 1\n    limit 3'\n",
        "Note: first …",
        "not captured yet",
    ):
        assert said in text
