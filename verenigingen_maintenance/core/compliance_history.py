"""Two assessments compared: only by what was measured in both, so that a new control loses no points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from .compliance import WEIGHTS, score


@dataclass(frozen=True)
class Kept:
    """A control as a stored assessment has it; `met` is None where it was not measured."""

    key: str
    area: str
    severity: str
    met: float | None


@dataclass(frozen=True)
class Comparison:
    """Points that were lost (below nought: won) from `before` to `now`, over areas with something in both."""

    before: float
    now: float
    areas: Mapping[str, tuple[float, float]]
    controls: int

    @property
    def lost(self) -> float:
        return self.before - self.now


def compare(before: Iterable[Kept], now: Iterable[Kept]) -> Comparison | None:
    """None where nothing was measured in both."""
    known_before, known_now = _measured(before), _measured(now)
    both = [key for key in known_now if key in known_before]
    if not both:
        return None
    then, today = (_by_area(known[key] for key in both) for known in (known_before, known_now))
    areas = {area: (then[area], today[area]) for area in today}
    return Comparison(fmean(then.values()), fmean(today.values()), areas, len(both))


def _measured(controls: Iterable[Kept]) -> dict[str, Kept]:
    return {each.key: each for each in controls if each.met is not None}


def _by_area(controls: Iterable[Kept]) -> dict[str, float]:
    parts: dict[str, list[tuple[int, float | None]]] = {}
    for each in controls:
        parts.setdefault(each.area, []).append((WEIGHTS[each.severity], each.met))
    scores = {area: score(some) for area, some in parts.items()}
    return {area: value for area, value in scores.items() if value is not None}
