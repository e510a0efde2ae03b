"""What one SELECT costs: run again in a transaction that may only read, with the database's own account of
it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe

from verenigingen_maintenance.core import sql_shapes
from verenigingen_maintenance.core.index_rules import Asked
from verenigingen_maintenance.sources import tables
from verenigingen_maintenance.sources.tables import TIMED_OUT, first_value

MOST_RUNS, FEWEST_RUNS = 15, 3
USUAL_SECONDS, LONGEST_SECONDS = 8.0, 30.0  # for all runs; the longer one until there are three
STATEMENT_SECONDS = 20
COUNT_SECONDS = 3
# MariaDB writes conditions with their values as they are, an apostrophe or a quote as well: that is no JSON.
OTHER_TEXTS = re.compile(r'^(\s*"(?!table_name"|access_type"|key")\w+": )".*"(,?)$', re.M)


@dataclass(frozen=True)
class Timed:
    """How long each run took, in ms; why it is none, where it could not be run."""

    times: Sequence[float]
    problem: str = ""


@dataclass(frozen=True)
class Examined:
    """What a query does to the one of its tables of which it reads most by a scan.

    `reads` and `keeps` are rows of it per run; `together` meet all of its conditions. Nothing of it is a
    parameter.
    """

    times: Sequence[float]
    table: str = ""
    reads: int = 0
    keeps: float = 0
    asked: Sequence[Asked] = ()
    together: int | None = None
    plan: Sequence[dict[str, Any]] = field(default_factory=tuple)


def timed(sql: str) -> Timed:
    """Runs a SELECT up to 15 times, three times at least within half a minute; the first run only warms
    up."""
    if not sql_shapes.may_run_again(sql):
        return Timed((), "it is not one SELECT that only reads")
    _read_only()
    try:
        return Timed(_times(sql))
    except frappe.db.OperationalError as error:
        if error.args[0] != TIMED_OUT:
            raise
        return Timed((), f"it took longer than {STATEMENT_SECONDS} s")


def examined(sql: str) -> Examined:
    """Times it, has the database say what it read (ANALYZE FORMAT=JSON), and counts what meets its
    conditions."""
    times = timed(sql).times
    query = sql_shapes.read(sql)
    plan = [_named(node, query.tables) for node in _nodes(_account(sql, bool(times)))]
    scanned = [
        node for node in plan if node["access"] in ("ALL", "index") and node["table"].startswith("tab")
    ]
    if not scanned:
        return Examined(times, plan=plan)
    most = max(scanned, key=lambda node: node["reads"])
    asked, together = _asked(most["table"], query)
    return Examined(times, most["table"], round(most["reads"]), most["keeps"], asked, together, plan)


def _read_only() -> None:
    """A connection of its own is asked: nothing of the caller's is ended. Whatever the query is, it writes
    nothing."""
    frappe.db.sql(f"set session max_statement_time = {STATEMENT_SECONDS}")
    frappe.db.sql("rollback")
    frappe.db.sql("start transaction read only")


def _times(sql: str) -> list[float]:
    frappe.db.sql(sql)
    found: list[float] = []
    begun = time.monotonic()
    while len(found) < MOST_RUNS:
        most = USUAL_SECONDS if len(found) >= FEWEST_RUNS else LONGEST_SECONDS
        if found and time.monotonic() - begun > most:
            break
        started = time.perf_counter()
        frappe.db.sql(sql)
        found.append(round((time.perf_counter() - started) * 1000, 3))
    return found


def _account(sql: str, can_be_run: bool) -> dict[str, Any]:
    """What the database says that it read; of a query that takes too long, what it expects to read."""
    how = "analyze" if can_be_run else "explain"
    text = frappe.db.sql(f"{how} format=json {sql}")[0][0]
    return json.loads(OTHER_TEXTS.sub(r'\1""\2', text))


def _nodes(plan: object) -> Iterator[dict[str, Any]]:
    """Every table of a plan, however deep."""
    if isinstance(plan, dict):
        if isinstance(plan.get("table"), dict):
            yield plan["table"]
        for inner in plan.values():
            yield from _nodes(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from _nodes(inner)


def _named(node: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A node with the table's own name. What was read is per loop, times its loops."""
    was_run = node.get("r_rows") is not None
    loops = float(node.get("r_loops") or 0) if was_run else 1
    rows, filtered = ("r_rows", "r_filtered") if was_run else ("rows", "filtered")
    reads = float(node.get(rows) or 0) * loops
    called = str(node.get("table_name", ""))
    return {
        "table": names.get(called, called),
        "access": str(node.get("access_type", "")),
        "key": str(node.get("key") or ""),
        "estimated": float(node.get("rows") or 0),
        "reads": reads,
        "keeps": round(reads * float(node.get(filtered) or 0) / 100, 1),
    }


def _asked(table: str, query: sql_shapes.Query) -> tuple[list[Asked], int | None]:
    """The columns of a table that a query looks by, each with how many rows meet its condition."""
    types = tables.columns(table)
    mine = [each for each in query.predicates if each.table in (table, "") and _may_use_index(each, types)]
    called = next((name for name, real in query.tables.items() if real == table), table)
    asked = [
        Asked(each.column, each.kind, _matches(table, called, each), types[each.column])
        for each in mine
        if each.column != "name"
    ]
    given = [each.sql for each in mine if each.sql]
    return asked, _count(table, called, " and ".join(given)) if given else None


def _may_use_index(asked: sql_shapes.Predicate, types: dict[str, str]) -> bool:
    """Of a text that is compared with a number, each row is made a number first."""
    kind = types.get(asked.column, "")
    return bool(kind) and not (asked.is_number and "char" in kind)


def _matches(table: str, called: str, predicate: sql_shapes.Predicate) -> int | None:
    if predicate.sql:
        return _count(table, called, predicate.sql)
    average = f"count(*) / greatest(count(distinct `{predicate.column}`), 1)"
    distinct = first_value(f"select {average} from `{table}`", COUNT_SECONDS)
    return None if distinct is None else round(float(distinct))


def _count(table: str, called: str, condition: str) -> int | None:
    found = first_value(f"select count(*) from `{table}` `{called}` where {condition}", COUNT_SECONDS)
    return None if found is None else int(found)
