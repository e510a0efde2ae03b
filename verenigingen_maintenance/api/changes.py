"""Changes: opportunities are looked for, people decide, the app applies what is safe and takes it back."""

from __future__ import annotations

from collections.abc import Callable

import frappe

from verenigingen_maintenance.api.door import AUDITOR, MANAGER, OPERATOR, from_shell, only_for, told_in_shell
from verenigingen_maintenance.operations import (
    apply_change as applying,
)
from verenigingen_maintenance.operations import (
    changes,
    effectiveness,
    opportunities,
    recordings,
)
from verenigingen_maintenance.operations import (
    measure_change as measuring,
)
from verenigingen_maintenance.operations import (
    roll_back_change as rolling_back,
)
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.sources import clock

WORK_SECONDS = 3_600


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_optimization_status() -> dict:
    """Changes by status, what waits for whom, what failed or made it worse, and the roadmap by expected
    gain."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return effectiveness.status(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def find_opportunities() -> dict:
    """Measures what could be better and renews the proposals; answers those that are open. It changes
    nothing."""
    only_for(MANAGER, OPERATOR)
    return opportunities.find(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def record_requests(minutes: int = 5, path_filter: str = "") -> dict:
    """Records requests and jobs for 1 to 15 minutes to find slow queries; it ends by itself."""
    only_for(MANAGER, OPERATOR)
    return {"recording": recordings.start(minutes, path_filter, frappe.session.user, clock.now())}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def stop_recording(recording: str) -> dict:
    """Ends a recording before its time, and reads it; over HTTP a worker does."""
    only_for(MANAGER, OPERATOR)
    if from_shell():
        return {"recording": recordings.stop(recording, clock.now())}
    recordings.switch_off(recording)
    recordings.enqueue(recording)
    return {"queued": True}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def propose_change(
    title: str,
    kind: str,
    finding: str,
    gain: str,
    parameters: str = "",
    steps: str = "",
    steps_back: str = "",
    metric: str = "",
    higher_is_better: int = 0,
    path: str = "",
) -> dict:
    """A change that a person proposes; another one approves it."""
    only_for(MANAGER, OPERATOR)
    given = {"title": title, "kind": kind, "finding": finding, "gain": gain, "parameters": parameters}
    given |= {"steps": steps, "steps_back": steps_back, "metric": metric, "path": path}
    given["higher_is_better"] = str(higher_is_better)
    return {"change": changes.propose(given, frappe.session.user, clock.now())}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def approve_change(change: str, reason: str) -> None:
    """It may be applied. Who proposed it is not who approves it."""
    only_for(MANAGER)
    changes.approve(change, reason, frappe.session.user)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def plan_change(change: str, responsible: str, due_on: str) -> None:
    """Who does it, and until which day."""
    only_for(MANAGER, OPERATOR)
    changes.plan(change, responsible, due_on)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def apply_change(change: str, done_by_hand: str = "") -> dict:
    """Applies an approved change, over HTTP by a worker; or says how somebody did it by hand."""
    only_for(MANAGER, OPERATOR)
    if done_by_hand:
        applying.by_hand(change, done_by_hand, frappe.session.user)
    elif applying.begin(change, frappe.session.user) == "Approved":
        _work(_apply_in_worker, change)
    return _status(change)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def measure_change(change: str) -> dict:
    """Measures an applied change once more, and judges it beside what was before."""
    only_for(MANAGER, OPERATOR)
    measured = measuring.measure_now(change, clock.now())
    return {"verdict": measured.verdict, "result": measured.result}


@frappe.whitelist(methods=["POST"])
@told_in_shell
def keep_change(change: str, reason: str) -> None:
    """It stays as it is."""
    only_for(MANAGER)
    changes.keep(change, reason, frappe.session.user)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def roll_back_change(change: str, reason: str, done_by_hand: int = 0) -> dict:
    """Gives back what was there before, over HTTP by a worker; or says that somebody did it by hand."""
    only_for(MANAGER)
    if rolling_back.begin(change, reason, frappe.session.user, bool(int(done_by_hand))) != "Rolled Back":
        _work(_roll_back_in_worker, change)
    return _status(change)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def dismiss_change(change: str, reason: str) -> None:
    """It is not done, and not proposed again while its evidence is the same."""
    only_for(MANAGER)
    changes.dismiss(change, reason, frappe.session.user)


def _work(job: Callable[[str], None], change: str) -> None:
    if from_shell():
        job(change)  # it commits first: what was begun is there for whoever finishes it after a kill
    else:
        frappe.enqueue(job, queue="long", timeout=WORK_SECONDS, change=change, enqueue_after_commit=True)


def _status(change: str) -> dict:
    fields = ["status", "progress", "verdict", "failure", "reason"]
    return frappe.db.get_value(CHANGE, change, fields, as_dict=True)


def _apply_in_worker(change: str) -> None:
    applying.run(change)


def _roll_back_in_worker(change: str) -> None:
    rolling_back.run(change)
