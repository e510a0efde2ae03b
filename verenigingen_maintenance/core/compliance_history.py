"""Two assessments compared: only by what was measured in both, so that a new control loses no points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from .compliance import WEIGHTS, score
from .wording import some

WEEK = timedelta(days=7)
NO_POINTS = 0.05


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


@dataclass(frozen=True)
class Loss:
    """The most that was lost within a week: by `day`, against the day `before`, of so many days compared."""

    day: date
    before: date
    compared: Comparison
    of: int


def most_lost(history: Mapping[date, list[Kept]], since: date) -> Loss | None:
    """Each day from `since` on against the latest one a week before it or earlier; the first of equal losses.

    None where no day has one with which it shares a control.
    """
    days = sorted(history)
    pairs = [
        (day, max(earlier))
        for day in days
        if day >= since and (earlier := [d for d in days if d <= day - WEEK])
    ]
    compared = [(day, before, compare(history[before], history[day])) for day, before in pairs]
    known = [(day, before, found) for day, before, found in compared if found]
    if not known:
        return None
    day, before, found = max(known, key=lambda each: round(each[2].lost, 6))
    return Loss(day, before, found, len(known))


def loss_in_words(loss: Loss, left: Comparison | None) -> str:
    """When it fell, where, and what is left of it (`left` compares the day before the loss with now)."""
    if loss.compared.lost < NO_POINTS:
        return f"nothing was lost in any of {loss.of} weeks up to each day"
    year, week, _day = loss.day.isocalendar()
    fallen = [f"{area} {a:.1f} to {b:.1f}" for area, (a, b) in loss.compared.areas.items() if b < a]
    return (
        f"{loss.compared.before:.1f} on {loss.before} to {loss.compared.now:.1f} on {loss.day} "
        f"(week {year}-W{week:02}): {some(fallen)}; {_what_is_left(loss, left)}"
    )


def _what_is_left(loss: Loss, left: Comparison | None) -> str:
    controls = left.controls if left else 0
    if left is None or controls < loss.compared.controls:
        return f"of {loss.compared.controls} controls, {controls} can be compared now"
    if left.lost < NO_POINTS:
        return "won back since"
    return f"{left.lost:.1f} of them still lost" if left.lost < loss.compared.lost else "not won back"


def _measured(controls: Iterable[Kept]) -> dict[str, Kept]:
    return {each.key: each for each in controls if each.met is not None}


def _by_area(controls: Iterable[Kept]) -> dict[str, float]:
    parts: dict[str, list[tuple[int, float | None]]] = {}
    for each in controls:
        parts.setdefault(each.area, []).append((WEIGHTS[each.severity], each.met))
    scores = {area: score(some) for area, some in parts.items()}
    return {area: value for area, value in scores.items() if value is not None}
