"""Components of the analytics engine: what an answer is worth, and when one is switched off and restored.

A component that failed is UNKNOWN alone. After some failures in a row it is switched off; when it is restored
it is watched for some refreshes, and one failure among these switches it off again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import claim_doubts as doubts

WORKING, FAILING, OFF, RESTORING = STATES = ("Working", "Failing", "Switched Off", "Restoring")
NOT_APPLICABLE = "Not Applicable"
BY_FAILURE, BY_PERSON = "Failure", "A person"
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


def outcome(answered: object) -> Outcome:
    """What an answer is worth: one with an error in it, without data, or of no known age is a failure."""
    if isinstance(answered, NotKnown | Failed):
        return answered
    if not isinstance(answered, Answer):
        return Failed(f"it answered {type(answered).__name__}, and no data")
    if why := doubts.empty(answered.answer) or doubts.failed(answered.answer):
        return Failed(why)
    return answered


def after(standing: Standing, found: Outcome, most: int = MOST_FAILURES) -> Step:
    """Where a component stands after a refresh; `most` failures in a row switch it off.

    One that found nothing to answer from works all the same.
    """
    return _failed(standing, most) if isinstance(found, Failed) else _good(standing)


def _good(standing: Standing) -> Step:
    good = standing.good + 1
    if standing.state == RESTORING and good < GOOD_TO_RESTORE:
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
