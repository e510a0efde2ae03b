"""Why a procedure is due for review: one line for each change, once."""

from datetime import date, timedelta

from verenigingen_maintenance.core import review_marks

DAY = date(2026, 11, 27)


def test_a_change_is_one_line_with_the_day_what_and_who_and_stands_there_once():
    marks = review_marks.add("", DAY, "Check “Errors”:\n  > 50 → > 60", "jan@vereniging.org")
    assert marks == "2026-11-27 Check “Errors”: > 50 → > 60 (jan@vereniging.org)"
    assert review_marks.add(marks, DAY, "Check “Errors”: > 50 → > 60", "jan@vereniging.org") == marks
    assert len(review_marks.lines_of(review_marks.add(marks, DAY, "Another", "jan"))) == 2


def test_the_review_is_due_since_the_first_mark():
    marks = review_marks.add(review_marks.add("", DAY, "Later", "a"), DAY - timedelta(days=3), "First", "a")
    assert review_marks.since(marks) == DAY - timedelta(days=3)
    assert review_marks.since("") is None


def test_a_hundred_marks_are_bounded_and_still_say_since_when():
    marks = ""
    for number in range(100):
        marks = review_marks.add(marks, DAY + timedelta(days=number), f"Change {number}", "a")
    lines = review_marks.lines_of(marks)
    assert len(lines) == review_marks.MOST
    assert review_marks.since(marks) == DAY
    assert "Change 99" in lines[-1]


def test_what_was_marked_after_somebody_looked_stays():
    seen = review_marks.add("", DAY, "Looked at", "a")
    now = review_marks.add(seen, DAY, "Came meanwhile", "b")
    assert review_marks.split(now, seen) == (seen, "2026-11-27 Came meanwhile (b)")
    assert review_marks.split(now, now) == (now, "")
    assert review_marks.split(seen, "Nobody changed anything") == ("", seen), "only what was marked is kept"


def test_thresholds_are_told_from_what_to_what_and_contacts_without_their_values():
    told = {"critical": "CRITICAL when", "warning": "WARNING when"}
    before, after = {"critical": "> 50", "warning": ""}, {"critical": "> 60", "warning": None}
    assert review_marks.changed(before, after, told) == "CRITICAL when: > 50 → > 60"
    assert review_marks.changed({"critical": "> 5"}, {}, told) == "CRITICAL when: > 5 → nothing"
    assert review_marks.changed(before, dict(before), told) == ""
    labels = {"phone": "Telephone", "email": "E-mail", "full_name": "Name"}
    old, new = {"phone": "1", "email": "a@b.nl"}, {"phone": "2", "full_name": "Jan"}
    assert review_marks.filled(old, new, labels) == "Telephone changed; E-mail emptied; Name filled in"
