"""The states of an escalation, and what cannot follow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.escalation_states import (
    ONGOING,
    OVER,
    TRANSITIONS,
    UNRESOLVED,
    Status,
    after,
)
from verenigingen_maintenance.core.transitions import TransitionError

WALKS = st.lists(st.sampled_from(sorted(TRANSITIONS)), max_size=40)


@pytest.mark.parametrize(
    ("events", "ends"),
    [
        (["Opened", "Acknowledged", "Resolved", "Closed"], Status.CLOSED),
        (["Opened", "Next Level", "Next Level", "False Positive", "Closed"], Status.CLOSED),
        (["Opened", "Cleared", "Reopened", "Acknowledged", "Cleared"], Status.RESOLVED),
        (["Opened", "Acknowledged", "Next Level"], Status.OPEN),
        (["Did Not Last", "Pending", "Opened"], Status.OPEN),
        (["Opened", "Cleared", "False Positive"], Status.FALSE_POSITIVE),
    ],
)
def test_a_life_of_an_escalation(events, ends):
    assert walk(events) is ends


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        ([], "Acknowledged"),
        (["Opened", "Acknowledged"], "Acknowledged"),
        (["Opened"], "Closed"),
        (["Opened", "Resolved"], "Acknowledged"),
        (["Opened", "Resolved"], "Next Level"),
        (["Opened", "False Positive"], "Reopened"),
        (["Opened", "Resolved", "Closed"], "Reopened"),
        (["Opened"], "Did Not Last"),
    ],
)
def test_what_cannot_follow(events, refused):
    with pytest.raises(TransitionError, match="does not follow"):
        after(walk(events), refused)


def test_every_state_is_either_ongoing_or_over():
    assert set(Status) == ONGOING | OVER
    assert not ONGOING & OVER
    assert UNRESOLVED < ONGOING


@given(WALKS)
def test_nothing_follows_what_a_person_closed_and_nobody_acknowledges_what_is_over(events):
    status = Status.PENDING
    for event in events:
        before = status
        try:
            status = after(status, event)
        except TransitionError:
            continue
        assert before is not Status.CLOSED
        if event == "Acknowledged":
            assert before is Status.OPEN
        if before in OVER and status in ONGOING:
            assert event in ("Reopened", "Pending")


def walk(events):
    status = Status.PENDING
    for event in events:
        status = after(status, event)
    return status
