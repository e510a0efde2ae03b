"""An emergency access drill: who signed in, who did not and why, and who is kept."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from verenigingen_maintenance.core.emergency_access import DESK, OUTSIDE, Account, SignIn, missing, steps
from verenigingen_maintenance.core.guided_drills import Told, verdict_of

NOON = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
IN = SignIn(NOON, "203.0.113.9")
SAID = Told(NOON, "manager@example.com", "saw the prompt", "Jansen")
THERE = Account("a", signed_in=IN, decision="Keep", decided_by="m", note="on duty")


@pytest.mark.parametrize(
    ("account", "verdict", "found"),
    [
        (THERE, "OK", "signed in from 203.0.113.9"),
        (replace(THERE, signed_in=SignIn(NOON)), "OK", "signed in from an address that is not known"),
        (replace(THERE, problems=("the account is disabled",)), "WARNING", "signed in from 203.0.113.9"),
        (replace(THERE, signed_in=None), None, ""),
        (replace(THERE, signed_in=None, reason="ill"), "WARNING", "did not sign in: ill"),
        (Account("root", OUTSIDE), None, ""),
        (Account("root", OUTSIDE, confirmed=SAID), "OK", "told by hand, by Jansen: saw the prompt"),
    ],
)
def test_an_account_is_ok_only_when_it_signed_in_and_nothing_is_wrong_with_it(account, verdict, found):
    step = steps([account])[0]
    assert (step.verdict and step.verdict.value, step.found) == (verdict, found)


@pytest.mark.parametrize(
    ("accounts", "verdict"),
    [
        ([THERE, replace(THERE, name="b")], "OK"),
        ([THERE, replace(THERE, name="b", signed_in=None, reason="ill")], "WARNING"),
        ([THERE, replace(THERE, name="b", signed_in=None)], None),
        ([replace(THERE, signed_in=None, reason="ill")], "CRITICAL"),
        ([THERE, Account("root", OUTSIDE, confirmed=SAID)], "WARNING"),
        ([THERE, replace(THERE, name="b"), Account("root", OUTSIDE)], "OK"),
    ],
)
def test_two_people_can_sign_in_to_desk_without_a_third(accounts, verdict):
    together = steps(accounts)[-1]
    assert (together.verdict and together.verdict.value) == verdict


def test_what_is_still_missing_is_named_for_each_account():
    waiting = Account("b", DESK)
    assert missing([THERE, waiting]) == ["b: it signed in, or why it did not", "b: keep or remove"]
    assert missing([THERE]) == []
    assert verdict_of(steps([THERE, waiting])).value == "UNKNOWN"


def test_why_an_account_is_there_its_problems_and_the_decision_stand_beside_it():
    step = steps([replace(THERE, why=("has the role",), problems=("no Desk",))])[0]
    assert (step.detail, step.note) == ("because: has the role\nno Desk", "Keep, as decided by m: on duty")
