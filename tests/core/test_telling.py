"""Should this be sent, and why not: one line for each case."""

import pytest

from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.core.telling import About, Act, decide

OPEN, ACKNOWLEDGED, RESOLVED = Status.OPEN, Status.ACKNOWLEDGED, Status.RESOLVED


@pytest.mark.parametrize(
    ("about", "act", "reason"),
    [
        (About("Opened", OPEN), Act.SEND, "due"),
        (About("Next Level", OPEN), Act.SEND, "due"),
        (About("Digest"), Act.SEND, "due"),
        (About("Cleared", RESOLVED), Act.SEND, "due"),
        (About("Cleared", RESOLVED, muted="SIL-1"), Act.SEND, "due"),
        (About("Cleared", OPEN), Act.DROP, "open again: Open"),
        (About("More Broke", ACKNOWLEDGED), Act.SEND, "due"),
        (About("More Broke", RESOLVED), Act.DROP, "over before it was told: Resolved"),
        (About("Opened", OPEN, is_drill=True), Act.SEND, "drill"),
        (About("Opened", OPEN, muted="SIL-1: a disk"), Act.HOLD, "SIL-1: a disk"),
        (About("Reminder", OPEN, muted="SIL-1: a disk"), Act.HOLD, "SIL-1: a disk"),
        (About("Opened", ACKNOWLEDGED), Act.DROP, "acknowledged before it was told"),
        (About("Opened", RESOLVED), Act.DROP, "over before it was told: Resolved"),
        (About("Opened", RESOLVED, muted="SIL-1"), Act.DROP, "over before it was told: Resolved"),
        (About("Opened", None), Act.DROP, "over before it was told: gone"),
        (About("Reminder", ACKNOWLEDGED), Act.DROP, "no longer open: Acknowledged"),
        (About("Opened", OPEN, unreachable="the user was disabled"), Act.DROP, "the user was disabled"),
    ],
)
def test_what_becomes_of_a_notification(about, act, reason):
    decision = decide(about)
    assert (decision.act, decision.reason) == (act, reason)
