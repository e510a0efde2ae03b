"""What was counted in a period: the ground on which the answers about errors stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from .pattern_states import IGNORED

HOURS = 24


@dataclass(frozen=True)
class Pattern:
    """What the answers need to know of an error pattern; times are those of the site's clock."""

    name: str
    title: str
    state: str
    severity: str
    kind: str
    exception: str
    app: str
    area: str
    own: bool
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def is_ignored(self) -> bool:
        return self.state == IGNORED


@dataclass(frozen=True)
class PatternFacts(Pattern):
    """A pattern and its errors in the period."""

    errors: int = 0


@dataclass(frozen=True)
class Facts:
    """The errors of `days` days up to `now`, from the full hour on; times are those of the site's clock.

    `by_day` has the 24 hours of each day, those before the period's first hour being 0. Users are those of
    whole days. `groups` tells what kind of user each is. Of the time before `counted_since` nothing is known.
    """

    days: int
    begins: datetime
    now: datetime
    by_day: Mapping[date, list[int]]
    patterns: tuple[PatternFacts, ...]
    by_user: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    counted_since: datetime = datetime.min

    @property
    def unknown_before(self) -> datetime | None:
        """Since when errors are counted, where that is later than the period begins."""
        return self.counted_since if self.counted_since > self.begins else None

    @property
    def days_counted(self) -> float:
        """How many of the days are counted; 1 at least."""
        return max(1.0, min(self.days, (self.now - self.counted_since) / timedelta(days=1)))

    @cached_property
    def total(self) -> int:
        return sum(map(sum, self.by_day.values()))

    @cached_property
    def daily(self) -> dict[date, int]:
        """Errors by day, quiet days as 0; days that were not counted are not there."""
        first, last = max(self.begins, self.counted_since).date(), self.now.date()
        days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
        return {day: sum(self.by_day.get(day, [])) for day in days}

    @cached_property
    def whole_days(self) -> dict[date, int]:
        """The same without the first and the last day, which are not whole."""
        return dict(list(self.daily.items())[1:-1])

    @cached_property
    def hourly(self) -> list[int]:
        """Errors by hour of the day."""
        return [sum(hours[hour] for hours in self.by_day.values()) for hour in range(HOURS)]

    @cached_property
    def weekdays(self) -> list[int]:
        """Errors by day of the week, Monday first."""
        found = [0] * 7
        for day, hours in self.by_day.items():
            found[day.weekday()] += sum(hours)
        return found

    @cached_property
    def ranked(self) -> list[PatternFacts]:
        """The patterns, the most frequent first."""
        return sorted(self.patterns, key=lambda pattern: (-pattern.errors, pattern.name))

    def by(self, key: Callable[[PatternFacts], str]) -> dict[str, list[PatternFacts]]:
        """The patterns with errors in groups, the greatest group first."""
        found: dict[str, list[PatternFacts]] = defaultdict(list)
        for pattern in self.patterns:
            found[key(pattern)].append(pattern)
        return dict(sorted(found.items(), key=lambda group: (-errors_of(group[1]), group[0])))

    def by_group(self) -> Counter[str]:
        """Errors by kind of user."""
        found: Counter[str] = Counter()
        for user, errors in self.by_user.items():
            found[self.groups.get(user, "Unknown")] += errors
        return found


def errors_of(patterns: list[PatternFacts]) -> int:
    """The errors of several patterns."""
    return sum(pattern.errors for pattern in patterns)
