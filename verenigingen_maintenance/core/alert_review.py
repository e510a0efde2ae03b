"""What became of alerts: which were real, how long people took, what came back, what nobody acted on.

Plain data throughout. A time that is not known is None, never nought.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from statistics import median
from typing import Any

THIS_APP, SYSTEM_ALERT = "this app", "System Alert"
PENDING, FALSE_POSITIVE = "Pending", "False Positive"
CLOSED = frozenset({"Resolved", "False Positive", "Closed"})
NO_CHECK = "(no check)"
NEXT_LEVEL, NOBODY_THERE = "Next Level", "Nobody There"
# With each of these a level is told, which may find nobody there.
TELLING = frozenset({"Opened", "Reopened", "Raised", "Handed On", "No Longer Muted", NEXT_LEVEL})
MOST_LISTED = 50


class Kind(str, Enum):
    """What an alert was. Each that counts is of one kind."""

    REAL = "Real"
    FALSE_POSITIVE = "False Positive"
    NO_ACTION_NEEDED = "No Action Needed"
    NOBODY_ACTED = "Nobody Acted"
    OPEN = "Open"

    @property
    def is_noise(self) -> bool:
        return self not in (Kind.REAL, Kind.OPEN)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Alert:
    """An escalation, or what another app calls an alert (`source` says which). Times are instants.

    `went_up` is how often nobody answered in time, so that it went to the next level; `flaps` how often the
    breach returned after it was over.
    """

    name: str
    subject: str
    opened: datetime
    status: str
    title: str = ""
    checks: tuple[str, ...] = ()
    level: str = ""
    went_up: int = 0
    acknowledged: datetime | None = None
    closed: datetime | None = None
    outcome: str = ""
    cleared_by_itself: bool = False
    flaps: int = 0
    is_drill: bool = False
    source: str = THIS_APP

    @property
    def counts(self) -> bool:
        """A drill is none, nor what has not lasted yet."""
        return not self.is_drill and self.status != PENDING

    @property
    def kind(self) -> Kind:
        """What it was: the review's word first, then that of who closed it, then how it ended."""
        if self.outcome:
            return Kind(self.outcome)
        if self.status == FALSE_POSITIVE:
            return Kind.FALSE_POSITIVE
        if self.status not in CLOSED:
            return Kind.OPEN
        nobody = self.cleared_by_itself and self.acknowledged is None
        return Kind.NOBODY_ACTED if nobody else Kind.REAL

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED

    @property
    def time_to_acknowledge(self) -> timedelta | None:
        return _between(self.opened, self.acknowledged)

    @property
    def time_to_resolve(self) -> timedelta | None:
        return _between(self.opened, self.closed) if not self.is_open else None


def _between(begins: datetime, ends: datetime | None) -> timedelta | None:
    """None where it did not end, or before it began: a clock was set back then, and nothing is known."""
    return ends - begins if ends is not None and ends >= begins else None


@dataclass(frozen=True)
class Times:
    """How long something took, in seconds. The 90th percentile is a time that occurred (nearest rank)."""

    known: int
    median: float | None = None
    ninety: float | None = None
    longest: float | None = None

    @classmethod
    def of(cls, times: Iterable[timedelta | None]) -> Times:
        seconds = sorted(time.total_seconds() for time in times if time is not None)
        if not seconds:
            return cls(0)
        return cls(len(seconds), median(seconds), seconds[math.ceil(0.9 * len(seconds)) - 1], seconds[-1])

    def as_data(self) -> dict[str, Any]:
        return {"known": self.known, "median": self.median, "ninety": self.ninety, "longest": self.longest}


@dataclass(frozen=True)
class Figures:
    """What is told of some alerts."""

    alerts: int
    kinds: Mapping[Kind, int]
    still_open: int
    came_back: int
    returns: int
    answered_late: int
    acknowledge: Times
    resolve: Times

    @classmethod
    def of(cls, alerts: Sequence[Alert]) -> Figures:
        return cls(
            alerts=len(alerts),
            kinds=Counter(alert.kind for alert in alerts),
            still_open=sum(alert.is_open for alert in alerts),
            came_back=sum(alert.flaps > 0 for alert in alerts),
            returns=sum(alert.flaps for alert in alerts),
            answered_late=sum(alert.went_up > 0 for alert in alerts),
            acknowledge=Times.of(alert.time_to_acknowledge for alert in alerts),
            resolve=Times.of(alert.time_to_resolve for alert in alerts),
        )

    def share(self, kind: Kind) -> float | None:
        """Of the alerts that are decided, those of a kind in percent; None where none is decided."""
        decided = self.alerts - self.kinds.get(Kind.OPEN, 0)
        return round(100 * self.kinds.get(kind, 0) / decided, 1) if decided else None

    def as_data(self) -> dict[str, Any]:
        return {
            "alerts": self.alerts,
            **{kind.name.lower(): self.kinds.get(kind, 0) for kind in Kind if kind is not Kind.OPEN},
            "open": self.still_open,
            "false_positive_share": self.share(Kind.FALSE_POSITIVE),
            "came_back": self.came_back,
            "returns": self.returns,
            "answered_late": self.answered_late,
            "time_to_acknowledge": self.acknowledge.as_data(),
            "time_to_resolve": self.resolve.as_data(),
        }


def late_answers(events: Iterable[str]) -> int:
    """How often an escalation went to the next level because nobody answered who could have: from a level at
    which nobody was, it goes on without waiting."""
    late, nobody = 0, False
    for event in events:
        late += event == NEXT_LEVEL and not nobody
        nobody = event == NOBODY_THERE or (nobody and event not in TELLING)
    return late


def counted(alerts: Iterable[Alert]) -> list[Alert]:
    """Those that a review is about: without drills, and without what has not lasted."""
    return [alert for alert in alerts if alert.counts]


def level_of(alert: Alert) -> tuple[str, ...]:
    """The level that it reached."""
    return (alert.level or "(no level)",)


def subject_of(alert: Alert) -> tuple[str, ...]:
    return (alert.subject,)


def checks_of(alert: Alert) -> tuple[str, ...]:
    """Each of its checks: an alert of three counts once for each of them."""
    return alert.checks or (NO_CHECK,)


def week_of(zone: tzinfo) -> Callable[[Alert], tuple[str, ...]]:
    """The ISO week in which it was opened, by the clock of a place: 2026-W53."""

    def week(alert: Alert) -> tuple[str, ...]:
        year, number, _day = alert.opened.astimezone(zone).isocalendar()
        return (f"{year}-W{number:02}",)

    return week


def day_of(alert: Alert, zone: tzinfo) -> date:
    """The day on which it was opened, by the clock of a place."""
    return alert.opened.astimezone(zone).date()


def grouped(alerts: Iterable[Alert], groups_of: Callable[[Alert], Sequence[str]]) -> dict[str, list[Alert]]:
    """Alerts by what `groups_of` answers for each, in the order of the names."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        for group in groups_of(alert):
            found.setdefault(group, []).append(alert)
    return dict(sorted(found.items()))


def review(alerts: Iterable[Alert], zone: tzinfo) -> dict[str, Any]:
    """All figures as JSON has them: in all, by level, subject, check and ISO week; and what to look at."""
    known = counted(alerts)
    ways = {"level": level_of, "subject": subject_of, "check": checks_of, "week": week_of(zone)}
    return {
        **Figures.of(known).as_data(),
        **{f"by_{name}": _by(known, way) for name, way in ways.items()},
        "flapping": _listed(alert for alert in known if alert.flaps),
        "nobody_acted_on": _listed(alert for alert in known if alert.kind is Kind.NOBODY_ACTED),
        "still_open": _listed(alert for alert in known if alert.is_open),
    }


def _by(alerts: Sequence[Alert], groups_of: Callable[[Alert], Sequence[str]]) -> list[dict[str, Any]]:
    groups = grouped(alerts, groups_of)
    return [{"name": name, **Figures.of(some).as_data()} for name, some in groups.items()]


def _listed(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """The latest first."""
    latest = sorted(alerts, key=lambda alert: alert.opened, reverse=True)[:MOST_LISTED]
    return [
        {
            **{"name": alert.name, "title": alert.title, "subject": alert.subject, "status": alert.status},
            **{"level": alert.level, "flaps": alert.flaps, "source": alert.source},
            "opened": alert.opened.isoformat(timespec="seconds"),
        }
        for alert in latest
    ]
