"""Where errors gather: by area of the code, app, type, kind of user and hour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .error_answers import category_of
from .error_facts import Facts, PatternFacts, errors_of
from .pattern_states import SETTLED
from .severity import CRITICAL, SEVERITIES

WEIGHTS = {"Critical": 1.0, "High": 0.75, "Medium": 0.5, "Low": 0.25}
MOST_SPOTS = 10
FEWEST_ERRORS = 10
DONE = "Settled"
STANDS_OUT = 25.0
NAMED: dict[str, Callable[[PatternFacts], str]] = {
    "functional_areas": lambda pattern: pattern.area,
    "system_components": lambda pattern: pattern.app or "no app",
    "error_types": lambda pattern: pattern.exception or category_of(pattern),
}


def hotspots(facts: Facts) -> dict[str, Any]:
    """The greatest places of each kind; a score is the share of all errors (0-100), weighted by severity.

    Its severity is the worst of what is neither resolved nor ignored, “Settled” where nothing is left. A
    critical hotspot has ten errors or more of critical patterns that are left.
    """
    spots = {kind: _spots(facts, key) for kind, key in NAMED.items()}
    return {
        "analysis_period": f"{facts.days} days",
        "hotspots": {
            **{kind: _listed(each) for kind, each in spots.items()},
            "user_groups": _user_groups(facts),
            "time_periods": _hours(facts),
        },
        "severity_scores": {kind: each[0]["score"] if each else 0 for kind, each in spots.items()},
        "critical_hotspots": [
            {"kind": kind, **spot}
            for kind, each in spots.items()
            for spot in each
            if spot["critical_errors"] >= FEWEST_ERRORS
        ],
        "remediation_priority": _priority(facts),
    }


def standing_out(facts: Facts) -> list[dict[str, Any]]:
    """The areas that have ten errors or more and a quarter of all."""
    return [spot for spot in _spots(facts, NAMED["functional_areas"]) if _stands_out(spot)]


def _stands_out(spot: dict[str, Any]) -> bool:
    return bool(spot["errors"] >= FEWEST_ERRORS and spot["share"] >= STANDS_OUT)


def _spots(facts: Facts, key: Callable[[PatternFacts], str]) -> list[dict[str, Any]]:
    found = [_spot(name, patterns, facts) for name, patterns in facts.by(key).items()]
    return sorted(found, key=lambda spot: (-spot["score"], spot["name"]))


def _listed(spots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ten with the greatest score, and whatever stands out with a lower one."""
    return spots[:MOST_SPOTS] + [spot for spot in spots[MOST_SPOTS:] if _stands_out(spot)]


def _spot(name: str, patterns: list[PatternFacts], facts: Facts) -> dict[str, Any]:
    weighted = sum(WEIGHTS.get(pattern.severity, 0.5) * pattern.errors for pattern in patterns)
    most = max(patterns, key=lambda pattern: pattern.errors)
    left = _to_be_mended(patterns)
    return {
        **_plain(name, errors_of(patterns), facts.total),
        "severity": _worst(each.severity for each in left) if left else DONE,
        "critical_errors": errors_of([each for each in left if each.severity == CRITICAL]),
        "score": round(100 * weighted / facts.total, 1) if facts.total else 0.0,
        "patterns": len(patterns),
        "most_frequent": most.title,
    }


def _to_be_mended(patterns: Iterable[PatternFacts]) -> list[PatternFacts]:
    return [each for each in patterns if each.state not in SETTLED]


def _user_groups(facts: Facts) -> list[dict[str, Any]]:
    """Users are counted by whole days: their shares are those of whole days too."""
    groups = facts.by_group()
    return [_plain(name, errors, groups.total()) for name, errors in groups.most_common(MOST_SPOTS)]


def _plain(name: str, errors: int, total: int) -> dict[str, Any]:
    share = round(100 * errors / total, 1) if total else 0.0
    return {"name": name, "errors": errors, "share": share}


def _hours(facts: Facts) -> list[dict[str, Any]]:
    hours = sorted(enumerate(facts.hourly), key=lambda each: (-each[1], each[0]))
    return [_plain(f"{hour:02}:00", errors, facts.total) for hour, errors in hours[:MOST_SPOTS] if errors]


def _worst(severities: Iterable[str]) -> str:
    found = set(severities)
    return next((each for each in SEVERITIES if each in found), "Medium")


def _priority(facts: Facts) -> list[dict[str, Any]]:
    """Patterns in the order in which mending them pays: severity first, then how many errors end."""
    left = _to_be_mended(facts.patterns)
    ranked = sorted(left, key=lambda each: (-WEIGHTS.get(each.severity, 0.5) * each.errors, each.name))[
        :MOST_SPOTS
    ]
    return [
        {
            "pattern": each.name,
            "title": each.title,
            "area": each.area,
            "severity": each.severity,
            "state": each.state,
            "errors": each.errors,
        }
        for each in ranked
    ]
