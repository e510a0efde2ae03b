"""What the components of the analytics engine last answered. Reading takes milliseconds and computes none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe

from verenigingen_maintenance.core.analytics import NOT_APPLICABLE, WORKING, Standing
from verenigingen_maintenance.core.verdicts import Verdict
from verenigingen_maintenance.core.wording import age_in_words
from verenigingen_maintenance.sources import clock

COMPONENT = "Analytics Component"
CLAIMS = "claims."
OLD = timedelta(hours=6)
TIMES = ("computed_at", "answered_at", "data_as_of", "started_at")
FIELDS = ("title", "enabled", "advanced", "time_limit", "state", "off_by", "verdict", "reason", "learning")
FIGURES = ("failures", "good", "seconds")


@dataclass(frozen=True)
class Stored:
    """A component: where it stands, and its last good answer with the times of it (as instants)."""

    name: str
    title: str
    enabled: bool
    advanced: bool
    time_limit: int
    standing: Standing
    verdict: str
    reason: str
    learning: bool
    computed_at: datetime | None
    answered_at: datetime | None
    data_as_of: datetime | None
    started_at: datetime | None
    seconds: float
    answer: dict[str, Any]

    @property
    def is_claim(self) -> bool:
        return self.name.startswith(CLAIMS)

    @property
    def is_applicable(self) -> bool:
        return self.standing.state != NOT_APPLICABLE

    def why_not(self, now: datetime) -> str:
        """Why it is UNKNOWN: not in use, without an answer, or with data that are too old; else empty."""
        if not self.enabled:
            return "it is not enabled"
        if self.verdict != Verdict.OK.value:
            return self.reason or "not computed yet"
        age = self.age(now)
        return f"its data are {age_in_words(age)} old" if age and age > OLD.total_seconds() else ""

    def age(self, now: datetime) -> float | None:
        """Of its data, in seconds; None where it has none."""
        return round(max((now - self.data_as_of).total_seconds(), 0), 1) if self.data_as_of else None

    @property
    def is_in_use(self) -> bool:
        """Whether it is computed at all: nobody disabled it, and it is not switched off."""
        return self.enabled and self.standing.is_computed

    @property
    def is_asked(self) -> bool:
        """Whether something is expected of it: it is enabled, and nobody switched it off for now."""
        return self.enabled and (self.standing.is_computed or self.standing.is_broken)


def components(names: Iterable[str] | None = None, for_update: bool = False) -> dict[str, Stored]:
    """The components, by name: all, or some. `for_update` reads what is committed, and others wait."""
    return _read({} if names is None else {"name": ("in", [*names, ""])}, for_update)


def own() -> dict[str, Stored]:
    """The components of this app."""
    return _read({"name": ("not like", f"{CLAIMS}%")})


def _read(filters: dict, for_update: bool = False) -> dict[str, Stored]:
    fields = ["name", *FIELDS, *FIGURES, *TIMES, "answer"]
    options = {"as_dict": True, "order_by": "name", "for_update": for_update}
    now = clock.now()
    rows = frappe.db.get_values(COMPONENT, filters, fields, **options)
    return {row.name: _stored(row, now) for row in rows}


def _stored(row: Any, now: datetime) -> Stored:
    times = {each: clock.instant_before(row[each], now) if row[each] else None for each in TIMES}
    standing = Standing(row.state or WORKING, row.failures or 0, row.good or 0, row.off_by or "")
    return Stored(
        name=row.name,
        title=row.title,
        enabled=bool(row.enabled),
        advanced=bool(row.advanced),
        time_limit=row.time_limit,
        standing=standing,
        verdict=row.verdict or "UNKNOWN",
        reason=row.reason or ("" if row.verdict else "not computed yet"),
        learning=bool(row.learning) or not row.computed_at,
        seconds=row.seconds or 0,
        answer=json.loads(row.answer or "{}"),
        **times,
    )
