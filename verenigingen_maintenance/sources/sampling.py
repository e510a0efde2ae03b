"""The sampling itself: when the last round was, by a clock that nobody sets."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import clock as site_clock
from verenigingen_maintenance.sources import source, stored

CLOCK, WORK = "sampling.clock", "sampling.work"
BOOT = Path("/proc/sys/kernel/random/boot_id")
ORIGIN = "seconds since the host was started"


@dataclass(frozen=True)
class Round:
    """The last round of samples: when it was by the site's clock, and how long ago.

    The time since is taken from the host's own clock where it was the same host since: that one neither jumps
    nor repeats an hour in October.
    """

    observed_at: datetime
    ago: timedelta

    @property
    def clock_jumped(self) -> timedelta:
        """How far the site's clock was set forward (or back) since."""
        return (site_clock.now() - self.observed_at) - self.ago


@source
def clock(now: datetime) -> Reading:
    """The host's own clock. A round without it did not happen."""
    return Reading(round(_seconds(), 3), "s", now, ORIGIN, {"server": _host()})


@source
def age(now: datetime) -> Reading | Unknown:
    """The age in minutes that the data reached before this round."""
    last = last_round(now)
    if last is None:
        return Unknown("there was no round of samples before", now, ORIGIN, learning=True)
    return Reading(round(max(last.ago.total_seconds(), 0) / 60, 3), "min", now, ORIGIN)


def last_round(now: datetime) -> Round | None:
    """The last round that was kept; None where there was none."""
    last = stored.last(CLOCK, now)
    if last is None:
        return None
    is_same_host = last.server == _host()
    ago = timedelta(seconds=_seconds() - last.value) if is_same_host else now - last.observed_at
    return Round(last.observed_at, ago)


def _seconds() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _host() -> str:
    """The host and its start: after either changed, its clock is another one."""
    return BOOT.read_text(encoding="ascii").strip()
