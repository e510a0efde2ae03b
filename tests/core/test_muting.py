"""Why nobody is told of a subject: silences, planned downtime, causes."""

from datetime import datetime, timedelta, timezone

import pytest

from verenigingen_maintenance.core.muting import Inhibition, Quiet, Silence, in_a_circle, why_muted

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
DOWN = Inhibition("Dashboard", "API response", "it answers no request")


def silence(subject="Dashboard", begins=NOW - HOUR, ends=NOW + HOUR):
    return Silence("SIL-1", subject, begins, ends, "a disk is replaced")


@pytest.mark.parametrize(
    ("quiet", "reason"),
    [
        (Quiet(), ""),
        (Quiet([silence()]), "SIL-1: a disk is replaced"),
        (Quiet([silence("")]), "SIL-1: a disk is replaced"),
        (Quiet([silence("API response")]), ""),
        (Quiet([silence(ends=NOW)]), ""),
        (Quiet([silence(begins=NOW + HOUR)]), ""),
        (Quiet([silence(begins=NOW)]), "SIL-1: a disk is replaced"),
    ],
)
def test_a_silence_is_of_its_subject_from_its_beginning_until_just_before_its_end(quiet, reason):
    assert why_muted("Dashboard", [], quiet, NOW) == reason


@pytest.mark.parametrize(
    ("subject", "areas", "open_now", "reason"),
    [
        ("API response", [], {"Dashboard": "ESC-1"}, "follows from ESC-1, Dashboard: it answers no request"),
        ("API response", [], {}, ""),
        ("Dashboard", [], {"Dashboard": "ESC-1"}, ""),
        ("Error Log", [], {"Dashboard": "ESC-1"}, ""),
    ],
)
def test_what_follows_from_something_open_is_silent(subject, areas, open_now, reason):
    assert why_muted(subject, areas, Quiet(inhibitions=[DOWN], open_now=open_now), NOW) == reason


def test_a_whole_area_can_follow_from_a_subject_but_not_the_subject_from_itself():
    rule = Inhibition("Dashboard", "Performance")
    quiet = Quiet(inhibitions=[rule], open_now={"Dashboard": "ESC-1"})
    assert why_muted("database_response", ["Performance"], quiet, NOW) == "follows from ESC-1, Dashboard"
    assert why_muted("Dashboard", ["Performance"], quiet, NOW) == ""


@pytest.mark.parametrize(
    ("pairs", "circle"),
    [
        ([], []),
        ([("a", "b"), ("b", "c")], []),
        ([("a", "b"), ("b", "a")], ["a", "b"]),
        ([("a", "a")], ["a"]),
        ([("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")], ["a", "b", "c"]),
    ],
)
def test_what_silences_each_other_is_found(pairs, circle):
    assert in_a_circle([Inhibition(*pair) for pair in pairs]) == circle
