"""The cards of the dashboard: each the newest judgement of a check, with its target, age and trend."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _

from verenigingen_maintenance.core.derived import DERIVED, Cause, Situation
from verenigingen_maintenance.core.judgement import judge
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import dashboard_words as words
from verenigingen_maintenance.operations import downtimes, settings
from verenigingen_maintenance.operations.checks import CHECK, Spec
from verenigingen_maintenance.operations.dashboard_rows import rows
from verenigingen_maintenance.operations.dashboard_series import Series
from verenigingen_maintenance.operations.language import said
from verenigingen_maintenance.operations.workspace_guide import open_escalations
from verenigingen_maintenance.sources import clock

# The titles are those that the written procedure looks for on a dashboard.
CARDS = {
    "active_members": "Active Members",
    "errors_24h": "Errors (24h)",
    "compliance_score": "Compliance Score",
    "critical_alerts": "Critical Alerts",
    "critical_issues": "Critical Issues",
    "analytics_response": "Analytics Summary",
    "forecasts_age": "Trend Forecasts",
    "compliance_errors": "Compliance Metrics",
    "database_response": "Database Response",
    "api_response": "API Response",
    "cache_hit_rate": "Cache Hit Rate",
}
# They follow from other rows, and must not feed one: what they do not know is no card without data.
DERIVED_CARDS = {"critical_alerts", "critical_issues"}
OPEN = open_escalations()
FIELDS = (
    *("name", "title", "source", "unit", "subject", "area", "warning", "critical", "clear", "not_applicable"),
    *("live", "enabled", "live_verdict", "live_value", "live_reason", "live_at"),
    *("breaches", "clears", "timeout_seconds", "version"),
)
AHEAD = timedelta(minutes=1)
NOT_JUDGED = phrase("no round of samples judged it lately")


@dataclass(frozen=True)
class Measured:
    """A run that was measured, and its rows of checks."""

    name: str
    measured_at: datetime
    items: Sequence[Any]


def rows_of(run: str) -> list[Any]:
    """The rows of a run that checks measure, without their evidence."""
    fields = [
        "title",
        "check_name",
        "verdict",
        "value",
        "unit",
        "target",
        "reason",
        "not_applicable",
        "observed_at",
    ]
    filters = {"parent": run, "parenttype": "Checklist Run", "check_name": ("!=", "")}
    return rows("Checklist Run Item", fields, filters, "idx")


def present_checks(now: datetime) -> dict[str, Any]:
    """Every enabled check by name. `is_fresh` marks those that a round of samples judged lately."""
    found = rows(CHECK, FIELDS, {"enabled": 1})
    every = settings.sampling_interval()
    longest = downtimes.longest_silence(every)
    for row in found:
        row.judged_at = clock.instant_before(row.live_at, now) if row.live_at else None
        is_live = bool(every and row.live and row.live_verdict and row.judged_at)
        row.is_fresh = is_live and -AHEAD < now - row.judged_at <= longest
    return {row.name: row for row in found}


def present_causes(run: Measured | None, checks: Mapping[str, Any]) -> dict[str, Cause]:
    """The checks of a run, and those that samples judge, as they were judged last, by name; without those
    that follow from others."""
    items = {row.check_name: row for row in run.items} if run else {}
    live = [name for name, check in checks.items() if check.live]
    return {
        name: _cause(name, items.get(name), checks.get(name))
        for name in dict.fromkeys([*items, *live])
        if _counts(items.get(name), checks.get(name))
    }


def _cause(name: str, row: Any, check: Any) -> Cause:
    last = newest(row, check)
    title, subject = (row or check).title, (check and check.subject) or name
    if last is None:
        return Cause(title, subject, Verdict.UNKNOWN, NOT_JUDGED)
    is_live = last is check
    verdict, reason = (check.live_verdict, check.live_reason) if is_live else (last.verdict, last.reason)
    return Cause(title, subject, Verdict(verdict or "UNKNOWN"), reason or "")


def _counts(item: Any, check: Any) -> bool:
    """Whether a live check is applicable is what it says now; of any other, what it was when it ran."""
    off = check.not_applicable if check and check.live else item.not_applicable
    return not off and not _is_derived(check)


def _is_derived(check: Any) -> bool:
    return bool(check) and check.source in DERIVED


def cards(
    run: Measured | None,
    checks: Mapping[str, Any],
    situation: Situation,
    series: Mapping[str, Series],
    now: datetime,
) -> list[dict[str, Any]]:
    """One for each of CARDS that is applicable here. Those that follow from others tell the `situation`."""
    by_name = {item.check_name: item for item in run.items} if run else {}
    return [
        _card(
            name,
            _row(by_name.get(name), checks.get(name), situation, now),
            run,
            checks.get(name),
            series,
            now,
        )
        for name in CARDS
        if _applies(by_name.get(name), checks.get(name))
    ]


def _row(item: Any | None, check: Any, situation: Situation, now: datetime) -> Any | None:
    """The row of a run; of one that follows from others, what follows from them now: without a run that is
    known only where something is CRITICAL."""
    if not _is_derived(check) or (item is None and not situation.critical_subjects):
        return item
    measured = DERIVED[check.source](situation, now)
    judged = judge(measured, Spec.of(check).rule)
    is_known = isinstance(measured, Reading) and judged.verdict is not Verdict.UNKNOWN
    present = {"value": number(measured.value) if is_known else "", "verdict": judged.verdict.value}
    more = {"reason": judged.reason, "observed_at": clock.stored(now), "target": Spec.of(check).target}
    return frappe._dict(unit=check.unit, **present, **more)


def newest(item: Any | None, check: Any) -> Any:
    """What was judged last: the row of a run, or the check itself in a round of samples; None for neither."""
    is_newer = (
        check and check.is_fresh and not (item and item.observed_at and item.observed_at > check.live_at)
    )
    return check if is_newer else item


def _applies(item: Any | None, check: Any) -> bool:
    return not (item.not_applicable if item else check and check.not_applicable)


def _card(
    name: str, item: Any, run: Measured | None, check: Any, series: Mapping[str, Series], now: datetime
) -> dict:
    found = newest(item, check)
    is_live = found is not None and found is check
    shown = _of_check(check) if is_live else _of_item(item)
    is_derived = bool(item) and name in DERIVED_CARDS
    unit = found.unit or "" if found else ""
    amount = float(shown["value"]) if shown["value"] else None
    seen = shown["at"] and clock.instant_before(shown["at"], now)
    return {
        "key": name,
        "title": CARDS[name],
        "shown_title": _(CARDS[name]),
        "is_measured": amount is not None or is_derived,
        "value": words.value(amount, unit) or (_("unknown") if is_derived else _("not measured")),
        "verdict": shown["verdict"] or "UNKNOWN",
        "verdict_word": said(shown["verdict"] or "UNKNOWN"),
        "reason": said(shown["reason"]),
        "target": words.target(shown["target"], unit),
        "age": words.ago(seen, now),
        "url": OPEN if is_derived else row_url(name, None if is_live else run),
        "trend": _trend(series.get(check.source) if check else None),
    }


def _of_item(item: Any) -> dict[str, Any]:
    if item is None:
        return dict.fromkeys(("value", "verdict", "reason", "target", "at"))
    fields = {key: item.get(key) for key in ("value", "verdict", "reason", "target")}
    return {**fields, "at": item.observed_at}


def _of_check(check: Any) -> dict[str, Any]:
    return {
        **{"value": check.live_value, "verdict": check.live_verdict, "reason": check.live_reason},
        **{"target": Spec.of(check).target, "at": check.live_at},
    }


def row_url(name: str, run: Measured | None) -> str:
    """The row of the run that judged a check; without one, the check, as rounds of samples judge it."""
    if run is None:
        return f"/app/maintenance-check/{quote(name)}"
    return f"/app/checklist-run/{quote(run.name)}?check={quote(name)}"


def _trend(found: Series | None) -> dict[str, str] | None:
    """None where nothing samples the same, or nothing was sampled for seven days."""
    return {"svg": found.sparkline(), "url": found.url} if found and found.points else None


def recent_errors(run: Measured | None, now: datetime) -> dict[str, Any] | None:
    """The most frequent errors of 24 hours as the run found them, and until when; None where that was not
    measured."""
    if run is None:
        return None
    filters = {"parent": run.name, "check_name": "same_error_24h"}
    fields = ["value", "evidence", "observed_at"]
    item = frappe.db.get_value("Checklist Run Item", filters, fields, as_dict=True)
    found = json.loads(item.evidence or "{}").get("most frequent") if item and item.value else None
    if found is None:
        return None
    seen = clock.instant_before(item.observed_at or run.measured_at, now)
    return {"lines": found, "until": words.at(seen, now)}
