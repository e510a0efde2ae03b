"""Figures by ISO week, and in which week they became worse: against the weeks before, not by chance alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from .rates import change
from .report_periods import Period, week_label

FEWEST_WEEKS, FEWEST_DAYS, MOST_BASE = 3, 5, 8
LEAST_RISE, DEVIATIONS, NORMAL = 0.25, 3.0, 1.4826
LEAST_PEAK = 1.5
UNTIL_END, NOT_KNOWN = ", and so until the end of the period", ", and of the weeks after it nothing is known"
LEAD_IN = timedelta(weeks=13)


@dataclass(frozen=True)
class Week:
    """A week's figure: a mean, or what its days add up to. `days` of it were measured."""

    monday: date
    value: float
    days: int = 7

    @property
    def is_fit(self) -> bool:
        return self.days >= FEWEST_DAYS

    @property
    def label(self) -> str:
        return week_label(self.monday)


@dataclass(frozen=True)
class Regression:
    """From the week `first` to the week `last` a figure was worse than usual.

    Usual is the median of the (eight at most) weeks before that were not; it was worse than each of these.
    `recovered` says whether a week of the period after it was not.
    """

    first: Week
    last: Week
    usual: float
    recovered: bool

    def began_before(self, period: Period) -> bool:
        return self.first.monday < period.mondays[0]

    @property
    def percent(self) -> float | None:
        """By how much the first week differs; None where nothing was usual."""
        return 100 * (self.first.value - self.usual) / abs(self.usual) if self.usual else None


def regressions(
    weeks: Sequence[Week], period: Period, higher_is_worse: bool = True, is_count: bool = False
) -> list[Regression]:
    """The regressions of a period, also those that began before it; `weeks` has those before it, in order.

    Where each value is a count of events, chance alone must not explain the rise (p < .05) either.
    """
    usual: list[Week] = []
    found: list[list[Week]] = []
    bases: list[list[Week]] = []
    is_worse = False
    for week in (each for each in weeks if each.is_fit):
        base = usual[-MOST_BASE:]
        if len(base) >= FEWEST_WEEKS and _is_worse(week, base, higher_is_worse, is_count):
            if not is_worse:
                found.append([])
                bases.append(base)
            found[-1].append(week)
            is_worse = True
        else:
            usual.append(week)
            is_worse = False
    return [
        Regression(
            first=group[0],
            last=group[-1],
            usual=median(week.value for week in base),
            recovered=not (is_worse and group is found[-1]),
        )
        for group, base in zip(found, bases, strict=True)
        if period.begins <= group[-1].monday + timedelta(days=6) and group[0].monday < period.ends
    ]


def peaks(weeks: Sequence[Week]) -> tuple[list[Week], list[Week]]:
    """The weeks of counts that stand out from all others, before or after them, and those others.

    The lower half is usual; from there upwards each week is, until one has half as many more and is worse.
    """
    usual: list[Week] = []
    ranked = sorted(weeks, key=lambda week: (week.value, week.monday))
    for place, week in enumerate(ranked):
        if len(usual) >= max(FEWEST_WEEKS, len(ranked) // 2) and _is_peak(week, usual):
            return sorted(ranked[place:], key=lambda each: each.monday), usual
        usual.append(week)
    return [], usual


def _is_peak(week: Week, usual: Sequence[Week]) -> bool:
    is_large = week.value >= LEAST_PEAK * median(each.value for each in usual)
    return is_large and _is_worse(week, usual, higher_is_worse=True, is_count=True)


def _is_worse(week: Week, base: Sequence[Week], higher_is_worse: bool, is_count: bool) -> bool:
    values = [each.value for each in base]
    usual = median(values)
    scatter = NORMAL * median(abs(value - usual) for value in values)
    sign = 1 if higher_is_worse else -1
    least = max(LEAST_RISE * abs(usual), DEVIATIONS * scatter, 1e-9)
    if sign * (week.value - usual) <= least or sign * week.value <= max(sign * value for value in values):
        return False
    return not is_count or change(round(usual), round(week.value)).is_rise


def of_days(days: Mapping[date, float], monday_of: Sequence[date], is_count: bool) -> list[Week]:
    """Weeks from the figures of days: their sum where they are counts, else their mean.

    A week of a count that was not measured as a whole is scaled to seven days.
    """
    weeks = []
    for monday in monday_of:
        known = [days[day] for day in (monday + timedelta(days=n) for n in range(7)) if day in days]
        if known:
            mean = sum(known) / len(known)
            weeks.append(Week(monday, mean * 7 if is_count else mean, len(known)))
    return weeks


def began(found: Regression, period: Period) -> str:
    """In which week: “2026-W33 (week 7 of 14)”."""
    if found.began_before(period):
        return f"{found.first.label}, before this period"
    return f"{found.first.label}{_place(period, found.first)}"


def in_words(found: Regression, period: Period) -> str:
    """Which weeks: “in 2026-W33 (week 7 of 14)”, “from 2026-W33 to 2026-W35 (weeks 7 to 9 of 14)”."""
    if found.first == found.last:
        return f"in {began(found, period)}"
    if found.began_before(period):
        return f"from {began(found, period)}, to {found.last.label}"
    return f"from {found.first.label} to {found.last.label}{_place(period, found.first, found.last)}"


def not_over(found: Regression, period: Period) -> str:
    """What is said where no week of the period after it was as usual. A week alone says nothing of that."""
    is_alone = len(period.mondays) == 1 and not found.began_before(period)
    if found.recovered or is_alone:
        return ""
    return UNTIL_END if found.last.monday >= _last_fit(period) else NOT_KNOWN


def _last_fit(period: Period) -> date:
    """The last week of which enough days are of the period to say something."""
    return [day for day in period.mondays if (period.ends - day).days >= FEWEST_DAYS][-1]


def lasting(found: Regression, period: Period) -> str:
    """How long, behind the week in which it began: “, that week only”, “, until 2026-W35”."""
    rest = not_over(found, period)
    if rest == UNTIL_END:
        return ", until the end of the period"
    if found.first != found.last:
        return f", until {found.last.label}{rest}"
    if rest:
        return rest
    return ", that week only" if len(period.mondays) > 1 else ""


def _place(period: Period, *weeks: Week) -> str:
    mondays = period.mondays
    if len(mondays) == 1:
        return ""
    numbers = " to ".join(str(mondays.index(week.monday) + 1) for week in weeks)
    return f" (week{'s' if len(weeks) > 1 else ''} {numbers} of {len(mondays)})"
