from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.derived import SCALE
from verenigingen_maintenance.core.wording import (
    age_in_words,
    in_words,
    item_line,
    number,
    state,
    summary,
    table_of_checks,
    table_of_metrics,
)

TITLE = "Errors in 24 hours"
ITEM = {
    "verdict": "CRITICAL",
    "title": TITLE,
    "value": 62.0,
    "unit": "errors",
    "target": "< 10",
    "reason": None,
    "result": None,
    "not_applicable": False,
}
BY_HAND = dict.fromkeys(("verdict", "value", "unit", "target"))
RUN = {
    "run": "DAILY-2026-11-24",
    "verdict": "CRITICAL",
    "status": "Open",
    "measured_at": "2026-11-24T09:00:00+01:00",
    "measured_by": "Administrator",
    "since_last_signed": "Since 2026-11-20: 2 escalations",
    "items": [
        ITEM,
        {**ITEM, "verdict": "UNKNOWN", "title": "Cache hit rate", "value": None, "reason": "Redis is gone"},
    ],
    "escalations": [{"name": "ESC-1", "status": "Open", "level": "level-1", "title": "Errors in 24 hours"}],
}
STATUS = {
    "verdict": "WARNING",
    "missed": 2,
    "watcher": {"seconds": 63, "is_late": False, "why": [], "problems": []},
    "live": [
        {"verdict": "OK", "title": "Disk used", "value": 42.5, "unit": "%", "reason": ""},
        {"verdict": "UNKNOWN", "title": "Memory used", "value": None, "unit": "%", "reason": "may not read"},
    ],
    "procedures": [
        {"verdict": "WARNING", "procedure": "Daily Maintenance", "run": "DAILY-2026-11-24", "status": "Open"},
        {"verdict": "UNKNOWN", "procedure": "Weekly Maintenance", "run": None, "status": "not opened"},
    ],
    "escalations": [],
    "notifications_waiting": 0,
    "still_to_fill": [],
}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (12.0, "12"), (0.1834, "0.183"), (1204.5, "1204.5"), (1e7, "10000000")],
)
def test_numbers_are_written_without_noise_and_nothing_is_never_a_nought(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.0, "errors", "12 errors"),
        (1.0, "errors", "1 error"),
        (1, "queries", "1 query"),
        (1, "ms", "1 ms"),
        (1, "times as wrong", "1 times as wrong"),
        (1.2, "errors", "1.2 errors"),
        (0, "errors", "0 errors"),
        (99.5, "%", "99.5 %"),
        (None, "errors", ""),
        (None, SCALE, ""),
        (0.0, SCALE, "healthy"),
        (1, SCALE, "at risk"),
        (2.0, SCALE, "critical"),
        (1, "errors/hour", "1 errors/hour"),
        (3, SCALE, f"3 {SCALE}"),
        (-1, SCALE, f"-1 {SCALE}"),
        (0.5, SCALE, f"0.5 {SCALE}"),
    ],
)
def test_a_value_has_its_unit_and_one_on_a_scale_is_its_step(value, unit, text):
    assert in_words(value, unit) == text


@given(st.integers(-1000, 1000), st.sampled_from(["errors", "ms", "%", "h"]))
def test_a_value_in_words_begins_with_its_number(value, unit):
    assert in_words(value, unit).split(" ", 1)[0] == str(value)


def test_in_another_language_the_unit_of_one_is_said():
    assert in_words(1, "errors", say={"1 error": "1 fout"}.get) == "1 fout"
    assert in_words(1, SCALE, say={"at risk": "in gevaar"}.get) == "in gevaar"


def test_a_summary_has_the_verdict_each_item_and_what_is_open():
    assert summary(RUN).splitlines() == [
        "DAILY-2026-11-24  CRITICAL  (status Open)",
        "Measured 2026-11-24T09:00:00+01:00 by Administrator",
        "Since 2026-11-20: 2 escalations",
        "",
        "  CRITICAL  Errors in 24 hours                     62 errors        target < 10",
        "  UNKNOWN   Cache hit rate                         -                Redis is gone",
        "",
        "Open escalations:",
        "  ESC-1  Open, level-1: Errors in 24 hours",
    ]


def test_a_summary_of_a_review_has_its_findings_and_actions():
    finding = {"since_last": "Worse", "area": "Growth", "title": "Disk", "text": "51 % to 60 %"}
    action = {"state": "Open", "title": "Order a disk", "allocated_to": "ann@x.nl", "due": "2026-11-20"}
    review = {
        "findings": [{**finding, "decision": None}],
        "actions": [{**action, "is_late": True, "from_run": "WEEKLY-2026-W46"}],
    }
    lines = summary({**RUN, **review}).splitlines()
    assert "  Worse   Growth: Disk (not decided) 51 % to 60 %" in lines
    assert "  Open    Order a disk (ann@x.nl, by 2026-11-20, overdue; from WEEKLY-2026-W46)" in lines


def test_a_summary_of_a_run_that_was_not_measured_says_so():
    nothing = dict.fromkeys(("verdict", "measured_at", "measured_by", "since_last_signed"))
    assert summary({**RUN, **nothing, "items": [], "escalations": []}).splitlines() == [
        "DAILY-2026-11-24  not measured  (status Open)",
        *("", "", "No escalation is open."),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["CRITICAL", TITLE, "62 errors", "target < 10"]),
        ({"reason": "“Timeout”"}, ["CRITICAL", TITLE, "62 errors", "“Timeout”"]),
        ({"value": 1.0, "unit": SCALE, "target": "< 1"}, ["CRITICAL", TITLE, "at risk", "target < 1"]),
        ({"value": None, "not_applicable": True, "reason": "no members"}, ["n/a", TITLE, "-", "no members"]),
        ({**BY_HAND, "verdict": "OK", "result": "Done"}, ["OK", TITLE, "Done"]),
        (BY_HAND, ["to do", TITLE, "-"]),
        ({"value": 0.0, "verdict": "OK"}, ["OK", TITLE, "0 errors", "target < 10"]),
    ],
)
def test_an_item_is_its_verdict_title_value_or_answer_and_why_or_what_was_wanted(changes, words):
    line = item_line({**ITEM, **changes})
    assert [word.strip() for word in line.split("  ") if word.strip()] == words


def test_a_state_has_each_procedure_and_nothing_of_what_is_not_there():
    assert state(STATUS).splitlines() == [
        *("WARNING  (2 missed runs not accepted)", "", "Sampled 1 min ago."),
        "  OK        Disk used                              42.5 %",
        f"  UNKNOWN   Memory used                            {'-':<22} may not read",
        "",
        "  WARNING   Daily Maintenance        DAILY-2026-11-24 (Open)",
        "  UNKNOWN   Weekly Maintenance       no slot is due yet (not opened)",
        *("", "No escalation is open."),
    ]


def test_a_state_whose_samples_are_late_says_so_and_why():
    late = {"seconds": 4000, "is_late": True, "why": ["No worker lives."], "problems": ["Mail fails."]}
    assert state({**STATUS, "watcher": late}).splitlines()[2:5] == [
        *("Last measured 1 h 6 min ago. What follows may be out of date.", "No worker lives.", "Mail fails."),
    ]
    never = {**late, "seconds": None}
    assert state({**STATUS, "watcher": never}).splitlines()[2] == "Nothing was sampled yet."


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3600, "1 h 0 min")]
)
def test_a_time_that_passed_in_words(seconds, text):
    assert age_in_words(seconds) == text


def test_the_table_of_metrics_has_no_figure_where_nothing_was_measured():
    row = {"title": "Disk used", "latest": None, "middle": 40.0, "maximum": 42.25, "before": None}
    line = table_of_metrics([{**row, "unit": "%", "reason": "may not read"}]).splitlines()[1]
    assert line.split() == ["Disk", "used", "-", "40", "42.25", "-", "%", "may", "not", "read"]


def test_a_state_says_what_waits_and_what_is_still_to_fill():
    waiting = {
        "notifications_waiting": 3,
        "still_to_fill": ["Escalation Level 1: the contact is blank", "E-mail"],
    }
    assert state({**STATUS, **waiting}).splitlines()[-6:] == [
        *("", "3 notifications wait to be delivered."),
        *("", "Still to fill in or decide:", "  Escalation Level 1: the contact is blank", "  E-mail"),
    ]


def test_the_table_of_checks_has_the_name_the_target_and_the_title():
    check = {"check": "errors_24h", "target": "< 10", "unit": "errors", "title": "Errors in 24 hours"}
    assert " ".join(table_of_checks([check]).split()) == "errors_24h < 10 errors Errors in 24 hours"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "Errors"),
        ({"acknowledged_by": "jan@example.com", "next_level_at": None}, "Errors (jan@example.com has it)"),
        ({"muted_because": "SIL-1: a disk"}, "Errors (nobody is told: SIL-1: a disk)"),
        ({"next_level_at": datetime(2026, 11, 27, 16, 30)}, "Errors (next level at 2026-11-27 16:30)"),
    ],
)
def test_an_open_escalation_says_who_has_it_or_what_follows(more, told):
    escalation = {"name": "ESC-1", "status": "Open", "level": "level-1", "title": "Errors", **more}
    assert summary({**RUN, "escalations": [escalation]}).splitlines()[-1] == f"  ESC-1  Open, level-1: {told}"
