"""The review of alerts as data, for the doors; and as rows and bars, for the report. It only reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe import _

from verenigingen_maintenance.core import alert_review
from verenigingen_maintenance.core.alert_review import (
    NO_CHECK,
    SYSTEM_ALERT,
    Alert,
    Figures,
    Kind,
    Times,
    checks_of,
    counted,
    day_of,
    grouped,
    level_of,
    subject_of,
    week_of,
)
from verenigingen_maintenance.core.alert_wording import in_minutes
from verenigingen_maintenance.operations.error_review import days_of
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import alert_rows, clock

GROUPS = ("Level", "Subject", "Check", "Week")
MOST_DAYS = 21


def review(days: object, now: datetime) -> dict[str, Any]:
    """Count, times, classes, by level, subject, check and week, of the alerts of `days` days (1 to 400).

    Times are in seconds; what is not known is None, and `missing` says what else is not.
    """
    begins = now - timedelta(days=days_of(days))
    alerts, missing = with_missing(begins, now)
    return {
        "from": clock.shown(begins),
        "to": clock.shown(now),
        **alert_review.review(alerts, clock.zone()),
        "open_from_before": alert_rows.open_from_before(begins),
        "claims_of_verenigingen": sum(alert.source == SYSTEM_ALERT for alert in alerts),
        "missing": missing,
    }


def with_missing(begins: datetime, ends: datetime) -> tuple[list[Alert], list[str]]:
    """The escalations of a period with the System Alerts beside them, and what is missing of both."""
    found, claimed = alert_rows.escalations(begins, ends), alert_rows.system_alerts(begins, ends)
    return [*found.alerts, *claimed.alerts], [*found.missing, *claimed.missing, *_not_known(found.alerts)]


def _not_known(escalations: Sequence[Alert]) -> list[str]:
    known = counted(escalations)
    drills = sum(alert.is_drill for alert in escalations)
    without = sum(not alert.checks for alert in known)
    turned = sum(_is_turned(alert) for alert in known)
    return [
        *([f"drills left out: {drills}"] if drills else []),
        *([f"alerts that name no check: {without}"] if without else []),
        *([f"alerts that end before they begin, because a clock was set back: {turned}"] if turned else []),
    ]


def _is_turned(alert: Alert) -> bool:
    return any(each is not None and each < alert.opened for each in (alert.acknowledged, alert.closed))


# --- the report


def table(days: object, group: object) -> dict[str, Any]:
    """Rows by level, subject, check or week; bars by day or week; cards; and what is missing.

    Raises frappe.ValidationError for a group or a number of days that there is not.
    """
    now = clock.now()
    begins = now - timedelta(days=days_of(days))
    alerts, missing = with_missing(begins, now)
    known, groups_of = counted(alerts), _way(group)
    titles = _titles() if group == "Check" else {}
    return {
        "rows": [_row(titles.get(name, name), some) for name, some in grouped(known, groups_of).items()],
        "bars": _bars(known, begins, now),
        "all": _row("", known),
        "missing": missing,
        "open_from_before": alert_rows.open_from_before(begins),
    }


def _way(group: object) -> Callable[[Alert], Sequence[str]]:
    if group not in GROUPS:
        refuse(_("Alerts are grouped by {0}, not by “{1}”."), ", ".join(GROUPS), group)
    ways = (level_of, subject_of, checks_of, week_of(clock.zone()))
    return dict(zip(GROUPS, ways, strict=True))[group]


def _titles() -> dict[str, str]:
    rows = frappe.get_all("Maintenance Check", fields=["name", "title"], limit=0)
    return {row.name: f"{row.title} ({row.name})" for row in rows} | {NO_CHECK: _("(no check)")}


def _row(name: str, alerts: Sequence[Alert]) -> dict[str, Any]:
    figures = Figures.of(alerts)
    return {
        "group": name,
        "alerts": figures.alerts,
        **{kind.name.lower(): figures.kinds.get(kind, 0) for kind in Kind if kind is not Kind.OPEN},
        "false_positive_share": figures.share(Kind.FALSE_POSITIVE),
        "came_back": figures.came_back,
        "answered_late": figures.answered_late,
        "still_open": figures.still_open,
        **_minutes("acknowledge", figures.acknowledge),
        **_minutes("resolve", figures.resolve),
    }


def _minutes(name: str, times: Times) -> dict[str, float | None]:
    figures = {"median": times.median, "ninety": times.ninety, "longest": times.longest}
    return {f"{name}_{figure}": in_minutes(seconds) for figure, seconds in figures.items()}


def _bars(alerts: Sequence[Alert], begins: datetime, ends: datetime) -> dict[str, Any]:
    """How many of each kind, by day; where the days are too many for that by week, from its Monday."""
    zone, by_week = clock.zone(), ends - begins > timedelta(days=MOST_DAYS)
    first, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()

    def bar(day: date) -> date:
        return day - timedelta(days=day.weekday()) if by_week else day

    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    bars: Mapping[date, dict[Kind, int]] = {bar(day): dict.fromkeys(Kind, 0) for day in days}
    for alert in alerts:
        if found := bars.get(bar(day_of(alert, zone))):
            found[alert.kind] += 1
    return {
        "by_week": by_week,
        "days": [*bars],
        "kinds": {kind.value: [counts[kind] for counts in bars.values()] for kind in Kind},
    }
