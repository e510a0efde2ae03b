"""The forecasts that were made of the metrics: how last week came, and what moves towards its limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import frappe
from frappe.utils import getdate

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import clock, source
from verenigingen_maintenance.sources.stored import DAY

FORECAST = "Metric Forecast"
ORIGIN = "Metric Forecast"
AHEAD = 7
FEWEST_DAYS = 24  # of history, for the first forecast
FEWEST_VALUES = 20
WEEK = timedelta(days=7)
SMALLEST = 1e-8
NO_MASE = -1  # a column of a number cannot be empty, and 0 means never wrong
STALE, SOON = timedelta(days=2), timedelta(days=28)
HALF_YEAR = timedelta(days=183)
# What is bought in time, or runs out.
PLANNED = ("host.disk_used", "host.memory_used", "storage.database", "storage.files")
WORST = 10


@source
def confidence(now: datetime) -> Reading | Unknown:
    """How many of last week's values lay within what was forecast as the interval of 80 %, in percent."""
    week = of_last_week(now)
    compared = sum(row.compared for row in week)
    if compared < FEWEST_VALUES:
        return _too_few(compared, now)
    within = sum(row.within_80 for row in week)
    backtest = sum(row.coverage for row in week) / len(week)
    evidence = {
        "week from": str(week[0].begins),
        "values compared": compared,
        "within the interval of 80 %": within,
        "within the interval of 95 %": sum(row.within_95 for row in week),
        "within 80 % in the rolling backtest": f"{backtest:.1f} %",
        "by metric": {row.metric: f"{row.within_80} of {row.compared}" for row in week},
    }
    told = (
        f"{within} of {compared} values of the week from {week[0].begins}; in the backtest {backtest:.0f} %"
    )
    return Reading(round(100 * within / compared, 1), "%", now, ORIGIN, evidence, detail=told)


@source
def accuracy(now: datetime) -> Reading | Unknown:
    """The error of last week's forecasts over that of “as in the week before” (MASE), the middle of metrics.

    Over that of the same week or of the backtest, whichever is larger: one quiet week is no measure. A metric
    that never differs from its week before says nothing.
    """
    week = of_last_week(now)
    meant = [row for row in week if _naive_error(row) > SMALLEST]
    silent = [row.metric for row in week if row not in meant]
    compared = sum(row.compared for row in meant)
    if compared < FEWEST_VALUES:
        return _too_few(compared, now, silent)
    ratios = {row.metric: row.error / _naive_error(row) for row in meant}
    worst = sorted(ratios, key=ratios.__getitem__, reverse=True)[:WORST]
    evidence = {
        "week from": str(week[0].begins),
        "metrics": len(ratios),
        "least accurate": {metric: round(ratios[metric], 3) for metric in worst},
        "as in the week before, always": silent,
    }
    better = sum(row.error < row.naive_error for row in meant)
    told = f"{better} of {len(ratios)} metrics were forecast better than by the week before"
    return Reading(round(median(ratios.values()), 3), "times as wrong", now, ORIGIN, evidence, detail=told)


@source
def moving_to_a_limit(now: datetime) -> Reading | Unknown:
    """Metrics that move towards their limit, or meet it within four weeks."""
    return _count(now, lambda row: bool(row.is_alert), lambda row: row.trend_text or row.recommendation)


@source
def limits_to_be_met(now: datetime) -> Reading | Unknown:
    """Metrics that are expected to meet their limit within half a year."""
    ends = _today(now) + HALF_YEAR
    return _count(now, lambda row: is_met_by(row, ends), lambda row: row.recommendation)


@source
def limits_that_moved(now: datetime) -> Reading | Unknown:
    """Recommendations of a week ago that are withdrawn, or whose day moved out of its interval."""
    rows, before = latest(now), _a_week_ago(now)
    if not rows:
        return why_none(now)
    if not before:
        return _none_before(now)
    present = {row.metric: row for row in rows}
    then = {row.metric: row for row in before if row.crosses_on}
    moved = {name: _moved(row, present.get(name)) for name, row in then.items()}
    told = {name: text for name, text in moved.items() if text}
    evidence = {"of a week ago": len(then), "no longer so": told}
    detail = some(list(told.values())) or f"{len(then)} of a week ago hold"
    return Reading(len(told), "recommendations", now, ORIGIN, evidence, detail=detail)


@source
def limits_within_four_weeks(now: datetime) -> Reading | Unknown:
    """Metrics that are expected to meet their limit within four weeks."""
    rows, ends = [row for row in latest(now) if row.limit], _today(now) + SOON
    if not rows:
        return why_none(now)
    meant = [row for row in rows if is_met_by(row, ends)]
    first = min(row.until for row in rows)
    short = f"forecast until {first} only, as history is short" if first < ends else ""
    evidence = {
        "metrics with a limit": len(rows),
        "forecast until": str(first),
        "of them": {row.metric: f"{row.earliest} to {row.latest or 'later'}" for row in meant},
    }
    detail = some([row.recommendation for row in meant]) or f"none of {len(rows)} metrics until {ends}"
    return Reading(len(meant), "metrics", now, ORIGIN, evidence, short, detail)


@source
def days_to_a_limit(now: datetime) -> Reading | Unknown:
    """In how many days the first of PLANNED is expected to meet its limit; where none is, how far is known.

    Where that is less than half a year for some of them, it is "at least" those days.
    """
    found, today = latest(now), _today(now)
    if not found:
        return why_none(now)
    rows = [row for row in found if row.limit and row.metric in PLANNED]
    if not rows:
        return Unknown(f"none of {', '.join(PLANNED)} has a forecast and a limit", now, ORIGIN)
    meant = sorted((row for row in rows if row.crosses_on), key=lambda row: row.crosses_on)
    is_near = bool(meant) and is_met_by(meant[0], today + HALF_YEAR)
    short = _not_known_until(today + HALF_YEAR, found)
    first = min(row.crosses_on or row.until for row in (meant if is_near else rows))
    days = {row.metric: f"{row.crosses_on} ({row.earliest} to {row.latest or 'later'})" for row in meant}
    safe = {row.metric: str(row.until) for row in rows if row not in meant}
    evidence = {"metrics with a limit": len(rows), "expected": days, "not before": safe}
    if short:
        evidence["looked at only"] = short
    detail = some([row.recommendation for row in meant]) or f"none of {len(rows)} metrics until {first}"
    at_least = f"looked at only: {some(short)}" if short and not is_near else ""
    return Reading(max((first - today).days, 0), "days", now, ORIGIN, evidence, at_least, detail)


def _not_known_until(day: date, found: Sequence[Any]) -> list[str]:
    """Of which of PLANNED nothing is told up to a day; what is off or has no limit is not meant."""
    known = {row.metric: row for row in found}
    enabled = set(frappe.get_all("Metric", {"name": ("in", PLANNED), "enabled": 1}, pluck="name"))
    unread = [f"{name} has no forecast" for name in PLANNED if name in enabled and name not in known]
    rows = [known[name] for name in PLANNED if name in known and known[name].limit]
    short = [row for row in rows if not row.crosses_on and row.until < day]
    return [*unread, *(f"{row.metric} until {row.until}" for row in short)]


def is_met_by(row: Any, day: date) -> bool:
    """Whether a forecast expects the limit to be met by then."""
    return bool(row.crosses_on) and row.crosses_on <= day


def latest(now: datetime) -> list[Any]:
    """The present forecast of each metric; one whose day did not come for two days is none."""
    return _last_of_each(_rows({"begins": (">=", _today(now) - STALE)}))


def _a_week_ago(now: datetime) -> list[Any]:
    """What was the present forecast of each metric then."""
    day = _today(now) - WEEK
    return _last_of_each(_rows({"begins": ("between", [day - STALE, day])}))


def _last_of_each(rows: Sequence[Any]) -> list[Any]:
    return list({row.metric: row for row in rows}.values())


def why_none(now: datetime) -> Unknown:
    """Why there is no present forecast: none was ever made, or none of late."""
    if _first(FORECAST):
        return Unknown("no metric has a forecast of the last two days", now, ORIGIN)
    day = _first(DAY)
    if day is None:
        return Unknown("no metric has a whole day yet", now, ORIGIN, learning=True)
    until = day + timedelta(days=FEWEST_DAYS)
    if until < _today(now):
        return Unknown(f"no metric has {FEWEST_DAYS} days that a forecast can rest on", now, ORIGIN)
    return Unknown(f"the days of metrics are too few until {until}", now, ORIGIN, learning=True)


def on(day: date) -> list[Any]:
    """The forecasts whose first day is `day`."""
    return _rows({"begins": day})


def of_last_week(now: datetime) -> list[Any]:
    """Those made for the last complete ISO week before it began, which have days to compare."""
    today = _today(now)
    return [row for row in on(today - timedelta(days=today.weekday()) - WEEK) if row.compared]


def _rows(filters: dict[str, object]) -> list[Any]:
    rows = frappe.get_all(FORECAST, filters, ["*"], order_by="metric, begins", limit=0)
    for row in rows:
        row.mase = None if row.mase == NO_MASE else row.mase
    return rows


def _count(
    now: datetime, is_meant: Callable[[Any], bool], in_words: Callable[[Any], str]
) -> Reading | Unknown:
    rows = latest(now)
    if not rows:
        return why_none(now)
    meant = [row for row in rows if is_meant(row)]
    evidence = {"forecast": len(rows), "of them": {row.metric: in_words(row) for row in meant}}
    detail = some([in_words(row) for row in meant]) or f"none of {len(rows)} metrics"
    return Reading(len(meant), "metrics", now, ORIGIN, evidence, detail=detail)


def _moved(then: Any, present: Any) -> str:
    """Why a recommendation of then does not hold now; empty where it does."""
    if present is None or not present.crosses_on:
        return f"{then.metric} is no longer expected to meet {then.limit}"
    late = then.latest and present.crosses_on > then.latest
    if late or (then.earliest and present.crosses_on < then.earliest):
        return f"{then.metric} meets {present.limit} on {present.crosses_on}, not {then.crosses_on}"
    return ""


def _naive_error(row: Any) -> float:
    return max(row.naive_error, row.usual_naive_error)


def _too_few(compared: int, now: datetime, silent: Sequence[str] = ()) -> Unknown:
    first = _first(FORECAST)
    if first is None:
        return why_none(now)
    until = first + timedelta(days=-first.weekday() % 7) + WEEK
    if until > _today(now):
        return Unknown(f"the first week that was forecast is over on {until}", now, ORIGIN, learning=True)
    reason = (
        f"of last week's forecasts only {compared} values can be compared, and {FEWEST_VALUES} are needed"
    )
    besides = f"; {len(silent)} metrics were as in the week before, always" if silent else ""
    return Unknown(reason + besides, now, ORIGIN)


def _none_before(now: datetime) -> Unknown:
    """Why there is no forecast of a week ago: the first one is younger, or none was made then."""
    first, day = _first(FORECAST), _today(now) - WEEK
    if first and first > day:
        return Unknown(f"the first forecast is a week old on {first + WEEK}", now, ORIGIN, learning=True)
    return Unknown(f"no metric has a forecast of {day} or the two days before", now, ORIGIN)


def _first(doctype: str) -> date | None:
    day = frappe.db.sql(f"select min(begins) from `tab{doctype}`")[0][0]
    return getdate(day) if day else None


def _today(now: datetime) -> date:
    return clock.stored(now).date()
