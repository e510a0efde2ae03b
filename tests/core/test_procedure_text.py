"""A procedure as text: the same words give the same text, it is read back, a difference names the task."""

import copy

import pytest

from verenigingen_maintenance.core.procedure_text import ContentError, diff, from_text, says_the_same, to_text

LONG = " ".join(["Open the list and read it from the first line to the last."] * 5)
PROCEDURE = {
    "title": "Daily Maintenance",
    "enabled": 1,
    "document_version": "1.0",
    "cadence": "Daily",
    "trigger_text": "",
    "window_starts": "10:00:00",
    "nth": 0,
    "boxes": "Dashboard is there\nCompliance score > 90%",
    "free_fields": [{"label": "Issues: found", "draft": "Issues"}],
    "task_groups": [{"title": "Health", "minutes": 15, "escalation_criteria": "Status is critical"}],
    "tasks": [
        {"task_group": "Health", "title": "Open it", "by_hand": 1, "instructions": LONG, "command": ""},
        {"task_group": "Health", "title": "Read cron", "command": "crontab -l\n# nothing else", "minutes": 5},
    ],
    "checks": [
        {"task": "Read cron", "check_name": "scheduler_age", "box": "Dashboard is there"},
        {"task": "Open it", "check_name": "dashboard_seconds", "box": "Dashboard is there"},
    ],
}


def changed(**tables):
    found = copy.deepcopy(PROCEDURE)
    for path, value in tables.items():
        table, number, field = path.split("__")
        found[table][int(number)][field] = value
    return found


def told(before, after):
    return diff(to_text(before), to_text(after)).splitlines()


def test_what_was_written_is_read_back_but_for_what_is_empty():
    found = from_text(to_text(PROCEDURE))
    assert found["window_starts"] == "10:00:00", "YAML would read a number of seconds"
    assert found["document_version"] == "1.0"
    assert found["boxes"] == PROCEDURE["boxes"]
    assert found["tasks"][0] == {key: value for key, value in PROCEDURE["tasks"][0].items() if value}
    assert found["tasks"][1]["command"] == "crontab -l\n# nothing else"
    assert sorted(map(str, found["checks"])) == sorted(map(str, PROCEDURE["checks"]))
    assert "trigger_text" not in found
    assert "nth" not in found


@pytest.mark.parametrize(
    "text",
    [
        "Ask: is it # or not? " * 9,
        "Two  spaces, and   three. " * 9 + "End",
        "One only. " * 40 + "End",
        " begins with a space" * 9,
        "ends with one " * 9,
        "A tab\there " * 9 + ".",
        "één €uro 🚲 … " * 9 + "!",
        "one\n  two\n\n three\n",
        "x" * 300,
        "yes",
        "10:30:00",
        "- no list",
        "{site}",
        "1.0",
    ],
)
def test_each_text_is_read_back_as_it_was(text):
    assert from_text(to_text({"title": "T", "tasks": [{"title": text}]}))["tasks"][0]["title"] == text


def test_a_longer_instruction_is_told_as_the_lines_that_differ():
    lines = told(PROCEDURE, changed(tasks__0__instructions=f"{LONG} Ask: is it all?"))
    differ = [line for line in lines if line[0] in "+-"]
    assert len(differ) == 3, "the end of the text, and none of the lines before it"
    assert differ[-1].endswith(" is it all?")


def test_the_same_words_give_the_same_text_in_whatever_order_the_checks_are():
    other = changed()
    other["checks"].reverse()
    assert to_text(other) == to_text(PROCEDURE)
    assert says_the_same(other, PROCEDURE)
    assert not says_the_same(changed(tasks__1__minutes=10), PROCEDURE)
    assert to_text(from_text(to_text(PROCEDURE))) == to_text(PROCEDURE)
    assert told(PROCEDURE, other) == []


def test_a_difference_is_told_under_the_task_that_changed_and_no_other():
    lines = told(PROCEDURE, changed(tasks__1__minutes=10))
    assert lines[0] == "=== Task “Read cron” (changed)"
    assert "-minutes: 5" in lines
    assert "+minutes: 10" in lines
    assert [line for line in lines if line.startswith("===")] == lines[:1]


def test_a_command_is_compared_line_by_line():
    lines = told(PROCEDURE, changed(tasks__1__command="crontab -l\n# all of it"))
    assert [line for line in lines if line[0] in "+-"] == ["-  # nothing else", "+  # all of it"]


@pytest.mark.parametrize(
    ("change", "headings"),
    [
        (lambda each: each["tasks"].pop(1), ["Order of tasks (changed)", "Task “Read cron” (removed)"]),
        (lambda each: each["tasks"].reverse(), ["Order of tasks (changed)"]),
        (lambda each: each.update(boxes="Dashboard is there"), ["Boxes (changed)"]),
        (lambda each: each.update(free_fields=[]), ["Free fields (removed)"]),
        (lambda each: each.update(cadence="Weekly"), ["Procedure (changed)"]),
        (lambda each: each["task_groups"][0].update(minutes=20), ["Task group “Health” (changed)"]),
        (lambda each: each["checks"].pop(0), ["Task “Read cron” (changed)"]),
    ],
)
def test_each_kind_of_change_has_its_heading(change, headings):
    other = changed()
    change(other)
    found = [line[4:] for line in told(PROCEDURE, other) if line.startswith("===")]
    assert sorted(found) == headings


def test_a_new_task_is_told_whole_without_a_place():
    other = changed()
    other["tasks"].append({"task_group": "Health", "title": "Call <b>them</b>"})
    lines = told(PROCEDURE, other)
    assert "=== Task “Call <b>them</b>” (new)" in lines
    assert "+title: Call <b>them</b>" in lines


@pytest.mark.parametrize("text", ["", "just words", "a: [1", "- a list"])
def test_what_is_no_procedure_is_refused(text):
    with pytest.raises(ContentError, match="this is no procedure"):
        from_text(text)
