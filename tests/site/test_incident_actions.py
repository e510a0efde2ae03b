"""What a hand does in an incident is really done, read on both sides, and taken back; a drill only reads."""

import json
from contextlib import contextmanager
from datetime import timedelta

import frappe
import pytest
import redis
from conftest import connect, fresh
from frappe.utils import background_jobs
from frappe.utils.scheduler import is_scheduler_disabled
from incident_actions_on_site import INCIDENT, MANAGER, OPERATOR, last, opened, resolve
from test_beside_error_log import add_job

from verenigingen_maintenance import api
from verenigingen_maintenance.operations import (
    apply_change,
    changes,
    incident_action_left,
    incident_action_offers,
    incident_actions,
    incidents,
)
from verenigingen_maintenance.operations.incident_action_kinds import WAYS
from verenigingen_maintenance.sources import clock

CHANGE, JOB = "Maintenance Change", "Scheduled Job Type"
GONE = "Redis does not answer"


def perform(incident, action, user=OPERATOR, reason="To see", **parameters):
    """As the door does; the row that it leaves."""
    frappe.set_user(user)
    api.perform_incident_action(incident, action, reason, json.dumps(parameters))
    return last(incident)


def offered(incident, action, user=MANAGER):
    found = incident_action_offers.offers(incident, user)
    return next(each for each in found["actions"] if each["name"] == action)


def left_paused(incident):
    return incident_action_offers.offers(incident, MANAGER)["still_paused"]


def refused(match, *arguments, **options):
    with pytest.raises(frappe.ValidationError, match=match):
        perform(*arguments, **options)


# --- each action


def test_the_cache_is_cleared_and_the_engines_keys_alone_are_deleted(incident):
    frappe.cache.set_value("analytics_of_a_test", 1)
    frappe.cache.set_value("something_of_a_test", 1)
    row = perform(incident, "Delete Engine Cache Keys")
    assert (row.outcome, row.was["keys"], row.then["keys"]) == ("Done", 1, 0)
    assert frappe.cache.get_value("something_of_a_test") == 1
    row = perform(incident, "Clear Cache")
    frappe.local.cache.clear()
    assert frappe.cache.get_value("something_of_a_test") is None
    assert row.was["keys of this site"] > row.then["keys of this site"]
    assert (row.by_user, row.reason) == (OPERATOR, "To see")
    event = fresh(INCIDENT, incident).events[-1]
    assert (event.event, event.by_user) == ("Action", OPERATOR)
    assert event.note.startswith("Clear Cache: Done. ")


@pytest.fixture
def scheduler_on():
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    frappe.db.commit()
    yield
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    frappe.db.commit()


def test_the_scheduler_is_paused_and_resumed_and_what_is_still_paused_is_said(incident, scheduler_on):
    refused("It is not paused", incident, "Resume Scheduler")
    row = perform(incident, "Pause Scheduler", MANAGER)
    assert is_scheduler_disabled(verbose=False)
    assert (row.was["on in System Settings"], row.then["on in System Settings"]) == (True, False)
    assert left_paused(incident) == ["The scheduler is paused: Resume Scheduler puts it back."]
    assert "It does not run" in offered(incident, "Pause Scheduler")["why_not"]
    refused("It does not run: the scheduler is off", incident, "Pause Scheduler", MANAGER)
    perform(incident, "Resume Scheduler")
    assert not is_scheduler_disabled(verbose=False)
    assert left_paused(incident) == []
    assert len(fresh(INCIDENT, incident).actions) == 2, "what was refused leaves no row"
    perform(incident, "Pause Scheduler", MANAGER)
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
    assert left_paused(incident) == [], "somebody switched it on in System Settings"


def test_what_is_still_paused_is_put_back_after_the_incident_too(incident, scheduler_on):
    told = "The scheduler is paused: Resume Scheduler puts it back."
    perform(incident, "Pause Scheduler", MANAGER)
    resolve(incident)
    found = incident_action_offers.offers(incident, OPERATOR)
    offered_now = [each["name"] for each in found["actions"]]
    assert (offered_now, found["still_paused"]) == (["Resume Scheduler"], [told])
    assert incident_action_left.left_paused() == [f"{incident}: {told}"]
    with pytest.raises(frappe.ValidationError, match="Resume Scheduler puts it back"):
        api.review_incident(incident, "x")
    refused("is Resolved", incident, "Clear Cache")
    frappe.db.set_value(
        incidents.ACTION, {"parent": incident}, "outcome", "Failed"
    )  # half-way, after it paused
    perform(incident, "Resume Scheduler")
    assert fresh(INCIDENT, incident).actions[0].taken_back_by.startswith("Resume Scheduler, ")
    assert not is_scheduler_disabled(verbose=False)
    assert incident_action_offers.offers(incident, MANAGER)["actions"] == []


def test_what_a_config_file_keeps_off_is_not_resumed_here_and_the_command_is_told(incident, monkeypatch):
    monkeypatch.setitem(frappe.conf, "pause_scheduler", 1)
    refused(f"bench --site {frappe.local.site} scheduler resume", incident, "Resume Scheduler")


def test_a_job_is_paused_and_resumed_and_none_that_this_app_watches_with(incident):
    own = "scheduled.sample_maintenance_metrics"
    choices = [each["value"] for each in offered(incident, "Pause a Job")["parameters"][0]["options"]]
    assert "queue.flush" in choices
    assert own not in choices
    refused("is how this app watches", incident, "Pause a Job", MANAGER, job=own)
    refused("There is no scheduled job nonsense", incident, "Pause a Job", MANAGER, job="nonsense")
    row = perform(incident, "Pause a Job", MANAGER, job="queue.flush")
    assert frappe.db.get_value(JOB, "queue.flush", "stopped") == 1
    assert (row.target, row.was["stopped"], row.then["stopped"]) == ("queue.flush", False, True)
    assert "no mail leaves this site" in row.result
    refused("is paused already", incident, "Pause a Job", MANAGER, job="queue.flush")
    perform(incident, "Resume a Job", job="queue.flush")
    assert frappe.db.get_value(JOB, "queue.flush", "stopped") == 0
    assert fresh(INCIDENT, incident).actions[0].taken_back_by.startswith("Resume a Job, ")


def test_failed_jobs_that_were_named_are_queued_again_and_no_other(incident, queue):
    job, other_site = add_job(queue), add_job(queue, "other.localhost")
    anew = add_job(queue, job_id="anew")
    anew.set_status("queued")
    names, ids, _yes = (each["options"] for each in offered(incident, "Retry Failed Jobs")["parameters"])
    assert [each["value"] for each in names] == ["a.b.c"]
    assert [each["value"] for each in ids] == [job.id]
    assert ids[0]["label"].startswith("a.b.c, failed at 20")
    refused("Say that they may run twice", incident, "Retry Failed Jobs", job_name="a.b.c")
    yes = {"may_run_twice": 1}
    refused("is no failed job", incident, "Retry Failed Jobs", job_ids=other_site.id, **yes)
    refused("At most 50 jobs", incident, "Retry Failed Jobs", job_ids=list(map(str, range(51))), **yes)
    row = perform(incident, "Retry Failed Jobs", job_name="a.b.c", **yes)
    assert queue.get_job_ids() == [job.id]
    failed = {each.decode() for each in queue.connection.zrange(queue.failed_job_registry.key, 0, -1)}
    assert failed == {other_site.id, anew.id}
    assert (row.was["chosen"], row.then["chosen"]) == ({job.id: "failed"}, {job.id: "queued"})
    assert row.result.startswith("1 of 1 jobs were queued again.")
    assert "Retry Failed Jobs lists those that failed since" in row.result


def test_analytics_go_down_to_basic_and_come_back_one_by_one(incident, monkeypatch):
    row = perform(incident, "Switch Analytics to Basic", MANAGER)
    assert "errors" in row.then["left"]
    assert row.then["components"]["health"].startswith("Working")
    assert left_paused(incident)
    row = perform(incident, "Restore Next Component")
    assert (row.target, row.then["state"]) == ("errors", "Restoring")
    assert "Done without a worker: no worker is alive." in row.result
    refused("is being restored: wait", incident, "Restore Next Component")
    assert left_paused(incident), "others are still switched off"


@pytest.fixture
def change():
    """One that is applied: how long a log is kept. Log Settings are afterwards as they were."""
    keep_no_log()
    told = {"title": "Keep less", "kind": "Set Retention", "finding": "It grows", "gain": "Room"}
    wanted = json.dumps({"doctype": "Access Log", "days": 90})
    name = changes.propose({**told, "parameters": wanted}, OPERATOR, clock.now())
    changes.approve(name, "Yes", MANAGER)
    apply_change.begin(name, MANAGER)
    frappe.db.commit()
    apply_change.run(name)
    frappe.db.commit()
    yield name
    keep_no_log()


def keep_no_log():
    frappe.db.delete("Logs To Clear", {"ref_doctype": "Access Log"})
    frappe.db.commit()


def test_a_recent_change_is_offered_and_rolled_back_by_a_worker_once(incident, change, queue, monkeypatch):
    monkeypatch.setattr(incident_actions, "_why_no_worker", lambda: "")
    (choice,) = offered(incident, "Roll Back a Change")["parameters"][0]["options"]
    assert choice["value"] == change
    row = perform(incident, "Roll Back a Change", MANAGER, change=change)
    assert (row.outcome, row.result) == ("Running", "Waits for a worker")
    refused(
        "was asked for at .* already: Waits for a worker",
        incident,
        "Roll Back a Change",
        MANAGER,
        change=change,
    )
    (job,) = queue.jobs
    assert job.kwargs["kwargs"] == {"incident": incident, "row": row.name}
    for _twice in range(2):
        incident_actions.perform_waiting(incident, row.name)
    row = last(incident)
    assert (row.outcome, row.was["status"], row.then["status"]) == ("Done", "Applied", "Rolled Back")
    assert row.was["what is there"] == {"days": 90}
    assert fresh(CHANGE, change).decided_by == MANAGER


def test_what_no_worker_took_up_is_given_up_and_a_late_one_does_nothing(incident, change, queue, monkeypatch):
    monkeypatch.setattr(incident_actions, "_why_no_worker", lambda: "")
    row = perform(incident, "Roll Back a Change", MANAGER, change=change)
    frappe.db.set_value(
        incidents.ACTION, row.name, "asked_at", clock.stored(clock.now() - timedelta(minutes=3))
    )
    frappe.db.commit()
    (left,) = incident_action_offers.offers(incident, MANAGER)["under_way"]
    assert left["told"].startswith("No worker took it up")
    monkeypatch.setattr(incident_actions, "_why_no_worker", lambda: "no worker is alive")
    assert perform(incident, "Roll Back a Change", MANAGER, change=change).outcome == "Done"
    first = fresh(INCIDENT, incident).actions[0]
    assert (first.outcome, first.result) == (
        "Failed",
        "No worker took it up within 2 minutes. Nothing was done.",
    )
    incident_actions.perform_waiting(incident, row.name)
    assert len(fresh(INCIDENT, incident).actions) == 2


def test_what_waits_for_a_worker_is_not_done_once_the_incident_is_over(incident, change, queue, monkeypatch):
    monkeypatch.setattr(incident_actions, "_why_no_worker", lambda: "")
    row = perform(incident, "Roll Back a Change", MANAGER, change=change)
    resolve(incident)
    incident_actions.perform_waiting(incident, row.name)
    assert last(incident).result.startswith("The incident was over before a worker took it up")
    assert fresh(CHANGE, change).status == "Applied"


# --- who, when and whether


def test_a_drill_reads_and_does_nothing(in_desk, scheduler_on):
    drill = opened(is_drill=1)
    row = perform(drill, "Pause Scheduler", MANAGER)
    assert not is_scheduler_disabled(verbose=False)
    assert (row.outcome, row.was["on in System Settings"], row.then) == ("Not Done: Drill", True, None)


def test_who_may_not_is_refused_and_nothing_is_written_down(incident):
    frappe.set_user(OPERATOR)
    with pytest.raises(frappe.PermissionError, match="Pause Scheduler needs the role Maintenance Manager"):
        api.perform_incident_action(incident, "Pause Scheduler", "To see")
    assert "Pause Scheduler" not in [each["name"] for each in api.list_incident_actions(incident)["actions"]]
    for arguments, match in (
        (("Clear Cache", " "), "Say why"),
        (("Format Disk", "x"), "There is no action Format Disk"),
        (("Clear Cache", "x", "[1]"), "Parameters are JSON"),
    ):
        with pytest.raises(frappe.ValidationError, match=match):
            api.perform_incident_action(incident, *arguments)
    assert fresh(INCIDENT, incident).actions == []


def test_nothing_is_done_in_an_incident_that_is_over(incident):
    resolve(incident)
    refused("reopen it first", incident, "Clear Cache")
    assert api.list_incident_actions(incident)["actions"] == []


def test_a_second_click_while_it_is_done_is_refused(incident):
    with held("clear_cache"):
        refused("Clear Cache is being done just now", incident, "Clear Cache")
    assert fresh(INCIDENT, incident).actions == []


@contextmanager
def held(key):
    """Another process does this action."""
    other = connect(frappe.conf)
    other.cursor().execute("select get_lock(%s, 0)", (f"{frappe.conf.db_name}:incident-action:{key}"[:64],))
    try:
        yield
    finally:
        other.close()


class Killed(BaseException):
    """As a process is killed: nothing catches it."""


def test_one_that_was_killed_stays_running_with_what_was_there_and_the_next_one_says_so(
    incident, monkeypatch
):
    def kill(_asked):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setitem(WAYS, "Clear Cache", frappe._dict(vars(WAYS["Clear Cache"]), act=kill))
        with pytest.raises(Killed):
            perform(incident, "Clear Cache")
    frappe.db.rollback()
    row = last(incident)
    assert (row.outcome, row.was["keys of this site"] > 0, row.then) == ("Running", True, None)
    (left,) = incident_action_offers.offers(incident, OPERATOR)["under_way"]
    assert left["told"].startswith("It was begun and never ended: its process was killed")
    with held("clear_cache"):
        (left,) = incident_action_offers.offers(incident, OPERATOR)["under_way"]
        assert left["told"] == "It is being done."
    assert perform(incident, "Clear Cache").outcome == "Done"
    assert [each.outcome for each in fresh(INCIDENT, incident).actions] == ["Failed", "Done"]


# --- without Redis


@pytest.fixture
def without_redis(monkeypatch):
    """Neither of its two servers answers: nothing listens on that port."""
    nowhere = "redis://127.0.0.1:1"
    monkeypatch.setitem(frappe.conf, "redis_queue", nowhere)
    monkeypatch.setattr(background_jobs, "_redis_queue_conn", redis.from_url(nowhere))
    monkeypatch.setattr(frappe.cache, "connection_pool", redis.ConnectionPool.from_url(nowhere))


def test_without_redis_what_needs_it_says_so_and_the_rest_is_done(incident, scheduler_on, request):
    request.getfixturevalue("without_redis")
    refused(GONE, incident, "Clear Cache")
    row = last(incident)
    assert (row.outcome, row.result.startswith(GONE)) == ("Failed", True)
    refused(GONE, incident, "Retry Failed Jobs", job_name="a.b.c", may_run_twice=1)
    assert GONE in offered(incident, "Retry Failed Jobs")["why_not"]
    assert perform(incident, "Pause Scheduler", MANAGER).outcome == "Done"
    assert incident_actions._why_no_worker() == GONE
