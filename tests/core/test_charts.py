import re
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verenigingen_maintenance.core.charts import HEIGHT, WIDTH, Chart, sparkline

BEGINS = datetime(2026, 11, 24, 9)
DAY = timedelta(days=1)
ACROSS, DOWN = ("x1", "x2", "cx", "x"), ("y1", "y2", "cy", "y")
TEXTS = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\ufffe\uffff"))
VALUES = st.floats(-1e12, 1e12)
MINUTES = st.integers(-100, 2000)


def chart(*points, title="Load", unit="s", length=DAY, limits=()):
    """A chart of values at minutes, over a day; more than a quarter of an hour is a gap."""
    placed = [(BEGINS + timedelta(minutes=minute), value) for minute, value in points]
    return Chart(title, unit, placed, BEGINS, BEGINS + length, timedelta(minutes=15), limits)


def drawn(chart):
    return ElementTree.fromstring(chart.svg())


def lines(chart):
    """The points of each line that joins some."""
    return [each.get("points").split() for each in drawn(chart).iter("polyline")]


def limits(chart):
    return [each.get("y1") for each in drawn(chart).iter("line") if each.get("stroke-dasharray")]


def texts(chart):
    return [each.text for each in drawn(chart).iter("text")]


def places(svg):
    """All x and all y of what is drawn."""
    pairs = [pair.split(",") for each in svg.iter("polyline") for pair in each.get("points").split()]
    across = [each.get(name) for each in svg.iter() for name in ACROSS if each.get(name)]
    down = [each.get(name) for each in svg.iter() for name in DOWN if each.get(name)]
    return [*across, *(x for x, _y in pairs)], [*down, *(y for _x, y in pairs)]


def test_points_without_a_gap_are_one_line():
    assert [len(each) for each in lines(chart((0, 1), (15, 2), (30, 3)))] == [3]


def test_a_line_breaks_where_nothing_was_measured():
    assert [len(each) for each in lines(chart((0, 1), (10, 2), (26, 3), (36, 4), (46, 5)))] == [2, 3]


def test_a_point_between_two_gaps_is_a_dot():
    svg = drawn(chart((0, 1), (10, 2), (60, 3), (120, 4), (130, 5)))
    assert len(list(svg.iter("circle"))) == 1
    assert len(list(svg.iter("polyline"))) == 2


def test_a_single_point_is_a_dot_in_its_place():
    (dot,) = drawn(chart((720, 4))).iter("circle")
    assert (dot.get("cx"), dot.get("cy")) == ("189.0", "30.0"), "half of the day, at the top"


def test_where_nothing_was_measured_there_is_no_line_and_it_is_said():
    svg = drawn(chart())
    assert not [*svg.iter("polyline"), *svg.iter("circle")]
    assert svg.get("aria-label") == "Load (s): nothing was measured"


def test_what_the_line_shows_is_told_to_those_who_cannot_see_it():
    assert drawn(chart((0, 7), (1, 0.25), (2, 3))).get("aria-label") == "Load (s): 0.25 to 7, last 3"


def test_the_line_begins_at_the_left_ends_at_the_right_and_the_larger_value_is_higher():
    (line,) = lines(chart((0, 0), (10, 5), length=timedelta(minutes=10)))
    assert line == ["46.0,112.0", "332.0,30.0"]


def test_nought_is_always_within_the_range():
    assert texts(chart((0, 8), (1, 10)))[1:4] == ["0", "5", "10"]
    assert texts(chart((0, -8), (1, -10)))[1:4] == ["-10", "-5", "0"]


def test_a_limit_is_drawn_only_where_the_values_reach_it():
    assert limits(chart((0, 40), (1, 90), limits=(50, 100))) == ["66.4"]
    assert limits(chart((0, 40), limits=(50,))) == []
    assert limits(chart((0, 50), limits=(50, 0))) == ["30.0", "112.0"]
    assert limits(chart(limits=(50,))) == []


@pytest.mark.parametrize(("capacity", "levels"), [(80, ["30.0"]), (50, ["30.0"]), (20, ["71.0"]), (81, [])])
def test_a_limit_of_capacity_is_drawn_from_half_the_way_on(capacity, levels):
    assert limits(replace(chart((0, 40), (1, 38)), capacity=(capacity,))) == levels


@pytest.mark.parametrize(
    ("highest", "text"),
    [
        *((0.125, "0.125"), (0.5, "0.5"), (12.54, "12.5"), (340, "340"), (1000, "1k"), (1234, "1.23k")),
        *((3_400_000, "3.4M"), (2.5e9, "2.5G")),
    ],
)
def test_values_at_the_side_have_three_figures(highest, text):
    assert texts(chart((0, highest)))[3] == text


def test_values_at_the_side_are_written_as_their_reader_does():
    dutch = replace(chart((0, 1234)), figure=lambda text: text.replace(".", ","))
    assert texts(dutch)[1:4] == ["0", "617", "1,23k"]


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (DAY, ["11-24 09:00", "11-25 09:00"]),
        (timedelta(hours=6), ["11-24 09:00", "11-24 15:00"]),
        (timedelta(days=7), ["2026-11-24", "2026-12-01"]),
    ],
)
def test_a_day_shows_times_and_more_shows_dates(length, shown):
    assert texts(chart((0, 1), length=length))[-2:] == shown


def test_markup_in_title_and_unit_is_text():
    markup = """<script>"alert('x')"</script>&amp;"""
    found = chart((0, 1), title=markup, unit=f"{markup}/s")
    assert texts(found)[0] == f"{markup} ({markup}/s)"
    assert drawn(found).get("aria-label").startswith(f"{markup} ({markup}/s)")
    assert "<script" not in found.svg()


@given(
    st.lists(st.tuples(MINUTES, VALUES), max_size=30),
    st.lists(VALUES, max_size=3),
    st.integers(1, 3000),
    TEXTS,
    TEXTS,
)
def test_any_chart_is_valid_xml_and_lies_within_its_box(points, levels, length, title, unit):
    found = chart(
        *sorted(points), title=title, unit=unit, length=timedelta(minutes=length), limits=tuple(levels)
    )
    svg = drawn(found)
    assert svg.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    across, down = places(svg)
    assert all(0 <= float(x) <= WIDTH for x in across)
    assert all(0 <= float(y) <= HEIGHT for y in down)
    assert not re.search("nan|inf", " ".join([*across, *down]))
    joined = sum(len(each.get("points").split()) for each in svg.iter("polyline"))
    assert joined + len(list(svg.iter("circle"))) == len(points), "each point is there once"


def test_what_is_expected_goes_on_as_a_dashed_line_in_a_band():
    ahead = [(BEGINS + timedelta(hours=hour), 5.0, 4.0, 6.0) for hour in (3, 4)]
    found = replace(chart((0, 5.0), (10, 5.0)), expected=ahead)
    assert [len(line) for line in lines(found)] == [2, 2]
    assert len(next(drawn(found).iter("polygon")).get("points").split()) == 4


def test_the_scale_reaches_as_far_as_what_is_expected():
    ahead = [(BEGINS + timedelta(hours=3), 50.0, 40.0, 80.0)]
    assert "80" in texts(replace(chart((0, 5.0)), expected=ahead))


# --- marks and labels


def test_a_mark_is_drawn_with_its_sign_and_its_words_and_those_outside_are_not():
    at = [BEGINS + timedelta(hours=hour) for hour in (-1, 6, 25)]
    marked = replace(chart((0, 1), (10, 2)), marks=[(moment, "A", "<b>moved</b>") for moment in at])
    svg = marked.svg()
    assert svg.count('class="mark"') == 1
    assert "<title>A: &lt;b&gt;moved&lt;/b&gt;</title>" in svg
    assert texts(marked)[-3] == "A"


def test_signs_of_one_moment_stand_side_by_side():
    marks = [(BEGINS + timedelta(hours=3), sign, "moved") for sign in "ABC"]
    groups = [each for each in drawn(replace(chart((0, 1)), marks=marks)).iter("g")]
    assert len({group.find("line").get("x1") for group in groups}) == 1
    places = [float(group.find("text").get("x")) for group in groups]
    assert places == sorted(set(places))


def test_labels_and_what_is_told_take_the_place_of_its_own_words_and_are_escaped():
    labelled = replace(chart((0, 1), title=""), labels=("<1>", "24-11"))
    assert texts(labelled)[0] == "s"
    assert texts(labelled)[-2:] == ["<1>", "24-11"]
    assert 'aria-label="s: &quot;tijden&quot;"' in labelled.svg('"tijden"')


# --- sparklines


def sparks(*points, gap=15):
    placed = [(BEGINS + timedelta(minutes=minute), value) for minute, value in points]
    svg = sparkline(placed, BEGINS, BEGINS + timedelta(minutes=100), timedelta(minutes=gap), "<told>")
    return ElementTree.fromstring(svg)


def test_a_sparkline_goes_from_its_lowest_to_its_highest_value():
    (line,) = sparks((0, 5), (10, 15), (20, 10)).iter("polyline")
    assert line.get("points") == "2.0,26.0 13.6,2.0 25.2,14.0"


def test_a_sparkline_has_gaps_and_says_what_it_shows():
    svg = sparks((0, 1), (10, 1), (50, 2))
    assert svg.get("aria-label") == "<told>"
    assert [len([*svg.iter(kind)]) for kind in ("polyline", "circle")] == [1, 1]


@pytest.mark.parametrize(
    ("points", "place"), [([(50, 3)], ("60.0", "14.0")), ([(200, 3)], ("118.0", "14.0"))]
)
def test_one_value_is_a_point_in_the_middle_and_stays_inside(points, place):
    (point,) = sparks(*points).iter("circle")
    assert (point.get("cx"), point.get("cy")) == place


def test_without_values_there_is_no_sparkline():
    assert sparkline([], BEGINS, BEGINS + DAY, DAY, "nothing") == ""
