"""Foreign answers as JSON: tolerant, and nothing that could be taken for something else."""

import json
from collections import OrderedDict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.encoding import encode, marks


class Text(str):
    """A text that describes itself as something else."""

    def __str__(self):
        return "healthy"


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ({"a": (1, 2.5, None, True)}, {"a": [1, 2.5, None, True]}),
        ({date(2026, 11, 24): 1, 7: 2, None: 3, 2.5: 4}, {"2026-11-24": 1, "7": 2, "null": 3, "2.5": 4}),
        (datetime(2026, 11, 24, 9, 0), "2026-11-24T09:00:00"),
        (time(9, 30), "09:30:00"),
        (Decimal("1.50"), 1.5),
        ({3}, [3]),
        (OrderedDict(a=Text("b")), {"a": "b"}),
        (float("inf"), {"not in JSON": "inf"}),
        (-float("inf"), {"not in JSON": "-inf"}),
        (Decimal("NaN"), {"not in JSON": "nan"}),
        pytest.param(10**5000, {"not in JSON": "a number too long to tell"}, id="a long number"),
        (b"abc", {"not in JSON": "3 bytes"}),
        (timedelta(1), {"not in JSON": "an object of datetime.timedelta"}),
        ({1: "a", "1": "b"}, {"1": {"not in JSON": "two keys named 1"}}),
        ({float("nan"): 1}, {"nan": 1}),
        (iter([1]), {"not in JSON": "an object of builtins.list_iterator"}),
    ],
)
def test_each_value_is_told_as_what_it_is(value, decoded):
    assert json.loads(encode(value)) == decoded


def test_a_circle_and_an_abyss_end():
    circle = {}
    circle["a"] = [circle]
    assert json.loads(encode(circle)) == {"a": [{"not in JSON": "a circle"}]}
    abyss = []
    for _ in range(5000):
        abyss = [abyss]
    assert "more than 40 levels deep" in encode(abyss)


def test_marks_are_found_with_their_place():
    decoded = json.loads(encode({"growth": [1, float("inf")], "mean": float("nan")}))
    assert list(marks(decoded)) == ["growth.1 is inf", "mean is nan"]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.binary()
        | st.dates()
        | st.decimals(),
        lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.dates() | st.text(), inner),
        max_leaves=20,
    )
)
def test_any_value_becomes_json_that_others_read_too(value):
    json.loads(encode(value), parse_constant=pytest.fail)
