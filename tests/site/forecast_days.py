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
LARGEST = 9e11
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
    columns = "name, metric, begins, samples, minimum, median, p95, maximum, total"
    places = "nextval(`metric_day_id_seq`), %s, %s, 100, %s, %s, %s, %s, %s"
    for index, value in enumerate(values):
        if value is not None:
            day = last - timedelta(days=len(values) - 1 - index)
            total = float(np.clip(100 * value, -LARGEST, LARGEST))
            row = (metric, day, *[float(value)] * 4, total)
            frappe.db.sql(f"insert into `tab{DAY}` ({columns}) values ({places})", row)
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
