"""The escalations of the simulated quarter, as history has them: opened, answered, over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from quarter_plan import FRIDAY, MANAGER, MONDAY, OPERATOR, THURSDAY, TUESDAY, WEDNESDAY, Plan, fact

from verenigingen_maintenance.operations.transactions import commit

ESCALATION, CHECK = "Maintenance Escalation", "Maintenance Check"
RESOLVED, FALSE_POSITIVE, CLOSED = "Resolved", "False Positive", "Closed"
NOBODY = None


@dataclass(frozen=True)
class Past:
    """One that is over: when, of which check and how bad; minutes until it was acknowledged and closed.

    `ups` is how often nobody answered in time, `flaps` how often the breach came back.
    """

    week: int
    weekday: int
    hour: int
    check: str
    worst: float
    acknowledged: int | None = 6
    closed: int = 50
    level: int = 1
    status: str = RESOLVED
    ups: int = 0
    flaps: int = 0
    minute: int = 20
    note: str = ""
    is_drill: bool = False


QUARTER = (
    Past(1, TUESDAY, 10, "memory_used", 96.2, 9, 75, note="The nightly report was run by day"),
    Past(1, FRIDAY, 21, "cache_hit_rate", 44.0, NOBODY, 35, level=2),
    Past(2, THURSDAY, 11, "api_response_now", 612.0, 14, 90, level=2),
    Past(3, TUESDAY, 9, "errors_24h", 52, 12, 95),
    Past(4, MONDAY, 9, "same_error_24h", 11, 8, 140),
    Past(5, WEDNESDAY, 14, "dashboard_accessible", 1, 41, 181, level=2, ups=1, minute=4, note="Disk emptied"),
    Past(6, TUESDAY, 8, "backup_age", 31.5, 22, 26 * 60, level=3, note=fact("level 3").text),
    Past(7, TUESDAY, 10, "new_critical_errors", 1, 34, 9 * 60, level=2, ups=1, note="Bank refuses the batch"),
    Past(7, TUESDAY, 12, "errors_24h", 71, 5, 24 * 60 + 90),
    Past(7, WEDNESDAY, 11, "errors_60min", 23, 7, 130),
    Past(7, WEDNESDAY, 15, "api_response_now", 701.0, 25, 200, level=2),
    Past(7, THURSDAY, 10, "api_response_now", 655.0, 18, 160, level=2),
    Past(7, FRIDAY, 9, "errors_24h", 64, 6, 300),
    Past(9, MONDAY, 11, "database_response", 118.0, 20, 110, level=2, note="Index on Error Log planned"),
    Past(10, WEDNESDAY, 23, "compliance_points_lost", 6.0, 11 * 60, 4 * 24 * 60, level=2, minute=36),
    Past(11, WEDNESDAY, 10, "errors_24h", 51, 9, 120),
    Past(12, FRIDAY, 9, "cache_hit_rate", 47.0, 15, 420, level=2, flaps=5, note="More memory for the cache"),
    Past(13, TUESDAY, 14, "errors_60min", 21, NOBODY, 55),
)
REAL_LOAD = ((3, THURSDAY, 9.2), (7, TUESDAY, 11.0), (12, WEDNESDAY, 9.6))
NOISY_LOAD = ((2, 4.1), (4, 4.3), (5, 4.2), (6, 4.6), (8, 4.4), (10, 4.1), (11, 4.5), (13, 4.2))
BEFORE = tuple(
    Past(week, THURSDAY, 10, check, worst, 10 + each, 70 + 5 * each)
    for each, (week, check, worst) in enumerate(
        [
            *((-11, "errors_24h", 54), (-9, "api_response_now", 560.0), (-8, "memory_used", 97.0)),
            *((-6, "errors_24h", 51), (-4, "cache_hit_rate", 46.0), (-2, "database_response", 125.0)),
        ]
    )
)


def past() -> Iterator[Past]:
    """All of both quarters, drills included."""
    yield from BEFORE
    yield from QUARTER
    for week, weekday, worst in REAL_LOAD:
        yield Past(week, weekday, 16, "host_load", worst, 13, 65, level=2)
    for week, worst in NOISY_LOAD:
        yield Past(
            week, TUESDAY, 13, "host_load", worst, 17, 25, level=2, status=FALSE_POSITIVE, note="A backup"
        )
    yield Past(8, THURSDAY, 15, "Drill", 0, 3, 12, level=2, status=CLOSED, is_drill=True, note="Answered")


def alerts(first: int = 1) -> list[Past]:
    """Those from a week on, without drills."""
    return [each for each in past() if each.week >= first and not each.is_drill]


# --- on a site


def write(plan: Plan) -> None:
    checks = {each.name: each for each in frappe.get_all(CHECK, fields=["*"], limit=0)}
    for each in sorted(past(), key=lambda each: (each.week, each.weekday, each.hour)):
        _write(each, plan.at(each.week, each.weekday, each.hour, each.minute), checks.get(each.check))
    commit()


def _write(each: Past, opened: datetime, check: frappe._dict | None) -> None:
    document = frappe.get_doc({"doctype": ESCALATION, **_values(each, opened), **_times(each, opened)})
    document.title = f"{check.title}: {each.worst:g} {check.unit or ''}".strip() if check else each.check
    document.subject = (check.subject or check.name) if check else each.check
    document.set_new_name()
    document.db_insert()
    if check:
        _row(document.name, "checks", 1, _of_check(each, check, opened))
    for number, values in enumerate(_events(each, opened), 1):
        _row(document.name, "events", number, values)


def _values(each: Past, opened: datetime) -> dict:
    by_itself = each.acknowledged is NOBODY
    return {
        **{"status": each.status, "level": f"level-{each.level}", "is_drill": int(each.is_drill)},
        **{"flaps": each.flaps, "cleared_by_itself": int(by_itself), "open_key": None},
        **{"triggered_at": opened - timedelta(seconds=50), "onset_at": opened - timedelta(minutes=15)},
        **{"trigger_to_escalation": 50, "onset_to_escalation": 900, "creation": opened},
    }


def _times(each: Past, opened: datetime) -> dict:
    over = opened + timedelta(minutes=each.closed)
    found = {"opened_at": opened, "closed_at": over, "cleared_at": over}
    if each.acknowledged is not NOBODY:
        answered = opened + timedelta(minutes=each.acknowledged)
        by = OPERATOR if each.level == 1 else MANAGER
        found |= {"acknowledged_at": answered, "first_acknowledged_at": answered, "acknowledged_by": by}
        found |= {"closed_by": by}
    return found


def _of_check(each: Past, check: frappe._dict, opened: datetime) -> dict:
    rule = {"unit": check.unit, "critical": check.critical or "", "threshold_version": check.version}
    return {"check_name": check.name, "title": check.title, "worst": each.worst, "began_at": opened, **rule}


def _events(each: Past, opened: datetime) -> Iterator[dict]:
    """In their order: opened, each level that nobody answered, answered, what came back, over."""
    yield {"event": "Opened", "happened_at": opened}
    for up in range(each.ups):
        yield {"event": "Next Level", "happened_at": opened + timedelta(minutes=30 * (up + 1))}
    by = {"by_user": OPERATOR if each.level == 1 else MANAGER}
    if each.acknowledged is not NOBODY:
        yield {"event": "Acknowledged", "happened_at": opened + timedelta(minutes=each.acknowledged), **by}
    for flap in range(each.flaps):
        cleared = opened + timedelta(minutes=40 + 60 * flap)
        yield {"event": "Cleared", "happened_at": cleared}
        yield {"event": "Reopened", "happened_at": cleared + timedelta(minutes=20)}
    over = opened + timedelta(minutes=each.closed)
    if each.acknowledged is NOBODY:
        yield {"event": "Cleared", "happened_at": over}
        by = {}
    yield {"event": each.status, "happened_at": over, "note": each.note, **by}


def _row(parent: str, field: str, number: int, values: dict) -> None:
    doctype = {"checks": "Maintenance Escalation Check", "events": "Maintenance Escalation Event"}[field]
    row = frappe.get_doc({"doctype": doctype, "parenttype": ESCALATION, "parent": parent, **values})
    row.update({"parentfield": field, "idx": number})
    row.set_new_name()
    row.db_insert()
