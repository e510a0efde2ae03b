"""Queries that were recorded, by their shape: which are slow, how often they come, and on which paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .change_states import Kind
from .index_rules import Missing
from .opportunities import HIGH, LOW, MEDIUM, Opportunity
from .sql_shapes import LONGEST, mark_of, shape

MOST_SHAPES = 5_000
LONGEST_SHOWN = 1_500
# Columns of every table that are no fields: Customize Form has no tick for them, and no migrate minds them.
NO_FIELDS = frozenset(
    {"owner", "creation", "modified", "modified_by", "docstatus", "idx"}
    | {"parent", "parentfield", "parenttype"}
)


@dataclass
class Slow:
    """All queries of one shape. `sql` is the slowest of them with its parameters: for timing it again,
    never shown."""

    fingerprint: str
    shape: str
    sql: str = ""
    worst: float = 0
    total: float = 0
    count: int = 0
    paths: Counter[str] = field(default_factory=Counter)

    @property
    def path(self) -> str:
        """The path that asked it most often."""
        return self.paths.most_common(1)[0][0] if self.paths else ""

    def described(self) -> dict[str, Any]:
        return {
            **{
                "query": self.shape[:LONGEST_SHOWN],
                "times": self.count,
                "slowest (ms)": round(self.worst, 1),
            },
            **{"all together (ms)": round(self.total, 1), "paths": dict(self.paths.most_common(5))},
        }


class Shapes:
    """Gathers recorded queries; only as much of each is kept as is needed. `left_out` are those that are too
    long to be read, or of one shape too many."""

    def __init__(self) -> None:
        self.queries = self.left_out = 0
        self._kept: dict[str, Slow] = {}

    def add(self, path: str, sql: str, milliseconds: float) -> None:
        self.queries += 1
        kept = self._of(shape(sql)) if len(sql.encode()) <= LONGEST else None
        if kept is None:
            self.left_out += 1
            return
        kept.count += 1
        kept.total += milliseconds
        kept.paths[path] += 1
        if milliseconds > kept.worst:
            kept.worst, kept.sql = milliseconds, sql

    def _of(self, text: str) -> Slow | None:
        mark = mark_of(text)
        if mark not in self._kept:
            if len(self._kept) >= MOST_SHAPES:
                return None
            self._kept[mark] = Slow(mark, text)
        return self._kept[mark]

    def slow(self, milliseconds: float) -> list[Slow]:
        """Those of which one took so long, those that took most in all first."""
        found = [each for each in self._kept.values() if each.worst >= milliseconds]
        return sorted(found, key=lambda each: -each.total)


@dataclass(frozen=True)
class Evidence:
    """What was found out about a slow query: its times when it was run again, and where it reads too much."""

    query: Slow
    times: list[float]
    median: float
    table: str
    missing: Missing
    plan: list[Mapping[str, Any]]
    asked: list[Mapping[str, Any]]
    per_day: float | None
    recording: str


def opportunity(doctype: str, found: Evidence) -> Opportunity:
    """The index that the query lacks, with what it would save."""
    lacks, columns = found.missing, ", ".join(found.missing.columns)
    saved = found.median * (1 - lacks.would_read / lacks.reads)
    a_day = None if found.per_day is None else saved * found.per_day / 1000
    often = (
        "how often a day is not known" if a_day is None else f"{found.per_day:g} times a day: {a_day:.1f} s"
    )
    return Opportunity(
        key=f"index tab{doctype} {columns}",
        kind=Kind.ADD_INDEX,
        area="Database",
        title=f"Index on {columns} of {doctype}"[:140],
        finding=f"A query of {found.query.path or 'a job'} reads {lacks.reads} rows of {doctype} for "
        f"{lacks.would_read} that meet its conditions, and takes {found.median:.1f} ms.",
        gain=f"About {saved:.0f} ms of {found.median:.0f} ms each time ({lacks.would_read} rows are read "
        f"instead of "
        f"{lacks.reads}); {often}.",
        gain_level=_level(found.median, a_day),
        gain_value=round(a_day if a_day is not None else saved / 1000, 3),
        measured_how=_how(found),
        evidence={
            **found.query.described(),
            **{"times run again (ms)": found.times, "plan": found.plan, "conditions": found.asked},
            "times a day": found.per_day,
        },
        signature=found.query.fingerprint,
        parameters={"doctype": doctype, "columns": list(lacks.columns)},
        steps=steps(doctype, lacks.columns),
        steps_back=steps_back(doctype, lacks.columns),
        measures=(
            {"probe": "query", "of": found.query.fingerprint, "better": "lower"},
            *([{"probe": "path", "of": found.query.path, "better": "lower"}] if found.query.path else []),
        ),
    )


def _how(found: Evidence) -> str:
    if not found.times:
        return f"recorded in {found.recording}; too slow to be run again: EXPLAIN and counts"
    times = len(found.times)
    return f"recorded in {found.recording}; run again {times} times; ANALYZE FORMAT=JSON and counts"


def _level(median: float, a_day: float | None) -> str:
    if median >= 500 or (a_day or 0) >= 60:
        return HIGH
    return MEDIUM if median >= 100 or (a_day or 0) >= 5 else LOW


def index_name(columns: tuple[str, ...] | list[str]) -> str:
    """As Frappe names one."""
    return "_".join(columns) + "_index"


def alter(doctype: str, columns: tuple[str, ...] | list[str]) -> str:
    named = ", ".join(f"`{each}`" for each in columns)
    index = f"add index `{index_name(columns)}` ({named})"
    return f"alter table `tab{doctype}` {index}, algorithm=inplace, lock=none"


def steps(doctype: str, columns: tuple[str, ...] | list[str]) -> str:
    """What is done, by the app or by hand, so that the next migrate leaves it."""
    lines = [f"1. {alter(doctype, columns)};"]
    if _has_tick(columns):
        lines.append(
            f"2. Customize Form of {doctype}, field {columns[0]}: tick Index, or the next migrate drops it."
        )
    return "\n".join(lines)


def steps_back(doctype: str, columns: tuple[str, ...] | list[str]) -> str:
    lines = [f"alter table `tab{doctype}` drop index `{index_name(columns)}`, algorithm=inplace, lock=none;"]
    if _has_tick(columns):
        lines.insert(0, f"Customize Form of {doctype}, field {columns[0]}: untick Index.")
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _has_tick(columns: tuple[str, ...] | list[str]) -> bool:
    return len(columns) == 1 and columns[0] not in NO_FIELDS
