"""What the stored assessment says of compliance. Nothing is assessed for it: reading takes milliseconds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.compliance_history import Kept, compare, loss_in_words, most_lost
from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, shared, source

ASSESSMENT, AREA, GAP = "Compliance Assessment", "Compliance Area", "Compliance Gap"
STALE, AHEAD, WEEK = timedelta(hours=6), timedelta(minutes=5), timedelta(days=7)
SEPA, PROCESSES = "sepa", "processes"
MOST_GAPS = 200


@source
def score(now: datetime) -> Reading | Unknown:
    """The mean of the areas that were measured."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    if not found.score:
        return Unknown(f"nothing was measured ({found.measured})", now, found.name)
    scores = {area.title: f"{area.score} %" if area.score else area.verdict for area in found.areas}
    low = [f"{area.title} {area.score} %" for area in _lowest(found.areas)]
    detail = "; ".join(filter(None, (found.measured, some(low))))
    return _reading(float(found.score), "%", found, now, scores, detail)


@source
def errors(now: datetime) -> Reading | Unknown:
    """Areas with a control whose measuring broke."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    failed = {each["key"]: each["told"] for each in _controls(found.areas) if each["failed"]}
    areas = sorted({key.partition(".")[0] for key in failed})
    return _reading(
        len(areas), "areas", found, now, failed, some([f"{key}: {why}" for key, why in failed.items()])
    )


@source
def sepa_rate(now: datetime) -> Reading | Unknown:
    """The score of the area SEPA."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    area = _area(found, SEPA)
    if not area or not area.score:
        return Unknown(area.told if area and area.told else "not measured", now, found.name)
    shares = {each["title"]: each["told"] for each in _controls([area])}
    return _reading(float(area.score), "%", found, now, shares, area.told)


@source
def audit_completeness(now: datetime) -> Reading | Unknown:
    """Of the documents that should have an entry in the audit log, the share that has one."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    area = _area(found, PROCESSES)
    processes = _controls([area] if area else [])
    measured = [each for each in processes if each["met"] is not None]
    if not measured or any(each["failed"] for each in processes):
        return Unknown(area.told if area and area.told else "not measured", now, found.name)
    of, without = sum(each["of"] for each in measured), sum(each["count"] for each in measured)
    shares = {each["title"]: f"{each['of'] - each['count']} of {each['of']}" for each in measured}
    return _reading(round(100 * (1 - without / of), 2), "%", found, now, shares, area.told)


@source
def open_gaps(now: datetime) -> Reading | Unknown:
    """Gaps that are open."""
    return _gaps({}, lambda _each: True, "gaps", now)


@source
def violations(now: datetime) -> Reading | Unknown:
    """Open gaps of regulatory controls."""
    return _gaps({"regulatory": 1}, lambda each: each["regulatory"], "violations", now)


@source
def new_critical_gaps(now: datetime) -> Reading | Unknown:
    """Critical gaps that are open and were opened within seven days, by another assessment than the first."""
    found, first = latest(now), _first()
    if isinstance(found, Unknown):
        return found
    if first == found.assessed_at:
        return Unknown("there is no assessment before this one", now, found.name, learning=True)
    since = max(clock.stored(now - WEEK), first + timedelta(microseconds=1))
    filters = {"severity": "Critical", "opened_at": (">=", since)}
    return _gaps(filters, lambda each: each["severity"] == "Critical", "gaps", now)


@source
def points_lost(now: datetime) -> Reading | Unknown:
    """By how much the score fell since a week ago, by the controls that were measured in both."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    before = _latest_until(found.day - WEEK)
    if before is None:
        return Unknown(f"compared from {_first().date() + WEEK} on", now, found.name, learning=True)
    compared = compare(kept(before.areas), kept(found.areas))
    if compared is None:
        return Unknown(f"no control was measured both now and in {before.name}", now, found.name)
    areas = {area: f"{then:.1f} to {today:.1f}" for area, (then, today) in compared.areas.items()}
    fallen = [f"{area} {areas[area]}" for area, (then, today) in compared.areas.items() if today < then]
    both = f"{compared.controls} controls measured in both"
    detail = f"{compared.before:.1f} in {before.name}, {compared.now:.1f} now, by {both}: {some(fallen)}"
    evidence = {"compared with": before.name, "controls measured in both": compared.controls, **areas}
    return _reading(round(compared.lost, 2), "points", found, now, evidence, detail)


@source
def points_lost_30d(now: datetime) -> Reading | Unknown:
    """The most that the score fell within a week of the last 30 days, also where it was won back since."""
    return _most_lost(30, now)


@source
def points_lost_90d(now: datetime) -> Reading | Unknown:
    """The same of the last 90 days."""
    return _most_lost(90, now)


def _most_lost(days: int, now: datetime) -> Reading | Unknown:
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    since = clock.stored(now).date() - timedelta(days=days)
    history = {row.day: kept(row.areas) for row in _between(since - WEEK, found.day)}
    worst = most_lost(history, since)
    if worst is None:
        return Unknown(f"compared from {_first().date() + WEEK} on", now, found.name, learning=True)
    left = compare(history[worst.before], kept(found.areas))
    evidence = {
        "by": str(worst.day),
        "compared with": str(worst.before),
        "weeks compared": worst.of,
        **{area: f"{then:.1f} to {after:.1f}" for area, (then, after) in worst.compared.areas.items()},
    }
    begin = _first().date()
    short = f"assessed since {begin} only" if begin + WEEK > since else ""
    return _reading(
        round(worst.compared.lost, 2), "points", found, now, evidence, loss_in_words(worst, left), short
    )


@shared
def latest(now: datetime) -> Any:
    """The latest assessment with its areas; Unknown where there is none, or an old one."""
    found = _latest_until(clock.stored(now).date())
    if found is None:
        return Unknown("nothing was assessed yet; a job does it each hour", now, ASSESSMENT)
    age = now - clock.instant_before(found.assessed_at, now)
    if age < -AHEAD:
        return Unknown(f"assessed {found.assessed_at:%Y-%m-%d %H:%M}, which is to come", now, found.name)
    if age > STALE:
        return Unknown(f"not assessed since {found.assessed_at:%Y-%m-%d %H:%M}", now, found.name)
    return found


def kept(areas: Iterable[Any]) -> list[Kept]:
    """The controls of an assessment as they are compared."""
    return [
        Kept(each["key"], each["key"].partition(".")[0], each["severity"], each["met"])
        for each in _controls(areas)
    ]


def gaps(filters: Mapping[str, object]) -> list[dict]:
    """Open gaps, the most severe first."""
    fields = ["name", "title", "area", "severity", "regulatory", "found", "out_of", "told", "remediation"]
    more = ["opened_at", "last_measured", "not_measured", "todo"]
    order = "field(severity, 'Critical', 'High', 'Medium', 'Low'), name"
    return frappe.get_all(
        GAP, {"state": "Open", **filters}, [*fields, *more], order_by=order, limit=MOST_GAPS
    )


def _gaps(filters: Mapping[str, object], concerns: Any, unit: str, now: datetime) -> Reading | Unknown:
    """Their number; it may be higher where a control that it concerns could not be measured."""
    found = latest(now)
    if isinstance(found, Unknown):
        return found
    rows = gaps(filters)
    unknown = [each for each in _controls(found.areas) if each["state"] == "Unknown" and concerns(each)]
    known = {row.name for row in rows}
    unknown = [each["title"] for each in unknown if each["key"] not in known]
    at_least = f"not measured: {some(unknown)}" if unknown else ""
    evidence = {row.name: f"{row.severity}, {row.found}: {row.told}" for row in rows}
    detail = some([f"{row.title} ({row.severity})" for row in rows])
    return _reading(len(rows), unit, found, now, evidence, detail, at_least)


def _reading(
    value: float, unit: str, found: Any, now: datetime, evidence: Mapping, detail: str, at_least: str = ""
) -> Reading:
    told = {"assessment": found.name, "assessed at": str(found.assessed_at), "measured": found.measured}
    return Reading(value, unit, now, found.name, {**told, **evidence}, at_least, detail)


def _between(first: date, last: date) -> list[Any]:
    """The assessments of some days with their areas, the oldest first."""
    rows = frappe.get_all(
        ASSESSMENT, {"day": ("between", [first, last])}, ["name", "day"], order_by="day asc", limit=0
    )
    filters = {"parent": ("in", [row.name for row in rows]), "parenttype": ASSESSMENT}
    areas: dict[str, list[Any]] = {}
    for area in frappe.get_all(
        AREA, filters, ["parent", "controls"], order_by="parent asc, idx asc", limit=0
    ):
        areas.setdefault(area.parent, []).append(area)
    for row in rows:
        row.areas = areas.get(row.name, [])
    return rows


def _latest_until(day: date) -> Any:
    fields = ["name", "day", "score", "verdict", "measured", "assessed_at", "first_at"]
    rows = frappe.get_all(ASSESSMENT, {"day": ("<=", day)}, fields, order_by="day desc", limit=1)
    if not rows:
        return None
    columns = ["area", "title", "score", "verdict", "measured", "told", "controls"]
    filters = {"parent": rows[0].name, "parenttype": ASSESSMENT}
    rows[0].areas = frappe.get_all(AREA, filters, columns, order_by="idx", limit=0)
    return rows[0]


def _first() -> datetime:
    return frappe.db.sql(f"select min(first_at) from `tab{ASSESSMENT}`")[0][0]


def _area(found: Any, key: str) -> Any:
    return next((area for area in found.areas if area.area == key), None)


def _controls(areas: Iterable[Any]) -> list[dict]:
    return [control for area in areas for control in json.loads(area.controls)]


def _lowest(areas: Iterable[Any]) -> list[Any]:
    """Those that are not wholly met, the lowest first."""
    low = [area for area in areas if area.score and float(area.score) < 100]
    return sorted(low, key=lambda area: float(area.score))
