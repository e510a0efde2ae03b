"""Who is on duty: a weekly rotation, with stand-ins and overrides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .calendar import at

_WEEK, _FAR = 7, timedelta(days=3_660)


@dataclass(frozen=True)
class StandIn:
    """Who is on duty from `begins` until `ends`: instead of one person, or of whoever is on duty."""

    user: str
    begins: datetime
    ends: datetime
    instead_of: str | None = None
    reason: str = ""

    def counts(self, now: datetime) -> bool:
        return self.begins <= now < self.ends


@dataclass(frozen=True)
class Rota:
    """A week for each of `users`, in their order and again, from `first_day` on, by the clock of `zone`.

    `unfit` says of users why they cannot be told of anything, such as “is disabled”.
    """

    users: tuple[str, ...]
    first_day: date | None
    handover: time
    zone: ZoneInfo
    stand_ins: tuple[StandIn, ...] = ()
    unfit: Mapping[str, str] = field(default_factory=dict)

    def begins(self, week: int) -> datetime:
        """The instant at which a week is handed over: the same local time in summer and winter."""
        assert self.first_day
        return at(self.first_day + timedelta(days=_WEEK * week), self.handover, self.zone)

    def week(self, now: datetime) -> int:
        """The number of the present week; negative before the first."""
        assert self.first_day
        days = (now.astimezone(self.zone).date() - self.first_day).days
        week = days // _WEEK
        return week if self.begins(week) <= now else week - 1


@dataclass(frozen=True)
class Duty:
    """Who is on duty, or nobody, and why; until another one is, or for good."""

    user: str | None
    why: str
    until: datetime | None = None


def on_duty(rota: Rota, now: datetime) -> Duty:
    """Who is on duty at `now`, why, and until when."""
    duty = _at(rota, now)
    others = (moment for moment in _changes(rota, now) if _at(rota, moment).user != duty.user)
    return Duty(duty.user, duty.why, next(others, None))


def following(rota: Rota, now: datetime) -> Duty | None:
    """Who is on duty after the present one; None where nobody else ever is."""
    present = on_duty(rota, now)
    return on_duty(rota, present.until) if present.until else None


def hole(rota: Rota, now: datetime) -> str:
    """Why the rotation gives nobody as yet; empty where it does."""
    if not rota.users:
        return "nobody is listed in the rotation"
    if rota.first_day is None:
        return "the rotation has no first day"
    if now < rota.begins(0):
        return f"the rotation begins on {rota.first_day}"
    return ""


def _at(rota: Rota, now: datetime) -> Duty:
    if why := hole(rota, now):
        return Duty(None, why)
    counting = sorted((each for each in rota.stand_ins if each.counts(now)), key=lambda each: each.begins)
    skipped: dict[str, None] = {}
    for user, why in [*_overrides(counting), *_turns(rota, now)]:
        found = _stood_in_for(user, counting)
        if found.user not in rota.unfit:
            return Duty(found.user, ", ".join([*skipped, found.why or why]))
        skipped[f"{found.user} {rota.unfit[found.user]}"] = None
    return _whoever_is_left(rota, now, list(skipped))


def _overrides(counting: list[StandIn]) -> list[tuple[str, str]]:
    """Who was put in the place of whoever is on duty; the last one counts."""
    overrides = [each for each in reversed(counting) if not each.instead_of]
    return [(each.user, _with("on duty instead of whoever's week it is", each.reason)) for each in overrides]


def _turns(rota: Rota, now: datetime) -> list[tuple[str, str]]:
    """Whose week it is, and then who is next in turn."""
    first = rota.week(now) % len(rota.users)
    users = dict.fromkeys((*rota.users[first:], *rota.users[:first]))
    return [
        (user, "so the next in turn" if place else "it is their week") for place, user in enumerate(users)
    ]


@dataclass(frozen=True)
class _Found:
    user: str
    why: str = ""


def _stood_in_for(user: str, counting: list[StandIn]) -> _Found:
    """Follows stand-ins, and those of stand-ins; each person once, so that two who swap end somewhere."""
    instead = {each.instead_of: each for each in counting if each.instead_of}
    found, seen = _Found(user), {user}
    while (stand_in := instead.get(found.user)) and stand_in.user not in seen:
        seen.add(stand_in.user)
        found = _Found(stand_in.user, _with(f"stands in for {found.user}", stand_in.reason))
    return found


def _whoever_is_left(rota: Rota, now: datetime, skipped: list[str]) -> Duty:
    """Better somebody who is stood in for than nobody at all."""
    left = next((user for user, _why in _turns(rota, now) if user not in rota.unfit), None)
    return Duty(left, ", ".join([*skipped, "so there is nobody else"] if left else skipped))


def _changes(rota: Rota, now: datetime) -> Iterator[datetime]:
    """The moments after `now` at which another person may be on duty, in their order.

    Between them everything repeats: a round of the rotation after each shows whether anything changes.
    """
    if not rota.users or rota.first_day is None:
        return
    edges = {edge for each in rota.stand_ins for edge in (each.begins, each.ends)}
    moments = {edge for edge in edges if now < edge < now + _FAR}
    for start in (max(now, rota.begins(0)), *moments):
        week = rota.week(start)
        moments = moments | {rota.begins(week + ahead) for ahead in range(len(rota.users) + 1)}
    yield from sorted(moment for moment in moments if moment > now)


def _with(text: str, reason: str) -> str:
    return f"{text} ({reason})" if reason else text
