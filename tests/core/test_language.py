"""Stored sentences in another language: one table for Python and for Desk, and what no text may do."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verenigingen_maintenance.core.language import LONGEST, Figures, Phrases, decimal_sign, quoted

TABLE = json.loads((Path(__file__).parent / "said_cases.json").read_text())
FIGURES = Figures(TABLE["decimal"], lambda day: "-".join(reversed(day.split("-"))))
PHRASES = Phrases(TABLE["catalogue"], FIGURES)
PIECES = st.sampled_from(
    [*TABLE["catalogue"], "; ", ". ", ", ", " and ", "\n", " (", ")", "12.5", "2026-11-28", "x"]
)


@pytest.mark.parametrize(("text", "expected", "why"), TABLE["cases"])
def test_a_stored_text_is_read_in_the_readers_language(text, expected, why):
    assert PHRASES.say(text) == expected, why


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [(("", "."), "99,95 %"), (("", ","), "99.95 %"), ((",", "."), "99,95 %"), ((".", " "), "99.95 %")],
)
def test_a_number_format_without_decimals_makes_no_other_number(number_format, expected):
    figures = Figures(decimal_sign(*number_format), str)
    assert figures.local("99.95 %") == expected


def test_what_a_person_said_is_said_on_as_it_was():
    said = quoted("Disk used is “full”; not measured\n\n  see 3 errors in 24 h ")
    assert said == '“Disk used is "full"; not measured”\n“see 3 errors in 24 h”'
    assert PHRASES.say(f"Disk used\n{said}") == f"Schijf in gebruik\n{said}"


def test_without_a_catalogue_nothing_changes():
    assert Phrases({}, FIGURES).say("3 errors in 24 h, 12.5 % and 2026-11-28") == (
        "3 errors in 24 h, 12.5 % and 2026-11-28"
    )


@given(st.text(alphabet=st.characters(blacklist_categories=["L"])))
def test_a_text_without_words_stays_unless_it_is_a_figure(text):
    if FIGURES.local(text.strip()) is None:
        assert PHRASES.say(text) == text


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_no_text_makes_it_fail_or_lose_a_number(text):
    said = PHRASES.say(text)
    digits = sorted(sign for sign in text if sign.isdigit())
    assert sorted(sign for sign in said if sign.isdigit()) == digits


@given(st.text(max_size=60), st.integers(0, 10**9))
def test_figures_survive_inside_a_sentence(name, count):
    said = PHRASES.say(f"Silenced by {name.strip() or 'x'}: {count} rows")
    assert str(count) in said


@pytest.mark.parametrize(
    "hostile",
    [
        "errors in h " * (LONGEST // 12),
        "a of b of " * (LONGEST // 10),
        "is expected to meet on, " * (LONGEST // 24),
        "; ".join("3 errors in 24 h and more rows (week 2)" for _ in range(LONGEST // 41)),
        "(" * LONGEST,
        ". " * (LONGEST // 2),
    ],
)
def test_a_hostile_text_costs_no_more_than_a_moment(hostile):
    many = TABLE["catalogue"] | {
        f"{{0}} errors number {n} in {{1}} h": f"{n} {{0}} {{1}}" for n in range(2000)
    }
    phrases = Phrases(many, FIGURES)
    began = time.process_time()
    phrases.say(hostile)
    assert time.process_time() - began < 0.5


def test_a_text_of_many_pages_is_left():
    text = "Disk used\n" * (LONGEST * 3)
    assert PHRASES.say(text) == text


def test_a_line_that_is_too_long_is_left_and_the_others_are_read():
    long = "errors " * LONGEST
    assert PHRASES.say(f"Disk used\n{long}\nDisk used") == f"Schijf in gebruik\n{long}\nSchijf in gebruik"
