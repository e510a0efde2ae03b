"""What the tests of forecasts keep: days of metrics, and the forecasts that are made of them."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import frappe
import numpy as np
import pytest

from verenigingen_maintenance.operations import forecasts
from verenigingen_maintenance.sources import clock

DAY, FORECAST = "Metric Day", "Metric Forecast"
DISK, MEMORY, ERRORS = "host.disk_used", "host.memory_used", "errors.last_24_hours"
MONDAY = date(2026, 11, 23)
WEEK = np.array([0, 1, 2, 1, 0, -3, -4], dtype=float)


@pytest.fixture(autouse=True)
def nothing_kept():
    clear()
    yield
    clear()


def clear() -> None:
    frappe.db.rollback()
    for doctype in (DAY, FORECAST):
        frappe.db.sql(f"delete from `tab{doctype}`")
    frappe.db.commit()


def at(day: date, hour: int = 9) -> datetime:
    """An instant of a day, by the site's clock."""
    return clock.instant(datetime.combine(day, time(hour)))


def noise(days: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.4, days)


def keep_days(metric: str, values, last: date) -> None:
    """A row of Metric Day for each value (None is none), the last of them on the day `last`."""
    rows = [
        (metric, last - timedelta(days=len(values) - 1 - index), 100, value, value, value, value, value * 100)
        for index, value in enumerate(values)
        if value is not None
    ]
    columns = "name, metric, begins, samples, minimum, median, p95, maximum, total"
    for row in rows:
        places = ", ".join(["%s"] * len(row))
        frappe.db.sql(
            f"insert into `tab{DAY}` ({columns}) values (nextval(`metric_day_id_seq`), {places})",
            (row[0], row[1], *map(float, row[2:])),
        )
    frappe.db.commit()


def weekly(days: int, level: float = 50.0, slope: float = 0.0) -> np.ndarray:
    return level + np.resize(WEEK, days) + slope * np.arange(days) + noise(days)


def only(metric: str = DISK):
    return frappe.get_last_doc(FORECAST, {"metric": metric})


def expected(metric: str, begins: date) -> list[float]:
    text = frappe.db.get_value(FORECAST, {"metric": metric, "begins": begins}, "expected")
    return [each["expected"] for each in json.loads(text)]


def plan_last_week(metrics, came, history=None) -> datetime:
    """Forecasts of the week before MONDAY for some metrics, and what came of them; the moment after it."""
    begins = MONDAY - timedelta(days=7)
    for metric in metrics:
        keep_days(metric, weekly(84) if history is None else history, begins - timedelta(days=1))
    forecasts.update(at(begins))
    for metric in metrics:
        keep_days(metric, came(expected(metric, begins)), MONDAY - timedelta(days=1))
    forecasts.update(at(MONDAY))
    return at(MONDAY)
