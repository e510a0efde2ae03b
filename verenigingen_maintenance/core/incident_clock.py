"""The clock of an emergency procedure: groups of tasks, each with its minutes, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Step:
    """One row of the run, or one task where there is no run yet. `by_itself` is a check, which nobody has to
    answer; `answered_at` is an instant, None while it waits."""

    group: str
    title: str
    instructions: str = ""
    command: str = ""
    changes_system: bool = False
    by_itself: bool = False
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Phase:
    """A group of tasks: from which to which minute, how many are answered, and what is left of its time.

    `until` and `seconds_left` are None where the procedure gives no minutes; `seconds_left` is negative once
    they are over, and None once all is answered.
    """

    title: str
    begins: int
    until: int | None
    steps: Sequence[Step]
    seconds_left: int | None

    @property
    def answered(self) -> int:
        return sum(step.answered_at is not None for step in self.steps)

    @property
    def is_done(self) -> bool:
        return bool(self.steps) and self.answered == len(self.steps)

    def as_item(self) -> dict[str, Any]:
        return {
            **{"title": self.title, "begins": self.begins, "until": self.until},
            **{"answered": self.answered, "steps": len(self.steps), "seconds_left": self.seconds_left},
        }


def phases(
    groups: Mapping[str, int], steps: Sequence[Step], opened_at: datetime, now: datetime
) -> list[Phase]:
    """`groups` has the minutes of each group in their order, 0 where none are given: then no later one has a
    clock either. A step whose group is not among them (somebody renamed it meanwhile) comes last."""
    found, begins = [], 0
    is_timed = True
    renamed = {step.group: 0 for step in steps if step.group not in groups}
    for title, minutes in {**groups, **renamed}.items():
        is_timed = is_timed and minutes > 0
        until = begins + minutes if is_timed else None
        own = [step for step in steps if step.group == title]
        found.append(Phase(title, begins, until, own, _left(own, until, opened_at, now)))
        begins = until if until is not None else begins
    return found


def _left(steps: Sequence[Step], until: int | None, opened_at: datetime, now: datetime) -> int | None:
    is_done = steps and all(step.answered_at for step in steps)
    if until is None or is_done:
        return None
    return round((opened_at + timedelta(minutes=until) - now).total_seconds())


def next_step(found: Sequence[Phase]) -> Step | None:
    """The first that waits for a person."""
    waiting = (step for phase in found for step in phase.steps if step.answered_at is None)
    return next((step for step in waiting if not step.by_itself), None)
