"""The file of a configuration: read back as it was written, refused where it cannot be meant."""

import json

import pytest

from verenigingen_maintenance.core.configuration import (
    LARGEST,
    ConfigurationError,
    after_who_leaves,
    digest,
    from_text,
    problems,
    to_text,
)
from verenigingen_maintenance.core.configuration_diff import ORDER, completed, differences, told

HEAD = {"app_version": "1.2.0", "site": "example.com", "exported_at": "x", "exported_by": "y", "by_hand": []}
DOCUMENTS = {
    "Maintenance Check": {
        "errors_24h": {"critical": "> 50", "breaches": 1, "description": None},
        "disk_used": {"critical": "> 90", "breaches": 3, "description": "of “/”"},
    },
    "Escalation Level": {"level-1": {"rotation": [{"user": "b@example.com"}, {"user": "a@example.com"}]}},
}
SHIPPED = {"Maintenance Check": {"errors_24h": {"entry": {"critical": "> 50"}}}}
SCHEMA = {
    "Maintenance Check": {"critical": "text", "breaches": "int", "description": "text"},
    "Escalation Level": {"rotation": {"user": "text"}, "handover_at": "time", "rotation_from": "date"},
    "Metric": {"share": "float", "at": "datetime"},
}
KEYS = {"rotation": ("user",)}


def changed(**values):
    return json.dumps({**json.loads(to_text(HEAD, DOCUMENTS, SHIPPED)), **values})


def test_a_file_is_read_as_it_was_written_and_says_where_it_is_from():
    found = from_text(to_text(HEAD, DOCUMENTS, SHIPPED), "1.2.0")
    assert (found.documents, found.shipped) == (DOCUMENTS, SHIPPED)
    assert (found.head["site"], found.head["format"]) == ("example.com", 1)


def test_the_order_in_which_documents_were_read_makes_no_other_file():
    turned = {doctype: dict(reversed(each.items())) for doctype, each in reversed(DOCUMENTS.items())}
    assert to_text(HEAD, turned, SHIPPED) == to_text(HEAD, DOCUMENTS, SHIPPED)


def test_the_order_of_rows_does():
    rows = {
        "Escalation Level": {"level-1": {"rotation": [{"user": "a@example.com"}, {"user": "b@example.com"}]}}
    }
    assert digest({**DOCUMENTS, **rows}) != digest(DOCUMENTS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no JSON, or not whole"),
        (to_text(HEAD, DOCUMENTS, SHIPPED)[:400], "is no JSON, or not whole"),
        ("[" * 100_000, "is no JSON, or not whole"),
        ("[]", "no configuration of verenigingen_maintenance"),
        ('{"app": "erpnext"}', "no configuration of verenigingen_maintenance"),
        (to_text(HEAD, DOCUMENTS, SHIPPED).replace('"errors_24h"', '"disk_used"'), "stands there twice"),
        (to_text(HEAD, DOCUMENTS, SHIPPED).replace('"breaches": 3', '"breaches": NaN'), "NaN is no number"),
        (changed(format=2), "has format 2, and this version reads 1: upgrade first"),
        (changed(format=True), "does not say its format"),
        (changed(app_version="1.3"), "is of version 1.3 of the app, and this is 1.2.0: upgrade first"),
        (changed(app_version=None), "does not say which version"),
        (changed(documents=[]), "has no documents"),
        (changed(documents={"Metric": {"x": 1}}), "has no documents"),
        (changed(shipped=None), "has no documents"),
        (to_text(HEAD, DOCUMENTS, SHIPPED).replace("“/”", "\\ud800"), "is no JSON, or not whole"),
        (changed(by_hand=5), "by_hand"),
        (changed(by_hand=[5]), "by_hand"),
        (changed(site={"a": "b"}), "“site” of the file is no text"),
        (changed(shipped={"Metric": {"x": {"entry": "y"}}}), "not as an export writes it"),
        (changed(shipped={"Metric": {"x": {"state": {"tasks": [1]}}}}), "not as an export writes it"),
        (changed(shipped={"brought": {"Maintenance Settings": {"Metric": 5}}}), "not as an export writes it"),
        (changed(documents={}), "is not as it was exported"),
        (changed(sha256=None), "is not as it was exported"),
        (" " * LARGEST + "{}", "has over 10 MB"),
    ],
)
def test_what_is_no_whole_configuration_is_refused_with_the_reason(text, reason):
    with pytest.raises(ConfigurationError, match=reason):
        from_text(text, "1.2.0")


def test_a_file_that_was_changed_on_purpose_is_taken_when_that_is_said():
    assert from_text(changed(documents={}), "1.2.0", is_edited=True).documents == {}


def test_a_file_of_an_earlier_version_is_taken():
    assert from_text(to_text(HEAD, DOCUMENTS, SHIPPED), "1.10.0").documents == DOCUMENTS


@pytest.mark.parametrize(
    ("doctype", "fields", "reason"),
    [
        ("User", {"enabled": 1}, "User: this app keeps no configuration in it"),
        ("Maintenance Check", {"shipped": "{}"}, "there is no field “shipped” to set"),
        ("Maintenance Check", {"breaches": "3"}, '"3" is not a number'),
        ("Maintenance Check", {"breaches": None}, "null is not a number"),
        ("Maintenance Check", {"breaches": True}, "true is not a number"),
        ("Maintenance Check", {"breaches": 1.5}, "1.5 is not a number"),
        ("Maintenance Check", {"critical": 50}, "50 is not a text"),
        ("Maintenance Check", {"critical": {"a": 1}}, "is not a text"),
        ("Escalation Level", {"rotation": "a@example.com"}, "rotation: is a table"),
        ("Escalation Level", {"rotation": ["a"]}, "rotation: is a table"),
        ("Escalation Level", {"rotation": [{"who": "a"}]}, "row 1: there is no field “who”"),
        ("Escalation Level", {"handover_at": "9:00"}, "is not a time of the day"),
        ("Escalation Level", {"handover_at": "25:00:00"}, "is not a time of the day"),
        ("Escalation Level", {"rotation_from": "28-11-2026"}, "is not a date"),
        ("Metric", {"at": "2026-11-28"}, "is not a time such as"),
        ("Metric", {"at": "2026-99-99 09:00:00"}, "is not a time such as"),
        ("Metric", {"share": float("inf")}, "is too large a number"),
        ("Maintenance Check", {"breaches": 10**30}, "is too large a number"),
        ("Escalation Level", {"rotation_from": "2027-02-29"}, "is not a date"),
        ("Escalation Level", {"rotation_from": "0000-01-01"}, "is not a date"),
        ("Escalation Level", {"rotation_from": "\u0662\u0660\u0662\u0667-01-01"}, "is not a date"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_place(doctype, fields, reason):
    (found,) = problems({doctype: {"x": fields}}, SCHEMA)
    assert reason in found
    assert found.startswith(doctype)


def test_what_can_be_meant_is_no_problem():
    good = {"x": {"share": 1, "at": "2028-02-29 09:00:00.5"}}
    assert problems({**DOCUMENTS, "Metric": good}, SCHEMA) == []


def test_a_name_that_no_document_can_have_is_told():
    (found,) = problems({"Metric": {"x" * 141: {}}}, SCHEMA)
    assert "a name has at most 140 characters" in found


def test_very_many_problems_are_counted():
    found = problems({"Metric": {f"m{number:03}": {"share": "x"} for number in range(80)}}, SCHEMA)
    assert (len(found), found[-1]) == (51, "and 30 more")


def by_place(here, file):
    return {(each.name, each.place): each for each in differences({"D": here}, {"D": file}, KEYS)}


def test_the_same_has_no_difference_and_an_empty_text_is_none():
    assert differences(DOCUMENTS, DOCUMENTS, KEYS) == []
    assert by_place({"x": {"a": "", "b": None}}, {"x": {"a": None, "b": ""}}) == {}
    assert by_place({"x": {"a": 0}}, {"x": {"a": None}}) != {}


def test_a_field_a_row_and_a_field_of_a_row_are_told_with_their_values():
    here = {"x": {"a": 1, "rotation": [{"user": "a", "note": "old"}, {"user": "b"}]}}
    file = {"x": {"a": 2, "rotation": [{"user": "a", "note": "new"}, {"user": "c"}]}}
    found = by_place(here, file)
    assert [*found] == [
        ("x", "a"),
        ("x", "rotation / “a” / note"),
        ("x", "rotation / “b”"),
        ("x", "rotation / “c”"),
    ]
    assert (found["x", "a"].here, found["x", "a"].file) == (1, 2)
    assert (found["x", "rotation / “b”"].what, found["x", "rotation / “c”"].what) == (
        "only here",
        "only in the file",
    )


def test_rows_in_another_order_are_one_difference():
    here, file = ({"x": {"rotation": [{"user": each} for each in users]}} for users in ("abc", "cab"))
    (found,) = by_place(here, file).values()
    assert (found.what, found.here, found.file) == (ORDER, "a, b, c", "c, a, b")


def test_rows_that_nothing_tells_apart_are_compared_by_their_place():
    here, file = ({"x": {"other": [{"v": each} for each in values]}} for values in ("aa", "ab"))
    assert [*by_place(here, file)] == [("x", "other / “2” / v")]


def test_a_field_that_the_file_does_not_have_is_left():
    assert by_place({"x": {"a": 1, "new": 5}}, {"x": {"a": 1}}) == {}


def test_a_column_that_rows_of_the_file_do_not_have_is_left_too():
    here = {"D": {"x": {"rotation": [{"user": "a", "new": 5}, {"user": "b", "new": 6}]}}}
    file = {"D": {"x": {"rotation": [{"user": "b"}, {"user": "c"}], "title": "T"}, "y": {"rotation": []}}}
    assert completed(here, file, KEYS) == {
        "D": {
            "x": {"rotation": [{"user": "b", "new": 6}, {"user": "c"}], "title": "T"},
            "y": {"rotation": []},
        }
    }


@pytest.mark.parametrize(
    ("wanted", "held", "order"),
    [
        ({"a": 3, "b": 4}, {3: "b", 4: "z"}, ["b", "a"]),
        ({"a": 2, "b": 3, "c": 4}, {1: "a", 2: "b", 3: "c"}, ["c", "b", "a"]),
        ({"a": 1, "b": 2}, {1: "a", 2: "b"}, ["a", "b"]),
        ({"a": 2, "b": 1}, {1: "a", 2: "b"}, ["b", "a"]),  # each has what the other wants
        ({"a": 2, "b": 1}, {9: "a", 2: "b"}, ["b", "a"]),  # until one of them goes aside
        ({"a": None}, {}, ["a"]),
    ],
)
def test_whoever_leaves_a_number_comes_before_who_takes_it(wanted, held, order):
    assert after_who_leaves(wanted, held) == order


def test_a_document_of_one_side_is_told_whole():
    found = by_place({"x": {}}, {"y": {}})
    assert {name: each.what for (name, _place), each in found.items()} == {
        "x": "only here",
        "y": "only in the file",
    }


def test_the_shell_reads_documents_once_and_long_texts_as_lines():
    here = {"D": {"x": {"a": "1", "b": "one\ntwo\nthree"}, "z": {}}}
    file = {"D": {"x": {"a": None, "b": "one\n2\nthree"}}}
    assert told(differences(here, file, KEYS)).splitlines() == [
        "D x",
        "    a: 1 -> (empty)",
        "    b:",
        "      @@ -1,3 +1,3 @@",
        "       one",
        "      -two",
        "      +2",
        "       three",
        "D z: only here",
    ]
