"""A failover drill: somebody outside sees this site alive, dead, and alive again, and an alarm reaches a
person."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from verenigingen_maintenance.core.guided_drills import Step, Told, lasted
from verenigingen_maintenance.core.verdicts import Verdict

SCHEDULER, WEB_SERVER, HOST = "Scheduler", "Web Server", "Host"
WHAT = (SCHEDULER, WEB_SERVER, HOST)
TARGET = timedelta(minutes=5)
# People write minutes: what they saw in the minute in which it was stopped counts.
A_MINUTE = timedelta(minutes=1)
HEALTHY = 200
BEFORE, STOPPED, DEAD, ALARM, AGAIN = (
    "Seen healthy from outside before",
    "Stopped by a person",
    "Seen dead from outside",
    "The alarm arrived",
    "Seen healthy from outside again",
)


@dataclass(frozen=True)
class Asked:
    """A request at the health address: when, from where, and the status that was answered."""

    at: datetime
    asker: str
    outside: bool
    status: int
    answer: str = ""


@dataclass(frozen=True)
class Facts:
    """What is known of a drill. `silence` is how long the health address takes until it tells that samples
    stopped: with the scheduler stopped, nobody outside can know before. `how` has the commands of each
    step."""

    stops: str = SCHEDULER
    silence: timedelta = timedelta()
    asked: tuple[Asked, ...] = ()
    stopped: Told | None = None
    dead: Told | None = None
    alarm: Told | None = None

    @property
    def allowed(self) -> timedelta:
        """The longest time from the stop to the alarm."""
        return TARGET + (self.silence if self.stops == SCHEDULER else timedelta())

    @property
    def seconds_to_alarm(self) -> float | None:
        if not (self.stopped and self.alarm):
            return None
        return max((self.alarm.at - self.stopped.at).total_seconds(), 0)


def is_outside(asker: str, own: Collection[str]) -> bool:
    """Whether an address is of another machine. What is no address proves nothing, and is not."""
    try:
        address = _plain(asker)
    except ValueError:
        return False
    ours = {_plain(each) for each in own}
    return not (address.is_loopback or address.is_unspecified or address in ours)


def is_news(asked: Asked, before: Collection[Asked], told: Collection[Told] = ()) -> bool:
    """Whether an asker was answered otherwise than the last time, or the first time after a person told
    that it was stopped or dead: while the web server is down, nobody is answered anything else."""
    earlier = [each for each in before if each.asker == asked.asker]
    if not earlier or earlier[-1].status != asked.status:
        return True
    return any(earlier[-1].at <= each.at < asked.at for each in told)


def steps(facts: Facts, is_over: bool = False) -> list[Step]:
    """The five, in order. Where it `is_over`, what is missing is UNKNOWN, and an alarm that never came
    CRITICAL."""
    found = [_before(facts), _stopped(facts), _dead(facts), _alarm(facts), _again(facts)]
    return [_missed(step, facts) if is_over and step.verdict is None else step for step in found]


def _before(facts: Facts) -> Step:
    expected = f"an outside monitor is answered {HEALTHY} before anything is stopped"
    until = facts.stopped.at if facts.stopped else None
    seen = next(
        (each for each in _outside(facts, True) if until is None or each.at <= until + A_MINUTE), None
    )
    return _seen(BEFORE, expected, seen, facts)


def _stopped(facts: Facts) -> Step:
    expected = f"a person stops it and says when: {facts.stops}"
    if facts.stopped is None:
        return Step(STOPPED, None, expected)
    return _told(STOPPED, expected, facts.stopped)


def _dead(facts: Facts) -> Step:
    expected = f"an outside monitor is answered otherwise than {HEALTHY}, or not at all"
    seen = _first_dead(facts)
    if seen and facts.stopped:
        return _seen(DEAD, expected, seen, facts, _since_stop(facts, seen.at))
    if facts.dead and facts.stopped:
        return _told(DEAD, expected, facts.dead, _since_stop(facts, facts.dead.at))
    return Step(DEAD, None, expected, _not_yet(facts))


def _alarm(facts: Facts) -> Step:
    expected = f"it reaches a person within {lasted(facts.allowed.total_seconds())} of the stop"
    if facts.stops == SCHEDULER:
        expected += f", of which the health address itself needs {lasted(facts.silence.total_seconds())}"
    seconds = facts.seconds_to_alarm
    if facts.alarm is None or seconds is None:
        return Step(ALARM, None, expected)
    is_late = seconds > facts.allowed.total_seconds()
    return _told(ALARM, expected, facts.alarm, seconds, Verdict.WARNING if is_late else Verdict.OK)


def _again(facts: Facts) -> Step:
    expected = f"an outside monitor is answered {HEALTHY} after it was started again"
    dead = _first_dead(facts)
    since = dead.at if dead else facts.dead.at if facts.dead else None
    seen = next((each for each in _outside(facts, True) if since and each.at > since), None)
    return _seen(AGAIN, expected, seen, facts)


def _first_dead(facts: Facts) -> Asked | None:
    since = facts.stopped.at - A_MINUTE if facts.stopped else None
    return next((each for each in _outside(facts, False) if since and each.at >= since), None)


def _outside(facts: Facts, healthy: bool) -> Iterator[Asked]:
    """The requests from outside that were answered so, in order."""
    rows = sorted(facts.asked, key=lambda each: each.at)
    return (each for each in rows if each.outside and (each.status == HEALTHY) == healthy)


def _seen(title: str, expected: str, seen: Asked | None, facts: Facts, seconds: float = 0) -> Step:
    if seen is None:
        return Step(title, None, expected, _not_yet(facts))
    after = f", {lasted(seconds)} after the stop" if seconds else ""
    found = f"{seen.asker} was answered {seen.status}{after}"
    return Step(title, Verdict.OK, expected, found, seconds, seen.answer, seen.asker, done_at=seen.at)


def _told(title: str, expected: str, told: Told, seconds: float = 0, verdict: Verdict = Verdict.OK) -> Step:
    after = f", {lasted(seconds)} after the stop" if seconds else ""
    who = f" to {told.person}" if told.person else ""
    found = f"told by hand{who}{after}: {told.evidence}"
    return Step(title, verdict, expected, found, seconds, done_by=told.by, done_at=told.at)


def _since_stop(facts: Facts, at: datetime) -> float:
    return max((at - facts.stopped.at).total_seconds(), 0) if facts.stopped else 0


def _not_yet(facts: Facts) -> str:
    """What was answered instead. Requests of this host prove nothing about who watches from outside."""
    if answered := {each.asker: each.status for each in facts.asked if each.outside}:
        return ", ".join(f"{asker} was answered {status}" for asker, status in sorted(answered.items()))
    askers = sorted({each.asker for each in facts.asked})
    return f"asked from this host only, which does not count: {', '.join(askers)}" if askers else ""


def _missed(step: Step, facts: Facts) -> Step:
    is_silent = step.title == ALARM and facts.stopped is not None
    verdict = Verdict.CRITICAL if is_silent else Verdict.UNKNOWN
    found = "no alarm arrived" if is_silent else step.found or "not seen"
    return Step(step.title, verdict, step.expected, found)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address without its zone; one of IPv4 that is written as of IPv6 is of IPv4."""
    found = ipaddress.ip_address(address.split("%")[0].strip())
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
