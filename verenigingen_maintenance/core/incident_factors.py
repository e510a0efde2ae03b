"""What may have contributed to an incident, by rules over what was recorded around its beginning.

Each is a candidate with its evidence, for people to confirm or to drop: what came before it need not be its
cause. Nothing here names a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from .incident_times import Time
from .wording import age_in_words, number

CLOSE_BEFORE = timedelta(hours=24)
DEVIATES, FEWEST, NORMAL = 3.5, 7, 1.4826
LEAST_SHARE = 0.1
MOST_OF_RULE = 8
TO_CONFIRM = "to be confirmed by people"
CHANGE, UPGRADE, SETTING = "Change", "Upgrade", "Setting"
KINDS = {
    CHANGE: "A change of the system",
    UPGRADE: "An upgrade",
    SETTING: "A change of settings or thresholds",
}


@dataclass(frozen=True)
class Happened:
    """Something at an instant: its kind, what it was, and the record that says so."""

    at: datetime
    kind: str
    what: str
    source: str


@dataclass(frozen=True)
class Hour:
    """A metric in the hour of the beginning, beside the same hour of the days before."""

    metric: str
    title: str
    unit: str
    value: float
    before: Sequence[float]


@dataclass(frozen=True)
class Near:
    """The most that was used of something around the beginning, and what is near its limit."""

    title: str
    unit: str
    value: float
    warning: float
    source: str


@dataclass(frozen=True)
class Evidence:
    """All that the rules look at. `began` and `until` (it was mitigated, or resolved) are instants."""

    began: datetime
    until: datetime
    happened: Sequence[Happened] = ()
    patterns: Sequence[Happened] = ()
    hours: Sequence[Hour] = ()
    near: Sequence[Near] = ()
    runs: Sequence[Happened] = ()
    escalations: Sequence[Mapping[str, Any]] = ()
    times: Sequence[Time] = ()
    minutes: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def factors(found: Evidence) -> list[dict[str, str]]:
    """Candidates: rule, text, evidence, state. What is nearest to the beginning comes first in each rule."""
    rules = (
        ("Changed shortly before", _changed(found)),
        ("New errors", _patterns(found)),
        ("Unusual figures", _unusual(found)),
        ("Near its limit", _near(found)),
        ("Maintenance not done", _runs(found)),
        ("Answered late", [*_late(found), *_slow(found)]),
    )
    return [
        {"rule": rule, "text": text, "evidence": evidence, "state": TO_CONFIRM}
        for rule, told in rules
        for text, evidence in list(told)[:MOST_OF_RULE]
    ]


Told = Iterator[tuple[str, str]]


def _changed(found: Evidence) -> Told:
    close = [each for each in found.happened if timedelta() <= found.began - each.at <= CLOSE_BEFORE]
    for each in sorted(close, key=lambda one: one.at, reverse=True):
        before = _apart(found.began - each.at)
        yield f"{KINDS.get(each.kind, each.kind)} {before} before the beginning: {each.what}", each.source


def _patterns(found: Evidence) -> Told:
    for each in sorted(found.patterns, key=lambda one: abs(one.at - found.began)):
        apart = _apart(abs(each.at - found.began))
        when = f"{apart} {'before' if each.at < found.began else 'after'} the beginning"
        yield f"An error was first seen {when}: {each.what}", each.source


def _unusual(found: Evidence) -> Told:
    judged = [(deviation(each), each) for each in found.hours]
    odd = [(off, each) for off, each in judged if off is not None and off > DEVIATES]
    for _off, each in sorted(odd, key=lambda pair: -pair[0]):
        usual = f"{number(median(each.before))} {each.unit}"
        text = f"{each.title} was {number(each.value)} {each.unit}, usually {usual} at that hour"
        yield text, f"Metric Hour: {each.metric}, {len(each.before)} days before"


def deviation(hour: Hour) -> float | None:
    """How many usual deviations a figure is off; None with too few days to say what is usual. A tenth of
    the usual figure is the least that counts as one, so that no quiet metric is odd for nothing."""
    if len(hour.before) < FEWEST:
        return None
    usual = median(hour.before)
    spread = NORMAL * median(abs(each - usual) for each in hour.before)
    least = max(LEAST_SHARE * abs(usual), LEAST_SHARE)
    return abs(hour.value - usual) / max(spread, least)


def _near(found: Evidence) -> Told:
    for each in found.near:
        if each.value >= each.warning:
            at_most = f"{number(each.value)} {each.unit}"
            yield f"{each.title} was at {at_most}; {number(each.warning)} is a warning", each.source


def _runs(found: Evidence) -> Told:
    for each in sorted(found.runs, key=lambda one: one.at, reverse=True):
        yield f"A run of the days before was {each.kind}: {each.what}", each.source


def _late(found: Evidence) -> Told:
    for each in found.escalations:
        if each["went_up"]:
            times = f"{each['went_up']} time" + "s" * (each["went_up"] > 1)
            yield f"{each['title']}: nobody answered in the time of its level, {times}", each["name"]


def _slow(found: Evidence) -> Told:
    """What took longer than is promised, and groups of the procedure that did not hold their minutes."""
    titles = {"detect": "detect it", "acknowledge": "acknowledge it"}
    for time in found.times:
        if time.held is False and time.promised is not None and time.key in titles:
            took, wanted = age_in_words(time.seconds), age_in_words(time.promised or None)
            yield (
                f"It took {took} to {titles[time.key]}; promised {wanted or 'at once'}",
                "the times of the incident",
            )
    for group in found.minutes:
        if group["held"] is False:
            yield f"{group['group']}: {group['why']}", "the rows of the run"


def _apart(time: timedelta) -> str:
    return age_in_words(time.total_seconds())


def in_order(happened: Iterable[Happened]) -> list[Happened]:
    return sorted(happened, key=lambda each: (each.at, each.kind, each.what))
