"""The way of each action of core/incident_actions.py."""

from __future__ import annotations

from verenigingen_maintenance.operations import (
    incident_action_analytics as analytics,
)
from verenigingen_maintenance.operations import (
    incident_action_cache as cache,
)
from verenigingen_maintenance.operations import (
    incident_action_changes as changes,
)
from verenigingen_maintenance.operations import (
    incident_action_failed_jobs as failed,
)
from verenigingen_maintenance.operations import (
    incident_action_scheduler as scheduler,
)
from verenigingen_maintenance.operations.incident_action_way import Way

WAYS = {
    "Clear Cache": Way(cache.prepare, cache.keys, cache.clear, cache.cleared, not_now=cache.not_now),
    "Delete Engine Cache Keys": Way(
        *(cache.prepare, cache.engine_keys, cache.delete_engine_keys, cache.engine_keys_deleted),
        not_now=cache.not_now,
    ),
    "Pause Scheduler": Way(
        *(scheduler.prepare_pause, scheduler.state, scheduler.pause, scheduler.paused),
        not_now=scheduler.not_to_pause,
    ),
    "Resume Scheduler": Way(
        *(scheduler.prepare_resume, scheduler.state, scheduler.resume, scheduler.resumed),
        not_now=scheduler.not_to_resume,
    ),
    "Pause a Job": Way(
        *(scheduler.prepare_job_pause, scheduler.job_state, scheduler.pause_job, scheduler.job_paused),
        choices=scheduler.jobs_to_pause,
    ),
    "Resume a Job": Way(
        *(scheduler.prepare_job_resume, scheduler.job_state, scheduler.resume_job, scheduler.job_resumed),
        choices=scheduler.jobs_to_resume,
        not_now=scheduler.no_job_to_resume,
    ),
    "Retry Failed Jobs": Way(
        *(failed.prepare, failed.state, failed.retry, failed.retried),
        choices=failed.choices,
        not_now=failed.not_now,
    ),
    "Switch Analytics to Basic": Way(
        *(analytics.prepare_fall_back, analytics.state, analytics.fall_back, analytics.fallen_back),
        not_now=analytics.none_to_switch_off,
    ),
    "Restore Next Component": Way(
        *(analytics.prepare_restore, analytics.component_state, analytics.restore, analytics.restored),
        choices=analytics.choices,
        not_now=analytics.none_to_restore,
    ),
    "Roll Back a Change": Way(
        *(changes.prepare, changes.state, changes.roll_back, changes.rolled_back),
        choices=changes.choices,
        not_now=changes.not_now,
    ),
}
