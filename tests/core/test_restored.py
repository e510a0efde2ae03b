"""What came back is judged beside what was there."""

import pytest

from verenigingen_maintenance.core.restored import (
    Compared,
    judge_compared,
    judge_deleted,
    judge_header,
    judge_newest,
    judge_rows,
    judge_tables,
    judge_target,
)


def verdict_and_words(finding):
    return finding.verdict.value, finding.found


def test_a_dump_of_another_site_or_of_some_tables_is_not_restored():
    assert judge_header("x", "_live", "_live", False).verdict.value == "OK"
    assert verdict_and_words(judge_header("x", "_other", "_live", False)) == ("CRITICAL", "_other")
    assert judge_header("x", "_live", "_live", True).verdict.value == "CRITICAL"
    assert "does not say" in judge_header("x", "", "_live", False).found


@pytest.mark.parametrize(
    ("restored", "live", "expected"),
    [
        ({"tabA", "tabB"}, {"tabA"}, ("OK", "2 tables")),
        ({"tabA"}, set(), ("CRITICAL", "missing: tabB")),
        ({"tabA", "tabB"}, {"tabC"}, ("CRITICAL", "missing: tabC")),
    ],
)
def test_a_table_is_missing_by_the_dump_by_a_doctype_or_beside_the_live_ones(restored, live, expected):
    assert verdict_and_words(judge_tables("x", restored, {"tabA"}, {"tabA", "tabB"}, live)) == expected


def test_rows_are_as_many_as_the_dump_has():
    assert judge_rows("x", {"tabA": 3, "tabB": 0}, {"tabA": 3, "tabB": 0}).verdict.value == "OK"
    found = judge_rows("x", {"tabA": 3, "tabB": 1}, {"tabA": 2})
    assert found.verdict.value == "CRITICAL"
    assert found.found == "tabA: 3 in the dump, 2 restored, tabB: 1 in the dump, None restored"


@pytest.mark.parametrize(
    ("counts", "left_out", "is_migrated", "verdict"),
    [
        ({"tabA": (5, 5)}, {}, False, "OK"),
        ({"tabA": (4, 5)}, {}, False, "OK"),  # a log that was cleared since
        ({"tabA": (6, 5)}, {}, False, "CRITICAL"),
        ({"tabA": (6, 5)}, {}, True, "CRITICAL"),
        ({"tabDocField": (6, 5)}, {}, False, "CRITICAL"),
        ({"tabDocField": (6, 5)}, {}, True, "UNKNOWN"),
        ({"tabA": (5, 5)}, {"tabB": "it takes too long"}, False, "UNKNOWN"),
        ({"tabA": (6, 5)}, {"tabB": "it takes too long"}, False, "CRITICAL"),
    ],
)
def test_rows_that_live_has_and_the_backup_has_not_were_deleted_from_it(
    counts, left_out, is_migrated, verdict
):
    found = judge_deleted("x", counts, left_out, is_migrated)
    assert found.verdict.value == verdict
    assert all(f"{name}: {why}" in found.detail for name, why in left_out.items()), (
        "what was not compared is said"
    )


@pytest.mark.parametrize(
    ("compared", "is_migrated", "verdict", "words"),
    [
        (Compared("tabA", 5, checksum="ab"), False, "OK", "5 rows of 1 tables are the same"),
        (Compared("tabA", 5, missing=["x"], checksum="ab"), False, "CRITICAL", "1 rows are missing: x"),
        (
            Compared("tabA", 5, different={"x": ["text"]}, checksum="ab"),
            False,
            "CRITICAL",
            "x differs in text",
        ),
        (Compared("tabDocType", 5, different={"x": ["text"]}, checksum="a"), True, "UNKNOWN", "4 rows"),
        (Compared("tabA", why_not="more than 20000 rows"), False, "UNKNOWN", "more than 20000 rows"),
    ],
)
def test_rows_that_nobody_changed_are_equal(compared, is_migrated, verdict, words):
    found = judge_compared("x", [compared], is_migrated)
    assert found.verdict.value == verdict
    assert words in found.found


def test_nothing_compared_is_not_known():
    assert judge_compared("x", [], False).verdict.value == "UNKNOWN"
    nothing_is_older = [Compared("tabA", 0, checksum="00000000"), Compared("Settings", note="saved since")]
    assert judge_compared("x", nothing_is_older, False).verdict.value == "UNKNOWN"
    assert judge_deleted("x", {}, {}, False).verdict.value == "UNKNOWN"
    assert judge_deleted("x", {"tabA": (0, 7)}, {}, False).verdict.value == "UNKNOWN"
    assert judge_newest("x", {}, 0, []).verdict.value == "UNKNOWN"
    assert judge_newest("x", {}, 9, ["tabA"]).verdict.value == "UNKNOWN"
    assert judge_newest("x", {"tabA": ["n1"]}, 9, []).found == "missing: tabA: n1"
    assert judge_newest("x", {}, 9, []).verdict.value == "OK"


def test_a_target_that_is_missed_is_a_warning_and_no_figure_is_not_known():
    why = "nobody signed in"
    assert verdict_and_words(judge_target("x", 29.5, 30, "min", why)) == ("OK", "29.50 min")
    assert judge_target("x", 30.5, 30, "min", why).verdict.value == "WARNING"
    assert verdict_and_words(judge_target("x", None, 30, "min", why)) == ("UNKNOWN", why)
    future = judge_target("x", -5.0, 24, "h", why)
    assert verdict_and_words(future) == ("UNKNOWN", "-5.00 h: that cannot be")
