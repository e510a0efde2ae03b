"""One round of delivering: how long it may go on, and what was found meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from verenigingen_maintenance.operations import mail


@dataclass
class Pass:
    """`left` are the messages that may still go out, `down` the channels that do not work in it, and `gone`
    the addresses that were looked up, with what is wrong with them."""

    now: datetime
    post: mail.Post
    failing: set[tuple[str, str]]
    left: int
    longest: float
    down: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @property
    def lasted(self) -> float:
        return time.monotonic() - self.began

    @property
    def moment(self) -> datetime:
        """The present, by the clock that was given."""
        return self.now + timedelta(seconds=self.lasted)

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or self.lasted >= self.longest
