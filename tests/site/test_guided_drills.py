"""Failover and emergency access drills: what the health address and Activity Log prove, what a person
tells."""

from datetime import timedelta

import frappe
import pytest
from conftest import fresh
from test_watch import ask, let_rounds_age

from verenigingen_maintenance import api
from verenigingen_maintenance.core.service_commands import Way
from verenigingen_maintenance.core.service_processes import Service
from verenigingen_maintenance.operations import failover_drill, sample_metrics, watch
from verenigingen_maintenance.sources import clock, guided_drills, host, sign_ins

DRILL = "Recovery Drill"
MONITOR = "203.0.113.9"


@pytest.fixture
def token():
    assert sample_metrics.sample_now(clock.now())
    made = watch.new_token()
    frappe.db.commit()
    return made


def asked_from(address, token):
    """The status that somebody is answered there."""
    frappe.local.request_ip = address
    try:
        return ask(token)[0]
    finally:
        frappe.local.request_ip = None


def verdicts(name):
    return [step.verdict or None for step in fresh(DRILL, name).steps]


def at(**ahead):
    return f"{clock.stored(clock.now() + timedelta(**ahead)):%Y-%m-%d %H:%M:%S}"


def test_a_monitor_outside_sees_the_site_die_and_live_again(token, over_http, monkeypatch):
    commands = {verb: f"sudo supervisorctl {verb} bench-workers" for verb in ("stop", "start")}
    found = [Way(Service.SCHEDULER, "supervisor", "Sure", "it runs there", "root", commands)]
    monkeypatch.setattr(failover_drill, "ways", lambda facts: found)
    frappe.set_user("operator@example.com")
    assert asked_from(MONITOR, token) == 200
    name = api.begin_failover_drill("Uptime at the other host", "a page to the person on duty", "Scheduler")
    assert [step.verdict or None for step in fresh(DRILL, name).steps] == [None] * 5, "nothing asked since"
    steps = fresh(DRILL, name).steps
    assert "On this host (supervisor, Sure), as root:\n  sudo supervisorctl stop" in steps[1].detail
    assert "sudo supervisorctl start" in steps[-1].detail

    for address in (MONITOR, MONITOR, next(iter(host.addresses()))):
        assert asked_from(address, token) == 200
    assert ask("wrong")[0] == 403
    assert frappe.local.flags.pop("commit"), "Frappe takes back what a GET wrote"
    assert asked_from(MONITOR, token) == 200
    assert "commit" not in frappe.local.flags, "and nothing was written"
    kept = frappe.parse_json(fresh(DRILL, name).data)["asked"]
    assert [each["outside"] for each in kept] == [True, False], "once, until the answer is another one"

    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.ValidationError, match="Nothing was stopped"):
        api.end_failover_drill(name)
    with pytest.raises(frappe.ValidationError, match="Say first when it was stopped"):
        api.tell_failover(name, "alarm", evidence="a page", person="Jansen")
    with pytest.raises(frappe.ValidationError, match="is still to come"):
        api.tell_failover(name, "stopped", at=at(hours=1))
    with pytest.raises(frappe.ValidationError, match="was before the drill began"):
        api.tell_failover(name, "stopped", at=at(hours=-1))
    api.tell_failover(name, "stopped")
    let_rounds_age(minutes=6)
    assert asked_from(MONITOR, token) == 503
    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.ValidationError, match="Say what shows it"):
        api.tell_failover(name, "alarm", person="Jansen")
    api.tell_failover(name, "alarm", evidence="<b>DOWN</b>", person="Jansen")
    assert verdicts(name) == ["OK", "OK", "OK", "OK", None]
    assert sample_metrics.sample_now(clock.now() + timedelta(seconds=1))
    assert asked_from(MONITOR, token) == 200

    frappe.set_user("operator@example.com")
    assert api.end_failover_drill(name) == {"verdict": "OK"}
    assert "none was good and signed yet" in guided_drills.failover_days(clock.now()).reason
    api.sign_drill(name, "The monitor should ask each minute")
    reading = guided_drills.failover_days(clock.now() + timedelta(days=93))
    assert (round(reading.value), reading.detail) == (93, name)


def test_a_host_that_was_down_is_seen_alive_again_though_nobody_was_answered_meanwhile(token, over_http):
    name = api.begin_failover_drill("Uptime", "mail", "Host")
    assert asked_from(MONITOR, token) == 200
    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.ValidationError, match="is no time"):
        api.tell_failover(name, "stopped", at="9" * 20)
    api.tell_failover(name, "stopped", at=at(seconds=-55))
    api.tell_failover(name, "dead", evidence="its page says DOWN")
    api.tell_failover(name, "alarm", at=at(seconds=-50), evidence="a page", person="Jansen")
    with pytest.raises(frappe.ValidationError, match="before it was stopped"):
        api.tell_failover(name, "stopped", at=at(seconds=50))
    assert asked_from(MONITOR, token) == 200
    frappe.set_user("operator@example.com")
    assert api.end_failover_drill(name) == {"verdict": "OK"}


def test_an_alarm_that_never_came_is_critical_and_counts_for_nothing(token, over_http):
    name = api.begin_failover_drill("Uptime", "mail", "Host")
    api.tell_failover(name, "stopped")
    api.tell_failover(name, "dead", evidence="its page says DOWN at 12:01")
    assert api.end_failover_drill(name) == {"verdict": "CRITICAL"}
    assert verdicts(name) == ["UNKNOWN", "OK", "OK", "CRITICAL", "UNKNOWN"]
    api.sign_drill(name, "Nobody was told")
    assert f"{name} was CRITICAL" in guided_drills.failover_days(clock.now()).reason


def test_the_monitor_is_answered_what_is_so_whatever_becomes_of_the_drill(token, monkeypatch):
    api.begin_failover_drill("Uptime", "mail", "Host")
    monkeypatch.setattr(failover_drill.host, "addresses", lambda: 1 / 0)
    assert asked_from(MONITOR, token) == 200
    assert "was not kept for the failover drill" in frappe.get_last_doc("Error Log").method


def test_without_a_token_nobody_outside_could_ask(over_http):
    with pytest.raises(frappe.ValidationError, match="The health address has no token"):
        api.begin_failover_drill("Uptime", "mail", "Host")


def sign_in(user, **fields):
    login = {
        "doctype": "Activity Log",
        "user": user,
        "status": "Success",
        "operation": "Login",
        "subject": user,
    }
    log = frappe.get_doc({**login, **fields}).insert(ignore_permissions=True)
    log.db_set("ip_address", MONITOR, update_modified=False)
    frappe.db.commit()


def account(name, subject):
    return next(step for step in fresh(DRILL, name).steps if step.subject == subject)


def test_each_emergency_account_signs_in_or_has_a_reason_and_is_decided_on(over_http):
    frappe.set_user("Administrator")
    level = frappe.get_doc("Escalation Level", "level-1")
    level.update({"rotation": [{"user": "operator@example.com"}]}).save()
    sign_in("operator@example.com")
    frappe.set_user("manager@example.com")
    name = api.begin_access_drill()
    drill = fresh(DRILL, name)
    assert {step.subject for step in drill.steps} == {
        *("Administrator", "manager@example.com", "operator@example.com", "")
    }
    assert "is told at level 1" in account(name, "operator@example.com").detail
    drill.db_set("started_at", drill.started_at + timedelta(seconds=1), update_modified=False)
    assert set(api.look_for_sign_ins(name)["waiting"]) == {step.subject for step in drill.steps} - {""}

    frappe.db.set_value(DRILL, name, "started_at", drill.started_at - timedelta(seconds=2))
    sign_in("manager@example.com", status="Failed")
    sign_in("Administrator")
    frappe.set_user("manager@example.com")
    api.add_emergency_account(name, "root at the database server", "to restore")
    assert set(api.look_for_sign_ins(name)["waiting"]) == {
        "manager@example.com",
        "root at the database server",
    }
    assert account(name, "Administrator").found == f"signed in from {MONITOR}"

    with pytest.raises(frappe.ValidationError) as refused:
        api.end_access_drill(name)
    assert "manager@example.com: it signed in, or why it did not" in str(refused.value)
    with pytest.raises(frappe.ValidationError, match="is an account of Desk"):
        api.confirm_emergency_account(name, "manager@example.com", "Jansen", "saw Desk")
    with pytest.raises(frappe.ValidationError, match="is not in the list"):
        api.decide_emergency_account(name, "nobody@example.com", "Keep", "x")
    api.confirm_emergency_account(name, "root at the database server", "Jansen", "select 1 answered")
    api.explain_emergency_account(name, "manager@example.com", "lost the second factor")
    for each in {step.subject for step in fresh(DRILL, name).steps} - {""}:
        api.decide_emergency_account(name, each, "Keep", "needed")
    assert api.end_access_drill(name) == {"verdict": "WARNING"}
    frappe.set_user("operator@example.com")
    with pytest.raises(frappe.PermissionError, match="Maintenance Manager"):
        api.sign_drill(name, "My own access is fine")
    frappe.set_user("manager@example.com")
    api.sign_drill(name, "Print the recovery codes")
    assert guided_drills.emergency_access_days(clock.now()).value < 1
    with pytest.raises(frappe.ValidationError, match="nothing is added to it any more"):
        api.add_emergency_account(name, "late", "x")
    frappe.db.set_value(DRILL, name, "verdict", "OK")
    changed = guided_drills.emergency_access_days(clock.now())
    assert "none was good and signed yet" in changed.reason, "changed in the database: no proof"


def test_sign_ins_are_looked_up_by_an_index():
    plan = frappe.db.sql(
        "explain select user from `tabActivity Log` where modified >= now() and operation = 'Login'",
        as_dict=True,
    )
    assert "modified" in plan[0].possible_keys
    assert sign_ins.first_since([], clock.now()) == {}
