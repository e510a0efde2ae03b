import pytest

from verenigingen_maintenance.core.wording import number, summary

ITEM = {"verdict": "CRITICAL", "title": "Errors in 24 hours", "value": 62.0, "unit": "errors", "reason": None}
RUN = {
    "run": "DAILY-2026-11-24",
    "verdict": "CRITICAL",
    "status": "Open",
    "measured_at": "2026-11-24T09:00:00+01:00",
    "measured_by": "Administrator",
    "items": [
        {**ITEM, "target": "< 10"},
        {**ITEM, "verdict": "UNKNOWN", "title": "Cache hit rate", "value": None, "reason": "Redis is gone"},
    ],
    "escalations": [{"name": "ESC-1", "status": "Open", "level": "level-1", "title": "Errors in 24 hours"}],
}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (12.0, "12"), (0.1834, "0.183"), (1204.5, "1204.5"), (1e7, "10000000")],
)
def test_numbers_are_written_without_noise_and_nothing_is_never_a_nought(value, text):
    assert number(value) == text


def test_a_summary_has_the_verdict_each_item_and_what_is_open():
    text = summary(RUN)
    assert text.splitlines()[0] == "DAILY-2026-11-24  CRITICAL  (status Open)"
    assert "  CRITICAL  Errors in 24 hours                 62 errors        target < 10" in text
    assert "  UNKNOWN   Cache hit rate                     -                Redis is gone" in text
    assert "  ESC-1  Open, level-1: Errors in 24 hours" in text
