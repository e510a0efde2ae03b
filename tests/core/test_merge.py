import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.merge import is_untouched, merge


def task(title, minutes=None, text=None):
    return {"title": title, "minutes": minutes, "text": text}


def merged(shipped, current, wanted):
    return merge(shipped, current, wanted, ("title",))


def titles(rows):
    return [row["title"] for row in rows]


def tasks(names):
    return [task(name) for name in names]


def test_a_changed_field_survives_an_upgrade_that_corrects_another_field_of_its_row():
    found = merged([task("a", 3, "old")], [task("a", 5, "old")], [task("a", 3, "better")])
    assert found == [task("a", 5, "better")]


def test_a_changed_field_survives_an_upgrade_of_that_very_field():
    assert merged([task("a", 3)], [task("a", 5)], [task("a", 4)]) == [task("a", 5)]


def test_a_field_that_a_user_emptied_stays_empty():
    assert merged([task("a", 3, "old")], [task("a", 3)], [task("a", 3, "new")]) == [task("a", 3)]


def test_a_row_that_a_user_deleted_stays_away_whatever_the_runbook_makes_of_it():
    assert merged(tasks("abc"), tasks("ac"), [task("a"), task("b", 9), task("c")]) == tasks("ac")


def test_a_new_row_arrives_in_its_place_and_whole():
    wanted = [task("a"), task("new", 4, "do it"), task("b")]
    assert merged(tasks("ab"), tasks("ab"), wanted) == wanted


@pytest.mark.parametrize(("minutes", "left"), [(2, tasks("ac")), (7, [task("a"), task("b", 7), task("c")])])
def test_a_row_that_the_runbook_dropped_goes_when_untouched_and_stays_when_changed(minutes, left):
    shipped, current = ([task("a"), task("b", each), task("c")] for each in (2, minutes))
    assert merged(shipped, current, tasks("ac")) == left


@pytest.mark.parametrize(
    ("shipped", "current", "wanted", "order"),
    [
        ("abc", "aubc", "abc", "aubc"),
        ("abc", "abcu", "abcd", "abcud"),  # before what arrives at the end
        ("abc", "auvbc", "abc", "auvbc"),
        ("abc", "uvabc", "nabc", "uvnabc"),  # at the beginning, such as a first row with another title
        ("abc", "uc", "abc", "uc"),
        ("ab", "aub", "ba", "bau"),  # the neighbour moved
        ("abc", "abuc", "ac", "auc"),  # the neighbour went
        ("abc", "abc", "cab", "cab"),  # the order is the runbook's
        ("abc", "cba", "abc", "abc"),
    ],
)
def test_a_row_of_the_users_keeps_its_place_behind_its_neighbour(shipped, current, wanted, order):
    assert "".join(titles(merged(*map(tasks, (shipped, current, wanted))))) == order


def test_a_row_that_a_user_had_before_the_runbook_did_keeps_the_users_values_and_is_filled_up():
    assert merged([], [task("a", 5)], [task("a", 3, "text")]) == [task("a", 5, "text")]


def test_rows_are_told_apart_by_all_fields_of_the_key():
    rows = [{"task": "a", "check": "one"}, {"task": "a", "check": "two"}, {"task": "b", "check": "one"}]
    for current in (rows, rows[1:]):
        assert merge(rows, current, rows, ("task", "check")) == current


def test_a_column_that_is_new_is_filled_where_it_is_empty_and_kept_where_a_user_was_faster():
    shipped = [{"title": "a"}, {"title": "b"}]
    wanted = [task("a", 3), task("b", 3)]
    assert merged(shipped, [task("a"), task("b", 5)], wanted) == [task("a", 3), task("b", 5)]


def test_a_dropped_row_goes_untouched_though_it_got_a_new_empty_column_meanwhile():
    shipped = [{"title": "a"}, {"title": "b"}]
    assert merged(shipped, tasks("ab"), tasks("a")) == tasks("a")
    assert merged(shipped, [task("a"), task("b", 5)], tasks("a")) == [task("a"), task("b", 5)], (
        "a user's value"
    )


@pytest.mark.parametrize(
    ("shipped", "current", "untouched"),
    [
        ({"f": "x"}, {"f": "x"}, True),
        ({"f": "x"}, {"f": "y"}, False),
        ({"f": "x"}, {"f": None}, False),
        ({"f": None}, {"f": ""}, True),
        ({"f": 0}, {"f": None}, True),
        ({"f": None}, {"f": "y"}, False),
        ({}, {"f": None}, True),
        ({}, {}, True),
        ({}, {"f": "y"}, False),
    ],
)
def test_a_field_is_untouched_while_it_has_what_was_shipped_or_empty_what_never_was(
    shipped, current, untouched
):
    assert is_untouched("f", shipped, current) is untouched


VALUES = st.sampled_from([None, "x", "y", "z"])
ROWS = st.lists(
    st.builds(task, st.sampled_from("abcde"), VALUES, VALUES), unique_by=lambda row: row["title"], max_size=5
)


@given(ROWS, ROWS)
def test_what_no_user_touched_becomes_what_is_wanted(shipped, wanted):
    assert merged(shipped, shipped, wanted) == wanted


@given(ROWS, st.data())
def test_an_upgrade_that_changes_nothing_leaves_what_a_user_changed_added_and_deleted(shipped, data):
    current = []
    for place, row in enumerate(shipped):
        if data.draw(st.booleans()):
            current.append({**row, "text": data.draw(VALUES)})
        if data.draw(st.booleans()):
            current.insert(data.draw(st.integers(0, len(current))), task(f"mine {place}", data.draw(VALUES)))
    assert merged(shipped, current, shipped) == current


@given(ROWS, ROWS, ROWS)
def test_merging_again_changes_nothing(shipped, current, wanted):
    once = merged(shipped, current, wanted)
    assert merged(wanted, once, wanted) == once


@given(ROWS, ROWS, ROWS)
def test_nothing_that_a_user_changed_added_or_deleted_is_undone(shipped, current, wanted):
    old, found = ({row["title"]: row for row in rows} for rows in (shipped, merged(shipped, current, wanted)))
    for row in current:
        of_the_user = {
            key: value for key, value in row.items() if value != old.get(row["title"], {}).get(key)
        }
        assert not of_the_user or of_the_user.items() <= found[row["title"]].items()
    assert not (old.keys() - set(titles(current))) & found.keys()
