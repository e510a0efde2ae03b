"""What the dashboard concludes from what it read: the status and its reason, clocks, ages, progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from .derived import Cause
from .escalation_clock import Clock
from .escalation_states import Status
from .policy import Policy
from .verdicts import Verdict, worst

NAMED = 2
MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Reason(str, Enum):
    """Why the status is what it is; each has a sentence of its own."""

    INCIDENT = "incident"
    TAKEN = "critical, and somebody has it"
    CRITICAL = "critical"
    NOT_LOOKED = "nobody looks"
    UNKNOWN = "unknown"
    WARNING = "warning"
    NOT_MEASURED = "not measured"
    OK = "ok"


@dataclass(frozen=True)
class Known:
    """What a status is concluded from.

    `checks` are those of the run and those that samples judge. `is_measured` says whether a run was measured
    since the latest one was due. `incidents` and `escalations` are the titles of those that are not over,
    drills left out; `waiting` those of them that nobody has.
    """

    checks: Sequence[Cause]
    incidents: Sequence[str] = ()
    escalations: Sequence[str] = ()
    waiting: Sequence[str] = ()
    is_late: bool = False
    is_measured: bool = True


@dataclass(frozen=True)
class Concluded:
    """A status, and why: a reason, the first few names that it is about, and how many more there are.

    `verdict` is None where nothing was measured. `why` has of each name why it is UNKNOWN.
    """

    verdict: Verdict | None
    reason: Reason
    names: tuple[str, ...] = ()
    more: int = 0
    why: tuple[str, ...] = ()


def conclude(known: Known) -> Concluded:
    """The worst of all that is known, and why. What nobody looks at is UNKNOWN, never healthy."""
    if known.incidents:
        return _status(Verdict.CRITICAL, Reason.INCIDENT, known.incidents)
    checks = known.checks
    broken = list(dict.fromkeys([*known.escalations, *_titles(checks, Verdict.CRITICAL)]))
    if known.escalations:
        reason = Reason.CRITICAL if known.waiting else Reason.TAKEN
        return _status(Verdict.CRITICAL, reason, known.waiting or known.escalations)
    if broken:
        return _status(Verdict.CRITICAL, Reason.CRITICAL, broken)
    if not known.is_measured:
        return Concluded(None, Reason.NOT_MEASURED)
    if known.is_late:
        return Concluded(Verdict.UNKNOWN, Reason.NOT_LOOKED)
    verdict = worst(each.verdict for each in checks)
    if verdict is Verdict.OK or not checks:
        return Concluded(verdict, Reason.OK if checks else Reason.NOT_MEASURED)
    found = _status(verdict, _REASONS[verdict], _titles(checks, verdict))
    return replace(found, why=_whys(checks)) if verdict is Verdict.UNKNOWN else found


_REASONS = {Verdict.UNKNOWN: Reason.UNKNOWN, Verdict.WARNING: Reason.WARNING}


def _status(verdict: Verdict, reason: Reason, names: Sequence[str]) -> Concluded:
    return Concluded(verdict, reason, tuple(names[:NAMED]), max(len(names) - NAMED, 0))


def _titles(checks: Sequence[Cause], verdict: Verdict) -> list[str]:
    return [each.title for each in checks if each.verdict is verdict]


def _whys(checks: Sequence[Cause]) -> tuple[str, ...]:
    return tuple(each.reason for each in checks if each.verdict is Verdict.UNKNOWN)[:NAMED]


# --- the clock of an escalation


class Running(str, Enum):
    """How the clock of an escalation stands."""

    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    BEGINS = "begins"
    LAST = "last level"
    STOPPED = "not active"
    LEFT = "time left"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Stand:
    """How it stands, the seconds that are left or over, and the title of the level that comes next."""

    running: Running
    seconds: int = 0
    following: str = ""


def stand(status: Status, clock: Clock | None, policy: Policy | None, now: datetime) -> Stand:
    """Where the clock of an unresolved escalation stands."""
    if status is Status.ACKNOWLEDGED:
        return Stand(Running.ACKNOWLEDGED)
    if clock is None or policy is None:
        return Stand(Running.BEGINS)
    if clock.muted:
        return Stand(Running.MUTED)
    following = policy.next_above(clock.level)
    if following is None:
        return Stand(Running.LAST)
    if clock.next_level_at is None:
        return Stand(Running.STOPPED, following=following.title)
    left = round((clock.next_level_at - now).total_seconds())
    running = Running.LEFT if left >= 0 else Running.OVERDUE
    return Stand(running, abs(left), following.title)


# --- times


def parts_of(seconds: float) -> tuple[str, tuple[int, ...]]:
    """A length of time in the two units that say most: ("days", (3, 4)) is three days and four hours; of
    what is below nought, its length."""
    whole = int(abs(seconds))
    if whole < MINUTE:
        return "seconds", (whole,)
    if whole < HOUR:
        return "minutes", (whole // MINUTE,)
    if whole < DAY:
        return "hours", (whole // HOUR, whole % HOUR // MINUTE)
    return "days", (whole // DAY, whole % DAY // HOUR)
