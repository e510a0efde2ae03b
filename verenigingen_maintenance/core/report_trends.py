"""What to keep an eye on: what got worse and stayed so, and what moves towards its limit."""

from __future__ import annotations

from .report_errors import SOURCE as ERRORS
from .report_errors import weeks_of as weeks_of_errors
from .report_forecasts import LAST
from .report_metrics import SOURCE as METRICS
from .report_metrics import found_regressions
from .report_parts import Facts, Section, Table, percent_in_words, short
from .report_periods import Period
from .report_weeks import Regression, regressions
from .verdicts import Verdict
from .wording import some

STILL = "worse still"
HEADS = ("What", "Weeks", "Usually", "Then", "Change", "At the end")


def trends(section: Section, facts: Facts, period: Period) -> None:
    """Regressions of the period by their week, and what forecasts say moves."""
    rows: list[list[object]] = []
    for found in regressions(weeks_of_errors(facts["errors"], period), period, is_count=True):
        rows.append(
            [
                "Errors",
                _weeks(found),
                short(found.usual),
                short(found.first.value),
                _change(found.percent),
                _state(found.recovered),
            ]
        )
    for row in facts["metrics"]["metrics"]:
        for found in found_regressions(row, period):
            usual, then = (f"{short(each)} {row['unit']}" for each in (found.usual, found.first.value))
            rows.append(
                [
                    row["title"],
                    _weeks(found),
                    usual,
                    then,
                    _change(found.percent),
                    _state(found.recovered),
                ]
            )
    _tell(section, rows)
    section.tables.append(
        Table.cut(
            "What became worse, by its week",
            HEADS,
            rows,
            source=METRICS if len(rows) else ERRORS,
            empty="No week was worse than usual.",
            widths=(28, 20, 14, 14, 10, 14),
        )
    )
    moving = [
        [row["title"], row["trend_text"] or row["recommendation"], row["limit"]]
        for row in facts["forecasts"]["last"]
        if row["is_alert"]
    ]
    section.tables.append(
        Table.cut(
            "What moves towards its limit",
            ("Metric", "In words", "Limit"),
            moving,
            source=LAST,
            empty="Nothing that has a forecast.",
            widths=(28, 58, 14),
        )
    )
    if not facts["forecasts"]["last"]:
        section.missing.append(
            ("What moves towards its limit", "no metric had a forecast at the end of the period")
        )


def _tell(section: Section, rows: list[list[object]]) -> None:
    """What a plan has to begin with; where it was worse for a time only, the other sections tell it."""
    worse = [f"{row[0]} since {str(row[1]).split()[0]}" for row in rows if row[5] == STILL]
    if worse:
        text = f"Worse still at the end of the period: {len(worse)}: {some(worse)}."
        section.found(Verdict.WARNING, 63, text, METRICS)
        section.say(text, METRICS)
    elif rows:
        section.say("All of it was as usual again at the end of the period.", METRICS)


def _change(percent: float | None) -> str:
    return "" if percent is None else percent_in_words(percent)


def _state(recovered: bool) -> str:
    return "as usual" if recovered else STILL


def _weeks(found: Regression) -> str:
    last = f" to {found.last.label}" if found.first != found.last else ""
    return f"{found.first.label}{last}"
