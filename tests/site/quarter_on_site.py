"""A site with a simulated quarter: errors, metrics, forecasts, downtimes, escalations, compliance and runs.

    quarter_on_site.write(clock.now())                  the thirteen whole weeks before now
    quarter_on_site.write(clock.now(), calendar=True)   the last whole quarter of the calendar

What is planted is told by FACTS of quarter_plan.py. Each part is written by a function of its own; further
ones are added to PARTS, behind what they rest on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import quarter_alerts
import quarter_changes
import quarter_compliance
import quarter_errors
import quarter_forecasts
import quarter_metrics
import quarter_people
import quarter_runs
import quarter_security
import quarter_times
from quarter_plan import FACTS, Fact, Plan, fact

from verenigingen_maintenance.sources import clock

PARTS: dict[str, Callable[[Plan], None]] = {
    "errors": quarter_errors.write,
    "metrics": quarter_metrics.write,
    "forecasts": quarter_forecasts.write,
    "escalations": quarter_alerts.write,
    "compliance": quarter_compliance.write,
    "runs": quarter_runs.write,
    "times": quarter_times.write,
    "changes": quarter_changes.write,
    "people": quarter_people.write,
    "security": quarter_security.write,
}


def plan(now: datetime, calendar: bool = False) -> Plan:
    """The quarter that is over at an instant, by the site's clock; or the last one of the calendar."""
    moment = clock.stored(now)
    return Plan.of_calendar(moment) if calendar else Plan(moment)


def write(
    now: datetime, calendar: bool = False, told: Callable[[str, float], None] = lambda _part, _seconds: None
) -> Plan:
    """Writes all parts, committed; says of each how many seconds it took. For a site without history."""
    found = plan(now, calendar)
    for part, its in PARTS.items():
        started = time.perf_counter()
        its(found)
        told(part, time.perf_counter() - started)
    return found


__all__ = ["FACTS", "PARTS", "Fact", "Plan", "fact", "plan", "write"]
