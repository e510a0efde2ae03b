"""Once, and not lost: the scheduler opens, measures and finds what was missed."""

import signal
import socket
from datetime import datetime, timedelta
from functools import partial

import frappe
import pytest
from conftest import AMSTERDAM, active_since, fresh, start_bench, wait_until_locked

from verenigingen_maintenance.operations import measure_run, open_run, run_now, tend_runs
from verenigingen_maintenance.operations.accept_missed import accept_missed
from verenigingen_maintenance.sources import clock

TEND = ("execute", "verenigingen_maintenance.scheduled.tend_maintenance_runs")


def runs(**filters):
    frappe.db.commit()
    return frappe.get_all("Checklist Run", filters=filters, pluck="name", order_by="name")


def test_a_due_slot_is_opened_and_measured_before_nine(procedure, at_nine):
    active_since(procedure, at_nine - timedelta(days=1))
    tend_runs.tend(at_nine - timedelta(minutes=11))
    assert runs(name="DAILY-2026-11-24") == []
    tend_runs.tend(at_nine - timedelta(minutes=10))
    run = fresh("Checklist Run", "DAILY-2026-11-24")
    assert run.measured_at
    assert run.slot == "DAILY-2026-11-24"
    assert not run.opened_late
    assert run.due_from == at_nine.replace(tzinfo=None)


def test_tending_twice_measures_once(procedure, at_nine, monkeypatch):
    active_since(procedure, at_nine)
    monkeypatch.setattr(clock, "now", lambda: at_nine)
    tend_runs.tend(at_nine)
    first = fresh("Checklist Run", "DAILY-2026-11-24").measured_at
    monkeypatch.setattr(clock, "now", lambda: at_nine + timedelta(minutes=5))
    tend_runs.tend(at_nine + timedelta(minutes=5))
    assert fresh("Checklist Run", "DAILY-2026-11-24").measured_at == first


def test_a_run_measured_by_hand_at_six_is_measured_again_when_it_is_due(procedure, at_nine, monkeypatch):
    active_since(procedure, at_nine)
    at_six = at_nine.replace(hour=6)
    monkeypatch.setattr(clock, "now", lambda: at_six)
    assert run_now.run_now("daily", at_six) == "DAILY-2026-11-24"
    monkeypatch.setattr(clock, "now", lambda: at_nine)
    tend_runs.tend(at_nine)
    assert fresh("Checklist Run", "DAILY-2026-11-24").measured_at == at_nine.replace(tzinfo=None)
    assert runs() == ["DAILY-2026-11-24"]


def test_a_site_that_comes_back_at_noon_opens_the_slot_late(procedure, at_nine):
    active_since(procedure, at_nine - timedelta(days=1))
    tend_runs.tend(at_nine.replace(hour=12))
    assert fresh("Checklist Run", "DAILY-2026-11-24").opened_late


def test_slots_missed_while_the_site_was_down_are_recorded_once(procedure, at_nine):
    active_since(procedure, at_nine - timedelta(days=5, hours=1))
    for _ in range(2):
        tend_runs.tend(at_nine)
    missed = runs(status="Missed")
    assert missed == ["DAILY-2026-11-19", "DAILY-2026-11-20", "DAILY-2026-11-23"], "no weekend"
    assert fresh("Checklist Run", missed[0]).verdict == "UNKNOWN"


def test_a_run_that_was_opened_and_never_measured_is_missed_when_its_day_is_over(procedure, at_nine):
    active_since(procedure, at_nine - timedelta(days=1, hours=1))
    yesterday = at_nine - timedelta(days=1)
    open_run.open_for_slot(procedure, slot_of(procedure, yesterday), yesterday)
    frappe.db.commit()
    tend_runs.tend(at_nine)
    assert runs(status="Missed") == ["DAILY-2026-11-23"]


def slot_of(procedure, moment):
    from verenigingen_maintenance.core.slots import open_slot
    from verenigingen_maintenance.operations import procedures, settings

    return open_slot(procedures.schedule_of(procedure), settings.calendar(), moment)


def test_a_procedure_that_fails_does_not_keep_the_others_from_their_turn(procedure, at_nine):
    active_since(procedure, at_nine)
    broken = frappe.copy_doc(procedure)
    broken.update(
        {"name": "A Broken Weekly", "cadence": "Weekly", "window_starts": "08:00", "window_ends": "09:00"}
    )
    broken.insert()
    frappe.db.set_value("Maintenance Procedure", broken.name, "weekday", "Someday")
    frappe.db.commit()
    with pytest.raises(RuntimeError, match="Not tended, see Error Log: A Broken Weekly"):
        tend_runs.tend(at_nine)
    assert runs() == ["DAILY-2026-11-24"]
    assert frappe.get_all("Error Log", pluck="method") == ["Runs of A Broken Weekly"]


def test_a_procedure_that_is_switched_off_has_no_slots(procedure, at_nine):
    procedure.enabled = 0
    procedure.save()
    frappe.db.commit()
    tend_runs.tend(at_nine)
    assert runs() == []


def test_switching_it_on_again_does_not_make_the_time_between_missed(procedure, at_nine):
    active_since(procedure, at_nine - timedelta(days=30))
    procedure.reload()
    procedure.enabled = 0
    procedure.save()
    procedure.enabled = 1
    procedure.save()
    assert clock.instant(procedure.active_since) > clock.now() - timedelta(minutes=1)


def test_a_missed_run_is_accepted_with_a_comment_once(procedure, at_nine):
    active_since(procedure, at_nine - timedelta(days=1, hours=1))
    tend_runs.tend(at_nine)
    with pytest.raises(frappe.ValidationError, match="Say in a comment why DAILY-2026-11-23 was missed"):
        accept_missed("DAILY-2026-11-23", " ")
    accept_missed("DAILY-2026-11-23", "Server move")
    run = fresh("Checklist Run", "DAILY-2026-11-23")
    assert (run.status, run.closing_comment, run.closed_by) == ("Accepted", "Server move", "Administrator")
    with pytest.raises(frappe.ValidationError, match="is Accepted: only a missed run is accepted"):
        accept_missed("DAILY-2026-11-23", "Again")


def test_a_run_by_hand_after_a_missed_slot_is_ad_hoc(procedure, at_nine):
    active_since(procedure, at_nine)
    open_run.record_missed(procedure, slot_of(procedure, at_nine), at_nine)
    assert run_now.run_now("daily", at_nine) == "AD-HOC-DAILY-2026-11-24"


def test_who_finds_a_run_being_measured_leaves_it_or_says_so(procedure, at_nine, monkeypatch):
    name = open_run.open_for_slot(procedure, slot_of(procedure, at_nine), at_nine)
    frappe.db.commit()
    holder = start_bench(
        "execute",
        "frappe.db.multisql",
        "--args",
        f"""({{"mariadb": "select get_lock('{frappe.conf.db_name}:run:{name}', 9), sleep(4)"}},)""",
    )
    wait_until_locked(f"run:{name}")
    measure_run.measure_if_due(name, at_nine)
    assert not fresh("Checklist Run", name).measured_at
    monkeypatch.setattr(measure_run, "PATIENCE", 1)
    with pytest.raises(frappe.ValidationError, match="is being measured by another process"):
        measure_run.measure(name, at_nine)
    holder.communicate(timeout=30)
    measure_run.measure_if_due(name, at_nine)
    assert fresh("Checklist Run", name).measured_at


@pytest.fixture(autouse=True)
def _daily_alone(site):
    """The other procedures have their slots too, and are in the way here."""
    others = {"name": ("!=", "Daily Maintenance")}
    frappe.db.set_value("Maintenance Procedure", others, "enabled", 0)
    frappe.db.commit()


@pytest.fixture
def due_this_week(procedure):
    """A slot that is due whatever the day: processes of their own use the real clock."""
    procedure.update({"cadence": "Weekly", "window_starts": "00:00:00", "window_ends": "23:59:00"})
    procedure.save()
    active_since(procedure, clock.now() - timedelta(days=clock.stored(clock.now()).weekday()))
    frappe.db.delete("Maintenance Holiday")
    frappe.db.commit()
    year, week, _day = clock.now().isocalendar()
    return f"WEEKLY-{year}-W{week:02}"


@pytest.fixture
def silent_web_server():
    """A port on loopback that takes a connection and never answers, until the fixture is called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = frappe.db.get_single_value("Maintenance Settings", "site_address")
        say_address(f"http://127.0.0.1:{server.getsockname()[1]}")
        yield partial(say_address, answering)


def say_address(address):
    """Where the site is asked for its pages."""
    frappe.db.set_single_value("Maintenance Settings", "site_address", address)
    frappe.db.commit()


def test_three_schedulers_at_once_make_one_complete_run(due_this_week, procedure):
    processes = [start_bench(*TEND) for _ in range(3)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert runs() == [due_this_week]
    run = fresh("Checklist Run", due_this_week)
    procedure.reload()
    by_hand = [task for task in procedure.tasks if task.by_hand]
    assert len(run.items) == len(by_hand) + len(procedure.checks)
    assert all(item.verdict for item in run.items if not item.by_hand)


def test_a_worker_killed_half_way_leaves_a_run_that_the_next_one_completes(due_this_week, silent_web_server):
    victim = start_bench(*TEND)
    wait_until_locked(f"run:{due_this_week}")
    victim.send_signal(signal.SIGKILL)
    victim.wait(timeout=10)
    assert not fresh("Checklist Run", due_this_week).measured_at
    silent_web_server()
    next_one = start_bench(*TEND)
    output = next_one.communicate(timeout=60)[0]
    assert next_one.returncode == 0, output
    assert runs() == [due_this_week]
    run = fresh("Checklist Run", due_this_week)
    assert all(item.verdict for item in run.items if not item.by_hand)


def test_a_slot_whose_window_was_over_before_the_installation_is_not_opened(procedure, at_nine):
    active_since(procedure, at_nine + timedelta(hours=2))
    tend_runs.tend(at_nine + timedelta(hours=3))
    assert runs() == []


def test_on_one_first_monday_daily_weekly_monthly_are_three_runs(site):
    frappe.db.set_value(
        "Maintenance Procedure",
        {"cadence": ("!=", "Emergency")},
        {"enabled": 1, "active_since": "2026-01-01"},
    )
    frappe.db.commit()
    first_monday = datetime(2026, 12, 7, 9, 0, tzinfo=AMSTERDAM)
    tend_runs.tend(first_monday)
    due = {"DAILY-2026-12-07", "WEEKLY-2026-W50", "MONTHLY-2026-12"}
    assert due <= set(frappe.get_all("Checklist Run", filters={"status": "Open"}, pluck="name"))
