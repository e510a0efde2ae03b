"""The alerts of the last seven days, for the weekly review; and the proposals that wait, for the monthly one.

A quiet week is a value, nought. A week in which nothing was measured is Unknown: nothing could open then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import frappe

from verenigingen_maintenance.core.alert_review import (
    Alert,
    Figures,
    Kind,
    Times,
    checks_of,
    counted,
    grouped,
)
from verenigingen_maintenance.core.alert_wording import in_minutes, time_in_words
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import alert_rows, clock, sampling, shared, source

WEEK, DAY = timedelta(days=7), timedelta(days=1)
ORIGIN, PROPOSAL = "Maintenance Escalation, opened in 7 days, without drills", "Threshold Proposal"
ESCALATION = "Maintenance Escalation"
DEGRADED = frozenset({"Performance", "Optimisation"})
MOST_NAMED = 20


@source
def of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts that were opened; those that the app verenigingen claims stand beside."""
    alerts, claims = _alerts(now), alert_rows.system_alerts(now - WEEK, now)
    subjects = Counter(alert.subject for alert in alerts)
    evidence = {
        "by subject": dict(subjects.most_common(MOST_NAMED)),
        "by kind": {kind.value: count for kind, count in Figures.of(alerts).kinds.items()},
        "open from before": alert_rows.open_from_before(now - WEEK),
        **({"System Alerts of verenigingen (claims)": len(claims.alerts)} if claims.is_here else {}),
    }
    return _count(alerts, now, evidence, [f"{name} {count}" for name, count in subjects.most_common()])


@source
def answered_late_of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts that nobody acknowledged within the time of their level, so that they went to the next."""
    alerts = _alerts(now)
    figures = Figures.of(alerts)
    evidence = {
        "acknowledged": _times(figures.acknowledge, len(alerts)),
        "resolved": _times(figures.resolve, len(alerts)),
    }
    return _those(lambda alert: alert.went_up > 0, alerts, now, evidence)


@source
def resolved_slowly_of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts of the week that took more than a day to resolve, or are open for longer."""
    alerts = _alerts(now)

    def took_long(alert: Alert) -> bool:
        ends = now if alert.is_open else alert.closed
        return ends is not None and ends - alert.opened > DAY

    return _those(took_long, alerts, now, {"resolved": _times(Figures.of(alerts).resolve, len(alerts))})


@source
def false_positives_of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts of which somebody said that they were none."""
    alerts = _alerts(now)
    checks = {name: Figures.of(some) for name, some in grouped(alerts, checks_of).items()}
    evidence = {
        "share of decided alerts (%)": Figures.of(alerts).share(Kind.FALSE_POSITIVE),
        "by check": {
            name: f"{each.kinds[Kind.FALSE_POSITIVE]} of {each.alerts}"
            for name, each in checks.items()
            if each.kinds.get(Kind.FALSE_POSITIVE)
        },
    }
    return _those(lambda alert: alert.kind is Kind.FALSE_POSITIVE, alerts, now, evidence)


@source
def nobody_acted_on_of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts that were over by themselves before anybody acknowledged them."""
    return _those(lambda alert: alert.kind is Kind.NOBODY_ACTED, _alerts(now), now, {})


@source
def flapping_of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts whose breach came back after it was over."""
    alerts = _alerts(now)
    evidence = {"returns": Figures.of(alerts).returns}
    return _those(lambda alert: alert.flaps > 0, alerts, now, evidence)


@source
def degradation_of_7_days(now: datetime) -> Reading | Unknown:
    """Alerts of checks on performance and optimisation."""
    areas, subjects = _areas()

    def is_degradation(alert: Alert) -> bool:
        of_checks = {areas.get(name) for name in alert.checks}
        return bool((of_checks or {subjects.get(alert.subject)}) & DEGRADED)

    return _those(is_degradation, _alerts(now), now, {"areas": sorted(DEGRADED)})


@source
def proposals_open(now: datetime) -> Reading:
    """Proposals for thresholds that nobody accepted or dismissed."""
    rows = frappe.get_all(PROPOSAL, {"status": "Open"}, ["name", "check_name", "finding"], order_by="name")
    evidence = {row.check_name: row.finding for row in rows}
    told = some([f"{row.check_name}: {row.finding}" for row in rows], 1)
    return Reading(len(rows), "proposals", now, PROPOSAL, evidence, detail=told)


@source
def days_since_drill(now: datetime) -> Reading | Unknown:
    """How long ago the last drill of escalation was over; its evidence has who answered when."""
    filters = {"is_drill": 1, "status": ("in", ("Resolved", "Closed"))}
    fields = ["name", "title", "closed_at"]
    last = frappe.get_all(ESCALATION, filters, fields, order_by="closed_at desc", limit=1)
    if not last:
        return Unknown("no drill was held yet: begin one with Test Escalation", now, ESCALATION)
    kept = frappe.get_doc(ESCALATION, last[0].name)
    ended = clock.instant_before(kept.closed_at, now)
    answers = [event.note for event in kept.events if event.event == "Resolved"]
    evidence = {"drill": kept.name, "title": kept.title, "result": answers}
    return Reading(round((now - ended) / DAY, 2), "days", now, ESCALATION, evidence, detail=kept.name)


@shared
def _alerts(now: datetime) -> list[Alert]:
    """Those of a week, in the order in which they were opened."""
    return list(reversed(counted(alert_rows.escalations(now - WEEK, now).alerts)))


def _those(
    which: Callable[[Alert], bool], alerts: Sequence[Alert], now: datetime, evidence: Mapping[str, object]
) -> Reading | Unknown:
    """How many alerts are such."""
    found = [alert for alert in alerts if which(alert)]
    named = {"of": len(alerts), "alerts": [alert.name for alert in found[:MOST_NAMED]], **evidence}
    return _count(found, now, named, [f"{alert.name} {alert.title}" for alert in found])


def _count(
    found: Sequence[Alert], now: datetime, evidence: Mapping[str, object], told: Iterable[str]
) -> Reading | Unknown:
    if not found and (reason := _nothing_measured(now)):
        return Unknown(reason, now, ORIGIN)
    return Reading(len(found), "alerts", now, ORIGIN, evidence, detail=some(list(told)))


def _nothing_measured(now: datetime) -> str:
    """Why no alert could have opened; empty where something was measured."""
    last, since = sampling.last_round(now), clock.stored(now - WEEK)
    if last and now - last.observed_at <= WEEK:
        return ""
    measured = frappe.db.exists("Checklist Run", {"measured_at": (">=", since)})
    return "" if measured else "nothing was measured in these 7 days, so that nothing could be a breach"


def _times(times: Times, alerts: int) -> dict[str, object]:
    figures = {"median": times.median, "90 % within": times.ninety, "longest": times.longest}
    told = {
        name: time_in_words(in_minutes(seconds)) for name, seconds in figures.items() if seconds is not None
    }
    return {"known of": f"{times.known} of {alerts}", **told}


def _areas() -> tuple[dict[str, str], dict[str, str]]:
    """The area of each check; and that of each subject, for escalations that name no check."""
    rows = frappe.get_all("Maintenance Check", fields=["name", "subject", "area"], limit=0)
    return {row.name: row.area for row in rows}, {row.subject or row.name: row.area for row in rows}
