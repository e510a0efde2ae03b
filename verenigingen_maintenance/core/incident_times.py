"""How long an incident took: to detect, acknowledge, mitigate and resolve; beside what is promised.

What did not happen, or is not known, has no seconds and says why: it is never nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

from .wording import age_in_words

MITIGATED, REOPENED, RESOLVED = "Mitigated", "Reopened", "Resolved"
STEPS = (MITIGATED, REOPENED, RESOLVED)
# What each time is called, and what it is counted from.
TITLES = {
    "detect": ("Time to detect", "the beginning"),
    "acknowledge": ("Time to acknowledge", "the detection"),
    "mitigate": ("Time to mitigate", "the beginning"),
    "resolve": ("Time to resolve", "the beginning"),
}
FEWEST_COMPARED = 1


@dataclass(frozen=True)
class Moments:
    """When what happened (instants). `escalated` is when the first linked escalation was opened,
    `answer_until` until when its level had to answer, and `answered_late` whether nobody did in that time;
    `steps` are the lines of the timeline of STEPS, in order."""

    began: datetime
    opened: datetime
    escalated: datetime | None = None
    answer_until: datetime | None = None
    answered_late: bool = False
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    steps: tuple[tuple[str, datetime], ...] = ()

    @property
    def detected(self) -> datetime:
        return min(self.escalated or self.opened, self.opened)

    @property
    def reopened(self) -> int:
        return sum(event == REOPENED for event, _at in self.steps)


@dataclass(frozen=True)
class Time:
    """One of them in seconds; `earlier` are those of before it was reopened. `is_late` says that it is known
    not to have held, whatever was promised."""

    key: str
    seconds: float | None
    why: str = ""
    promised: float | None = None
    earlier: tuple[float, ...] = ()
    is_late: bool = False

    @property
    def held(self) -> bool | None:
        """Whether it was within what is promised; None where one of both is not known."""
        if self.is_late:
            return False
        if self.seconds is None or self.promised is None:
            return None
        return self.seconds <= self.promised

    def as_data(self) -> dict[str, Any]:
        title, since = TITLES[self.key]
        return {
            **{"key": self.key, "title": title, "counted_from": since, "seconds": self.seconds},
            **{"why": self.why, "promised": self.promised, "held": self.held},
            "earlier": list(self.earlier),
        }


def times(moments: Moments, promised_detect: float | None = None) -> list[Time]:
    """The four times; `promised_detect` is the promise of the settings, in seconds."""
    return [
        _detect(moments, promised_detect),
        _acknowledge(moments),
        _end("mitigate", MITIGATED, moments.mitigated, moments),
        _end("resolve", RESOLVED, moments.resolved, moments),
    ]


def _detect(moments: Moments, promised: float | None) -> Time:
    if moments.began == moments.opened == moments.detected:
        return Time("detect", None, "opened by hand, and nobody said when it began", promised)
    if moments.detected < moments.began:
        return Time(
            "detect", None, "its escalation was opened before what is given as its beginning", promised
        )
    return _time("detect", moments.began, moments.detected, "", promised)


def _acknowledge(moments: Moments) -> Time:
    until = moments.answer_until
    promised = (until - moments.detected).total_seconds() if until else None
    why = "nobody took command of it or acknowledged it"
    time = _time("acknowledge", moments.detected, moments.acknowledged, why, promised)
    return replace(time, is_late=moments.answered_late)


def _end(key: str, event: str, own: datetime | None, moments: Moments) -> Time:
    """That of the last such step; one that was reopened afterwards counts as earlier."""
    last, before = _last(event, own, moments)
    earlier = tuple((at - moments.began).total_seconds() for at in before)
    time = _time(key, moments.began, last, _why_not(event, moments, bool(before)))
    return replace(time, earlier=earlier)


def _last(event: str, own: datetime | None, moments: Moments) -> tuple[datetime | None, list[datetime]]:
    told = [(number, at) for number, (name, at) in enumerate(moments.steps) if name == event]
    if not told and own is not None and not moments.reopened:
        return own, []
    reopened = max(
        (number for number, (name, _at) in enumerate(moments.steps) if name == REOPENED), default=-1
    )
    since = [at for number, at in told if number > reopened]
    return (since[-1] if since else None), [at for number, at in told if number < reopened]


def _why_not(event: str, moments: Moments, was_before: bool) -> str:
    if was_before:
        return f"it was {event.lower()}, reopened, and not {event.lower()} again"
    if event == MITIGATED and _last(RESOLVED, moments.resolved, moments)[0]:
        return "it was resolved without being mitigated first"
    return f"it was not {event.lower()} yet"


def _time(key: str, begins: datetime, ends: datetime | None, why: str, promised: float | None = None) -> Time:
    if ends is None:
        return Time(key, None, why, promised)
    seconds = (ends - begins).total_seconds()
    if seconds < 0:
        return Time(key, None, "its end is before its beginning: a clock was set back", promised)
    return Time(key, seconds, promised=promised)


def in_words(seconds: float | None, why: str = "") -> str:
    """“2 h 5 min”; where it is not known, that, and why."""
    return age_in_words(seconds) if seconds is not None else f"not known: {why}" if why else "not known"


def compared(now: Sequence[Time], before: Iterable[Sequence[Time]]) -> list[dict[str, Any]]:
    """Each time beside the middle of those of earlier incidents: key, title, seconds, before, of (how many
    are known), change in percent (None where one of both is not known)."""
    others = [{time.key: time.seconds for time in each} for each in before]
    return [_beside(time, [each[time.key] for each in others]) for time in now]


def _beside(time: Time, others: Sequence[float | None]) -> dict[str, Any]:
    known = [each for each in others if each is not None]
    before = median(known) if len(known) >= FEWEST_COMPARED else None
    has_both = time.seconds is not None and before
    change = round(100 * (time.seconds - before) / before, 1) if has_both else None  # type: ignore[operator]
    told = {"key": time.key, "title": TITLES[time.key][0], "seconds": time.seconds}
    return {**told, "before": before, "of": len(known), "change": change}
