"""Errors as a share of operations (reading 19 of the requirements)."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock, jobs, monitor, source, stored

DAY = timedelta(days=1)
REQUESTS, ERRORS, JOBS = "traffic.requests", "traffic.server_errors", "traffic.jobs"
ORIGIN = "Frappe Monitor, sampled, and the failed jobs"
ENOUGH = timedelta(hours=20)


@source
def of_operations(now: datetime) -> Reading | Unknown:
    """Answers of 500 and over and failed jobs, of all requests and jobs of the last 24 hours, in percent."""
    if not frappe.conf.monitor:
        return Unknown(monitor.IS_OFF, now, ORIGIN)
    sums = stored.sums((REQUESTS, ERRORS, JOBS), now - DAY)
    if REQUESTS not in sums or sums[REQUESTS][1] > now - ENOUGH:
        return Unknown(
            "requests are sampled for less than 20 of the last 24 hours", now, ORIGIN, learning=True
        )
    requests, errors, ran = (sums.get(name, (0.0, now))[0] for name in (REQUESTS, ERRORS, JOBS))
    scheduled, background = jobs.failed_scheduled_jobs(now), jobs.failed_background_jobs(now)
    failed = scheduled.value + background.value
    operations = requests + ran
    if not operations:
        return Unknown("there was no request and no job", now, ORIGIN)
    evidence = {
        "requests": requests,
        "answers of 500 and over": errors,
        "jobs": ran,
        "failed jobs": failed,
        "since": clock.shown(sums[REQUESTS][1]),
    }
    percent = round(100 * (errors + failed) / operations, 3)
    return Reading(percent, "%", now, ORIGIN, evidence, at_least=background.at_least)
