"""What an installation and an upgrade do to a site."""

from __future__ import annotations

import frappe
import redis

from verenigingen_maintenance.operations import (
    analytics_claims,
    applicability,
    catalogues,
    compliance_gaps,
    gaps,
    ingest_errors,
    probe_user,
    procedure_versions,
    run_actions,
    seed,
    settings,
    workspace_blocks,
)
from verenigingen_maintenance.operations.still_to_fill import still_to_fill


def after_install() -> None:
    """Brings the runbook; the fixtures, with the roles, come later, and then `after_sync`."""
    _bring_up_to_date()
    _count_what_error_log_holds()


def after_sync() -> None:
    """Once the roles are there: the probe's user, and what is still to fill in."""
    probe_user.ensure()
    if to_fill := still_to_fill():
        print("Still to fill in or decide (Maintenance Settings in Desk lists it too):")
        print("\n".join(f"- {each}" for each in to_fill))


def after_migrate() -> None:
    """An upgrade: everything that an installation brings, where it is missing or not touched."""
    _bring_up_to_date()
    gaps.note_migration()
    probe_user.ensure()
    _count_what_error_log_holds()


def _bring_up_to_date() -> None:
    """Keeps the procedures as they are; then seeds runbook and holidays, and proposes what does not apply."""
    for failed in catalogues.compile_all():
        print(f"The translations of {failed}. Run bench build --app verenigingen_maintenance.")
    procedure_versions.keep_present()
    seed.seed()
    settings.fill_in_holidays()
    applicability.propose()
    analytics_claims.note_presence()


def _count_what_error_log_holds() -> None:
    """As jobs, one a day. Without Redis the hourly job queues them."""
    try:
        days = ingest_errors.enqueue_gaps()
    except redis.ConnectionError as error:
        print(f"Error Log will be counted later, by a job of the scheduler. {error}")
    else:
        if days:
            print(f"Error Log is counted in the background: {len(days)} days.")


def after_app_change(app: str) -> None:
    """Another app came or went: what this site does not have may have changed."""
    if app != "verenigingen_maintenance":
        applicability.propose()
        analytics_claims.note_presence()


def before_uninstall() -> None:
    """Frappe leaves the values of a settings page; a later installation would take them for changes. And
    no ToDo may be about a DocType that is gone."""
    settings.forget()
    compliance_gaps.forget_todos()
    run_actions.forget_todos()
    probe_user.remove()
    workspace_blocks.remove()
    frappe.db.delete("Scheduled Job Type", {"method": ("like", "verenigingen_maintenance.%")})
