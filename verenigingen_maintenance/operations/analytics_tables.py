"""The stored answers of the analytics engine for the reports Executive Summary and Claims. It only reads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from frappe import _

from verenigingen_maintenance.core.analytics_rows import rows
from verenigingen_maintenance.core.analytics_wording import head
from verenigingen_maintenance.core.charts import Chart
from verenigingen_maintenance.core.claims import WHOLE, Standing
from verenigingen_maintenance.operations import analytics_answers, compliance_metrics
from verenigingen_maintenance.sources import analytics_store, clock
from verenigingen_maintenance.sources.analytics_store import CLAIMS, OLD, Stored

ONE_DAY = timedelta(days=1)


def summary(now: datetime | None = None) -> tuple[list[dict[str, Any]], list[str], dict[str, Any]]:
    """The rows of the executive summary, the lines that are told above them, and its figures: verdict,
    and how many critical_issues and priority_actions there are, None where that is not known."""
    found = analytics_answers.with_components(now or clock.now())
    own = [each for each in found["components"] if not each["component"].startswith(CLAIMS)]
    shown = [
        {**row, "observed_at": _moment(row["observed_at"])} for row in rows({**found, "components": own})
    ]
    figures = {"verdict": found["verdict"], "critical_issues": found["critical_issues_count"]}
    return shown, head(found), {**figures, "priority_actions": found["priority_actions_count"]}


def _moment(text: str) -> datetime | None:
    """As it is stored: a report shows it in the form of its reader."""
    return clock.stored(datetime.fromisoformat(text)) if text else None


def charts(now: datetime | None = None) -> list[Chart]:
    """Errors of a day and the score of compliance, where they are known."""
    found = (_errors(now or clock.now()), compliance_metrics.chart(now))
    return [each for each in found if each and each.points]


def claims(now: datetime | None = None) -> list[dict[str, Any]]:
    """What each function of the app verenigingen claims, part by part, beside what was measured here."""
    found = analytics_store.components().values()
    asked = [each for each in found if each.is_claim and each.is_applicable and each.enabled]
    return [row for each in asked for row in _parts(each, now or clock.now())]


def claims_in_words(found: list[dict[str, Any]]) -> str:
    if not found:
        return _("The app verenigingen is not on this site: nothing is claimed.")
    counts = {standing.value: 0 for standing in Standing}
    for row in found:
        counts[row["standing"]] += 1
    return ", ".join(f"{number} {standing}" for standing, number in counts.items())


def _parts(each: Stored, now: datetime) -> list[dict[str, Any]]:
    """Its parts as they were judged; where its last call gave none, why."""
    shown = {
        "component": each.name,
        "asked_at": clock.stored(each.computed_at) if each.computed_at else None,
    }
    if why := _why_none(each, now):
        return [{**shown, "part": WHOLE, "standing": Standing.UNKNOWN.value, "reason": why}]
    return [{**shown, **_part(section)} for section in each.answer["sections"]]


def _why_none(each: Stored, now: datetime) -> str:
    """Why nothing that it claimed stands; empty where its last call gave an answer, of late."""
    if not each.standing.has_answered or not each.answer or not each.computed_at:
        return each.reason or _("not asked yet")
    is_old = now - each.computed_at > OLD
    return _("it was not asked since {0}").format(clock.shown(each.computed_at)) if is_old else ""


def _part(section: dict[str, str]) -> dict[str, str]:
    told = [section["reason"], section["differs"] if section["differs"] != section["reason"] else ""]
    return {
        **{"part": section["name"], "standing": section["standing"], "claimed": section["claimed"]},
        **{"measured": section["measured"], "reason": "; ".join(text for text in told if text)},
    }


def _errors(now: datetime) -> Chart | None:
    found = analytics_answers.Answers(("errors",), "analyze_error_patterns", now).of("errors")
    days = found.get("patterns", {}).get("daily_trends", {}).get("daily_data")
    if not days:
        return None
    points = [
        (datetime.combine(date.fromisoformat(day), time()), errors) for day, errors in sorted(days.items())
    ]
    begins, ends = points[0][0], clock.stored(now)
    return Chart(_("Errors of a day"), _("errors"), points, begins, ends, 1.5 * ONE_DAY)
