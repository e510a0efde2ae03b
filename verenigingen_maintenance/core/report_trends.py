"""What to keep an eye on: what got worse and stayed so, and what moves towards its limit."""

from __future__ import annotations

from .report_errors import SOURCE as ERRORS
from .report_errors import weeks_of as weeks_of_errors
from .report_forecasts import LAST, NONE
from .report_metrics import SOURCE as METRICS
from .report_metrics import found_regressions
from .report_parts import Facts, Section, Table, percent_in_words, short
from .report_periods import Period
from .report_weeks import UNTIL_END, Regression, not_over, regressions
from .verdicts import Verdict
from .wording import some

STILL, AS_USUAL, UNKNOWN = "worse still", "as usual", "not known"
MOVING = "What moves towards its limit"
HEADS = ("What", "Weeks", "Usually", "Then", "Change", "At the end")


def trends(section: Section, facts: Facts, period: Period) -> None:
    """Regressions of the period by their week, and what forecasts say moves."""
    errors, metrics = _of_errors(facts, period), _of_metrics(facts, period)
    rows, source = [*errors, *metrics], _source(errors, metrics)
    _tell(section, rows, source)
    section.tables.append(
        Table.cut(
            "What became worse, by its week",
            HEADS,
            rows,
            source=source,
            empty="No week was worse than usual.",
            widths=(28, 20, 14, 14, 10, 14),
        )
    )
    _moving(section, facts)


def _source(errors: list[list[object]], metrics: list[list[object]]) -> str:
    """Of what is told; of nothing, both were looked at."""
    told = [source for source, rows in ((ERRORS, errors), (METRICS, metrics)) if rows]
    return " ".join(told or (ERRORS, METRICS))


def _of_errors(facts: Facts, period: Period) -> list[list[object]]:
    found = regressions(weeks_of_errors(facts["errors"], period), period, is_count=True)
    return [_row("Errors", "", each, period) for each in found]


def _of_metrics(facts: Facts, period: Period) -> list[list[object]]:
    return [
        _row(row["title"], f" {row['unit']}", each, period)
        for row in facts["metrics"]["metrics"]
        for each in found_regressions(row, period)
    ]


def _row(what: str, unit: str, found: Regression, period: Period) -> list[object]:
    usual, then = (f"{short(each)}{unit}" for each in (found.usual, found.first.value))
    return [what, _weeks(found), usual, then, _change(found.percent), _state(found, period)]


def _moving(section: Section, facts: Facts) -> None:
    last = facts["forecasts"]["last"]
    rows = [
        [row["title"], row["trend_text"] or row["recommendation"], row["limit"]]
        for row in last
        if row["is_alert"]
    ]
    section.tables.append(
        Table.cut(
            MOVING,
            ("Metric", "In words", "Limit"),
            rows,
            source=LAST,
            empty="Nothing that has a forecast.",
            widths=(28, 58, 14),
        )
    )
    if not last:
        section.missing.append((MOVING, NONE))


def _tell(section: Section, rows: list[list[object]], source: str) -> None:
    """What a plan has to begin with; where it was worse for a time only, the other sections tell it."""
    worse = [f"{row[0]} since {str(row[1]).split()[0]}" for row in rows if row[5] == STILL]
    if worse:
        text = f"Worse still at the end of the period: {len(worse)}: {some(worse)}."
        section.found(Verdict.WARNING, 40, text, source)
        section.say(text, source)
    elif rows and all(row[5] == AS_USUAL for row in rows):
        section.say("All of it was as usual again at the end of the period.", source)


def _change(percent: float | None) -> str:
    return "" if percent is None else percent_in_words(percent)


def _state(found: Regression, period: Period) -> str:
    """Of a week alone nobody knows yet whether it lasts."""
    if found.recovered:
        return AS_USUAL
    rest = not_over(found, period)
    return "" if not rest else STILL if rest == UNTIL_END else UNKNOWN


def _weeks(found: Regression) -> str:
    last = f" to {found.last.label}" if found.first != found.last else ""
    return f"{found.first.label}{last}"
