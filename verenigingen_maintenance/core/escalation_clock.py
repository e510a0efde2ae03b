"""The clock of an escalation: when the next level is told, when people are reminded, when it stands still.

Times are instants in UTC. A clock that is muted stands still: nobody was told, so nobody is late. It starts
anew when it is muted no longer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .escalation_states import Status
from .policy import Policy

LATE = timedelta(minutes=5)
_TIMES = ("level_since", "next_level_at", "next_reminder_at")


@dataclass(frozen=True)
class Clock:
    """Where an escalation's clock stands.

    `next_level_at` is None at the last level, while it is muted, and where escalation is not active.
    """

    level: str
    level_since: datetime
    next_level_at: datetime | None = None
    next_reminder_at: datetime | None = None
    muted: str = ""

    def as_json(self) -> str:
        return json.dumps({key: _text(value) for key, value in vars(self).items()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Clock:
        data = json.loads(text)
        since, *following = (_moment(data[key]) for key in _TIMES)
        if since is None:
            raise ValueError("A clock has a beginning.")
        return cls(data["level"], since, following[0], following[1], data["muted"])


@dataclass(frozen=True)
class Move:
    """Something that happened to a clock: an event, and why."""

    event: str
    note: str = ""


@dataclass(frozen=True)
class Step:
    """A clock after its moves."""

    clock: Clock
    moves: tuple[Move, ...] = ()


def start(level: str, policy: Policy, now: datetime, mute: str = "", active: bool = True) -> Clock:
    """The clock of a level that is told now; one that is muted does not run."""
    if mute:
        return Clock(level, now, muted=mute)
    ends = policy.ends(level, now) if active else None
    return Clock(level, now, ends, _reminder(policy, now))


def stop(clock: Clock) -> Clock:
    """Somebody has it, or it is over: no next level, no reminder."""
    return replace(clock, next_level_at=None, next_reminder_at=None, muted="")


def advance(
    clock: Clock, status: Status, policy: Policy, now: datetime, mute: str = "", active: bool = True
) -> Step:
    """What is due by `now`: at most one level up, or one reminder. Repeating it then moves nothing.

    A level that is reached late has its whole time from then on: its people were not told before.
    """
    if status is not Status.OPEN:
        return Step(clock)
    if bool(mute) != bool(clock.muted):
        return _muted(clock, policy, now, mute, active)
    if mute:
        return Step(replace(clock, muted=mute))
    return _run(clock, policy, now, active)


def _muted(clock: Clock, policy: Policy, now: datetime, mute: str, active: bool) -> Step:
    event = Move("Muted", mute) if mute else Move("No Longer Muted", clock.muted)
    return Step(start(clock.level, policy, now, mute, active), (event,))


def _run(clock: Clock, policy: Policy, now: datetime, active: bool) -> Step:
    if not active:
        clock = replace(clock, next_level_at=None)
    elif clock.next_level_at is None:
        clock = replace(clock, next_level_at=policy.ends(clock.level, now))
    if clock.next_level_at and now >= clock.next_level_at:
        return _next_level(clock, policy, now)
    if clock.next_reminder_at and now >= clock.next_reminder_at:
        return Step(replace(clock, next_reminder_at=_reminder(policy, now)), (Move("Reminded"),))
    return Step(clock)


def _next_level(clock: Clock, policy: Policy, now: datetime) -> Step:
    following = policy.next_above(clock.level)
    late = now - (clock.next_level_at or now)
    note = f"not acknowledged in time; {round(late.total_seconds() / 60)} min late" if late > LATE else ""
    if following is None:  # a drill's last level
        return Step(stop(clock), (Move("Drill Over", note),))
    return Step(start(following.name, policy, now), (Move("Next Level", note or "not acknowledged in time"),))


def _reminder(policy: Policy, now: datetime) -> datetime | None:
    if not policy.remind_minutes or policy.drill_minutes:
        return None
    return now + timedelta(minutes=policy.remind_minutes)


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
