"""An incident from its beginning to its end: what opens it, what is kept at once, who commands it."""

import json
from dataclasses import replace
from datetime import timedelta

import frappe
import pytest
from conftest import as_json, fresh, run_bench, stored

from verenigingen_maintenance import api
from verenigingen_maintenance.core.service_processes import Service
from verenigingen_maintenance.operations import (
    clearing,
    emergency_notes,
    emergency_sheet,
    escalations,
    incident_capture,
    incident_steps,
    incident_watch,
    run_now,
)
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.escalations import Breach
from verenigingen_maintenance.sources import capture_servers, clock, services

FAILURE, SLOW, ANALYTICS = "Critical System Failure", "Performance Degradation", "Analytics Engine Failure"
INCIDENT = "Maintenance Incident"
ALL = incident_capture.GROUPS


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Most tests do not look at what was captured: a small part of it is read."""
    monkeypatch.setattr(incident_capture, "GROUPS", ({"database": capture_servers.database},))


def break_(check, subject=None, minutes=0):
    """An open escalation of a check that has been CRITICAL for some minutes."""
    began = clock.now() - timedelta(minutes=minutes)
    part = Part(check, f"{check} is broken", began)
    return escalations.record(
        Breach(subject or check, f"{check} is broken", "far too much", began, parts=(part,))
    )


def open_ones():
    return {
        row.procedure: row
        for row in frappe.get_all(INCIDENT, {"status": "Open"}, ["name", "procedure", "trigger", "severity"])
    }


def notes_of(name):
    return [(row.event, row.note) for row in fresh(INCIDENT, name).events]


@pytest.mark.parametrize(
    ("check", "minutes", "procedure", "trigger", "severity"),
    [
        ("dashboard_accessible", 0, FAILURE, "Dashboard Down", "Critical"),
        ("api_response_now", 0, SLOW, "Slow Responses", "Major"),
        ("optimisation_failures", 0, SLOW, "Optimisation Failure", "Minor"),
        ("analytics_errors", 0, ANALYTICS, "Analytics Failure", "Major"),
        ("disk_used", 16, FAILURE, "Status Critical", "Major"),
    ],
)
def test_what_is_broken_opens_the_incident_of_its_procedure(check, minutes, procedure, trigger, severity):
    escalation = break_(check, minutes=minutes)
    incident_watch.watch(clock.now())
    (found,) = open_ones().values()
    assert (found.procedure, found.trigger, found.severity) == (procedure, trigger, severity)
    assert frappe.db.get_value("Maintenance Escalation", escalation, "incident") == found.name
    by = {row.by_user or None for row in fresh(INCIDENT, found.name).events}
    assert by == {None}, "nobody did it"


def test_the_status_is_critical_for_a_quarter_of_an_hour_before_that_is_an_emergency():
    break_("disk_used", minutes=14)
    incident_watch.watch(clock.now())
    assert not open_ones()


def test_what_breaks_later_joins_the_open_incident_and_fires_once():
    break_("dashboard_accessible")
    incident_watch.watch(clock.now())
    second = break_("workers_alive", minutes=20)
    for _ in range(2):
        incident_watch.watch(clock.now())
    (found,) = open_ones().values()
    assert frappe.db.get_value("Maintenance Escalation", second, "incident") == found.name
    told = [note for event, note in notes_of(found.name) if event == "Check" and "workers_alive" in note]
    assert len(told) == 1, told


def test_what_joins_can_make_it_worse_and_then_its_state_is_kept_again():
    break_("disk_used", minutes=20)
    incident_watch.watch(clock.now())
    (found,) = open_ones().values()
    break_("dashboard_accessible")
    incident_watch.watch(clock.now())
    incident = fresh(INCIDENT, found.name)
    assert (found.severity, incident.severity) == ("Major", "Critical")
    assert [row.why for row in incident.captures][1:] == ["dashboard_accessible is broken, now Critical"]


def test_one_that_was_resolved_opens_no_other_while_its_breach_goes_on_and_one_when_it_comes_back():
    break_("dashboard_accessible")
    incident_watch.watch(clock.now())
    (first,) = open_ones().values()
    api.resolve_incident(first.name, "nginx restarted")
    incident_watch.watch(clock.now())
    assert not open_ones()
    escalations.clear("dashboard_accessible", "dashboard_accessible", "answers again")
    frappe.db.set_value(INCIDENT, first.name, "resolved_at", stored(minutes=3))
    break_("dashboard_accessible")
    incident_watch.watch(clock.now())
    assert [row.name for row in open_ones().values()] != [first.name]


def test_a_gap_of_samples_is_an_emergency_that_nobody_saw_and_what_cannot_be_measured_is_none():
    break_("disk_used", "Not measured", minutes=60)
    break_("Notifications", minutes=60)
    incident_watch.watch(clock.now())
    assert not open_ones()
    break_("Sampling", minutes=30)
    incident_watch.watch(clock.now())
    assert list(open_ones()) == [FAILURE]


def test_a_trigger_that_cannot_be_meant_is_refused():
    settings = frappe.get_doc("Maintenance Settings")
    settings.incident_triggers[0].procedure = "Daily Maintenance"
    with pytest.raises(frappe.ValidationError, match="is no emergency procedure"):
        settings.save()
    settings.reload()
    settings.append("incident_triggers", settings.incident_triggers[0].as_dict(no_default_fields=True))
    with pytest.raises(frappe.ValidationError, match="dashboard_accessible"):
        settings.save()


def test_a_muted_escalation_and_a_drill_open_none():
    muted = break_("dashboard_accessible")
    frappe.db.set_value("Maintenance Escalation", muted, "muted_because", "planned until 10:00")
    incident_watch.watch(clock.now())
    assert not open_ones()


def test_its_state_is_kept_at_once_and_what_could_not_be_read_says_why(monkeypatch):
    def gone(now):
        raise ConnectionError("Redis is gone")

    groups = [{**group, **({"redis": gone} if "redis" in group else {})} for group in ALL]
    monkeypatch.setattr(incident_capture, "GROUPS", groups)
    name = api.start_incident("Members see an error page")["incident"]
    (capture,) = fresh(INCIDENT, name).captures
    parts = json.loads(capture.state)["parts"]
    assert "Redis is gone" in parts["redis"]["reason"]
    assert "Redis is gone" in capture.not_read
    assert capture.parts_read == len(parts) - 1
    assert parts["host"]["figures"]["disk used (%)"] > 0
    assert parts["database"]["figures"]["SELECT 1 (ms)"] > 0
    assert any("mariadbd" in row["command"] for row in parts["processes"]["rows"])
    assert {row["app"] for row in parts["upgrades"]["rows"]} >= {"frappe", "verenigingen_maintenance"}


def test_one_by_hand_tells_the_level_on_duty_until_it_is_resolved():
    name = api.start_incident("Members see an error page")["incident"]
    escalation = frappe.get_doc("Maintenance Escalation", {"incident": name})
    assert escalation.status == "Open"
    assert "Members see an error page" in escalation.events[-1].note
    assert frappe.db.exists("Maintenance Notification", {"escalation": escalation.name})
    clearing.clear_unwatched()
    assert fresh("Maintenance Escalation", escalation.name).status == "Open", "only its incident ends it"
    api.resolve_incident(name, "Redis was started again")
    assert fresh("Maintenance Escalation", escalation.name).status == "Resolved"
    assert name in fresh("Maintenance Procedure", FAILURE).review_because


def test_whoever_sees_it_too_writes_into_the_open_one():
    name = api.start_incident("Members see an error page")["incident"]
    assert api.start_incident("It is slow here")["incident"] == name
    assert ("Note", "It is slow here") in notes_of(name)


def test_two_commanders():
    name = api.start_incident("Members see an error page")["incident"]
    frappe.set_user("operator@example.com")
    run = api.take_command(name)["run"]
    assert frappe.db.get_value("Checklist Run", run, "procedure") == FAILURE
    assert not frappe.db.exists("Maintenance Escalation", {"incident": name, "status": "Open"})
    frappe.set_user("manager@example.com")
    with pytest.raises(frappe.ValidationError, match=r"operator@example\.com commands"):
        incident_steps.take_command(name, clock.now())
    api.take_command(name, "the operator sleeps")
    incident = fresh(INCIDENT, name)
    assert incident.commander == "manager@example.com"
    told = incident.events[-1].note
    assert "instead of operator@example.com: the operator sleeps" in told


def test_the_next_incident_of_the_day_has_a_run_of_its_own():
    opened_by_hand = run_now.find_or_open_procedure(FAILURE, clock.now())
    first = api.start_incident("Members see an error page")["incident"]
    assert api.take_command(first)["run"] == opened_by_hand, "it was opened for the same emergency"
    api.resolve_incident(first, "Redis was started")
    second = api.start_incident("Again")["incident"]
    assert api.take_command(second)["run"] == f"{opened_by_hand}-2"
    assert {phase["answered"] for phase in api.describe_incident(second)["phases"]} == {0}


def test_it_began_when_somebody_says_and_its_clock_runs_from_command(over_http):
    hour = clock.stored(clock.now() - timedelta(minutes=40))
    name = api.start_incident("Members see an error page", since=f"{hour:%H:%M}")["incident"]
    assert 39 <= api.describe_incident(name)["minutes"] <= 41
    with pytest.raises(frappe.ValidationError, match="is to come"):
        api.start_incident("x", SLOW, since=str(clock.stored(clock.now() + timedelta(hours=1))))
    for text in ("yesterday", "9" * 30, "25:00", "0315", "03.15", "2026-13-01 03:15", "0001-01-01 03:15"):
        with pytest.raises(frappe.ValidationError, match="is no time"):
            api.start_incident("x", SLOW, since=text)
    with pytest.raises(frappe.ValidationError, match="over a year ago"):
        api.start_incident("x", SLOW, since="2016-11-28 03:15")
    api.start_incident("It is slow here", since=f"{hour:%H:%M}")
    assert any(note.startswith("It is slow here (since ") for _event, note in notes_of(name))
    frappe.db.set_value(INCIDENT, name, "opened_at", stored(minutes=19))
    assert api.describe_incident(name)["phases"][0]["seconds_left"] < -800
    api.take_command(name)
    assert api.describe_incident(name)["phases"][0]["seconds_left"] > 290


def test_one_whose_state_nobody_read_is_read_when_it_is_looked_at():
    name = api.start_incident("Members see an error page")["incident"]
    frappe.db.delete("Maintenance Incident Capture", {"parent": name})
    for _ in range(2):
        incident_watch.watch(clock.now())
    assert [row.why for row in fresh(INCIDENT, name).captures] == ["First read after it was opened"]


def test_the_timeline_tells_what_was_recorded_anyway_and_each_fact_once():
    name = api.start_incident("Members see an error page")["incident"]
    run = api.take_command(name)["run"]
    step = frappe.get_doc("Checklist Run", run)
    row = next(item for item in step.items if item.by_hand)
    row.update({"result": "Failed", "note": "the database refuses connections"})
    step.save()
    change = {
        "doctype": "Maintenance Change",
        "title": "Index on Member",
        "status": "Applied",
        "kind": "Add Index",
    }
    made = frappe.get_doc({**change, "applied_at": stored(minutes=20), "applied_by": "manager@example.com"})
    made.flags.by_operation = True
    made.insert()
    frappe.db.commit()
    for _ in range(2):
        incident_watch.watch(clock.now())
    notes = [note for _event, note in notes_of(name)]
    for said in ("the database refuses connections", "Index on Member was applied"):
        assert sum(said in note for note in notes) == 1, notes
    assert not any("was migrated" in note for note in notes), "nobody migrated it"
    moments = [row.happened_at for row in fresh(INCIDENT, name).events]
    assert moments == sorted(moments)


def test_its_form_has_the_clock_of_the_procedure_and_the_next_step():
    name = api.start_incident("Members see an error page")["incident"]
    told = api.describe_incident(name)
    assert [row["event"] for row in told["timeline"]] == ["Opened", "Captured"]
    first, second = told["phases"]
    assert (first["begins"], first["until"], second["until"]) == (0, 5, 30)
    assert 200 < first["seconds_left"] <= 300
    assert told["next"]["title"] == "Check system status"
    assert frappe.local.site in told["next"]["command"]


def test_a_drill_calls_nobody():
    name = api.start_incident("Suppose the dashboard is down", drill=1)["incident"]
    run = api.take_command(name)["run"]
    assert frappe.db.get_value("Checklist Run", run, "is_drill") == 1
    assert not frappe.db.exists("Maintenance Escalation", {"incident": name})
    real = api.start_incident("Members see an error page")["incident"]
    assert real != name


def test_a_reviewed_or_ongoing_one_takes_no_step_that_does_not_follow(over_http):
    name = api.start_incident("Members see an error page")["incident"]
    with pytest.raises(frappe.ValidationError, match="how"):
        api.resolve_incident(name, " ")
    api.mitigate_incident(name, "switched to basic")
    with pytest.raises(frappe.ValidationError, match="Mitigated already"):
        api.mitigate_incident(name, "again")
    api.reopen_incident(name, "it came back")
    assert fresh(INCIDENT, name).mitigated_at is None


def test_nobody_writes_one_by_hand(over_http):
    name = api.start_incident("Members see an error page")["incident"]
    incident = frappe.get_doc(INCIDENT, name)
    incident.commander = "manager@example.com"
    with pytest.raises(frappe.ValidationError, match="neither made, changed nor deleted by hand"):
        incident.save()


def test_a_message_stands_in_the_timeline_as_it_was_told(over_http):
    name = api.start_incident("Members see an error page")["incident"]
    draft = api.draft_incident_message(name)
    assert "Members see an error page" in draft["subject"]
    assert "Next message: at" in draft["text"]
    api.send_incident_message(name, draft["subject"], "We are on it.")
    assert any("We are on it." in note for event, note in notes_of(name) if event == "Message")
    with pytest.raises(frappe.ValidationError, match="cannot be mailed"):
        api.send_incident_message(name, "x", "y", "board@example.com")


def test_the_shell_leads_through_it():
    begun = run_bench("maintenance", "incident", "start", "The dashboard is down")
    assert begun.returncode == 2, begun.stderr
    assert "Next: Check system status" in begun.stdout
    assert "(0-5 minutes): not begun" in begun.stdout
    api.start_incident("Suppose", drill=1)
    frappe.db.commit()
    auditor = run_bench("maintenance", "incident", "command", "--user", "auditor@example.com")
    assert (auditor.returncode, "neither the role" in auditor.stdout) == (3, True)
    run_bench("maintenance", "incident", "command", "--user", "operator@example.com")
    noted = run_bench(
        "maintenance", "incident", "note", "Redis was stopped", "--user", "operator@example.com"
    )
    assert "Note: Redis was stopped [operator@example.com, shell of " in noted.stdout
    assert "Also open:" not in noted.stdout
    status = run_bench("maintenance", "incident", "status")
    assert "DRILL Suppose" in status.stdout.partition("Also open:")[2]
    told = as_json(run_bench("maintenance", "incident", "status", "--json"))
    assert told["commander"] == "operator@example.com"
    assert any(row["note"] == "Redis was stopped" and "shell of" in row["source"] for row in told["timeline"])
    ended = run_bench("maintenance", "incident", "resolve", "Redis was started")
    assert ended.returncode == 0, ended.stdout
    assert "Next:" not in ended.stdout, "it is over"
    api.resolve_incident(next(iter(open_ones().values())).name, "End of the drill")
    frappe.db.commit()
    none = run_bench("maintenance", "incident", "note", "still here")
    assert (none.returncode, "No incident is open" in none.stdout) == (3, True)


GONE = {"FRAPPE_DB_PORT": "1"}


@pytest.fixture
def sheet():
    """The files beside the database, gone afterwards."""
    emergency_sheet.keep(clock.now())
    emergency_sheet.look_at_services(clock.now())
    yield emergency_sheet.folder()
    for file in emergency_sheet.folder().iterdir():
        file.unlink()


def test_without_a_database_the_shell_tells_what_to_do_and_keeps_what_is_written(sheet):
    frappe.get_doc("Escalation Level", "level-2").update({"phone": "+31 20 555 0100"}).save()
    frappe.db.commit()
    emergency_sheet.keep(clock.now())
    since = f"{clock.stored(clock.now() - timedelta(minutes=20)):%H:%M}"
    begun = run_bench("maintenance", "incident", "start", "Nothing answers", "--since", since, **GONE)
    assert begun.returncode == 3
    for said in ("does not answer", "Check database connectivity", "+31 20 555 0100", frappe.local.site):
        assert said in begun.stdout, begun.stdout
    database = services.facts().processes[Service.DATABASE][0]
    assert database.start.line in begun.stdout.partition("Then what does not run")[0]
    noted = run_bench("maintenance", "incident", "note", "the disk was full", **GONE).stdout
    assert (noted.startswith("What you wrote is kept in"), len(noted.splitlines())) == (True, 3), noted
    for _ in range(2):
        told = as_json(run_bench("maintenance", "incident", "status", "--json"))
    notes = [row["note"] for row in told["timeline"]]
    assert sum("the disk was full" in note for note in notes) == 1, notes
    assert (told["title"], 19 <= told["minutes"] <= 21) == (f"Nothing answers (since {since})", True)
    assert told["captured"]["parts"]["host"]["figures"], "as soon as the database answers"
    assert not list(sheet.glob("incident-notes.jsonl"))
    emergency_notes.take_in(clock.now() + timedelta(minutes=2))
    assert not list(sheet.glob("incident-notes*")), "nobody writes into it any more"


def test_the_sheet_has_how_each_service_ran_whatever_process_it_is_now(sheet, monkeypatch):
    found = emergency_sheet.read().services
    assert "--port" in found["Redis Cache"]["start"], "Redis is asked: its process shows a title only"
    facts = services.facts()
    later = {Service.DATABASE: [replace(facts.processes[Service.DATABASE][0], pid=1)]}
    monkeypatch.setattr(services, "facts", lambda: replace(facts, processes=later))
    emergency_sheet.look_at_services(clock.now() + timedelta(minutes=11))
    assert emergency_sheet.read().services == found, "what does not run now is told as it ran"


def test_a_command_that_reads_says_in_one_line_that_the_database_is_gone(sheet):
    ran = run_bench("maintenance", "status", **GONE)
    assert (ran.returncode, ran.stdout.count("\n"), "Traceback" in ran.stderr) == (3, 1, False), ran.stdout
    assert "maintenance incident start" in ran.stdout
    told = run_bench("maintenance", "incident", "restarts", **GONE)
    assert (told.returncode, "when it was seen last" in told.stdout) == (0, True), told.stdout


def test_a_drill_without_a_database_stays_one_and_a_note_goes_where_it_was_meant(sheet):
    real = api.start_incident("Members see an error page", "Performance Degradation")["incident"]
    run_bench("maintenance", "incident", "start", "Suppose", "--drill", "--severity", "Minor", **GONE)
    run_bench("maintenance", "incident", "note", "it is the disk", "--incident", real, **GONE)
    incident_watch.watch(clock.now())
    drill = open_ones()[FAILURE]
    assert (fresh(INCIDENT, drill.name).is_drill, drill.severity) == (1, "Minor")
    assert not frappe.db.exists("Maintenance Escalation", {"incident": drill.name})
    assert any("it is the disk" in note for _event, note in notes_of(real))


def test_lines_that_a_killed_process_took_are_taken_once(sheet, monkeypatch):
    half_an_hour_ago = clock.now() - timedelta(minutes=30)
    emergency_notes.note("start", FAILURE, "Nothing answers", "root", half_an_hour_ago)
    emergency_notes.note("note", FAILURE, "the disk was full", "root", clock.now())
    real, done = emergency_notes._take, []

    def killed_after_one(line, now):
        if done:
            raise KeyboardInterrupt
        done.append(real(line, now))
        frappe.db.commit()
        return True

    monkeypatch.setattr(emergency_notes, "_take", killed_after_one)
    with pytest.raises(KeyboardInterrupt):
        emergency_notes.take_in(clock.now())
    monkeypatch.setattr(emergency_notes, "_take", real)
    incident_watch.watch(clock.now())
    (found,) = open_ones().values()
    notes = [note for _event, note in notes_of(found.name)]
    assert [note for note in notes if "the disk was full" in note] == ["the disk was full"]
    assert len([note for note in notes if note.startswith("start: ")]) == 1
    incident = fresh(INCIDENT, found.name)
    opened = clock.stored(half_an_hour_ago)
    assert {incident.began_at, incident.opened_at} == {opened}, "it was opened when that was written"


MISTYPED = {"kind": "note", "procedure": "Critcal", "text": "", "at": clock.now().isoformat(), "by": "root"}
UNCLEAR = {
    "cut off": b'{"at": "2026-11-28T03',
    "cut off within a letter": '{"text": "één'.encode()[:-2],
    "no such procedure": json.dumps(MISTYPED).encode(),
    "written by hand": b'{"text": "it is the disk"}',
    "a time by hand": json.dumps({**MISTYPED, "at": "03:15"}).encode(),
    "a time without an offset": json.dumps({**MISTYPED, "at": "2026-11-28 03:15"}).encode(),
    "no text": json.dumps({**MISTYPED, "text": None}).encode(),
}


@pytest.mark.parametrize("line", UNCLEAR.values(), ids=UNCLEAR)
def test_a_line_that_cannot_be_understood_holds_up_no_other(sheet, line):
    (sheet / "incident-notes.jsonl").write_bytes(line + b"\n")
    emergency_notes.note("note", FAILURE, "the disk was full", "root", clock.now())
    emergency_notes.take_in(clock.now())
    (found,) = open_ones().values()
    assert found.procedure == FAILURE
    assert "the disk was full" in [note for _event, note in notes_of(found.name)]


def test_notes_that_cannot_be_taken_are_said_to_wait_and_hold_up_no_command(sheet):
    (sheet / "incident-notes.19700101000000.taking").mkdir()
    told = run_bench("maintenance", "incident", "status")
    assert "the database was gone waits, see Error Log" in told.stdout, told.stdout + told.stderr
    assert "No incident is open" in told.stdout
    (sheet / "incident-notes.19700101000000.taking").rmdir()


def test_the_sheet_of_a_site_that_wrote_none_is_the_apps_own(sheet):
    (sheet / "emergency-sheet.json").unlink()
    found = emergency_sheet.read()
    assert FAILURE in found.procedures
    assert any("mariadb" in task["command"] for task in found.procedures[FAILURE])


def test_without_redis_an_incident_is_opened_and_its_state_kept():
    gone = {"FRAPPE_REDIS_CACHE": "redis://127.0.0.1:1", "FRAPPE_REDIS_QUEUE": "redis://127.0.0.1:1"}
    begun = run_bench("maintenance", "incident", "start", "Redis is gone", "--json", **gone)
    told = as_json(begun)
    parts = told["captured"]["parts"]
    assert "refused" in parts["redis"]["reason"]
    assert parts["database"]["reason"] is None
    taken = run_bench("maintenance", "incident", "command", **gone)
    assert taken.returncode == 2, taken.stdout + taken.stderr
