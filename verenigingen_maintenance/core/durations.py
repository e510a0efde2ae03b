"""Duration rules: a breach counts after so many in a row, and is over after so many in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from .verdicts import Verdict

Sample = tuple[datetime, float]
STRETCH = timedelta(minutes=5)
LONGEST_GAP = timedelta(minutes=90)


def judged_stretches(samples: Sequence[Sample], judge: Callable[[float], Verdict]) -> list[Verdict]:
    """The verdict on the median of each five minutes of the clock that have samples, oldest first.

    Three clicks within one stretch are one value, not three in a row. Where samples are over 90 minutes apart
    (they are taken every hour), nothing was measured between: an UNKNOWN stands there.
    """
    verdicts: list[Verdict] = []
    latest: datetime | None = None
    for moment, value in _medians(samples):
        if latest and moment - latest > LONGEST_GAP:
            verdicts.append(Verdict.UNKNOWN)
        verdicts.append(judge(value))
        latest = moment
    return verdicts


def _medians(samples: Sequence[Sample]) -> list[Sample]:
    """The median of each stretch, with the time of its last sample."""
    stretches: dict[int, list[Sample]] = {}
    for sample in sorted(samples):
        stretches.setdefault(int(sample[0].timestamp() // STRETCH.total_seconds()), []).append(sample)
    return [(group[-1][0], median(value for _moment, value in group)) for group in stretches.values()]


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

    def hold(self, verdicts: Sequence[Verdict]) -> Verdict:
        """The verdict after a series of them, oldest first; of an empty series: UNKNOWN.

        A CRITICAL that has not lasted yet is a WARNING; one that has lasted stays until it is cleared.
        An UNKNOWN breaks both rows: it proves neither a breach nor its end.
        """
        held, breaching, clearing = False, 0, 0
        for verdict in verdicts:
            breaching = breaching + 1 if verdict is Verdict.CRITICAL else 0
            clearing = clearing + 1 if verdict is Verdict.OK else 0
            held = breaching >= self.breaches or (held and clearing < self.clears)
        if held:
            return Verdict.CRITICAL
        latest = verdicts[-1] if verdicts else Verdict.UNKNOWN
        return Verdict.WARNING if latest is Verdict.CRITICAL else latest
