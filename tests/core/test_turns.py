"""Whoever took the least time is served next, so that no line keeps another one waiting."""

from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.turns import Turns


def of(**lines):
    turns = Turns()
    for line, items in lines.items():
        for item in items:
            turns.add(line, item)
    return turns


def served(turns, seconds):
    """All that is served, in order; each item takes as long as `seconds` says of its first letter."""
    found = []
    while (item := turns.next()) is not None:
        found.append(item)
        turns.took(item[0], seconds[item[0]])
    return found


def test_nothing_waits_in_no_line():
    assert Turns().next() is None


def test_where_all_take_as_long_it_is_by_turns_and_in_order():
    turns = of(a=["a1", "a2", "a3"], b=["b1", "b2"])
    assert served(turns, {"a": 1, "b": 1}) == ["a1", "b1", "a2", "b2", "a3"]


def test_a_quick_line_does_not_wait_for_a_slow_one():
    turns = of(a=["a1", "a2", "a3"], b=["b1", "b2"])
    assert served(turns, {"a": 1, "b": 10}) == ["a1", "b1", "a2", "a3", "b2"]


def test_a_line_of_thousands_is_one_turn_before_the_only_one_of_another():
    turns = of(a=[f"a{number}" for number in range(5000)], b=["b"])
    assert served(turns, {"a": 0.1, "b": 1}).index("b") == 1


def test_who_comes_back_stands_at_the_end_of_its_line():
    turns = of(a=["a1", "a2"])
    first = turns.next()
    turns.add("a", first)
    assert [turns.next(), turns.next(), turns.next()] == ["a2", "a1", None]


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.integers()), max_size=3), st.floats(0, 10))
def test_each_is_served_once(lines, seconds):
    items = {line: [f"{line}{number}" for number, _ in enumerate(those)] for line, those in lines.items()}
    found = served(of(**items), dict.fromkeys("abc", seconds))
    assert sorted(found) == sorted(item for those in items.values() for item in those)
