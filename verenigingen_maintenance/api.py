"""The doors for HTTP and `bench execute`: permission, arguments, one call inward.

From the shell an expected failure is a message, not an exception: `bench execute` would call the method a
second time and show a traceback of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps

import frappe
from frappe import _

from verenigingen_maintenance.core.wording import summary
from verenigingen_maintenance.operations import accept_missed as missed
from verenigingen_maintenance.operations import (
    applicability,
    checks,
    compliance,
    compliance_metrics,
    error_review,
    error_states,
    escalations,
    health_tables,
    measure_run,
    notifications,
    reports,
    run_now,
    sample_metrics,
    service_levels,
    watch,
)
from verenigingen_maintenance.operations import still_to_fill as to_fill
from verenigingen_maintenance.operations.open_run import RUN
from verenigingen_maintenance.operations.refusals import plain, refuse, whole_number
from verenigingen_maintenance.sources import clock

MANAGER, OPERATOR, AUDITOR = "Maintenance Manager", "Maintenance Operator", "Maintenance Auditor"


def told_in_shell(door: Callable) -> Callable:
    """From the shell, an expected failure of `door` is printed; over HTTP, Frappe answers with it."""

    @wraps(door)
    def call(*arguments: object, **options: object) -> object:
        try:
            return door(*arguments, **options)
        except frappe.ValidationError as error:
            if not _from_shell():
                raise
            print(plain(error))
            return None

    return call


def only_for(*roles: str) -> None:
    """Raises frappe.PermissionError unless the user has one of `roles` (frappe.only_for lets tests pass)."""
    if not set(roles) & set(frappe.get_roles()):
        needed = " or ".join(roles)
        refuse(_("This needs the role {0}."), needed, kind=frappe.PermissionError)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def run_daily() -> dict | None:
    """Opens today's daily run, or finds it, and measures it. From the shell: prints a summary."""
    only_for(MANAGER, OPERATOR)
    return _run(run_now.find_or_open("daily", clock.now()))


@frappe.whitelist(methods=["POST"])
@told_in_shell
def measure(run: str) -> dict | None:
    """Measures an open run again."""
    only_for(MANAGER, OPERATOR)
    if not _from_shell():
        return _queue(run)
    measure_run.measure(run, clock.now())
    return _print(run)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def open_run(procedure: str) -> dict | None:
    """Opens a run of a procedure (of its slot, or outside any), or finds the open one, and measures it."""
    only_for(MANAGER, OPERATOR)
    return _run(run_now.find_or_open_procedure(procedure, clock.now()))


@frappe.whitelist(methods=["GET", "POST"])
@told_in_shell
def run_check(check: str) -> dict:
    """Measures one check now, and keeps nothing. An unknown check is UNKNOWN, with the names there are."""
    only_for(MANAGER, OPERATOR)
    try:
        return checks.run(check).as_item()
    except frappe.DoesNotExistError as error:
        frappe.clear_last_message()
        frappe.local.response.http_status_code = 404
        return {"check": check, "verdict": "UNKNOWN", "value": None, "reason": plain(error)}


@frappe.whitelist(methods=["GET"])
@told_in_shell
def list_checks() -> list[dict]:
    """The enabled checks: what each reads, and when it is a breach."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return reports.describe_checks()


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_run(run: str) -> dict:
    """A run with its boxes, items and the open escalations."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return reports.describe_run(run)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def status() -> dict:
    """The latest run of each procedure, the open escalations, and the worst verdict of all."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return reports.describe_status(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def acknowledge(escalation: str, note: str = "") -> None:
    """Somebody has it."""
    only_for(MANAGER, OPERATOR)
    escalations.acknowledge(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve(escalation: str, note: str) -> None:
    """It is over; the note says how."""
    only_for(MANAGER, OPERATOR)
    escalations.resolve(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def false_positive(escalation: str, note: str) -> None:
    """It never was one; the note says why."""
    only_for(MANAGER, OPERATOR)
    escalations.false_positive(escalation, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def accept_missed(run: str, comment: str) -> None:
    """A manager accepts that a slot was missed; the comment says why."""
    only_for(MANAGER)
    missed.accept_missed(run, comment)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def declare_not_applicable(check: str, reason: str) -> None:
    """A manager says that a check is not applicable to this site, and why."""
    only_for(MANAGER)
    applicability.declare(check, reason)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def withdraw_not_applicable(check: str) -> None:
    """It is applicable after all: the next run measures it."""
    only_for(MANAGER)
    applicability.withdraw(check)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def still_to_fill() -> list[str]:
    """What this site still has to fill in or decide."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return to_fill.still_to_fill()


@frappe.whitelist(methods=["GET"])
@told_in_shell
def analyze_error_patterns(days: int = 30) -> dict:
    """Trends, profiles, types, users, recurring patterns and hotspots of the errors of 1 to 400 days."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return error_review.analyze_error_patterns(days, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def identify_error_hotspots(days: int = 7) -> dict:
    """Where the errors of 1 to 400 days gather: areas, apps, types, kinds of users, hours."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return error_review.identify_error_hotspots(days, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def latest_errors(pattern: str) -> list[dict]:
    """The latest logs of an error pattern: name, time and user, and whether Error Log still has it."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return error_review.latest_errors(pattern)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def resolve_error_pattern(pattern: str, note: str = "") -> None:
    """It is mended: its next error makes it Regressed."""
    only_for(MANAGER, OPERATOR)
    error_states.resolve(pattern, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def ignore_error_pattern(
    pattern: str, until: str | None = None, errors: int | None = None, note: str = ""
) -> None:
    """Leave it out of what is judged: until a moment, until so many errors more, or for good."""
    only_for(MANAGER, OPERATOR)
    more = whole_number(errors, "errors") if errors not in (None, "") else None
    error_states.ignore(pattern, until, more, note)


@frappe.whitelist(methods=["POST"])
@told_in_shell
def reopen_error_pattern(pattern: str, note: str = "") -> None:
    """Neither resolved nor ignored: its state follows its errors again."""
    only_for(MANAGER, OPERATOR)
    error_states.reopen(pattern, note)


@frappe.whitelist(methods=["GET"])
@told_in_shell
def watcher() -> dict:
    """Whether samples still come, and why not: every page of this app shows it."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return watch.describe_watch(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def sample() -> dict:
    """Makes a round of samples now; over HTTP a worker does."""
    only_for(MANAGER, OPERATOR)
    if not _from_shell():
        frappe.enqueue(_sample_in_worker, enqueue_after_commit=True)
        return {"queued": True}
    return {"sampled": sample_metrics.sample_now(clock.now())}


@frappe.whitelist(methods=["GET"])
@told_in_shell
def system_health(period: str = "24 hours", group: str | None = None) -> list[dict]:
    """The metrics of a period: latest value, figures, and the mean of the period before."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return health_tables.health(period, group, clock.now())


@frappe.whitelist(allow_guest=True, methods=["GET", "HEAD"])
def health(token: str | None = None) -> dict:
    """For a monitor outside: 200 while samples come, 503 when not; the token is a header or a parameter."""
    header = frappe.get_request_header("X-Maintenance-Token") if not _from_shell() else None
    status, answer = watch.describe_health(header or token, clock.now())
    frappe.local.response.http_status_code = status
    return answer


@frappe.whitelist(methods=["POST"])
@told_in_shell
def new_health_token() -> str:
    """Makes the token of the health address anew. It is shown once; the former one opens nothing any more."""
    only_for(MANAGER)
    return watch.new_token()


@frappe.whitelist(methods=["POST"])
@told_in_shell
def compute_service_level(month: str) -> str:
    """Makes the record of a month (2026-11) anew, such as after a downtime was declared for it."""
    only_for(MANAGER)
    return service_levels.compute_named(month, clock.now())


@frappe.whitelist(methods=["GET"])
@told_in_shell
def get_compliance_metrics() -> dict:
    """Scores, gaps and violations of the latest assessment; None where not known, with the reason."""
    only_for(MANAGER, OPERATOR, AUDITOR)
    return compliance_metrics.describe(clock.now())


@frappe.whitelist(methods=["POST"])
@told_in_shell
def assess_compliance() -> dict:
    """Assesses compliance now; over HTTP a worker does. None while it is being assessed already."""
    only_for(MANAGER, OPERATOR)
    if not _from_shell():
        frappe.enqueue(_assess_in_worker, enqueue_after_commit=True)
        return {"queued": True}
    return {"assessment": compliance.assess(clock.now())}


def _run(name: str) -> dict | None:
    if not _from_shell():
        return _queue(name)
    run_now.measure_now(name, clock.now())
    return _print(name)


def _queue(run: str) -> dict:
    """Over HTTP a worker measures: a request must not wait for sources, nor ask its own web server."""
    if not frappe.db.exists(RUN, run):
        refuse(_("There is no run {0}."), run, kind=frappe.DoesNotExistError)
    measure_run.refuse_unless_open(run)
    frappe.enqueue(_measure_in_worker, run=run, enqueue_after_commit=True)
    return {"run": run, "queued": True}


def _measure_in_worker(run: str) -> None:
    """A run that was signed since it was asked for, or is being measured, needs it not, and is no error."""
    with suppress(measure_run.NotToBeMeasured):
        measure_run.measure(run, clock.now())
    notifications.deliver()


def _sample_in_worker() -> None:
    sample_metrics.sample_now(clock.now())


def _assess_in_worker() -> None:
    compliance.assess(clock.now())


def _from_shell() -> bool:
    return not getattr(frappe.local, "request", None)


def _print(run: str) -> None:
    print(summary(reports.describe_run(run)))
