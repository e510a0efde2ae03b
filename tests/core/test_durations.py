from datetime import datetime, timedelta, timezone
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.durations import (
    LONGEST_GAP,
    STRETCH,
    Duration,
    Held,
    Stretch,
    lasting_worst,
    stretches,
)
from verenigingen_maintenance.core.verdicts import Verdict

LETTERS = {"o": Verdict.OK, "w": Verdict.WARNING, "c": Verdict.CRITICAL, "u": Verdict.UNKNOWN}
START = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
THREE = Duration(breaches=3, clears=3)
ROWS = st.text("owcu", max_size=12)
CURRENT = st.sampled_from("owc")
NUMBERS = st.integers(1, 4)


def at(minute):
    return START + timedelta(minutes=minute)


def past(letters):
    """Stretches of five minutes from nine on, each with its first sample in its second minute."""
    return [
        Stretch(at(5 * number + 1), at(5 * number + 5), LETTERS[letter])
        for number, letter in enumerate(letters)
    ]


def hold(rule, letters, current, was_held=False):
    """What the rule says after these stretches, with a value of a minute later."""
    return rule.hold(past(letters), LETTERS[current], at(5 * len(letters) + 1), was_held)


@pytest.mark.parametrize(
    ("letters", "current", "verdict"),
    [
        ("", "o", "OK"),
        ("", "w", "WARNING"),
        ("", "c", "WARNING"),
        ("c", "c", "WARNING"),
        ("cc", "c", "WARNING"),
        ("cc", "o", "OK"),
        ("ccc", "c", "CRITICAL"),
        ("ccc", "w", "CRITICAL"),
        ("ccc", "o", "CRITICAL"),
        ("ccoc", "c", "WARNING"),
        ("ccow", "c", "WARNING"),
        ("ccwc", "o", "OK"),
        ("cccw", "o", "CRITICAL"),
        ("cccoo", "o", "CRITICAL"),
        ("cccoow", "o", "CRITICAL"),
        ("cccoowoo", "o", "CRITICAL"),
        ("cccooc", "o", "CRITICAL"),
        ("cccooo", "o", "OK"),
        ("cccooo", "w", "WARNING"),
        ("cccooo", "c", "WARNING"),
        ("cccooocc", "c", "WARNING"),
        ("cccoooccc", "o", "CRITICAL"),
        ("cccwww", "o", "CRITICAL"),
        ("u", "o", "OK"),
        ("ccuc", "c", "WARNING"),
        ("cccu", "o", "CRITICAL"),
        ("cccoouo", "o", "CRITICAL"),
    ],
)
def test_three_in_a_row_make_it_critical_and_three_in_a_row_under_target_end_it(letters, current, verdict):
    assert hold(THREE, letters, current).verdict is Verdict(verdict)


def test_without_a_duration_the_value_of_this_moment_stands():
    assert [hold(Duration(), "", current).verdict for current in "owcu"] == list(LETTERS.values())
    assert hold(Duration(), "", "c") == Held(Verdict.CRITICAL, at(1), at(1))


def test_one_breach_is_critical_at_once_and_three_clears_end_it():
    rule = Duration(breaches=1, clears=3)
    assert hold(rule, "ooo", "c") == Held(Verdict.CRITICAL, at(16), at(16))
    assert hold(rule, "coo", "o") == Held(Verdict.CRITICAL, at(1), at(5))
    assert hold(rule, "co", "c") == Held(Verdict.CRITICAL, at(1), at(5)), "it lasts since then"
    assert hold(rule, "cooo", "o") == Held(Verdict.OK)
    assert hold(rule, "cooo", "c") == Held(Verdict.CRITICAL, at(21), at(21))


def test_one_clear_is_one_stretch_that_is_over_and_no_single_value():
    rule = Duration(breaches=3, clears=1)
    assert hold(rule, "ccc", "w").verdict is Verdict.CRITICAL
    assert hold(rule, "ccc", "o").verdict is Verdict.CRITICAL
    assert hold(rule, "ccco", "w").verdict is Verdict.WARNING
    assert hold(rule, "ccco", "c").verdict is Verdict.WARNING
    assert hold(rule, "o", "o", was_held=True).verdict is Verdict.OK


def test_it_says_when_the_row_began_and_when_it_was_long_enough():
    assert hold(THREE, "occcc", "c") == Held(Verdict.CRITICAL, onset=at(6), met=at(20))
    assert hold(THREE, "ccocccoocw", "o") == Held(Verdict.CRITICAL, onset=at(16), met=at(30))
    assert hold(THREE, "cccoooccc", "c") == Held(Verdict.CRITICAL, onset=at(31), met=at(45)), "the second one"


def test_what_is_not_critical_began_never():
    for letters, current in (("cc", "c"), ("cccooo", "w"), ("", "o")):
        held = hold(THREE, letters, current)
        assert (held.onset, held.met) == (None, None)


def test_what_was_critical_before_stays_so_until_it_is_cleared_and_began_at_a_time_not_known():
    for letters in ("", "oo", "oow", "oouo", "cccc"):
        assert hold(THREE, letters, "o", was_held=True) == Held(Verdict.CRITICAL)
    assert hold(THREE, "ooo", "o", was_held=True) == Held(Verdict.OK)
    assert hold(THREE, "ooo", "c", was_held=True) == Held(Verdict.WARNING)
    assert hold(THREE, "oooccc", "o", was_held=True) == Held(Verdict.CRITICAL, onset=at(16), met=at(30))


@pytest.mark.parametrize(("breaches", "clears"), [(0, 1), (1, 0), (-3, 3)])
def test_a_rule_of_less_than_one_is_refused(breaches, clears):
    with pytest.raises(ValueError, match="counts in whole numbers from 1"):
        Duration(breaches, clears)


@pytest.mark.parametrize(("breaches", "clears", "looks"), [(1, 1, False), (2, 1, True), (1, 2, True)])
def test_a_rule_looks_back_where_one_value_does_not_decide(breaches, clears, looks):
    assert Duration(breaches, clears).looks_back is looks


@given(ROWS, CURRENT, NUMBERS, NUMBERS)
def test_it_is_critical_only_after_a_full_row_and_ok_only_on_an_ok(letters, current, breaches, clears):
    verdict = hold(Duration(breaches, clears), letters, current).verdict
    if verdict is Verdict.CRITICAL:
        assert "c" * breaches in letters or (breaches == 1 and current == "c")
    if verdict is Verdict.OK:
        assert current == "o"


@given(ROWS, st.integers(2, 4), NUMBERS, st.booleans())
def test_a_critical_value_of_this_moment_says_no_more_than_a_warning_would(
    letters, breaches, clears, was_held
):
    rule = Duration(breaches, clears)
    assert hold(rule, letters, "c", was_held) == hold(rule, letters, "w", was_held)


@given(ROWS, NUMBERS, NUMBERS, st.booleans())
def test_it_is_held_where_a_full_row_of_breaches_is_younger_than_a_full_row_of_clears(
    letters, breaches, clears, was_held
):
    def ends_of(row):
        return [end for end in range(len(row), len(letters) + 1) if letters[end - len(row) : end] == row]

    cleared = max(ends_of("o" * clears), default=-1)
    met = next((end for end in ends_of("c" * breaches) if end > cleared), None)
    expected = Held(Verdict.WARNING)
    if was_held and cleared < 0:
        expected = Held(Verdict.CRITICAL)
    elif met is not None:
        expected = Held(Verdict.CRITICAL, at(5 * (met - breaches) + 1), at(5 * met))
    assert hold(Duration(breaches, clears), letters, "w", was_held) == expected


# --- stretches


def below_100(value):
    return Verdict.OK if value < 100 else Verdict.CRITICAL


def found(*samples, until=600, **limits):
    return stretches([(at(minute), value) for minute, value in samples], below_100, at(until), **limits)


def letters_of(*samples, **more):
    names = {verdict: letter for letter, verdict in LETTERS.items()}
    return "".join(names[each.verdict] for each in found(*samples, **more))


def test_each_five_minutes_of_the_clock_have_one_verdict_on_their_median_oldest_first():
    assert letters_of((6, 900), (0, 1), (4.9, 30), (2, 500), (12, 50), (13, 160)) == "occ", "30, 900 and 105"


def test_a_stretch_begins_with_its_first_sample_and_ends_by_the_clock():
    assert found((3, 500), (2, 10), (7.5, 10)) == [
        Stretch(at(2), at(5), Verdict.CRITICAL),
        Stretch(at(7.5), at(10), Verdict.OK),
    ]


def test_a_stretch_counts_from_the_moment_it_is_over():
    samples = [(1, 500), (6, 500), (11, 500)]
    assert letters_of(*samples, until=14.99) == "cc"
    assert letters_of(*samples, until=15) == "ccc"
    assert letters_of((10, 500), until=14) == ""


def test_a_sample_of_the_next_stretch_is_not_one_of_this():
    assert letters_of((0, 10), (5, 500)) == "oc"
    assert letters_of((0, 10), (4.99, 500), (4.999, 500)) == "c"


def test_a_gap_of_more_than_ninety_minutes_is_unknown():
    assert letters_of((0, 500), (60, 500), (149, 500)) == "ccc"
    assert letters_of((0, 500), (60, 500), (150, 500)) == "ccc"
    assert letters_of((0, 500), (60, 500), (151, 500)) == "ccuc"


def test_a_gap_lasts_from_the_last_sample_to_the_next_and_how_long_it_may_be_is_asked():
    samples = [(0, 500), (4, 500), (14, 500), (25, 500)]
    assert letters_of(*samples, longest_gap=timedelta(minutes=10)) == "ccuc"
    assert found(*samples, longest_gap=timedelta(minutes=10))[2] == Stretch(at(14), at(25), Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("samples", "current", "verdict"),
    [
        ([(1, 500), (6, 500), (121, 500)], "c", "WARNING"),
        ([(1, 500), (6, 500), (11, 500), (16, 10), (21, 10), (126, 10)], "o", "CRITICAL"),
        ([(1, 500), (6, 500), (11, 500), (16, 10), (21, 10), (26, 10)], "o", "OK"),
    ],
)
def test_a_gap_breaks_the_row_of_breaches_and_the_row_of_clears(samples, current, verdict):
    assert THREE.hold(found(*samples), LETTERS[current], at(600)).verdict is Verdict(verdict)


SAMPLES = st.lists(st.tuples(st.integers(0, 36_000).map(lambda second: second / 60), st.integers(0, 200)))


@given(SAMPLES, st.integers(0, 600))
def test_the_verdicts_are_those_of_the_medians_of_whole_stretches(samples, until):
    groups = {}
    for minute, value in samples:
        groups.setdefault(int(minute // 5), []).append(value)
    expected = [below_100(median(groups[number])) for number in sorted(groups) if 5 * (number + 1) <= until]
    measured = [each for each in found(*samples, until=until) if each.verdict is not Verdict.UNKNOWN]
    assert [each.verdict for each in measured] == expected


@given(SAMPLES)
def test_stretches_are_in_order_and_only_a_long_gap_is_unknown(samples):
    all_of_them = found(*samples)
    assert all_of_them == sorted(all_of_them, key=lambda each: each.ended)
    for each in all_of_them:
        assert (each.ended - each.began > LONGEST_GAP) is (each.verdict is Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("values", "breaches", "higher_is_worse", "worst"),
    [
        ([], 1, True, None),
        ([150], 3, True, None),
        ([150, 120, 130], 1, True, 150),
        ([150, 120, 130], 2, True, 120),
        ([150, 900, 130, 140, 145], 3, True, 130),
        ([40, 30, 20], 2, False, 30),
    ],
)
def test_the_worst_that_lasted_is_what_a_threshold_just_short_of_it_would_have_met(
    values, breaches, higher_is_worse, worst
):
    samples = [(START + number * STRETCH, value) for number, value in enumerate(values)]
    assert lasting_worst(samples, breaches, higher_is_worse, START + 9 * STRETCH) == worst


def test_five_minutes_that_are_not_over_are_no_value_that_lasted():
    samples = [(at(0), 110), (at(5), 105), (at(10), 900)]
    assert lasting_worst(samples, 2, True, at(12)) == 105
    assert lasting_worst(samples, 3, True, at(12)) is None
    assert lasting_worst(samples, 3, True, at(15)) == 105
