"""Is every open escalation where its clock says? Asked by another job than the one that moves the clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .escalation_clock import Clock
from .policy import Policy

ALLOWED = timedelta(minutes=5)
AHEAD = timedelta(minutes=1)


@dataclass(frozen=True)
class Audited:
    """An open escalation; `written` is whether anybody was written down to be told at its level.

    `untried_since` is since when a message of it waits that nobody tried to send, though it was due.
    """

    name: str
    clock: Clock | None
    policy: Policy | None
    written: bool
    untried_since: datetime | None = None


def findings(audited: Audited, now: datetime, active: bool) -> Iterator[str]:
    """What is wrong, in words; none where all is as it should be."""
    if audited.clock is None or audited.policy is None:
        yield f"{audited.name} has no clock that can be read"
        return
    yield from _of_clock(audited.name, audited.clock, audited.policy, now, active)
    is_told = audited.written or audited.clock.muted
    if not is_told and now - audited.clock.level_since > ALLOWED:
        yield f"{audited.name}: nobody was written down to be told at its level"
    if audited.untried_since and now - audited.untried_since > ALLOWED:
        yield f"{audited.name}: a message is due and untried since {_at(audited.untried_since)}"


def _of_clock(name: str, clock: Clock, policy: Policy, now: datetime, active: bool) -> Iterator[str]:
    if clock.level_since > now + AHEAD:
        yield f"{name}: its clock begins at {_at(clock.level_since)}: was this host's clock set back?"
    if not active or clock.muted:
        return
    if clock.next_level_at and now - clock.next_level_at > ALLOWED:
        yield f"{name} should have gone to the next level at {_at(clock.next_level_at)}"
    is_last = policy.next_above(clock.level) is None
    if clock.next_level_at is None and not is_last and now - clock.level_since > ALLOWED:
        yield f"{name} has no time at which it goes to the next level"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
