"""Components of the analytics engine: what an answer is worth, and when one is switched off and restored.

A component that failed is UNKNOWN alone. After some failures in a row it is switched off; when it is restored
it is watched for some refreshes, and one failure among these switches it off again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from . import claim_doubts as doubts

WORKING, FAILING, OFF, RESTORING = ("Working", "Failing", "Switched Off", "Restoring")
NOT_APPLICABLE = "Not Applicable"
BY_FAILURE, BY_PERSON = "Failure", "A person"
AS_OF = "as_of"
AHEAD = timedelta(minutes=5)  # it is computed for a while after `now`
LONGEST = 1_000_000
GOOD_TO_RESTORE = 3
MOST_FAILURES = 3


@dataclass(frozen=True)
class Answer:
    """What a component found, and as of when its data are."""

    answer: Mapping[str, Any]
    as_of: datetime


@dataclass(frozen=True)
class NotKnown:
    """There is nothing to answer from, and why; it is no failure. `learning` marks what time alone mends."""

    reason: str
    learning: bool = False
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """It broke, took too long, or answered what cannot be believed."""

    reason: str


Outcome = Answer | NotKnown | Failed


@dataclass(frozen=True)
class Standing:
    """Where a component stands: failures in a row, and good refreshes since it is being restored."""

    state: str = WORKING
    failures: int = 0
    good: int = 0
    off_by: str = ""

    @property
    def is_computed(self) -> bool:
        return self.state in (WORKING, FAILING, RESTORING)

    @property
    def has_answered(self) -> bool:
        """Whether it did when it was last computed; while it is being restored, not before that."""
        return self.state == WORKING or (self.state == RESTORING and self.good > 0)

    @property
    def is_broken(self) -> bool:
        """Whether it fails, or was switched off because it did; what a person switched off is not meant."""
        return self.state == FAILING or (self.state == OFF and self.off_by == BY_FAILURE)


@dataclass(frozen=True)
class Step:
    """A standing after a refresh, and the event to record; empty where nothing changed."""

    standing: Standing
    event: str = ""


def outcome(answered: object, now: datetime) -> Outcome:
    """What a component answered is worth: NotKnown, or a mapping of data with the instant `as_of` of these.

    One with an error in it, without data, or of no known age is a failure. Raises ValueError, TypeError or
    RecursionError for what is no JSON, such as NaN.
    """
    if isinstance(answered, NotKnown | Failed):
        return answered
    if not isinstance(answered, Mapping):
        return Failed(f"it answered {type(answered).__name__}, and no data")
    data = {key: value for key, value in answered.items() if key != AS_OF}
    why = _too_long(data) or doubts.empty(data) or doubts.failed(data) or _undated(answered.get(AS_OF), now)
    return Failed(why) if why else Answer(data, min(answered[AS_OF], now))


def _too_long(data: Mapping[str, Any]) -> str:
    length = len(in_json(data))
    return f"it answered {length} letters; {LONGEST} are taken" if length > LONGEST else ""


def in_json(data: Mapping[str, Any]) -> str:
    """Dates and the like become text. Raises ValueError, TypeError or RecursionError for what is no JSON."""
    return json.dumps(data, indent=1, default=str, ensure_ascii=False, allow_nan=False)


def _undated(as_of: object, now: datetime) -> str:
    if not isinstance(as_of, datetime) or as_of.tzinfo is None:
        return "it does not say as of when its data are"
    ahead = as_of - now
    return f"its data are {ahead} ahead of the clock" if ahead > AHEAD else ""


def after(
    standing: Standing, found: Outcome, most: int = MOST_FAILURES, needed: int = GOOD_TO_RESTORE
) -> Step:
    """Where a component stands after a refresh.

    `most` failures in a row switch it off, and `needed` good ones restore it. One that found nothing to
    answer from works all the same.
    """
    return _failed(standing, most) if isinstance(found, Failed) else _good(standing, needed)


def _good(standing: Standing, needed: int) -> Step:
    good = standing.good + 1
    if standing.state == RESTORING and good < needed:
        return Step(replace(standing, failures=0, good=good))
    event = {RESTORING: "Restored", FAILING: "Recovered"}.get(standing.state, "")
    return Step(Standing(), event)


def _failed(standing: Standing, most: int) -> Step:
    failures = standing.failures + 1
    off = Standing(OFF, failures, off_by=BY_FAILURE)
    if standing.state == RESTORING:
        return Step(off, "Recurred")
    if failures >= most:
        return Step(off, "Switched Off")
    return Step(Standing(FAILING, failures), "" if standing.state == FAILING else "Failed")
