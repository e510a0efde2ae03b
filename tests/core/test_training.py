"""What a session needs before it is closed, and what keeps somebody from their duty."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from verenigingen_maintenance.core.access import Access, facts, problems, remarks
from verenigingen_maintenance.core.training import Participant, Practice, missing

DONE = Participant("jan", confirmed=True, access_ok=True)
DRILL = Practice("AD-HOC-DRILL-1")
TODAY = date(2026, 11, 27)
FIT = Access(
    roles=["Maintenance Operator"], may_act=True, on_duty=["Operations"], last_login=TODAY, two_factor=True
)


def test_a_session_where_all_is_done_needs_nothing():
    assert missing([DONE, Participant("piet", present=False)], [DRILL], "") == []


@pytest.mark.parametrize(
    ("participants", "practised", "because", "needed"),
    [
        ([], [DRILL], "", "Nobody is marked as present"),
        ([replace(DONE, present=False)], [DRILL], "", "Nobody is marked as present"),
        (
            [replace(DONE, confirmed=False)],
            [DRILL],
            "",
            "jan: has not confirmed that the procedures are understood",
        ),
        ([replace(DONE, access_ok=None)], [DRILL], "", "jan: the access is not checked"),
        (
            [replace(DONE, access_ok=False)],
            [DRILL],
            "",
            "jan: the access has problems: note what is done about them",
        ),
        ([DONE], [], " ", "Nothing was practised: name a drill, or say why none was held"),
        ([DONE], [replace(DRILL, is_drill=False)], "", "AD-HOC-DRILL-1 is no drill"),
        ([DONE], [replace(DRILL, is_over=False)], "x", "AD-HOC-DRILL-1 is not over: sign it, or let it end"),
    ],
)
def test_what_is_missing_is_told_by_name(participants, practised, because, needed):
    assert missing(participants, practised, because) == [needed]


def test_problems_with_a_note_and_no_drill_with_a_reason_are_enough():
    noted = replace(DONE, access_ok=False, note="The account is renewed today")
    assert missing([noted], [], "Half of the team was ill") == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"is_there": False}, ["there is no such user any more"]),
        ({"enabled": False}, ["the account is disabled"]),
        ({"of_desk": False}, ["the account has no access to Desk"]),
        ({"last_login": None}, ["nobody ever logged in with it"]),
        ({"last_login": TODAY - timedelta(days=90)}, []),
        ({"last_login": TODAY - timedelta(days=91)}, ["the last login was 91 days ago"]),
        ({"may_act": False}, ["is on duty (Operations) and has no role to acknowledge with"]),
        ({"cannot": ["Checklist Run"]}, ["may not open Checklist Run"]),
        ({"roles": [], "on_duty": []}, ["the account has none of the app's roles"]),
    ],
)
def test_what_keeps_somebody_from_their_duty(change, told):
    assert problems(replace(FIT, **change), TODAY) == told


def test_the_facts_are_told_of_whoever_is_there():
    assert facts(Access(is_there=False)) == []
    assert facts(replace(FIT, cannot=["Checklist Run"])) == [
        "roles: Maintenance Operator",
        "on duty in: Operations",
        "last login: 2026-11-27",
        "second factor: asked",
        "API key: none",
        "opens what duty needs: not all",
    ]


def test_what_is_only_to_think_about_is_no_problem():
    assert remarks(FIT) == []
    told = remarks(replace(FIT, two_factor=None, on_duty=[], has_key=True))
    assert told == [
        "no second factor: this site asks nobody for one",
        "is in no rotation",
        "has an API key, of unknown age: renew it when in doubt",
    ]
    assert remarks(replace(FIT, has_key=True, old_key=True)) == ["the API key is older than a year: renew it"]
    assert remarks(replace(FIT, has_key=True, old_key=False, two_factor=False)) == [
        "no second factor is asked of this user"
    ]
