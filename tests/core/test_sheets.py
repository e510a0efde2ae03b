"""What others wrote is no formula in a spreadsheet."""

import pytest

from verenigingen_maintenance.core.sheets import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_would_be_a_formula_is_text(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Payment failed", "-3.5", "+2", "1=1", "a@example.com"])
def test_all_else_is_as_it_was(text):
    assert harmless(text) == text
