"""The scheduler's door.

Names are distinctive because Frappe names a job by the last two parts of its path.
"""

from __future__ import annotations

from verenigingen_maintenance.operations import (
    analytics,
    analytics_claims,
    clock_audit,
    compliance,
    configuration_copies,
    delivery,
    error_states,
    incident_watch,
    ingest_errors,
    measure_changes,
    metric_rollups,
    opportunities,
    read_backups,
    recordings,
    reports_due,
    sample_metrics,
    security_assessment,
    service_levels,
    settings,
    tend_escalations,
    tend_runs,
    threshold_proposals,
)
from verenigingen_maintenance.sources import clock


def tend_maintenance_runs() -> None:
    try:
        tend_runs.tend(clock.now())
    finally:
        clock_audit.audit(clock.now())


def finish_maintenance_runs() -> None:
    """The same, under a second name and at other minutes.

    After a worker was killed, Frappe takes its job for running and does not queue that name again for up to a
    quarter of an hour; a run that was left half-way must not wait for that.
    """
    tend_maintenance_runs()


def tend_maintenance_escalations() -> None:
    """Each minute: the clocks of escalations, and the digest of WARNINGs."""
    tend_escalations.tend(clock.now())


def finish_maintenance_escalations() -> None:
    """The same, under a second name: a job that was killed is not queued for a while."""
    tend_escalations.tend(clock.now())


def sample_maintenance_metrics() -> None:
    """Each minute: makes a round of samples where that is due."""
    sample_metrics.sample_if_due(clock.now())


def deliver_maintenance_notifications() -> None:
    """Each minute: hands over what is due, as a job of its own: a target that hangs keeps nothing waiting."""
    delivery.deliver(clock.now())


def finish_maintenance_notifications() -> None:
    """The same, under a second name: what a killed job left, or one that hangs, must not wait."""
    deliver_maintenance_notifications()


def ingest_maintenance_errors() -> None:
    """Each minute: sees what waits in Redis, and counts Error Log where that is due.

    It makes the round of samples too where that is overdue: a job that was killed is not queued for a while.
    """
    try:
        ingest_errors.ingest_if_due(clock.now())
    finally:
        sample_metrics.sample_if_overdue(clock.now())


def review_maintenance_errors() -> None:
    """Each hour: what states become with time, what the ledger may forget, and what was missed. That comes
    last: Redis may be gone, and the rest is done all the same."""
    error_states.renew_all(clock.now())
    ingest_errors.forget_deleted()
    ingest_errors.enqueue_gaps()


def roll_up_maintenance_metrics() -> None:
    """Each hour: hours and days of the metrics, and what became of the month's promises."""
    try:
        metric_rollups.roll_up(clock.now())
    finally:
        service_levels.compute(clock.now())


def assess_maintenance_compliance() -> None:
    """Each hour: the day's assessment of compliance, its gaps and their ToDos."""
    compliance.assess(clock.now())


def refresh_maintenance_analytics() -> None:
    """Every ten minutes: the components of the analytics engine that are due."""
    analytics.refresh(clock.now())


def finish_maintenance_analytics() -> None:
    """The same, under a second name and at other minutes: what a killed job left must not wait."""
    refresh_maintenance_analytics()


def claim_maintenance_analytics() -> None:
    """Each hour, in the queue long: what the app verenigingen claims, where it is."""
    analytics_claims.refresh(clock.now())


def read_maintenance_backups() -> None:
    """Each hour, in the queue long: reads what is new of the newest backup to its end. Nothing is changed."""
    read_backups.read_newest(clock.now())


def propose_maintenance_thresholds() -> None:
    """Each day: which thresholds the alerts of ninety days speak for. None is changed."""
    threshold_proposals.propose(clock.now())


def assess_maintenance_security() -> None:
    """Each day, in the queue long: assesses security where the latest assessment is older than a week."""
    security_assessment.assess_if_due(clock.now())


def draft_maintenance_reports() -> None:
    """Every ten minutes: the reports of the period before, once the run that looks at them is open."""
    reports_due.draft_due(clock.now())


def fill_in_maintenance_holidays() -> None:
    settings.fill_in_holidays()


def keep_maintenance_configuration() -> None:
    """Each day: a copy of the configuration is kept where it is not what the latest one has."""
    configuration_copies.keep_changed(clock.now())


def propose_maintenance_changes() -> None:
    """Each day: what could be better is measured and proposed. None is applied."""
    opportunities.find(clock.now())


def measure_maintenance_changes() -> None:
    """Each day: changes whose time after is over are judged beside what was before."""
    measure_changes.measure_due(clock.now())


def read_maintenance_recordings() -> None:
    """Each minute: a recording of requests that is over is read."""
    recordings.read_if_over(clock.now())


def watch_maintenance_incidents() -> None:
    """Each minute: opens incidents for what is broken, and keeps the timelines of the open ones."""
    incident_watch.watch(clock.now())
