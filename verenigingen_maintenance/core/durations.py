"""Duration rules: a breach counts after so many in a row, and is over after so many in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from statistics import median

from .verdicts import Verdict

Sample = tuple[datetime, float]
STRETCH = timedelta(minutes=5)
LONGEST_GAP = timedelta(minutes=90)


@dataclass(frozen=True)
class Stretch:
    """Five minutes of the clock that are over: the verdict on the median of their samples, where OK speaks
    for the end of a breach.

    `began` is the time of the first sample, `ended` the moment from which the median is final. A gap between
    stretches is an UNKNOWN one.
    """

    began: datetime
    ended: datetime
    verdict: Verdict


@dataclass(frozen=True)
class Held:
    """What a duration rule says: the verdict and, where it is CRITICAL, since when.

    `onset` is the first sample of the row of breaches, `met` the moment at which the row was long enough;
    both are None where that was before the samples begin.
    """

    verdict: Verdict
    onset: datetime | None = None
    met: datetime | None = None


def stretches(
    samples: Sequence[Sample],
    judge: Callable[[float], Verdict],
    until: datetime,
    longest_gap: timedelta = LONGEST_GAP,
) -> list[Stretch]:
    """The stretches that are over by `until`, oldest first.

    Three clicks within one stretch are one value, not three in a row. Where samples are more than
    `longest_gap` apart, nothing was measured between: an UNKNOWN stands there.
    """
    found: list[Stretch] = []
    latest: datetime | None = None
    for begins, group in _grouped(samples):
        if begins + STRETCH > until:
            break
        first, last = group[0][0], group[-1][0]
        if latest and first - latest > longest_gap:
            found.append(Stretch(latest, first, Verdict.UNKNOWN))
        verdict = judge(median(value for _moment, value in group))
        found.append(Stretch(first, begins + STRETCH, verdict))
        latest = last
    return found


def _grouped(samples: Sequence[Sample]) -> Iterator[tuple[datetime, list[Sample]]]:
    """The beginning of each five minutes that has samples, with these."""
    groups: dict[int, list[Sample]] = {}
    for sample in sorted(samples):
        groups.setdefault(int(sample[0].timestamp() // STRETCH.total_seconds()), []).append(sample)
    for number, group in groups.items():
        yield datetime.fromtimestamp(number * STRETCH.total_seconds(), timezone.utc), group


def lasting_worst(
    samples: Sequence[Sample], breaches: int, higher_is_worse: bool, until: datetime
) -> float | None:
    """The worst value that lasted for `breaches` stretches in a row; None where not so many are over.

    A threshold just short of it would have been met all the same.
    """
    over = [group for begins, group in _grouped(samples) if begins + STRETCH <= until]
    medians = [median(value for _moment, value in group) for group in over]
    least, most = (min, max) if higher_is_worse else (max, min)
    rows = [medians[start : start + breaches] for start in range(len(medians) - breaches + 1)]
    return most((least(row) for row in rows), default=None)


@dataclass(frozen=True)
class Duration:
    """`breaches` CRITICAL values in a row make it CRITICAL; `clears` OK ones in a row end that.

    Raises ValueError when either is below one.
    """

    breaches: int = 1
    clears: int = 1

    def __post_init__(self) -> None:
        if self.breaches < 1 or self.clears < 1:
            raise ValueError("A duration rule counts in whole numbers from 1: 1 means “at once”.")

    @property
    def looks_back(self) -> bool:
        """Whether one value does not decide."""
        return self.breaches > 1 or self.clears > 1

    def hold(self, past: Sequence[Stretch], current: Verdict, now: datetime, was_held: bool = False) -> Held:
        """The verdict now, after stretches that are over (oldest first) and a value of this moment.

        A CRITICAL value that has not lasted is a WARNING; a breach that has lasted stays until it is cleared,
        by stretches that are over: one value clears nothing.
        An UNKNOWN breaks both rows: it proves neither a breach nor its end. `was_held` says that it was
        CRITICAL before the stretches begin.
        """
        held = self._after(past, was_held)
        if held is None and self.breaches == 1 and current is Verdict.CRITICAL:
            return Held(Verdict.CRITICAL, now, now)
        if held:
            return held
        return Held(Verdict.WARNING if current is Verdict.CRITICAL else current)

    def _after(self, past: Sequence[Stretch], was_held: bool) -> Held | None:
        held = Held(Verdict.CRITICAL) if was_held else None
        breaching: list[Stretch] = []
        clearing = 0
        for stretch in past:
            breaching = [*breaching, stretch] if stretch.verdict is Verdict.CRITICAL else []
            clearing = clearing + 1 if stretch.verdict is Verdict.OK else 0
            if held is None and len(breaching) >= self.breaches:
                held = Held(Verdict.CRITICAL, breaching[0].began, stretch.ended)
            elif clearing >= self.clears:
                held = None
        return held
