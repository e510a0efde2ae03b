"""Component health: the status from the checks of the daily run, as they are now, and what follows from it.

Live checks are taken as the last round judged them; the others read what is stored, and are judged here.
Checks of the engine itself are left out: it would feed itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core import health_summary
from verenigingen_maintenance.core.analytics_actions import ranked
from verenigingen_maintenance.core.health_summary import Judged
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.operations import checks, health_tables, measure, open_escalations
from verenigingen_maintenance.operations.checks import CHECK, Spec
from verenigingen_maintenance.sources import analytics_store, clock
from verenigingen_maintenance.sources.analytics_store import Stored

STALE = timedelta(minutes=15)
SECONDS = 20
OWN = "analytics."
TREND = "7 days"
MOST = 200


def health(now: datetime) -> dict:
    """Status, critical issues, key findings, priority actions and trends."""
    judged = [*_live(now), *_measured(now)]
    open_now = {each.subject: each.name for each in open_escalations.open_ones()}
    found = health_summary.summary(judged, open_now, now)
    stored = analytics_store.components(["errors", "recommendations"])
    recommended = _recommended(stored["recommendations"], now)
    return {
        **found,
        "key_findings": [*found["key_findings"], *_insights(stored["errors"], now)],
        "priority_actions": ranked([*health_summary.actions(found), *recommended]),
        "trends": _trends(now),
        "as_of": min([datetime.fromisoformat(each.observed_at) for each in judged] or [now]),
    }


def _daily_checks() -> list[str]:
    procedure = frappe.db.get_value("Maintenance Procedure", {"cadence": "Daily", "enabled": 1})
    return frappe.get_all("Maintenance Task Check", {"parent": procedure or ""}, pluck="check_name", limit=0)


def _live(now: datetime) -> list[Judged]:
    rows = frappe.get_all(CHECK, filters=checks.LIVE, fields=["*"], order_by="name", limit=0)
    return [_of_row(row, now) for row in rows if _is_asked(row.source)]


def _of_row(row: dict, now: datetime) -> Judged:
    at = clock.instant_before(row.live_at, now) if row.live_at else now
    late = now - at > STALE
    verdict = Verdict(row.live_verdict) if row.live_verdict and not late else Verdict.UNKNOWN
    reason = row.live_reason or "" if row.live_at else "not judged yet"
    reason = f"not judged since {clock.shown(at)}" if late else reason
    value = float(row.live_value) if row.live_value and verdict is not Verdict.UNKNOWN else None
    return _judged(Spec.of(row), verdict, value, at, reason)


def _measured(now: datetime) -> list[Judged]:
    """The checks of the daily run that no round judges."""
    daily = set(_daily_checks())
    specs = [each for each in checks.enabled_specs() if each.name in daily and _is_asked(each.source)]
    live = set(frappe.get_all(CHECK, filters=checks.LIVE, pluck="name", limit=0))
    asked = [each for each in specs if each.name not in live]
    readings = measure.read_all([each.source for each in asked], now, SECONDS)
    results = [checks.judge_reading(each, readings[each.source]) for each in asked]
    return [_of_result(each) for each in results]


def _is_asked(source: str) -> bool:
    return not source.startswith((OWN, "derived."))


def _of_result(result: checks.Result) -> Judged:
    judgement = result.judgement
    at = result.measured.observed_at
    return _judged(result.spec, judgement.verdict, result.value, at, judgement.reason)


def _judged(spec: Spec, verdict: Verdict, value: float | None, at: datetime, reason: str) -> Judged:
    named = {"check": spec.name, "title": spec.title, "subject": spec.subject, "source": spec.source}
    return Judged(
        **named,
        verdict=verdict,
        value=value,
        unit=spec.unit,
        target=spec.target,
        observed_at=clock.shown(at),
        reason=reason,
    )


def _insights(errors: Stored, now: datetime) -> list[dict]:
    """What stands out in the errors, where that is known."""
    texts = [] if errors.why_not(now) else errors.answer.get("insights", [])
    return [{"text": text, "readings": [{"component": "errors"}]} for text in texts]


def _recommended(found: Stored, now: datetime) -> Sequence[dict]:
    return [] if found.why_not(now) else found.answer["prioritized_actions"]


def _trends(now: datetime) -> list[dict]:
    """Each metric's mean of a week beside that of the week before."""
    rows = health_tables.health(TREND, None, now)
    keys = ("metric", "title", "group", "unit", "middle", "before", "change", "samples")
    return [{key: row[key] for key in keys} for row in rows if row["samples"]][:MOST]
