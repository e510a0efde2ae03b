"""The catalogue of metrics, and what was sampled of them: kept as rows, the latest beside its metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import frappe
from frappe.query_builder import Case

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.sources import clock, sampling
from verenigingen_maintenance.sources.stored import SAMPLE

METRIC = "Metric"
EACH_ROUND = ("sampling.clock", "dashboard.accessible")
COLUMNS = ("metric", "value", "unit", "observed_at", "source", "server", "creation", "modified")
SLACK = timedelta(seconds=45)
LARGEST = 10.0**12
LONGEST_SOURCE, LONGEST_TEXT = 140, 2_000


def due(now: datetime) -> list[str]:
    """The enabled metrics whose time it is, and those that each round needs.

    What is ahead of a clock that was set back is due too.
    """
    rows = applicable(["every_minutes", "observed_at", "unknown_since"], {"name": ("!=", sampling.WORK)})
    return list(dict.fromkeys([*EACH_ROUND, *(row.name for row in rows if _is_due(row, now))]))


def applicable(fields: Sequence[str], filters: Mapping[str, object], order_by: str = "name") -> list[dict]:
    """The enabled metrics of which this site has what they need."""
    wanted = ["name", "needs", *fields]
    rows = frappe.get_all(
        METRIC, filters={"enabled": 1, **filters}, fields=wanted, order_by=order_by, limit=0
    )
    needed = {row.needs for row in rows if row.needs}
    there = frappe.get_all("DocType", filters={"name": ("in", [*needed, ""])}, pluck="name", limit=0)
    return [row for row in rows if not row.needs or row.needs in there]


def _is_due(row: dict, now: datetime) -> bool:
    if not row.every_minutes or not row.observed_at or row.unknown_since:
        return True
    since = now - clock.instant(row.observed_at)
    return since >= timedelta(minutes=row.every_minutes) - SLACK or since < timedelta()


def keep(readings: Mapping[str, Reading | Unknown], now: datetime) -> None:
    """Stores the values, and beside each metric what came: a value, or why there is none.

    A value that is only known to be “at least” so much is none: it would bend the series.
    """
    known = {name: each for name, each in readings.items() if _is_value(each)}
    insert(known)
    _note_latest({name: number(each.value) for name, each in known.items()}, now)
    _note_unknown({name: _why_not(each) for name, each in readings.items() if name not in known}, now)


def insert(readings: Mapping[str, Reading]) -> None:
    """Stores values as samples, all in one statement."""
    if not readings:
        return
    at = clock.stored(clock.now())
    rows = [
        (
            name,
            each.value,
            each.unit,
            clock.stored(each.observed_at),
            each.source[:LONGEST_SOURCE],
            each.evidence.get("server", ""),
            at,
            at,
        )
        for name, each in readings.items()
    ]
    places = ", ".join(["(nextval(`metric_sample_id_seq`)" + ", %s" * len(COLUMNS) + ")"] * len(rows))
    columns = ", ".join(f"`{each}`" for each in ("name", *COLUMNS))
    values = [value for row in rows for value in row]
    frappe.db.sql(f"insert into `tab{SAMPLE}` ({columns}) values {places}", values)


def _is_value(each: Reading | Unknown) -> bool:
    return isinstance(each, Reading) and not each.at_least and abs(each.value) < LARGEST


def _why_not(each: Reading | Unknown) -> str:
    if isinstance(each, Unknown):
        return each.reason[:LONGEST_TEXT]
    return each.at_least or f"{each.value:g} is too large to be kept"


def _note_latest(values: Mapping[str, str], now: datetime) -> None:
    if values:
        _note(values, "value", {"observed_at": clock.stored(now), "reason": None, "unknown_since": None})


def _note_unknown(reasons: Mapping[str, str], now: datetime) -> None:
    """Since when: kept from the first time on."""
    if reasons:
        metric = frappe.qb.DocType(METRIC)
        first = Case().when(metric.unknown_since.isnull(), clock.stored(now)).else_(metric.unknown_since)
        _note(reasons, "reason", {"unknown_since": first})


def _note(texts: Mapping[str, str], field: str, more: Mapping[str, object]) -> None:
    """A text of its own for each metric, and other values for them all: one statement."""
    metric, chosen = frappe.qb.DocType(METRIC), Case()
    for name, text in texts.items():
        chosen = chosen.when(metric.name == name, text)
    query = frappe.qb.update(metric).set(metric[field], chosen).where(metric.name.isin(list(texts)))
    for column, value in more.items():
        query = query.set(metric[column], value)
    query.run()
