"""The front of a printed checklist is one page, and says where it is continued."""

import pytest

from verenigingen_maintenance.core.paper import fit

LONG = "\n".join(f"line {count}" for count in range(40))


def test_what_fits_is_printed_whole():
    assert fit(["a\nb", "", "c"]) == [("a\nb", True), ("", True), ("c", True)]


def test_a_long_text_has_what_the_short_ones_leave_wherever_it_stands():
    for texts in (["short", "", LONG], [LONG, "", "short"]):
        found = dict(zip(texts, fit(texts, lines=10), strict=True))
        assert found["short"] == ("short", True)
        assert found[LONG] == ("\n".join(f"line {count}" for count in range(8)), False)


def test_two_long_texts_share_the_page():
    first, second = fit([LONG, LONG + "\nand one more"], lines=10)
    assert len(first[0].splitlines()) == len(second[0].splitlines()) == 5
    assert (first[1], second[1]) == (False, False)


@pytest.mark.parametrize(("signs", "fits"), [(30, True), (31, False)])
def test_a_line_that_is_broken_counts_as_often(signs, fits):
    assert fit(["x" * signs], lines=3, width=10) == [("x" * signs if fits else "", fits)]
