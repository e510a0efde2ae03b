"""Why a procedure is due for review before its time: lines with a day, what changed, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

MOST = 30
NOTHING = "nothing"


def add(marks: str, day: date, what: str, by: str) -> str:
    """`marks` with a line more, each once; the first and the latest twenty-nine are kept."""
    line = f"{day.isoformat()} {' '.join(what.split())} ({by})"
    lines = lines_of(marks)
    return marks if line in lines else "\n".join(_bounded([*lines, line]))


def lines_of(marks: str | None) -> list[str]:
    return [line for line in (marks or "").splitlines() if line.strip()]


def since(marks: str | None) -> date | None:
    """The day of the first mark: the review is due from then on. None where there is none."""
    days = [date.fromisoformat(line[:10]) for line in lines_of(marks)]
    return min(days, default=None)


def split(marks: str | None, seen: str | None) -> tuple[str, str]:
    """The marks that somebody looked at, of those shown to them (`seen`), and those that came meanwhile."""
    shown, lines = lines_of(seen), lines_of(marks)
    looked_at = [line for line in lines if line in shown]
    return "\n".join(looked_at), "\n".join(line for line in lines if line not in shown)


def changed(before: Mapping[str, object], after: Mapping[str, object], told: Mapping[str, str]) -> str:
    """The differences of some fields (`told` has their labels) as words: "CRITICAL when: > 50 → > 60"."""
    found = [
        f"{label}: {_word(before.get(field))} → {_word(after.get(field))}"
        for field, label in told.items()
        if _word(before.get(field)) != _word(after.get(field))
    ]
    return "; ".join(found)


def filled(before: Mapping[str, object], after: Mapping[str, object], told: Mapping[str, str]) -> str:
    """The same for what people keep to themselves: which fields, without their values."""
    found = [
        f"{label} {_happened(before.get(field), after.get(field))}"
        for field, label in told.items()
        if _word(before.get(field)) != _word(after.get(field))
    ]
    return "; ".join(found)


def _happened(before: object, after: object) -> str:
    return "emptied" if not after else "changed" if before else "filled in"


def _word(value: object) -> str:
    return str(value) if value not in (None, "") else NOTHING


def _bounded(lines: list[str]) -> list[str]:
    """The first one stays: it says since when."""
    return lines if len(lines) <= MOST else [lines[0], *lines[-(MOST - 1) :]]
