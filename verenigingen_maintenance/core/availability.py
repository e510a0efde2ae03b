"""How long something was up: arithmetic of stretches of time, to the second.

Time in which nobody looked is neither up nor down, and is told; planned downtime is left out of what is asked
for. So availability is the share of the time that was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

NONE = timedelta()


@dataclass(frozen=True, order=True)
class Span:
    """From one moment up to another. Raises ValueError where it would end before it begins."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.ends < self.begins:
            raise ValueError(f"a span cannot end at {self.ends}, before it begins at {self.begins}")

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


@dataclass(frozen=True)
class Availability:
    """The time of a window: up, down, planned, not measured. `percent` is None where nothing was measured."""

    up: timedelta
    down: timedelta
    planned: timedelta
    not_measured: timedelta

    @property
    def measured(self) -> timedelta:
        return self.up + self.down

    @property
    def percent(self) -> float | None:
        return 100 * (self.up / self.measured) if self.measured else None

    def budget(self, target_percent: float) -> timedelta:
        """How much downtime the target allows in the time that was measured."""
        return self.measured * ((100 - target_percent) / 100)

    def budget_left(self, target_percent: float) -> timedelta:
        """What is left of it; negative where it is spent."""
        return self.budget(target_percent) - self.down


def availability(
    windows: Iterable[Span], down: Iterable[Span], planned: Iterable[Span], not_measured: Iterable[Span]
) -> Availability:
    """Time of the windows by what it was. Where spans overlap, planned counts first, then not measured."""
    asked = union(windows)
    of_plan = within(planned, asked)
    unseen = without(within(not_measured, asked), of_plan)
    lost = without(without(within(down, asked), of_plan), unseen)
    rest = total(asked) - total(of_plan) - total(unseen) - total(lost)
    return Availability(rest, total(lost), total(of_plan), total(unseen))


def total(spans: Iterable[Span]) -> timedelta:
    """The length of spans that do not overlap."""
    return sum((span.length for span in spans), NONE)


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that neither touch nor overlap, in order."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.begins <= joined[-1].ends:
            joined[-1] = Span(joined[-1].begins, max(joined[-1].ends, span.ends))
        elif span.length:
            joined.append(span)
    return joined


def within(spans: Iterable[Span], limits: Iterable[Span]) -> list[Span]:
    """What of some spans lies in others."""
    inside = union(limits)
    return [common for span in union(spans) for limit in inside if (common := _common(span, limit))]


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of some spans lies outside others."""
    left = union(spans)
    for each in union(taken):
        left = [part for span in left for part in _cut(span, each)]
    return left


def _common(one: Span, other: Span) -> Span | None:
    begins, ends = max(one.begins, other.begins), min(one.ends, other.ends)
    return Span(begins, ends) if begins < ends else None


def _cut(span: Span, taken: Span) -> Sequence[Span]:
    if not _common(span, taken):
        return [span]
    before = Span(span.begins, max(span.begins, taken.begins))
    after = Span(min(span.ends, taken.ends), span.ends)
    return [part for part in (before, after) if part.length]
