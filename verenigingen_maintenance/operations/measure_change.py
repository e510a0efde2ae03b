"""Measures what a change is about, before and after it, and judges the difference.

What can be read at any moment (a query, the size of a table) is read when the change is applied and right
after it. What needs time (a metric, the answers of a path) is compared over windows of one length at the
same hours of the week.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core import change_measures
from verenigingen_maintenance.core.change_measures import NEEDED, Compared, Verdict, compare, figures, overall
from verenigingen_maintenance.core.database_opportunities import off_by
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.core.readings import Unknown
from verenigingen_maintenance.core.wording import number
from verenigingen_maintenance.operations import change_records, measure, records
from verenigingen_maintenance.operations.change_records import CHANGE
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock, optimisation, path_times, query_times, tables

BEFORE, AFTER = "Before", "After"
AT_ONCE = frozenset({"query", "mb", "estimate"})
LATER = frozenset({"rows", "finding"})  # read at a moment, but changed only by a job that runs now and then
MOST_VALUES = 500
QUERY_SECONDS = 60
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Values:
    """What was measured of one thing, over which span and by what; `problem` says why it is nothing."""

    values: Sequence[float]
    what: str
    unit: str
    kind: str
    span: Span
    measured: str
    problem: str = ""


def before(change: Document, now: datetime) -> None:
    """Replaces what was measured before, with what is read now. Metrics keep their past: they are read
    afterwards."""
    length = change_records.days()
    earlier, _later = change_measures.windows(now, now + length, length // timedelta(days=1))
    specs = [spec for spec in _specs(change) if spec["probe"] != "metric"]
    spans = [earlier if spec["probe"] == "path" else (now, now) for spec in specs]
    found = [(spec, _read(change, spec, span)) for spec, span in zip(specs, spans, strict=True)]
    _replace(change, BEFORE, found)


def after(change: Document, now: datetime) -> None:
    """Replaces what was measured after, and judges it beside what was before."""
    applied = clock.instant(change.applied_at)
    days = change_records.days() // timedelta(days=1)
    earlier, later = change_measures.windows(applied, now, days)
    specs = _specs(change)
    metrics = [(spec, _read(change, spec, earlier)) for spec in specs if spec["probe"] == "metric"]
    _replace(change, BEFORE, metrics, only="metric")
    _replace(change, AFTER, [(spec, _read(change, spec, later)) for spec in specs])
    _judge(change, now)


def due(now: datetime) -> list[str]:
    """Changes whose time after is over, and those that a killed job left without an after."""
    # Frappe takes no moment at all for one that is past.
    over = [["status", "in", ["Applied", "Kept"]], ["measure_until", "is", "set"]]
    over.append(["measure_until", "<=", clock.stored(now)])
    never = {"status": "Applied", "measured_at": ("is", "not set")}
    found = (frappe.get_all(CHANGE, filters, pluck="name", limit=0) for filters in (over, never))
    return sorted({name for names in found for name in names})


def is_windowed(change: Document) -> bool:
    """Whether something of it can only be judged after some days."""
    return any(spec["probe"] not in AT_ONCE for spec in _specs(change))


def _specs(change: Document) -> list[dict[str, str]]:
    return change_records.read_json(change.measures) or []


def _judge(change: Document, now: datetime) -> None:
    told, verdicts = [], []
    is_early = bool(change.measure_until) and clock.stored(now) < change.measure_until
    for spec in _specs(change):
        found = _compared(change, spec, is_early)
        verdicts.append(found.verdict)
        told.append(_told(spec, found))
    verdict = overall(verdicts)
    change.update({"verdict": verdict.value, "measured_at": clock.stored(now)})
    change.rollback_proposed = int(verdict is Verdict.WORSE)
    if not is_early:
        change.measure_until = None
    change.result = "\n".join(told) or "Nothing that is measured belongs to this change: look, and decide."
    if verdict is Verdict.WORSE:
        change.result += "\n" + "It made something worse: roll it back."


def _compared(change: Document, spec: Mapping[str, str], is_early: bool) -> Compared:
    sides = [_kept(change, phase, spec) for phase in (BEFORE, AFTER)]
    found = compare(*sides, _needs(spec), spec["better"] == "lower")
    return Compared(Verdict.NOT_ENOUGH) if is_early and _is_too_early(spec, found) else found


def _is_too_early(spec: Mapping[str, str], found: Compared) -> bool:
    """Of a path, all days before are compared with: some of them after are not enough. What a job has yet to
    change is the same until then."""
    return spec["probe"] == "path" or (spec["probe"] in LATER and found.verdict is Verdict.SAME)


def _kept(change: Document, phase: str, spec: Mapping[str, str]) -> list[float]:
    for row in change.measurements:
        if row.phase == phase and row.kind == spec["probe"] and row.what == _what(spec):
            return json.loads(row.figures or "[]")
    return []


def _told(spec: Mapping[str, str], found: Compared) -> str:
    change = "" if found.percent is None else f" ({found.percent:+g} %)"
    return f"{_what(spec)}: {found.verdict.value}{change}"


def _needs(spec: Mapping[str, str]) -> str:
    return spec["probe"] if spec["probe"] in NEEDED else "count"


def _replace(
    change: Document, phase: str, found: Sequence[tuple[Mapping[str, str], Values]], only: str = ""
) -> None:
    mine = [row for row in change.measurements if row.phase == phase and (not only or row.kind == only)]
    measured = {(row.kind, row.what): row for row in mine if row.n}
    change.set("measurements", [row for row in change.measurements if row not in mine])
    for spec, each in found:
        former = measured.get((each.kind, each.what))
        if former and not each.values:  # what was known stays, with why it is not known anew
            change.append("measurements", {**_values_of(former), "problem": each.problem})
        else:
            change.append("measurements", _row(phase, spec, each))
    for place, row in enumerate(
        sorted(change.measurements, key=lambda row: (row.what, row.phase == AFTER)), 1
    ):
        row.idx = place
    change.measurements.sort(key=lambda row: row.idx)


def _values_of(row: Document) -> dict[str, Any]:
    return {field.fieldname: row.get(field.fieldname) for field in row.meta.fields}


def _row(phase: str, spec: Mapping[str, str], each: Values) -> dict[str, Any]:
    n, middle, high = figures(each.values)
    since, until = (clock.stored(moment) for moment in each.span)
    return {
        **{"phase": phase, "what": each.what, "kind": each.kind, "better": spec["better"], "unit": each.unit},
        **{"n": n, "median": number(middle), "p95": number(high), "problem": each.problem},
        **{"since": since, "until": until, "measured": each.measured},
        "figures": json.dumps(list(each.values)[-MOST_VALUES:]),
    }


# --- reading


def _what(spec: Mapping[str, str]) -> str:
    words = {
        "query": "the slow query",
        "path": "answers of {0}",
        "rows": "rows of {0}",
        "mb": "size of {0}",
        "estimate": "the estimate of rows of {0}, times off",
        "finding": "still found: {0}",
    }
    return words.get(spec["probe"], "{0}").format(spec["of"])[:140]


def _read(change: Document, spec: Mapping[str, str], span: Span) -> Values:
    reader = READERS[spec["probe"]]
    values, unit, measured, problem = reader(change, spec["of"], span)
    at_once = (span[1], span[1]) if spec["probe"] in AT_ONCE | LATER else span
    return Values(values, _what(spec), unit, spec["probe"], at_once, measured, problem)


Read = tuple[Sequence[float], str, str, str]


def _query(change: Document, _of: str, _span: Span) -> Read:
    """On a connection of its own, in a transaction that may only read."""
    how = "run again, the first time left out"
    if not (sql := change_records.query_of(change.name)):
        return [], "ms", how, "the query with its parameters is not kept any more"
    found = measure.ask_all(
        [{"query": lambda _now: query_times.timed(sql)}], clock.now(), QUERY_SECONDS, (query_times.Timed,)
    )["query"]
    if isinstance(found, Unknown):
        return [], "ms", how, found.reason
    return found.times, "ms", how, found.problem


def _path(_change: Document, path: str, span: Span) -> Read:
    found = path_times.of([path], *span)
    if isinstance(found, Unknown):
        return [], "ms", path_times.ORIGIN, found.reason
    return found[path].times, "ms", path_times.ORIGIN, ""


def _metric(_change: Document, metric: str, span: Span) -> Read:
    unit = frappe.db.get_value("Metric", metric, "unit") or ""
    return list(optimisation.hours(metric, *span)), unit, "medians of its hours", ""


def _rows(_change: Document, doctype: str, _span: Span) -> Read:
    return [frappe.db.count(doctype)], phrase("rows"), phrase("counted"), ""


def _size(_change: Document, table: str, _span: Span) -> Read:
    found = tables.describe(table)
    if found is None:
        return [], "MB", "information_schema", "the table is not there any more"
    return [found["mb"]], "MB", "information_schema", ""


def _estimate(_change: Document, doctype: str, _span: Span) -> Read:
    found = tables.count(doctype)
    if found is None:
        return [], phrase("times"), "count(*)", "counting took too long, or the table is gone"
    return [round(off_by(found["estimated"], found["counted"]), 3)], phrase("times"), "count(*)", ""


def _finding(change: Document, key: str, span: Span) -> Read:
    from verenigingen_maintenance.operations import opportunities  # it keeps changes, which are measured here

    still, problem = opportunities.is_still_found(change.finder, key, span[1])
    how = "looked for again"
    return ([], "", how, problem) if problem else ([float(still)], "", how, "")


READERS: dict[str, Callable[[Document, str, Span], Read]] = {
    "query": _query,
    "path": _path,
    "metric": _metric,
    "rows": _rows,
    "mb": _size,
    "estimate": _estimate,
    "finding": _finding,
}


# --- by hand and by the daily job


def measure_now(name: str, now: datetime) -> Document:
    """Measures an applied change once more. Raises frappe.ValidationError where nothing was applied."""
    with change_records.alone(name):
        change = change_records.get(name)
        if change.status not in ("Applied", "Kept"):
            refuse(_("{0} is {1}: there is no after to measure."), name, change.status)
        after(change, now)
        records.write(change.update({"failure": None}))
        if change.status == "Kept" and not change.measure_until:
            change_records.forget_query(name)
    return change
