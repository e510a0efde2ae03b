"""How figures in a foreign answer are found, and what they should add up to within it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .encoding import items

RATE = (0, 100)
CONSTANT_SCORES = {
    "sepa_compliance": RATE,
    "data_retention_compliance": (95,),
    "security_compliance": (88,),
    "financial_compliance": (92,),
}


def inside(key: str) -> Callable[[Any], float | None]:
    return lambda value: value.get(key) if isinstance(value, Mapping) else None


def largest(key: str) -> Callable[[Any], float | None]:
    """The largest number under a key, or of that key in the rows of a list."""

    def find(value: Any) -> float | None:
        found = value.get(key) if isinstance(value, Mapping) else [inside(key)(row) for row in value or ()]
        return max((each for _, each in items(found) if isinstance(each, int | float)), default=None)

    return find


def active_critical(rows: Any) -> float | None:
    found = [row for row in rows if row.get("severity") == "CRITICAL" and row.get("status") == "Active"]
    return len(found)


def all_categorised(total: Any, answer: Any) -> str:
    counted = answer.get("patterns", {}).get("error_types", {}).get("total_categorized")
    same = counted is None or counted == total
    return "" if same else f"its own categories have {counted} errors, its total {total}"


def believable_mean(score: Any, compliance: Any) -> str:
    """A mean counts neither constants nor areas that failed."""
    areas = compliance.get("compliance_areas", {})
    scores = {name: area.get("score") for name, area in items(areas) if isinstance(area, Mapping)}
    believed = [
        each
        for name, each in scores.items()
        if isinstance(each, int | float)
        and each not in CONSTANT_SCORES.get(name, ())
        and not areas[name].get("error")
    ]
    if not believed:
        return f"none of its {len(scores)} areas can be believed"
    mean = sum(believed) / len(believed)
    if len(believed) == len(scores) and abs(mean - score) < 0.1:
        return ""
    return f"{len(believed)} of its {len(scores)} areas can be believed, and their mean is {mean:.1f}"


def no_action(count: Any, summary: Any) -> str:
    named = summary.get("top_priority_action")
    return "it counts 0 actions and names one" if not count and named not in (None, "None") else ""
