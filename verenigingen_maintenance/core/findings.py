"""Findings of a review: what a measurement found that a person decides on, compared with the last review.

A provider answers `Found`. What it could not read is said in `missing`, and nothing of that is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from .verdicts import Verdict

NOTEWORTHY = 0.1
MOST_OF_AREA = 15
LONGEST_KEY = 140
ACCEPTED, ACTION = "Accepted", "Action"


class Since(str, Enum):
    """What became of a finding since the last review. Unknown: it could not be read again."""

    NEW = "New"
    WORSE = "Worse"
    UNKNOWN = "Unknown"
    BETTER = "Better"
    OVER = "Over"
    SAME = "Same"

    @property
    def asks(self) -> bool:
        """Whether somebody has to decide on it."""
        return self in (Since.NEW, Since.WORSE)

    def __str__(self) -> str:
        return self.value


_ORDER = {since: place for place, since in enumerate(Since)}
_SEVERITY = (Verdict.CRITICAL, Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK)


@dataclass(frozen=True)
class Finding:
    """One thing found. `key` is the same in each review; `figure` is None where it has no number.

    `doctype` and `name` are the document it is about, where there is one.
    """

    key: str
    title: str
    text: str = ""
    figure: float | None = None
    unit: str = ""
    severity: Verdict = Verdict.WARNING
    more_is_worse: bool = True
    doctype: str = ""
    name: str = ""


@dataclass(frozen=True)
class Found:
    """What a provider found; `missing` says what it could not read, `left_out` how many more there are.

    `unread` are the keys of what it could not read; None where that may be any. `past` are keys of the last
    review that told what had happened by then: that is not over, and is not told again.
    """

    findings: tuple[Finding, ...] = ()
    missing: str = ""
    left_out: int = 0
    unread: frozenset[str] | None = None
    past: frozenset[str] = frozenset()

    def is_over(self, key: str) -> bool:
        """Whether a finding that is not there is over: it would have been found."""
        is_whole = not self.missing or self.unread is not None
        return is_whole and not self.left_out and key not in (self.unread or ())


@dataclass(frozen=True)
class Review:
    """What a provider is asked for: the findings of `days` days up to now, for a run of a cadence.

    `known` are the keys of the last signed run, and of what this run itself found before: that is found again
    for as long as it lasts.
    """

    run: str
    cadence: str
    days: int
    since: datetime
    known: frozenset[str] = frozenset()

    def begins(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)


@dataclass(frozen=True)
class Compared:
    """A finding with what became of it; `before` is the figure of the last review. What is over has none."""

    area: str
    finding: Finding
    since: Since
    before: float | None = None

    @property
    def place(self) -> tuple[int, int, str, str]:
        """What changed comes first, and of that the worst."""
        severity = _SEVERITY.index(self.finding.severity)
        return _ORDER[self.since], severity, self.area, self.finding.key


def worst_first(
    findings: Iterable[Finding],
    missing: str = "",
    unread: Iterable[str] | None = None,
    most: int = MOST_OF_AREA,
    past: Iterable[str] = (),
) -> Found:
    """The worst of an area's findings, each key once; how many more there are is said."""
    cut = (replace(each, key=_cut(each.key)) for each in findings)
    ranked = sorted(
        {each.key: each for each in cut}.values(),
        key=lambda each: (
            _SEVERITY.index(each.severity),
            -(each.figure or 0) * (1 if each.more_is_worse else -1),
        ),
    )
    keys = None if unread is None else frozenset(map(_cut, unread))
    return Found(tuple(ranked[:most]), missing, len(ranked[most:]), keys, frozenset(map(_cut, past)))


def _cut(key: str) -> str:
    """A key is kept as it is only where it is short and nothing in it looks like HTML."""
    return re.sub("[<>&]", "-", key)[:LONGEST_KEY]


def since_last(now: Finding, before: Finding | None) -> Since:
    """New, Worse, Same or Better: by severity first, then by a figure that moved by a tenth or more."""
    if before is None:
        return Since.NEW
    if now.severity is not before.severity:
        is_worse = _SEVERITY.index(now.severity) < _SEVERITY.index(before.severity)
        return Since.WORSE if is_worse else Since.BETTER
    if now.figure is None or before.figure is None or now.unit != before.unit:
        return Since.SAME
    change = (now.figure - before.figure) * (1 if now.more_is_worse else -1)
    if abs(change) <= NOTEWORTHY * abs(before.figure):
        return Since.SAME
    return Since.WORSE if change > 0 else Since.BETTER


def compare(found: Mapping[str, Found], before: Mapping[str, Sequence[Finding]]) -> list[Compared]:
    """The findings of each area beside those of the last review, what changed first.

    What is not found any more is over, unless its area could not be read as a whole: then it is Unknown. What
    was over in the last review is not told again: leave it out of `before`.
    """
    told = [each for area, those in found.items() for each in _of_area(area, those, before.get(area, ()))]
    left = [each for area in before if area not in found for each in _gone(area, before[area])]
    return sorted((*told, *left), key=lambda each: each.place)


def _of_area(area: str, found: Found, before: Sequence[Finding]) -> list[Compared]:
    then = {each.key: each for each in before}
    present = {each.key for each in found.findings}
    known = [
        Compared(area, each, since_last(each, then.get(each.key)), _figure(then.get(each.key)))
        for each in found.findings
    ]
    gone = [each for each in before if each.key not in present and each.key not in found.past]
    return [*known, *_gone(area, gone, found), *_missing(area, found)]


def _gone(area: str, before: Sequence[Finding], found: Found | None = None) -> list[Compared]:
    """What is not found any more: over, or not known where nobody could read it."""
    states = {True: Since.OVER, False: Since.UNKNOWN}
    return [
        Compared(
            area,
            replace(each, figure=None),
            states[found is not None and found.is_over(each.key)],
            each.figure,
        )
        for each in before
    ]


def _missing(area: str, found: Found) -> list[Compared]:
    """One row says what of an area could not be read. It is no finding: nobody can decide on it."""
    more = f"{found.left_out} more of these are not listed" if found.left_out else ""
    text = "; ".join(filter(None, (found.missing, more)))
    if not text:
        return []
    title = f"{area}: not known" if found.missing else f"{area}: more"
    row = Finding(f"not read: {area}", title, text, severity=Verdict.UNKNOWN)
    return [Compared(area, row, Since.UNKNOWN)]


def _figure(finding: Finding | None) -> float | None:
    return finding.figure if finding else None
