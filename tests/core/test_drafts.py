import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.drafts import (
    ACTIONS,
    CHANGES,
    ESCALATIONS,
    FINDINGS,
    FOCUS,
    FOLLOW_UP,
    IMPLEMENTED,
    IMPROVEMENTS,
    ISSUES,
    LONGEST_LINE,
    MOST_LINES,
    Line,
    Review,
    Told,
    draft,
)

DERIVED = Line("System status", "CRITICAL", "critical", "", is_derived=True)
ERRORS = Line("Errors in 24 hours", "CRITICAL", "62 errors", "restarted the workers")
SLOW = Line("Database", "WARNING", "70 ms", "")
FINE = Line("Members", "OK", "120 members", "counted twice")
CACHE = Line("Cache", "UNKNOWN", "Redis is gone", "Redis was being moved")
DERIVED_UNKNOWN = Line("Critical issues", "UNKNOWN", "not known: Cache", "", is_derived=True)
BACKUP = Line("Restore a backup", "", "", "the file was empty", failed=True)
OPEN = Line("Call the vendor", "", "", "at eleven")
LINES = [DERIVED, ERRORS, SLOW, FINE, CACHE, DERIVED_UNKNOWN, BACKUP, OPEN]
TOLD = ["ESC-1 Errors in 24 hours: Operations Team, Open", "ESC-2 Dashboard: Technical Team, Open"]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            ISSUES,
            [
                "Errors in 24 hours: CRITICAL, 62 errors",
                "Database: WARNING, 70 ms",
                "Restore a backup: failed, the file was empty",
                "Not known (1): Cache",
            ],
        ),
        (
            ACTIONS,
            [
                "Errors in 24 hours: restarted the workers",
                "Restore a backup: the file was empty",
                "Call the vendor: at eleven",
            ],
        ),
        (ESCALATIONS, TOLD),
        ("Nothing like it", []),
        ("", []),
    ],
)
def test_what_goes_into_which_field(kind, lines):
    assert draft(kind, LINES, TOLD).splitlines() == lines


@pytest.mark.parametrize("kind", [ISSUES, ACTIONS, ESCALATIONS])
def test_where_all_is_well_a_draft_is_empty(kind):
    assert draft(kind, [FINE], []) == ""


def test_what_is_not_known_is_counted_in_one_line_at_the_end():
    lines = [CACHE, SLOW, Line("API", "UNKNOWN", "no sample", "")]
    assert draft(ISSUES, lines, []) == "Database: WARNING, 70 ms\nNot known (2): Cache, API"


def test_the_same_note_is_written_once_however_it_was_spaced_with_all_its_rows():
    lines = [
        ERRORS,
        Line("API", "WARNING", "", " restarted\n  the workers "),
        Line("Disk", "WARNING", "", "x"),
    ]
    assert draft(ACTIONS, lines, []) == "Errors in 24 hours, API: restarted the workers\nDisk: x"


def test_a_note_of_blanks_is_none():
    assert draft(ACTIONS, [Line("API", "WARNING", "", " \n ")], []) == ""


def test_a_line_is_cut_at_its_longest_and_says_so():
    longest, longer = "x" * LONGEST_LINE, "x" * (LONGEST_LINE + 1)
    assert draft(ESCALATIONS, [], [longest]) == longest
    assert draft(ESCALATIONS, [], [longer]) == "x" * (LONGEST_LINE - 1) + "…"


def test_a_finding_of_several_lines_is_one():
    assert (
        draft(ISSUES, [Line("API", "WARNING", "slow\n\tand wrong", "")], []) == "API: WARNING, slow and wrong"
    )


@pytest.mark.parametrize("text", ["<b>5 < 10</b>", "<script>alert(1)</script>", "&lt;Jan&gt; & co"])
def test_html_is_left_as_it_was_written(text):
    assert draft(ISSUES, [Line("API", "WARNING", text, "")], []) == f"API: WARNING, {text}"
    assert draft(ACTIONS, [Line("API", "WARNING", "", text)], []) == f"API: {text}"


def test_what_failed_without_a_word_is_said_without_a_comma():
    assert draft(ISSUES, [Line("Restore", "WARNING", "", "", failed=True)], []) == "Restore: failed"


def test_a_note_that_many_rows_share_is_not_cut_away():
    lines = [Line(f"Check {n}", "WARNING", "", "moved the server") for n in range(12)]
    assert draft(ACTIONS, lines[:3], []) == "Check 0, Check 1, Check 2: moved the server"
    assert draft(ACTIONS, lines, []) == "Check 0, Check 1, Check 2 and 9 more: moved the server"


@given(st.lists(st.text(max_size=400), max_size=5))
def test_each_escalation_has_one_line_and_none_is_too_long(told):
    lines = draft(ESCALATIONS, [], told).split("\n")
    assert len(lines) == max(1, len(told))
    assert all(len(line) <= LONGEST_LINE for line in lines)


REVIEW = Review(
    findings=[
        Told("Disk: full on 2027-01-02", "WARNING", "Same"),
        Told("Payment provider", "CRITICAL", "New"),
        Told("Cache memory grew", "WARNING", "Worse"),
        Told("Old error", "CRITICAL", "Over"),
        Told("Backups", "CRITICAL", "Unknown"),
    ],
    open_actions=["Order a disk (Ann, by 2026-12-01)"],
    done=["Rotate the log (done 2026-11-20)"],
    changes=["frappe: version 15.45, before 15.44"],
    improvements=["Better: API response 150 ms"],
    roadmap=["CH-00007 Index on mandates"],
)
TUNED = Line("Plan optimization implementations", "OK", "", "raised the buffer pool")


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            FINDINGS,
            [
                "New: Payment provider",
                "Unknown: Backups",
                "Worse: Cache memory grew",
                "Same: Disk: full on 2027-01-02",
                "Over: Old error",
                "Database: WARNING, 70 ms",
            ],
        ),
        (
            IMPLEMENTED,
            ["Rotate the log (done 2026-11-20)", "Plan optimization implementations: raised the buffer pool"],
        ),
        (FOLLOW_UP, ["Order a disk (Ann, by 2026-12-01)"]),
        (CHANGES, ["frappe: version 15.45, before 15.44"]),
        (IMPROVEMENTS, ["Better: API response 150 ms"]),
        (FOCUS, ["Order a disk (Ann, by 2026-12-01)", "Payment provider", "CH-00007 Index on mandates"]),
    ],
)
def test_what_goes_into_the_fields_of_a_review(kind, lines):
    assert draft(kind, [SLOW, TUNED], [], REVIEW).splitlines() == lines


def test_a_draft_of_many_lines_says_how_many_more_there_are():
    told = draft(ESCALATIONS, [], [f"ESC-{number}" for number in range(MOST_LINES + 7)]).splitlines()
    assert (len(told), told[-1]) == (MOST_LINES + 1, "and 7 more")
